"""A profile to write: what the book says of it, but for its name, which documents give back."""

from __future__ import annotations

from dataclasses import replace

from codetui.model import Profile
from codetui.tui.modals.texts_form import Field, Texts, TextsForm, from_lines, lines
from codetui.tui.modals.unfinished import EditOutside


class ProfileForm(TextsForm[Profile]):
    """Answers with the profile as it is to stand in the book, or None."""

    def __init__(
        self,
        title: str,
        profile: Profile,
        lost: tuple[Profile, str] | None = None,
        edit_outside: EditOutside | None = None,
    ) -> None:
        """`profile` is what stands in the book; `lost` what was written already, and why it was refused."""
        shown = lost[0] if lost else profile
        responsibilities = lines(profile.responsibilities), lines(shown.responsibilities)
        projects = lines(profile.projects), lines(shown.projects)
        fields = (
            Field("subtitle", "Subtitle", profile.subtitle, shown.subtitle),
            Field("definition", "Definition", profile.definition, shown.definition, 3),
            Field("responsibilities", "Core responsibilities, one on a line", *responsibilities, 2),
            Field("projects", "Typical projects, one on a line", *projects, 2),
            Field("evidence", "Evidence", profile.evidence, shown.evidence, 2),
        )
        super().__init__(title, profile, fields, _written, lost[1] if lost else "", edit_outside)


def _written(profile: Profile, text: Texts) -> Profile:
    return replace(
        profile,
        subtitle=text("subtitle"),
        definition=text("definition"),
        responsibilities=from_lines(text("responsibilities"), profile.responsibilities),
        projects=from_lines(text("projects"), profile.projects),
        evidence=text("evidence"),
    )

"""A profile to write: what the book says of it, but for its name, which documents give back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from codetui.model import Profile
from codetui.tui.modals.text_modal import EditOutside
from codetui.tui.modals.texts_form import Field, TextsForm, from_lines, lines


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
        super().__init__(title, lost[1] if lost else "", edit_outside)
        self._profile = profile
        self._shown = lost[0] if lost else profile

    def fields(self) -> Iterator[Field]:
        """Subtitle, definition, responsibilities, projects, evidence."""
        profile, shown = self._profile, self._shown
        yield Field("subtitle", "Subtitle", profile.subtitle, shown.subtitle)
        yield Field("definition", "Definition", profile.definition, shown.definition, 3)
        for name, title in (("responsibilities", "Core responsibilities"), ("projects", "Typical projects")):
            yield Field(name, f"{title}, one on a line", lines(getattr(profile, name)), lines(getattr(shown, name)), 2)
        yield Field("evidence", "Evidence", profile.evidence, shown.evidence, 2)

    def standing(self) -> Profile:
        """The profile as it stands in the book."""
        return self._profile

    def answer(self) -> Profile:
        """The profile as it is written."""
        return replace(
            self._profile,
            subtitle=self.text("subtitle"),
            definition=self.text("definition"),
            responsibilities=from_lines(self.text("responsibilities"), self._profile.responsibilities),
            projects=from_lines(self.text("projects"), self._profile.projects),
            evidence=self.text("evidence"),
        )

"""What the codebook says about a code or a profile, and what the coder gave the code to, as readable text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from codetui.core.codebook.index import label, label_of, section_of, short_key
from codetui.core.codebook.usage import Usage
from codetui.model import Code, Codebook, CodeId, Profile
from codetui.tui.themes import hue_colour
from codetui.tui.widgets.cells import shown

MUTED = "$foreground 65%"


class PastUsages(NamedTuple):
    """What a coder has given a code to: in the open ad and in others, the newest first.

    `is_reading` while the other ads are still being read.
    """

    here: tuple[Usage, ...] = ()
    elsewhere: tuple[Usage, ...] = ()
    is_reading: bool = False


class Older(NamedTuple):
    """A code as an older version of the book has it: a version that a coding was made with."""

    code: Code
    version: str


UsageOf = Callable[[CodeId], PastUsages]


def code_text(
    book: Codebook, code: Code, colour: str = "", usage: PastUsages | None = None, older: Older | None = None
) -> Content:
    """All that there is to say of a code: the book first, then an older version of it, then the coder's own use."""
    key = short_key(book, code)
    head = Content.assemble((f"{key} ", f"bold {colour}".strip()) if key else "", (shown(label(book, code)), "bold"))
    parts = [head, *([_absent("retired: kept for old codings, no longer given")] if code.is_retired else [])]
    parts += _meaning(code)
    if code.examples:
        parts += [Content(""), _list("For example", code.examples)]
    if code.confused_with:
        parts += [Content(""), _list("Easily confused with", [label_of(book, other) for other in code.confused_with])]
    parts += _background(reference.title for reference in book.references if code.id in reference.codes)
    if older is not None:
        parts += [Content(""), Content.styled(f"OLD, when this was coded ({shown(older.version)})", f"bold {MUTED}")]
        parts += [Content(shown(older.code.name)), *_meaning(older.code)]
    if usage is not None:
        parts += _given(usage)
    return Content("\n").join(parts)


def _meaning(code: Code) -> list[Content]:
    """Definition, and what counts and does not."""
    parts = [_prose(code.definition) if code.definition else _absent("no definition")]
    for title, text in (("Counts", code.include), ("Does not count", code.exclude)):
        if text:
            parts += [Content(""), Content.styled(title, MUTED), _prose(text)]
    return parts


def _background(titles: Iterable[str]) -> list[Content]:
    """The background documents that are about this code or profile."""
    named = list(titles)
    return [Content(""), _list("Background: R opens it", named)] if named else []


def _given(usage: PastUsages) -> list[Content]:
    """The quotations that were given the code before."""
    lines = [_quotation(one, "this ad") for one in usage.here]
    lines += [_quotation(one, f"#{one.ad}") for one in usage.elsewhere]
    parts = [Content(""), _list("You gave it to", lines)] if lines else []
    return [*parts, *([Content(""), _absent("reading your other ads…")] if usage.is_reading else [])]


def _quotation(given: Usage, where: str) -> str:
    note = f" ({given.note})" if given.note else ""
    return f"“{given.words}”{note} {where}"


def profile_text(profile: Profile, book: Codebook | None = None) -> Content:
    """Name, definition, responsibilities, projects, evidence: what the codebook gives of them.

    With the `book` the background documents that are about the profile are named too.
    """
    parts = [Content.styled(shown(profile.name), "bold")]
    parts.append(_prose(profile.definition) if profile.definition else _absent("no definition"))
    if profile.responsibilities:
        parts += [Content(""), _list("Core responsibilities", profile.responsibilities)]
    if profile.projects:
        parts += [Content(""), _list("Typical projects", profile.projects)]
    evidence = _prose(profile.evidence) if profile.evidence else _absent("not in the codebook")
    parts += [Content(""), Content.styled("Evidence", MUTED), evidence]
    if book is not None:
        parts += _background(reference.title for reference in book.references if profile.id in reference.profiles)
    return Content("\n").join(parts)


def _prose(text: str) -> Content:
    """A text with its paragraphs."""
    return Content("\n".join(shown(line) for line in text.split("\n")))


def _list(title: str, lines: Sequence[str]) -> Content:
    points = [Content(f"· {shown(line)}") for line in lines]
    return Content("\n").join([Content.styled(title, MUTED), *points])


def _absent(words: str) -> Content:
    return Content.styled(words, f"italic {MUTED}")


class DefinitionPane(VerticalScroll, can_focus=False):
    """Definition and examples of the code under the cursor."""

    DEFAULT_CSS = """
    DefinitionPane {
        padding: 0 1;
        scrollbar-size-vertical: 1;
        & > Static { width: 1fr; height: auto; }
    }
    """

    _text: Callable[[], Content] | None = None

    def compose(self) -> ComposeResult:
        """The text."""
        yield Static()

    def show_code(
        self, book: Codebook, code: Code, usage_of: UsageOf | None = None, older: Older | None = None
    ) -> None:
        """Show what there is to say of a code; `usage_of` is asked again when more is known of its use."""
        section = section_of(book, code)
        hue = book.sections.index(section) if section else len(book.sections)

        def text() -> Content:
            usage = usage_of(code.id) if usage_of else None
            return code_text(book, code, hue_colour(self.app, hue), usage, older)

        self._show(text)

    def show_profile(self, profile: Profile, book: Codebook | None = None) -> None:
        """Show what the codebook says about a profile."""
        self._show(lambda: profile_text(profile, book))

    def clear(self) -> None:
        """Show nothing."""
        self._show(lambda: Content(""))

    def show_again(self) -> None:
        """Show what is known of it by now, at the same place."""
        if self._text is not None and self.is_mounted:
            self.query_one(Static).update(self._text())

    def scroll_page(self, step: int) -> None:
        """Read on, or back, in a definition that is longer than the pane."""
        self.scroll_relative(y=step * max(1, self.size.height - 1), animate=False)

    def _show(self, text: Callable[[], Content]) -> None:
        self._text = text
        self.query_one(Static).update(text())
        self.scroll_home(animate=False)

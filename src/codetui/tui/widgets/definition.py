"""The definition of a code or a profile, and the coder's earlier quotations with it, as readable text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from codetui.core.codebook.index import index_of, label, label_of, section
from codetui.core.codebook.usage import Usage
from codetui.model import Code, Codebook, CodeId, Profile, Words
from codetui.tui.themes import hue_colour
from codetui.tui.widgets.rows import shown

MUTED = "$foreground 65%"
BLANK = Content("")


class PastUsages(NamedTuple):
    """The coder's earlier quotations with a code, in the open ad and in others, newest first.

    `is_reading` is True while other ads are still being read.
    """

    here: tuple[Usage, ...] = ()
    elsewhere: tuple[Usage, ...] = ()
    is_reading: bool = False


class Older(NamedTuple):
    """A code as it is in the older version of the codebook with which a coding was made."""

    code: Code
    version: str


UsageOf = Callable[[CodeId], PastUsages]


class DefinitionPane(VerticalScroll, can_focus=False):
    """Definition and examples of the code or profile under the cursor."""

    DEFAULT_CSS = """
    DefinitionPane {
        padding: 0 1;
        scrollbar-size-vertical: 1;
        & > Static { width: 1fr; height: auto; }
    }
    """

    _text: Callable[[], Content] | None = None

    def compose(self) -> ComposeResult:
        """Yield the text."""
        yield Static()

    def show_code(
        self, book: Codebook, code: Code, usage_of: UsageOf | None = None, older: Older | None = None
    ) -> None:
        """Show a code; `show_again` calls `usage_of` again when more usages are known."""
        found = section(book, code.section)
        hue = book.sections.index(found) if found else len(book.sections)

        def text() -> Content:
            usages = usage_of(code.id) if usage_of else None
            return code_text(book, code, hue_colour(self.app, hue), usages, older)

        self._show(text)

    def show_profile(self, profile: Profile, book: Codebook | None = None) -> None:
        """Show a profile."""
        self._show(lambda: profile_text(profile, book))

    def clear(self) -> None:
        """Show nothing."""
        self._show(lambda: BLANK)

    def show_again(self) -> None:
        """Update the text without scrolling."""
        if self._text is not None and self.is_mounted:
            self.query_one(Static).update(self._text())

    def scroll_page(self, step: int) -> None:
        """Scroll a page down or up in a definition longer than the pane."""
        self.scroll_relative(y=step * max(1, self.size.height - 1), animate=False)

    def _show(self, text: Callable[[], Content]) -> None:
        self._text = text
        self.query_one(Static).update(text())
        self.scroll_home(animate=False)


def code_text(
    book: Codebook, code: Code, colour: str = "", usages: PastUsages | None = None, older: Older | None = None
) -> Content:
    """Return a code's definition and examples, then an older version of it, then the coder's earlier quotations."""
    key = index_of(book).short_keys.get(code.id, code.key)
    head = Content.assemble((f"{key} ", f"bold {colour}".strip()) if key else "", (shown(label(book, code)), "bold"))
    parts = [head, *([_absent("retired: kept for earlier codings, no longer assigned")] if code.is_retired else [])]
    parts += _meaning(code)
    if code.examples:
        parts += [BLANK, _list("For example", code.examples)]
    if code.confused_with:
        parts += [BLANK, _list("Easily confused with", [label_of(book, other) for other in code.confused_with])]
    parts += _background(reference.title for reference in book.references if code.id in reference.codes)
    if older is not None:
        parts += [
            BLANK,
            Content.styled(f"EARLIER VERSION, when this was coded ({shown(older.version)})", f"bold {MUTED}"),
        ]
        parts += [Content(shown(older.code.name)), *_meaning(older.code)]
    if usages is not None:
        parts += _usages(usages, book.words)
    return Content("\n").join(parts)


def profile_text(profile: Profile, book: Codebook | None = None) -> Content:
    """Return a profile's definition, responsibilities, projects and evidence, as far as the codebook has them.

    With a `book`, also name the background documents on the profile.
    """
    parts = [Content.styled(shown(profile.name), "bold")]
    parts.append(_prose(profile.definition) if profile.definition else _absent("no definition"))
    if profile.responsibilities:
        parts += [BLANK, _list("Core responsibilities", profile.responsibilities)]
    if profile.projects:
        parts += [BLANK, _list("Typical projects", profile.projects)]
    evidence = _prose(profile.evidence) if profile.evidence else _absent("not in the codebook")
    parts += [BLANK, Content.styled("Evidence", MUTED), evidence]
    if book is not None:
        parts += _background(reference.title for reference in book.references if profile.id in reference.profiles)
    return Content("\n").join(parts)


def _meaning(code: Code) -> list[Content]:
    """Return the definition, and what counts and what does not."""
    parts = [_prose(code.definition) if code.definition else _absent("no definition")]
    for title, text in (("Include", code.include), ("Exclude", code.exclude)):
        if text:
            parts += [BLANK, Content.styled(title, MUTED), _prose(text)]
    return parts


def _background(titles: Iterable[str]) -> list[Content]:
    """Return the titles of the background documents on a code or profile."""
    named = list(titles)
    return [BLANK, _list("Background (R opens it)", named)] if named else []


def _usages(usages: PastUsages, words: Words) -> list[Content]:
    """Return the coder's earlier quotations with the code."""
    lines = [_quotation(one, f"this {words.source}") for one in usages.here]
    lines += [_quotation(one, f"#{one.ad}") for one in usages.elsewhere]
    parts = [BLANK, _list("Your codings with this code", lines)] if lines else []
    return [*parts, *([BLANK, _absent(f"loading your other {words.sources}…")] if usages.is_reading else [])]


def _quotation(usage: Usage, where: str) -> str:
    note = f" ({usage.note})" if usage.note else ""
    return f"“{usage.words}”{note} {where}"


def _prose(text: str) -> Content:
    """Return a text with its paragraphs."""
    return Content("\n".join(shown(line) for line in text.split("\n")))


def _list(title: str, lines: Sequence[str]) -> Content:
    return Content("\n").join([Content.styled(title, MUTED), *(Content(f"· {shown(line)}") for line in lines)])


def _absent(words: str) -> Content:
    return Content.styled(words, f"italic {MUTED}")

"""The definition of a code or a profile, and the coder's earlier quotations with it, as readable text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from codetui.core.codebook.index import index_of, label, label_of, section
from codetui.core.codebook.usage import Usage
from codetui.model import Code, Codebook, CodeId, Profile
from codetui.tui.keymap import key_of
from codetui.tui.themes import hue_colour
from codetui.tui.widgets.rows import shown

MUTED = "$muted"


class PastUsages(NamedTuple):
    """The coder's earlier quotations with a code, in the open ad and in others, newest first.

    `is_reading` is True while other ads are still being read. `total` is the number of all.
    """

    here: tuple[Usage, ...] = ()
    elsewhere: tuple[Usage, ...] = ()
    is_reading: bool = False
    total: int = 0


class Older(NamedTuple):
    """A code as it is in the older version of the codebook with which a coding was made."""

    code: Code
    version: str


UsageOf = Callable[[CodeId], PastUsages]


class DefinitionPane(VerticalScroll, can_focus=False):
    """Definition and examples of the code or profile under the cursor."""

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
        self._show(Content)

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
    retired = [_absent("retired: kept for earlier codings, no longer assigned")] if code.is_retired else []
    blocks = [*_meaning(code, head, *retired)]
    blocks += _list("For example", code.examples)
    blocks += _list("Easily confused with", [label_of(book, other) for other in code.confused_with])
    blocks += _list(_background(), [reference.title for reference in book.references if code.id in reference.codes])
    if older is not None:
        words = f"EARLIER VERSION, when this was coded ({shown(older.version)})"
        blocks += _meaning(older.code, Content.styled(words, f"bold {MUTED}"), Content(shown(older.code.name)))
    if usages is not None:
        source, sources = book.words.source, book.words.sources
        lines = [_quotation(one, f"this {source}") for one in usages.here]
        lines += [_quotation(one, f"#{one.ad}") for one in usages.elsewhere]
        more = f" ({len(lines):,} of {usages.total:,}, {key_of('find')}: all)" if usages.total > len(lines) else ""
        blocks += _list(f"Your codings with this code{more}", lines)
        blocks += [_absent(f"loading your other {sources}…")] if usages.is_reading else []
    return Content("\n\n").join(blocks)


def profile_text(profile: Profile, book: Codebook | None = None) -> Content:
    """Return a profile's definition, responsibilities, projects and evidence, as far as the codebook has them.

    With a `book`, also name the background documents on the profile.
    """
    evidence = _prose(profile.evidence) if profile.evidence else _absent("not in the codebook")
    references = book.references if book else ()
    blocks = [
        _lines(Content.styled(shown(profile.name), "bold"), _definition(profile)),
        *_list("Core responsibilities", profile.responsibilities),
        *_list("Typical projects", profile.projects),
        _lines(Content.styled("Evidence", MUTED), evidence),
        *_list(_background(), [reference.title for reference in references if profile.id in reference.profiles]),
    ]
    return Content("\n\n").join(blocks)


def _definition(part: Code | Profile) -> Content:
    return _prose(part.definition) if part.definition else _absent("no definition")


def _meaning(code: Code, *head: Content) -> Iterator[Content]:
    """Yield the definition below its heading, and what counts and what does not."""
    yield _lines(*head, _definition(code))
    for title, text in (("Include", code.include), ("Exclude", code.exclude)):
        if text:
            yield _lines(Content.styled(title, MUTED), _prose(text))


def _quotation(usage: Usage, where: str) -> str:
    note = f" ({usage.note})" if usage.note else ""
    return f"“{usage.words}”{note} {where}"


def _prose(text: str) -> Content:
    """Return a text with its paragraphs."""
    return Content("\n".join(shown(line) for line in text.split("\n")))


def _background() -> str:
    return f"Background ({key_of('read')} opens it)"


def _list(title: str, lines: Sequence[str]) -> list[Content]:
    """Return a list below its title, or nothing for an empty list."""
    texts = [Content(f"• {shown(line)}") for line in lines]
    return [_lines(Content.styled(title, MUTED), *texts)] if texts else []


def _lines(*lines: Content) -> Content:
    return Content("\n").join(lines)


def _absent(words: str) -> Content:
    return Content.styled(words, f"italic {MUTED}")

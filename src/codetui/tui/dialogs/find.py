"""Findings in all ads: a query line with results while typing, and what to do with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import ClassVar, Literal, TypeAlias

from rich.cells import cell_len, set_cell_size
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static

from codetui.core.codebook.index import CodebookIndex
from codetui.core.query.query import QueryError
from codetui.core.text.display import plural
from codetui.model import Problem, SourceId
from codetui.study.find import Finding
from codetui.tui.bench import UNSEEN
from codetui.tui.clipboard import Copied
from codetui.tui.dialogs.base import Dialog, alarm, chip_rows, progress_bar, registered
from codetui.tui.keymap import dialog_key_of
from codetui.tui.themes import section_hues
from codetui.tui.widgets.rows import Part, Row, RowList, brief, one_line, shown

Sort = Literal["ad", "code", "time"]
SORTS: tuple[Sort, ...] = ("ad", "code", "time")

LABEL = "Find  "
EXAMPLE = 'word, "a phrase", -not, code:TASK4, TASK3 & TECH1, note:ask'
SIDES = 4
"""Cells beside the keys."""

BAR = 20
"""Cells of the progress bar."""

Key: TypeAlias = tuple[str, str, int]


def key_of_finding(finding: Finding) -> Key:
    """Return what identifies a finding in one search."""
    return finding.source, finding.coding.id if finding.coding else "", finding.span.start if finding.span else -1


@dataclass
class FindState:
    """A search with its findings, which stays when its screen closes.

    `done` is the share of the search that is done. `marks` are the keys of marked findings.
    """

    query: str = ""
    findings: list[Finding] = field(default_factory=list)
    cursor: int = 0
    marks: set[Key] = field(default_factory=set)
    sort: Sort = "ad"
    done: float = 1.0
    error: QueryError | None = None
    problems: Sequence[Problem] = ()
    notice: str = ""
    """The actions on findings since the last search."""
    is_full: bool = False
    """True if there are more findings than are shown."""
    places: int = 0
    """The number of passages and quotations among the findings."""
    ads: set[SourceId] = field(default_factory=set)
    """The sources of the findings."""

    def clear(self) -> None:
        """Remove all findings; cursor and marks stay."""
        self.findings, self.is_full, self.places = [], False, 0
        self.ads.clear()

    def add(self, findings: Sequence[Finding]) -> None:
        """Add findings, in time independent of those before."""
        self.findings += findings
        self.places += sum(1 for one in findings if one.span or one.coding)
        self.ads.update(one.source for one in findings)

    @property
    def current(self) -> Finding | None:
        """The finding under the cursor."""
        return self.findings[self.cursor] if self.cursor < len(self.findings) else None

    def chosen(self) -> list[Finding]:
        """Return the marked findings, else the one under the cursor."""
        marked = [one for one in self.findings if key_of_finding(one) in self.marks]
        return marked or ([self.current] if self.current else [])

    def sort_by(self, sort: Sort, position: Callable[[Finding], int]) -> None:
        """Sort the findings; `position` returns the position of a finding's source. The cursor stays on its finding."""
        current = self.current
        self.sort = sort

        def place(finding: Finding) -> tuple[int, int]:
            return position(finding), finding.span.start if finding.span else 0

        match sort:
            case "ad":
                self.findings.sort(key=place)
            case "code":
                self.findings.sort(key=lambda one: (one.coding.code if one.coding else "~", *place(one)))
            case "time":
                self.findings.sort(key=place)
                self.findings.sort(key=lambda one: one.coding.time if one.coding else "", reverse=True)
        if current is not None:
            self.cursor = next(at for at, one in enumerate(self.findings) if one is current)


class FindRows(RowList):
    """The findings, each on one row."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "mark", show=False),
        Binding("ctrl+a", "mark_all", "mark all", show=False),
    ]

    def __init__(self, state: FindState, index: CodebookIndex) -> None:
        super().__init__()
        self._state, self._index = state, index
        self._hues = section_hues(index.book)

    def row_count(self) -> int:
        """Return the number of findings."""
        return len(self._state.findings)

    def row(self, index: int, width: int) -> Row:
        """Return mark, id of the ad, code, the words with the text around them, and the note of a finding."""
        finding = self._state.findings[index]
        coding = finding.coding
        mark = "●" if key_of_finding(finding) in self._state.marks else " "
        left = [Part(f"{mark} ", "strong"), Part(f"{set_cell_size(brief(finding.source, 8), 8)} ", "dim")]
        if coding is not None:
            code = self._index.codes.get(coding.code)
            hue = self._hues.get(code.section, 0) if code else 0
            left.append(Part(f"{set_cell_size(brief(coding.code, 8), 8)} ", "hue", hue))
        note = (Part(brief(shown(coding.note), width // 4), "note"),) if coding and coding.note else ()
        if finding.span is None and coding is None:
            return Row((*left, Part(shown(f"{finding.employer} · {finding.title}"))), note)
        room = width - sum(cell_len(part.text) for part in left) - sum(cell_len(part.text) + 1 for part in note)
        words, side = shown(finding.words), room // 4
        before = _end_of(shown(f"{finding.before}|")[:-1], side)
        before = " " * (side - cell_len(before)) + before
        after = shown(f"|{finding.after}")[1:]
        return Row((*left, Part(before, "dim"), Part(words, "strong"), Part(after, "dim")), note)

    def action_mark(self) -> None:
        """Mark the finding under the cursor, or unmark it, and go to the next."""
        current = self._state.current
        if current is not None:
            self._state.marks ^= {key_of_finding(current)}
            self.refresh_line(self.cursor - self.scroll_offset.y)
            self.refresh()
            self.action_move(1)
            self.row_highlighted(self.cursor)

    def action_mark_all(self) -> None:
        """Mark all findings, or none if all are marked."""
        every = set(map(key_of_finding, self._state.findings))
        self._state.marks = set() if self._state.marks >= every else every
        self.refresh()
        self.row_highlighted(self.cursor)


def _end_of(text: str, cells: int) -> str:
    """Return the last words of a text that fit into some cells."""
    while cell_len(text) > cells:
        text = text.partition(" ")[2] if " " in text else text[1:]
    return text


class HitDialog(Dialog[Literal["code", "skip"]]):
    """Asks whether to code a passage, shown in its sentence; a key that was typed ahead answers nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        registered("dialog.yes", "answer('code')", "code it"),
        registered("dialog.no", "answer('skip')", "skip"),
    ]

    def __init__(self, title: str, passage: tuple[str, str, str], code: str) -> None:
        """Create a dialog; `passage` has the words between the rest of their sentences, `code` is a code's label."""
        yes, no = dialog_key_of("dialog.yes"), dialog_key_of("dialog.no")
        super().__init__(title, f"{yes}: code · {no}: skip · Esc: stop")
        self._passage, self._code = passage, code
        self._since = 0.0

    def compose(self) -> ComposeResult:
        """Yield the passage and the code."""
        with self.frame():
            before, words, after = map(one_line, self._passage)
            yield Static(Content.assemble(before, (words, "bold reverse"), after), id="passage")
            yield Static(Content(shown(self._code)), id="then")

    def on_mount(self) -> None:
        """Begin to wait until the passage can have been read."""
        self._since = monotonic()

    def action_answer(self, answer: Literal["code", "skip"]) -> None:
        """Answer, unless the key was typed before the passage could be seen."""
        if monotonic() - self._since > UNSEEN:
            self.dismiss(answer)


class FindScreen(Dialog[str]):
    """Asks for a query and shows what it finds. Answers with what to do with the findings."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "up", show=False),
        Binding("down", "move(1)", "down", show=False),
        Binding("pageup", "page(-1)", "a page up", show=False),
        Binding("pagedown", "page(1)", "a page down", show=False),
        Binding("tab,shift+tab", "switch", "query or list", show=False, priority=True),
        registered("dialog.query", "to_query", "query"),
        registered("dialog.sort", "sort", "sort"),
        registered("recode", "want('recode')", "recode"),
        registered("note", "want('note')", "note"),
        registered("remove", "want('remove')", "remove"),
        registered("example", "want('example')", "example"),
        registered("dialog.code_found", "want('code')", "code one by one"),
        registered("dialog.code_together", "want('code together')", "code as one step"),
        registered("repeat", "want('again')", "code again"),
        registered("next_match", "move(1)", "next"),
        registered("previous_match", "move(-1)", "previous"),
    ]

    def __init__(
        self,
        state: FindState,
        index: CodebookIndex,
        search: Callable[[str], None],
        sort: Callable[[Sort], None],
    ) -> None:
        """Create the screen; `search` begins a search for a query, `sort` sorts the findings."""
        super().__init__()
        self._state, self._index, self._search, self._sort = state, index, search, sort
        self._shown_keys = ""

    def compose(self) -> ComposeResult:
        """Yield the query line, what was found, the findings and the keys."""
        with Horizontal(id="find-query"):
            yield Static(LABEL, markup=False)
            yield Input(self._state.query, placeholder=EXAMPLE, compact=True)
        yield Static(id="find-summary")
        source = brief(self._index.book.words.source, 8)
        yield Static(Content(f"   {source:<8} {'code':<8} quotation in its context, and its note"), id="find-head")
        yield FindRows(self._state, self._index)
        yield Static(id="find-keys")

    def on_mount(self) -> None:
        """Show the findings as they were left."""
        has_findings = bool(self._state.findings)
        self.query_one(FindRows if has_findings else Input).focus()
        self.query_one(Input).cursor_position = len(self._state.query)
        self.show_findings(is_new=True)
        if self._state.query or not has_findings:
            self._search(self._state.query)

    def on_resize(self) -> None:
        """Show the keys that fit."""
        self._shown_keys = ""
        if self.is_mounted:
            self.show_summary()

    def show_findings(self, *, is_new: bool = False) -> None:
        """Show the findings so far; `is_new` if they are others than before."""
        rows = self.query_one(FindRows)
        rows.rows_changed(self._state.cursor)
        if is_new:
            rows.call_after_refresh(rows.show_cursor)
            rows.refresh()
        self.show_summary()

    def show_summary(self) -> None:
        """Show the number of findings and how far the search is, or where the query cannot be read."""
        state = self._state
        self.query_one("#find-summary", Static).update(self._summary(), layout=False)
        is_list = self.query_one(FindRows).has_focus
        keys = {name: dialog_key_of(name) for name in ("recode", "note", "remove", "example")}
        sort, query = map(dialog_key_of, ("dialog.sort", "dialog.query"))
        code, together, again = map(dialog_key_of, ("dialog.code_found", "dialog.code_together", "repeat"))
        acts = " · ".join(f"{key}: {name}" for name, key in keys.items() if key)
        if not any(one.coding for one in state.findings[:1]):
            acts = f"{code}: code one by one · {together}: as one step · {again}: with the last code"
        in_list = f"Enter: open · Space: mark · {acts} · {sort}: sort · {query}: query · Esc: close"
        line = in_list if is_list else "Enter: open · Tab: list · Esc: close"
        if line != self._shown_keys:
            self._shown_keys = line
            self.query_one("#find-keys", Static).update(chip_rows(line, self.size.width - SIDES))

    def _summary(self) -> Content:
        state = self._state
        if state.error is not None and state.query.strip():
            before = cell_len(LABEL) + cell_len(state.query[: state.error.column - 1])
            return Content(" " * before) + alarm(f"^ {state.error.message}")
        if not state.query.strip():
            return Content(state.notice)
        words = self._index.book.words
        ads = plural(len(state.ads), words.source, words.sources)
        parts = [f"{plural(state.places, 'place')} in {ads}" if state.places else ads]
        if not state.findings:
            parts = ["nothing found" if state.done >= 1 else "searching…"]
        if state.is_full:
            parts.append("these are the first; narrow the query to see others")
        if state.marks:
            parts.append(f"{len(state.marks):,} marked")
        if state.findings:
            parts.append(f"sorted by {words.source if state.sort == 'ad' else state.sort}")
        text = Content(" · ".join([*([state.notice] if state.notice else []), *parts]))
        if state.done < 1:
            text += Content.styled(f"  {progress_bar(state.done, BAR)}", "$muted")
        if state.problems:
            text += alarm(f"  {shown(state.problems[0].message)}")
        return text

    # --- keys -----------------------------------------------------------------------------------------

    def on_descendant_focus(self) -> None:
        """Show the keys of the query or of the list."""
        self.show_summary()

    def action_move(self, step: int) -> None:
        """Move the cursor of the list."""
        self.query_one(FindRows).action_move(step)

    def action_page(self, pages: int) -> None:
        """Move the cursor of the list by a page."""
        self.query_one(FindRows).action_page(pages)

    def action_switch(self) -> None:
        """Go from the query to the list, or back."""
        rows = self.query_one(FindRows)
        (self.query_one(Input) if rows.has_focus else rows).focus()

    def action_to_query(self) -> None:
        """Go to the query."""
        self.query_one(Input).focus()

    def action_sort(self) -> None:
        """Sort by the next field."""
        self._sort(SORTS[(SORTS.index(self._state.sort) + 1) % len(SORTS)])
        self.show_findings(is_new=True)

    def _copied(self, copied: Copied) -> None:
        self._state.notice = copied.words
        self.show_summary()

    def action_want(self, wish: str) -> None:
        """Answer with what to do with the findings."""
        if self._state.chosen():
            self.dismiss(wish)

    @on(RowList.RowHighlighted)
    def _highlighted(self, event: RowList.RowHighlighted) -> None:
        self._state.cursor = event.index
        self.show_summary()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        if event.value != self._state.query:
            self._search(event.value)

    @on(Input.Submitted)
    @on(RowList.RowSelected)
    def _selected(self) -> None:
        if self._state.current is not None:
            self.dismiss("open")

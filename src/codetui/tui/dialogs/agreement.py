"""Agreement with another coder: codes, kinds of disagreement, their quotations, and the text of both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import ClassVar, Literal, NamedTuple, Protocol

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from codetui.core.agreement.comparison import FigurePath
from codetui.core.agreement.figure import Undefined
from codetui.core.agreement.matching import KINDS, Kind
from codetui.core.codebook.index import CodebookIndex, profile_name
from codetui.core.query.parser import parse_query
from codetui.core.query.query import QueryError
from codetui.core.text.display import plural
from codetui.core.text.layout import Layout, wrap
from codetui.core.text.normalize import collapse_spaces
from codetui.model import CodeId
from codetui.study.agreement import AgreementRequest, Disagreement, ListedSpan, StudyAgreement
from codetui.tui.dialogs.base import Dialog, registered
from codetui.tui.keymap import dialog_key_of
from codetui.tui.themes import section_hues
from codetui.tui.widgets.gutters import Side, gutter_cells, gutter_rows
from codetui.tui.widgets.rows import Part, PlainRows, Row, RowList, brief

Tab = Literal["codes", "quotations", "profile", "versions"]
TABS: tuple[Tab, ...] = ("codes", "quotations", "profile", "versions")

CONTEXT, NARROW_CONTEXT = 40, 14
"""Code points shown before a quotation, in a wide window and in one below WIDE cells; CONTEXT are shown after it."""

WIDE = 110


def _first_keys() -> str:
    named = {"dialog.query": "query", "dialog.edit": "code"}
    return " · ".join(["Enter: open", "Tab: level", "a: undone", *_keys_of(named), "Esc: back"])


def _keys_of_a_disagreement(first: str) -> str:
    named = {"next_match": "same kind", "dialog.edit": "code", "dialog.example": "example"}
    return " · ".join([first, *_keys_of(named), "Esc: back"])


def _keys_of(named: Mapping[str, str]) -> list[str]:
    return [f"{key}: {words}" for action, words in named.items() if (key := dialog_key_of(action))]


class _View(NamedTuple):
    """The rows on the screen; `targets` has what Enter opens on each row, by its number."""

    rows: Sequence[Row]
    targets: Sequence[int]
    keys: str


class Trainer(Protocol):
    """Changes the codebook from here; see `workbench/training`."""

    @property
    def index(self) -> CodebookIndex:
        """The codebook as it is now."""

    def edit(self, codes: Sequence[CodeId], told: Callable[[str], None]) -> None:
        """Edit the texts of one of some codes."""

    def add_example(self, words: str, codes: Sequence[CodeId], told: Callable[[str], None]) -> None:
        """Make words an example or a counter-example of one of some codes."""


class AgreementScreen(Dialog[AgreementRequest]):
    """Shows the agreement of two coders, A and B. Answers what to compare instead."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "switch(1)", "next level", show=False, priority=True),
        Binding("shift+tab", "switch(-1)", "previous level", show=False, priority=True),
        registered("next_match", "next(1)", "next of the kind"),
        registered("previous_match", "next(-1)", "previous of the kind"),
        registered("dialog.query", "ask_query", "only what matches a query"),
        registered("dialog.edit", "edit_code", "edit the code"),
        registered("dialog.example", "add_example", "make it an example"),
        Binding("a", "compare_all", "compare what is not done, too", show=False),
        # As in vim, beside the keys of the registry.
        Binding("n", "next(1)", "next of the kind", show=False),
        Binding("N", "next(-1)", "previous of the kind", show=False),
    ]

    def __init__(self, found: StudyAgreement, trainer: Trainer) -> None:
        """Create the screen of an agreement of two coders, from which the codebook can be changed."""
        index = trainer.index
        a, b = found.request.coders
        words = index.book.words
        ads = plural(len(found.compared), words.source, words.sources)
        state = "begun by both" if found.request.is_for_all else "done by both"
        where = f" · {found.request.where.text}" if found.request.where else ""
        super().__init__(f"Agreement: A {a} · B {b} · {ads} {state}{where}", _first_keys())
        self._found, self._index, self._trainer = found, index, trainer
        self._names = {"same": "same", "other_code": "other code", "other_edges": "other edges"} | {
            "only_a": "only A",
            "only_b": "only B",
        }
        self._hues = section_hues(index.book)
        self._all = [one for one in found.disagreements() if one.kind != "same"]
        self._codes = sorted((code for codes in found.sections.values() for code in codes), key=self._rank)
        self._tab: Tab = "codes"
        self._listed: list[Disagreement] | None = None
        """The disagreements of the code or kind that was opened."""
        self._at: int | None = None
        """The number of the one whose text is shown."""
        self._place = 0
        """The row of the level to go back to."""

    def compose(self) -> ComposeResult:
        """Yield the figures, the levels, the rows, and what concerns the row under the cursor."""
        with self.frame():
            yield Static(id="agreement-figures")
            yield Static(id="agreement-levels")
            with Horizontal():
                yield PlainRows()
                yield Static(id="agreement-kinds")

    def on_mount(self) -> None:
        """Show the codes."""
        figures = (("spans", "f1"), ("codes", "f1"), ("codes", "kappa_pooled"), ("profile", "alpha"))
        names = ("quotations F1", "codes F1", "pooled κ", "profile α")
        shown = (f"{name} {self._figure(path)}" for name, path in zip(names, figures, strict=True))
        self.query_one("#agreement-figures", Static).update(" · ".join(shown))
        self.query_one(PlainRows).focus()
        self._show()

    def on_resize(self) -> None:
        """Wrap the text anew."""
        if self._at is not None:
            self._show(self.query_one(PlainRows).cursor)

    # --- keys -----------------------------------------------------------------------------------------

    def action_leave(self) -> None:
        """Go back a level; from the first, close."""
        if self._at is not None:
            at, self._at = self._at, None
            self._show(self._row_of(at))
        elif self._listed is not None:
            self._listed = None
            self._show(self._place)
        else:
            self.dismiss(None)

    def action_compare_all(self) -> None:
        """Compare again, with what both have begun."""
        if self._found.request.is_for_all:
            self._say(f"All {self._index.book.words.sources} that both have begun are compared already.")
        else:
            self.dismiss(self._found.request._replace(is_for_all=True))

    def action_ask_query(self) -> None:
        """Compare only what matches a query."""
        from codetui.tui.dialogs.text import NoteDialog

        def written(text: str | None) -> None:
            if text is None:
                return
            query = parse_query(text, self._index.book) if text.strip() else None
            if isinstance(query, QueryError):
                self._say(f"The query cannot be read at column {query.column}: {query.message}.")
            else:
                self.dismiss(self._found.request._replace(where=query))

        now = self._found.request.where
        title = f"Only {self._index.book.words.sources} that match in the session of A or B"
        self.app.push_screen(NoteDialog(title, now.text if now else ""), written)

    def action_edit_code(self) -> None:
        """Edit the code of the row under the cursor, or one of the two of a disagreement."""
        one = self._disagreement_here()
        codes = _codes_of(one) if one else [self._codes[self._cursor]] if self._tab == "codes" and self._codes else []
        if codes:
            self._trainer.edit([CodeId(code) for code in dict.fromkeys(codes)], self._changed)
        else:
            self._say("No code is under the cursor.")

    def action_add_example(self) -> None:
        """Make the words of a disagreement an example or a counter-example."""
        one = self._disagreement_here()
        side = (one.a or one.b) if one else None
        if one is None or side is None:
            self._say("Open a list of disagreements first, and go to one.")
        else:
            codes = [CodeId(code) for code in dict.fromkeys(_codes_of(one))]
            self._trainer.add_example(side.words, codes, self._changed)

    def _disagreement_here(self) -> Disagreement | None:
        """Return the disagreement whose text is shown, or that is under the cursor of a list."""
        if not self._listed:
            return None
        at = self._at if self._at is not None else self._list_view(self._listed).targets[self._cursor]
        return self._listed[at]

    def _changed(self, words: str) -> None:
        """Show the codebook as it is now, and what was changed."""
        self._index = self._trainer.index
        self._show(self._cursor)
        self._say(words)

    def action_switch(self, step: int) -> None:
        """Show the next level."""
        self._tab = TABS[(TABS.index(self._tab) + step) % len(TABS)]
        self._listed = self._at = None
        self._show()

    def action_next(self, step: int) -> None:
        """Go to the next disagreement of the same kind."""
        if not self._listed:
            return
        here = self._at if self._at is not None else self._list_view(self._listed).targets[self._cursor]
        kind = self._listed[here].kind
        after = range(here + step, len(self._listed) if step > 0 else -1, step)
        found = next((number for number in after if self._listed[number].kind == kind), None)
        if found is None:
            which = "next" if step > 0 else "earlier"
            self._say(f"There is no {which} one of the kind “{self._names[kind]}”.")
        elif self._at is not None:
            self._open_text(found)
        else:
            self.query_one(PlainRows).move_to(self._row_of(found))

    @on(RowList.RowHighlighted)
    def _highlighted(self) -> None:
        self._show_kinds()

    @on(RowList.RowSelected)
    def _selected(self, event: RowList.RowSelected) -> None:
        """Open the disagreements of a code or kind, or the text of one."""
        if self._at is not None or self._tab in ("profile", "versions"):
            return
        if self._listed is not None:
            self._open_text(self._list_view(self._listed).targets[event.index])
            return
        self._place = event.index
        if self._tab == "codes":
            chosen = [one for one in self._all if self._codes[event.index] in _codes_of(one)]
        else:
            chosen = [one for one in self._all if one.kind == KINDS[event.index]]
        if chosen:
            self._listed = chosen
            self._show()
        else:
            self._say("Both coders agree here: there is nothing to list.")

    # --- what is shown ----------------------------------------------------------------------------------

    @property
    def _cursor(self) -> int:
        return self.query_one(PlainRows).cursor

    def _show(self, cursor: int = 0) -> None:
        """Show the rows of the current level."""
        view = self._view()
        rows = self.query_one(PlainRows)
        rows.show(view.rows, cursor)
        rows.call_after_refresh(rows.show_cursor)
        self.box.show_keys(view.keys)
        self._show_kinds()

    def _view(self) -> _View:
        if self._at is not None and self._listed:
            return self._text_view(self._listed[self._at])
        if self._listed is not None:
            return self._list_view(self._listed)
        match self._tab:
            case "codes":
                rows = [self._code_row(code) for code in self._codes]
            case "quotations":
                rows = [self._kind_row(kind) for kind in KINDS]
            case "profile":
                rows = self._profile_rows()
            case _:
                rows = self._version_rows()
        return _View(rows, range(len(rows)), _first_keys())

    def _code_row(self, code: str) -> Row:
        a, b = (self._count("per_code", code, side) for side in "ab")
        left = (
            self._code_part(code, 12),
            Part(f"{a:>4} | {b:<4}", "dim"),
            Part(self._figure(("per_code", code, "f1"))),
        )
        return Row(left, (Part(brief(self._code_name(code), 30), "dim"),))

    def _kind_row(self, kind: Kind) -> Row:
        return Row((Part(f"{self._count('kinds', kind):>6}  "), Part(self._names[kind])))

    def _profile_rows(self) -> list[Row]:
        """Return the confusion matrix: a row for each profile of A, a column for each of B."""
        table = self._found.comparison.profiles
        used = [each.id for each in self._index.book.profiles if any(each.id in row for row in table)]
        rows = [Row((Part(f"{'A ↓  B →':<20}", "dim"), *(Part(f"{brief(each, 5):>6}", "dim") for each in used)))]
        for each in used:
            counts = [table.get((each, other), 0) for other in used]
            name = f"{brief(each, 4):<5}{brief(profile_name(self._index.book, each), 14):<15}"
            rows.append(Row((Part(name), *(Part(f"{count:>6}", "strong" if count else "dim") for count in counts))))
        none = f"No {self._index.book.words.source} has the profiles of both coders."
        return rows if used else [Row((Part(none, "dim"),))]

    def _version_rows(self) -> list[Row]:
        """Return the agreement before and after each change of the codebook, the earliest first."""
        sources = self._index.book.words.sources
        rows = [Row((Part(f"{'codebook':<26}{'done':<12}{sources:>5}  {'F1':<5} pooled κ", "dim"),))]
        for one in self._found.books(by_name=False):
            shown = [one.figures["codes", "n"], one.figures["spans", "f1"], one.figures["codes", "kappa_pooled"]]
            number, f1, kappa = ("–" if isinstance(each, Undefined) else f"{each:.3g}" for each in shown)
            label = brief(one.book or "unknown", 25)
            rows.append(Row((Part(f"{label:<26}{one.first[:10]:<12}{number:>5}  {f1:<5} {kappa}"),)))
        return rows

    def _list_view(self, listed: Sequence[Disagreement]) -> _View:
        """Return the quotations in their context, those of A above those of B."""
        rows: list[Row] = []
        targets: list[int] = []
        for number, one in enumerate(listed):
            text = self._text(one)
            for letter, side, other in (("A", one.a, one.b), ("B", one.b, one.a)):
                if side is None:
                    continue
                is_first = letter == "A" or one.a is None
                what = f"{one.source} {self._names[one.kind]}" if is_first else ""
                words = _in_context(text, side, other, CONTEXT if self.size.width >= WIDE else NARROW_CONTEXT)
                left = (Part(f"{letter} ", "strong"), self._code_part(side.code, 8), *words)
                rows.append(Row(left, (Part(brief(what, 24), "dim"),)))
                targets.append(number)
        return _View(rows, targets, _keys_of_a_disagreement("Enter: text"))

    def _text_view(self, one: Disagreement) -> _View:
        """Return the whole text with the quotations of A in the left gutter and those of B in the right one."""
        text = self._text(one)
        source = next(each for each in self._found.compared if each.id == one.source)
        a, b = ([(span.start, span.end) for span in session.spans] for session in source.sessions[:2])
        strong = [(side.start, side.end) for side in (one.a, one.b) if side]
        rows = gutter_rows(text, self._layout(one), (Side("A", a), Side("B", b)), strong)
        return _View(rows, range(len(rows)), _keys_of_a_disagreement("↑↓: move"))

    def _open_text(self, number: int) -> None:
        """Show the text of a disagreement, with the cursor on its first row."""
        self._at = number
        assert self._listed is not None
        one = self._listed[number]
        first = min(side.start for side in (one.a, one.b) if side)
        self._show(self._layout(one).row_of(first))

    def _layout(self, one: Disagreement) -> Layout:
        return wrap(self._text(one), max(20, self.size.width - gutter_cells(2)))

    def _row_of(self, number: int) -> int:
        """Return the row of a disagreement in the list."""
        return self._list_view(self._listed or ()).targets.index(number) if self._listed else 0

    def _show_kinds(self) -> None:
        """Show what concerns the row under the cursor: beside the rows, or above a list or a text."""
        kinds, levels = self.query_one("#agreement-kinds", Static), self.query_one("#agreement-levels", Static)
        kinds.display = self._listed is None and self._tab != "versions"
        if self._listed is not None:
            levels.update(Content(self._listed_words(self._listed)))
            return
        names = [Content.styled(f" {one} ", "bold reverse" if one == self._tab else "") for one in TABS]
        levels.update(Content("  ").join(names))
        match self._tab:
            case "codes":
                lines = self._code_lines(self._codes[self._cursor]) if self._codes else ["The codebook has no codes."]
            case "quotations":
                lines = [f"F1 {self._figure(('spans', 'f1'))} at IoU ≥ {self._found.request.iou:g}"]
                rules = ("exact", "any_overlap", "code_ignored")
                lines += [f"{rule.replace('_', ' ')} {self._figure(('spans', rule))}" for rule in rules]
            case "versions":
                lines = []
            case _:
                lines = [f"{self._count('profile', 'n')} with two profiles"]
                names_of = {"percent": "percent", "α": "alpha", "κ": "kappa", "AC1": "ac1"}
                lines += [f"{name} {self._figure(('profile', key))}" for name, key in names_of.items()]
        kinds.update(Content("\n".join(lines)))

    def _listed_words(self, listed: Sequence[Disagreement]) -> str:
        """Return the counts of a list, or the kind and codes of the disagreement whose text is shown."""
        if self._at is None:
            counts = Counter(one.kind for one in listed)
            return " · ".join(f"{counts[kind]} {self._names[kind]}" for kind in KINDS if counts[kind])
        one = listed[self._at]
        words = [f"{self._index.book.words.source} {one.source}", self._names[one.kind]]
        for letter, side in (("A", one.a), ("B", one.b)):
            words += [f"{letter} {brief(f'{side.code} {self._code_name(side.code)}', 28)}"] if side else []
        return " · ".join(words)

    def _code_lines(self, code: str) -> list[str]:
        """Return the figures of a code, and the kinds of its disagreements."""
        counts = Counter(one.kind for one in self._all if code in _codes_of(one))
        confused = Counter(
            other
            for one in self._all
            if one.kind == "other_code" and code in _codes_of(one)
            for other in _codes_of(one)
        )
        del confused[code]
        path: FigurePath = ("per_code", code)
        lines = [brief(f"{code} {self._code_name(code)}", 40), ""]
        lines += [f"{self._count(*path, 'matched'):>5}  same"]
        lines += [f"{counts[kind]:>5}  {self._names[kind]}" for kind in KINDS[1:]]
        lines += [f"{number:>7} × {other}" for other, number in confused.most_common(3)]
        cells = "/".join(str(self._count(*path, one)) for one in ("both", "a_only", "b_only", "neither"))
        figures = (
            f"{name} {self._figure((*path, key))}" for name, key in (("κ", "kappa"), ("α", "alpha"), ("AC1", "ac1"))
        )
        return [*lines, "", f"{self._index.book.words.sources}: {cells}", "(both/A/B/neither)", "  ".join(figures)]

    def _say(self, words: str) -> None:
        self.query_one(".frame").border_subtitle = Content(words)

    # --- parts ------------------------------------------------------------------------------------------

    def _rank(self, code: str) -> tuple[bool, float]:
        value = self._found.comparison.figures["per_code", code, "f1"]
        return (True, 0.0) if isinstance(value, Undefined) else (False, value)

    def _code_name(self, code: str) -> str:
        known = self._index.codes.get(CodeId(code))
        return known.name if known else ""

    def _code_part(self, code: str, cells: int) -> Part:
        known = self._index.codes.get(CodeId(code))
        hue = self._hues.get(known.section, len(self._hues)) if known else len(self._hues)
        return Part(f"{brief(code, cells):<{cells}} ", "hue", hue)

    def _figure(self, path: FigurePath) -> str:
        value = self._found.comparison.figures[path]
        return "  –" if isinstance(value, Undefined) else f"{value:.2f}"

    def _count(self, *path: str) -> int:
        value = self._found.comparison.figures[path]
        return 0 if isinstance(value, Undefined) else int(value)

    def _text(self, one: Disagreement) -> str:
        found = self._found.sources.get(one.source)
        return found.text if found else ""


def _codes_of(one: Disagreement) -> list[str]:
    return [side.code for side in (one.a, one.b) if side]


def _in_context(text: str, side: ListedSpan, other: ListedSpan | None, context: int) -> list[Part]:
    """Return the words of a quotation within their context; those that the other coder did not quote are strong."""
    before = collapse_spaces(text[max(0, side.start - context) : side.start])
    after = collapse_spaces(text[side.end : side.end + CONTEXT])
    cuts = {side.start, side.end}
    if other is not None:
        cuts |= {edge for edge in (other.start, other.end) if side.start < edge < side.end}
    parts = [Part(f"{before} " if before else "", "dim"), Part("“")]
    for start, end in pairwise(sorted(cuts)):
        is_shared = other is not None and other.start <= start and end <= other.end
        parts.append(Part(" ".join(text[start:end].split("\n")), "plain" if is_shared else "strong"))
    return [*parts, Part("”"), Part(f" {after}", "dim")]

"""All ads with their states: type to filter, Tab to show one state, Enter to open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Literal

from rapidfuzz import fuzz, process
from rich.cells import set_cell_size
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static

from codetui.model import SourceEntry, SourceId, Words
from codetui.study.session.outcome import AdStatus, Progress
from codetui.tui.dialogs.base import Dialog, key_chips, registered
from codetui.tui.keymap import key_of
from codetui.tui.widgets.rows import Part, Row, RowList, Tone, brief

State = Progress | Literal["no text"]
SIGNS: dict[State, str] = {
    "untouched": "·",
    "in progress": "◐",
    "profile assigned": "◕",
    "done": "●",
    "not codable": "⊘",
    "no text": "∅",
}
UNCODABLE: tuple[State, ...] = ("not codable", "no text")
STATES = tuple(SIGNS)
BAR_CELLS = 24
BESIDE_ROWS = 5
"""Cells of the screen that no row of the list has: the padding, the scroll bar, the cursor's bar and the edge."""

Order = Literal["", "state", "id", "employer", "title", "codings"]
ORDERS: tuple[Order, ...] = ("", "state", "employer", "title", "codings", "id")
"""The orders of the list; the first one is that of the corpus."""

FEW = 20
SHORTEST_SIMILAR = 3
MOST_SIMILAR = 200
LEAST_SIMILARITY = 80


WORDS = Words()
UNTOUCHED = AdStatus("untouched", 0)


def state_words(state: State) -> str:
    """Return the name of a state with its sign."""
    return f"{SIGNS[state]} {state.removesuffix(' assigned')}"


class AdFilter:
    """Finds ads whose id, employer, title or state contain all words; if there are few, also similar ones."""

    def __init__(
        self,
        entries: Sequence[SourceEntry],
        states: Sequence[str] = (),
        state_of: Callable[[int], str] = lambda _: "",
    ) -> None:
        """Create a filter; `entries` may grow later, `state_of` returns an ad's one of the `states`, by position."""
        self._entries = entries
        self._states = states
        self._state_of = state_of
        self._texts: list[str] = []

    def places(self, query: str, keeps: Callable[[SourceEntry], bool] | None = None) -> Sequence[int]:
        """Return the positions of the matching ads in corpus order; an ad whose id is the query comes first."""
        places = self._matching(query.casefold().split())
        return places if keeps is None else [at for at in places if keeps(self._entries[at])]

    def _matching(self, words: Sequence[str]) -> Sequence[int]:
        if not words:
            return range(len(self._entries))
        # The ads that were listed since the last query.
        for entry in self._entries[len(self._texts) :]:
            self._texts.append(f"{entry.id} {entry.employer} {entry.title}".casefold())
        tests = [(word, {state for state in self._states if word in state}) for word in words]
        found = [
            at
            for at, text in enumerate(self._texts)
            if all(word in text or (states and self._state_of(at) in states) for word, states in tests)
        ]
        found.sort(key=lambda at: self._entries[at].id.casefold() != words[0])
        query = " ".join(words)
        if len(found) < FEW and len(query) >= SHORTEST_SIMILAR:
            similar = process.extract(
                query, self._texts, scorer=fuzz.partial_ratio, score_cutoff=LEAST_SIMILARITY, limit=MOST_SIMILAR
            )
            found += [at for _, _, at in similar if at not in found]
        return found


class AdRows(RowList, can_focus=False):
    """The ads that match the filter."""

    def __init__(
        self,
        entries: Sequence[SourceEntry],
        progress: Mapping[SourceId, AdStatus],
        is_empty: Callable[[int], bool] = lambda _: False,
    ) -> None:
        """Create the rows; `is_empty` returns whether the ad at a position is known to have no text."""
        super().__init__(classes="-active")
        self._entries = entries
        self._progress = progress
        self._is_empty = is_empty
        self.places: Sequence[int] = range(len(entries))
        self.id_cells = 4

    def row_count(self) -> int:
        """Return the number of ads."""
        return len(self.places)

    def row(self, index: int, width: int) -> Row:
        """Return the state, id, employer, title and number of codings of an ad."""
        entry = self._entries[self.places[index]]
        codings = self._progress.get(entry.id, UNTOUCHED).codings
        state = self.state(self.places[index])
        tone: Tone = "dim" if state in ("untouched", *UNCODABLE) else "plain"
        state_cells, id_cells, employer_cells = self.columns(width)
        employer = set_cell_size(brief(entry.employer, employer_cells), employer_cells)
        left = (
            Part(f"{state_words(state):<{state_cells}}", tone),
            Part(f"{brief(entry.id, self.id_cells):<{id_cells}}", "dim"),
            Part(f"{employer}  "),
            Part(brief(entry.title, width)),
        )
        return Row(left, (Part(f"{codings or '':>7}", "dim"),))

    def state(self, place: int) -> State:
        """Return the state of the ad at a position of the corpus."""
        state = self._progress.get(self._entries[place].id, UNTOUCHED).progress
        return "no text" if state == "untouched" and self._is_empty(place) else state

    def columns(self, width: int) -> tuple[int, int, int]:
        """Return the cells of the state, of the id and of the employer in a row of `width` cells."""
        return 14, max(self.id_cells, 2) + 2, max(12, width // 4)

    def sort(self, order: Order) -> None:
        """Put the matching ads into an order; equal ones stay in the order of the corpus."""
        if order:
            self.places = sorted(self.places, key=lambda place: self._sorted_by(order, place))

    def _sorted_by(self, order: Order, place: int) -> tuple[bool, int | str]:
        """Return the value of an ad by which it is sorted; ads without one come last."""
        entry = self._entries[place]
        if order == "codings":
            return False, -self._progress.get(entry.id, UNTOUCHED).codings
        if order == "state":
            return False, STATES.index(self.state(place))
        text = {"id": entry.id, "employer": entry.employer}.get(order, entry.title).strip().casefold()
        return not text, f"{int(text):012}" if text.isdecimal() else text


class AdListScreen(Dialog[SourceId]):
    """Asks for an ad, on the whole screen. Answers with its id; ads listed later are added at the end."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "up", show=False),
        Binding("down", "move(1)", "down", show=False),
        Binding("pageup", "page(-1)", "a page up", show=False),
        Binding("pagedown", "page(1)", "a page down", show=False),
        Binding("ctrl+home", "go(0)", "to the first", show=False),
        Binding("ctrl+end", "go(-1)", "to the last", show=False),
        Binding("tab", "next_state(1)", "filter by the next state", show=False, priority=True),
        registered("dialog.sort", "next_order", "sort by the next column", priority=True),
        Binding("shift+tab", "next_state(-1)", "filter by the previous state", show=False, priority=True),
    ]

    def __init__(
        self,
        entries: Sequence[SourceEntry],
        progress: Mapping[SourceId, AdStatus],
        current: SourceId | None = None,
        *,
        is_listing: bool = False,
        words: Words = WORDS,
        is_empty: Callable[[int], bool] = lambda _: False,
    ) -> None:
        """Create the list.

        `progress` has the ads that have been worked on, `is_listing` is True while more ads may come. `is_empty`
        returns whether the ad at a position is known to have no text.
        """
        super().__init__()
        self._entries = list(entries)
        self._progress = progress
        self._current = current
        self._is_listing = is_listing
        self._words = words
        self._state: State | None = None
        self._choices: list[State | None] = [None]
        self._sorting: Order = ""
        self._query = ""
        self._list = AdRows(self._entries, self._progress, is_empty)
        self._filter = AdFilter(self._entries, STATES, self._list.state)

    def compose(self) -> ComposeResult:
        """Yield the filter, the states and the ads."""
        with Horizontal(id="ads-query"):
            yield Static(f"{self._words.sources.capitalize()}  ", markup=False)
            yield Input(placeholder="type: id, employer, title, state", compact=True)
            yield Static(id="ads-progress")
        yield Static(id="ads-states")
        yield Static(id="ads-head")
        yield self._list
        yield Static(id="ads-none")
        keys = f"Enter: open · Tab: state · {key_of('dialog.sort')}: sort · Esc: close"
        yield Static(key_chips(keys), id="ads-keys")

    def on_mount(self) -> None:
        """Move the cursor to the ad that is open."""
        self.query_one(Input).focus()
        self._show(next((at for at, entry in enumerate(self._entries) if entry.id == self._current), 0))

    def add_entries(self, entries: Sequence[SourceEntry], *, is_listing: bool = True) -> None:
        """Add newly listed ads; the cursor stays on its ad."""
        self._entries.extend(entries)
        self._is_listing = is_listing
        if self.is_mounted:
            self._show(self._place())

    def action_page(self, step: int) -> None:
        """Move a page of ads up or down."""
        self._rows.action_page(step)

    def action_go(self, index: int) -> None:
        """Move to an ad by its position in the list; -1 is the last one."""
        self._rows.action_go(index)

    def action_next_state(self, step: int) -> None:
        """Show only the ads in the next state; after the last state, all."""
        place, choices = self._place(), self._choices
        here = choices.index(self._state) if self._state in choices else 0
        self._state = choices[(here + step) % len(choices)]
        self._show(place)

    def action_next_order(self) -> None:
        """Sort by the next column; after the last one, in the order of the corpus."""
        place = self._place()
        self._sorting = ORDERS[(ORDERS.index(self._sorting) + 1) % len(ORDERS)]
        self._show(place)

    def on_resize(self) -> None:
        """Put the heads above their columns."""
        if self.is_mounted:
            self._show_head()

    @property
    def _rows(self) -> AdRows:
        return self._list

    @on(Input.Changed)
    def _query_changed(self) -> None:
        before, self._query = self._query, self.query_one(Input).value
        self._show(self._place() if before.startswith(self._query) else None)

    @on(Input.Submitted)
    @on(RowList.RowSelected)
    def _selected(self) -> None:
        place = self._place()
        if place is not None:
            self.dismiss(self._entries[place].id)

    def _place(self) -> int | None:
        """Return the position, among all ads, of the ad under the cursor."""
        rows = self._rows
        return rows.places[rows.cursor] if rows.cursor < len(rows.places) else None

    def _show(self, place: int | None) -> None:
        """Show the matching ads, with the cursor on the ad at `place`, or on the first."""
        rows = self._rows
        found = self._filter.places(self.query_one(Input).value)
        rows.places = [at for at in found if rows.state(at) == self._state] if self._state else found
        rows.sort(self._sorting)
        rows.id_cells = min(max((len(entry.id) for entry in self._entries[:2000]), default=4), 16)
        rows.rows_changed(_index(rows.places, place))
        rows.call_after_refresh(rows.show_cursor)
        none = self.query_one("#ads-none", Static)
        none.display = not rows.places
        none.update(f"No {self._words.sources} match: change the words, or press Tab for another state.")
        self._show_states()
        self._show_head()

    def _show_head(self) -> None:
        """Show the names of the columns, with a sign at the one that is sorted by."""
        rows = self._rows
        width = max(0, self.size.width - BESIDE_ROWS)
        state, number, employer = rows.columns(width)
        names: tuple[tuple[Order, int], ...] = (("state", state), ("id", number), ("employer", employer + 2))
        cells = [set_cell_size(self._head(name), room) for name, room in names]
        title = set_cell_size(self._head("title"), max(0, width - state - number - employer - 2 - 9))
        codings = "codings" if self._sorting != "codings" else "▾coding"
        self.query_one("#ads-head", Static).update(Content(f" {''.join(cells)}{title}  {codings}"))

    def _head(self, name: Order) -> str:
        return f"{name} ▾" if name == self._sorting else name

    def _show_states(self) -> None:
        counts: Counter[State] = Counter(map(self._rows.state, range(len(self._entries))))
        done, codable = counts["done"], len(self._entries) - sum(counts[state] for state in UNCODABLE)
        full = BAR_CELLS * done // codable if codable else 0
        self.query_one("#ads-progress", Static).update(
            Content.assemble(
                ("━" * full, "$line"), ("─" * (BAR_CELLS - full), "$muted"), f" {done:,} of {codable:,} done"
            )
        )
        names: dict[State | None, str] = {None: f"all {len(self._entries):,}"}
        names |= {state: f"{state_words(state)} {counts[state]:,}" for state in STATES}
        for state in UNCODABLE:
            if not counts[state]:
                del names[state]
        self._choices = list(names)
        styles = {self._state: "bold reverse"}
        parts = [Content.styled(f" {name} ", styles.get(state, "")) for state, name in names.items()]
        more = Content.styled(" listing…", "$muted") if self._is_listing else Content("")
        self.query_one("#ads-states", Static).update(Content.assemble(*parts, more))


def _index(places: Sequence[int], place: int | None) -> int:
    """Return the position of an ad among the matching ones, or of the first one after it."""
    if place is None:
        return 0
    if isinstance(places, range):
        return place
    after = next((index for index, at in enumerate(places) if at >= place), 0)
    return next((index for index, at in enumerate(places) if at == place), after)

"""All ads with their states: type to filter, Tab to show one state, Enter to open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

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
from codetui.tui.dialogs.base import Dialog
from codetui.tui.widgets.rows import Part, Row, RowList, Tone, brief

SIGNS: dict[Progress, str] = {"untouched": "·", "in progress": "◐", "profile assigned": "◕", "done": "●"}
STATES = tuple(SIGNS)
KEYS = "Enter: open · Tab: state · Esc: close"

FEW = 20
SHORTEST_SIMILAR = 3
MOST_SIMILAR = 200
LEAST_SIMILARITY = 80


WORDS = Words()
UNTOUCHED = AdStatus("untouched", 0)


def state_words(state: Progress) -> str:
    """Return the name of a state with its sign."""
    return f"{SIGNS[state]} {state.removesuffix(' assigned')}"


class AdFilter:
    """Finds ads whose id, employer, title or state contain all words; if there are few, also similar ones."""

    def __init__(
        self,
        entries: Sequence[SourceEntry],
        states: Sequence[str] = (),
        state_of: Callable[[SourceEntry], str] = lambda _: "",
    ) -> None:
        """Create a filter; `entries` may grow later, `state_of` returns which of the `states` an ad has."""
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
            if all(word in text or (states and self._state_of(self._entries[at]) in states) for word, states in tests)
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

    def __init__(self, entries: Sequence[SourceEntry], progress: Mapping[SourceId, AdStatus]) -> None:
        super().__init__(classes="-active")
        self._entries = entries
        self._progress = progress
        self.places: Sequence[int] = range(len(entries))
        self.id_cells = 4

    def row_count(self) -> int:
        """Return the number of ads."""
        return len(self.places)

    def row(self, index: int, width: int) -> Row:
        """Return the state, id, employer, title and number of codings of an ad."""
        entry = self._entries[self.places[index]]
        progress = self._progress.get(entry.id, UNTOUCHED)
        tone: Tone = "dim" if progress.progress == "untouched" else "plain"
        state = Part(f"{state_words(progress.progress):<14}", tone)
        number = f"{brief(entry.id, self.id_cells):<{self.id_cells}}  "
        employer_cells = max(12, width // 4)
        employer = set_cell_size(brief(entry.employer, employer_cells), employer_cells)
        count = Part(f"{progress.codings:>4}" if progress.codings else "    ", "dim")
        left = (state, Part(number, "dim"), Part(f"{employer}  "), Part(brief(entry.title, width)))
        return Row(left, (count,))


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
    ) -> None:
        """Create the list.

        `progress` has the ads that have been worked on, `is_listing` is True while more ads may come.
        """
        super().__init__()
        self._entries = list(entries)
        self._progress = progress
        self._current = current
        self._is_listing = is_listing
        self._words = words
        self._state: Progress | None = None
        self._query = ""
        self._filter = AdFilter(self._entries, STATES, self._state_of)

    def compose(self) -> ComposeResult:
        """Yield the filter, the states and the ads."""
        with Horizontal(id="ads-query"):
            yield Static(f"{self._words.sources.capitalize()}  ", markup=False)
            yield Input(placeholder="type: id, employer, title, state", compact=True)
            yield Static(f"  {KEYS}")
        yield Static(id="ads-states")
        yield AdRows(self._entries, self._progress)
        yield Static(id="ads-none")

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
        choices: list[Progress | None] = [None, *STATES]
        place = self._place()
        self._state = choices[(choices.index(self._state) + step) % len(choices)]
        self._show(place)

    @property
    def _rows(self) -> AdRows:
        return self.query_one(AdRows)

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
        rows.places = self._filter.places(
            self.query_one(Input).value, (lambda entry: self._state_of(entry) == self._state) if self._state else None
        )
        rows.id_cells = min(max((len(entry.id) for entry in self._entries[:2000]), default=4), 16)
        rows.rows_changed(_index(rows.places, place))
        rows.call_after_refresh(rows.show_cursor)
        none = self.query_one("#ads-none", Static)
        none.display = not rows.places
        none.update(f"No {self._words.sources} match: change the words, or press Tab for another state.")
        self._show_states()

    def _state_of(self, entry: SourceEntry) -> Progress:
        return self._progress.get(entry.id, UNTOUCHED).progress

    def _show_states(self) -> None:
        counts = Counter(one.progress for one in self._progress.values())
        counts["untouched"] = len(self._entries) - sum(counts[state] for state in STATES[1:])
        names: dict[Progress | None, str] = {None: f"all {len(self._entries):,}"}
        names |= {state: f"{state_words(state)} {counts[state]:,}" for state in STATES}
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

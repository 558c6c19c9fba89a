"""Figures of codings: profiles, codes, codes by group, codes that occur together, and saturation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import ClassVar, Literal, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from codetui.core.agreement.figure import Undefined
from codetui.core.statistics.division import OWN, Division, NoDivision, division_by
from codetui.core.statistics.frequencies import NO_VALUE, Counted, code_table, crosstab, profile_table
from codetui.core.statistics.saturation import saturation_table
from codetui.core.statistics.table import FigureTable
from codetui.core.statistics.together import Level, together_table
from codetui.core.text.display import plural
from codetui.formats.figure_tables import TableBlock, blocks_of, notes_of
from codetui.model import Words
from codetui.tui.dialogs.base import Dialog, alarm, registered
from codetui.tui.keymap import dialog_key_of
from codetui.tui.widgets.rows import Part, PlainRows, Row, RowList

View = Literal["profiles", "codes", "by group", "together", "saturation"]
VIEWS: tuple[View, ...] = ("profiles", "codes", "by group", "together", "saturation")

Whose = Literal["own", "people", "all"]
WHOSE: Mapping[Whose, str] = {"own": "yours", "people": "all people", "all": "all people and models"}

SHORT: Mapping[Whose, str] = {"own": "yours", "people": "all people", "all": "models too"}

LOW, NOTES, FEW_NOTES = 32, 6, 2
"""Rows of a window below which the notes have FEW_NOTES rows, else NOTES."""

LEVELS: tuple[Level, ...] = ("ad", "overlap")

SEED = 1
"""The seed of random orders, as in `codetui stats`."""

BORDERS = 6
"""Cells beside the rows: the frame, and the bar that marks the cursor."""


class Recount(NamedTuple):
    """The sessions to count: the coder's own, or those that the coder may read; done ads, or begun ones too."""

    whose: Whose = "own"
    with_begun_ones: bool = False


@dataclass
class Shown:
    """The view of the screen, kept for the next time."""

    view: View = "codes"
    by: int = 0
    level: int = 0


class Wish(NamedTuple):
    """A query whose findings are wanted, or what to count instead."""

    query: str = ""
    recount: Recount = Recount()


class NumbersScreen(Dialog[Wish]):
    """Shows figures of codings."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "switch(1)", "next view", show=False, priority=True),
        Binding("shift+tab", "switch(-1)", "previous view", show=False, priority=True),
        registered("dialog.group", "regroup", "next grouping"),
        registered("dialog.whose", "recount_for", "whose codings"),
        registered("dialog.begun", "recount_begun", "begun ones"),
        Binding("right,l", "turn(1)", "further columns", show=False, priority=True),
        Binding("left,h", "turn(-1)", "earlier columns", show=False, priority=True),
    ]

    def __init__(self, counted: Counted, request: Recount, shown: Shown, problems: int) -> None:
        """Create the screen of counted ads; `problems` is the number of sessions that could not be read."""
        state = "begun" if request.with_begun_ones else "done"
        ads = plural(len(counted.ads), counted.source, counted.sources)
        super().__init__(f"Numbers: {WHOSE[request.whose]} · {ads} {state}")
        self.shown = shown
        self._counted, self._request, self._problems = counted, request, problems
        self._groupings = [*OWN, *counted.columns]
        self._tables: dict[tuple[View, int], FigureTable] = {}
        self._block = 0

    def compose(self) -> ComposeResult:
        """Yield the views, the heading, the rows, and what the figures count."""
        with self.frame():
            yield Static(id="numbers-views")
            yield Static(id="numbers-heading")
            yield PlainRows()
            yield Static(id="numbers-notes")

    def on_mount(self) -> None:
        """Show the view that was shown last."""
        self.query_one(PlainRows).focus()
        self._show()

    def on_resize(self) -> None:
        """Fit the columns anew."""
        self._show(self.query_one(PlainRows).cursor)

    # --- keys -----------------------------------------------------------------------------------------

    def action_switch(self, step: int) -> None:
        """Show the next view."""
        self.shown.view = VIEWS[(VIEWS.index(self.shown.view) + step) % len(VIEWS)]
        self._block = 0
        self._show()

    def action_regroup(self) -> None:
        """Group by the next thing; of codes that occur together, show the next level."""
        shown = self.shown
        if shown.view == "together":
            shown.level = (shown.level + 1) % len(LEVELS)
        else:
            shown.by = (shown.by + 1) % len(self._groupings) if shown.view == "by group" else shown.by
            shown.view = "by group"
        self._block = 0
        self._show()

    def action_turn(self, step: int) -> None:
        """Show further columns."""
        number = len(self._blocks)
        self._block = min(max(self._block + step, 0), number - 1)
        self._show(self.query_one(PlainRows).cursor)

    def action_recount_for(self) -> None:
        """Count the sessions of others, too."""
        self.dismiss(Wish(recount=self._request._replace(whose=_following(self._request.whose))))

    def action_recount_begun(self) -> None:
        """Count ads that are begun, or only those that are done."""
        self.dismiss(Wish(recount=self._request._replace(with_begun_ones=not self._request.with_begun_ones)))

    @on(RowList.RowSelected)
    def _selected(self, event: RowList.RowSelected) -> None:
        """Show the quotations that a row counts."""
        query = self._query_of(event.index) if self._counted.ads and self._table.rows else ""
        if query:
            self.dismiss(Wish(query))
        else:
            self.query_one(".frame").border_subtitle = Content("There are no quotations behind this row.")

    # --- what is shown ----------------------------------------------------------------------------------

    @property
    def _table(self) -> FigureTable:
        """The table of the current view, which is made once."""
        shown = self.shown
        detail = {"by group": shown.by, "together": shown.level}.get(shown.view, 0)
        key = shown.view, detail
        if key not in self._tables:
            self._tables[key] = self._made()
        return self._tables[key]

    def _made(self) -> FigureTable:
        counted = self._counted
        match self.shown.view:
            case "profiles":
                return profile_table(counted)
            case "codes":
                return code_table(counted)
            case "by group":
                division = division_by(counted, self._groupings[self.shown.by])
                if isinstance(division, NoDivision):
                    division = Division(self._groupings[self.shown.by], lambda ad: (("", ad.sessions),))
                return crosstab(counted, division.grouping, division.name, division.order)
            case "together":
                return together_table(counted, LEVELS[self.shown.level])
            case "saturation":
                return saturation_table(counted, Random(SEED).random, seed=SEED)

    @property
    def _blocks(self) -> list[TableBlock]:
        return blocks_of(self._table, max(40, self.size.width - BORDERS))

    def _show(self, cursor: int = 0) -> None:
        """Show the rows of the current view and columns."""
        table, blocks = self._table, self._blocks
        self._block = min(self._block, len(blocks) - 1)
        block = blocks[self._block]
        names = [Content.styled(f" {one} ", "bold reverse" if one == self.shown.view else "") for one in VIEWS]
        self.query_one("#numbers-views", Static).update(Content("  ").join(names))
        title = f"{table.title}   columns {self._block + 1}/{len(blocks)}" if len(blocks) > 1 else table.title
        self.query_one("#numbers-heading", Static).update(Content("\n".join([title, *block.heading])))
        rows = [Row((Part(line),)) for line in block.rows]
        none = Row((Part(f"No {self._counted.source} of {WHOSE[self._request.whose]} is done yet.", "dim"),))
        self.query_one(PlainRows).show(rows if rows and self._counted.ads else [none], cursor)
        words = Words(source=self._counted.source, sources=self._counted.sources)
        notes = Content("\n".join(notes_of(table, words)))
        if self._problems:
            notes = Content("\n").join([alarm(f"{plural(self._problems, 'problem')} left sessions out."), notes])
        below = self.query_one("#numbers-notes", Static)
        below.styles.max_height = FEW_NOTES if self.size.height < LOW else NOTES
        below.update(notes)
        self.box.show_keys(self._keys_of_view(len(blocks)))

    def _keys_of_view(self, blocks: int) -> str:
        group, whose, begun = map(dialog_key_of, ("dialog.group", "dialog.whose", "dialog.begun"))
        keys = ["Enter: find", "Tab: view"]
        keys += [f"{group}: {'level' if self.shown.view == 'together' else 'group'}"] if group else []
        keys += ["←→: columns"] if blocks > 1 else []
        keys += [f"{begun}: {'only done' if self._request.with_begun_ones else 'begun too'}"] if begun else []
        keys += [f"{whose}: {SHORT[_following(self._request.whose)]}"] if whose else []
        return " · ".join([*keys, "Esc: close"])

    def _query_of(self, row: int) -> str:
        """Return the query that finds the quotations of a row; empty if it has none."""
        values = self._table.rows[row]
        first = values[0]
        if isinstance(first, Undefined):
            return ""
        match self.shown.view:
            case "profiles":
                return 'profile:""' if first == NO_VALUE else f'profile:"{first}"'
            case "codes" | "by group":
                return f'code:"{first}"' if first else ""
            case "together":
                relation = " " if LEVELS[self.shown.level] == "ad" else " & "
                return f'code:"{first}"{relation}code:"{values[1]}"'
            case "saturation":
                return f'id:"{values[1]}"'


def _following(whose: Whose) -> Whose:
    """Return whose codings are counted next."""
    names = tuple(WHOSE)
    return names[(names.index(whose) + 1) % len(names)]

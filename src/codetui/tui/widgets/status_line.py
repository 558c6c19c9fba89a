"""The bottom rows: what just happened, where the coder is, and whether the work is saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from codetui.tui.widgets.cells import brief, cut, shown, wrap
from codetui.tui.widgets.hues import hue_colour

Kind = Literal["info", "refusal", "error"]
SIGNS: dict[Kind, str] = {"info": "", "refusal": "! ", "error": "✗ "}
STYLES: dict[Kind, str] = {"info": "", "refusal": "bold $text-warning", "error": "bold reverse $text-error"}
NOT_SAVED = " NOT SAVED "
READ_ONLY = "read only"
BAR_CELLS = 8
GAP = 2
"""Cells between what stands left and right."""

LEAST_LABEL = 14
"""Cells below which a code's short key alone says more than its label cut."""

ROWS = 2


@dataclass(frozen=True, slots=True)
class StatusFacts:
    """Where the coder is.  `place` counts from one; `to_place` the quotations in doubt; an empty text is left out."""

    place: int = 0
    total: int = 0
    ad: str = ""
    employer: str = ""
    coder: str = ""
    profile: str = ""
    is_saved: bool = True
    is_done: bool = False
    is_read_only: bool = False
    to_place: int = 0


class CodeMark(NamedTuple):
    """A code under the cursor; `hue` is the index of its section."""

    key: str
    label: str
    hue: int = 0


class Piece(NamedTuple):
    """A fact with its rank: the lowest is dropped first where room is short."""

    text: str
    rank: int
    style: str = ""


class StatusLine(Widget):
    """Two rows: a message and the codes under the cursor; below them the facts."""

    DEFAULT_CSS = """
    StatusLine { dock: bottom; height: 2; background: $panel; color: $foreground; padding: 0 1; }
    StatusLine:ansi { background: ansi_default; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._facts = StatusFacts()
        self._codes: tuple[CodeMark, ...] = ()
        self._message = ""
        self._kind: Kind = "info"
        self._listed: int | None = None
        self._share: float | None = None

    @property
    def message(self) -> tuple[str, Kind]:
        """What is said just now, and of what kind it is."""
        return self._message, self._kind

    def show_facts(self, facts: StatusFacts) -> None:
        """Show where the coder is."""
        if facts != self._facts:
            self._facts = facts
            self.refresh()

    def show_codes(self, codes: Sequence[CodeMark]) -> None:
        """Show the codes under the cursor."""
        if tuple(codes) != self._codes:
            self._codes = tuple(codes)
            self.refresh()

    def say(self, text: str, kind: Kind = "info") -> None:
        """Show a message until the next; an empty one takes it away."""
        self._message, self._kind = shown(text), kind
        self.refresh()

    def say_besides(self, text: str, kind: Kind = "info") -> None:
        """Show a message that no key has asked for: behind a refusal or an error, which the coder may be reading."""
        said, was = self.message
        if not said or was == "info":
            self.say(text, kind)
        elif shown(text) not in said:
            self.say(f"{said} · {text}", "error" if kind == "error" else was)

    def show_listing(self, listed: int | None, share: float | None = None) -> None:
        """Show how many ads are listed so far, and how far that is (0 to 1) where known; None ends it."""
        self._listed, self._share = listed, share
        self.refresh()

    def render(self) -> Content:
        """Both rows.

        The short keys of the codes under the cursor always stand at the right of the first one.  Their labels
        are there where the message leaves room; a message too long goes on in the second row, in the place of
        the facts: what to do next stands at its end.
        """
        width = self.content_size.width
        style = STYLES[self._kind]
        keys = self._marks(width // 3, with_labels=False)
        room = width - (keys.cell_length + GAP if keys else 0)
        lines = wrap(f"{SIGNS[self._kind]}{self._message}", room) if self._message else [""]
        message = Content.styled(lines[0], style)
        if len(lines) > 1:
            alarm = Content("") if self._facts.is_saved else Content.styled(NOT_SAVED, STYLES["error"])
            room = width - (alarm.cell_length + GAP if alarm else 0)
            second = Content.styled(cut(" ".join(lines[1:]), room), style)
            return Content("\n").join([_spread(message, keys, width), _spread(second, alarm, width)])
        codes = self._marks(width - message.cell_length - (GAP if message else 0))
        return Content("\n").join([_spread(message, codes, width), self._second_row(width)])

    def _marks(self, room: int, *, with_labels: bool = True) -> Content:
        """The codes with their labels; where room is short, cut, or the short keys alone."""
        if not self._codes:
            return Content("")
        share = (room - 3 * (len(self._codes) - 1)) // len(self._codes)
        with_labels = with_labels and share >= LEAST_LABEL
        marks: list[Content] = []
        for mark in self._codes:
            style = f"bold {hue_colour(self.app, mark.hue)}"
            name = brief(mark.label, share - len(mark.key) - 1) if with_labels else ""
            marks.append(Content.assemble((mark.key, style), f" {name}" if name else ""))
        text = Content(" · " if with_labels else " ").join(marks)
        return text if text.cell_length <= room else text.truncate(max(room, 0), ellipsis=True)

    def _second_row(self, width: int) -> Content:
        facts = self._facts
        saved = Content.styled(READ_ONLY, STYLES["refusal"]) if facts.is_read_only else Content("saved")
        if not facts.is_saved:
            saved = Content.styled(NOT_SAVED, STYLES["error"])
        if facts.is_done:
            saved = Content.assemble(("● done · ", "bold"), saved)
        right = Content(" · ").join([self._listing(), saved]) if self._listed is not None else saved
        room = width - right.cell_length - 2
        return _spread(_joined(_pieces(facts, room), room), right, width)

    def _listing(self) -> Content:
        text = f"listing {self._listed or 0:,}…"
        if self._share is None:
            return Content(text)
        full = round(min(max(self._share, 0.0), 1.0) * BAR_CELLS)
        rest = ("─" * (BAR_CELLS - full), "$foreground 50%")
        return Content.assemble(f"{text} ", ("━" * full, "bold"), rest)


def _pieces(facts: StatusFacts, room: int) -> list[Piece]:
    pieces: list[Piece] = []
    if facts.total:
        pieces.append(Piece(f"ad {facts.place:,} of {facts.total:,}", 3))
    if facts.ad:
        employer = brief(facts.employer, max(room // 3, 8))
        pieces.append(Piece(f"#{brief(facts.ad, 24)} {employer}".rstrip(), 5, "bold"))
    if facts.to_place:
        pieces.append(Piece(f"{facts.to_place:,} to place: v", 4, "bold"))
    if facts.coder:
        pieces.append(Piece(f"coder {brief(facts.coder, 20)}", 1))
    if facts.profile:
        pieces.append(Piece(brief(facts.profile, max(room // 3, 12)), 2))
    return pieces


def _joined(pieces: list[Piece], room: int) -> Content:
    """The pieces with ` · ` between, without those of the lowest rank that do not fit."""
    while len(pieces) > 1 and sum(cell_len(piece.text) + 3 for piece in pieces) - 3 > room:
        pieces.remove(min(pieces, key=lambda piece: piece.rank))
    text = Content(" · ").join([Content.styled(piece.text, piece.style) for piece in pieces])
    return text if text.cell_length <= room else text.truncate(max(room, 0), ellipsis=True)


def _spread(left: Content, right: Content, width: int) -> Content:
    """`left` at the left, `right` at the right of a row."""
    gap = max(width - left.cell_length - right.cell_length, 1)
    return Content.assemble(left, " " * gap if right else "", right)

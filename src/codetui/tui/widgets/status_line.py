"""The bottom rows: what just happened, where the coder is, and whether the work is saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from codetui.tui.themes import component_style, hue_style
from codetui.tui.widgets.cells import brief, cut, shown, wrap

Kind = Literal["info", "refusal", "error"]
SIGNS: dict[Kind, str] = {"info": "", "refusal": "! ", "error": "✗ "}
Tone = Literal["plain", "strong", "dim", "hue", "refusal", "error"]
TONES: dict[Kind, Tone] = {"info": "plain", "refusal": "refusal", "error": "error"}
NOT_SAVED = " NOT SAVED "
NO_DOCUMENT = "document not written: F4"
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
    is_document_refused: bool = False


class CodeMark(NamedTuple):
    """A code under the cursor; `hue` is the index of its section."""

    key: str
    label: str
    hue: int = 0


class Piece(NamedTuple):
    """Some words in a tone; `hue` is the index of the section whose colour they bear, where the tone is "hue"."""

    text: str
    tone: Tone = "plain"
    hue: int = 0


Pieces = list[Piece]


class Fact(NamedTuple):
    """A fact with its rank: the lowest is dropped first where room is short."""

    piece: Piece
    rank: int


class StatusLine(Widget):
    """Two rows: a message and the codes under the cursor; below them the facts.

    They are painted by the Line API: Textual's way from text with styles to cells takes longer than all else here.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"status-line--{tone}" for tone in ("strong", "dim", "refusal", "error")}

    DEFAULT_CSS = """
    StatusLine {
        dock: bottom;
        height: 2;
        background: $panel;
        color: $foreground;
        padding: 0 1;
        & > .status-line--strong { text-style: bold; }
        & > .status-line--dim { color: $foreground 50%; }
        & > .status-line--refusal { color: $text-warning; text-style: bold; }
        & > .status-line--error { color: $text-error; text-style: bold reverse; }
    }
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
        self._made: dict[int, list[Pieces]] = {}
        self._styles_made: dict[tuple[Tone, int], Style] = {}

    @property
    def message(self) -> tuple[str, Kind]:
        """What is said just now, and of what kind it is."""
        return self._message, self._kind

    def show_facts(self, facts: StatusFacts) -> None:
        """Show where the coder is."""
        if facts != self._facts:
            self._facts = facts
            self._changed()

    def show_codes(self, codes: Sequence[CodeMark]) -> None:
        """Show the codes under the cursor."""
        if tuple(codes) != self._codes:
            self._codes = tuple(codes)
            self._changed()

    def say(self, text: str, kind: Kind = "info") -> None:
        """Show a message until the next; an empty one takes it away."""
        self._message, self._kind = shown(text), kind
        self._changed()

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
        self._changed()

    # --- painting -------------------------------------------------------------------------------------

    def _changed(self) -> None:
        self._made.clear()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """The strip of a row."""
        width = self.content_size.width
        style = self._style(Piece(""))
        if width not in self._made:
            self._made = {width: self._rows(width)}
        pieces = self._made[width][y] if y < ROWS else []
        segments = [Segment(piece.text, self._style(piece)) for piece in pieces if piece.text]
        return Strip(segments).adjust_cell_length(width, style)

    def notify_style_update(self) -> None:
        """The colours are others now."""
        super().notify_style_update()
        self._styles_made.clear()

    def _style(self, piece: Piece) -> Style:
        look = (piece.tone, piece.hue)
        if look not in self._styles_made:
            self._styles_made[look] = self.rich_style + self._make_style(piece)
        return self._styles_made[look]

    def _make_style(self, piece: Piece) -> Style:
        if piece.tone == "plain":
            return Style.null()
        if piece.tone == "hue":
            return hue_style(self.app, piece.hue) + component_style(self, "status-line--strong")
        return component_style(self, f"status-line--{piece.tone}")

    def _rows(self, width: int) -> list[Pieces]:
        """Both rows.

        The short keys of the codes under the cursor always stand at the right of the first one.  Their labels
        are there where the message leaves room; a message too long goes on in the second row, in the place of
        the facts: what to do next stands at its end.
        """
        tone = TONES[self._kind]
        keys = self._marks(width // 3, with_labels=False)
        room = width - (_cells(keys) + GAP if keys else 0)
        lines = wrap(f"{SIGNS[self._kind]}{self._message}", room) if self._message else [""]
        message = [Piece(lines[0], tone)]
        if len(lines) > 1:
            alarm = [] if self._facts.is_saved else [Piece(NOT_SAVED, "error")]
            room = width - (_cells(alarm) + GAP if alarm else 0)
            second = [Piece(cut(" ".join(lines[1:]), room), tone)]
            return [_spread(message, keys, width), _spread(second, alarm, width)]
        codes = self._marks(width - _cells(message) - (GAP if lines[0] else 0))
        return [_spread(message, codes, width), self._second_row(width)]

    def _marks(self, room: int, *, with_labels: bool = True) -> Pieces:
        """The codes with their labels; where room is short, cut, or the short keys alone."""
        if not self._codes:
            return []
        share = (room - 3 * (len(self._codes) - 1)) // len(self._codes)
        with_labels = with_labels and share >= LEAST_LABEL
        marks: list[Pieces] = []
        for mark in self._codes:
            name = brief(mark.label, share - len(mark.key) - 1) if with_labels else ""
            marks.append([Piece(mark.key, "hue", mark.hue), Piece(f" {name}" if name else "")])
        return _fitted(_joined(marks, " · " if with_labels else " "), room)

    def _second_row(self, width: int) -> Pieces:
        facts = self._facts
        right = [Piece(READ_ONLY, "refusal") if facts.is_read_only else Piece("saved")]
        if facts.is_document_refused and not facts.is_read_only:
            # The codings are safe in the log, but nobody who reads the markdown sees them.
            right = [Piece(NO_DOCUMENT, "refusal")]
        if not facts.is_saved:
            right = [Piece(NOT_SAVED, "error")]
        if facts.is_done:
            right.insert(0, Piece("● done · ", "strong"))
        if self._listed is not None:
            right = [*self._listing(self._listed), Piece(" · "), *right]
        room = width - _cells(right) - GAP
        return _spread(_facts_in(_facts(facts, room), room), right, width)

    def _listing(self, listed: int) -> Pieces:
        text = f"listing {listed:,}…"
        if self._share is None:
            return [Piece(text)]
        full = round(min(max(self._share, 0.0), 1.0) * BAR_CELLS)
        return [Piece(f"{text} "), Piece("━" * full, "strong"), Piece("─" * (BAR_CELLS - full), "dim")]


def _facts(facts: StatusFacts, room: int) -> list[Fact]:
    stated: list[Fact] = []
    if facts.total:
        stated.append(Fact(Piece(f"ad {facts.place:,} of {facts.total:,}"), 3))
    if facts.ad:
        employer = brief(facts.employer, max(room // 3, 8))
        stated.append(Fact(Piece(f"#{brief(facts.ad, 24)} {employer}".rstrip(), "strong"), 5))
    if facts.to_place:
        stated.append(Fact(Piece(f"{facts.to_place:,} to place: v", "strong"), 4))
    if facts.coder:
        stated.append(Fact(Piece(f"coder {brief(facts.coder, 20)}"), 1))
    if facts.profile:
        stated.append(Fact(Piece(brief(facts.profile, max(room // 3, 12))), 2))
    return stated


def _facts_in(facts: list[Fact], room: int) -> Pieces:
    """The facts with ` · ` between, without those of the lowest rank that do not fit."""
    while len(facts) > 1 and sum(cell_len(fact.piece.text) + 3 for fact in facts) - 3 > room:
        facts.remove(min(facts, key=lambda fact: fact.rank))
    return _fitted(_joined([[fact.piece] for fact in facts], " · "), room)


def _joined(parts: list[Pieces], between: str) -> Pieces:
    first, *others = parts or [[]]
    return [*first, *(piece for part in others for piece in (Piece(between), *part))]


def _cells(pieces: Pieces) -> int:
    return sum(cell_len(piece.text) for piece in pieces)


def _fitted(pieces: Pieces, room: int) -> Pieces:
    """The pieces in so many cells; `…` stands for what is left off."""
    if _cells(pieces) <= room:
        return pieces
    kept: Pieces = []
    for piece in pieces:
        if cell_len(piece.text) >= room:
            return [*kept, piece._replace(text=cut(f"{piece.text}…", room))]
        kept.append(piece)
        room -= cell_len(piece.text)
    return kept


def _spread(left: Pieces, right: Pieces, width: int) -> Pieces:
    """`left` at the left, `right` at the right of a row."""
    gap = max(width - _cells(left) - _cells(right), 1)
    return [*left, Piece(" " * gap), *right] if right else left

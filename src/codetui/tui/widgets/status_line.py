"""The bottom rows: the last message, the coder's position and the codes at the cursor, and the keys to press now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import ClassVar, Literal, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from codetui.tui.keymap import key_of
from codetui.tui.themes import component_style, hue_style, opaque
from codetui.tui.widgets.rows import Part, Tone, brief, cut, shown, wrap

Kind = Literal["info", "refusal", "error"]
GRAVEST_FIRST: tuple[Kind, ...] = ("error", "refusal")
SIGNS: dict[Kind, str] = {"info": "", "refusal": "! ", "error": "✗ "}
TONES: dict[Kind, Tone] = {"info": "plain", "refusal": "refusal", "error": "error"}
NOT_SAVED = " NOT SAVED "
READ_ONLY = "read only"
BAR_CELLS = 8
GAP = 2
"""Cells between left and right."""

CODES_SHARE = 0.6
"""The part of the row of facts that the codes under the cursor may take."""

LEAST_LABEL = 14
"""Cells below which a code's short key alone is clearer than its label cut."""

ROWS = 3
MESSAGE_ROW, FACTS_ROW, CHIPS_ROW = range(ROWS)


@dataclass(frozen=True, slots=True)
class StatusFacts:
    """The facts at the bottom of the screen.

    `noun` is the codebook's noun for a source, `place` counts from 1, `unlocated` counts quotations with an uncertain
    place. Empty texts are left out.
    """

    place: int = 0
    total: int = 0
    coder: str = ""
    profile: str = ""
    is_saved: bool = True
    is_done: bool = False
    is_uncodable: bool = False
    is_read_only: bool = False
    unlocated: int = 0
    is_document_refused: bool = False
    noun: str = "ad"
    share: int = -1
    """The percentage of the text down to the last row in view; -1 if there is no text."""


class Chip(NamedTuple):
    """A key, or several, and what it does now."""

    key: str
    words: str


class Message(NamedTuple):
    """A message, and the file that it concerns, if any."""

    text: str
    kind: Kind = "info"
    file: str = ""


class CodeMark(NamedTuple):
    """A code under the cursor; `hue` is the index of its section."""

    key: str
    label: str
    hue: int = 0


Pieces = list[Part]


TONE_CLASSES = ("strong", "dim", "refusal", "error", "chip")


class StatusLine(Widget):
    """Three rows: a message; the facts and the codes under the cursor; and the chips of the keys that help now.

    They are painted by the Line API, which is faster than Textual's conversion of styled text to cells.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"status-line--{tone}" for tone in TONE_CLASSES}

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._facts = StatusFacts()
        self._codes: tuple[CodeMark, ...] = ()
        self._chips: tuple[Chip, ...] = ()
        self._messages: list[Message] = []
        self._listed: int | None = None
        self._share: float | None = None
        self._styles_made: dict[tuple[Tone, int], Style] = {}

    @property
    def message(self) -> tuple[str, Kind]:
        """The message shown, and its most severe kind."""
        kinds = {message.kind for message in self._messages}
        kind: Kind = next((kind for kind in GRAVEST_FIRST if kind in kinds), "info")
        return " · ".join(message.text for message in self._messages), kind

    def show_facts(self, facts: StatusFacts) -> None:
        """Show the facts at the bottom of the screen."""
        if facts != self._facts:
            self._facts = facts
            self.refresh()

    def show_codes(self, codes: Sequence[CodeMark]) -> None:
        """Show the codes under the cursor."""
        if tuple(codes) != self._codes:
            self._codes = tuple(codes)
            self.refresh()

    def show_chips(self, chips: Sequence[Chip]) -> None:
        """Show the keys that help now, the most useful first, with the key of the help as the last one."""
        if tuple(chips) != self._chips:
            self._chips = tuple(chips)
            self.refresh_row(CHIPS_ROW)

    def refresh_row(self, row: int) -> None:
        """Paint one row anew."""
        self.refresh(Region(0, row, self.size.width, 1))

    def show_message(self, text: str, kind: Kind = "info", file: str = "") -> None:
        """Show a message until the next one; an empty message clears it."""
        self._messages = [Message(shown(text), kind, file)] if text else []
        self.refresh()

    def add_message(self, text: str, kind: Kind = "info", file: str = "") -> None:
        """Show a message that answers no key, behind a refusal or an error that the coder may be reading.

        It replaces a message about the same file; an empty message only removes that.
        """
        others = [one for one in self._messages if not file or one.file != file]
        if text and all(one.kind == "info" for one in others):
            others = []
        if text and not any(shown(text) in one.text for one in others):
            others.append(Message(shown(text), kind, file))
        self._messages = others
        self.refresh()

    def show_listing(self, listed: int | None, share: float | None = None) -> None:
        """Show how many ads are listed so far, with the share of the corpus if known; None ends the display."""
        self._listed, self._share = listed, share
        self.refresh()

    # --- painting -------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """Return the strip of a row."""
        width = self.content_size.width
        pieces = _chips_in(self._chips, width) if y == CHIPS_ROW else self._rows(width)[y]
        segments = [Segment(piece.text, self._style(piece)) for piece in pieces if piece.text]
        return Strip(segments).adjust_cell_length(width, self._style(Part("")))

    def notify_style_update(self) -> None:
        """Forget the styles of the theme before."""
        super().notify_style_update()
        self._styles_made.clear()

    def _style(self, piece: Part) -> Style:
        key = (piece.tone, piece.hue)
        if key not in self._styles_made:
            self._styles_made[key] = self.rich_style + self._tone_style(piece)
        return self._styles_made[key]

    def _tone_style(self, piece: Part) -> Style:
        if piece.tone == "plain":
            return Style.null()
        if piece.tone == "hue":
            return hue_style(self.app, piece.hue) + component_style(self, "status-line--strong")
        style = component_style(self, f"status-line--{piece.tone}")
        if piece.tone != "chip" or self.app.native_ansi_color:
            return style
        background = self.get_component_styles("status-line--chip").background
        return style + Style(bgcolor=opaque(self, background).rich_color)

    def _rows(self, width: int) -> list[Pieces]:
        """Return the row of the message and that of the facts, with the codes under the cursor at its right.

        A message too long for its row continues in the second row, in place of the facts, because its end contains
        what to do next; the short keys of the codes stay.
        """
        text, kind = self.message
        tone = TONES[kind]
        lines = wrap(f"{SIGNS[kind]}{text}", width) or [""]
        message = [Part(lines[0], tone)]
        if len(lines) == 1:
            return [message, self._second_row(width)]
        right = self._marks(width // 3, with_labels=False)
        if not self._facts.is_saved:
            right = [*right, *([Part(" ")] if right else []), Part(NOT_SAVED, "error")]
        room = width - (_cells(right) + GAP if right else 0)
        return [message, _spread([Part(cut(" ".join(lines[1:]), room), tone)], right, width)]

    def _marks(self, room: int, *, with_labels: bool = True) -> Pieces:
        """Return the codes with their labels, shortened if there is little room, or only the short keys."""
        if not self._codes:
            return []
        share = (room - 3 * (len(self._codes) - 1)) // len(self._codes)
        with_labels = with_labels and share >= LEAST_LABEL
        marks: list[Pieces] = []
        for mark in self._codes:
            name = brief(mark.label, share - len(mark.key) - 1) if with_labels else ""
            marks.append([Part(mark.key, "hue", mark.hue), Part(f" {name}" if name else "")])
        return _fitted(_joined(marks, " · " if with_labels else " "), room)

    def _second_row(self, width: int) -> Pieces:
        facts = self._facts
        if not facts.is_saved:
            state = Part(NOT_SAVED, "error")
        elif facts.is_read_only:
            state = Part(READ_ONLY, "refusal")
        elif facts.is_document_refused:
            # The codings are safe in the log, but whoever reads the markdown does not see them.
            state = Part(f"document not written: {key_of('problems')}", "refusal")
        else:
            state = Part("saved")
        marks = self._marks(int(width * CODES_SHARE))
        right = [*marks, *([Part(" · ")] if marks else [])]
        mark = "● done · " if facts.is_done else "⊘ not codable · " if facts.is_uncodable else ""
        right += [Part(mark, "strong"), state]
        if self._listed is not None:
            right = [*self._listing(self._listed), Part(" · "), *right]
        room = width - _cells(right) - GAP
        return _spread(_facts_in(facts, room), right, width)

    def _listing(self, listed: int) -> Pieces:
        text = f"listing {listed:,}…"
        if self._share is None:
            return [Part(text)]
        full = round(min(max(self._share, 0.0), 1.0) * BAR_CELLS)
        return [Part(f"{text} "), Part("━" * full, "strong"), Part("─" * (BAR_CELLS - full), "dim")]


def _facts_in(facts: StatusFacts, room: int) -> Pieces:
    """Return the facts joined by ` · `, without those of the lowest rank that do not fit."""
    settle = key_of("settle") if facts.unlocated else ""
    ranked = [
        (5, facts.total, Part(f"{facts.noun} {facts.place:,} of {facts.total:,}")),
        (4, facts.unlocated, Part(f"{facts.unlocated:,} not located: {settle}", "strong")),
        (2, facts.share >= 0, Part(f"{facts.share}% read")),
        (3, facts.profile, Part(brief(facts.profile, max(room // 3, 12)))),
        (1, facts.coder, Part(f"coder {brief(facts.coder, 20)}")),
    ]
    kept = [(rank, piece) for rank, is_known, piece in ranked if is_known]
    while len(kept) > 1 and sum(cell_len(piece.text) + 3 for _, piece in kept) - 3 > room:
        kept.remove(min(kept, key=lambda fact: fact[0]))
    return _fitted(_joined([[piece] for _, piece in kept], " · "), room)


def _chips_in(chips: Sequence[Chip], width: int) -> Pieces:
    """Return the chips that fit into a row, and the last one in any case."""
    if not chips:
        return []
    *others, last = (_chip(chip) for chip in chips)
    room = width - _cells(last)
    row: Pieces = []
    for chip in others:
        room -= _cells(chip) + GAP
        if room < 0:
            break
        row += [*chip, Part(" " * GAP)]
    return [*row, *last]


def _chip(chip: Chip) -> Pieces:
    return [Part(f" {chip.key} ", "chip"), Part(f" {chip.words}", "dim")]


def _joined(parts: list[Pieces], between: str) -> Pieces:
    return [*chain(*([Part(between), *part] for part in parts))][1:]


def _cells(pieces: Pieces) -> int:
    return sum(cell_len(piece.text) for piece in pieces)


def _fitted(pieces: Pieces, room: int) -> Pieces:
    """Return the pieces cut to so many cells, with `…` at the cut."""
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
    """Return a row with `left` on its left and `right` on its right."""
    gap = max(width - _cells(left) - _cells(right), 1)
    return [*left, Part(" " * gap), *right] if right else left

"""The sections of a form made to say what a session wants: codings and notes taken out, changed, put in."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from functools import cached_property

from codetui.core.codebook.index import CodebookIndex
from codetui.formats.session_doc.entries import split_label, write_code_line, write_entry, write_notes
from codetui.formats.session_doc.form_order import Placed, arranged, content
from codetui.formats.session_doc.form_pieces import Piece
from codetui.formats.session_doc.form_sites import Sites, number_near
from codetui.formats.session_doc.form_style import CANONICAL, ListStyle, Styles
from codetui.formats.session_doc.form_tree import FormBlock, FormCode, Tree, is_empty
from codetui.formats.session_doc.form_wanted import Wanted, WantedCode
from codetui.formats.session_doc.model import CodeLine, Document, Entry, Note


def edit_sections(tree: Tree, document: Document, index: CodebookIndex) -> None:
    """Makes the sections of `tree` say what `document` says, and changes no line that says it already."""
    wanted = Wanted(document, index)
    wanted.recognize(tree)
    work = _Editing(tree, wanted, index)
    work.edit_place_notes()
    work.edit_codes()
    work.take_out_the_empty()


class _Editing:
    """A tree on its way to saying what is wanted."""

    def __init__(self, tree: Tree, wanted: Wanted, index: CodebookIndex) -> None:
        self._tree, self._wanted, self._index = tree, wanted, index
        self._chain = tree.chain

    @cached_property
    def _styles(self) -> Styles:
        return Styles(self._tree)

    @cached_property
    def _sites(self) -> Sites:
        return Sites(self._tree, self._wanted, self._index, self._styles)

    # --- notes on sections and groups ---------------------------------------------------------------

    def edit_place_notes(self) -> None:
        """The notes under headings."""
        settled: dict[FormBlock, tuple[list[FormBlock], list[Note]]] = {}
        for section in self._wanted.document.sections:
            for part in section.blocks:
                if part.notes:
                    blocks = self._sites.named(section, part) or [self._sites.new(section, part)]
                    settled.setdefault(blocks[0], (blocks, []))[1].extend(part.notes)
        for blocks, notes in settled.values():
            lists = [[note for _, note in _owned_notes(block)] for block in blocks]
            for block, placed in zip(blocks, arranged(lists, notes, 0), strict=True):
                self._edit_notes(block, placed)
        kept = {block for blocks, _ in settled.values() for block in blocks}
        for block in self._tree.blocks():
            if block not in kept:
                self._edit_notes(block, [])

    def _edit_notes(self, block: FormBlock, placed: list[Placed[Note]]) -> None:
        owners = _owned_notes(block)
        standing: dict[Piece, list[Note]] = {piece: [] for piece in block.notes}
        following = _following(placed)
        above = block.top
        for (place, note), next_place in zip(placed, following, strict=True):
            if place is not None:
                above, old = owners[place]
                standing[above].append(replace(note, emphasis=old.emphasis))
            elif next_place is not None and owners[next_place][0] is above:
                standing[above].append(note)
            else:
                new = self._chain.new("paragraph", write_notes((note,)), (note.id,))
                self._chain.put_after(above, new)
                above = new
        for piece, notes in standing.items():
            self._say_notes(piece, notes)
        block.note_count = len(placed)

    def _say_notes(self, piece: Piece, notes: list[Note]) -> None:
        piece.is_gone = not notes
        piece.ids = _ids(piece, notes)
        if notes and _contents(notes) != _contents(piece.parts):
            piece.ids = tuple(note.id for note in notes)
            indent = piece.raw[0][: len(piece.raw[0]) - len(piece.raw[0].lstrip())]
            self._chain.rewrite(piece, indent + write_notes(_joinable(notes)))

    # --- codes --------------------------------------------------------------------------------------

    def edit_codes(self) -> None:
        """The lines of all codes, with what stands under them."""
        lines: dict[str, list[FormCode]] = {}
        for code in self._tree.codes():
            lines.setdefault(code.key, []).append(code)
        for key, codes in lines.items():
            if key not in self._wanted.codes:
                for code in codes:
                    self._edit_code(code, [], [])
        for key, wanted in self._wanted.codes.items():
            if key in lines:
                self._edit_lines(lines[key], wanted)
            elif wanted.entries or wanted.notes:
                code = self._sites.new_code(key, wanted)
                self._edit_entries(code, [Placed(None, entry) for entry in wanted.entries])

    def _edit_lines(self, codes: list[FormCode], wanted: WantedCode) -> None:
        """All lines of one code; what is new goes to the one in its own section."""
        target = max(range(len(codes)), key=lambda number: (*_nearness(codes[number], wanted), number))
        notes = arranged([code.notes for code in codes], wanted.notes, target)
        entries = arranged([_entries(code) for code in codes], wanted.entries, target)
        for number, code in enumerate(codes):
            self._edit_code(code, notes[number], entries[number])

    def _edit_code(self, code: FormCode, notes: list[Placed[Note]], entries: list[Placed[Entry]]) -> None:
        is_inline = code.inline is not None and not notes and entries[:1] != [] and entries[0].place == 0
        is_inline = is_inline and entries[0].part.kind != "note"
        if code.inline and not is_inline:
            entries = [Placed(place or None, entry) for place, entry in entries]
        kept = [
            replace(note, emphasis=code.notes[place].emphasis) if place is not None else note for place, note in notes
        ]
        self._say_label(code, kept, entries[0].part if is_inline else None)
        self._edit_entries(code, entries)
        code.count += len(notes)

    def _say_label(self, code: FormCode, notes: list[Note], inline: Entry | None) -> None:
        """The code's own line with the notes or the entry that stand on it."""
        code.piece.ids = (inline.id,) if inline else _ids(code.piece, notes)
        if _contents((code.inline, *code.notes)) == _contents((inline, *notes)):
            return
        code.piece.ids = (inline.id,) if inline else tuple(note.id for note in notes)
        rest = write_notes(_joinable(notes))
        if inline:
            label = code.written_label
            rest = _rewritten(code.inline, inline, code.piece.text[len(label) :].lstrip())
        self._chain.rewrite(code.piece, code.piece.prefix + _labelled(code, rest))

    def _edit_entries(self, code: FormCode, placed: list[Placed[Entry]]) -> None:
        offset = 0 if code.inline is None else 1
        is_growing = any(place is None for place, _ in placed)
        style = self._styles.of_entries(code, number_near(code.piece)) if is_growing else CANONICAL
        above = code.piece
        for piece in code.entries:
            piece.is_gone = True
        for place, entry in placed:
            if place is None:
                above = self._new_entry(code, above, entry, style)
            elif place >= offset:
                above = code.entries[place - offset]
                self._say_entry(above, entry)
        code.count += len(placed)

    def _say_entry(self, piece: Piece, entry: Entry) -> None:
        piece.is_gone, piece.ids = False, (entry.id,)
        (old,) = piece.parts
        if content(old) != content(entry):
            text = _rewritten(old if isinstance(old, Entry) else None, entry, piece.text)
            self._chain.rewrite(piece, piece.prefix + text)

    def _new_entry(self, code: FormCode, above: Piece, entry: Entry, style: ListStyle) -> Piece:
        """A new entry behind `above`; one that goes before all others stands off the code's line as the first did."""
        first = code.entries[0] if code.entries and above is code.piece else None
        if first:
            style = style._replace(prefix=first.prefix)
        elif above is not code.piece:
            style = style._replace(prefix=above.prefix).next
        piece = self._chain.new("bullet", style.prefix + write_entry(entry), (entry.id,), is_loose=style.is_loose)
        if first:
            piece.gap, first.gap = first.gap, piece.gap
        self._chain.put_after(_end_of(above), piece)
        return piece

    # --- what is left empty -------------------------------------------------------------------------

    def take_out_the_empty(self) -> None:
        """Takes out the lines of codes and the headings of groups from which everything was taken out."""
        for code in self._tree.codes():
            code.piece.is_gone = not code.count and code.had_content and not code.has_foreign
        for block in self._tree.blocks():
            is_left = block.note_count or block.has_foreign or not all(code.piece.is_gone for code in block.codes)
            if block.heading and block.had_content and not is_left:
                block.heading.is_gone = True


def _owned_notes(block: FormBlock) -> list[tuple[Piece, Note]]:
    """The notes on a block, each with the piece in which it stands."""
    parts = ((piece, part) for piece in block.notes for part in piece.parts)
    return [(piece, part) for piece, part in parts if isinstance(part, Note) and not is_empty(part)]


def _contents(parts: Iterable[Entry | Note | None]) -> list[Hashable]:
    """What parts of a line say; empty notes say nothing."""
    return [content(part) for part in parts if part and not is_empty(part)]


def _ids(piece: Piece, notes: Sequence[Note]) -> tuple[str, ...]:
    """The ids of the notes on a line that stays as it is: one for each, empty notes included."""
    ids = iter(note.id for note in notes)
    return tuple("" if is_empty(part) else next(ids, "") for part in piece.parts)


def _following(placed: Sequence[Placed[Note]]) -> list[int | None]:
    """For each part the old place of the next one that is not new."""
    following: list[int | None] = []
    place: int | None = None
    for part in reversed(placed):
        following.append(place)
        place = place if part.place is None else part.place
    return following[::-1]


def _nearness(code: FormCode, wanted: WantedCode) -> tuple[bool, bool]:
    """Whether a line stands in the section and in the group of its code."""
    block = code.block
    return block.section.id == wanted.section.id, block.id == wanted.block.id


def _entries(code: FormCode) -> list[Entry]:
    """The entry on a code's line and those under it."""
    inline = [code.inline] if code.inline else []
    return inline + [part for piece in code.entries for part in piece.parts if isinstance(part, Entry)]


def _joinable(notes: Sequence[Note]) -> tuple[Note, ...]:
    """Notes that share a line: there each needs the signs that part it from the next."""
    if len(notes) < 2:
        return tuple(notes)
    return tuple(replace(note, emphasis=note.emphasis or "_") for note in notes)


def _rewritten(old: Entry | None, new: Entry, text: str) -> str:
    """An entry in place of `old`, whose line says `text`: as quotation, term or note it is written alike."""
    if old and "note" not in (old.kind, new.kind):
        new = replace(new, kind=old.kind)
    elif old and old.kind == new.kind:
        new = replace(new, emphasis=old.emphasis)
    return write_entry(new, text)


def _labelled(code: FormCode, rest: str) -> str:
    """A code's line without its bullet: the label as it stands there, where it can, and `rest`."""
    for label in (code.written_label, write_code_line(CodeLine(code.label))):
        text = f"{label} {rest}".rstrip()
        if split_label(text, is_nested=code.piece.is_indented) == (code.label, rest):
            return text
    return text


def _end_of(piece: Piece) -> Piece:
    """The last of the lines that markdown takes for a part of a bullet though they are no part of the coding."""
    below = piece.next
    while below and below.is_nested and below.kind not in (None, "bullet", "heading") and not below.parts:
        piece, below = below, below.next
    return piece

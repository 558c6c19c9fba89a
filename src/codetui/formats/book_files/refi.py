"""Codebooks in REFI-QDA: files of their own (`.qdc`), and those of projects (`.qdpx`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from codetui.formats.book_files.entries import BookEntry, FoundBook, Path, UnreadableBookError
from codetui.formats.refi.archive import Archive
from codetui.formats.refi.book import OTHERS
from codetui.formats.refi.descriptions import name_in, parse_description, split_label
from codetui.formats.refi.xml import ORIGIN, MalformedError, child, child_text, children, identifier, parse_xml, tag

TAGUETTE = "Taguette"


def read_qdc(data: bytes, stem: str) -> FoundBook:
    """Return the codes of a codebook. Raises UnreadableBookError."""
    try:
        root = parse_xml(data)
    except MalformedError as error:
        raise UnreadableBookError(str(error), error.line) from None
    if tag(root) != "CodeBook":
        raise UnreadableBookError(f"it is not a REFI-QDA codebook but {tag(root)!r}")
    sets = sum(1 for _ in children(child(root, "Sets"), "Set"))
    return _book("REFI-QDA codebook", root, root.get("origin") or "", stem, {"sets": sets})


def read_qdpx(data: bytes, stem: str) -> FoundBook:
    """Return the codes of a project. Raises UnreadableBookError."""
    try:
        archive = Archive(data)
        root = archive.root()
        notes = {
            identifier(note): (note.get("name") or "Note", archive.text_of(note) or "")
            for note in children(child(root, "Notes"), "Note")
        }
    except MalformedError as error:
        raise UnreadableBookError(str(error), error.line) from None
    book, title = child(root, "CodeBook"), root.get("name") or stem
    if book is None:
        raise UnreadableBookError("its project has no codebook")
    return _book("REFI-QDA project", book, root.get("origin") or "", title, {}, notes)


def _book(
    kind: str,
    book: Element,
    origin: str,
    title: str,
    left_out: Mapping[str, int],
    notes: Mapping[str, tuple[str, str]] | None = None,
) -> FoundBook:
    walker = _Walker(notes or {}, origin)
    entries = list(walker.entries(child(book, "Codes"), ()))
    counts = Counter(left_out) + walker.left_out
    dotted = sum((code.get("name") or "").startswith(f"{entry.id}. ") for entry, code in walker.labelled)
    by = f" by {origin}" if origin else ""
    return FoundBook(f"{kind}{by}", entries, title, left_out=counts, is_dotted=2 * dotted > len(walker.labelled))


class _Walker:
    """Walks the codes of a codebook."""

    def __init__(self, notes: Mapping[str, tuple[str, str]], origin: str) -> None:
        self._notes = notes
        self._is_own, self._is_taguette = origin.startswith(ORIGIN), origin.startswith(TAGUETTE)
        self.left_out = Counter[str]()
        self.labelled: list[tuple[BookEntry, Element]] = []
        """The entries with an id in their label."""

    def entries(self, codes: Element | None, path: Path) -> Iterator[BookEntry]:
        """Yield the codes below an element, each before those inside it."""
        for code in children(codes, "Code"):
            entry = self._entry(code, path)
            if self._is_own and entry is not None and entry.name == OTHERS and not path:
                self.left_out["codes of earlier codebooks"] += sum(1 for _ in children(code, "Code"))
                continue
            inside = [] if entry is None else list(self.entries(code, (*path, entry.name)))
            if entry is not None:
                yield entry
                if entry.id and entry.is_code:
                    self.labelled.append((entry, code))
            yield from inside

    def _entry(self, code: Element, path: Path) -> BookEntry | None:
        label = " ".join((code.get("name") or "").split())
        if not label:
            self.left_out["codes without a name"] += 1
            return None
        described = parse_description(child_text(code, "Description"))
        is_code = (code.get("isCodable") or "true").strip().lower() not in ("false", "0")
        id_, name = (described.id, name_in(label, described.id)) if described.id else split_label(label)
        if not is_code:
            id_, name = described.id, label
        self.left_out["colours"] += bool(code.get("color")) and not self._is_own
        outer, dot, _ = label.rpartition(".") if self._is_taguette else ("", "", "")
        remarks = [
            self._notes[target]
            for reference in children(code, "NoteRef")
            if (target := identifier(reference, "targetGUID")) in self._notes
        ]
        fields = dict(described.fields) | ({"holds": described.holds} if described.holds else {})
        own = (outer,) if dot and outer and not path else path
        return BookEntry(name, id_, own, fields, is_code, tuple(remarks))

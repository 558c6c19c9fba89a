"""Codebooks in REFI-QDA, read and written: files of their own (`.qdc`), and those of projects (`.qdpx`).

Sections and groups are codes that cannot be assigned, with the codes inside them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from xml.etree.ElementTree import Element

from codetui import __version__
from codetui.core.codebook.index import index_of
from codetui.formats.book_files.entries import BookEntry, FoundBook, Path, UnreadableBookError
from codetui.formats.refi.descriptions import describe, is_read_as, name_in, parse_description, split_label
from codetui.formats.refi.xml import (
    CODEBOOK,
    DECLARATION,
    ORIGIN,
    Archive,
    MalformedError,
    child,
    child_text,
    children,
    element,
    guid,
    identifier,
    parse_xml,
    tag,
    text_element,
)
from codetui.model import Code, Codebook, CodeId, Group, Section

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


# --- writing ------------------------------------------------------------------------------------------


COLOURS = ("#0b7285", "#7b3fb8", "#a8500f", "#3f7a1f", "#b3265e", "#2f5fc4")
"""The colours of sections, in turn; those of the light theme."""

OTHERS = "Codes of earlier codebooks"
References = Callable[[str], str]
"""Returns the references to the notes on the code with an identifier, as XML."""


def code_guid(book: Codebook, code_id: str) -> str:
    """Return the identifier of a code, which depends on the title of its codebook and its id."""
    return guid(book.title, "code", code_id)


def render_qdc(book: Codebook) -> str:
    """Return a codebook as a file of its own, `.qdc`; its profiles and texts have no place there."""
    codes = element("Codes", *code_elements(book))
    return DECLARATION + element("CodeBook", codes, xmlns=CODEBOOK, origin=f"{ORIGIN} {__version__}") + "\n"


def code_elements(book: Codebook, others: Iterable[str] = (), references: References = lambda _: "") -> list[str]:
    """Return an element for each section, and one for the codes `others`, ids that the codebook lacks."""
    found = [_Writer(book, references, COLOURS[at % len(COLOURS)]).section(one) for at, one in enumerate(book.sections)]
    former = index_of(book).former
    unknown = [(id_, known.label if (known := former.get(CodeId(id_))) else id_) for id_ in others]
    codes = [_code(own := code_guid(book, id_), label, references(own), is_codable=True) for id_, label in unknown]
    return [*found, _code(guid(book.title, "others"), OTHERS, *codes)] if codes else found


class _Writer:
    """Writes one section."""

    def __init__(self, book: Codebook, references: References, colour: str) -> None:
        self._book, self._references, self._colour = book, references, colour
        self._labels = index_of(book).labels

    def section(self, section: Section) -> str:
        """Return the element of a section, in which a group is where its first code is."""
        inside: dict[str, str] = {}
        groups = {group.id: group for group in self._book.groups if group.section == section.id}
        for code in (code for code in self._book.codes if code.section == section.id):
            group = groups.pop(code.group, None)
            if group is not None:
                inside[f"group {group.id}"] = self._group(group)
            elif not code.group:
                inside[f"code {code.id}"] = self._code(code)
        return self._heading("section", section, (*inside.values(), *map(self._group, groups.values())))

    def _group(self, group: Group) -> str:
        return self._heading("group", group, [self._code(code) for code in self._book.codes if code.group == group.id])

    def _heading(self, kind: str, part: Section | Group, inside: Iterable[str]) -> str:
        description = describe(part, self._book, is_id_shown=not is_read_as(part.title, part.id, part.title))
        own = guid(self._book.title, kind, part.id)
        parts = (text_element("Description", description), self._references(own), *inside)
        return _code(own, part.title, *parts, colour=self._colour)

    def _code(self, code: Code) -> str:
        own, label = code_guid(self._book, code.id), self._labels[code.id]
        description = describe(code, self._book, is_id_shown=not is_read_as(label, code.id, code.name))
        parts = (text_element("Description", description), self._references(own))
        return _code(own, label, *parts, is_codable=True, colour=self._colour)


def _code(own: str, name: str, *inside: str, is_codable: bool = False, colour: str = "") -> str:
    codable = "true" if is_codable else "false"
    return element("Code", *inside, guid=own, name=name, isCodable=codable, color=colour)

"""The codebook of REFI-QDA: sections and groups are codes that cannot be assigned, with the codes inside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from codetui import __version__
from codetui.core.codebook.index import index_of
from codetui.formats.refi.descriptions import describe, is_read_as
from codetui.formats.refi.xml import CODEBOOK, DECLARATION, ORIGIN, element, guid, text_element
from codetui.model import Code, Codebook, CodeId, Group, Section

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
        return element(
            *("Code", text_element("Description", description), self._references(own), *inside),
            guid=own,
            name=part.title,
            isCodable="false",
            color=self._colour,
        )

    def _code(self, code: Code) -> str:
        own, label = code_guid(self._book, code.id), self._labels[code.id]
        description = describe(code, self._book, is_id_shown=not is_read_as(label, code.id, code.name))
        return element(
            *("Code", text_element("Description", description), self._references(own)),
            guid=own,
            name=label,
            isCodable="true",
            color=self._colour,
        )


def _code(own: str, name: str, *inside: str, is_codable: bool = False) -> str:
    return element("Code", *inside, guid=own, name=name, isCodable="true" if is_codable else "false")

"""What a readable codebook still lacks: numbers skipped, texts missing, names that documents confuse."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple
from unicodedata import combining, normalize

from codetui.core.codebook.index import (
    CodebookIndex,
    codes_of,
    folded,
    group_by_title,
    groups,
    label,
    profile,
    section_by_title,
)
from codetui.formats.session_doc.head import read_profile, write_profile
from codetui.formats.session_doc.model import Block, CodeLine, Document, Entry, SectionPart, numbered, without_number
from codetui.formats.session_doc.reader import read
from codetui.formats.session_doc.writer import write
from codetui.formats.toml.tables import Table, report_missing, shown
from codetui.model import Codebook, Section, Severity

FINAL_NUMBER = re.compile(r"(.*?)(?<![0-9])([0-9]{1,9})")
OWN_NUMBER = re.compile(r"\d+[.)]\s")
DIGITS = 9
LONGEST_GAP = 9

Tables = dict[tuple[str, str], Table]


def advise(book: Codebook, top: Table, tables: Tables) -> None:
    """Report to the sheet of `top` what is worth a second look; `tables` says where each part stands."""
    _advise_emptiness(book, top, tables)
    _advise_profiles(book, tables)
    _advise_numbers(book, tables)
    _advise_labels(book, tables)
    _advise_titles(book, tables)


def _advise_emptiness(book: Codebook, top: Table, tables: Tables) -> None:
    if not book.codes:
        top.say("error", "the codebook has no code, so nothing can be coded; write a [[section]] and a [[code]]")
    if not book.profiles:
        top.say("note", "the codebook has no profile, so none can be assigned; write a [[profile]]")
    used_sections = {code.section for code in book.codes}
    used_groups = {code.group for code in book.codes}
    for section in book.sections:
        if section.id not in used_sections and book.codes:
            name = shown(section.id)
            said = f"section {name} has no codes; write a [[code]] with section = {name}"
            tables["section", section.id].say("note", said)
    for section in book.sections[DIGITS:]:
        said = f"section {shown(section.id)} is beyond the nine that a digit opens"
        tables["section", section.id].say("warning", f"{said}; join sections, or find its codes by searching")
    for group in book.groups:
        if group.id not in used_groups:
            tables["group", group.id].say("note", f"group {shown(group.id)} has no codes; name it in a [[code]]")
    for code in book.codes:
        if not code.definition and not code.examples:
            said = f"code {shown(code.id)} has neither definition nor examples; coders will want one of them"
            tables["code", code.id].say("note", said)


def _advise_profiles(book: Codebook, tables: Tables) -> None:
    for one in book.profiles:
        table = tables["profile name", one.name]
        texts = {"definition": one.definition, "evidence": one.evidence}
        absent = [name for name, text in texts.items() if not text]
        if absent:
            said = f"profile {shown(one.name)} has no {' and no '.join(absent)}; coders decide without"
            table.say("note", said)
        if "`" in one.name:
            said = f"profile {shown(one.name)} has a backtick in its name, which documents cannot show"
            table.say("warning", f"{said}; take it out", "name")


def _advise_numbers(book: Codebook, tables: Tables) -> None:
    """Numbers skipped by the profiles, or by the codes of a section whose ids begin alike."""
    families: dict[tuple[str, str], list[_Numbered]] = {}
    for one in book.profiles:
        if split := FINAL_NUMBER.fullmatch(one.id):
            number = _Numbered(int(split[2]), one.id, tables["profile name", one.name])
            families.setdefault(("", split[1]), []).append(number)
    _advise_gaps("profile", families, {one.id for one in book.profiles})
    families = {}
    for code in book.codes:
        if split := FINAL_NUMBER.fullmatch(code.id):
            number = _Numbered(int(split[2]), code.id, tables["code", code.id])
            families.setdefault((code.section, split[1]), []).append(number)
    _advise_gaps("code", families, {code.id for code in book.codes})


class _Numbered(NamedTuple):
    """A part whose id ends in a number, and where it stands."""

    number: int
    id: str
    table: Table


def _advise_gaps(kind: str, families: dict[tuple[str, str], list[_Numbered]], given: set[str]) -> None:
    """Those between two of a family that stand nowhere else in the book either."""
    for (_, beginning), family in families.items():
        for low, high in pairwise(sorted(family, key=lambda part: part.number)):
            if high.number - low.number > LONGEST_GAP:
                continue
            absent = [f"{beginning}{number}" for number in range(low.number + 1, high.number)]
            if absent and given.isdisjoint(absent):
                first, last = absent[0], absent[-1]
                what = f"{kind} {first} is" if first == last else f"{kind}s {first} to {last} are"
                way = "add it or renumber" if first == last else "add them or renumber"
                said = f"{what} missing between {low.id} and {high.id}; {way}"
                high.table.say("note", said, "id")


def _advise_labels(book: Codebook, tables: Tables) -> None:
    """Labels that two codes share, and labels that break the document's markdown."""
    first: dict[str, str] = {}
    for code in book.codes:
        text = label(book, code)
        other = first.setdefault(folded(text), code.id)
        if other != code.id:
            said = f"codes {shown(other)} and {shown(code.id)} both read {shown(text)} in documents"
            tables["code", code.id].say("error", f"{said}; name them apart, or put {{id}} into label", "name")
        if "**" in text:
            said = f"the label {shown(text)} has ** in it, which ends it too early in documents; take it out"
            tables["code", code.id].say("warning", said, "name")


def _advise_titles(book: Codebook, tables: Tables) -> None:
    """Headings that documents could not tell apart, or that would be numbered twice."""
    first: dict[tuple[str, str], str] = {}
    headings = [("section", part.id, part.title, "") for part in book.sections]
    headings += [("group", part.id, part.title, part.section) for part in book.groups]
    for kind, id_, title, within in headings:
        other = first.setdefault((within, folded(title)), id_)
        if other != id_:
            said = f"{kind}s {shown(other)} and {shown(id_)} have the same title"
            said += "; documents cannot tell them apart: change one"
            tables[kind, id_].say("warning", said, "title")
        if kind == "section" and OWN_NUMBER.match(title):
            said = f"section {shown(id_)} has a number in its title; documents number sections themselves"
            tables[kind, id_].say("note", f"{said}: take it off", "title")


def check_links(book: Codebook, tables: dict[tuple[str, str], Table]) -> None:
    """Report what `confused_with` names and the book lacks, and a code that names itself."""
    ids: list[str] = [code.id for code in book.codes]
    known = set(ids)
    for code in book.codes:
        table = tables["code", code.id]
        for number, other in enumerate(code.confused_with):
            if other == code.id:
                table.say(
                    "warning", f"code {shown(other)} is confused with itself; name another", "confused_with", number
                )
            elif other not in known:
                report_missing(table, ("confused_with", number), "a code", other, ids)


class Named(NamedTuple):
    """A part with one of its names, and the part of the book in which names should differ."""

    kind: str
    id: str
    text: str
    within: str
    table: Table


def check_names(book: Codebook, tables: Tables) -> None:
    """Report names, titles and ids that are the same, or differ by case or accents only.

    Those that the same reader leaves out for being the same are not there any more.
    """
    codes = [Named("code", each.id, each.name, each.section, tables["code", each.id]) for each in book.codes]
    profiles = [Named("profile", each.id, each.name, "", tables["profile name", each.name]) for each in book.profiles]
    headings = [Named("section", each.id, each.title, "", tables["section", each.id]) for each in book.sections]
    headings += [Named("group", each.id, each.title, each.section, tables["group", each.id]) for each in book.groups]
    for one, other in _alike(codes):
        if "{id}" not in book.label and one.text.casefold() == other.text.casefold():
            continue  # Their labels are the same, which is worse and reported as such.
        is_near = one.within == other.within
        how = "the same name" if one.text == other.text else "names that differ by case or accents only"
        severity: Severity = "warning" if is_near else "note"
        _say(severity, one, other, f"have {how}", "name")
    for one, other in _alike(profiles):
        _say("warning", one, other, "have names that differ by case or accents only", "name")
    for one, other in _alike(headings):
        if one.within == other.within and one.text.casefold() != other.text.casefold():
            _say("warning", one, other, "have titles that differ by accents only", "title")
    for these in (codes, profiles):
        for one, other in _alike([each._replace(text=each.id) for each in these]):
            _say("warning", one, other, "have ids that differ by case or accents only", "id")


def plain(text: str) -> str:
    """Text as names are compared: without case, accents and double blanks."""
    decomposed = normalize("NFKD", text.casefold())
    return " ".join("".join(sign for sign in decomposed if not combining(sign)).split())


def _alike(named: Iterable[Named]) -> Iterator[tuple[Named, Named]]:
    """Each part whose name was there before, with the first that has it in the same place, else anywhere."""
    first: dict[tuple[str, str], Named] = {}
    anywhere: dict[str, Named] = {}
    for each in named:
        name = plain(each.text)
        other = first.get((each.within, name)) or anywhere.get(name)
        first.setdefault((each.within, name), each)
        anywhere.setdefault(name, each)
        if other is not None:
            yield other, each


def _say(severity: Severity, one: Named, other: Named, what: str, field_name: str) -> None:
    said = f"{one.kind}s {shown(one.id)} and {shown(other.id)} {what}; coders will take one for the other"
    other.table.say(severity, f"{said}: change one", field_name)


PLAIN_LABEL = re.compile(r"\w(?:[\w .:&/+,()'’–-]*[\w)])?")
PLAIN_TITLE = re.compile(r"[^\W\d_](?:[\w &/+,()'’:–-]*[\w)])?")
PLAIN_NAME = re.compile(r"[^\W\d_](?:[\w &/+,-]*\w)?")
"""Labels of codes, titles of sections and groups, and names of profiles that need no trial."""

FIELDS = {"section": "title", "group": "title", "code": "name", "profile": "name"}


def check_reading(book: Codebook, tables: dict[tuple[str, str], Table]) -> None:
    """Report every part that a document of this book would lose or take for another one.

    `tables` says where each part stands.  Texts that two parts share are left to those who compare them.
    """
    index = CodebookIndex(book)
    if _is_plain(book, index):
        return

    for place in [*lost_places(book, index), *lost_profiles(book)]:
        key = ("profile name", place.text) if place.kind == "profile" else (place.kind, place.id)
        said = f"{place.kind} {shown(place.id)} does not read back from documents as {shown(place.text)}"
        tables[key].say("warning", f"{said}; take signs such as * ` # and a number before it off", FIELDS[place.kind])


def _is_plain(book: Codebook, index: CodebookIndex) -> bool:
    titles = [*(section.title for section in book.sections), *(group.title for group in book.groups)]
    return (
        all(map(PLAIN_LABEL.fullmatch, index.labels.values()))
        and all(map(PLAIN_TITLE.fullmatch, titles))
        and all(PLAIN_NAME.fullmatch(profile.name) for profile in book.profiles)
    )


class Place(NamedTuple):
    """A part as a document shows it, or as it was read there; an empty id for what was not recognised."""

    kind: str
    id: str
    text: str


def lost_places(book: Codebook, index: CodebookIndex) -> list[Place]:
    """What `write` and `read` do not give back of a document with everything in it."""
    wanted = [place for section in book.sections for place in _places(book, index, section)]
    document = Document("1", sections=tuple(_part(book, index, n, each) for n, each in enumerate(book.sections, 1)))
    found = list(_read(read(write(document), "")[0], index))
    if len(wanted) != len(found):
        pairs = zip(wanted, found, strict=False)
        return [next((one for one, other in pairs if one[:2] != other[:2]), wanted[-1] if wanted else found[-1])]
    texts = [place.text.casefold() for place in wanted]
    return [
        one
        for one, other in zip(wanted, found, strict=True)
        if one.id != other.id and texts.count(one.text.casefold()) < 2
    ]


def _places(book: Codebook, index: CodebookIndex, section: Section) -> Iterator[Place]:
    yield Place("section", section.id, section.title)
    for code in codes_of(book, section):
        if not code.group:
            yield Place("code", code.id, index.labels[code.id])
    for group in groups(book, section):
        yield Place("group", group.id, group.title)
        for code in codes_of(book, group):
            yield Place("code", code.id, index.labels[code.id])


def _part(book: Codebook, index: CodebookIndex, number: int, section: Section) -> SectionPart:
    """A section with something under each of its codes."""
    entry = Entry("term" if section.holds == "terms" else "quotation", "words")

    def lines(codes: list[str]) -> tuple[CodeLine, ...]:
        return tuple(CodeLine(text, entries=(entry,)) for text in codes)

    own = lines([index.labels[code.id] for code in codes_of(book, section) if not code.group])
    blocks = [Block(None, codes=own)] if own else []
    for group in groups(book, section):
        blocks.append(Block(group.title, codes=lines([index.labels[code.id] for code in codes_of(book, group)])))
    return SectionPart(numbered(number, section.title), tuple(blocks))


def _read(document: Document, index: CodebookIndex) -> Iterator[Place]:
    for part in document.sections:
        title = without_number(part.title)
        section = section_by_title(index.book, title)
        yield Place("section", section.id if section else "", title)
        for block in part.blocks:
            if block.heading is not None:
                group = group_by_title(index.book, block.heading, section.id if section else "")
                yield Place("group", group.id if group else "", block.heading)
            for line in block.codes:
                code = index.code_by_label(line.label)
                yield Place("code", code.id if code else "", line.label)


def lost_profiles(book: Codebook) -> Iterator[Place]:
    """The profiles that the bullet of a document does not give back."""
    for each in book.profiles:
        (line,) = write_profile(each.name, "")
        found = profile(book, read_profile(line.removeprefix("- ")) or "")
        if found is None or found.id != each.id:
            yield Place("profile", each.id, each.name)

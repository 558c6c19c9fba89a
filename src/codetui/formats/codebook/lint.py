"""Likely mistakes in a valid codebook: skipped numbers, missing texts, names that are too similar."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import combining, normalize

from codetui.core.codebook import index as books
from codetui.core.codebook.index import CodebookIndex, folded, label_from
from codetui.formats.toml.tables import Table, report_missing, shown
from codetui.model import Codebook, Severity

if TYPE_CHECKING:
    from codetui.formats.session_doc.model import Document, SectionPart

FINAL_NUMBER = re.compile(r"(.*?)(?<![0-9])([0-9]{1,9})")
OWN_NUMBER = re.compile(r"\d+[.)]\s")
DIGITS = 9
LONGEST_GAP = 9
PLAIN_LABEL = re.compile(r"\w(?:[\w .:&/+,()'’–-]*[\w)])?")
PLAIN_TITLE = re.compile(r"[^\W\d_](?:[\w &/+,()'’:–-]*[\w)])?")
PLAIN_NAME = re.compile(r"[^\W\d_](?:[\w &/+,-]*\w)?")
"""Labels of codes, titles of sections and groups, and names of profiles that certainly survive a round trip."""

NAME_FIELDS = {"section": "title", "group": "title", "code": "name", "profile": "name"}
Tables = Mapping[tuple[str, str], Table]


class Named(NamedTuple):
    """One name of a part; `within` is the section or group in which that name should be unique."""

    kind: str
    id: str
    text: str
    within: str
    table: Table


def lint(book: Codebook, top: Table, tables: Tables) -> None:
    """Report likely mistakes as problems of the codebook's text; `tables` contains the table of each part."""
    codes = [Named("code", each.id, each.name, each.section, tables["code", each.id]) for each in book.codes]
    profiles = [Named("profile", each.id, each.name, "", tables["profile name", each.name]) for each in book.profiles]
    headings = [
        *(Named("section", each.id, each.title, "", tables["section", each.id]) for each in book.sections),
        *(Named("group", each.id, each.title, each.section, tables["group", each.id]) for each in book.groups),
    ]
    _check_links(book, tables)
    _check_irrelevant(book, top)
    _check_completeness(book, top, tables)
    _check_numbers(profiles)
    _check_numbers(codes)
    _check_labels(book, codes)
    _check_titles(headings)
    _check_names(book, codes, profiles, headings)
    _check_round_trip(book, tables)


def _check_links(book: Codebook, tables: Tables) -> None:
    """Report codes in `confused_with` that do not exist, and a code that names itself."""
    known = dict.fromkeys(code.id for code in book.codes)
    for code in book.codes:
        for number, other in enumerate(code.confused_with):
            table, place = tables["code", code.id], ("confused_with", number)
            if other == code.id:
                table.report("warning", f"code {shown(other)} is confused with itself; name another", *place)
            elif other not in known:
                report_missing(table, place, "a code", other, known)


def _check_irrelevant(book: Codebook, top: Table) -> None:
    """Report profiles of `[evaluator] irrelevant` that do not exist."""
    known = dict.fromkeys(name for profile in book.profiles for name in (profile.name, profile.id))
    for number, name in enumerate(book.irrelevant):
        if name not in known:
            report_missing(top.table("evaluator"), ("irrelevant", number), "a profile", name, known)


def _check_completeness(book: Codebook, top: Table, tables: Tables) -> None:
    if not book.codes:
        top.report("error", "the codebook has no code, so nothing can be coded; write a [[section]] and a [[code]]")
    if not book.profiles:
        top.report("note", "the codebook has no profile, so none can be assigned; write a [[profile]]")
    used_sections, used_groups = {code.section for code in book.codes}, {code.group for code in book.codes}
    for number, section in enumerate(book.sections):
        table, name = tables["section", section.id], shown(section.id)
        if section.id not in used_sections and book.codes:
            table.report("note", f"section {name} has no codes; write a [[code]] with section = {name}")
        if number >= DIGITS:
            what = f"section {name} is beyond the nine that a digit opens"
            table.report("warning", f"{what}; join sections, or find its codes by searching")
    for group in book.groups:
        if group.id not in used_groups:
            tables["group", group.id].report("note", f"group {shown(group.id)} has no codes; name it in a [[code]]")
    for code in book.codes:
        if not code.definition and not code.examples:
            what = f"code {shown(code.id)} has neither definition nor examples; coders will want one of them"
            tables["code", code.id].report("note", what)
    for profile in book.profiles:
        table = tables["profile name", profile.name]
        texts = {"definition": profile.definition, "evidence": profile.evidence}
        absent = [name for name, text in texts.items() if not text]
        if absent:
            what = f"profile {shown(profile.name)} has no {' and no '.join(absent)}"
            table.report("note", f"{what}; coders must decide without")
        if "`" in profile.name:
            what = f"profile {shown(profile.name)} has a backtick in its name, which documents cannot show"
            table.report("warning", f"{what}; remove it", "name")


def _check_numbers(parts: Sequence[Named]) -> None:
    """Report numbers skipped by the profiles, or by the codes of a section whose ids begin alike."""
    families: dict[tuple[str, str], list[tuple[int, Named]]] = {}
    for part in parts:
        if split := FINAL_NUMBER.fullmatch(part.id):
            families.setdefault((part.within, split[1]), []).append((int(split[2]), part))
    for (_, prefix), family in families.items():
        _check_gaps(prefix, family, {part.id for part in parts})


def _check_gaps(prefix: str, family: list[tuple[int, Named]], known: set[str]) -> None:
    """Report numbers skipped within a family of ids, unless a part outside the family has them."""
    for (low, below), (high, above) in pairwise(sorted(family, key=lambda part: part[0])):
        absent = [f"{prefix}{number}" for number in range(low + 1, high)] if high - low <= LONGEST_GAP else []
        if absent and known.isdisjoint(absent):
            is_one = len(absent) == 1
            what = f"{above.kind} {absent[0]} is" if is_one else f"{above.kind}s {absent[0]} to {absent[-1]} are"
            advice = "add it or renumber" if is_one else "add them or renumber"
            above.table.report("note", f"{what} missing between {below.id} and {above.id}; {advice}", "id")


def _check_labels(book: Codebook, codes: Sequence[Named]) -> None:
    """Report labels that two codes share, and labels that break the document's markdown."""
    labelled = [each._replace(text=label_from(book.label, each.id, each.text), within="") for each in codes]
    for one, other in _repeated(labelled):
        what = f"codes {shown(one.id)} and {shown(other.id)} both have the label {shown(other.text)} in documents"
        advice = "give them different names, or use {id} in the label pattern"
        other.table.report("error", f"{what}; {advice}", "name")
    for each in labelled:
        if "**" in each.text:
            what = f"the label {shown(each.text)} contains **, which ends it too early in documents; remove it"
            each.table.report("warning", what, "name")


def _check_titles(headings: Sequence[Named]) -> None:
    """Report headings that would be ambiguous in documents or numbered twice."""
    for one, other in _repeated(headings):
        what = f"{other.kind}s {shown(one.id)} and {shown(other.id)} have the same title"
        other.table.report("warning", f"{what}; documents cannot tell them apart: change one", "title")
    for each in headings:
        if each.kind == "section" and OWN_NUMBER.match(each.text):
            what = f"section {shown(each.id)} has a number in its title; documents number sections themselves"
            each.table.report("note", f"{what}: remove it", "title")


def _check_names(book: Codebook, codes: Sequence[Named], profiles: Sequence[Named], headings: Sequence[Named]) -> None:
    """Report names, titles and ids that are the same, or differ by case or accents only."""
    for one, other in _alike(codes):
        if "{id}" not in book.label and one.text.casefold() == other.text.casefold():
            continue  # Their labels are the same, which is worse and reported as such.
        how = "the same name" if one.text == other.text else "names that differ by case or accents only"
        _report_alike("warning" if one.within == other.within else "note", one, other, how, "name")
    for one, other in _alike(profiles):
        _report_alike("warning", one, other, "names that differ by case or accents only", "name")
    for one, other in _alike(headings):
        if one.within == other.within and one.text.casefold() != other.text.casefold():
            _report_alike("warning", one, other, "titles that differ by accents only", "title")
    for these in (codes, profiles):
        for one, other in _alike([each._replace(text=each.id) for each in these]):
            _report_alike("warning", one, other, "ids that differ by case or accents only", "id")


def _check_round_trip(book: Codebook, tables: Tables) -> None:
    """Report every part that would be lost or confused with another one in a document.

    Plain texts need no trial, so most codebooks open without loading the reader of documents.
    """
    index = CodebookIndex(book)
    titles = [*(section.title for section in book.sections), *(group.title for group in book.groups)]
    if (
        all(map(PLAIN_LABEL.fullmatch, index.labels.values()))
        and all(map(PLAIN_TITLE.fullmatch, titles))
        and all(PLAIN_NAME.fullmatch(profile.name) for profile in book.profiles)
    ):
        return

    for part in [*lost_headings(index), *lost_profiles(book)]:
        table = tables[("profile name", part.text) if part.kind == "profile" else (part.kind, part.id)]
        what = f"{part.kind} {shown(part.id)} does not read back from documents as {shown(part.text)}"
        advice = "remove signs such as * ` # and a number at its beginning"
        table.report("warning", f"{what}; {advice}", NAME_FIELDS[part.kind])


def _repeated(parts: Iterable[Named]) -> Iterator[tuple[Named, Named]]:
    """Yield pairs of parts with the same text in the same section: the first one and a later one."""
    return ((one, other) for one, other in _alike(parts, folded) if one.within == other.within)


def _without_accents(text: str) -> str:
    decomposed = normalize("NFKD", text.casefold())
    return " ".join("".join(sign for sign in decomposed if not combining(sign)).split())


def _alike(named: Iterable[Named], fold: Callable[[str], str] = _without_accents) -> Iterator[tuple[Named, Named]]:
    """Yield each part whose name occurred before, with its first occurrence in the same section, else anywhere."""
    first: dict[tuple[str, str | None], Named] = {}
    for each in named:
        places = [(fold(each.text), each.within), (fold(each.text), None)]
        others = [first.setdefault(place, each) for place in places]
        if other := next((one for one in others if one is not each), None):
            yield other, each


def _report_alike(severity: Severity, one: Named, other: Named, how: str, field_name: str) -> None:
    what = f"{one.kind}s {shown(one.id)} and {shown(other.id)} have {how}; coders will confuse them: change one"
    other.table.report(severity, what, field_name)


# --- what documents lose --------------------------------------------------------------------------------


class ShownPart(NamedTuple):
    """A part as a document shows it; the id is empty for one that was not recognised."""

    kind: str
    id: str
    text: str


def lost_headings(index: CodebookIndex) -> list[ShownPart]:
    """Return the sections, groups and codes that a document with all of them does not preserve.

    Parts with the same text are left out: other checks compare those.
    """
    from codetui.formats.session_doc.markdown import parse_document, render_document
    from codetui.formats.session_doc.model import Document

    wanted: list[ShownPart] = []
    document = Document("1", sections=tuple(_parts(index, wanted)))
    found = list(_recognised(parse_document(render_document(document), "")[0], index))
    if len(wanted) != len(found):
        pairs = zip(wanted, found, strict=False)
        return [next((one for one, other in pairs if one[:2] != other[:2]), wanted[-1] if wanted else found[-1])]
    texts = [heading.text.casefold() for heading in wanted]
    return [
        one
        for one, other in zip(wanted, found, strict=True)
        if one.id != other.id and texts.count(one.text.casefold()) < 2
    ]


def lost_profiles(book: Codebook) -> Iterator[ShownPart]:
    """Yield the profiles that a document does not preserve."""
    from codetui.formats.session_doc.head import read_profile, write_profile

    for each in book.profiles:
        (line,) = write_profile(each.name, "")
        found = books.profile(book, read_profile(line.removeprefix("- ")) or "")
        if found is None or found.id != each.id:
            yield ShownPart("profile", each.id, each.name)


def _parts(index: CodebookIndex, wanted: list[ShownPart]) -> Iterator[SectionPart]:
    """Yield the sections of a document with one entry under each code; append all its headings to `wanted`."""
    from codetui.formats.session_doc.model import Block, CodeLine, Entry, SectionPart, numbered

    for number, section in enumerate(index.book.sections, 1):
        wanted.append(ShownPart("section", section.id, section.title))
        entry = Entry("term" if section.holds == "terms" else "quotation", "words")
        blocks: list[Block] = []
        for group in (None, *books.groups(index.book, section)):
            codes = [code.id for code in index.codes_of[section.id] if code.group == (group.id if group else "")]
            wanted += [ShownPart("group", group.id, group.title)] if group else []
            wanted += [ShownPart("code", code, index.labels[code]) for code in codes]
            lines = tuple(CodeLine(index.labels[code], entries=(entry,)) for code in codes)
            blocks.append(Block(group.title if group else None, codes=lines))
        yield SectionPart(numbered(number, section.title), tuple(block for block in blocks if not block.is_empty))


def _recognised(document: Document, index: CodebookIndex) -> Iterator[ShownPart]:
    from codetui.formats.session_doc.model import without_number

    for part in document.sections:
        title = without_number(part.title)
        section = books.section_by_title(index.book, title)
        yield ShownPart("section", section.id if section else "", title)
        for block in part.blocks:
            if block.heading is not None:
                group = books.group_by_title(index.book, block.heading, section.id if section else "")
                yield ShownPart("group", group.id if group else "", block.heading)
            for line in block.codes:
                code = index.code_by_label(line.label)
                yield ShownPart("code", code.id if code else "", line.label)

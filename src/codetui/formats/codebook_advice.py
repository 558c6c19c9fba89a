"""What a readable codebook still lacks: numbers skipped, texts missing, names that documents confuse."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from codetui.core.codebook.index import folded, label
from codetui.formats.toml_tables import Table, shown
from codetui.model import Codebook

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
    for profile in book.profiles:
        table = tables["profile name", profile.name]
        texts = {"definition": profile.definition, "evidence": profile.evidence}
        absent = [name for name, text in texts.items() if not text]
        if absent:
            said = f"profile {shown(profile.name)} has no {' and no '.join(absent)}; coders decide without"
            table.say("note", said)
        if "`" in profile.name:
            said = f"profile {shown(profile.name)} has a backtick in its name, which documents cannot show"
            table.say("warning", f"{said}; take it out", "name")


def _advise_numbers(book: Codebook, tables: Tables) -> None:
    """Numbers skipped by the profiles, or by the codes of a section whose ids begin alike."""
    families: dict[tuple[str, str], list[_Numbered]] = {}
    for profile in book.profiles:
        if split := FINAL_NUMBER.fullmatch(profile.id):
            number = _Numbered(int(split[2]), profile.id, tables["profile name", profile.name])
            families.setdefault(("", split[1]), []).append(number)
    _advise_gaps("profile", families, {profile.id for profile in book.profiles})
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

"""Names and ids that people, or documents, take for one another: alike but for case and accents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from unicodedata import combining, normalize

from codetui.formats.toml_tables import Table, shown
from codetui.model import Codebook, Severity

Tables = dict[tuple[str, str], Table]


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

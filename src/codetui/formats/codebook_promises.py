"""What the coding book's own texts announce: four profiles, five categories; and how many there are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from codetui.core.codebook.index import codes_of, groups
from codetui.core.text.plural import counted
from codetui.formats.toml_tables import Table, shown
from codetui.model import Codebook, CodebookText

ENGLISH = "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
DUTCH = "twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien"
NUMBERS = {word: number for words in (ENGLISH, DUTCH) for number, word in enumerate(words.split(), 2)}
NUMBER = rf"(?:{'|'.join(NUMBERS)}|[1-9]\d?)"
BETWEEN = r"[^\w.!?:;]++"
WORD = r"\w++(?:['’-]\w++){0,3}"
"""Nothing here can be read in many ways, of which a text of signs alone would have all tried."""

PLACES = r"(?:part|chapter|section|table|figure|version|deel|hoofdstuk|sectie|tabel|figuur|versie|v)"


@cache
def _announced(nouns: str) -> re.Pattern[str]:
    """A number and, up to three words on and with no other number before it, one of `nouns`."""
    return re.compile(
        rf"(?<![\w.])(?:(?P<place>{PLACES})\s+)?(?P<number>{NUMBER}){BETWEEN}(?:(?!{NUMBER}\b){WORD}{BETWEEN}){{0,3}}?"
        rf"(?P<noun>{nouns})\b",
        re.IGNORECASE,
    )


HEADING_NUMBER = re.compile(r"^#+\s+\d+(?:\.\d+)*[.:)]?\s+", re.MULTILINE)
"""The number of a chapter, which announces nothing: `1 Profiles`."""

PROFILES = "profiles|profielen"
CATEGORIES = r"(?:macro-|sub-)?categor(?:ies|ie[eë]n)|codes|groups|groepen"


def check_promises(
    book: Codebook, texts: Mapping[CodebookText, Table], tables: Mapping[tuple[str, str], Table]
) -> None:
    """Report every text that announces another number of profiles, or a section of codes, than the book has."""
    for text, table in texts.items():
        for name, said in (("title", text.title), ("body", text.body)):
            said = HEADING_NUMBER.sub("", f"# {said}" if name == "title" else said)
            what = f"text {shown(text.title)}" if text.title else "a text"
            _check_profiles(said, what, book, table, name)
    for section in book.sections:
        table = tables["section", section.id]
        _check_profiles(section.definition, f"section {shown(section.id)}", book, table, "definition")
        codes = len(codes_of(book, section))
        for number, words in announced(CATEGORIES, section.definition):
            if number not in (codes, len(groups(book, section))):
                said = f"section {shown(section.id)} announces {shown(words)}, and has {counted(codes, 'code')}"
                table.say("note", f"{said}; add what is missing or correct the number", "definition")


def _check_profiles(said: str, what: str, book: Codebook, table: Table, name: str) -> None:
    for number, words in announced(PROFILES, said):
        if number != len(book.profiles):
            names = ", ".join(profile.name for profile in book.profiles) or "none"
            defined = f"{counted(len(book.profiles), 'is', 'are')} defined ({names})"
            table.say("warning", f"{what} announces {shown(words)}, and {defined}; add what is missing", name)


def announced(nouns: str, text: str) -> Iterator[tuple[int, str]]:
    """Each number of `nouns` that a text announces, with its words: `(4, "four profiles")`."""
    # Most books announce nothing, and what looks for it takes long to make.
    for found in _announced(nouns).finditer(text) if text else ():
        if not found["place"]:
            number = NUMBERS.get(found["number"].casefold()) or int(found["number"])
            yield number, " ".join(found[0].replace("*", "").split())

"""Read sources from text files: each file is one, with id and employer in its name and the title in its text."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from codetui.model import Source, SourceEntry, SourceId, with_plain_line_ends
from codetui.storage import fs
from codetui.storage.sources.decoding import decode, decode_head
from codetui.storage.sources.reader import Place, SourceFile, note_nul, one_line

HEAD = 4096
"""Bytes that the list reads of a file."""

_LEAD = r"(?:(?:analysis|job|jobad|ad|advert|advertentie|vacancy|vacature|posting|id|nr|no)[ _-]+)*"
_NUMBERED = re.compile(_LEAD + r"(?P<id>[0-9]+)(?:[ _-]+(?P<rest>[^0-9 _-].*))?", re.IGNORECASE | re.DOTALL)
_HEADING = re.compile(r"(?:\A|(?<=[\r\n]))[ \t]*#{1,6}[ \t]+([^\r\n]*[^\W_][^\r\n]*)")
_LINE_WITH_WORD = re.compile(r"[^\r\n]*?[^\W_][^\r\n]*")
_EMPHASISED = re.compile(r"(([*_`])\2*)((?:(?!\2).)+)\1")


@dataclass(frozen=True)
class TextReader:
    """Read text files."""

    suffixes: tuple[str, ...] = (".txt", ".md")
    is_table: bool = False

    def id_in_name(self, path: str) -> str | None:
        """Return the id in the file's name."""
        return _id_and_employer(Path(path).stem)[0]

    def entries(self, file: SourceFile, _: Place | None = None) -> Iterator[SourceEntry]:
        """Yield the one entry, of which only the beginning of the text is read."""
        yield _entry(file, fs.read_head(file.path, HEAD))

    def sources(self, file: SourceFile, _: Place | None = None) -> Iterator[tuple[SourceEntry, Source]]:
        """Yield the one entry and source."""
        data = fs.read(Path(file.path))
        entry = _entry(file, data[:HEAD])
        text = with_plain_line_ends(decode(data, file.problems))
        note_nul(text, 0, file.problems)
        yield entry, Source(entry.id, entry.employer, entry.title, text, file.path)


def _entry(file: SourceFile, head: bytes) -> SourceEntry:
    text = decode_head(head)
    if len(head) < HEAD and not text.strip():
        file.problems.add_once("empty", 0, "note", "this ad is empty: there is nothing to code in it")
    source_id, employer = _id_and_employer(Path(file.path).stem)
    return SourceEntry(SourceId(source_id), sys.intern(employer), title_of(text), file.path, -1, 0)


def _id_and_employer(stem: str) -> tuple[str, str]:
    """Return id and employer from a file's name: `752_creative_fabrica` is 752 of Creative Fabrica.

    Words written without any capital get one each, as names have; the coder can correct it.
    """
    readable = stem.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    name = unicodedata.normalize("NFC", readable).strip()
    match = _NUMBERED.fullmatch(name)
    if match is None:
        return name, ""
    words = re.split(r"[\s_]+", (match["rest"] or "").strip(" _-"))
    if match["rest"] and "-" in match["rest"] and len(words) == 1:
        words = words[0].split("-")
    if not any(character.isupper() for word in words for character in word):
        words = [word[:1].upper() + word[1:] for word in words]
    return match["id"], one_line(" ".join(words))


def title_of(head: str) -> str:
    """Return the title from the beginning of a text: the first heading, else the first line with a word."""
    heading = _HEADING.search(head)
    if heading is not None:
        return _without_emphasis(one_line(heading[1].rstrip("# \t")))
    line = _LINE_WITH_WORD.search(head)
    return _without_emphasis(one_line(line[0])) if line is not None else ""


def _without_emphasis(title: str) -> str:
    """Return `**A title**` without its bullet or the marks around the whole of it; marks inside it stay."""
    title = title.lstrip("* ") if title.startswith("* ") else title.strip()
    emphasised = _EMPHASISED.fullmatch(title)
    return emphasised[3].strip() if emphasised else title


TEXT = TextReader()

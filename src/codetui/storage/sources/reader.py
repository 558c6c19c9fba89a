"""What a reader of sources is, what readers of tables have in common, and the reader of text files.

Each text file is one source, with id and employer in its name and the title in its text.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, Protocol, get_args

from codetui.model import Source, SourceEntry, SourceId, with_plain_line_ends
from codetui.storage import fs
from codetui.storage.fs import open_regular
from codetui.storage.sources.decoding import Lines, ProblemCollector, decode, decode_head

NAME_LIMIT = 200
"""Characters of an employer or a title."""

COLUMN_HINT = 'name one in codebook.toml, [corpus] columns = { %s = "your column" }'

Field = Literal["id", "employer", "title", "body"]
FIELDS: tuple[Field, ...] = get_args(Field)

_KNOWN: dict[Field, str] = {
    "id": """
        id jobid adid vacancyid vacatureid jobpostingid jobadid postingid advertentieid advertid
        documentid docid recordid identifier uuid guid nummer vacaturenummer advertentienummer
        volgnummer jobnumber vacancynumber number adnumber nr no num key sleutel reference
        referencenumber referentie referentienummer ref refnr kenmerk
        """,
    "employer": """
        employer employername hiringorganization hiringorganisation company companyname organisation
        organization organisationname organizationname organisatie organisatienaam naamorganisatie
        bedrijf bedrijfsnaam naambedrijf werkgever werkgevernaam werkgeversnaam naamwerkgever
        onderneming firm firma opdrachtgever client advertiser adverteerder
        """,
    "title": """
        title jobtitle adtitle vacancytitle positiontitle postingtitle vacaturetitel functietitel
        functienaam advertentietitel titel jobname position positie functie vacature job role rol
        headline kop occupation beroep
        """,
    "body": """
        text body description jobdescription functieomschrijving vacaturetekst omschrijving
        vacatureomschrijving functiebeschrijving beschrijving taakomschrijving advertentietekst
        adtext jobtext fulltext plaintext rawtext fulldescription jobad jobadtext advertisement
        vacancytext vacancydescription positiondescription postingtext content contents inhoud tekst
        volledigetekst
        """,
}
_RANKS = {name: (field, rank) for field in FIELDS for rank, name in enumerate(_KNOWN[field].split())}
HEAD = 4096
"""Bytes that the list reads of a file."""

_LEAD = r"(?:(?:analysis|job|jobad|ad|advert|advertentie|vacancy|vacature|posting|id|nr|no)[ _-]+)*"
_NUMBERED = re.compile(_LEAD + r"(?P<id>[0-9]+)(?:[ _-]+(?P<rest>[^0-9 _-].*))?", re.IGNORECASE | re.DOTALL)
_HEADING = re.compile(r"(?:\A|(?<=[\r\n]))[ \t]*#{1,6}[ \t]+([^\r\n]*[^\W_][^\r\n]*)")
_LINE_WITH_WORD = re.compile(r"[^\r\n]*?[^\W_][^\r\n]*")
_EMPHASISED = re.compile(r"(([*_`])\2*)((?:(?!\2).)+)\1")


class Place(NamedTuple):
    """Where a source begins in its file: byte offset and line; (-1, 0) for a file that is one source."""

    offset: int
    line: int


class SourceFile(NamedTuple):
    """A file that is being read: its path, the settings for columns, and where to report problems."""

    path: str
    columns: Mapping[str, str]
    problems: ProblemCollector


class SourceReader(Protocol):
    """Read the sources of files with certain suffixes; a new format is one more reader in `READERS`.

    `is_table` if a file may hold several sources.  Files are never written.  All methods raise OSError.
    """

    @property
    def suffixes(self) -> tuple[str, ...]:
        """The suffixes of the files, in lower case."""

    @property
    def is_table(self) -> bool:
        """Whether a file may hold several sources."""

    def id_in_name(self, path: str, /) -> str | None:
        """Return the id of the one source of a file, None if the file must be opened to know its ids."""

    def entries(self, file: SourceFile, start: Place | None = None, /) -> Iterator[SourceEntry]:
        """Yield the entries of a file's sources, in order; with `start`, from the one that begins there, if any."""

    def sources(self, file: SourceFile, start: Place | None = None, /) -> Iterator[tuple[SourceEntry, Source]]:
        """Yield the same with the sources and their texts."""


def one_line(text: str) -> str:
    """Return a name or title on one line of at most `NAME_LIMIT` characters."""
    return " ".join(text[: 4 * NAME_LIMIT].split())[:NAME_LIMIT]


def note_nul(text: str, line: int, problems: ProblemCollector) -> None:
    """Report that a text has NUL characters."""
    if "\0" in text:
        message = "this text holds NUL characters, which are kept: if every other one is NUL, save it as UTF-8"
        problems.add(line, "note", message)


# --- tables -------------------------------------------------------------------------------------------


class Row(NamedTuple):
    """One row of a table: its place, its four fields, and a function that returns all further columns."""

    place: Place
    id: str
    employer: str
    title: str
    body: str
    attributes: Callable[[], dict[str, str]]


RowReader = Callable[[Lines, SourceFile, Place | None], Iterator[Row]]
"""Read the rows of a table; with a place, those from there on."""


@dataclass(frozen=True)
class TableReader:
    """Read tables, whose rows are sources, with the function `rows`."""

    suffixes: tuple[str, ...]
    rows: RowReader
    is_table: bool = True

    def id_in_name(self, _: str) -> str | None:
        """Return None: any id may be in a table."""
        return None

    def entries(self, file: SourceFile, start: Place | None = None) -> Iterator[SourceEntry]:
        """Yield the entries of the rows."""
        return (_entry(file.path, row) for row in self._rows(file, start))

    def sources(self, file: SourceFile, start: Place | None = None) -> Iterator[tuple[SourceEntry, Source]]:
        """Yield the entries and sources of the rows; a text is title, blank line, body, or the body alone."""
        for row in self._rows(file, start):
            note_nul(row.body, row.place.line, file.problems)
            entry = _entry(file.path, row)
            head = with_plain_line_ends(f"{row.title}\n\n") if row.title.strip() else ""
            text = head + with_plain_line_ends(row.body)
            source = Source(
                entry.id, entry.employer, entry.title, text, file.path, entry.line, len(head), row.attributes()
            )
            yield entry, source

    def _rows(self, file: SourceFile, start: Place | None) -> Iterator[Row]:
        """Yield the rows that are sources."""
        if start is not None and start.offset < 0:
            return
        with open_regular(file.path) as handle:
            lines = Lines(handle, file.problems)
            for row in self.rows(lines, file, start):
                if _is_usable(row, file.problems):
                    yield row


def _entry(file: str, row: Row) -> SourceEntry:
    # Employers repeat: each name is kept in memory once.
    employer = sys.intern(one_line(row.employer))
    return SourceEntry(SourceId(row.id), employer, one_line(row.title), file, *row.place)


def _is_usable(row: Row, problems: ProblemCollector) -> bool:
    """Return whether a row has an id; report if not, or if it has no text."""
    if not row.id:
        problems.add(row.place.line, "error", "this row has no id, so it is left out: give it one that stays")
        return False
    if not row.body.strip():
        problems.add(row.place.line, "note", f"ad {row.id[:80]} has no text: there is nothing to code in it")
    return True


# --- columns ------------------------------------------------------------------------------------------

# In order of preference: a table may have both an `id` and a `reference`.


class Columns(NamedTuple):
    """Which column holds which field, and what is wrong with the settings."""

    names: dict[Field, str]
    complaints: tuple[str, ...]


def columns_of(header: Sequence[str], wanted: Mapping[str, str]) -> Columns:
    """Return the columns of a table: those named in the settings, else those whose name is known."""
    names: dict[Field, str] = {}
    best: dict[Field, int] = {}
    for name in header:
        field, rank = _RANKS.get(_folded(name), (None, 0))
        if field is not None and rank < best.get(field, len(_RANKS)):
            names[field], best[field] = name, rank
    complaints = []
    for field in FIELDS:
        if field not in wanted:
            continue
        match = next((name for name in header if name.strip() == wanted[field].strip()), None)
        if match is not None:
            names = {known: name for known, name in names.items() if name != match or known in wanted}
            names[field] = match
        else:
            complaints.append(_absent(field, wanted[field], names.get(field), header))
    complaints += [
        f'[corpus] columns names "{key}", which is not a field: use id, employer, title or body'
        for key in wanted
        if key not in FIELDS
    ]
    return Columns(names, tuple(complaints))


def found_columns(header: Iterable[str]) -> str:
    """Return the columns of a table for a message, shortened if there are many."""
    names = [name.strip()[:40] or "(no name)" for name in header]
    return ", ".join(names[:30]) + (f" and {len(names) - 30} more" if len(names) > 30 else "")


def _absent(field: Field, wanted: str, instead: str | None, header: Sequence[str]) -> str:
    used = f'"{instead}" is used instead' if instead else "nothing is used instead"
    what = f'[corpus] columns maps {field} to "{wanted}", which is not a column: {used}'
    return f"{what}. Columns found: {found_columns(header)}"


def _folded(name: str) -> str:
    """Return a column's name without case, accents, blanks and punctuation: `Job-ID` and `job_id` are one."""
    plain = unicodedata.normalize("NFKD", name)
    return "".join(character for character in plain if character.isalnum()).casefold()


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
        yield _text_entry(file, fs.read_head(file.path, HEAD))

    def sources(self, file: SourceFile, _: Place | None = None) -> Iterator[tuple[SourceEntry, Source]]:
        """Yield the one entry and source."""
        data = fs.read(Path(file.path))
        entry = _text_entry(file, data[:HEAD])
        text = with_plain_line_ends(decode(data, file.problems))
        note_nul(text, 0, file.problems)
        yield entry, Source(entry.id, entry.employer, entry.title, text, file.path)


def _text_entry(file: SourceFile, head: bytes) -> SourceEntry:
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

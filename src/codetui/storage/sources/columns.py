"""The columns of a table: which one holds ids, employers, titles and texts, by its name or as the codebook has it."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, get_args

COLUMN_HINT = 'name one in codebook.toml, [corpus] columns = { %s = "your column" }'

Field = Literal["id", "employer", "title", "body"]
FIELDS: tuple[Field, ...] = get_args(Field)
NEEDED: dict[Field, str] = {"id": "ids", "body": "texts"}
GUESSES: dict[Field, re.Pattern[str]] = {
    "body": re.compile(
        r"te[xks]+t|response|answer|antwoord|comment|opmerking|review|toelichting|message|bericht|post|content|inhoud|"
        r"transcript|story|verhaal|quote|citaat|omschrijving|beschrijving|descri|beschreibung"
    ),
    "title": re.compile(r"tit[eu]?l|functie|positi|vacature|headline|onderwerp|subject|stelle|poste|puesto"),
    "employer": re.compile(
        r"organi[sz]at|bedrijf|company|employer|werkgever|arbeitgeber|unternehmen|entreprise|empresa"
    ),
}
"""Parts of the names of columns that may hold a field, without case and punctuation, in the order of guessing."""

_WORD = re.compile(r"[^\W\d_]?[^\W\d_A-Z]+|[A-Z]+(?![a-z])|[0-9]+")
_ID_WORDS = frozenset(("id", "uuid", "guid", "key", "no", "number"))
_PERSON = ("respondent", "participant", "deelnemer", "proefpersoon")
_OF_OTHERS = re.compile(
    r"phone|telefo|mobiel|mobile|fax|kvk|post|huis|house|bank|btw|vat|contact|company|employe|bedrijf|organi[sz]at|"
    r"werkgever|klant|kunde|customer|user|author|auteur|branche|sector|beroep|occupation|sbi|vestiging|parent|ouder"
)
"""Words of numbers and ids that are not those of the rows."""

_LONGEST_GUESS = 80
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


# Known names in order of preference: a table may have both an `id` and a `reference`.
_RANKS = {name: (field, rank) for field in FIELDS for rank, name in enumerate(_KNOWN[field].split())}


class Columns(NamedTuple):
    """The columns of the fields, problems with their settings, and the fields without which a table is not opened."""

    names: dict[Field, str]
    complaints: tuple[str, ...]
    missing: tuple[Field, ...]


def columns_of(header: Sequence[str], wanted: Mapping[str, str]) -> Columns:
    """Return the columns of a table: those named in the settings, else those with known names."""
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
        if not wanted[field].strip():
            names.pop(field, None)
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
    return Columns(names, tuple(complaints), tuple(_missing(header, names, wanted)))


def _missing(header: Sequence[str], names: Mapping[Field, str], wanted: Mapping[str, str]) -> Iterator[Field]:
    """Yield the missing fields: texts, and ids if a table seems to have a column of them.

    A table without such a column is opened, and `id = ""` in the settings is the answer that it has none.
    """
    if "id" not in names and (wanted["id"].strip() if "id" in wanted else _id_column(header)):
        yield "id"
    if "body" not in names:
        yield "body"


def columns_hint(header: Sequence[str], columns: Columns) -> str:
    """Return a line for the codebook that names the columns of a table of which some fields are missing.

    It is guessed from their names: `respondent_id`, `open_response_text`.
    """
    names: dict[Field, str] = {field: name for field, name in columns.names.items() if field in NEEDED}
    if "id" not in names and (id_column := _id_column(header) or ("your column" if "id" in columns.missing else "")):
        names["id"] = id_column
    for field, pattern in GUESSES.items():
        taken = {*names.values(), *columns.names.values()}
        others = [name for name in header if name.strip() and name not in taken and len(name) <= _LONGEST_GUESS]
        guess = next(
            (name for name in others if pattern.search(_folded(name))), "your column" if field == "body" else ""
        )
        if guess and field not in columns.names:
            names[field] = guess
    pairs = ", ".join(f"{field} = {json.dumps(names[field], ensure_ascii=False)}" for field in FIELDS if field in names)
    line = f"Put this line below [corpus] in codebook.toml, with the right columns: columns = {{ {pairs} }}"
    without = ' If no column has an id for each row, write id = "" there, and the rows get ids from their texts'
    return f"{line}.{without}" if "id" in columns.missing else line


def _id_column(header: Sequence[str]) -> str:
    """Return the column that by its name holds the ids of the rows, such as `Respondent nr.`; empty if none does."""
    for name in header:
        words = [word.casefold() for word in _WORD.findall(name)]
        if not words or len(name) > _LONGEST_GUESS or _OF_OTHERS.search(_folded(name)):
            continue
        is_id = words[-1] in _ID_WORDS or words[0] == "id" or words[-1].endswith(("nummer", "nr"))
        if is_id or any(word.startswith(_PERSON) for word in words):
            return name
    return ""


def found_columns(header: Iterable[str]) -> str:
    """Return the columns of a table for a message, shortened if there are many."""
    names = [name.strip()[:40] or "(no name)" for name in header]
    return ", ".join(names[:30]) + (f" and {len(names) - 30} more" if len(names) > 30 else "")


def _absent(field: Field, wanted: str, instead: str | None, header: Sequence[str]) -> str:
    used = f'"{instead}" is used instead' if instead else "nothing is used instead"
    what = f'[corpus] columns maps {field} to "{wanted}", which is not a column: {used}'
    return f"{what}. Columns found: {found_columns(header)}"


def _folded(name: str) -> str:
    """Return a column's name without case, accents, blanks and punctuation: `Job-ID` and `job_id` are equal."""
    plain = unicodedata.normalize("NFKD", name)
    return "".join(character for character in plain if character.isalnum()).casefold()

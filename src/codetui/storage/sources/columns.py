"""The columns of a table: which one holds ids, employers, titles and texts, by its name or as the codebook has it."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple, get_args

COLUMN_HINT = 'name one in codebook.toml, [corpus] columns = { %s = "your column" }'

Field = Literal["id", "employer", "title", "body"]
FIELDS: tuple[Field, ...] = get_args(Field)
NEEDED: dict[Field, str] = {"id": "ids", "body": "texts"}
GUESSES: dict[Field, re.Pattern[str]] = {
    "id": re.compile(r"(id|nr|no|num|nummer|number|code|key)$|^(id|nr)|respondent|participant|deelnemer"),
    "body": re.compile(
        r"te[xks]+t|response|answer|antwoord|comment|opmerking|review|toelichting|message|bericht|post|content|inhoud|"
        r"transcript|story|verhaal|quote|citaat"
    ),
}
"""Parts of the names of columns that may hold ids or texts, without case and punctuation."""

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
    """The columns of the fields, and problems with their settings."""

    names: dict[Field, str]
    complaints: tuple[str, ...]


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


def columns_hint(header: Sequence[str], columns: Columns) -> str:
    """Return a line for the codebook that names the columns, if those of ids or texts are unknown.

    It is guessed from their names: `respondent_id`, `open_response_text`.
    """
    names: dict[Field, str] = {field: name for field, name in columns.names.items() if field in NEEDED}
    for field, pattern in GUESSES.items():
        others = [name for name in header if name not in names.values() and len(name) <= _LONGEST_GUESS]
        guesses = [name for name in others if pattern.search(_folded(name))]
        names.setdefault(field, guesses[0] if guesses else "your column")
    pairs = ", ".join(f"{field} = {json.dumps(names[field], ensure_ascii=False)}" for field in NEEDED)
    return f"Put this line below [corpus] in codebook.toml, with the right columns: columns = {{ {pairs} }}"


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

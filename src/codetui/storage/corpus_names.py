"""What names say: which column of a table is what, and which id and employer a file's name holds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple, get_args

Field = Literal["id", "employer", "title", "body"]
FIELDS: tuple[Field, ...] = get_args(Field)

NAME_LIMIT = 200

# In order of preference: a table may have both an `id` and a `reference`.
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

_LEAD = r"(?:(?:analysis|job|jobad|ad|advert|advertentie|vacancy|vacature|posting|id|nr|no)[ _-]+)*"
_NUMBERED = re.compile(_LEAD + r"(?P<id>[0-9]+)(?:[ _-]+(?P<rest>[^0-9 _-].*))?", re.IGNORECASE | re.DOTALL)
_HEADING = re.compile(r"(?:\A|(?<=[\r\n]))[ \t]*#{1,6}[ \t]+([^\r\n]*[^\W_][^\r\n]*)")
_LINE_WITH_WORD = re.compile(r"(?:\A|(?<=[\r\n]))[^\r\n]*?[^\W_][^\r\n]*")
_MARKED = re.compile(r"(([*_`])\2*)((?:(?!\2).)+)\1")
_DIGITS = re.compile(r"([0-9]+)")


class Columns(NamedTuple):
    """Which column holds which field, and what is wrong with what the settings ask for."""

    names: dict[Field, str]
    complaints: tuple[str, ...]


def columns_of(header: Sequence[str], wanted: Mapping[str, str]) -> Columns:
    """The columns of a table: those named in the settings, else those whose name is known."""
    names: dict[Field, str] = {}
    best: dict[Field, int] = {}
    for name in header:
        field, rank = _RANKS.get(folded(name), (None, 0))
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


def found(header: Iterable[str]) -> str:
    """The columns of a table for a message, the list cut where it becomes long."""
    names = [name.strip()[:40] or "(no name)" for name in header]
    return ", ".join(names[:30]) + (f" and {len(names) - 30} more" if len(names) > 30 else "")


def _absent(field: Field, wanted: str, instead: str | None, header: Sequence[str]) -> str:
    used = f'"{instead}" is used instead' if instead else "nothing is used instead"
    what = f'[corpus] columns maps {field} to "{wanted}", which is not a column: {used}'
    return f"{what}. Columns found: {found(header)}"


def folded(name: str) -> str:
    """A column's name without case, accents, blanks and signs: `Job-ID` and `job_id` are one."""
    plain = unicodedata.normalize("NFKD", name)
    return "".join(character for character in plain if character.isalnum()).casefold()


def id_and_employer(stem: str) -> tuple[str, str]:
    """What a file's name says: `752_creative_fabrica` is ad 752 of Creative Fabrica, `notes` is ad `notes`.

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
    """An ad's title from the beginning of its text: the first heading, else the first line with a word."""
    heading = _HEADING.search(head)
    if heading is not None:
        return _without_marks(one_line(heading[1].rstrip("# \t")))
    line = _LINE_WITH_WORD.search(head)
    return _without_marks(one_line(line[0])) if line is not None else ""


def _without_marks(title: str) -> str:
    """`**A title**` without what makes the whole of it stand out, nor a bullet; a word of it keeps what it has."""
    title = title.lstrip("* ") if title.startswith("* ") else title.strip()
    marked = _MARKED.fullmatch(title)
    return marked[3].strip() if marked else title


def one_line(text: str) -> str:
    """A name or title on one line of at most `NAME_LIMIT` characters."""
    return " ".join(text[: 4 * NAME_LIMIT].split())[:NAME_LIMIT]


def natural_key(name: str) -> tuple[list[str | int], str]:
    """Sorts 2 before 10, and case-blind; equal names by their own characters."""
    parts = _DIGITS.split(name.casefold())
    return [int(part) if index % 2 else part for index, part in enumerate(parts)], name


def first_name(names: Sequence[str]) -> str:
    """The first of the names in natural order, without building 100,000 keys where most names begin alike."""
    if len(names) < 1000:
        return min(names, key=natural_key)
    smallest, largest = min(names), max(names)
    pairs = zip(smallest, largest, strict=False)
    start = next((at for at, (one, other) in enumerate(pairs) if one != other), len(smallest))
    while start and smallest[start - 1] in "0123456789":
        start -= 1
    # No name has a slash in it, and a search through one text takes a fifth of looking at each name.
    below_ten = re.findall(f"/({re.escape(smallest[:start])}0*[0-9](?![0-9])[^/]*)", "/" + "/".join(names))
    return min(below_ten or names, key=natural_key)

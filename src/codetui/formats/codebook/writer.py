"""Render codebooks as TOML that is easy to edit: comments, one table for each part, long texts over several lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from codetui.core.codebook.keys import DIGIT_KEYS, with_keys
from codetui.core.text.display import with_article
from codetui.formats.toml.syntax import TomlValue, format_inline, format_key, format_value, quote_long
from codetui.model import AdjudicationSettings, Codebook, CorpusSettings, Words

Fields = dict[str, TomlValue]
"""One table: its fields in their order.  Empty ones are not written."""

PROSE = {"definition", "evidence", "include", "exclude", "body"}
LONGEST_SHORT = 80
"""Characters of a prose field that is written on the line of its key."""

HEAD = """\
# The codebook: profiles that are assigned to whole {sources}, and codes that are assigned to quotations.
#
# Edit it freely; `codetui codebook check` reports, with the line, what is wrong or missing.
#   - One table per profile, section, group and code. Their order here is their order everywhere.
#   - Put long texts between three quotes. Lines may be broken anywhere; a blank line begins a paragraph.
#   - Keep an id once {sources} are coded with it; a name may be improved at any time."""
LABEL = "# How documents and screens name a code. {id} and {name} are filled in."
CORPUS = """\
[corpus]
# A folder or a file, relative to this file: .txt and .md files, .csv and .jsonl tables."""
NO_PATH = '# path = "ads"'
WORDS = """\
[words]
# What one source and several sources are called."""
EVALUATOR = """\
[evaluator]
# For gold.jsonl: the profiles, by id or name, of texts that are none of the subject."""
ADJUDICATION = """\
[adjudication]
# Who must have the same for coders to agree, "all" or a "majority"; and which decisions need a reason."""
EDITORS = """\
[codebook]
# The coders who change the codebook; what others change is a proposal."""
SYNONYMS = """\
[synonyms]
# Spellings of terms that count as one in figures, by the name to show: OpenAI = ["open ai"]"""
REFERENCES = (
    "# Background reading, opened beside {a_source}. path is relative to this file; code and profile name its subjects."
)
COMMENTS = {
    "profile": "Profiles: one for each {source}, chosen last, on the evidence of the codes.",
    "section": """\
Sections: the chapters of each document. A section holds quotations (phrases) or terms (names of tools).
The key opens the section while coding; heading is its heading in the coding book, if that is another one.""",
    "group": "Groups: codes of one section under one heading. A code names its group instead of its section.",
    "code": """\
Codes: the key assigns one once its section is open. Besides definition and examples a code may have include,
exclude, confused_with = ["other ids"], found_in = "{a_source}'s id" and retired = true.""",
    "text": """\
The coding book's own texts, for `codetui codebook export`: body is markdown, kept as it is.
before or after names the part beside which a text belongs; without either it opens the book.""",
}
"""The comment before the tables of each kind."""

FIELDS = {
    "reference": ("title", "path", "code", "profile"),
    "profile": ("id", "name", "subtitle", "definition", "responsibilities", "projects", "evidence"),
    "section": ("id", "title", "heading", "holds", "key", "definition"),
    "group": ("id", "section", "title", "definition"),
    "code": (
        *("id", "name", "section", "group", "key", "definition", "examples", "include", "exclude"),
        *("confused_with", "found_in", "retired"),
    ),
    "text": ("title", "before", "after", "body"),
}
"""The fields of each table in their order."""

ATTRIBUTES = {"code": "codes", "profile": "profiles", "retired": "is_retired"}
"""The attributes of fields whose names differ from theirs."""

RULE = "# " + "-" * 108


@dataclass
class Tables:
    """All tables of a codebook as they will be written; the table of a code names its section or its group."""

    top: Fields = field(default_factory=dict)
    corpus: CorpusSettings = field(default_factory=CorpusSettings)
    words: Words = field(default_factory=Words)
    irrelevant: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    adjudication: AdjudicationSettings = field(default_factory=AdjudicationSettings)
    parts: dict[str, list[Fields]] = field(default_factory=lambda: {kind: [] for kind in FIELDS})
    """The tables `[[reference]]`, `[[profile]]` and so on, by that name."""


def render_codebook(book: Codebook) -> str:
    """Return the text of a `codebook.toml` that `parse_codebook` reads as `book`."""
    return write_tables(tables_of(book))


def tables_of(book: Codebook) -> Tables:
    """Return the tables of a codebook, derived keys included."""
    book = with_keys(book)
    parts = {kind: [fields_of(part, names) for part in getattr(book, f"{kind}s")] for kind, names in FIELDS.items()}
    for section in parts["section"]:
        section["key"] = section["key"] if section["key"] in DIGIT_KEYS else ""
    for code in parts["code"]:
        code["section"] = "" if code["group"] else code["section"]
    top = fields_of(book, ("title", "version", "status", "language", "label"))
    return Tables(top, book.corpus, book.words, book.irrelevant, book.editors, book.synonyms, book.adjudication, parts)


def fields_of(part: object, names: Iterable[str]) -> Fields:
    """Return the fields of a part."""
    return {name: getattr(part, ATTRIBUTES.get(name, name)) for name in names}


def in_order(kind: str, fields: Fields) -> Fields:
    """Return the fields of a table in the usual order."""
    return {name: fields[name] for name in FIELDS[kind] if name in fields}


def write_tables(tables: Tables) -> str:
    """Return the text of a codebook with these tables, with a comment before each kind."""
    source = tables.words.source or Words().source
    nouns = {"source": source, "sources": tables.words.sources or f"{source}s", "a_source": with_article(source)}
    top = {name: value for name, value in tables.top.items() if name != "label"}
    label = _lines({"label": tables.top.get("label", "")})
    blocks = [HEAD.format(**nouns), _lines(top), *([f"{LABEL}\n{label}"] if label else [])]
    blocks.append("\n" + _corpus(tables.corpus))
    if tables.words != Words():
        blocks.append(f"{WORDS}\n{_lines(fields_of(tables.words, ('source', 'sources')))}")
    if tables.editors:
        blocks.append(f"{EDITORS}\n{_lines({'editors': tables.editors})}")
    if tables.adjudication != AdjudicationSettings():
        blocks.append(f"{ADJUDICATION}\n{_lines(fields_of(tables.adjudication, ('agreed_by', 'reasons')))}")
    if tables.irrelevant:
        blocks.append(f"{EVALUATOR}\n{_lines({'irrelevant': tables.irrelevant})}")
    if tables.synonyms:
        lines = (f"{format_key(name)} = {format_inline(others)}" for name, others in tables.synonyms.items())
        blocks.append("\n".join([SYNONYMS, *lines]))
    for kind, of_kind in tables.parts.items():
        if kind == "reference" and of_kind:
            blocks.append("\n" + REFERENCES.format(**nouns))
        elif of_kind:
            comment = COMMENTS[kind].format(**nouns).split("\n")
            blocks.append("\n" + "\n".join([RULE, *(f"# {line}" for line in comment), RULE]))
        blocks += _codes(tables) if kind == "code" else (_table(kind, each) for each in of_kind)
    return "\n\n".join(blocks) + "\n"


def _codes(tables: Tables) -> Iterator[str]:
    """Yield the tables of codes, the first of each section or group with its title."""
    titles = {
        (kind, str(fields["id"])): str(fields["title"])
        for kind in ("section", "group")
        for fields in tables.parts[kind]
    }
    last = ("", "")
    for fields in tables.parts["code"]:
        kind = "group" if fields.get("group") else "section"
        place = (kind, str(fields.get(kind, "")))
        if place != last and titles.get(place):
            yield "# --- " + "".join(sign for sign in titles[place] if sign.isprintable())
        last = place
        yield _table("code", fields)


def _corpus(corpus: CorpusSettings) -> str:
    lines = [CORPUS, _lines({"path": corpus.path}) or NO_PATH]
    if corpus.columns:
        inline = ", ".join(f"{format_key(name)} = {format_inline(column)}" for name, column in corpus.columns.items())
        lines.append(f"columns = {{ {inline} }}")
    return "\n".join(lines)


def _table(kind: str, fields: Fields) -> str:
    return f"[[{kind}]]\n{_lines(fields)}".rstrip("\n")


def _lines(fields: Fields) -> str:
    """Return the fields that are not empty, one per line."""
    filled = ((name, value) for name, value in fields.items() if value not in ("", (), False))
    return "\n".join(f"{name} = {_value(name, value)}" for name, value in filled)


def _value(name: str, value: TomlValue) -> str:
    is_long = isinstance(value, str) and (len(value) > LONGEST_SHORT or "\n" in value)
    if isinstance(value, str) and (name == "body" or (name in PROSE and is_long)):
        return quote_long(value + "\n", "\n", literal="\\" in value)
    return format_value(value, "\n", before=len(name) + len(" = "))

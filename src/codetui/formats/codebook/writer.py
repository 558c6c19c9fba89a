"""A codebook as TOML that people like to edit: comments, one table for each part, long texts over several lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from codetui.core.codebook.index import with_keys
from codetui.formats.toml.strings import Value, key_text, list_text, long_text, written, written_inline
from codetui.model import Code, Codebook, CodebookText, Group, Profile, Reference, Section

Fields = dict[str, Value]
"""One table: its fields in their order.  Empty ones are not written."""

PROSE = {"definition", "evidence", "include", "exclude", "body"}
LONGEST_SHORT = 80
"""Characters that a prose field may have to stand on its key's line."""

HEAD = """\
# The codebook: profiles that are given to whole ads, and codes that are given to quotations.
#
# Edit it freely; `codetui codebook check` says, with the line, what is wrong or missing.
#   - One table per profile, section, group and code. Their order here is their order everywhere.
#   - Long texts stand between three quotes. Lines may be broken anywhere; a blank line begins a paragraph.
#   - An id stays what it is once ads are coded with it; a name may be improved at any time.
"""
LABEL = "# How documents and screens name a code. {id} and {name} are filled in."
CORPUS = """\
[corpus]
# A folder or a file, counted from here: .txt and .md files, .csv and .jsonl tables."""
NO_PATH = '# path = "ads"'
REFERENCES = (
    "# Background reading, opened beside an ad. The path counts from this file; code and profile say what it is about."
)
PROFILES = "Profiles: one for each ad, chosen last, on the evidence of the codes."
SECTIONS = """\
Sections: the chapters of each document. A section holds quotations (phrases) or terms (names of tools).
The key opens the section while coding; heading is its heading in the coding book, where that is another one."""
GROUPS = "Groups: codes of one section under one heading. A code names its group instead of its section."
CODES = """\
Codes: the key assigns one once its section is open. Besides definition and examples a code may have include,
exclude, confused_with = ["other ids"], found_in = "an ad's id" and retired = true."""
TEXTS = """\
The coding book's own texts, for `codetui codebook export`: body is markdown, kept as it is.
before or after names the part that a text stands beside; with neither it opens the book."""
DIGITS = set("123456789")
RULE = "# " + "-" * 108


@dataclass
class Tables:
    """All tables of a codebook, as they are to be written; those of codes name their section or their group."""

    top: Fields = field(default_factory=dict)
    corpus: Fields = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    references: list[Fields] = field(default_factory=list)
    profiles: list[Fields] = field(default_factory=list)
    sections: list[Fields] = field(default_factory=list)
    groups: list[Fields] = field(default_factory=list)
    codes: list[Fields] = field(default_factory=list)
    texts: list[Fields] = field(default_factory=list)


def render_codebook(book: Codebook) -> str:
    """The text of `codebook.toml` from which `codebook_toml.read` gives the book again."""
    return write_tables(tables_of(book))


def tables_of(book: Codebook) -> Tables:
    """The tables that say what the book says, with every key that it has."""
    book = with_keys(book)
    top: Fields = {
        "title": book.title,
        "version": book.version,
        "status": book.status,
        "language": book.language,
        "label": book.label,
    }
    return Tables(
        top=top,
        corpus={"path": book.corpus.path},
        columns=dict(book.corpus.columns),
        references=[_reference(each) for each in book.references],
        profiles=[_profile(each) for each in book.profiles],
        sections=[_section(each) for each in book.sections],
        groups=[_group(each) for each in book.groups],
        codes=[_code(each) for each in book.codes],
        texts=[_text(each) for each in book.texts],
    )


def write_tables(tables: Tables) -> str:
    """The text of a codebook with these tables, with a comment before each kind."""
    top = {name: value for name, value in tables.top.items() if name != "label"}
    blocks = [HEAD.rstrip("\n"), _fields(top), *_labelled(tables.top), "\n" + _corpus(tables)]
    if tables.references:
        blocks += ["\n" + REFERENCES, *(_table("reference", each) for each in tables.references)]
    kinds = (
        ("profile", PROFILES, tables.profiles),
        ("section", SECTIONS, tables.sections),
        ("group", GROUPS, tables.groups),
        ("code", CODES, tables.codes),
        ("text", TEXTS, tables.texts),
    )
    for kind, comment, these in kinds:
        if these and kind == "code":
            blocks += [_chapter(comment), *_codes(tables)]
        elif these:
            blocks += [_chapter(comment), *(_table(kind, each) for each in these)]
    return "\n\n".join(blocks) + "\n"


def _codes(tables: Tables) -> Iterator[str]:
    """The tables of codes, with the title of their section or group before the first of each."""
    titles = {
        (kind, str(fields["id"])): str(fields["title"])
        for kind, these in (("section", tables.sections), ("group", tables.groups))
        for fields in these
    }
    last = ("", "")
    for fields in tables.codes:
        kind = "group" if fields.get("group") else "section"
        place = (kind, str(fields.get(kind, "")))
        if place != last and titles.get(place):
            yield "# --- " + "".join(sign for sign in titles[place] if sign.isprintable())
        last = place
        yield _table("code", fields)


def _labelled(top: Fields) -> list[str]:
    label = _fields({"label": top.get("label", "")})
    return [f"{LABEL}\n{label}"] if label else []


def _corpus(tables: Tables) -> str:
    lines = [CORPUS, _fields(tables.corpus) or NO_PATH]
    if tables.columns:
        inline = ", ".join(f"{key_text(name)} = {written_inline(column)}" for name, column in tables.columns.items())
        lines.append(f"columns = {{ {inline} }}")
    return "\n".join(lines)


def _chapter(comment: str) -> str:
    lines = [RULE, *(f"# {line}" for line in comment.split("\n")), RULE]
    return "\n" + "\n".join(lines)


def _table(kind: str, fields: Fields) -> str:
    return f"[[{kind}]]\n{_fields(fields)}".rstrip("\n")


def _fields(fields: Fields) -> str:
    """The fields that hold something, one below the other."""
    return "\n".join(
        f"{name} = {_value(name, value)}" for name, value in fields.items() if value not in ("", (), False)
    )


def _value(name: str, value: Value) -> str:
    if isinstance(value, tuple):
        return list_text(value, "\n", before=len(name) + 3)
    if isinstance(value, str) and (name == "body" or (name in PROSE and _is_long(value))):
        return long_text(value + "\n", "\n", literal="\\" in value)
    return written(value, "\n", before=len(name) + 3)


def _is_long(text: str) -> bool:
    return len(text) > LONGEST_SHORT or "\n" in text


def _reference(reference: Reference) -> Fields:
    return {
        "title": reference.title,
        "path": reference.path,
        "code": reference.codes,
        "profile": reference.profiles,
    }


def _profile(profile: Profile) -> Fields:
    return {
        "id": profile.id,
        "name": profile.name,
        "subtitle": profile.subtitle,
        "definition": profile.definition,
        "responsibilities": profile.responsibilities,
        "projects": profile.projects,
        "evidence": profile.evidence,
    }


def _section(section: Section) -> Fields:
    return {
        "id": section.id,
        "title": section.title,
        "heading": section.heading,
        "holds": section.holds,
        "key": section.key if section.key in DIGITS else "",
        "definition": section.definition,
    }


def _group(group: Group) -> Fields:
    return {"id": group.id, "section": group.section, "title": group.title, "definition": group.definition}


def _code(code: Code) -> Fields:
    return {
        "id": code.id,
        "name": code.name,
        **({"group": code.group} if code.group else {"section": code.section}),
        "key": code.key,
        "definition": code.definition,
        "examples": code.examples,
        "include": code.include,
        "exclude": code.exclude,
        "confused_with": code.confused_with,
        "found_in": code.found_in,
        "retired": code.is_retired,
    }


def _text(text: CodebookText) -> Fields:
    return {"title": text.title, "before": text.before, "after": text.after, "body": text.body}

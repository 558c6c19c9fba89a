"""A codebook written by hand as TOML: `read(text, file) -> (book, problems)`."""

from __future__ import annotations

import re
from dataclasses import replace

from codetui.core.codebook.index import PATTERN_FIELD, with_keys
from codetui.formats.codebook_advice import advise
from codetui.formats.codebook_links import check_links
from codetui.formats.codebook_names import check_names
from codetui.formats.codebook_parts import PartsReader
from codetui.formats.codebook_readback import check_reading
from codetui.formats.codebook_texts import TextsReader
from codetui.formats.toml_tables import Sheet, Table, shown
from codetui.model import Codebook, CorpusSettings, Problem, text_hash

UNTITLED = "Untitled codebook"
DEFAULT_LABEL = "{id}: {name}"
LANGUAGES = ("", "en", "nl")
COLUMNS = ("id", "employer", "title", "body")
BRACES = re.compile(r"\{[^{}]*\}?|\}")


def read(text: str, file: str) -> tuple[Codebook | None, list[Problem]]:
    """The book with all that could be read, and the problems in the order of their lines.

    None stands for a text that is no TOML.  Every section and code of the book has a key.
    """
    sheet = Sheet(file)
    top = sheet.parse(text)
    if top is None:
        return None, sheet.problems
    parts, texts = PartsReader(), TextsReader()
    book = with_keys(replace(_book(top, parts, texts), content_hash=text_hash(text)))
    texts.check(book)
    check_links(book, parts.tables)
    advise(book, top, parts.tables)
    check_names(book, parts.tables)
    check_reading(book, parts.tables)
    return book, sorted(sheet.problems, key=lambda problem: problem.line)


def _book(top: Table, parts: PartsReader, texts: TextsReader) -> Codebook:
    """The book of the whole file; keys are as they were given."""
    title = top.line_of_text("title")
    if not title:
        top.say("warning", 'the codebook has no title; write title = "…" at the top of the file', "title")
    version = top.line_of_text("version", number=True)
    status, language = top.line_of_text("status"), top.line_of_text("language")
    if language not in LANGUAGES:
        said = f"language = {shown(language)} is not known; field names of the coding book will be English"
        top.say("warning", f'{said}: write "en" or "nl"', "language")
    label = _label(top)
    corpus = _corpus(top.table("corpus"))
    parts.read(top)
    texts.read(top)
    top.report_unknown()
    return Codebook(
        title=title or UNTITLED,
        version=version,
        status=status,
        language=language,
        label=label,
        profiles=tuple(parts.profiles),
        sections=tuple(parts.sections.values()),
        groups=tuple(parts.groups.values()),
        codes=tuple(parts.codes),
        texts=tuple(texts.texts),
        references=tuple(texts.references),
        corpus=corpus,
    )


def _label(top: Table) -> str:
    """The pattern for labels, or the usual one where it cannot be used."""
    label = top.line_of_text("label")
    unknown = [found for found in BRACES.findall(label) if not PATTERN_FIELD.fullmatch(found)]
    usual = f'"{DEFAULT_LABEL}" is used'
    if unknown:
        top.say("error", f"the label pattern knows {{id}} and {{name}}, not {unknown[0]}; {usual}", "label")
    elif label and not PATTERN_FIELD.search(label):
        top.say("error", f"the label pattern has neither {{id}} nor {{name}} in it; {usual}", "label")
    elif label:
        return label
    return DEFAULT_LABEL


def _corpus(table: Table) -> CorpusSettings:
    """Where the ads are, and which column of a table is what."""
    path = table.line_of_text("path")
    columns = table.table("columns")
    names = {name: column for name in COLUMNS if (column := columns.line_of_text(name, number=True))}
    columns.report_unknown()
    table.report_unknown()
    return CorpusSettings(path=path, columns=names)

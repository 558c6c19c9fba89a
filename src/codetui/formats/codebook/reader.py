"""Parse codebooks that people write as TOML: what is invalid is left out and reported with its line."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from codetui.core.codebook.diff import PartKind, PartOrder, parts
from codetui.core.codebook.index import PATTERN_FIELD
from codetui.core.codebook.keys import DIGIT_KEYS, is_key, with_keys, with_numbers
from codetui.formats.toml.tables import Sheet, Table, nearest, report_missing, shown
from codetui.model import (
    AdjudicationSettings,
    AgreedBy,
    Code,
    Codebook,
    CodebookText,
    CodeId,
    CorpusSettings,
    Group,
    Problem,
    Profile,
    ReasonFor,
    Reference,
    Section,
    Words,
    text_hash,
)

UNTITLED = "Untitled codebook"
DEFAULT_LABEL = "{id}: {name}"
LANGUAGES = ("", "en", "nl")
COLUMNS = ("id", "employer", "title", "body")
BRACES = re.compile(r"\{[^{}]*\}?|\}")


Checks = Literal["none", "lint", "all"]
"""How a codebook is checked beyond reading it: for likely mistakes, or also for the names and types of its fields."""


def parse_codebook(text: str, file: str, checks: Checks = "all") -> tuple[Codebook | None, list[Problem]]:
    """Return the codebook with everything that could be read, and the problems in the order of their lines.

    The codebook is None if the text is not valid TOML.  Every section and code has a key.
    """
    sheet = Sheet(file)
    top = sheet.parse(text)
    if top is None:
        return None, sheet.problems
    read = read_parts(top)
    book = with_keys(replace(_book(top, read), content_hash=text_hash(text)))
    read.check_places(book)
    if checks != "none":
        from codetui.formats.codebook.lint import lint

        lint(book, top, read.tables)
    if checks == "all":
        from codetui.formats.forms import CodebookForm, check

        check(CodebookForm, top)
    return book, sorted(sheet.problems, key=lambda problem: problem.line)


def check_fields(text: str, file: str) -> list[Problem]:
    """Return the problems with names and types of fields, which depend on the text alone."""
    from codetui.formats.forms import CodebookForm, check_text

    return check_text(CodebookForm, text, file)


def _book(top: Table, read: Parts) -> Codebook:
    """Return the codebook of a file, with its keys as they were written."""
    title, language = top.text("title"), top.text("language")
    if not title:
        top.report("warning", 'the codebook has no title; write title = "…" at the top of the file', "title")
    if language not in LANGUAGES:
        what = f"language {shown(language)} is unknown; field names of the coding book will be English"
        top.report("warning", f'{what}: write "en" or "nl"', "language")
    corpus, words = top.table("corpus"), top.table("words")
    columns = corpus.table("columns")
    # A field without a column, `id = ""`, is not one that is looked for.
    named = {name: columns.text(name) for name in COLUMNS if columns.text(name) or columns.fields.get(name) == ""}
    source = words.text("source") or Words().source
    synonyms = top.table("synonyms")
    return Codebook(
        title=title or UNTITLED,
        version=top.text("version"),
        status=top.text("status"),
        language=language,
        label=_label(top),
        profiles=tuple(read.profiles),
        sections=tuple(read.sections.values()),
        groups=tuple(read.groups.values()),
        codes=tuple(read.codes),
        texts=tuple(read.texts),
        references=tuple(read.references),
        corpus=CorpusSettings(path=corpus.text("path"), columns=named),
        words=Words(source=source, sources=words.text("sources") or f"{source}s"),
        adjudication=_adjudication(top.table("adjudication")),
        irrelevant=top.table("evaluator").ids("irrelevant"),
        synonyms={name: synonyms.texts(name) for name in synonyms.fields},
        ui=top.table("ui").fields,
        editors=top.table("codebook").texts("editors"),
    )


def _adjudication(table: Table) -> AdjudicationSettings:
    """Return how disagreements are settled; wrong values are reported by the form."""
    agreed: AgreedBy = "majority" if table.text("agreed_by") == "majority" else "all"
    reasons = table.ids("reasons")
    return AdjudicationSettings(agreed_by=agreed, reasons=tuple(one for one in get_args(ReasonFor) if one in reasons))


def _label(top: Table) -> str:
    """Return the pattern for labels, or the default one if it is invalid."""
    label = top.text("label")
    unknown = [found for found in BRACES.findall(label) if not PATTERN_FIELD.fullmatch(found)]
    default = f'"{DEFAULT_LABEL}" is used'
    if unknown:
        top.report("error", f"the label pattern can contain {{id}} and {{name}}, not {unknown[0]}; {default}", "label")
    elif label and not PATTERN_FIELD.search(label):
        top.report("error", f"the label pattern contains neither {{id}} nor {{name}}; {default}", "label")
    elif label:
        return label
    return DEFAULT_LABEL


# --- parts ------------------------------------------------------------------------------------------


@dataclass
class Parts:
    """The parts read from a codebook, and the table of each by kind and id (or by `profile name` and name)."""

    profiles: list[Profile] = field(default_factory=list)
    sections: dict[str, Section] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    codes: list[Code] = field(default_factory=list)
    texts: dict[CodebookText, Table] = field(default_factory=dict)
    references: dict[Reference, Table] = field(default_factory=dict)
    tables: dict[tuple[str, str], Table] = field(default_factory=dict)
    _keys: dict[tuple[str, str], Table] = field(default_factory=dict)

    def check_places(self, book: Codebook) -> None:
        """Report every part that a text or a reference names but `book` lacks."""
        order = PartOrder(parts(book))
        for text, table in self.texts.items():
            _check_place(text, table, order)
        codes = dict.fromkeys(code.id for code in book.codes)
        profiles = dict.fromkeys(profile.id for profile in book.profiles)
        for reference, table in self.references.items():
            _check_names(table, "code", reference.codes, codes)
            _check_names(table, "profile", reference.profiles, profiles)

    def add_profile(self, table: Table) -> None:
        """Add the profile of a table; one without an id is numbered later."""
        profile = Profile(
            id=table.text("id"),
            name=table.text("name"),
            subtitle=table.text("subtitle"),
            definition=table.prose("definition"),
            responsibilities=table.texts("responsibilities"),
            projects=table.texts("projects"),
            evidence=table.prose("evidence"),
        )
        if not profile.name:
            table.report("error", 'a profile has no name and is ignored; write name = "…"', "name")
        elif self._is_first("profile", "name", profile.name, table) and (
            not profile.id or self._is_first("profile", "id", profile.id, table)
        ):
            self.profiles.append(profile)

    def add_section(self, table: Table) -> None:
        """Add the section of a table."""
        id_, key = table.text("id"), table.sign("key")
        if not self._has_id("section", id_, table):
            return
        if key and key not in DIGIT_KEYS:
            table.report("error", f"the key of a section is a digit from 1 to 9, not {shown(key)}; {DERIVED}", "key")
            key = ""
        self.sections[id_] = Section(
            id=id_,
            title=table.text("title") or _id_instead("section", id_, "title", table),
            holds="terms" if table.text("holds") == "terms" else "quotations",
            key=self._free_key("", key, table),
            definition=table.prose("definition"),
            heading=table.text("heading"),
        )

    def add_group(self, table: Table) -> None:
        """Add the group of a table."""
        id_, section = table.text("id"), table.text("section")
        if section not in self.sections:
            what = _missing(table, f"group {shown(id_)}", "section", section, self.sections)
            table.report("error", f"{what} {IGNORED}", "section")
        elif self._has_id("group", id_, table):
            title = table.text("title") or _id_instead("group", id_, "title", table)
            self.groups[id_] = Group(id=id_, section=section, title=title, definition=table.prose("definition"))

    def add_code(self, table: Table) -> None:
        """Add the code of a table."""
        id_, name = table.text("id"), table.text("name")
        section, group = self._section_and_group(table, f"code {shown(id_ or name)}")
        if not section or not self._has_id("code", id_, table):
            return
        self.codes.append(
            Code(
                id=CodeId(id_),
                name=name or _id_instead("code", id_, "name", table),
                section=section,
                group=group,
                definition=table.prose("definition"),
                examples=table.texts("examples"),
                key=self._free_key(section, table.sign("key"), table),
                include=table.prose("include"),
                exclude=table.prose("exclude"),
                confused_with=tuple(map(CodeId, table.ids("confused_with"))),
                found_in=table.text("found_in"),
                is_retired=table.flag("retired"),
            )
        )

    def add_reference(self, table: Table) -> None:
        """Add the background document of a table."""
        title, path = table.text("title"), table.text("path")
        if not path:
            table.report("error", 'a reference has no path and is ignored; write path = "notes.md"', "path")
            return
        codes = tuple(map(CodeId, table.ids("code")))
        reference = Reference(title=title or path, path=path, codes=codes, profiles=table.ids("profile"))
        self.references.setdefault(reference, table)

    def add_text(self, table: Table) -> None:
        """Add a text of the coding book that belongs to no single part."""
        title, body = table.text("title"), table.verbatim("body")
        before, after = table.text("before"), table.text("after")
        if before and after:
            table.report("error", "a text has both before and after; before is used: remove one of them", "after")
        if title or body:
            text = CodebookText(title=title, body=body, before=before, after="" if before else after)
            self.texts.setdefault(text, table)
        else:
            table.report("warning", 'a text has neither title nor body and is ignored; write body = """…"""')

    def _section_and_group(self, table: Table, who: str) -> tuple[str, str]:
        """Return section and group of a code as far as they exist; an empty section means that the code is ignored."""
        section, group = table.text("section"), table.text("group")
        if group in self.groups:
            own = self.groups[group].section
            if section not in ("", own):
                what = f"{who} names section {shown(section)}, but its group belongs to {shown(own)}"
                table.report("error", f"{what}; the group is used: remove the section", "section")
            return own, group
        is_section = section in self.sections
        if group:
            outcome = "It is kept in its section, without a group." if is_section else IGNORED
            table.report("error", f"{_missing(table, who, 'group', group, self.groups)} {outcome}", "group")
        if not is_section and (section or not group):
            table.report("error", f"{_missing(table, who, 'section', section, self.sections)} {IGNORED}", "section")
        return (section, "") if is_section else ("", "")

    def _free_key(self, section: str, key: str, table: Table) -> str:
        """Return the key if it can be typed and no earlier code of its section (or section) has it; else empty."""
        if key and not is_key(key):
            table.report("error", f"key {shown(key)} is not one printable character; {DERIVED}", "key")
        elif key:
            first = self._keys.setdefault((section, key), table)
            if first is table:
                return key
            both = f"two codes of section {shown(section)}" if section else "two sections"
            what = f"{both} have the key {key}, the first on line {first.line('key')}; this one gets another"
            table.report("error", f"{what}: choose another key", "key")
        return ""

    def _has_id(self, kind: str, id_: str, table: Table) -> bool:
        """Return whether the part has an id, and is the first part with it."""
        if not id_:
            table.report("error", f'a {kind} has no id and is ignored; write id = "…"', "id")
        return bool(id_) and self._is_first(kind, "id", id_, table)

    def _is_first(self, kind: str, field_name: str, value: str, table: Table) -> bool:
        """Return whether this is the first part of its kind with the value; if so, remember its table."""
        first = self.tables.setdefault((kind if field_name == "id" else f"{kind} {field_name}", value), table)
        if first is not table:
            what = f"a second {kind} has the {field_name} {shown(value)} (first on line {first.line(field_name)})"
            table.report("error", f"{what} and is ignored; choose another {field_name}", field_name)
        return first is table


def read_parts(top: Table) -> Parts:
    """Return the parts of a whole file; sections and groups are read before the codes that name them."""
    read = Parts()
    for table in top.tables("profile"):
        read.add_profile(table)
    ids = with_numbers([profile.id for profile in read.profiles])
    read.profiles = [replace(profile, id=id_) for profile, id_ in zip(read.profiles, ids, strict=True)]
    for kind, add in (
        ("section", read.add_section),
        ("group", read.add_group),
        ("code", read.add_code),
        ("reference", read.add_reference),
        ("text", read.add_text),
    ):
        for table in top.tables(kind):
            add(table)
    return read


DERIVED = "another is derived"
IGNORED = "It is ignored."


def _id_instead(kind: str, id_: str, field_name: str, table: Table) -> str:
    """Report a missing name or title; return the id, which is used instead."""
    what = f'{kind} {shown(id_)} has no {field_name}; its id is used instead: write {field_name} = "…"'
    table.report("error", what, field_name)
    return id_


def _missing(table: Table, who: str, kind: str, name: str, known: Iterable[str]) -> str:
    """Return a message that the codebook lacks a section or group, with the most similar one."""
    ids = list(known)
    if not name:
        return f"{who} names no {kind}; write {kind} = {shown(ids[0]) if ids else '…'} or another one."
    near = nearest(name, ids) if table.sheet.has_room() else ""
    hint = f"did you mean {shown(near)}?" if near else f"write a [[{kind}]] with this id, or name another."
    return f"{who} names {kind} {shown(name)}, which the codebook lacks; {hint}"


def _check_names(table: Table, kind: str, names: Iterable[str], known: Collection[str]) -> None:
    for number, name in enumerate(names):
        if name not in known:
            report_missing(table, (kind, number), f"a {kind}", name, known)


def _check_place(text: CodebookText, table: Table, order: PartOrder) -> None:
    """Report a text that refers to a missing part, or to a name that several parts have."""
    name = "before" if text.before else "after"
    wanted = text.before or text.after
    found = order.named(wanted)
    if wanted and not found:
        report_missing(table, (name,), "a section, group, profile or code", wanted, (part.id for part in order.parts))
    elif len(found) > 1:
        kinds: list[PartKind] = [part.kind for part in found]
        what = f"{name} = {shown(wanted)} can mean the {' or the '.join(kinds)}; the {kinds[0]} is used"
        table.report("error", f"{what}: write {shown(f'{kinds[0]} {wanted}')}", name)

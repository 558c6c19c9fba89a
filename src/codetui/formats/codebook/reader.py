"""A codebook written by hand as TOML: `read(text, file) -> (book, problems)`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import count

from codetui.core.codebook.diff import Order, PartKind, parts
from codetui.core.codebook.index import PATTERN_FIELD, is_key, with_keys
from codetui.formats.codebook.lint import advise, check_links, check_names, check_reading
from codetui.formats.toml.tables import Sheet, Table, report_missing, shown
from codetui.model import (
    Code,
    Codebook,
    CodebookText,
    CodeId,
    CorpusSettings,
    Group,
    Holds,
    Problem,
    Profile,
    Reference,
    Section,
    text_hash,
)

UNTITLED = "Untitled codebook"
DEFAULT_LABEL = "{id}: {name}"
LANGUAGES = ("", "en", "nl")
COLUMNS = ("id", "employer", "title", "body")
BRACES = re.compile(r"\{[^{}]*\}?|\}")


def parse_codebook(text: str, file: str) -> tuple[Codebook | None, list[Problem]]:
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


DIGITS = "123456789"
HOLDS: dict[str, Holds] = {"": "quotations", "quotations": "quotations", "terms": "terms"}


@dataclass
class PartsReader:
    """What was read so far; `tables` says where each part stands, by kind and id."""

    profiles: list[Profile] = field(default_factory=list)
    sections: dict[str, Section] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    codes: list[Code] = field(default_factory=list)
    tables: dict[tuple[str, str], Table] = field(default_factory=dict)
    _keys: dict[tuple[str, str], Table] = field(default_factory=dict)

    def read(self, top: Table) -> None:
        """Read the parts of the whole file, sections and groups before the codes that name them."""
        for table in top.tables("profile"):
            self._profile(table)
        self._number_profiles()
        for table in top.tables("section"):
            self._section(table)
        for table in top.tables("group"):
            self._group(table)
        for table in top.tables("code"):
            self._code(table)

    def _profile(self, table: Table) -> None:
        profile = Profile(
            id=table.line_of_text("id", number=True),
            name=table.line_of_text("name"),
            subtitle=table.line_of_text("subtitle"),
            definition=table.prose("definition"),
            responsibilities=table.list_of_text("responsibilities"),
            projects=table.list_of_text("projects"),
            evidence=table.prose("evidence"),
        )
        table.report_unknown()
        if not profile.name:
            table.say("error", 'a profile has no name; it is left out: write name = "…"', "name")
        elif self._is_first("profile", "name", profile.name, table) and (
            not profile.id or self._is_first("profile", "id", profile.id, table)
        ):
            self.profiles.append(profile)

    def _number_profiles(self) -> None:
        """Give each profile without an id its number in the file, or the next one that is free."""
        taken = {profile.id for profile in self.profiles}
        number = 0
        for place, profile in enumerate(self.profiles, 1):
            if not profile.id:
                number = next(each for each in count(max(place, number)) if str(each) not in taken)
                taken.add(str(number))
                self.profiles[place - 1] = replace(profile, id=str(number))

    def _section(self, table: Table) -> None:
        id_, title = table.line_of_text("id", number=True), table.line_of_text("title")
        holds, key = table.line_of_text("holds"), table.sign("key")
        definition, heading = table.prose("definition"), table.line_of_text("heading")
        table.report_unknown()
        if holds not in HOLDS:
            said = f'holds = {shown(holds)} is neither "quotations" nor "terms"; "quotations" is taken'
            table.say("error", said, "holds")
        if not self._has_id("section", id_, table):
            return
        if key and (len(key) > 1 or key not in DIGITS):
            table.say("error", f"a section's key is a digit from 1 to 9, not {shown(key)}; {ANOTHER}", "key")
            key = ""
        title = title or _without("section", id_, "title", table)
        key = self._free_key("", key, table)
        self.sections[id_] = Section(
            id=id_,
            title=title,
            holds=HOLDS.get(holds, "quotations"),
            key=key,
            definition=definition,
            heading=heading,
        )

    def _group(self, table: Table) -> None:
        id_, title = table.line_of_text("id", number=True), table.line_of_text("title")
        section, definition = table.line_of_text("section", number=True), table.prose("definition")
        table.report_unknown()
        if section not in self.sections:
            said = _lacks(table, f"group {shown(id_)}", "section", section, self.sections)
            table.say("error", f"{said} {LEFT_OUT}", "section")
        elif self._has_id("group", id_, table):
            title = title or _without("group", id_, "title", table)
            self.groups[id_] = Group(id=id_, section=section, title=title, definition=definition)

    def _code(self, table: Table) -> None:
        id_, name = table.line_of_text("id", number=True), table.line_of_text("name")
        section, group = self._placement(table, f"code {shown(id_ or name)}")
        code = Code(
            id=CodeId(id_),
            name=name,
            section=section,
            group=group,
            definition=table.prose("definition"),
            examples=table.list_of_text("examples"),
            key=table.sign("key"),
            include=table.prose("include"),
            exclude=table.prose("exclude"),
            confused_with=tuple(map(CodeId, table.ids("confused_with"))),
            found_in=table.line_of_text("found_in", number=True),
            is_retired=table.flag("retired"),
        )
        table.report_unknown()
        if section and self._has_id("code", id_, table):
            key = self._free_key(section, code.key, table)
            self.codes.append(replace(code, name=name or _without("code", id_, "name", table), key=key))

    def _placement(self, table: Table, who: str) -> tuple[str, str]:
        """Section and group of a code as far as the book has them; an empty section leaves the code out."""
        section = table.line_of_text("section", number=True)
        group = table.line_of_text("group", number=True)
        if group in self.groups:
            own = self.groups[group].section
            if section not in ("", own):
                said = f"{who} names section {shown(section)}, but its group stands in {shown(own)}"
                table.say("error", f"{said}; the group counts: take the section off", "section")
            return own, group
        is_section = section in self.sections
        if group:
            so = "It stands in its section without a group." if is_section else LEFT_OUT
            table.say("error", f"{_lacks(table, who, 'group', group, self.groups)} {so}", "group")
        if not is_section and (section or not group):
            table.say("error", f"{_lacks(table, who, 'section', section, self.sections)} {LEFT_OUT}", "section")
        return (section, "") if is_section else ("", "")

    def _free_key(self, section: str, key: str, table: Table) -> str:
        """The key, if it can be pressed and none before in its section (or no section) has it; else empty."""
        if key and not is_key(key):
            table.say("error", f"key {shown(key)} is not one printable character; {ANOTHER}", "key")
        elif key:
            first = self._keys.setdefault((section, key), table)
            if first is table:
                return key
            both = f"two codes of section {shown(section)} are" if section else "two sections are"
            said = f"{both} on key {key}, the first on line {first.line('key')}; this one gets another"
            table.say("error", f"{said}: give it a key of its own", "key")
        return ""

    def _has_id(self, kind: str, id_: str, table: Table) -> bool:
        """Whether the part has an id and is the first with it."""
        if not id_:
            table.say("error", f'a {kind} has no id; it is left out: write id = "…"', "id")
        return bool(id_) and self._is_first(kind, "id", id_, table)

    def _is_first(self, kind: str, field_name: str, value: str, table: Table) -> bool:
        """Whether no part of this kind before has the value; remembers where the first stands."""
        first = self.tables.setdefault((kind if field_name == "id" else f"{kind} {field_name}", value), table)
        if first is not table:
            said = f"a second {kind} has the {field_name} {shown(value)}"
            place = f"the first stands on line {first.line(field_name)}"
            table.say("error", f"{said} ({place}); it is left out: give it one of its own", field_name)
        return first is table


ANOTHER = "another is derived"
LEFT_OUT = "It is left out."


def _without(kind: str, id_: str, field_name: str, table: Table) -> str:
    """The id, which stands for a missing name or title; says so."""
    said = f'{kind} {shown(id_)} has no {field_name}; its id stands for it: write {field_name} = "…"'
    table.say("error", said, field_name)
    return id_


def _lacks(table: Table, who: str, kind: str, name: str, known: Iterable[str]) -> str:
    """That the book has no such section or group, with what may be meant."""
    ids = list(known)
    if not name:
        return f"{who} names no {kind}; write {kind} = {shown(ids[0]) if ids else '…'} or another one."
    near = table.nearest(name, ids)
    hint = f"did you mean {shown(near)}?" if near else f"write a [[{kind}]] with this id, or name another."
    return f"{who} names {kind} {shown(name)}, which the book lacks; {hint}"


@dataclass
class TextsReader:
    """What was read so far, each with the table it stands in."""

    texts: dict[CodebookText, Table] = field(default_factory=dict)
    references: dict[Reference, Table] = field(default_factory=dict)

    def read(self, top: Table) -> None:
        """Read all texts and references of the file."""
        for table in top.tables("reference"):
            self._reference(table)
        for table in top.tables("text"):
            self._text(table)

    def check(self, book: Codebook) -> None:
        """Report every part that a text or a reference names and `book` lacks."""
        order = Order(parts(book))
        for text, table in self.texts.items():
            _check_place(text, table, order)
        ids: dict[str, dict[str, None]] = {
            "code": dict.fromkeys(code.id for code in book.codes),
            "profile": dict.fromkeys(profile.id for profile in book.profiles),
        }
        for reference, table in self.references.items():
            for kind, named in (("code", reference.codes), ("profile", reference.profiles)):
                for number, name in enumerate(named):
                    if name not in ids[kind]:
                        report_missing(table, (kind, number), f"a {kind}", name, ids[kind])

    def _reference(self, table: Table) -> None:
        title, path = table.line_of_text("title"), table.line_of_text("path")
        codes, profiles = tuple(map(CodeId, table.ids("code"))), table.ids("profile")
        table.report_unknown()
        if path:
            reference = Reference(title=title or path, path=path, codes=codes, profiles=profiles)
            self.references.setdefault(reference, table)
        else:
            table.say("error", 'a reference has no path; it is left out: write path = "notes.md"', "path")

    def _text(self, table: Table) -> None:
        before, after = table.line_of_text("before", number=True), table.line_of_text("after", number=True)
        if before and after:
            table.say(
                "error", "a text stands before one part or after one, not both; take one off, before counts", "after"
            )
        text = CodebookText(
            title=table.line_of_text("title"),
            body=table.verbatim("body"),
            before=before,
            after="" if before else after,
        )
        table.report_unknown()
        if text.title or text.body:
            self.texts.setdefault(text, table)
        else:
            table.say("warning", 'a text has neither title nor body; it is left out: write body = """…"""')


def _check_place(text: CodebookText, table: Table, order: Order) -> None:
    """Report a place that no part, or more than one, answers to."""
    name = "before" if text.before else "after"
    wanted = text.before or text.after
    found = order.named(wanted)
    if wanted and not found:
        report_missing(table, (name,), "a section, group, profile or code", wanted, (part.id for part in order.parts))
    elif len(found) > 1:
        kinds: list[PartKind] = [part.kind for part in found]
        said = f"{name} = {shown(wanted)} may be the {' or the '.join(kinds)}; the {kinds[0]} is taken"
        table.say("error", f"{said}: write {shown(f'{kinds[0]} {wanted}')}", name)

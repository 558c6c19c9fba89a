"""Profiles, sections, groups and codes from their tables; what cannot be kept is left out and reported."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import count

from codetui.core.codebook.index import is_key
from codetui.formats.toml_tables import Table, shown
from codetui.model import Code, CodeId, Group, Holds, Profile, Section

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

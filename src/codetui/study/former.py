"""Codes of earlier versions of the codebook: undecided codings keep their old code's name, kind and section."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import RLock
from typing import Literal

from codetui.core.codebook import index as books
from codetui.core.codebook.index import index_of
from codetui.core.codebook.migration import (
    MigrationMap,
    chain_maps,
    former_id,
    former_label,
    pending_id,
    version_name,
)
from codetui.core.session.state import State
from codetui.formats.codebook.migration_map import parse_applied_map
from codetui.formats.codebook.reader import parse_codebook
from codetui.formats.session_doc.markdown import CodeSites
from codetui.model import Code, Codebook, CodeId, FormerCode, Group, Section
from codetui.storage import fs, study_files

LOOKUPS_KEPT = 4
"""Codebooks whose former codes are remembered: migrations and merges use several."""


def with_former(book: Codebook, sessions: Path, states: Iterable[State]) -> Codebook:
    """Return the codebook with the codes that these states have and only earlier versions contain, if any.

    The earlier versions are those kept in the folder `sessions`. Raises OSError if they cannot be read.
    """
    return with_former_codes(book, sessions, (code for state in states for code in state.codes))


def with_former_codes(book: Codebook, sessions: Path, codes: Iterable[str]) -> Codebook:
    """Return the codebook with those of these codes that only earlier versions contain, as `with_former` does."""
    known = index_of(book).codes
    wanted = dict.fromkeys(code for code in codes if code not in known)
    return _lookup_of(book, sessions).with_codes(wanted) if wanted else book


_lookups: dict[tuple[str, ...], _FormerCodes] = {}
_lock = RLock()
"""Sessions are migrated and merged by several threads."""


def _lookup_of(book: Codebook, sessions: Path) -> _FormerCodes:
    key = (str(sessions), book.content_hash, *study_files.kept_files(sessions))
    found = _lookups.get(key) if book.content_hash else None
    if found is None:
        with _lock:
            while len(_lookups) >= LOOKUPS_KEPT:
                del _lookups[next(iter(_lookups))]
            found = _lookups[key] = _FormerCodes(book, sessions)
    return found


class _FormerCodes:
    """The codes of earlier versions that were looked up for one codebook; versions are read on demand."""

    def __init__(self, book: Codebook, sessions: Path) -> None:
        self._book, self._sessions = book, sessions
        self._kept = study_files.kept_names(sessions)[::-1]
        texts = (fs.read(path).decode("utf-8", "replace") for path in study_files.kept_maps(sessions))
        self._maps = [parse_applied_map(text) for text in texts]
        self._rules = chain_maps(self._maps)
        self._versions: dict[str, Codebook | None] = {}
        self._found: dict[str, FormerCode | None] = {}
        self._with_codes = book

    def with_codes(self, wanted: Iterable[str]) -> Codebook:
        """Return the codebook with all codes that were looked up; the same object as long as there is no new one."""
        with _lock:
            fresh = [code for code in wanted if code not in self._found]
            self._found |= {code: self._find(code) for code in fresh}
            former = tuple(code for code in self._found.values() if code)
            if former != self._with_codes.former:
                self._with_codes = replace(self._book, former=former)
            return self._with_codes

    def _find(self, code_id: str) -> FormerCode | None:
        """Return a code as in the newest version that had it; a label that no version has is placed beside its kin."""
        old = former_id(code_id)
        for version in self._earlier(code_id):
            code = index_of(version).codes.get(CodeId(old or code_id))
            current = index_of(self._book).codes.get(CodeId(old)) if old else None
            if code is not None and (current is None or books.folded(code.name) != books.folded(current.name)):
                return self._former(code_id, code, version)
        return None if old else self._placed(code_id)

    def _placed(self, label: str) -> FormerCode | None:
        """Return a label that was no code's id, with the place that it would have had in the newest version."""
        has_rule = self._rules.rule("code", label) is not None
        if not has_rule and (CodeSites(self._book).kin(label) or index_of(self._book).code_by_label(label)):
            return None
        for version in self._earlier(label):
            code = index_of(version).code_by_label(label)
            if code is None and (site := CodeSites(version).kin(label)) is not None:
                code = Code(id=CodeId(label), name="", section=site.section, group=site.group)
            if code is not None:
                return self._former(label, code, version, label, was_code=has_rule)
        return None

    def _earlier(self, code_id: str) -> Iterator[Codebook]:
        """Yield the earlier versions, newest first; before them those whose rules made an id pending."""
        old = former_id(code_id)
        made = [each.old_book for each in reversed(self._maps) if old and each.rule("code", old)]
        for name in filter(None, made):
            yield from (each for each in self._all_versions() if name in (each.version, version_name(each)))
        yield from self._all_versions()

    def _all_versions(self) -> Iterator[Codebook]:
        for name in self._kept:
            if name not in self._versions:
                text = study_files.kept_codebook(self._sessions, name)
                self._versions[name] = parse_codebook(text, name, "none")[0] if text is not None else None
            version = self._versions[name]
            if version is not None and version.content_hash != self._book.content_hash:
                yield version

    def _former(
        self, code_id: str, code: Code, version: Codebook, label: str = "", *, was_code: bool = True
    ) -> FormerCode | None:
        """Return a code of a version with its current place; `label` replaces its own label, if given."""
        then, now = index_of(version), index_of(self._book)
        section, group = then.sections.get(code.section), then.groups.get(code.group)
        if section is None:
            return None
        place = _section_now(section, self._book, self._rules)
        return FormerCode(
            id=CodeId(code_id),
            name=code.name,
            label=label or former_label(now, code_id, code.name, then.labels.get(code.id, code_id)),
            section=place,
            group=_group_now(group, place, self._book, self._rules) if group else None,
            holds=section.holds,
            was_code=was_code,
        )


def _section_now(section: Section, book: Codebook, rules: MigrationMap) -> Section:
    """Return the current section for an earlier one, by the rules, its title or its id; else the earlier section."""
    own = index_of(book).sections
    renamed = own.get(_renamed("section", section.id, rules))
    found = renamed or books.section_by_title(book, section.title) or own.get(section.id)
    if found is not None and found.holds == section.holds:
        return found
    return replace(section, id=pending_id(section.id, own))


def _group_now(group: Group, section: Section, book: Codebook, rules: MigrationMap) -> Group:
    """Return the current group for an earlier one, as `_section_now` does."""
    own = index_of(book).groups
    renamed = own.get(_renamed("group", group.id, rules))
    for found in (renamed, books.group_by_title(book, group.title, section.id), own.get(group.id)):
        if found is not None and found.section == section.id:
            return found
    return replace(group, id=pending_id(group.id, own), section=section.id)


def _renamed(part: Literal["section", "group"], id_: str, rules: MigrationMap) -> str:
    """Return the id that the rules assign to a part; empty if there is none."""
    rule = rules.rule(part, id_)
    return rule.new[0] if rule is not None and rule.effect == "renamed" else ""

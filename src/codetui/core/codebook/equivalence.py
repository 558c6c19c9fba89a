"""Codes and profiles of several codebooks as those of one, for comparing sessions; the sessions stay as they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from codetui.core.codebook import index as books
from codetui.core.codebook.index import index_of
from codetui.core.codebook.migration import PENDING, MigrationMap, Rule, version_name
from codetui.model import Codebook, CodeId


class NamedMap(NamedTuple):
    """Rules to a codebook, with the file that has them and the codebook that they lead from, if it is known."""

    file: str
    rules: MigrationMap
    old: Codebook | None = None


class Equivalence:
    """Codes and profiles as those of one codebook, by rules that are applied one map after the other.

    A rule has the meaning that it has in a migration: codes renamed to one code are the same, and a code that is split
    or retired has no counterpart. Unlike there, a rule for a code that only the new codebook has applies to it, too, so
    that several of its codes can be compared as one.
    """

    def __init__(self, book: Codebook, maps: Sequence[NamedMap] = ()) -> None:
        """Use the codes and profiles of `book`."""
        self._book = book
        self._maps = maps
        self._found: dict[tuple[str, str], str | None] = {}

    def code(self, code: str, codebook: str) -> str | None:
        """Return the code of the codebook for a code assigned with `codebook`; None if there is none."""
        key = (code, codebook)
        if key not in self._found:
            self._found[key] = self._code(code, codebook)
        return self._found[key]

    def _code(self, code: str, codebook: str) -> str | None:
        for each in self._maps:
            rule = self._rule(each, code, codebook)
            if rule is not None:
                if rule.effect != "renamed":
                    return None
                code = rule.new[0]
        index = index_of(self._book)
        known = index.codes.get(CodeId(code)) or index.code_by_label(code)
        return None if known is None or known.is_retired else known.id

    def has_rule(self, code: str, codebook: str) -> bool:
        """Return whether some map has a rule for a code as it was assigned."""
        return any(self._rule(each, code, codebook) for each in self._maps)

    def profile(self, profile: str) -> str | None:
        """Return the id of the profile of the codebook; None if there is none."""
        for each in self._maps:
            rule = each.rules.profile_rule(profile, each.old)
            if rule is not None:
                if rule.effect != "renamed":
                    return None
                profile = rule.new[0]
        known = books.profile(self._book, profile)
        return None if known is None else known.id

    def sections(self) -> dict[str, list[str]]:
        """Return the codes of each section that sessions are compared on: those that are neither retired nor merged."""
        here = version_name(self._book)
        return {
            section.id: [code.id for code in codes if self.code(code.id, here) == code.id]
            for section in self._book.sections
            if (codes := index_of(self._book).codes_of[section.id])
        }

    def _rule(self, each: NamedMap, code: str, codebook: str) -> Rule | None:
        """Return the rule of a map for a code, an id or a label of a document, assigned with `codebook`."""
        bare = code.rstrip(PENDING)
        found = each.rules.rule("code", code) or each.rules.rule("code", bare)
        if found is None and code not in index_of(self._book).codes:
            labelled = index_of(each.old).code_by_label(code) if each.old else None
            found = each.rules.rule("code", labelled.id) if labelled else _rule_for_label(each.rules, code)
        return found if found is not None and self._applies(found, each, codebook) else None

    def _applies(self, rule: Rule, each: NamedMap, codebook: str) -> bool:
        """Return whether a rule is for codes assigned with `codebook`.

        If both codebooks have the id, the rule is for the old one alone.
        """
        if CodeId(rule.old) not in index_of(self._book).codes or each.old is None:
            return True
        is_in_old = CodeId(rule.old) in index_of(each.old).codes
        return not is_in_old or each.old.content_hash == self._book.content_hash or not self._is_own(codebook, each.old)

    def _is_own(self, codebook: str, old: Codebook) -> bool:
        version, _, digest = codebook.rpartition("#")
        if digest == self._book.content_hash[:12]:
            return True
        return version == self._book.version != old.version


def _rule_for_label(rules: MigrationMap, label: str) -> Rule | None:
    """Return the rule for the id that a label begins with: `2.1` for `2.1. Programming Languages`, not for `2.1.3`."""
    for rule in rules.rules:
        if rule.part == "code" and re.match(rf"{re.escape(rule.old)}(?:[.:)\]]+(?:\s|$)|\s|$)", label):
            return rule
    return None

"""What waits for a coder after the codebook was replaced: derived from session, book and rules, stored nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from codetui.core import codebook as books
from codetui.core.migration_rules import MigrationMap
from codetui.core.state import State
from codetui.core.waiting_codes import WAITING
from codetui.model import Codebook, CodeId, CodingId

Reason = Literal["unknown", "split", "retired", "twice"]


class Queued(NamedTuple):
    """What a coder has to decide: a coding, or (None) the profile; the ids to choose from, where the rules say them.

    `code` is the id it has now, which the book lacks (`unknown`) or keeps for old codings only (`retired`).
    """

    coding: CodingId | None
    code: str
    reason: Reason
    choices: tuple[str, ...] = ()


def queue(
    state: State, book: Codebook, rules: MigrationMap | None = None, old: Codebook | None = None
) -> tuple[Queued, ...]:
    """What waits for the coder's decision in a session, in the order of assigning, the profile last.

    That are codings whose code the book lacks or has retired, and, where the `rules` merged codes, codings that
    say the same twice.  The `old` book helps to know a profile that is called by its name.
    """
    return queue_after(state, {}, state.profile, book, rules or MigrationMap(), old)


def queue_after(
    state: State,
    codes: Mapping[CodingId, CodeId],
    profile: str,
    book: Codebook,
    rules: MigrationMap,
    old: Codebook | None,
) -> tuple[Queued, ...]:
    """The queue of a state once the codings in `codes` have these, and the ad has `profile`."""
    known = {code.id: code.is_retired for code in book.codes}
    retired = {rule.old for rule in rules.rules if rule.part == "code" and rule.is_same and rule.effect == "retired"}
    merged, seen = rules.targets(), set[tuple[str, int, int]]()
    found: list[Queued] = []
    for coding in state.live():
        code = codes.get(coding.id, coding.code)
        if code not in known or known[code] or code in retired:
            found.append(_code(coding.id, code, rules, is_retired=code in known))
        elif code in merged and coding.anchor:
            words = (code, coding.anchor.start, coding.anchor.end)
            if words in seen:
                found.append(Queued(coding.id, code, "twice"))
            seen.add(words)
    if profile and books.profile(book, profile) is None:
        found.append(_profile(profile, rules, old))
    return tuple(found)


def _code(coding: CodingId, code: str, rules: MigrationMap, *, is_retired: bool) -> Queued:
    rule = rules.rule("code", code) or rules.rule("code", code.rstrip(WAITING))
    choices = rule.new if rule is not None else ()
    if rule is not None and rule.effect == "split":
        return Queued(coding, code, "split", choices)
    return Queued(coding, code, "retired" if is_retired or (rule and not rule.new) else "unknown", choices)


def _profile(profile: str, rules: MigrationMap, old: Codebook | None) -> Queued:
    rule = rules.profile_rule(profile, old)
    if rule is None or rule.effect == "renamed":
        return Queued(None, profile, "unknown")
    return Queued(None, profile, "split" if rule.new else "retired", rule.new)

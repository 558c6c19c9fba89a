"""The rules by which sessions were migrated, kept beside them: what waits is decided by them."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from codetui.core.codebook.migration import MigrationMap, book_name, chained
from codetui.formats import migration_toml
from codetui.model import Codebook, Problem
from codetui.storage import codebooks, files


def keep_rules(sessions: Path, rules: MigrationMap, old: Codebook | None, new: Codebook) -> list[Problem]:
    """Keeps rules beside the sessions; the problem it met."""
    text = migration_toml.write(replace(rules, is_checked=True), old or new, new)
    problem = codebooks.keep_map(sessions, rules.digest, text)
    return [problem] if problem else []


def kept_rules(sessions: Path) -> MigrationMap:
    """What all rules kept beside the sessions made of the codes and profiles, as one map.  Raises OSError."""
    return _rules_in(tuple(codebooks.kept_maps(sessions)))


def rules_between(sessions: Path, old: Codebook, new: Codebook) -> MigrationMap | None:
    """The rules by which somebody has just changed one codebook into the other; None where none are kept.

    Raises OSError.
    """
    for path in reversed(codebooks.kept_maps(sessions)):
        rules = migration_toml.read_kept(files.read(path).decode("utf-8", "replace"))
        if (rules.old_book, rules.new_book) == (book_name(old), book_name(new)):
            return rules
    return None


@lru_cache(maxsize=2)
def _rules_in(maps: tuple[Path, ...]) -> MigrationMap:
    """The rules in these files, the oldest first; no file is ever changed, as its name is made of what it says."""
    texts = [files.read(path).decode("utf-8", "replace") for path in maps]
    return chained(map(migration_toml.read_kept, texts))

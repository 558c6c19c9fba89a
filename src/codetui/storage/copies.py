"""Recognize copies by name: conflict copies of sync services, copies of browsers and file managers, and backups."""

from __future__ import annotations

import re
from collections.abc import Collection, Container

from codetui.model import Problem, Severity

_WORD = "copy|copie|copia|cópia|kopie|kopia|kopi|копия|副本|コピー"
_CONFLICT = "[^()]*(?:conflict|conflit|konflikt)[^()]*"
_NUMBER = r"\d{1,3}"
_MARK = re.compile(
    rf"(?: ?\((?:{_CONFLICT}|{_NUMBER}|(?:another |{_NUMBER}(?:st|nd|rd|th) )?(?:{_WORD})(?: {_NUMBER})?)\)"
    rf"| ?\[{_CONFLICT}\]"
    rf"|(?: [-–—] |[ _-])(?:{_WORD})(?: ?\(?{_NUMBER}\)?)?"
    r"|\.sync-conflict-[\w-]+|[._-]conflict[\w-]*|_[^_]+_[a-z]{3}-\d\d-\d{4}-\d{4}_conflict"
    r"|[._](?:backup|base|local|remote)[._]\d+"
    r"|-(?:desktop|laptop|macbook|surface|workstation)[\w-]*)(?P<suffix>\.\w+)?",
    re.IGNORECASE,
)
_PREFIX = re.compile(
    r"(?:copy(?: \(\d{1,3}\))? of|kopie van|kopie von|kopia(?: av)?|kopi a[fv]|copie de|c[oó]pia d[ei]) +",
    re.IGNORECASE,
)
_AWAITED = re.compile(r"\.(.+)\.icloud")
AWAITED = "this file is in iCloud and not on this machine, so it is left out: download it in the file manager"
_VERSION = r"(?:(?<=\.md)|(?<=\.txt)|(?<=\.csv)|(?<=\.jsonl))\.r?\d{1,6}"
_BACKUP = re.compile(rf"^#(?P<autosaved>.+)#$|(?:~|\.(?:orig|bak|old|backup|mine)|{_VERSION})$", re.IGNORECASE)
_DEVICES = ("-desktop", "-laptop", "-macbook", "-surface", "-workstation")
_SIGNS = ("(", "conflict", "local", "remote", "base", "backup", *_WORD.split("|"), *_DEVICES)
"""Every mark of a copy has one of these: a search for them spares most folders the rest."""


def copies_in(names: Collection[str]) -> dict[str, str]:
    """Return the copies among the names in a folder, except backups, each with the name of its original."""
    joined = "/".join(names).lower()
    if not any(sign in joined for sign in _SIGNS):
        return {}
    present = frozenset(names)
    return {name: original for name in names if (original := original_of(name, present))}


def original_of(name: str, names: Container[str]) -> str:
    """Return the name in `names` of which `name` is a copy; empty if it is none.

    `5_x (1).txt`, `Copy of 5_x.txt` and `5_x.txt~` are copies of `5_x.txt` only if that exists too.
    """
    for shorter in _without_mark(name):
        if shorter in names:
            return shorter
        found = original_of(shorter, names)
        if found:
            return found
    return ""


def is_backup(name: str) -> bool:
    """Return whether an editor or a merge tool keeps backups under such a name: `x~`, `x.orig`."""
    return _BACKUP.search(name) is not None


def awaited(name: str) -> str:
    """Return the name of the file that iCloud keeps elsewhere behind this placeholder; empty if it is none."""
    found = _AWAITED.fullmatch(name)
    return found[1] if found else ""


def is_left_out(problem: Problem) -> bool:
    """Return whether a problem leaves out part of a study, so that commands must report it: an error, or a backup."""
    return problem.severity == "error" or (problem.severity == "note" and is_backup(problem.file))


def remedy(name: str, what: str) -> tuple[Severity, str]:
    """Return the severity of a copy and what to do with it: backups are made on purpose, other copies by a conflict."""
    if is_backup(name):
        return "note", f"{what}: delete it, or move it elsewhere"
    return "error", f"{what}: compare the two, then delete the copy or move it elsewhere"


def _without_mark(name: str) -> list[str]:
    """Return a name without a mark that makes it a copy; empty if it has none."""
    plain = _BACKUP.sub(r"\g<autosaved>", name)
    if plain != name:
        return [plain] if plain else []
    if not any(sign in name.lower() for sign in _SIGNS):
        return []
    prefix = _PREFIX.match(name)
    rests = [name[prefix.end() :]] if prefix else []
    rests += [name[: found.start()] + name[found.end() :] for found in _ends(name)]
    rests += [name[: found.start()] + (found["suffix"] or "") for found in _ends(name) if found["suffix"]]
    return [rest for rest in rests if rest and not rest.startswith(".")]


def _ends(name: str) -> list[re.Match[str]]:
    """Return the marks at the end of a name without its suffix."""
    return [found for found in _MARK.finditer(name) if found.end() == len(name) and found.start()]

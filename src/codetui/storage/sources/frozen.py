"""Extracted texts that were coded, kept in the study: neither another extractor nor a changed file moves a coding.

    sessions/.sources/<id>.<16 digits of the text's hash>.txt    the text
    sessions/.sources/text_<id>.jsonl                            a line for each version; the last is used

Lines are only ever added, and name those that they follow, so that git and `codetui merge` unite those of two clones.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from codetui.model import Passage, Problem, Source, SourceEntry, SourceId, source_hash, with_plain_line_ends
from codetui.storage import disk, fs
from codetui.storage.fs import require_inside
from codetui.storage.session_files import safe_name
from codetui.storage.sources.row_ids import FOLDER

RECORD, SUFFIX, TEXT = "text_", ".jsonl", ".txt"
DIGITS = 16


class Frozen(NamedTuple):
    """One version of an extracted text, without the text.

    `text` is its hash and `file` that of the file, both SHA-256; `name` is the name of the file. `extractor` is the
    name and version of what extracted it, `options` are the columns of tables. `after` are the keys of the versions
    that this one follows.
    """

    id: SourceId
    text: str
    file: str
    name: str
    extractor: str
    employer: str = ""
    title: str = ""
    body_start: int = 0
    options: Mapping[str, str] = {}
    attributes: Mapping[str, str] = {}
    passages: tuple[tuple[int, int, Mapping[str, str]], ...] = ()
    not_read: Mapping[str, int] = {}
    after: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The key of this version: digits of the hash of its line."""
        return sha256(_encoded(self)).hexdigest()[:DIGITS]


def frozen_of(
    source: Source, file: str, extractor: str, options: Mapping[str, str], after: Iterable[str] = ()
) -> Frozen:
    """Return the record of a source; `file` is the hash of its file."""
    return Frozen(
        source.id,
        source_hash(source.text),
        file,
        Path(source.file).name,
        extractor,
        source.employer,
        source.title,
        source.body_start,
        dict(options),
        dict(source.attributes),
        tuple((one.start, one.end, dict(one.attributes)) for one in source.passages),
        dict(source.not_read),
        tuple(after),
    )


def hash_of_file(path: Path | str) -> str:
    """Return the SHA-256 of a file. Raises OSError."""
    digest = sha256()
    with fs.open_regular(path) as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


class FrozenTexts:
    """The frozen texts of a study; `root` is the folder of the sessions."""

    def __init__(self, root: Path | None) -> None:
        self._root = root
        self._read: dict[str, Frozen | None] = {}
        self.problems: list[Problem] = []
        """Problems with unreadable texts."""

    @cached_property
    def _names(self) -> frozenset[str]:
        names = fs.names_in(self._root / FOLDER) if self._root is not None else []
        return frozenset(name for name in names if name.startswith(RECORD) and name.endswith(SUFFIX))

    def __bool__(self) -> bool:
        """Return whether there are any. Raises OSError."""
        return bool(self._names)

    def of(self, source_id: str) -> Frozen | None:
        """Return the version in use of a source, None if it was never frozen. Raises OSError."""
        name = safe_name(source_id)
        if f"{RECORD}{name}{SUFFIX}" not in self._names:
            return None
        if source_id not in self._read:
            self._read[source_id] = self._in_use(self.versions(source_id))
        return self._read[source_id]

    def all(self) -> Iterator[Frozen]:
        """Yield the version in use of each source. Raises OSError."""
        yield from self.others(())

    def others(self, known: Iterable[str]) -> Iterator[Frozen]:
        """Yield the version in use of each source that is not among the `known` ids. Raises OSError."""
        listed = {f"{RECORD}{safe_name(one)}{SUFFIX}" for one in known}
        for name in sorted(self._names - listed):
            found = self._in_use(self._versions(name.removeprefix(RECORD).removesuffix(SUFFIX)))
            if found is not None:
                yield found

    def at(self, path: str) -> Frozen | None:
        """Return the version in use whose text is in a file, None if the file is no frozen text. Raises OSError."""
        if self._root is None or not path.startswith(f"{self._root / FOLDER}{os.sep}"):
            return None
        stem = Path(path).name.removesuffix(TEXT).rpartition(".")[0]
        found = self._in_use(self._versions(stem)) if f"{RECORD}{stem}{SUFFIX}" in self._names else None
        return found if found is not None and str(self.path_of(found)) == path else None

    def _in_use(self, versions: list[Frozen]) -> Frozen | None:
        """Return the version that no other one follows, None of none; report several texts, which all clones see."""
        rivals = rivals_of(versions)
        if len(rivals) > 1:
            one = rivals[0].id
            what = f"two clones froze different texts of {one}, and all clones use the same one of them"
            hint = f"`codetui sources refresh {one}` shows the difference, and --text keeps one of them"
            self._report(Problem(str(self.path_of(rivals[0])), 0, "warning", f"{what}: {hint}"))
        return rivals[0] if rivals else None

    def versions(self, source_id: str) -> list[Frozen]:
        """Return all versions of a source. Raises OSError."""
        name = safe_name(source_id)
        found = self._versions(name) if f"{RECORD}{name}{SUFFIX}" in self._names else []
        return [one for one in found if one.id == source_id]

    def files(self, source_id: str) -> list[Path]:
        """Return the files of all versions of a source. Raises OSError."""
        if self._root is None or not (versions := self.versions(source_id)):
            return []
        texts = dict.fromkeys(map(self.path_of, versions))
        return [*texts, self._root / FOLDER / f"{RECORD}{safe_name(source_id)}{SUFFIX}"]

    def state(self) -> str:
        """Return a text that changes if another version is used."""
        folder = self._root / FOLDER if self._root is not None else None
        if folder is None or not fs.is_folder(folder):
            return ""
        return repr(sorted((one.name, one.stat().st_size) for one in disk.entries(folder) if one.name in self._names))

    def _versions(self, name: str) -> list[Frozen]:
        assert self._root is not None
        path = self._root / FOLDER / f"{RECORD}{name}{SUFFIX}"
        found: dict[str, Frozen] = {}
        damaged: list[int] = []
        for number, line in enumerate((fs.none_if_gone(lambda: fs.read(path)) or b"").splitlines(), 1):
            one = _decoded(line) if line.strip() else None
            if one is not None:
                found[one.key] = one
            elif line.strip():
                damaged.append(number)
        if damaged:
            lines = "this line" if len(damaged) == 1 else f"this line and {len(damaged) - 1:,} others"
            what = f"{lines} cannot be read, and the other versions of the text are used: restore the file"
            self._report(Problem(str(path), damaged[0], "error", what))
        return list(found.values())

    def text(self, frozen: Frozen) -> str | None:
        """Return a frozen text; None, with a problem, if its file is gone or was changed. Raises OSError."""
        path = self.path_of(frozen)
        data = fs.none_if_gone(lambda: fs.read(path))
        text = with_plain_line_ends(data.decode("utf-8", "replace")) if data is not None else None
        if text is not None and source_hash(text) == frozen.text:
            return text
        fault = "is missing" if text is None else "was changed"
        what = f"this text {fault}, so the file is extracted anew: restore it from a backup or another clone"
        self._report(Problem(str(path), 0, "error", what))
        return None

    def _report(self, problem: Problem) -> None:
        if problem not in self.problems:
            self.problems.append(problem)

    def path_of(self, frozen: Frozen) -> Path:
        """Return the file with the text of a version."""
        assert self._root is not None
        return self._root / FOLDER / f"{safe_name(frozen.id)}.{frozen.text[:DIGITS]}{TEXT}"

    def source(self, frozen: Frozen, entry: SourceEntry) -> Source | None:
        """Return a source with its frozen text, found at an entry; None if the text is damaged. Raises OSError."""
        text = self.text(frozen)
        if text is None:
            return None
        passages = tuple(Passage(start, end, attributes) for start, end, attributes in frozen.passages)
        return Source(
            entry.id,
            entry.employer,
            entry.title,
            text,
            entry.file,
            entry.line,
            frozen.body_start,
            frozen.attributes,
            passages,
            frozen.not_read,
        )

    def add(self, frozen: Frozen, text: str) -> None:
        """Record a version and its text, the text first. Raises OSError."""
        if self._root is None:
            return
        path = require_inside(self._root, self.path_of(frozen))
        data = text.encode("utf-8", "replace")
        if not fs.is_file(path) or fs.differs(path, data):
            fs.replace(path, data)
        record = require_inside(self._root, self._root / FOLDER / f"{RECORD}{safe_name(frozen.id)}{SUFFIX}")
        fs.append(record, (b"" if fs.ends_with_newline(record) else b"\n") + _encoded(frozen) + b"\n")
        self._read.pop(frozen.id, None)
        self.__dict__.pop("_names", None)


def heads_of(versions: Iterable[Frozen]) -> tuple[str, ...]:
    """Return the keys of the versions that no other one follows, in order."""
    known = {one.key: one for one in versions}
    followed = {key for one in known.values() for key in one.after}
    return tuple(sorted(known.keys() - followed))


def rivals_of(versions: Iterable[Frozen]) -> list[Frozen]:
    """Return the versions that no other one follows, one for each text, the one in use first."""
    known = {one.key: one for one in versions}
    found: dict[str, Frozen] = {}
    for key in heads_of(known.values()):
        found.setdefault(known[key].text, known[key])
    return list(found.values())


def merge_frozen(theirs: Path, ours: Path, is_left_out: Callable[[str], bool]) -> None:
    """Add the frozen texts of another folder of sessions that ours lacks, texts first. Raises OSError.

    `is_left_out` decides by the id of a source as file names have it.
    """
    names = fs.names_in(theirs / FOLDER)
    for name in sorted(names, key=lambda one: one.endswith(SUFFIX)):
        stem = name.removesuffix(TEXT).rpartition(".")[0] or name.removeprefix(RECORD).removesuffix(SUFFIX)
        if is_left_out(stem):
            continue
        source, target = theirs / FOLDER / name, require_inside(ours, ours / FOLDER / name)
        if name.endswith(TEXT) and not fs.exists(target):
            fs.replace(target, fs.read(source))
        elif name.startswith(RECORD) and name.endswith(SUFFIX):
            known = set(fs.read(target).splitlines()) if fs.is_file(target) else set()
            lines = [line for line in fs.read(source).splitlines() if line not in known and _decoded(line)]
            if lines:
                start = b"" if fs.ends_with_newline(target) else b"\n"
                fs.append(target, start + b"".join(line + b"\n" for line in lines))


def _encoded(one: Frozen) -> bytes:
    return json.dumps(one._asdict(), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _decoded(line: bytes) -> Frozen | None:
    """Return the version on a line, None if it is damaged."""
    try:
        fields = json.loads(line)
        passages = tuple((int(start), int(end), dict(found)) for start, end, found in fields.pop("passages"))
        one = Frozen(**fields | {"passages": passages, "after": tuple(fields["after"])})
    except (AttributeError, ValueError, TypeError, KeyError, RecursionError):
        return None
    texts = (one.id, one.text, one.file, one.extractor, one.name, one.employer, one.title)
    return one if all(isinstance(each, str) for each in texts) and isinstance(one.body_start, int) else None

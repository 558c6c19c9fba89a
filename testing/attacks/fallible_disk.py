"""A disk that loses power: unsynced changes may survive completely, partly, in another order, or not at all.

The operations of a real run are recorded with their bytes and replayed to a model that has two versions of every file
and folder: the synced one, and the one that was only written. A sync makes a file's bytes or a folder's names
permanent, and nothing else, exactly as POSIX promises.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from testing.attacks.faults import Operation

Data = Literal["old", "all", "zeros"]
"""What survives of unsynced bytes: none, all, or zeros in their place."""


@dataclass
class Inode:
    """A file's bytes: the synced ones and those visible to running programs."""

    certain: bytes = b""
    shown: bytes = b""

    def after_loss(self, data: Data) -> bytes:
        """Return the content after the power returns."""
        if data == "old":
            return self.certain
        if data == "all":
            return self.shown
        return self.certain[: len(self.shown)].ljust(len(self.shown), b"\0")

    def torn(self) -> Iterator[bytes]:
        """Yield the file with ever more of the bytes appended since it was synced."""
        pairs = enumerate(zip(self.certain, self.shown, strict=False))
        same = next((at for at, (before, after) in pairs if before != after), min(len(self.certain), len(self.shown)))
        for end in range(same + 1, len(self.shown)):
            yield self.shown[:end]


FOLDER = -1


class Change(NamedTuple):
    """Names that appear (with their file's number, or FOLDER) and disappear together, in one step of one folder."""

    come: tuple[tuple[str, int], ...] = ()
    go: tuple[str, ...] = ()

    def to(self, names: dict[str, int]) -> None:
        """Apply the change."""
        for name in self.go:
            names.pop(name, None)
        names.update(self.come)


Files = dict[str, bytes | None]
"""The files of a study by their names below it; None marks a folder."""


@dataclass
class FallibleDisk:
    """The files and folders of a study, named relative to `root`.

    Operations that it `forgets` are executed but not recorded, to test whether the attack would detect that they are
    missing.
    """

    root: Path
    forgets: frozenset[str] = frozenset()
    inodes: dict[int, Inode] = field(default_factory=dict)
    certain: dict[str, int] = field(default_factory=dict)
    shown: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, list[Change]] = field(default_factory=dict)
    _handles: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, root: Path, forgets: frozenset[str]) -> FallibleDisk:
        """Return a disk with the content of a folder, all of it synced."""
        disk = cls(root, forgets)
        for path in sorted(root.rglob("*")):
            number = FOLDER if path.is_dir() else disk._new(path.read_bytes())
            disk.certain[disk._name(path)] = disk.shown[disk._name(path)] = number
        return disk

    def _new(self, data: bytes = b"") -> int:
        self.inodes[len(self.inodes)] = Inode(data, data)
        return len(self.inodes) - 1

    def _name(self, path: Path) -> str:
        return os.path.relpath(os.path.realpath(path), os.path.realpath(self.root))

    # --- operations, as they are done -------------------------------------------------------------

    def __call__(self, name: str, operation: Operation, arguments: tuple[object, ...]) -> object:
        """Execute an operation, and record its effect."""
        done = operation(*arguments)
        if name in self.forgets:
            return done
        first = arguments[0]
        if isinstance(first, Path):
            self._on_path(name, first, arguments, done)
        elif isinstance(first, int) and first in self._handles:
            self._on_file(name, self._handles[first], arguments, done)
            if name == "close":
                del self._handles[first]
        return done

    def _on_path(self, name: str, path: Path, arguments: tuple[object, ...], done: object) -> None:
        place = self._name(path.parent / path.name) if name != "sync_folder" else self._name(path)
        if place.startswith(".."):
            return
        if name in ("create", "open_end", "open_there"):
            assert isinstance(done, int)
            if place not in self.shown:
                self._change(Change(come=((place, self._new()),)))
            self._handles[done] = self.shown[place]
        elif name == "rename":
            target = arguments[1]
            assert isinstance(target, Path)
            self._change(Change(come=((self._name(target), self.shown[place]),), go=(place,)))
        elif name == "link":
            target = arguments[1]
            assert isinstance(target, Path)
            self._change(Change(come=((self._name(target), self.shown[place]),)))
        elif name == "remove":
            self._change(Change(go=(place,)))
        elif name == "make_folder":
            self._change(Change(come=((place, FOLDER),)))
        elif name == "sync_folder":
            for change in self.waiting.pop(place, ()):
                change.to(self.certain)

    def _change(self, change: Change) -> None:
        change.to(self.shown)
        name = change.come[0][0] if change.come else change.go[0]
        self.waiting.setdefault(above(name), []).append(change)

    def _on_file(self, name: str, number: int, arguments: tuple[object, ...], done: object) -> None:
        inode = self.inodes[number]
        if name == "write":
            assert isinstance(done, int) and isinstance(arguments[1], bytes | memoryview)
            inode.shown += bytes(arguments[1][:done])
        elif name == "truncate":
            assert isinstance(arguments[1], int)
            inode.shown = inode.shown[: arguments[1]]
        elif name == "sync":
            inode.certain = inode.shown

    # --- the power is gone ------------------------------------------------------------------------

    def least(self) -> Files:
        """Return the synced files only."""
        return self._files(self.certain, {number: inode.certain for number, inode in self.inodes.items()})

    def losses(self) -> Iterator[Files]:
        """Yield each possible disk after a power loss: bytes lost, kept and zeroed, with each set of names."""
        for names in self._namings():
            for data in ("old", "all", "zeros"):
                yield self._files(names, {number: inode.after_loss(data) for number, inode in self.inodes.items()})

    def torn(self) -> Iterator[Files]:
        """Yield each possible disk if the power fails during a write, at every byte of every file."""
        whole = {number: inode.shown for number, inode in self.inodes.items()}
        for number, inode in self.inodes.items():
            if number in self.shown.values():
                for data in inode.torn():
                    yield self._files(self.shown, {**whole, number: data})

    def _namings(self) -> Iterator[dict[str, int]]:
        """Yield the possible sets of names: only synced ones, all, all of some folders, and each change alone."""
        yield self.certain
        yield self.shown
        for changes in self.waiting.values():
            for chosen in ([one] for one in changes):
                yield self._with(chosen)
            if len(changes) > 1:
                yield self._with(changes)

    def _with(self, changes: list[Change]) -> dict[str, int]:
        names = dict(self.certain)
        for change in changes:
            change.to(names)
        return names

    def _files(self, names: dict[str, int], data: dict[int, bytes]) -> Files:
        """Return the reachable files, whose folders exist."""
        found: Files = {}
        for name in sorted(names):
            if above(name) == "." or above(name) in found:
                found[name] = None if names[name] == FOLDER else data[names[name]]
        return found


def above(name: str) -> str:
    """Return the folder of a name relative to the root; `.` is the root."""
    return name.rpartition("/")[0] or "."


def lay_down(files: Files, folder: Path) -> None:
    """Write the files to an empty folder."""
    for name, data in files.items():
        path = folder / name
        if data is None:
            path.mkdir()
        else:
            path.write_bytes(data)

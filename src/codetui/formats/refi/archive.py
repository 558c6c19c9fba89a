"""A project of REFI-QDA as a file: the zip with its `project.qde`, and the plain texts of its sources."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile, ZipInfo

from codetui.formats.refi.xml import MalformedError, child_text, parse_xml, tag

SUFFIX = ".qdpx"
PROJECT_SUFFIX = ".qde"
LARGEST_PART = 500_000_000
"""Bytes of the largest text, or of the project itself, that are unpacked: far more is no project but a trap."""


class Archive:
    """An opened project."""

    def __init__(self, data: bytes) -> None:
        """Open a `.qdpx`.  Raises MalformedError if it is none."""
        try:
            self._zip = ZipFile(BytesIO(data))
        except BadZipFile:
            raise MalformedError("it is not a zip file, as a .qdpx is; export it again") from None
        files = [info for info in self._zip.infolist() if not info.is_dir()]
        self._project = next((info for info in files if info.filename.lower().endswith(PROJECT_SUFFIX)), None)
        self._files: Mapping[str, ZipInfo] = {_base(info.filename): info for info in files}

    def root(self) -> ElementTree.Element:
        """Return the element `Project`.  Raises MalformedError."""
        if self._project is None:
            raise MalformedError("it contains no project.qde; export it again as a REFI-QDA project")
        root = parse_xml(self._read(self._project))
        if tag(root) != "Project":
            raise MalformedError(f"its project.qde is not a project but {tag(root)!r}")
        return root

    def text_of(self, source: ElementTree.Element) -> str | None:
        """Return the plain text of a source or note, inside the element or in a file; None if it has none."""
        if inline := child_text(source, "PlainTextContent"):
            return inline
        info = self._files.get(_base(source.get("plainTextPath") or "")) if source.get("plainTextPath") else None
        if info is None:
            return None
        data = self._read(info)
        encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
        return data.decode(encoding, "replace")

    def _read(self, info: ZipInfo) -> bytes:
        if info.file_size > LARGEST_PART:
            raise MalformedError(f"{info.filename} in it would take {info.file_size:,} bytes, and is not unpacked")
        try:
            return self._zip.read(info)
        except (BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
            raise MalformedError(f"{info.filename} in it is damaged or encrypted ({error})") from None


def _base(path: str) -> str:
    """Return the name of a file without its folder: programs write `internal://NAME`, `sources/NAME` or `NAME`."""
    return path.replace("\\", "/").rpartition("/")[2].casefold()

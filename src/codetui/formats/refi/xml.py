"""REFI-QDA's XML, written as its schema has it and parsed leniently, and the zip that holds a project."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr
from zipfile import BadZipFile, ZipFile, ZipInfo

PROJECT = "urn:QDA-XML:project:1.0"
CODEBOOK = "urn:QDA-XML:codebook:1.0"
ORIGIN = "codetui"
"""Begins the `origin` of everything that this program writes."""

DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML 1.0 forbids."""

REPLACED = "\ufffd"
"""Replaces each of them."""


class MalformedError(ValueError):
    """A file is no project or codebook of REFI-QDA; the message says what is wrong, `line` is 0 if unknown."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


# --- writing ------------------------------------------------------------------------------------------


def legal(text: str) -> str:
    """Return a text with each character that XML forbids replaced by U+FFFD, so that offsets stay."""
    return ILLEGAL.sub(REPLACED, text)


def guid(study: str, kind: str, *names: str) -> str:
    """Return the identifier of a part of a study: equal names have equal ones, in every export."""
    return str(uuid5(NAMESPACE_URL, legal("\n".join((ORIGIN, study, kind, *names)))))


def element(name: str, /, *content: str, **attributes: str) -> str:
    """Return an element with attributes, of which empty ones are left out; `content` is XML."""
    inside = "".join(content)
    named = "".join(f" {key}={quoteattr(legal(value))}" for key, value in attributes.items() if value)
    return f"<{name}{named}>{inside}</{name}>" if inside else f"<{name}{named}/>"


def text_element(name: str, text: str) -> str:
    """Return an element that contains a text; nothing for an empty text."""
    return element(name, escape(legal(text), {"\r": "&#13;"})) if text else ""


def reference(name: str, target: str) -> str:
    """Return an element that refers to another one: `<CodeRef targetGUID="…"/>`."""
    return element(name, targetGUID=target)


# --- parsing ------------------------------------------------------------------------------------------


def parse_xml(data: bytes) -> ElementTree.Element:
    """Return the root of an XML text.  Raises MalformedError, also for declared entities, which could be huge."""
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    text = data.decode(encoding, "replace")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise MalformedError("it declares a document type, which no project of REFI-QDA has")
    try:
        return ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise MalformedError(f"its XML is damaged ({error})", error.position[0]) from None


def tag(node: ElementTree.Element) -> str:
    """Return the name of an element without its namespace."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def children(node: ElementTree.Element | None, *names: str) -> Iterator[ElementTree.Element]:
    """Yield the children of an element with one of these names."""
    yield from (child for child in (node if node is not None else ()) if tag(child) in names)


def child(node: ElementTree.Element | None, name: str) -> ElementTree.Element | None:
    """Return the first child with a name."""
    return next(children(node, name), None)


def child_text(node: ElementTree.Element | None, name: str) -> str:
    """Return the text of the first child with a name."""
    found = child(node, name)
    return "".join(found.itertext()) if found is not None else ""


def identifier(node: ElementTree.Element | None, name: str = "guid") -> str:
    """Return an identifier without braces, in lower case; programs differ in both."""
    return (node.get(name) or "").strip("{} ").lower() if node is not None else ""


def target_of(node: ElementTree.Element, name: str) -> str:
    """Return the identifier that a child such as `CodeRef` refers to."""
    return identifier(child(node, name), "targetGUID")


# --- the zip of a project -----------------------------------------------------------------------------


SUFFIX = ".qdpx"
PROJECT_SUFFIX = ".qde"
_HEAD = 64
_NO_FILES = b"PK\x05\x06" + bytes(18)
"""A zip file without files."""

LARGEST_PART = 500_000_000
"""Bytes of the largest text, or of the project itself, that are unpacked: far more is no project but a trap."""


class Archive:
    """An opened project."""

    def __init__(self, data: bytes) -> None:
        """Open a `.qdpx`, or a `.qde`, the project without its zip and files.  Raises MalformedError if it is none."""
        self._bare = data if data[:_HEAD].strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(b"<") else None
        try:
            self._zip = ZipFile(BytesIO(data if self._bare is None else _NO_FILES))
        except BadZipFile:
            raise MalformedError("it is neither a zip file, as a .qdpx is, nor XML; export it again") from None
        files = [info for info in self._zip.infolist() if not info.is_dir()]
        self._project = next((info for info in files if info.filename.lower().endswith(PROJECT_SUFFIX)), None)
        self._files: Mapping[str, ZipInfo] = {_base(info.filename): info for info in files}

    def root(self) -> ElementTree.Element:
        """Return the element `Project`.  Raises MalformedError."""
        data = self._bare
        if data is None and self._project is not None:
            data = self._read(self._project)
        if data is None:
            raise MalformedError("it contains no project.qde; export it again as a REFI-QDA project")
        root = parse_xml(data)
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

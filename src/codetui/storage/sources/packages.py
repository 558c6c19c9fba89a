"""Open office documents: zip files of XML, with limits on what they unpack to, and without document types."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from codetui.storage.sources.documents import UnreadableSourceError
from codetui.storage.sources.ole import SIGNATURE, OleError, is_encrypted

LARGEST_PART = 64 * 1024 * 1024
"""Bytes of the largest part of a document after unpacking."""

_CHUNK = 1 << 20
PROTECTED = "is protected by a password: open it and save a copy without one"
_BROKEN = "is broken ({}): open it in a word processor and save it again"


class Package:
    """An open document; `kind` is the suffix of its files, for messages. All methods raise UnreadableSourceError."""

    def __init__(self, file: BinaryIO, kind: str) -> None:
        self._kind = kind
        head = file.read(len(SIGNATURE))
        file.seek(0)
        if head == SIGNATURE:
            raise UnreadableSourceError(self._reason(file.read()))
        with _readable():
            self._zip = zipfile.ZipFile(file)
        self.names = frozenset(self._zip.namelist())

    def part(self, name: str) -> Element:
        """Return the root of a part that every document of this kind has."""
        found = self.find(name)
        if found is None:
            raise UnreadableSourceError(self._other_kind())
        return found

    def find(self, name: str) -> Element | None:
        """Return the root of a part, None if the document has no such part."""
        data = self.read(name)
        return None if data is None else _parse(data)

    def read(self, name: str) -> bytes | None:
        """Return the bytes of a part, None if the document has no such part."""
        if name not in self.names:
            return None
        with _readable():
            if self._zip.getinfo(name).flag_bits & 1:
                raise UnreadableSourceError(PROTECTED)
            chunks, size = list[bytes](), 0
            with self._zip.open(name) as part:
                while chunk := part.read(_CHUNK):
                    chunks.append(chunk)
                    size += len(chunk)
                    if size > LARGEST_PART:
                        limit = f"{LARGEST_PART >> 20} MB"
                        raise UnreadableSourceError(f"unpacks to more than {limit} of text: split it into smaller ones")
            return b"".join(chunks)

    def _reason(self, data: bytes) -> str:
        """Return why a compound file is not read: it is encrypted, broken, or a document of Word 97 to 2003."""
        try:
            return PROTECTED if is_encrypted(data) else self._other_kind()
        except OleError as error:
            return _BROKEN.format(error)

    def _other_kind(self) -> str:
        hint = f"open it in a word processor and save it as {self._kind}"
        return f"is not a {self._kind} document, whatever its name: {hint}"


class _Builder(TreeBuilder):
    """Build the tree of a part; a document type, which no office program writes, may hide a bomb."""

    def doctype(self, _name: str, _public: str | None, _system: str | None) -> None:
        """Refuse a document type."""
        raise UnreadableSourceError(_BROKEN.format("its XML has a DOCTYPE"))


def _parse(data: bytes) -> Element:
    parser = XMLParser(target=_Builder())
    try:
        parser.feed(data)
        root = parser.close()
    except ParseError as error:
        raise UnreadableSourceError(_BROKEN.format(f"its XML: {error}")) from error
    return root


@contextmanager
def _readable() -> Iterator[None]:
    """Turn the errors of an archive that cannot be unpacked into one."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, KeyError) as error:
        raise UnreadableSourceError(_BROKEN.format(str(error) or type(error).__name__)) from error
    except (NotImplementedError, ValueError, RuntimeError, OverflowError) as error:
        raise UnreadableSourceError(_BROKEN.format(str(error))) from error


def local(element: Element) -> str:
    """Return the name of an element without its namespace; empty for comments and instructions."""
    tag: object = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Element, name: str) -> str:
    """Return the value of an attribute by its name without namespace, empty if there is none."""
    for key, value in element.items():
        if key == name or key.endswith(f"}}{name}"):
            return value
    return ""


def child(element: Element | None, *names: str) -> Element | None:
    """Return the first descendant along a path of local names, None if there is none."""
    for name in names:
        if element is None:
            return None
        element = next((one for one in element if local(one) == name), None)
    return element


def number(text: str, default: int = 1) -> int:
    """Return the number that an attribute has, else a default."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else default

"""Sources as the program reads them from a file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from codetui.model import CorpusSettings, Source
from codetui.storage.sources.corpus import Corpus


def source_at(path: Path, data: bytes | str | None = None) -> Source:
    """Return the only source of a file, after writing the data to it, if any; list and text must agree on it."""
    if data is not None:
        path.write_bytes(data.encode() if isinstance(data, str) else data)
    corpus = Corpus(path, CorpusSettings())
    (entry,) = [entry for batch in corpus.batches() for entry in batch.entries]
    source, _ = corpus.read(entry)
    assert source is not None
    assert (source.id, source.employer, source.title) == entry[:3]
    assert all(0 <= one.start < one.end <= len(source.text) for one in source.passages)
    return source


def problems_at(path: Path) -> list[str]:
    """Return the messages on a file or a folder when it is listed."""
    return [problem.message for batch in Corpus(path, CorpusSettings()).batches() for problem in batch.problems]


# --- office documents -------------------------------------------------------------------------------

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_ODF = "urn:oasis:names:tc:opendocument:xmlns"
ODF = (
    " ".join(
        f'xmlns:{name}="{_ODF}:{name}:1.0"'
        for name in ("office", "text", "table", "style", "drawing", "svg-compatible")
    )
    .replace("xmlns:drawing", "xmlns:draw")
    .replace("xmlns:svg-compatible", "xmlns:svg")
)


def zipped(parts: Mapping[str, bytes | str]) -> bytes:
    """Return a zip file with these parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return buffer.getvalue()


def docx(body: str, **parts: str) -> bytes:
    """Return a Word document with this body and the further parts, such as `styles`."""
    further = {f"word/{name}.xml": f"<w:{name} {W}>{content}</w:{name}>" for name, content in parts.items()}
    return zipped({"word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>", **further})


def odt(body: str, styles: str = "", master: str = "") -> bytes:
    """Return an OpenDocument text with this body, styles of its own, and contents of its master styles."""
    content = (
        f"<office:document-content {ODF}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    common = (
        f"<office:document-styles {ODF}><office:master-styles>{master}</office:master-styles></office:document-styles>"
    )
    return zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content, "styles.xml": common})

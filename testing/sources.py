"""Sources as the program reads them from a file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
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


def pdf(pages: Sequence[str], *, password: bool = False) -> bytes:
    """Return a PDF with the lines of each page in Helvetica of 10 points; a blank line is a gap of half a line."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {len(pages)}/Kids[{' '.join(f'{4 + 2 * n} 0 R' for n in range(len(pages)))}]>>".encode(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    for number, page in enumerate(pages):
        content = b"BT /F1 10 Tf 50 800 Td 12 TL "
        for line in page.split("\n"):
            words = line.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
            content += b"(" + words + b") Tj T* " if line else b"0 -6 Td "
        content += b"ET"
        box = "/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>"
        objects.append(f"<</Type/Page/Parent 2 0 R{box}/Contents {5 + 2 * number} 0 R>>".encode())
        objects.append(b"<</Length %d>>stream\n" % len(content) + content + b"\nendstream")
    data, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj" % number + content + b"endobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    encrypt = b"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>/ID[<00><00>]" % (b"00" * 32, b"00" * 32)
    trailer = b"/Root 1 0 R/Size %d" % size + (encrypt if password else b"")
    return (
        data
        + b"xref\n0 %d\n0000000000 65535 f \n" % size
        + table
        + (b"trailer<<" + trailer + b">>startxref\n%d\n%%%%EOF" % len(data))
    )

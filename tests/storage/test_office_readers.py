"""Word and OpenDocument texts are read whole: lists, tables, notes, boxes and tracked insertions."""

from __future__ import annotations

from pathlib import Path

import pytest

from codetui.model import CorpusSettings
from codetui.storage.sources import packages
from codetui.storage.sources.corpus import Corpus
from testing.sources import docx, odt, problems_at, source_at, zipped
from testing.workbooks import compound


def p(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space='preserve'>{text}</w:t></w:r></w:p>"


def item(text: str, level: int = 0, number: int = 1) -> str:
    return p(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def level(at: int, style: str, pattern: str) -> str:
    return f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{style}"/><w:lvlText w:val="{pattern}"/></w:lvl>'


NUMBERING = (
    f'<w:abstractNum w:abstractNumId="0">{level(0, "bullet", "x")}{level(1, "bullet", "o")}</w:abstractNum>'
    f'<w:abstractNum w:abstractNumId="1">{level(0, "decimal", "%1.")}{level(1, "lowerLetter", "%1.%2)")}'
    "</w:abstractNum>"
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
)
STYLES = (
    '<w:style w:styleId="Heading1"><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>'
    '<w:style w:styleId="Base"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    '<w:style w:styleId="ListBullet"><w:basedOn w:val="Base"/></w:style>'
)
CELL = "<w:tc>{}</w:tc>"
SHARED = (
    f'<w:abstractNum w:abstractNumId="0">{level(0, "decimal", "%1.")}</w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="3"/>'
    '</w:lvlOverride></w:num><w:num w:numId="2"><w:abstractNumId w:val="0"/></w:num>'
)
"""Two lists of one kind, which Word counts together; the first one begins at 3."""

WORD = {
    "headings, paragraphs and lists": (
        p("Data engineer", '<w:pStyle w:val="Heading1"/>') + p("Wij zoeken") + item("one") + item("two", 1)
        + p("three", '<w:pStyle w:val="ListBullet"/>') + p("After") + item("a", 0, 2) + item("b", 1, 2)
        + item("c", 1, 2) + item("d", 0, 2),
        "Data engineer\n\nWij zoeken\n\n* one\n  * two\n* three\n\nAfter\n\n1. a\n  1.a) b\n  1.b) c\n2. d\n",
    ),
    "tracked changes": (
        "<w:p><w:r><w:t>Je werkt </w:t></w:r><w:del><w:r><w:delText>niet </w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>vaak </w:t></w:r></w:ins><w:r><w:t>thuis</w:t></w:r></w:p>"
        "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>joined </w:t></w:r></w:p>" + p("line")
        + f"<w:ins>{p('inserted block')}</w:ins><w:moveFrom>{p('moved away')}</w:moveFrom>",
        "Je werkt vaak thuis\n\njoined line\n\ninserted block\n",
    ),
    "tables, also in content controls and with several lines": (
        f"<w:tbl><w:tr>{CELL.format(p('Uren'))}{CELL.format(p('32'))}</w:tr>"
        f"<w:sdt><w:sdtContent><w:tr>{CELL.format(p('Plaats'))}{CELL.format(p('Goes'))}</w:tr></w:sdtContent></w:sdt>"
        f"<w:tr>{CELL.format(p('Taken') + item('one') + item('two'))}{CELL.format(p('x'))}</w:tr></w:tbl>"
        f"<w:sdt><w:sdtContent>{p('controlled')}</w:sdtContent></w:sdt>",
        "Uren\t32\nPlaats\tGoes\n\nTaken\n\n* one\n* two\n\nx\n\ncontrolled\n",
    ),
    "signs, links, fields and notes": (
        "<w:p><w:r><w:t>co</w:t><w:noBreakHyphen/><w:t>op</w:t><w:tab/><w:t>a\u00a0b\u00ad</w:t><w:br/><w:t>c</w:t></w:r>"
        "<w:hyperlink><w:r><w:t> link</w:t></w:r></w:hyperlink><w:r><w:instrText> PAGE </w:instrText></w:r>"
        '<w:r><w:sym w:char="2014"/><w:footnoteReference w:id="2"/></w:r></w:p>',
        "co-op\ta b\nc link—[1]\n\n[1] The note.\n",
    ),
    "text boxes once": (
        "<w:p><w:r><w:t>Before</w:t><mc:AlternateContent xmlns:mc='urn:mc'><mc:Choice><w:txbxContent>"
        f"{p('In a box')}</w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent>{p('In a box')}</w:txbxContent>"
        f"</mc:Fallback></mc:AlternateContent></w:r></w:p>{p('After')}",
        "Before\n\nIn a box\n\nAfter\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WORD)
def test_word_documents(tmp_path: Path, name: str) -> None:
    body, text = WORD[name]
    notes = f'<w:footnote w:type="separator" w:id="0"/><w:footnote w:id="2">{p("The note.")}</w:footnote>'
    assert source_at(tmp_path / "1.docx", docx(body, styles=STYLES, numbering=NUMBERING, footnotes=notes)).text == text


def test_lists_of_one_kind_are_counted_together(tmp_path: Path) -> None:
    body = item("a", number=1) + item("b", number=2) + item("c", number=1)
    assert source_at(tmp_path / "1.docx", docx(body, numbering=SHARED)).text == "3. a\n4. b\n5. c\n"


def test_what_of_a_word_document_is_not_read_is_counted(tmp_path: Path) -> None:
    hidden = "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r><w:r><w:t>seen</w:t></w:r></w:p>"
    others = "<w:p><w:r><w:drawing><a:blip xmlns:a='urn:a'/></w:drawing><w:commentReference w:id='1'/></w:r></w:p>"
    deleted = "<w:p><w:del><w:r><w:delText>no</w:delText></w:r></w:del></w:p>"
    data = docx(hidden + others + deleted, header1=p("Page 1"), footer1=p(""))
    source = source_at(tmp_path / "7_zeeland.docx", data)
    assert (source.text, source.title, source.employer) == ("seen\n", "seen", "Zeeland")
    assert source.not_read == {"hidden passage": 1, "image": 1, "comment": 1, "deleted passage": 1, "page header": 1}
    _, problems = Corpus(tmp_path, CorpusSettings()).read(next(Corpus(tmp_path, CorpusSettings()).batches()).entries[0])
    counts = "1 hidden passage, 1 image, 1 comment, 1 deleted passage, 1 page header"
    assert [problem.message for problem in problems] == [f"not read: {counts}; the file has them"]


LISTS = (
    '<text:list-style style:name="L1"><text:list-level-style-bullet text:level="1"/></text:list-style>'
    '<text:list-style style:name="L2"><text:list-level-style-number text:level="1" style:num-format="1" '
    'style:num-suffix="."/><text:list-level-style-number text:level="2" style:num-format="a" style:num-suffix=")" '
    'text:display-levels="2"/></text:list-style>'
    '<style:style style:name="T1"><style:text-properties text:display="none"/></style:style>'
)
WRITER = {
    "headings, paragraphs and lists": (
        '<text:h text:outline-level="1">Data  engineer</text:h><text:p>Wij\n zoeken <text:span>een</text:span> collega'
        '</text:p><text:list text:style-name="L1"><text:list-item><text:p>one</text:p><text:p>more</text:p><text:list>'
        "<text:list-item><text:p>two</text:p></text:list-item></text:list></text:list-item></text:list>"
        '<text:list text:style-name="L2"><text:list-item><text:p>a</text:p><text:list><text:list-item>'
        "<text:p>b</text:p></text:list-item></text:list></text:list-item></text:list><text:p>between</text:p>"
        '<text:list text:style-name="L2" text:continue-numbering="true"><text:list-item><text:p>c</text:p>'
        "</text:list-item></text:list>",
        "Data engineer\n\nWij zoeken een collega\n\n* one\n  more\n  * two\n1. a\n   1.a) b\n\nbetween\n\n2. c\n",
    ),
    "blanks, tabs, line ends and notes": (
        "<text:p>a<text:s text:c='3'/>b<text:tab/>c<text:line-break/>d <text:note>"
        "<text:note-citation>1</text:note-citation><text:note-body><text:p>The note.</text:p></text:note-body>"
        "</text:note></text:p>",
        "a   b\tc\nd [1]\n\n[1] The note.\n",
    ),
    "tables, boxes and tracked changes": (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>gone</text:p></text:deletion>"
        "</text:changed-region></text:tracked-changes><table:table><table:table-header-rows><table:table-row>"
        "<table:table-cell><text:p>Uren</text:p></table:table-cell><table:covered-table-cell/><table:table-cell>"
        "<text:p>32</text:p></table:table-cell></table:table-row></table:table-header-rows></table:table>"
        "<text:p>Kept<draw:frame><draw:text-box><text:p>In a box</text:p></draw:text-box><svg:title>no</svg:title>"
        "</draw:frame></text:p>",
        "Uren\t32\n\nKept\n\nIn a box\n",
    ),
}


@pytest.mark.parametrize("name", WRITER)
def test_opendocument_texts(tmp_path: Path, name: str) -> None:
    body, text = WRITER[name]
    assert source_at(tmp_path / "1.odt", odt(body, LISTS)).text == text


def test_what_of_an_opendocument_text_is_not_read_is_counted(tmp_path: Path) -> None:
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion/></text:changed-region></text:tracked-changes>"
        "<text:p>seen<text:span text:style-name='T1'>hidden</text:span><office:annotation><text:p>why</text:p>"
        "</office:annotation><draw:frame><draw:image/></draw:frame></text:p>"
    )
    master = "<style:header><text:p>Zeeland</text:p></style:header><style:footer><text:p/></style:footer>"
    source = source_at(tmp_path / "1.odt", odt(body, LISTS, master))
    assert source.text == "seen\n"
    assert source.not_read == {"deleted passage": 1, "hidden passage": 1, "comment": 1, "image": 1, "page header": 1}


DOCTYPE = '<!DOCTYPE a [<!ENTITY b "cc"><!ENTITY d "&b;&b;">]>'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = {"META-INF/manifest.xml": "<manifest:encryption-data/>", "content.xml": b"\x80\x81"}
DAMAGED: dict[str, tuple[str, bytes, str]] = {
    "not a zip file": ("1.docx", b"PK\x03\x04 and no more", "is broken"),
    "half of the file": ("1.docx", docx(p("Ad"))[:-30], "is broken"),
    "no document inside": ("1.docx", zipped({"a.txt": "a"}), "is not a .docx document"),
    "not a text": ("1.odt", zipped({"content.xml": "<a/>"}), "is not a text document"),
    "broken XML": ("1.docx", docx("<w:p>"), "is broken (its XML"),
    "a document type": ("1.odt", zipped({"content.xml": f"{DOCTYPE}<a>&d;</a>"}), "is broken (its XML has a DOCTYPE)"),
    "a document type in UTF-16": (
        "1.docx",
        zipped({"word/document.xml": f"{DOCTYPE}<a/>".encode("utf-16")}),
        "DOCTYPE",
    ),
    "a password": ("1.docx", compound(b"secret", "EncryptedPackage"), "is protected by a password"),
    "an old document on passwords": (
        "1.docx",
        compound("EncryptedPackage".encode("utf-16-le"), "WordDocument"),
        "is not a .docx document",
    ),
    "a broken compound file": ("1.docx", OLE + b"\0" * 600, "is broken"),
    "a password of OpenDocument": ("1.odt", zipped(ENCRYPTED), "is protected by a password"),
    "a zip bomb": ("1.docx", zipped({"word/document.xml": b" " * (1 << 21)}), "unpacks to more than 1 MB"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_document_is_one_clear_line_and_the_rest_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(packages, "LARGEST_PART", 1 << 20)
    file, data, message = DAMAGED[name]
    (tmp_path / "2_whole.txt").write_text("whole")
    (tmp_path / file).write_bytes(data)
    (problem,) = problems_at(tmp_path)
    assert problem.startswith("this file ") and message in problem and ": " in problem
    corpus = Corpus(tmp_path, CorpusSettings())
    assert [entry.id for batch in corpus.batches() for entry in batch.entries] == ["2"]
    with pytest.raises(OSError, match=r".*"):
        corpus.find("1")


def test_deeply_nested_documents_are_read_as_far_as_they_make_sense(tmp_path: Path) -> None:
    table = "<w:tbl><w:tr><w:tc>" * 300 + p("deep") + "</w:tc></w:tr></w:tbl>" * 300
    assert source_at(tmp_path / "1.docx", docx(table + p("after"))).text.endswith("after\n")
    lists = "<text:list><text:list-item>" * 300 + "<text:p>deep</text:p>" + "</text:list-item></text:list>" * 300
    assert source_at(tmp_path / "1.odt", odt(f"{lists}<text:p>after</text:p>")).text.endswith("after\n")

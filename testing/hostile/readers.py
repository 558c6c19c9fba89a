"""Every reader of untrusted files as a function of bytes; any exception is a finding."""

from __future__ import annotations

import json
import random
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

from codetui.core.session.commands import AssignCode, DescribeSource, MarkDone, NoteCoding, Undo
from codetui.core.session.state import replay
from codetui.formats.book_files import READER_OF
from codetui.formats.book_files.entries import UnreadableBookError, make_book
from codetui.formats.codebook.migration_map import parse_map
from codetui.formats.codebook.reader import parse_codebook
from codetui.formats.coding_book.reader import parse_coding_book
from codetui.formats.codings.foreign import CodingsFile, UnknownFormatError
from codetui.formats.codings.refi import QDPX
from codetui.formats.export import EXPORTERS, TABLES
from codetui.formats.export.exporter import ExportedSession, ExportedStudy
from codetui.formats.export.protection import PseudonymError, parse_pseudonyms
from codetui.formats.memos import parse_memos, render_memos
from codetui.formats.session_doc.markdown import parse_document, render_document
from codetui.formats.session_doc.model import with_ids
from codetui.formats.session_doc.patch import document_of
from codetui.model import Codebook, CorpusSettings, Source, SourceId, Span, Transaction
from codetui.storage import study_files
from codetui.storage.erasures import Erasures
from codetui.storage.journal import Journal, decode, encode
from codetui.storage.session_files import SessionPaths
from codetui.storage.sources.corpus import Corpus
from codetui.storage.sources.frozen import FrozenTexts, frozen_of
from codetui.storage.study_files import SAMPLE_AD, template
from codetui.study.session.document import SnapshotFile, decode_document
from codetui.study.session.outcome import Saved
from codetui.study.session.session import Session
from testing.exports import written
from testing.hostile.inputs import mutated
from testing.hostile.limits import limited
from testing.hostile.sent import SENT, take_input
from testing.sources import ODF, W, pdf, zipped
from testing.workbooks import Rows, biff, xlsx

CODER = "wil"
CODEBOOK_TEMPLATE, SAMPLE_TEXT = template("codebook.toml"), template(SAMPLE_AD)
AD = Source(SourceId("11"), "Shore", "Keeper", SAMPLE_TEXT, "ads.csv", 2)
MAP = b"""from = "1#abc"
to = "2#def"
checked = true

[codes]
"T1" = "T2"
1.A.2 = ["T1", "T2"]
"T9" = ""

[profiles]
"1" = "2"
"""


PAGE = (
    b"<!DOCTYPE html><html><head><meta charset=iso-8859-1><title>Keeper</title><style>.x{display:none}</style></head>"
    b"<body><nav>Home</nav><h1>Keeper &amp; clerk</h1><ul><li>Light<li>Caf\xe9<ol start=3><li>x</ol></ul><table><tr>"
    b"<td>1<td>2</table><p hidden>no<p class=x>no<br><pre> a\n  b</pre><!-- no --><script>1<2</script></body></html>"
)
SAVED_PAGE = (
    b'From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="--x--"\r\n\r\n'
    b"----x--\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    b'<h1>Keeper</h1><p class=3D"x">hidden<p>You light caf=C3=A9=\r\ns\r\n'
    b"----x--\r\nContent-Type: text/css\r\n\r\n.x { display: none; }\r\n----x----\r\n"
)
WORD = (
    f'<w:document {W}><w:body><w:p><w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="2"/></w:numPr></w:pPr><w:ins>'
    "<w:r><w:t>Light</w:t><w:tab/></w:r></w:ins></w:p><w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl></w:body></w:document>"
).encode()
WRITER = (
    f'<office:document-content {ODF}><office:body><office:text><text:h text:outline-level="1">Light</text:h><text:list>'
    '<text:list-item text:start-value="3"><text:p>a<text:s text:c="3"/></text:p></text:list-item></text:list>'
    "<table:table><table:table-row><table:table-cell/></table:table-row></table:table></office:text></office:body>"
    "</office:document-content>"
).encode()
QDE = b"""<Project xmlns="urn:QDA-XML:project:1.0" origin="codetui"><Users><User guid="1" name="wil"/></Users>
<CodeBook><Codes><Code guid="2" name="T1: Sea" isCodable="true"><Description>Wet.

Include: waves
Examples:
- a
- b</Description><NoteRef targetGUID="4"/></Code></Codes></CodeBook>
<Sources><TextSource guid="3" name="1" plainTextPath="internal://1.txt">
<PlainTextSelection guid="5" name="sea" startPosition="4" endPosition="6"><Coding guid="6"><CodeRef targetGUID="2"/>
<NoteRef targetGUID="4"/></Coding></PlainTextSelection></TextSource></Sources>
<Notes><Note guid="4" name="words"><PlainTextContent>the sea</PlainTextContent></Note></Notes></Project>"""
QDC = QDE[QDE.index(b"<CodeBook>") : QDE.index(b"<Sources>")]
BOOK_TABLE = b'Category;Code;Definition;Examples\nSea;Wet;"Water; ""salt""";a|b\n;Dry;x > y;\n'
BOOK_OBJECT = b'{"title": "x", "codes": [{"name": "Wet", "examples": ["a"], "codes": [{"id": 1, "name": "C"}]}, "D"]}'
BOOK_YAML = b"Sea:\n  Wet: {definition: water, include: [a, b]}\n  Dry: &d no water\nLand:\n  - *d\n  - Sand\n"
TRANSCRIPT = (
    b"WEBVTT\n\nNOTE by hand\n\n1\n00:00:01.000 --> 00:00:02.000\n<v.loud Ann>Light &amp; dark</v>\n- Bob: yes\n\n2\n"
    b"0:03,5 --> 1:00:04\nAnn: no\n"
)
MEMOS = (
    "# Memos of wil\n\n## Code T1 {#m1}\n\nOne code?\n\\## Code T1 {#m1}\n\n## Ad 11, “lamp” {#m2}\n\n- two\n".encode()
)

QUICK, SLOW = 500, 100
"""Inputs for a reader before the next one's turn: one that writes or lays out whole books gets fewer."""

LONGEST = 10.0
"""The limit in seconds for one input of at most 20 KB."""


TABLE: Rows = [["nr", "title", "text", "when"], [1, "Keeper", "You light it.", 2.5], [2, "Cook", "You cook.", True]]


class Reader(NamedTuple):
    """A reader of one input in its own folder, and the seeds of its inputs."""

    take: Callable[[Path, bytes], None]
    seeds: tuple[bytes, ...]
    in_turn: int = QUICK


class Failure(NamedTuple):
    """An input on which a reader failed."""

    reader: str
    data: bytes
    reason: str


@cache
def book() -> Codebook:
    """Return the codebook of a new study."""
    found = parse_codebook(CODEBOOK_TEMPLATE, "codebook.toml")[0]
    assert found is not None
    return found


# --- ads --------------------------------------------------------------------------------------------


def _take_corpus(name: str) -> Callable[[Path, bytes], None]:
    def take(folder: Path, data: bytes) -> None:
        path = folder / name
        path.write_bytes(data)
        corpus = Corpus(path, CorpusSettings())
        entries = [entry for batch in corpus.batches() for entry in batch.entries]
        for entry in entries[:5]:
            ad, _ = corpus.read(entry)
            assert ad is None or ad.id == entry.id
        list(corpus.digests(entries))

    return take


def _take_part(name: str, part: str) -> Callable[[Path, bytes], None]:
    """Return a function that reads an office document of which one part is hostile."""

    def take(folder: Path, data: bytes) -> None:
        _take_corpus(name)(folder, zipped({part: data}))

    return take


# --- what people write ------------------------------------------------------------------------------


def _take_codebook(folder: Path, data: bytes) -> None:
    path = folder / "codebook.toml"
    path.write_bytes(data)
    found, problems = study_files.read_codebook(path)
    assert found is not None or any(problem.severity == "error" for problem in problems)


def _take_coding_book(_: Path, data: bytes) -> None:
    found = parse_coding_book(data.decode("utf-8", "replace"), "book.md")
    again, problems = parse_codebook(found.toml, "codebook.toml")
    assert again is not None or any(problem.severity == "error" for problem in problems)


def _take_book(suffix: str) -> Callable[[Path, bytes], None]:
    """Return a function that reads a codebook of another program."""

    def take(_: Path, data: bytes) -> None:
        with suppress(UnreadableBookError):
            found = make_book(READER_OF[suffix].read(data, "book"), f"book{suffix}", "codebook.toml")
            assert found.book.codes, "a codebook without codes is no refusal"

    return take


def _take_project(_: Path, data: bytes) -> None:
    texts = {"sources/1.txt": b"The sea.\r\n\xf0\x9f\x94\xa5"}
    with suppress(UnknownFormatError):
        QDPX.read(CodingsFile("x.qdpx", zipped({"project.qde": data, **texts})))


def _take_pseudonyms(file: str) -> Callable[[Path, bytes], None]:
    def take(_: Path, data: bytes) -> None:
        with suppress(PseudonymError):
            names = parse_pseudonyms(data.decode("utf-8", "replace"), file)
            assert names.text(names.text(SAMPLE_TEXT)) == names.text(SAMPLE_TEXT)

    return take


def _frozen_line() -> bytes:
    record = frozen_of(AD, "0" * 64, "pdf 1", {"id": "nr"}, ("0123456789abcdef",))
    return json.dumps(record._asdict()).encode()


def _take_sources_record(folder: Path, data: bytes) -> None:
    """Read a record of frozen texts, and a tombstone."""
    for path in (folder / ".sources" / "text_11.jsonl", folder / ".erased" / "0123456789abcdef.jsonl"):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    texts = FrozenTexts(folder)
    for frozen in (texts.of("11"), *texts.all()):
        assert frozen is None or texts.text(frozen) is None
    assert Erasures(folder) and not Erasures(folder).has("11")


def _take_memos(_: Path, data: bytes) -> None:
    sections, _problems = parse_memos(data.decode("utf-8", "replace"), "memos.md")
    again, _problems = parse_memos(render_memos(CODER, sections), "memos.md")
    assert [(one.id, one.text) for one in again] == [(one.id, one.text) for one in sections if one.text]


def _take_map(_: Path, data: bytes) -> None:
    parse_map(data.decode("utf-8", "replace"), "map.toml", book(), book())


def _take_document(folder: Path, data: bytes) -> None:
    text = decode_document(data, folder / "a.md")
    document, _ = parse_document(text, "a.md")
    parse_document(render_document(document), "a.md")


# --- what lies in the sessions folder ---------------------------------------------------------------


def _take_document_over(folder: Path, data: bytes) -> None:
    """Open an unknown document in place of the ad's own: import it, continue coding, save, reopen."""
    paths = SessionPaths(folder, CODER)
    path = paths.document(AD.id, AD.employer)
    path.parent.mkdir(parents=True, exist_ok=True)
    for old in (*paths.documents(), *paths.folder.glob("events/*")):
        old.unlink()
    path.write_bytes(data)
    _continue(paths)


def _take_session(folder: Path, data: bytes) -> None:
    """Open a log, undo, continue coding, save and reopen it."""
    paths = SessionPaths(folder, CODER)
    log = paths.log(AD.id)
    log.parent.mkdir(parents=True, exist_ok=True)
    for old in (*paths.documents(), *log.parent.glob("*")):
        old.unlink()
    log.write_bytes(data)
    _continue(paths)


def _continue(paths: SessionPaths) -> None:
    session = Session(AD, book(), paths, CODER)
    session.execute(Undo())
    done = session.execute(AssignCode(Span(0, 6), book().codes[0].id))
    if isinstance(done, Saved) and done.coding:
        session.execute(NoteCoding(done.coding, "why"))
    session.execute(DescribeSource("Shore", "Keeper"))
    session.execute(MarkDone(True))
    session.save_document()
    exported = ExportedStudy(book(), [ExportedSession(CODER, session.description, session.state, "")])
    for name in ("csv", "jsonl", "xlsx"):
        for what in TABLES:
            written(EXPORTERS[name], exported, what)
    again = Session(AD, book(), paths, CODER)
    if isinstance(done, Saved) and done.coding:
        assert again.state.codings[done.coding].note == "why", "a coding that was saved is not there"
    # What a restart finds out, as the place of words whose place was wrong, it may find in two steps: then it stands.
    for _ in range(2):
        again.save_document()
        again = Session(AD, book(), paths, CODER)
    assert _content(Session(AD, book(), paths, CODER)) == _content(again), "another session after another restart"


def _content(session: Session) -> tuple[object, ...]:
    state = session.state
    return (
        dict(state.codings),
        dict(state.notes),
        state.profile,
        state.reasoning,
        state.is_done,
        state.layout,
        state.seq,
    )


def _take_log(folder: Path, data: bytes) -> None:
    path = folder / "11.jsonl"
    path.write_bytes(data)
    transactions, _ = Journal(path).read()
    state = replay(transactions)
    document_of(state, book(), replace(AD, employer="", title=""))
    for one in transactions[:1000]:
        assert decode(encode(one), Transaction) == one, "what is written is not what was read"


def _take_place(folder: Path, data: bytes) -> None:
    paths = SessionPaths(folder, CODER)
    (paths.folder / "events").mkdir(parents=True, exist_ok=True)
    (paths.folder / "events" / "place.json").write_bytes(data)
    place = paths.read_place()
    if place is not None:
        Corpus(folder, CorpusSettings(), folder).find(place.source, place.file, place.offset, place.line)


def _take_written(folder: Path, data: bytes) -> None:
    path = folder / "11.written"
    path.write_bytes(data)
    for base in SnapshotFile(path).candidates():
        document = parse_document(base.text, "")[0]
        with_ids(document, base.ids)


# --- what a terminal sends ------------------------------------------------------------------------


def _take_terminal_input(_: Path, data: bytes) -> None:
    take_input(data)


# --- seeds ------------------------------------------------------------------------------------------


def _session_files(folder: Path) -> dict[str, bytes]:
    """Return the files that the program itself writes for one ad, by suffix."""
    paths = SessionPaths(folder, CODER)
    session = Session(AD, book(), paths, CODER)
    for number, code in enumerate(book().codes[:4]):
        done = session.execute(AssignCode(Span(8 * number, 8 * number + 20), code.id, "a note"))
        assert isinstance(done, Saved)
    session.execute(Undo())
    session.execute(DescribeSource("Shore & Co", "Keeper"))
    session.save_document()
    log = paths.log(AD.id)
    return {
        "log": log.read_bytes(),
        "written": log.with_suffix(".written").read_bytes(),
        "document": session.document_path.read_bytes(),
    }


def readers(folder: Path, books: Sequence[Path] = ()) -> dict[str, Reader]:
    """Return all readers by name; `books` are coding books in markdown that serve as further seeds."""
    own = _session_files(folder / "seeds")
    ad = SAMPLE_TEXT.encode()
    employer = 'Shore;Co, "Ltd"'
    cells = {"id": "11", "employer": employer, "title": "Keeper", "text": SAMPLE_TEXT[:300]}
    json_rows = "".join(json.dumps({**cells, "id": number}) + "\n" for number in ("11", 12, "x")).encode()
    csv_rows = b'id,employer,title,text\n11,Shore,Keeper,"You light\n""the"" lamp"\n12,"a;b",Clerk,Count\n'
    from codetui.formats.coding_book.writer import render_coding_book

    short = replace(book(), codes=book().codes[:3])
    coding_books = (render_coding_book(short).encode(), *(path.read_bytes()[:4000] for path in books))
    place = b'{"source": "11", "file": "ads/11.txt", "offset": -1, "line": 0, "cursor": 3, "scroll": 0}\n'
    documents = (own["document"], own["document"].replace(b"- ", b"*   "))
    return {
        "ads as text": Reader(_take_corpus("11_shore.txt"), (ad,)),
        "ads as CSV": Reader(_take_corpus("ads.csv"), (csv_rows, csv_rows.replace(b",", b";"))),
        "ads as JSON lines": Reader(_take_corpus("ads.jsonl"), (json_rows,)),
        "ads as XLSX": Reader(_take_corpus("ads.xlsx"), (xlsx({"ads": TABLE}),)),
        "ads as XLS": Reader(_take_corpus("ads.xls"), (biff(TABLE),)),
        "ads as HTML": Reader(_take_corpus("11_shore.html"), (PAGE,)),
        "ads as MHTML": Reader(_take_corpus("11.mhtml"), (SAVED_PAGE,)),
        "ads as Word documents": Reader(_take_part("11.docx", "word/document.xml"), (WORD,)),
        "ads as OpenDocument": Reader(_take_part("11.odt", "content.xml"), (WRITER,)),
        "ads as JSON": Reader(_take_corpus("ads.json"), (json.dumps({"ads": [{**cells, "id": 1}, cells]}).encode(),)),
        "ads as transcripts": Reader(_take_corpus("11.vtt"), (TRANSCRIPT,)),
        "ads as PDF": Reader(_take_corpus("11.pdf"), (pdf(["Keeper\n\nYou light-\nhouse (the) lamp", "2"]),), SLOW),
        "codebook": Reader(_take_codebook, (CODEBOOK_TEMPLATE.encode(), CODEBOOK_TEMPLATE[-900:].encode())),
        "coding book": Reader(_take_coding_book, coding_books, SLOW),
        "codebook as CSV": Reader(_take_book(".csv"), (BOOK_TABLE, BOOK_TABLE.replace(b";", b",")), SLOW),
        "codebook as JSON": Reader(_take_book(".json"), (BOOK_OBJECT,), SLOW),
        "codebook as YAML": Reader(_take_book(".yaml"), (BOOK_YAML,), SLOW),
        "codebook of REFI-QDA": Reader(_take_book(".qdc"), (QDC,), SLOW),
        "project of REFI-QDA": Reader(_take_project, (QDE,)),
        "memos": Reader(_take_memos, (MEMOS,)),
        "pseudonyms in TOML": Reader(
            _take_pseudonyms("names.toml"), (b'Keeper = "P1"\n[places]\n"North Light" = "Here"\n',)
        ),
        "pseudonyms in CSV": Reader(_take_pseudonyms("names.csv"), (b"name;pseudonym\nKeeper;P1\n",)),
        "frozen texts": Reader(_take_sources_record, (_frozen_line(),)),
        "migration map": Reader(_take_map, (MAP,)),
        "document": Reader(_take_document, documents),
        "document taken over": Reader(_take_document_over, documents, SLOW),
        "event log": Reader(_take_log, (own["log"],)),
        "session from a log": Reader(_take_session, (own["log"],), SLOW),
        "place.json": Reader(_take_place, (place,)),
        "terminal input": Reader(_take_terminal_input, SENT),
        ".written": Reader(_take_written, (own["written"],)),
    }


# --- what becomes of an input ---------------------------------------------------------------------


def inputs_of(reader: Reader, name: str, seed: int) -> Iterator[bytes]:
    """Yield endless inputs for one reader, the same for the same seed."""
    chance = random.Random(f"{name} {seed}")
    while True:
        yield mutated(chance, reader.seeds)


def failure_of(name: str, reader: Reader, folder: Path, data: bytes) -> Failure | None:
    """Return how a reader fails on an input; None if it does not."""
    try:
        with limited(LONGEST):
            reader.take(folder, data)
    except Exception:
        return Failure(name, data, traceback.format_exc(limit=-4))
    return None

"""Workbooks: rows as people see them, what is not read in numbers, and one line for what is broken."""

from __future__ import annotations

import csv
import io
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest
from xlsxwriter import Workbook

from codetui.model import CorpusSettings, Source
from codetui.storage.sources import workbooks
from codetui.storage.sources.corpus import Corpus
from codetui.storage.sources.sheets import cell_text
from testing.sources import problems_at, zipped
from testing.workbooks import Rows, biff, compound, converted
from testing.workbooks import xlsx as written

HEADER = (
    *("Organisatienaam", "Type adverteerder", "Vacaturetitel", "Standplaats", "Vacaturelink (origineel)"),
    *("Contactpersoon", "Telefoonnummer", "E-mail", "Beroep", "Opleidingsniveau", "Jobfeed feedbacklink"),
    *("Functieomschrijving", "Datum gevonden", "Beroepsgroep", "Beroepsklasse", "Contracttype"),
    *("Parttime / fulltime", "Branche", "Organisatiegrootte", "Jaar (van datum gevonden)"),
    "Maand (van datum gevonden)",
)
BAKER = "Je bakt brood in de nacht.\n\n   * Je kneedt het deeg;\n   * je helpt de café-bezoekers – ook 's zondags."
KEEPER = "You light the lamp at dusk.\nYou watch the sea until dawn, whatever the weather “Ænima”. " * 30


def ad(number: int, title: str, text: str) -> tuple[object, ...]:
    """Return a row of the job-ad database."""
    found = datetime(2023, 11, number)
    rest = ("Horeca", "Voeding", "Vast contract", "Fulltime (> 32 uur)", "Horeca", "1-9", 2023, 11)
    head = ("De Oven", "Directe werkgever", title, "Tilburg", "oven.example", None, None, None, "Bakker", "MBO")
    return (*head, "Meld fout", text, found, *rest)


ADS: Rows = [HEADER, ad(16, "Bakker (m/v/x)", BAKER), ad(17, "Keeper", KEEPER), ad(18, "Kok", "")]


def sources(path: Path, columns: dict[str, str] | None = None) -> list[Source]:
    """Return the sources of a workbook; each is found at its place and by its id."""
    corpus = Corpus(path, CorpusSettings(columns=columns or {}))
    found = [one.source for one in corpus.texts([])]
    entries = [entry for batch in corpus.batches() for entry in batch.entries]
    assert [corpus.read(entry)[0] for entry in reversed(entries)] == found[::-1]
    assert [corpus.find(one.id) for one in found] == entries
    return found


def put(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def as_csv(rows: Rows) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def test_a_workbook_has_the_ads_and_ids_of_the_same_table_as_csv(tmp_path: Path) -> None:
    found = sources(put(tmp_path / "a.xlsx", written({"Vacatures": ADS})))
    same = sources(put(tmp_path / "a.csv", as_csv(ADS)))
    assert [(one.id, one.employer, one.title, one.text) for one in found] == [
        (one.id, one.employer, one.title, one.text) for one in same
    ]
    assert [one.text for one in found] == [f"Bakker (m/v/x)\n\n{BAKER}", f"Keeper\n\n{KEEPER}", "Kok\n\n"]
    assert found[0].attributes | {"Datum gevonden": "2023-11-16 00:00:00"} == same[0].attributes
    assert found[0].attributes["Datum gevonden"] == "2023-11-16"
    assert found[0].attributes["Jaar (van datum gevonden)"] == "2023"
    assert [one.line for one in found] == [2, 3, 4]


def test_cells_are_read_as_people_see_them(tmp_path: Path) -> None:
    cells = (
        7.0,
        True,
        0.1,
        1e-7,
        1234567890123456,
        date(2024, 2, 29),
        datetime(2024, 2, 29, 9, 5),
        time(9, 5),
        " a\tb ",
    )
    names = [f"column {number}" for number in range(1, len(cells) + 1)]
    (found,) = sources(put(tmp_path / "a.xlsx", written({"x": [["nr", "tekst", *names], [3, "Moe.", *cells]]})))
    expected = (
        "7",
        "TRUE",
        "0.1",
        "0.0000001",
        "1234567890123456",
        "2024-02-29",
        "2024-02-29 09:05:00",
        "09:05:00",
        " a\tb ",
    )
    assert (found.id, tuple(found.attributes.values())) == ("3", expected)
    assert cell_text(timedelta(hours=30, minutes=5)) == "30:05:00"
    # openpyxl computes nothing.
    book = openpyxl.Workbook()
    for row in (["nr", "tekst", "som"], [1, "=A1&A2"], [2, "Moe.", "=1+1"]):
        book.worksheets[0].append(row)
    book.save(tmp_path / "c.xlsx")
    assert [one.text for one in sources(tmp_path / "c.xlsx")] == ["", "Moe."]
    assert "not read: 2 formulas without a value; the file has them" in problems_at(tmp_path / "c.xlsx")
    old = biff([["nr", "tekst", "getal", "waar", "fout"], [3, "Moe – écht.", 7.5, False, None]])
    (found,) = sources(put(tmp_path / "b.xls", old))
    assert (found.id, found.text, list(found.attributes.values())) == ("3", "Moe – écht.", ["7.5", "FALSE", ""])
    assert "not read: 1 error value; the file has them" in problems_at(tmp_path / "b.xls")


def test_the_table_is_found_below_titles_in_all_sheets_but_hidden_ones(tmp_path: Path) -> None:
    def finish(book: Workbook) -> None:
        first, _, hidden, _ = book.worksheets()
        first.merge_range(0, 0, 0, 2, "Vacatures 2023: tekst en uitleg")
        first.merge_range(4, 0, 6, 0, "De Oven")
        first.set_row(7, None, None, {"hidden": True})
        first.write_formula(8, 3, "=NA()", None, "#N/A")
        first.write(8, 4, "beside")
        hidden.hide()
        first.insert_image(0, 9, "dot.png", {"image_data": io.BytesIO(PIXEL)})
        book.add_chartsheet()

    rows: Rows = [[], ["bron:", "database"], [], ["Bedrijf", "Functie", "Tekst", "uur"]]
    texts = [[None, f"Functie {number}", f"Tekst {number}"] for number in range(5)]
    sheets = {
        "2023": [*rows, *texts],
        "2024": [["functie", "tekst"], ["Kok", "2024"]],
        "oud": ADS,
        "Legenda": [["x", "y"]],
    }
    path = put(tmp_path / "a.xlsx", written(sheets, finish))
    found = sources(path)
    assert [(one.employer, one.title, one.line) for one in found] == [
        *(("De Oven", f"Functie {number}", 5 + number) for number in range(3)),
        ("", "Functie 4", 9),
        ("", "Kok", 2),
    ]
    nouns = ("image", "hidden sheet", "chart", "hidden row", "stray cell", "error value", "other sheet")
    expected = {f"1 {noun}" for noun in nouns}
    (note,) = [message for message in problems_at(path) if message.startswith("not read")]
    assert set(note.removesuffix("; the file has them").removeprefix("not read: ").split(", ")) == expected


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def test_a_workbook_without_texts_is_refused_with_one_line_to_paste(tmp_path: Path) -> None:
    path = put(tmp_path / "a.xlsx", written({"x": [["Stelle", "Anzeige"], ["Bäcker", "Brot"]], "y": [["a"]]}))
    first, *_ = problems_at(path)
    assert (
        'sheet "x": no column holds the texts' in first
        and 'columns = { title = "Stelle", body = "your column"' in first
    )
    assert [one.text for one in sources(path, {"body": "Anzeige"})] == ["Brot"]
    assert "no table in a visible sheet" in problems_at(put(tmp_path / "b.xlsx", written({"x": []})))[0]


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BIFF = biff([["nr", "tekst"], [1, "Moe."]])
BOMB = b"a" * 70_000_000
FAR = '<worksheet><sheetData><row r="1"/><row r="1048576"><c r="XFD1048576"/></row></sheetData></worksheet>'
BOOK = {
    "xl/workbook.xml": '<workbook><sheets><sheet name="x" sheetId="1" r:id="a"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="a" Target="worksheets/s.xml"/></Relationships>',
}


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.xlsx", b"", "is empty"),
        ("a.xls", b"<html><table><tr><td>tekst</td></tr></table>", "is a web page or XML and no workbook"),
        ("a.xlsx", b"nr;tekst\n1;Moe.\n", "is a text, such as a CSV table, and no workbook"),
        ("a.xlsx", b"\0\1\2\3", "is no workbook"),
        ("a.xlsx", zipped({"word/document.xml": "<a/>"}), "is no workbook, whatever its name"),
        ("a.xlsx", zipped(BOOK | {"xl/sharedStrings.xml": BOMB}), "unpacks to more than"),
        ("a.xlsx", zipped(BOOK | {"xl/worksheets/s.xml": FAR}), "in row 1,048,576 and column 16,384"),
        ("a.xlsx", zipped(BOOK | {"xl/worksheets/s.xml": "<a " + "b" * 3_000_000}), "is broken"),
        ("a.xlsx", zipped(BOOK), "is broken"),
        ("a.xls", OLE + bytes(5000), "is broken"),
        ("a.xls", compound(BIFF, "Other"), "is no workbook, whatever its name"),
        ("a.xls", compound(BIFF, "Workbook", loops=True), "is broken (a chain without end)"),
        ("a.xls", compound(BIFF, "EncryptedPackage"), "protected by a password"),
        ("a.xlsx", compound(BIFF, "EncryptedPackage"), "protected by a password"),
        ("a.xls", compound("EncryptedPackage".encode("utf-16-le"), "Other"), "is no workbook, whatever its name"),
    ],
    # Bytes of a zip file contain the time, and each worker has to collect the same tests.
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_read_is_one_line_and_the_rest_opens(
    tmp_path: Path, name: str, data: bytes, expected: str
) -> None:
    put(tmp_path / name, data)
    put(tmp_path / "b.xls", written({"x": [["nr", "tekst"], [1, "A zip file whose name ends in .xls"]]}))
    (message,) = problems_at(tmp_path / name)[:1]
    assert expected in message and message.startswith("this file")
    assert [one.id for one in Corpus(tmp_path, CorpusSettings()).texts([]) for one in [one.source]] == ["1"]


def test_a_compound_file_is_read_with_small_and_with_large_streams(tmp_path: Path) -> None:
    for count in (1, 400):
        data = biff([["nr", "tekst"], *([number, f"Tekst {number}"] for number in range(count))])
        assert len(sources(put(tmp_path / "a.xls", compound(data, "Book")))) == count


def test_an_ad_is_found_beside_broken_workbooks(tmp_path: Path) -> None:
    put(tmp_path / "a.xlsx", b"broken")
    put(tmp_path / "b.xlsx", written({"x": [["nr", "tekst"], [1, "Moe."]]}))
    corpus = Corpus(tmp_path, CorpusSettings())
    assert corpus.find("1") is not None
    with pytest.raises(OSError, match="is a text"):
        corpus.find("2")


def test_every_cut_or_changed_workbook_is_read_or_refused(tmp_path: Path) -> None:
    for name, data in (("a.xlsx", written({"x": ADS})), ("b.xls", BIFF), ("c.xls", compound(BIFF, "Book"))):
        for at in range(0, len(data), max(1, len(data) // 20)):
            for changed in (data[:at], data[:at] + b"\xff" + data[at + 1 :]):
                problems_at(put(tmp_path / name, changed))


def test_a_changed_workbook_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path / "a.xlsx", written({"x": ADS}))
    corpus = Corpus(path, CorpusSettings())
    loaded: list[int] = []
    load = workbooks._loaded
    monkeypatch.setattr(workbooks, "_loaded", lambda data, wanted: loaded.append(len(data)) or load(data, wanted))
    entries = [entry for batch in corpus.batches() for entry in batch.entries]
    assert all(corpus.read(entry)[0] for entry in entries) and len(loaded) <= 1
    put(path, written({"x": [HEADER, ad(1, "Nieuw", "Een andere tekst.")]}))
    assert corpus.read(entries[0])[0] is None
    assert [one.source.title for one in corpus.texts([])] == ["Nieuw"]
    assert len(loaded) <= 2


def test_without_the_extra_the_message_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    monkeypatch.setitem(sys.modules, "xlrd", None)
    for name, data in (("a.xlsx", written({"x": ADS})), ("b.xls", biff([["nr", "tekst"]]))):
        assert "pip install 'codetui[sources]'" in problems_at(put(tmp_path / name, data))[0]


def test_a_workbook_that_claims_to_be_small_is_not_unpacked(tmp_path: Path) -> None:
    data = zipped(BOOK | {"xl/sharedStrings.xml": BOMB})
    claimed = data.replace(len(BOMB).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert "is broken" in problems_at(put(tmp_path / "a.xlsx", claimed))[0]


# --- files by LibreOffice -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the table of ads as XlsxWriter writes it."""

    def finish(book: Workbook) -> None:
        first, hidden = book.worksheets()
        first.set_row(3, None, None, {"hidden": True})
        first.merge_range(5, 0, 6, 0, "Zeezicht")
        first.write_boolean(5, 5, True)
        first.write_datetime(5, 6, datetime(2024, 2, 29, 9, 5), book.add_format({"num_format": "d-m-yyyy hh:mm"}))
        first.write_formula(6, 6, "=NA()", None, "#N/A")
        hidden.hide()

    merged = [(None, *ad(number, f"Kok {number}", "Je kookt.")[1:]) for number in (19, 20)]
    rows = [*ADS, ad(18, "Koksmaat", "Je wast af."), *merged]
    return put(tmp_path_factory.mktemp("office") / "vacatures.xlsx", written({"Vacatures": rows, "Oud": ADS}, finish))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["xls:MS Excel 97", "xlsx:Calc MS Excel 2007 XML"])
def test_files_by_libreoffice_have_the_same_ads(office: Path, kind: str) -> None:
    expected, found = sources(office), sources(converted(office, kind))
    for one, same in zip(found, expected, strict=True):
        assert (one.id, one.employer, one.title, one.text) == (same.id, same.employer, same.title, same.text)
        assert one.attributes == same.attributes
    assert [one.employer for one in found] == ["De Oven"] * 3 + ["Zeezicht"] * 2
    assert found[3].attributes["Contactpersoon"] == "TRUE"
    assert found[3].attributes["Telefoonnummer"] == "2024-02-29 09:05:00"
    notes = [message for message in problems_at(converted(office, kind)) if message.startswith("not read")]
    assert all(f"1 {noun}" in notes[0] for noun in ("hidden row", "hidden sheet", "error value"))

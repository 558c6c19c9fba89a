"""Codebooks of other programs are imported with the names of their fields, and exported so that they come back."""

from __future__ import annotations

import json
import sqlite3
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from openpyxl import Workbook, load_workbook

from codetui.cli.main import run
from codetui.formats.book_files import entries, tables
from codetui.formats.codebook.reader import parse_codebook
from codetui.formats.codebook.writer import render_codebook
from codetui.model import Code, Codebook, CodeId, Group, Holds, Section
from codetui.study import coding_book
from codetui.study.coding_book import ConvertedBook, Layout, convert_coding_book, render_book
from codetui.study.study import StudyError
from testing.examples import examples
from testing.paths import ROOT
from testing.refi import write_project

SCHEMA = ROOT / "tests" / "data" / "refi" / "Project.xsd"
Shape = list[tuple[str, str, str, str, str, str, str, tuple[str, ...]]]


def shape(book: Codebook) -> Shape:
    """Return id, name, section, group, definition, include, exclude and examples of each code."""
    sections = {section.id: section.title for section in book.sections}
    groups = {group.id: group.title for group in book.groups}
    return [
        (
            *(code.id, code.name, sections[code.section], groups.get(code.group, "")),
            *(code.definition, code.include, code.exclude, code.examples),
        )
        for code in book.codes
    ]


def converted(path: Path, data: bytes | str) -> ConvertedBook:
    path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
    return convert_coding_book(path, "codebook.toml")


def code(name: str, section: str = "Codes", group: str = "", **fields: str | tuple[str, ...]) -> object:
    """Return the shape of a code whose id is its name in lower case."""
    texts = tuple(str(fields.get(field, "")) for field in ("definition", "include", "exclude"))
    return (fields.get("id", name.casefold()), name, section, group, *texts, fields.get("examples", ()))


# --- tables -------------------------------------------------------------------------------------------

TAGUETTE = """\
tag,description,number of highlights,number of documents
calm,Nothing moves,3,1
ships.mooring,"Tying ""ships""
to the quay",0,0
"""
NVIVO = "Name,Description,Files,References\nWeather,What the sky does,3,12\nWeather\\Rain,Wet days,2,7\n"
MAXQDA = """\
Color;Parent code;Code;Code memo;Coded segments
#ff0000;;Weather;All weather;3
#ff0000;Weather;Rain;"Include: drizzle
Exclude: snow";4
#ff0000;Weather > Rain;Hail;;1
"""
DUTCH = """\
Categorie;Code;Naam;Omschrijving;Wel coderen als;Niet coderen als;Voorbeeld;Opmerking
Werk;W1;Haast;Te veel werk;noemt uren;klaagt over loon;"ik ren; geen tijd";vraag Jan
;W2;Pauze;Geen pauze;;;\"\"\"even niets\"\"\";
Thuis;T1;Gezin;Over thuis;;;mijn kind;
"""
THEMES = """\
Coping strategies of harbour clerks

Theme,Sub-theme,Code,Definition,Inclusion criteria,Exclusion criteria,Examples
Coping,Active,PLAN,Makes plans,mentions plans,only wishes,I planned it
Coping,Passive,WAIT,Waits,,,
Trust,,BELIEF,Believes,,,
"""
TABLES = {
    "taguette.csv": (
        TAGUETTE,
        [
            code("calm", definition="Nothing moves"),
            code("ships.mooring", "ships", id="ships_mooring", definition='Tying "ships" to the quay'),
        ],
    ),
    "nvivo.csv": (
        NVIVO,
        [code("Weather", "Weather", definition="What the sky does"), code("Rain", "Weather", definition="Wet days")],
    ),
    "maxqda.csv": (
        MAXQDA,
        [
            code("Weather", "Weather", definition="All weather"),
            code("Rain", "Weather", "Rain", include="drizzle", exclude="snow"),
            code("Hail", "Weather", "Rain"),
        ],
    ),
    "dutch.csv": (
        DUTCH,
        [
            code(
                *("Haast", "Werk"),
                id="W1",
                definition="Te veel werk",
                include="noemt uren",
                exclude="klaagt over loon",
                examples=("ik ren; geen tijd",),
            ),
            code("Pauze", "Werk", id="W2", definition="Geen pauze", examples=("even niets",)),
            code("Gezin", "Thuis", id="T1", definition="Over thuis", examples=("mijn kind",)),
        ],
    ),
    "themes.csv": (
        THEMES,
        [
            code(
                *("PLAN", "Coping", "Active"),
                definition="Makes plans",
                include="mentions plans",
                exclude="only wishes",
                examples=("I planned it",),
            ),
            code("WAIT", "Coping", "Passive", definition="Waits"),
            code("BELIEF", "Trust", definition="Believes"),
        ],
    ),
}


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_read_by_the_names_of_their_columns(tmp_path: Path, name: str) -> None:
    text, expected = TABLES[name]
    found = converted(tmp_path / name, text)
    assert shape(found.found.book) == expected
    assert not [problem for problem in found.problems if problem.severity == "error"]


def test_the_first_sheet_with_codes_of_a_workbook_is_read(tmp_path: Path) -> None:
    workbook = Workbook()
    workbook.active.append(["Made by", "the harbour office"])  # type: ignore[union-attr]
    sheet = workbook.create_sheet("Codes")
    for row in (["Code", "Label", "Definition"], [1.0, "Mooring", "=1+1"], [2, "Loading", None]):
        sheet.append(row)
    sheet["C2"].data_type = "s"
    workbook.save(tmp_path / "harbour.xlsx")
    found = convert_coding_book(tmp_path / "harbour.xlsx", "codebook.toml")
    assert shape(found.found.book) == [code("Mooring", id="1", definition="=1+1"), code("Loading", id="2")]
    assert found.understood and found.understood.kind == "sheet “Codes”"
    assert found.understood.left_out == {"other sheets": 1}


# --- JSON and YAML ------------------------------------------------------------------------------------

SHIPS = [
    code("Mooring", "Ships", definition="Tying ships", include="ropes", examples=("we tied up", "made fast")),
    code("Loading", "Ships", definition="Cargo on board"),
    code("Crew", "People", definition="Those who sail"),
]
OBJECTS = {
    "list.json": json.dumps(
        [
            {"tag": "Mooring", "category": "Ships", "description": "Tying ships", "when to use": "ropes"}
            | {"examples": ["we tied up", "made fast"], "color": "#f00"},
            {"tag": "Loading", "category": "Ships", "description": "Cargo on board"},
            {"tag": "Crew", "category": "People", "description": "Those who sail"},
        ]
    ),
    "nested.json": json.dumps(
        {
            "title": "Harbour",
            "categories": [
                {
                    "name": "Ships",
                    "codes": [
                        {"name": "Mooring", "definition": "Tying ships", "include": "ropes"}
                        | {"example": ["we tied up", "made fast"]},
                        {"name": "Loading", "definition": "Cargo on board"},
                    ],
                },
                {"name": "People", "codes": [{"name": "Crew", "definition": "Those who sail"}]},
            ],
        }
    ),
    "map.yaml": """\
Ships:
  Mooring:
    definition: Tying ships
    include: ropes
    examples: [we tied up, made fast]
  Loading: Cargo on board
People:
  Crew: Those who sail
""",
    "dutch.yml": """\
titel: Haven
codes:
  - {naam: Mooring, sectie: Ships, definitie: Tying ships, insluiten: ropes, voorbeelden: [we tied up, made fast]}
  - {naam: Loading, sectie: Ships, definitie: Cargo on board}
  - {naam: Crew, sectie: People, definitie: Those who sail}
""",
}


@pytest.mark.parametrize("name", OBJECTS)
def test_json_and_yaml_are_read_as_lists_as_objects_and_nested(tmp_path: Path, name: str) -> None:
    found = converted(tmp_path / name, OBJECTS[name])
    assert shape(found.found.book) == SHIPS


# --- databases and REFI-QDA ---------------------------------------------------------------------------


def test_projects_of_qualcoder_and_taguette_are_read_from_their_databases(tmp_path: Path) -> None:
    folder = tmp_path / "Harbour.qda"
    folder.mkdir()
    with sqlite3.connect(folder / "data.qda") as database:
        database.executescript(
            "create table code_cat(catid integer primary key, name, memo, supercatid);"
            "create table code_name(cid integer primary key, name, memo, catid, color);"
            "insert into code_cat values (1, 'Ships', 'All ships', null), (2, 'Work', '', 1);"
            "insert into code_name values (1, 'Mooring', 'Tying', 2, '#f00'), (2, 'Calm', null, null, '');"
        )
    found = convert_coding_book(folder, "codebook.toml").found.book
    assert found.title == "Harbour"
    assert shape(found) == [code("Calm"), code("Mooring", "Ships", "Work", definition="Tying")]
    with sqlite3.connect(tmp_path / "taguette.sqlite3") as database:
        database.executescript(
            "create table projects(id integer primary key, name); create table highlights(id);"
            "create table tags(id integer primary key, path, description, project_id);"
            "insert into projects values (1, 'Harbour'); insert into tags values (1, 'ships.mooring', 'Tying', 1);"
        )
    found = convert_coding_book(tmp_path / "taguette.sqlite3", "codebook.toml").found.book
    assert shape(found) == [code("ships.mooring", "ships", id="ships_mooring", definition="Tying")]


CODES = """\
<CodeBook><Codes><Code guid="@1" name="Ships" isCodable="false"><Description>All ships</Description>
<Code guid="@2" name="H1: Mooring" isCodable="true" color="#ff0000"><Description>Tying.

When to use: ropes
Example: we tied up</Description><NoteRef targetGUID="@9"/></Code></Code>
<Code guid="@3" name="Work" isCodable="true"><Code guid="@4" name="Loading" isCodable="true"/></Code></Codes></CodeBook>
<Notes><Note guid="@9" name="Doubt"><PlainTextContent>Also anchors?</PlainTextContent></Note></Notes>"""


def test_the_codebook_of_a_project_is_read_with_its_notes(tmp_path: Path) -> None:
    write_project(tmp_path / "x.qdpx", CODES, {})
    found = convert_coding_book(tmp_path / "x.qdpx", "codebook.toml")
    book = found.found.book
    assert shape(book) == [
        code("Mooring", "Ships", id="H1", definition="Tying.", include="ropes", examples=("we tied up",)),
        code("Work", "Work"),
        code("Loading", "Work"),
    ]
    assert book.sections[0].definition == "All ships"
    assert [(text.title, text.body, text.after) for text in book.texts] == [("Doubt", "Also anchors?", "code H1")]
    assert found.understood and found.understood.left_out == {"colours": 1}


# --- refusals and dry runs ----------------------------------------------------------------------------

NO_BOOKS = {
    "ads.csv": "id,title,description\n1,Gardener,You tend plants\n",
    "empty.csv": "",
    "ads.json": json.dumps([{"id": 1, "title": "Gardener", "body": "You tend plants"}]),
    "package.json": json.dumps({"name": "left-pad", "version": "1.0", "description": "pads", "files": ["a"]}),
    "broken.json": '{"codes": [',
    "deep.json": "[" * 100_000,
    "ci.yaml": "on: push\njobs:\n  test:\n    runs-on: ubuntu\n    steps:\n      - run: pytest\n",
    "alias.yaml": "a: &a [*a]\n",
    "broken.yaml": "a: [\n",
    "book.qdc": "<Project/>",
    "entity.qdc": '<!DOCTYPE a [<!ENTITY b "c">]><CodeBook/>',
    "empty.qdc": '<CodeBook xmlns="urn:QDA-XML:codebook:1.0"><Codes/></CodeBook>',
    "book.qdpx": "no zip",
    "book.xlsx": "no workbook",
    "book.sqlite3": "no database",
}


@pytest.mark.parametrize("name", NO_BOOKS)
def test_what_has_no_codes_is_refused_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_text(NO_BOOKS[name], encoding="utf-8")
    assert run(["codebook", "import", name]) == 2
    assert f"{name}:" in (shown := capsys.readouterr().err) and "nothing is written" in shown
    assert not Path("codebook.toml").exists()


def test_a_table_that_is_no_utf8_is_read_with_a_warning(tmp_path: Path) -> None:
    found = converted(tmp_path / "a.csv", "Code;Omschrijving\nCafé;Koffie\n".encode("cp1252"))
    assert shape(found.found.book)[0][1] == "Café"
    assert [(note.line, "Windows-1252" in note.message) for note in found.notes] == [(2, True)]


def test_files_that_are_too_large_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coding_book, "LARGEST_FILE", 5_000)
    monkeypatch.setattr(tables, "LARGEST_UNPACKED", 5_000)
    monkeypatch.setattr(entries, "MOST_ENTRIES", 3)
    with ZipFile(tmp_path / "bomb.xlsx", "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 6_000)
    with pytest.raises(StudyError, match="6,000 bytes unpacked"):
        convert_coding_book(tmp_path / "bomb.xlsx", "codebook.toml")
    for name, text in (("many.csv", "Code,Definition\n" + "a,b\n" * 4), ("large.json", " " * 6_000)):
        with pytest.raises(StudyError, match="is it the right file"):
            converted(tmp_path / name, text)


def test_a_dry_run_shows_what_each_column_is_taken_for_and_what_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("book.csv").write_text(MAXQDA, encoding="utf-8")
    assert run(["codebook", "import", "book.csv", "--dry-run"]) == 0
    shown = capsys.readouterr().out
    for line in (
        *("read as: table, 3 entries", "“Parent code” → heading above", "“Code” → name", "“Code memo” → definition"),
        *("left out: colours (3), column “Coded segments” (3)", "3 codes, 0 texts would be written; nothing was"),
    ):
        assert line in shown
    assert not Path("codebook.toml").exists()


def test_a_summary_of_an_import_is_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("book.csv").write_text(MAXQDA, encoding="utf-8")
    assert run(["codebook", "import", "book.csv", "-o", "-", "--json"]) == 2
    assert run(["codebook", "import", "book.csv", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["schema"], shown["version"], shown["file"]) == ("codetui codebook import", 1, "codebook.toml")
    assert shown["columns"]["Parent code"] == "heading above" and shown["counts"]["code"] == 3
    assert shown["left_out"] == {"colours": 3, "column “Coded segments”": 3}
    assert Path("codebook.toml").exists()


# --- export and back ----------------------------------------------------------------------------------

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20).map(str.split).map(" ".join)
ODD = ("=1+1", "'tis", "a, b", 'say "no"', "Include: x\n\nExclude: y", "1. First", "é 🔥", "-x; y", "<b>", "")
WORDS = st.sampled_from(ODD) | TEXT
NAME = st.sampled_from(("Rain", "TASK1: Rain", "=Sum", "a\\b", "x > y", "1.2. Sun", "(odd)", "Müll & Co.", "rain"))

HOLDS: st.SearchStrategy[Holds] = st.sampled_from(("quotations", "terms"))


@st.composite
def books(draw: st.DrawFn) -> Codebook:
    """Return a codebook with texts of every kind."""
    sections = tuple(
        Section(
            id=f"s{n}",
            title=f"{draw(NAME)} {n}",
            definition=draw(WORDS),
            holds=draw(st.sampled_from(("quotations", "terms"))),
        )
        for n in range(draw(st.integers(1, 3)))
    )
    groups = tuple(
        Group(id=f"g{n}", section=draw(st.sampled_from(sections)).id, title=f"{draw(NAME)} {n}", definition=draw(WORDS))
        for n in range(draw(st.integers(0, 2)))
    )
    codes: list[Code] = []
    for number in range(draw(st.integers(1, 4))):
        group = draw(st.sampled_from((None, *groups)))
        section = group.section if group else draw(st.sampled_from(sections)).id
        codes.append(
            Code(
                id=CodeId(draw(st.sampled_from((f"TASK{number}", f"c_{number}", f"1.{number}", f"odd id {number}")))),
                name=f"{draw(NAME)} {number}",
                section=section,
                group=group.id if group else "",
                definition=draw(WORDS),
                include=draw(WORDS),
                exclude=draw(WORDS),
                examples=tuple(filter(None, draw(st.lists(WORDS, max_size=2)))),
            )
        )
    label = draw(st.sampled_from(("{id}: {name}", "{id}. {name}", "{name}")))
    made = Codebook(title="Harbour", label=label, sections=sections, groups=groups, codes=tuple(codes))
    parsed = parse_codebook(render_codebook(made), "x")[0]
    assert parsed is not None
    return parsed


def returned(book: Codebook, layout: Layout, folder: Path) -> Codebook:
    return converted(folder / f"book.{layout}", render_book(book, layout)).found.book


@pytest.mark.parametrize("layout", ["csv", "xlsx", "qdc"])
@given(book=books())
@settings(max_examples=examples(30))
def test_an_exported_codebook_is_imported_as_the_same(
    tmp_path_factory: pytest.TempPathFactory, layout: Layout, book: Codebook
) -> None:
    found = returned(book, layout, tmp_path_factory.mktemp("book"))
    assert sorted(shape(found)) == sorted(shape(book))
    assert [(one.id, one.title, one.holds, one.definition) for one in found.sections] == [
        (one.id, one.title, one.holds, one.definition) for one in book.sections
    ]


@pytest.mark.parametrize("layout", ["csv", "xlsx", "qdc"])
def test_the_example_codebook_returns_in_its_order(tmp_path: Path, layout: Layout) -> None:
    book = parse_codebook((ROOT / "examples" / "pilot" / "codebook.toml").read_text("utf-8"), "x")[0]
    assert book is not None
    assert shape(returned(book, layout, tmp_path)) == shape(book)


def test_a_qdc_is_valid_as_the_codebook_of_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    book = (ROOT / "examples" / "pilot" / "codebook.toml").read_text("utf-8")
    Path("codebook.toml").write_text(book, encoding="utf-8")
    assert run(["codebook", "export", "-o", "book.qdc"]) == 0
    root = etree.parse("book.qdc").getroot()
    assert root.tag == "{urn:QDA-XML:codebook:1.0}CodeBook" and root.get("origin", "").startswith("codetui")
    inside = etree.tostring(root).decode().replace("urn:QDA-XML:codebook:1.0", "urn:QDA-XML:project:1.0")
    element = etree.fromstring(inside)
    del element.attrib["origin"]
    project = etree.fromstring('<Project xmlns="urn:QDA-XML:project:1.0" name="x"/>')
    project.append(element)
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    assert schema.validate(project), schema.error_log
    colours = {code.get("color") for code in element.iter("{urn:QDA-XML:project:1.0}Code")}
    assert len(colours) == len(project[0][0]) and all(len(colour or "") == 7 for colour in colours)


def test_a_workbook_of_a_codebook_has_no_formulas(tmp_path: Path) -> None:
    text = 'title = "x"\n[[section]]\nid = "s"\ntitle = "S"\n[[code]]\nid = "c"\nname = "=1+1"\nsection = "s"\n'
    book = parse_codebook(text, "x")[0]
    assert book is not None
    sheet = load_workbook(BytesIO(render_book(book, "xlsx")))["codebook"]
    assert [cell.value for cell in sheet[2]][:2] == ["c", "=1+1"] and sheet["B2"].data_type == "s"


def test_a_text_that_is_too_long_for_a_cell_is_refused(tmp_path: Path) -> None:
    text = f'title = "x"\n[[section]]\nid = "s"\ntitle = "S"\ndefinition = "{"x" * 40_000}"\n'
    book = parse_codebook(text, "x")[0]
    assert book is not None
    with pytest.raises(StudyError, match="export CSV instead"):
        render_book(book, "xlsx")

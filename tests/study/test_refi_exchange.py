"""Projects of REFI-QDA: exported for other programs, valid by the schema, and imported from them."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from lxml import etree

from codetui.cli.main import run
from codetui.core.session.commands import AssignCode, AssignProfile, MarkDone, NoteCoding, NotePlace
from codetui.core.text.normalize import collapse_spaces
from codetui.model import Anchor, CodeId, Coding, Memo, MemoTarget, Span
from codetui.study.memos import Memos
from codetui.study.study import Study
from codetui.study.workspace import open_workspace
from testing.paths import ROOT, shared_path
from testing.refi import selection, write_project
from testing.studies import write_study

SCHEMA = Path(__file__).parent.parent / "data" / "refi" / "Project.xsd"
NAMES = {"q": "urn:QDA-XML:project:1.0"}
TEXT = 'Keeper <1> & "Sons" 🔥\n\nYou light the lamp 🔥 at dusk.\x07\nThe lamp is “big”.\n\n\tYou watch the sea.\n'


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a study in which rosa and Otto have coded the same text, which is difficult in every way."""
    monkeypatch.chdir(write_study(tmp_path, {"11_shore.txt": TEXT, "12_shore.txt": TEXT, "13_harbour.txt": "Clerk\n"}))
    for coder, profile in (("rosa", "1"), ("Otto & Söhne", "2")):
        with Study.open().session("11", coder) as session:
            for words, code in (
                ("lamp 🔥 at dusk", "TASK1"),
                ("dusk.\x07\nThe lamp", "TOOL1"),
                ("lamp 🔥 at dusk", "TASK2"),
            ):
                start = TEXT.index(words)
                session.execute(AssignCode(Span(start, start + len(words)), CodeId(code)))
            session.execute(NoteCoding(session.state.live()[0].id, f"{coder} <wonders> & asks"))
            session.execute(AssignProfile(profile, "Because\nof the lamp."))
            for place in (MemoTarget(kind="code", id="TASK2"), MemoTarget(kind="section", id="tasks")):
                session.execute(NotePlace(place, f"seen by {coder}"))
            if coder == "rosa":
                session.execute(MarkDone(is_done=True))
    workspace = open_workspace(Study.open(), "rosa", wanted="11")
    assert workspace.first is not None
    workspace.open(workspace.first)
    memos = Memos(workspace)
    assert workspace.session is not None
    quotation = MemoTarget(kind="quotation", id=workspace.session.state.live()[0].id)
    for target in (quotation, MemoTarget(kind="source", id="11"), MemoTarget(kind="code", id="TASK1")):
        memos.write(target, f"On the {target.kind}\n\n- in *two* lines")
    memos.write(MemoTarget(kind="study", id=""), "Where we are")
    workspace.leave()
    workspace.release()
    return tmp_path


def export(path: str, *options: str) -> ElementTree.Element:
    """Export a project, check it against the schema, and return its XML."""
    assert run(["export", "--format", "qdpx", "-o", path, *options]) in (0, 1)
    with ZipFile(path) as archive:
        data = archive.read("project.qde")
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    assert schema.validate(etree.fromstring(data)), schema.error_log
    assert not data.startswith(b"\xef\xbb\xbf") and b"\r" not in data
    return ElementTree.fromstring(data)


def text_of(path: str, source: ElementTree.Element) -> str:
    with ZipFile(path) as archive:
        return archive.read(source.attrib["plainTextPath"].replace("internal://", "sources/")).decode("utf-8")


def shape(coding: Coding) -> tuple[str, str, str, str, tuple[int, int] | None]:
    anchor = coding.anchor if not coding.is_proposed else None
    return coding.code, coding.words, coding.note, _words(anchor), (anchor.start, anchor.end) if anchor else None


def _words(anchor: Anchor | None) -> str:
    return collapse_spaces(anchor.words) if anchor else ""


def facts(coder: str, *options: str) -> dict[str, object]:
    """Return everything that a coder has coded and written, by source."""
    folder = options[-1] if options else "sessions"
    found: dict[str, object] = {}
    for one in Study.open(sessions=folder).sessions(coder=coder):
        state = one.state
        targets = {coding.id: shape(coding) for coding in state.live()}

        def about(memo: Memo, targets: dict[str, object] = targets) -> object:  # type: ignore[assignment]
            return memo.target.kind, targets.get(memo.target.id, memo.target.id), memo.text

        memos = [about(memo) for memos in (state.notes, state.memos) for memo in memos.values() if memo.text]
        found[one.source.id] = (
            sorted(map(shape, state.live()), key=repr),
            (state.profile, state.reasoning, state.is_done),
            sorted(memos, key=repr),
        )
    return found


# --- export -------------------------------------------------------------------------------------------


def test_a_project_is_valid_and_its_selections_count_code_points(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = export("out.qdpx")
    shown = capsys.readouterr()
    assert "6 codings, 1 ad written to out.qdpx" in shown.err and "1 character that XML forbids" in shown.err
    assert [user.get("name") for user in root.iterfind("q:Users/q:User", NAMES)] == ["Otto & Söhne", "rosa"]
    codes = root.findall("q:CodeBook/q:Codes/q:Code", NAMES)
    assert [code.get("isCodable") for code in codes] == ["false", "false"]
    assert [code.get("name") for code in codes[0] if code.get("name")] == ["TASK1: Lighting", "TASK2: Watching"]
    (source,) = root.iterfind("q:Sources/q:TextSource", NAMES)
    text = text_of("out.qdpx", source)
    assert source.get("name") == "11" and text == TEXT.replace("\x07", "\ufffd")
    selections = source.findall("q:PlainTextSelection", NAMES)
    for one in selections:
        assert text[int(one.attrib["startPosition"]) : int(one.attrib["endPosition"]) + 1] == one.get("name")
    assert sorted(len(one.findall("q:Coding", NAMES)) for one in selections) == [1, 1, 2, 2]


def test_profiles_and_attributes_are_variables_and_memos_are_notes(study: Path) -> None:
    root = export("out.qdpx")
    names = {one.get("guid"): one.get("name") for one in root.iterfind("q:Variables/q:Variable", NAMES)}
    values = {
        names[one.find("q:VariableRef", NAMES).get("targetGUID")]: one.findtext("q:TextValue", "", NAMES)  # type: ignore[union-attr]
        for one in root.iterfind("q:Sources/q:TextSource/q:VariableValue", NAMES)
    }
    assert values["profile: rosa"] == "Keeper" and values["profile: Otto & Söhne"] == "Builder"
    assert values["state: rosa"] == "done"
    notes = [one.findtext("q:PlainTextContent", "", NAMES) for one in root.iterfind("q:Notes/q:Note", NAMES)]
    assert {"Because\nof the lamp.", "Where we are", "rosa <wonders> & asks", "seen by rosa"} < set(notes)
    references = {one.get("targetGUID") for one in root.iter("{urn:QDA-XML:project:1.0}NoteRef")}
    assert references == {one.get("guid") for one in root.iterfind("q:Notes/q:Note", NAMES)}
    alone = export("rosa.qdpx", "--coder", "rosa")
    assert "profile" in {one.get("name") for one in alone.iterfind("q:Variables/q:Variable", NAMES)}


def test_a_project_with_exclusive_ends_is_read_as_the_same_codings(study: Path) -> None:
    (inclusive, exclusive) = export("in.qdpx"), export("ex.qdpx", "--end-exclusive")
    ends = [
        [int(one.attrib["endPosition"]) for one in root.iterfind(".//q:PlainTextSelection", NAMES)]
        for root in (inclusive, exclusive)
    ]
    assert [end + 1 for end in ends[0]] == ends[1]
    for name in ("in", "ex"):
        run(["import-codings", f"{name}.qdpx", "--sessions", name])
    assert facts("rosa", "in") == facts("rosa", "ex")
    assert (
        run(["export", "--format", "csv", "--end-exclusive"]) == run(["export", "-o", "a.qdpx", "--what", "ads"]) == 2
    )


def test_equal_studies_make_equal_projects(study: Path) -> None:
    export("one.qdpx")
    export("two.qdpx")
    assert Path("one.qdpx").read_bytes() == Path("two.qdpx").read_bytes()


# --- there and back -----------------------------------------------------------------------------------


def test_each_coder_of_a_project_is_imported_with_everything(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export("out.qdpx")
    assert run(["import-codings", "out.qdpx", "--sessions", "again"]) == 0
    for coder in ("rosa", "Otto & Söhne"):
        assert facts(coder, "again") == facts(coder) != {}
    assert run(["import-codings", "out.qdpx", "--sessions", "again"]) == 0
    assert "0 ads imported, 1 with nothing new" in capsys.readouterr().out
    assert run(["import-codings", "out.qdpx", "--from", "rosa", "--as", "alpha", "--sessions", "other"]) == 0
    assert facts("model:alpha", "other") == facts("rosa")


@pytest.mark.skipif(
    not (ROOT.parent / "shared").is_dir(), reason="the real corpus does not lie beside this clone (../shared)"
)
def test_the_real_documents_return_with_identical_codings_notes_and_profiles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = shared_path()
    monkeypatch.chdir(tmp_path)
    book = (ROOT / "examples" / "pilot" / "codebook.toml").read_text("utf-8")
    corpus = (shared / "pilot" / "ads.csv").as_posix()
    Path("codebook.toml").write_text(book.replace('path = "../../ads"', f'path = "{corpus}"'), encoding="utf-8")
    documents = [*sorted(shared.glob("seeds/00[0-2]*.txt")), *sorted(shared.glob("pilot/codings/*.md"))]
    run(["import", *map(str, documents), "--coder", "anna"])
    export("out.qdpx")
    run(["import-codings", "out.qdpx", "--sessions", "again"])
    found = facts("anna")
    assert len(found) == len(documents) == 8 and facts("anna", "again") == found


def test_a_text_that_was_renamed_and_edited_elsewhere_is_found_by_its_identifier(study: Path) -> None:
    export("out.qdpx", "--coder", "rosa")
    with ZipFile("out.qdpx") as old, ZipFile("edited.qdpx", "w") as new:
        for name in old.namelist():
            data = old.read(name)
            is_text = name.startswith("sources/")
            new.writestr(name, data + b"Edited." if is_text else data.replace(b'name="11"', b'name="The shore"'))
    assert run(["import-codings", "edited.qdpx", "--sessions", "again"]) == 0
    (session,) = Study.open(sessions="again").sessions(coder="rosa")
    assert session.source.id == "11" and len(session.state.live()) == 3


# --- projects by other programs -----------------------------------------------------------------------

FOREIGN = """\
<Users><User guid="@1" name="Ana"/><User guid="@2" name="Bo"/></Users>
<CodeBook><Codes><Code guid="@10" name="Work" isCodable="false"><Code guid="@11" name="Lighting" isCodable="true"/>
<Code guid="{{@12}}" name="Cooking" isCodable="true"/></Code></Codes></CodeBook>
<Variables><Variable guid="@20" name="Island" typeOfVariable="Text"/></Variables>
<Cases><Case guid="@30" name="Ana"/></Cases>
<Sources><TextSource guid="@40" name="The shore" plainTextPath="internal://40.TXT">{selections}
<Coding guid="@50" creatingUser="@1"><CodeRef targetGUID="@11"/></Coding><NoteRef targetGUID="@60"/>
<VariableValue><VariableRef targetGUID="@20"/><TextValue>North</TextValue></VariableValue></TextSource>
<PictureSource guid="@41" path="internal://41.png"><PictureSelection guid="@42"/></PictureSource>
<AudioSource guid="@43"/></Sources>
<Notes><Note guid="@60" name="Thoughts" creatingUser="@2"><PlainTextContent>A long day.</PlainTextContent></Note>
<Note guid="@61" name="of nobody"><PlainTextContent>Lost</PlainTextContent></Note></Notes>
<Links><Link guid="@70"/></Links><Sets><Set guid="@71" name="All"/></Sets>"""


def test_a_project_by_another_program_is_imported_by_user_and_the_rest_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(write_study(tmp_path))
    text = (tmp_path / "ads" / "11_shore_company.txt").read_text("utf-8")
    at = text.index("light the lamp")
    note = '<NoteRef targetGUID="@60"/>'
    selections = selection(at, at + 13, "light the lamp", 11, 1, note) + selection(at, at + 4, "light", 12, 2)
    body = FOREIGN.format(selections=selections)
    write_project(tmp_path / "x.qdpx", body, {"40.txt": b"\xef\xbb\xbf" + text.replace("\n", "\n").encode()})
    assert run(["import-codings", "x.qdpx", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["left_out"] == {
        "pictures": 1,
        "selections in pictures": 1,
        "recordings": 1,
        "cases": 1,
        "links": 1,
        "sets": 1,
        "codings of whole texts": 1,
        "values of variables": 1,
        "notes": 1,
    }
    assert [one["unknown_codes"] for one in shown["imports"]] == [[], ["Cooking"]]
    (ana,), (bo,) = (list(Study.open().sessions(coder=name)) for name in ("Ana", "Bo"))
    assert [shape(one) for one in ana.state.live()] == [
        ("TASK1", "light the lamp", "A long day.", "light the lamp", (at, at + 14))
    ]
    assert [(one.code, one.words) for one in bo.state.live()] == [("Cooking", "light")]
    assert [(memo.target.kind, memo.text) for memo in bo.state.memos.values()] == [("source", "A long day.")]


def test_a_new_study_is_made_from_a_project_with_all_its_texts(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = export("out.qdpx")
    codes = [one.get("name") for one in root.iterfind(".//q:Code[@isCodable='true']", NAMES)]
    assert run(["init", "new", "--from", "out.qdpx"]) == 0
    assert "codetui import-codings --study new out.qdpx" in capsys.readouterr().out
    assert [path.name for path in Path("new/ads").iterdir()] == ["11.txt"]
    again = Study.open("new")
    assert [f"{code.id}: {code.name}" for code in again.codebook.codes] == codes
    assert run(["import-codings", "--study", "new", "out.qdpx"]) == 0
    (session,) = again.sessions(coder="rosa")
    assert [one.code for one in session.state.live()] == ["TASK1", "TASK2", "TOOL1"]
    assert run(["init", "new", "--from", "out.qdpx"]) == run(["init", "other", "--from", "codebook.toml"]) == 2
    assert not Path("other").exists()


def test_texts_of_a_project_get_names_and_ids_of_their_own(tmp_path: Path) -> None:
    names = ("D 1: Anna/Bo?.docx", "7 anna", "7 bo", "..", "D 1_ Anna_Bo_", "7.txt")
    sources = "".join(
        f'<TextSource guid="@{number}" name="{name}"><PlainTextContent>Text {number}</PlainTextContent></TextSource>'
        for number, name in enumerate(names)
    )
    write_project(tmp_path / "x.qdpx", f"<Sources>{sources}<AudioSource guid='@90'/></Sources>", {})
    assert run(["init", str(tmp_path / "new"), "--from", str(tmp_path / "x.qdpx")]) == 0
    assert len({entry.id for entry in Study.open(tmp_path / "new").sources}) == len(names)


def test_a_project_without_its_zip_is_read_and_what_lay_beside_it_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    body = (
        '<Users><User guid="@1" name="Ana"/></Users><CodeBook><Codes><Code guid="@10" name="Water" isCodable="true"/>'
        f'</Codes></CodeBook><Sources><TextSource guid="@40" name="Shore"><PlainTextContent>The sea.</PlainTextContent>'
        f'{selection(4, 6, "sea", 10)}</TextSource><TextSource guid="@41" name="Gone" plainTextPath="internal://41.txt">'
        f"{selection(5, 7, 'sea', 10)}</TextSource></Sources>"
    )
    write_project(tmp_path / "x.qdpx", body, {})
    with ZipFile("x.qdpx") as archive:
        Path("x.qde").write_bytes(archive.read("project.qde"))
    assert run(["init", "new", "--from", "x.qde"]) == 0
    assert run(["import-codings", "--study", "new", "x.qde"]) == 0
    assert "codings of sources without a plain text (1)," in capsys.readouterr().out
    (session,) = Study.open("new").sessions()
    assert [(one.code, one.words) for one in session.state.live()] == [("water", "sea")]


def test_a_code_that_has_the_name_of_its_group_returns_as_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    codes = '<Code guid="@8" name="Nature" isCodable="true"><Code guid="@9" name="Sea" isCodable="true">'
    body = (
        f'<Users><User guid="@1" name="Ana"/></Users><CodeBook><Codes>{codes}<Code guid="@10" name="Deep sea" '
        'isCodable="true"/></Code></Code></Codes></CodeBook><Sources><TextSource guid="@40" name="Shore">'
        f"<PlainTextContent>The sea.</PlainTextContent>{selection(4, 6, 'sea', 9)}</TextSource></Sources>"
    )
    project = write_project(tmp_path / "x.qdpx", body, {})
    for folder in ("one", "two"):
        assert run(["init", folder, "--from", project]) == 0
        assert run(["import-codings", "--study", folder, project]) == 0
        (session,) = Study.open(folder).sessions()
        assert [(one.code, one.words) for one in session.state.live()] == [("sea", "sea")]
        project = f"{folder}.qdpx"
        assert run(["export", "--study", folder, "-o", project]) == 0


def test_a_project_without_codings_is_named_as_such(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_project(Path("x.qdpx"), "<Sources><TextSource guid='@1' name='11'/></Sources>", {})
    assert run(["import-codings", "x.qdpx"]) == 2
    assert "the files have no codings of plain texts" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"PK\x03\x04 half a file", "it is neither a zip file"),
        (b"{}", "it is neither a zip file"),
        ("", "it contains no project.qde"),
        ("<Project>", "its XML is damaged (no element found: line 1, column 9)"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><Project/>', "it declares a document type"),
        ("<CodeBook/>", "its project.qde is not a project but 'CodeBook'"),
    ],
)
def test_what_is_no_project_is_refused_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data: bytes | str, message: str
) -> None:
    monkeypatch.chdir(write_study(tmp_path))
    if isinstance(data, bytes):
        Path("x.qdpx").write_bytes(data)
    else:
        with ZipFile("x.qdpx", "w") as archive:
            archive.writestr("project.qde" if data else "readme.txt", data)
    assert run(["import-codings", "x.qdpx"]) == 2
    assert (
        f"x.qdpx{':1' if 'damaged' in message else ''}: this project cannot be read: {message}"
        in capsys.readouterr().err
    )
    assert not Path("sessions").exists()

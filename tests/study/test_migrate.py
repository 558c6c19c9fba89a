"""Sessions on disk are migrated to the codebook: counted first, changed in one step each, and only once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.core.session.commands import AssignCode, AssignProfile, NotePlace, Undo
from codetui.core.session.decide import undo_events
from codetui.formats.codebook.reader import parse_codebook
from codetui.model import Codebook, CodeId, CodingRecoded, MemoTarget, Source, SourceId, Span
from codetui.storage import study_files
from codetui.storage.journal import Journal
from codetui.storage.session_files import SessionPaths
from codetui.storage.sources.corpus import Corpus
from codetui.storage.sources.corpus_sources import CorpusSources
from codetui.study.session.outcome import Saved
from codetui.study.session.session import Session
from codetui.study.sessions import SessionSnapshot, session_snapshots
from testing.paths import ROOT
from testing.studies import ADS, CODEBOOK, write_study

NEW_BOOK = CODEBOOK.replace('version = "7"', 'version = "8"').replace('"TASK1"', '"T1"').replace('"TASK2"', '"T2"')
MAP = """\
from = "{old}"

[codes]
TASK1 = "T1"
TASK2 = ["T1", "T2"]
TOOL1 = ""

[profiles]
1 = "Builder"
"""
NAMES = {name.split("_")[0]: name for name in ADS}


class Study:
    """A study on disk whose codebook is about to change."""

    def __init__(self, folder: Path) -> None:
        write_study(folder)
        self.folder = folder
        self.sessions = folder / "sessions"
        self.codebook = folder / "codebook.toml"
        self.map = folder / "map.toml"
        self.old = self.book()
        self.map.write_text(MAP.format(old=f"7#{self.old.content_hash[:12]}"), encoding="utf-8")

    def book(self) -> Codebook:
        book, _ = parse_codebook(self.codebook.read_text("utf-8"), "codebook.toml")
        assert book is not None
        return book

    def session(self, ad: str, coder: str = "rosa") -> Session:
        found = CorpusSources(Corpus(self.folder / "ads", self.old.corpus)).find(ad)
        assert found is not None or not (self.folder / "ads" / NAMES[ad]).exists()
        found = found or Source(SourceId(ad), "", "", "", "")
        return Session(found, self.book(), SessionPaths(self.sessions, coder), coder)

    def code(self, ad: str, *codes: str, coder: str = "rosa", profile: str = "") -> Session:
        """Create a session in which the words 0 to 4, 5 to 9 … have these codes."""
        session = self.session(ad, coder)
        for number, code in enumerate(codes):
            done = session.execute(AssignCode(Span(5 * number, 5 * number + 4), CodeId(code)))
            assert isinstance(done, Saved), done
        if profile:
            session.execute(AssignProfile(profile, "because"))
        assert session.save_document() is None
        return session

    def change(self, *, keeps: bool = True) -> None:
        """Replace the codebook by the new one."""
        if keeps:
            study_files.keep_codebook(self.sessions, self.codebook.read_text("utf-8"), self.old.content_hash)
        self.codebook.write_text(NEW_BOOK, encoding="utf-8")

    def run(self, *, coder: str | None = None, is_dry: bool = False, old: Path | None = None) -> int:
        options = ["--coder", coder] if coder else []
        options += ["--dry-run"] if is_dry else []
        options += ["--old", str(old)] if old else []
        paths = ["--codebook", str(self.codebook), "--sessions", str(self.sessions)]
        return run(["codebook", "migrate", "--map", str(self.map), *paths, *options])

    def logs(self) -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in self.sessions.rglob("*") if path.is_file()}


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path)


def codes_of(session: Session) -> list[str]:
    return [coding.code for coding in session.state.live()]


def test_a_dry_run_counts_and_changes_nothing(study: Study, capsys: pytest.CaptureFixture[str]) -> None:
    study.code("11", "TASK1", "TASK2", "TASK1", profile="1")
    study.code("12", "TASK1", "TOOL1", coder="ben")
    study.change()
    before = study.logs()
    assert study.run(is_dry=True) == 0
    assert study.logs() == before
    assert capsys.readouterr().out.splitlines() == [
        "7 → 8: 5 codings in 2 ads of 2 coders",
        "  profile 1 → 2                    1 ad",
        "  TASK1 → T1                       3 codings in 2 ads",
        "  TASK2 → T1 or T2                 1 coding in 1 ad, to be decided",
        "  TOOL1 is retired                 1 coding in 1 ad, to be decided",
        "to be decided: 1 coding of TASK2 (split)",
        "to be decided: 1 coding of TOOL1 (retired)",
        "until recoded, these codings keep their code; to keep its name, leave it in the codebook with retired = true",
        "2 sessions would be changed; nothing was (--dry-run)",
    ]


def test_a_code_that_no_codebook_has_is_named(study: Study, capsys: pytest.CaptureFixture[str]) -> None:
    study.code("11", "TASK1", "TASK2")
    study.change()
    study.map.write_text('from = "7"\nto = "8"\n[codes]\nTASK1 = "T1"\nTASKS2 = "T2"\n', "utf-8")
    study.run(is_dry=True)
    output = "".join(capsys.readouterr())
    assert "map.toml:5: warning: no codebook known to the study has the code TASKS2; did you mean TASK2?" in output
    assert "code TASK1;" not in output and "lead to the codebook" not in output


def test_each_session_changes_in_one_transaction_that_one_undo_reverts(study: Study) -> None:
    study.code("11", "TASK1", "TASK2", "TASK1", profile="1")
    study.change()
    assert study.run() == 0
    transactions, problems = Journal(SessionPaths(study.sessions, "rosa").log("11")).read()
    assert not problems
    last = transactions[-1]
    assert (last.cause, last.coder, len(last.events)) == ("migration", "rosa", 3)
    assert last.codebook.startswith("8#") and last.from_name.startswith("7#")
    session = study.session("11")
    assert codes_of(session) == ["T1", "TASK2", "T1"]
    assert (session.state.profile, session.state.reasoning) == ("2", "because")
    session.execute(Undo())
    assert codes_of(session) == ["TASK1", "TASK2", "TASK1"]
    assert session.state.profile == "1"


def test_the_document_has_the_new_codes(study: Study) -> None:
    session = study.code("11", "TASK1", profile="1")
    assert "**TASK1: Lighting:**" in session.document_path.read_text("utf-8")
    study.change()
    study.run()
    text = session.document_path.read_text("utf-8")
    assert "**T1: Lighting:**" in text and "`Builder`" in text
    assert "TASK1" not in text


def test_a_second_run_changes_nothing(study: Study, capsys: pytest.CaptureFixture[str]) -> None:
    study.code("11", "TASK1", "TASK2")
    study.change()
    study.run()
    before = study.logs()
    capsys.readouterr()
    assert study.run() == 0
    assert study.logs() == before
    assert "1 session unchanged, migrated by these rules before" in capsys.readouterr().out


def test_only_one_coder_is_migrated(study: Study) -> None:
    study.code("11", "TASK1")
    study.code("11", "TASK1", coder="ben")
    study.change()
    assert study.run(coder="ben") == 0
    assert codes_of(study.session("11")) == ["TASK1"]
    assert codes_of(study.session("11", "ben")) == ["T1"]


def test_notes_are_migrated(study: Study) -> None:
    session = study.code("11", "TASK1")
    session.execute(NotePlace(MemoTarget(kind="code", id="TASK1"), "seen often"))
    session.save_document()
    study.change()
    study.run()
    assert "**T1: Lighting:** _(seen often)_" in session.document_path.read_text("utf-8")


def test_hand_edits_are_imported_before_a_migration(study: Study, capsys: pytest.CaptureFixture[str]) -> None:
    session = study.code("11", "TASK1")
    path = session.document_path
    text = path.read_text("utf-8")
    path.write_text(text.replace('  - "Keep"', '  - "Keep"\n  - "You light the lamp at dusk."'), encoding="utf-8")
    study.change()
    assert study.run(is_dry=True) == 0
    assert "2 codings in 1 ad" in capsys.readouterr().out
    assert study.run() == 0
    assert "1 document imported first: edited by hand" in capsys.readouterr().out
    assert codes_of(study.session("11")) == ["T1", "T1"]
    text = path.read_text("utf-8")
    assert text.count("**T1: Lighting:**") == 1 and '"You light the lamp at dusk."' in text


def test_a_document_without_its_log_is_migrated(study: Study) -> None:
    session = study.code("11", "TASK1")
    for path in (study.sessions / "rosa" / "events").iterdir():
        path.unlink()
    study.change()
    assert study.run() == 0
    assert codes_of(study.session("11")) == ["T1"]
    assert "**T1: Lighting:**" in session.document_path.read_text("utf-8")


def test_a_session_without_its_ad_is_migrated(study: Study) -> None:
    study.code("11", "TASK1")
    study.change()
    (study.folder / "ads" / "11_shore_company.txt").unlink()
    assert study.run() == 0
    session = study.session("11")
    assert codes_of(session) == ["T1"]
    assert all(coding.anchor for coding in session.state.live())


def test_sessions_without_affected_codings_are_not_touched(study: Study) -> None:
    study.code("12", "TOOL1")
    study.change()
    before = study.logs()
    assert study.run() == 0
    assert {path: data for path, data in study.logs().items() if path in before} == before


def test_a_session_that_cannot_be_written_is_reported_and_the_others_are_migrated(
    study: Study, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    study.code("11", "TASK1")
    study.code("12", "TASK1")
    study.change()
    whole = Journal.append

    def broken(self: Journal, transaction: object) -> None:
        if self.path.stem == "11":
            raise OSError(28, "No space left on device")
        whole(self, transaction)  # type: ignore[arg-type]

    monkeypatch.setattr(Journal, "append", broken)
    assert study.run() == 1
    monkeypatch.undo()
    message = capsys.readouterr()
    assert "rosa/11: error: this session is unchanged" in message.err and "No space" in message.err
    assert codes_of(study.session("11")) == ["TASK1"]
    assert codes_of(study.session("12")) == ["T1"]


def test_the_new_book_is_kept_from_now_on(study: Study) -> None:
    study.code("11", "TASK1")
    study.change()
    study.run()
    assert study_files.kept_codebook(study.sessions, study.book().content_hash) == NEW_BOOK


def test_an_old_book_that_was_not_kept_may_be_given(study: Study, tmp_path: Path) -> None:
    old = tmp_path / "old.toml"
    old.write_text(CODEBOOK, encoding="utf-8")
    study.map.write_text('[profiles]\nKeeper = ""\n', encoding="utf-8")
    study.code("11", "TASK1", profile="1")
    study.change(keeps=False)
    study.codebook.write_text(NEW_BOOK.replace('name = "Keeper"', 'name = "Guard"'), encoding="utf-8")
    assert study.run(old=old) == 0
    assert study.session("11").state.profile == "Keeper"
    assert study_files.kept_codebook(study.sessions, study.old.content_hash) == CODEBOOK


def test_unreviewed_rules_are_only_counted(study: Study, capsys: pytest.CaptureFixture[str]) -> None:
    study.code("11", "TASK1")
    study.change()
    study.map.write_text("checked = false\n" + study.map.read_text("utf-8"), encoding="utf-8")
    before = study.logs()
    assert study.run(is_dry=True) == 0
    assert study.run() == 2
    assert "set checked = true" in capsys.readouterr().err
    assert study.logs() == before


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[codes]\nTASK1 = "T9"\n', "map.toml:2: error"),
        ("[codes\n", "not valid TOML"),
        (None, "codetui codebook propose"),
    ],
)
def test_invalid_rules_change_nothing(
    study: Study, capsys: pytest.CaptureFixture[str], text: str | None, message: str
) -> None:
    study.code("11", "TASK1")
    study.change()
    if text is None:
        study.map.unlink()
    else:
        study.map.write_text(text, encoding="utf-8")
    before = study.logs()
    assert study.run() == 2
    assert message in capsys.readouterr().err
    assert study.logs() == before


REAL_MAP = """\
[profiles]
"Core GenAI Engineer" = "GenAI Engineer"
3 = ""

[codes]
1.A.1 = "TASK4"
1.A.2 = "TASK5"
1.B.1 = ["TASK2", "TASK3"]
1.B.2 = "TASK3"
1.B.3 = "TASK2"
1.C.1 = "TASK1"
2.1 = "TECH1"
2.3 = "TECH3"
3.1 = "SKILL1"
"""


def test_real_codings_are_migrated_and_reverted_without_loss(shared: Path, tmp_path: Path) -> None:
    old, new = Path("examples/pilot/codebook.toml"), Path("codebook.toml")
    folder = tmp_path / "sessions" / "anna"
    shutil.copytree(shared / "pilot" / "codings", folder)
    map_file = tmp_path / "map.toml"
    map_file.write_text(REAL_MAP, encoding="utf-8")
    ads = shared / "pilot" / "ads.csv"

    def found(book: Path) -> list[SessionSnapshot]:
        read, _ = parse_codebook((ROOT / book).read_text("utf-8"), "")
        assert read is not None
        return list(session_snapshots(tmp_path / "sessions", read, None, CorpusSources(Corpus(ads, read.corpus))))

    before = {record.source.id: record.state for record in found(old)}
    paths = ["--codebook", str(ROOT / new), "--sessions", str(tmp_path / "sessions"), "--corpus", str(ads)]
    assert run(["codebook", "migrate", "--map", str(map_file), "--old", str(ROOT / old), *paths]) == 0
    after = {record.source.id: record.state for record in found(new)}
    assert before.keys() == after.keys() and len(after) == 5
    for ad, state in after.items():
        assert [(coding.words, coding.note) for coding in state.live()] == [
            (coding.words, coding.note) for coding in before[ad].live()
        ]
        codes = {coding.code for coding in state.live()}
        assert not codes & {"1.A.1", "1.A.2", "1.B.2", "1.B.3", "1.C.1", "2.1", "2.3", "3.1"}
        assert state.done_steps is not None and state.done_steps.newest.cause == "migration"
        undone = undo_events(state.done_steps.newest)
        assert {event.code for event in undone if isinstance(event, CodingRecoded)} <= {
            coding.code for coding in before[ad].live()
        }

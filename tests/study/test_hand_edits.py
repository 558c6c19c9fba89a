"""Hand edits of the document are imported as events, while the session is closed and while it is open."""

from __future__ import annotations

from pathlib import Path

import pytest

from codetui.core.session.commands import AssignCode, AssignProfile, NoteCoding, Undo
from codetui.model import Code, Codebook, CodeId, Group, Profile, Section, Source, SourceId, Span, Transaction
from codetui.storage import fs
from codetui.storage.journal import Journal
from codetui.storage.session_files import SessionPaths
from codetui.study.session.session import Session

TEXT = (
    "Keeper of the light\n\nYou light the lamp at dusk. You watch the sea until dawn. You polish the mirrors.\n"
    "You write the log in ink. Experience with a sextant and a barometer."
)
AD = Source(SourceId("7"), "Shore", "Keeper", TEXT, "ads.csv", 2)
BOOK = Codebook(
    title="Lighthouses",
    version="3",
    profiles=(Profile(id="1", name="Keeper"), Profile(id="2", name="Builder")),
    sections=(
        Section(id="tasks", title="Job Task Analysis", key="1"),
        Section(id="tools", title="Tools", holds="terms", key="2"),
    ),
    groups=(Group(id="A", section="tasks", title="Core"), Group(id="B", section="tasks", title="Beside")),
    codes=(
        Code(id=CodeId("T1"), name="Light", section="tasks", group="A", key="1"),
        Code(id=CodeId("T2"), name="Watch", section="tasks", group="A", key="2"),
        Code(id=CodeId("T3"), name="Write", section="tasks", group="B", key="3"),
        Code(id=CodeId("I1"), name="Instruments", section="tools", key="1"),
    ),
    content_hash="abc",
)
LAMP, SEA, MIRRORS = "You light the lamp at dusk.", "You watch the sea until dawn.", "You polish the mirrors."
INK = "You write the log in ink."


def opened(root: Path, text: str = TEXT) -> Session:
    return Session(
        Source(AD.id, AD.employer, AD.title, text, AD.file, AD.line), BOOK, SessionPaths(root, "rosa"), "rosa"
    )


def code(session: Session, words: str, code_id: str = "T1") -> None:
    start = session.source.text.index(words)
    session.execute(AssignCode(Span(start, start + len(words)), CodeId(code_id)))


def begun(root: Path) -> Session:
    """Return a session with two quotations, a term, profile and reasoning, and its document written."""
    session = opened(root)
    code(session, LAMP)
    code(session, SEA, "T2")
    code(session, "sextant", "I1")
    session.execute(AssignProfile("1", "The lamp decides."))
    assert session.save_document() is None
    return session


def document_of(root: Path) -> Path:
    return root / "rosa" / "analysis_job_7_shore.md"


def edit(root: Path, old: str, new: str) -> str:
    path = document_of(root)
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8", newline="")
    return path.read_text("utf-8")


def log_of(root: Path) -> list[Transaction]:
    return Journal(root / "rosa" / "events" / "7.jsonl").read()[0]


def words_of(session: Session) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for coding in session.state.live():
        found.setdefault(coding.code, []).append((coding.words, coding.note))
    return found


EDITS = {
    "added": (f'  - "{LAMP}"\n', f'  - "{LAMP}"\n  - "{MIRRORS}"\n', {"T1": [(LAMP, ""), (MIRRORS, "")]}),
    "added under a new code": (
        "\n---\n\n## 2.",
        f'\n### Beside\n\n- **T3: Write:**\n  - "{INK}"\n\n---\n\n## 2.',
        {"T3": [(INK, "")]},
    ),
    "noted": (f'"{LAMP}"', f'"{LAMP}" (at dusk)', {"T1": [(LAMP, "at dusk")]}),
    "other words": (f'"{LAMP}"', '"light the lamp"', {"T1": [("light the lamp", "")]}),
    "removed": (f'- **T2: Watch:**\n  - "{SEA}"\n', "", {"T2": []}),
    "under another code": (
        f'- **T2: Watch:**\n  - "{SEA}"\n',
        f'  - "{SEA}"\n',
        {"T2": [], "T1": [(LAMP, ""), (SEA, "")]},
    ),
    "a term": (
        "  - `sextant`\n",
        "  - `sextant`\n  - `barometer` (brass)\n",
        {"I1": [("sextant", ""), ("barometer", "brass")]},
    ),
}


@pytest.mark.parametrize("is_open", [False, True], ids=["while closed", "while open"])
@pytest.mark.parametrize("name", EDITS)
def test_a_hand_edited_entry_is_imported_and_can_be_undone(tmp_path: Path, name: str, is_open: bool) -> None:
    old, new, expected = EDITS[name]
    session = begun(tmp_path)
    before, text_before = words_of(session), document_of(tmp_path).read_text("utf-8")
    text = edit(tmp_path, old, new)
    if is_open:
        taken = session.pull()
    else:
        session = opened(tmp_path)
        taken = session.initial_pull
    assert taken is not None and "by hand" in taken.message
    after = words_of(session)
    assert {code_id: after.get(code_id, []) for code_id in expected} == expected
    assert {k: v for k, v in after.items() if k not in expected} == {
        k: v for k, v in before.items() if k not in expected
    }
    assert all(coding.anchor is not None for coding in session.state.live())
    assert (log_of(tmp_path)[-1].cause, log_of(tmp_path)[-1].coder) == ("edit", "rosa")
    session.save_document()
    assert document_of(tmp_path).read_text("utf-8") == text
    session.execute(Undo())
    session.save_document()
    assert words_of(session) == before
    assert document_of(tmp_path).read_text("utf-8") == text_before
    assert opened(tmp_path).initial_pull is None


def test_profile_and_reasoning_are_imported(tmp_path: Path) -> None:
    begun(tmp_path)
    edit(tmp_path, "`Keeper`", "`Builder`")
    edit(tmp_path, "The lamp decides.", "The *tower* decides.")
    session = opened(tmp_path)
    assert (session.state.profile, session.state.reasoning) == ("2", "The *tower* decides.")


def test_lines_not_understood_stay_in_place_while_coding_continues(tmp_path: Path) -> None:
    session = begun(tmp_path)
    table = "| a | table |\n|---|---|\n| of | mine |\n"
    edit(tmp_path, "### Core\n\n", f"### Core\n\n{table}\nAnd a remark of mine.\n\n")
    taken = session.pull()
    assert taken is not None
    assert any("text that is no part" in problem.message or "not" in problem.message for problem in taken.problems)
    code(session, MIRRORS)
    session.save_document()
    text = document_of(tmp_path).read_text("utf-8")
    assert table in text and "And a remark of mine." in text
    assert text.index("### Core") < text.index(table) < text.index("remark") < text.index(LAMP) < text.index(MIRRORS)


def test_concurrent_hand_edits_and_commands_are_both_kept(tmp_path: Path) -> None:
    session = begun(tmp_path)
    code(session, MIRRORS)
    session.execute(NoteCoding(session.state.live()[0].id, "by keys"))
    edit(tmp_path, f'"{SEA}"', f'"{SEA}" (by hand)')
    edit(tmp_path, "  - `sextant`\n", "  - `sextant`\n  - `barometer`\n")
    assert session.save_document() is not None
    assert session.pull() is not None
    assert session.save_document() is None
    assert words_of(session) == {
        "T1": [(LAMP, "by keys"), (MIRRORS, "")],
        "T2": [(SEA, "by hand")],
        "I1": [("sextant", ""), ("barometer", "")],
    }
    text = document_of(tmp_path).read_text("utf-8")
    assert all(words in text for words in (MIRRORS, "(by keys)", "(by hand)", "`barometer`"))
    assert words_of(opened(tmp_path)) == words_of(session)


def test_two_changes_of_one_entry_are_both_kept_and_reported(tmp_path: Path) -> None:
    session = begun(tmp_path)
    session.execute(NoteCoding(session.state.live()[0].id, "by keys"))
    edit(tmp_path, f'"{LAMP}"', f'"{LAMP}" (by hand)')
    taken = session.pull()
    assert taken is not None and any(
        "in the document and in the session" in problem.message for problem in taken.problems
    )
    note = session.state.live()[0].note
    assert "by keys" in note and "by hand" in note


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda text: text[: len(text) // 2], "only a part of"),
        (lambda text: text.rstrip("\n")[:-3], "only a part of"),
        (
            lambda text: text.replace("### Core", "<<<<<<< mine\n### Core\n=======\n### Cores\n>>>>>>> theirs"),
            "conflict",
        ),
        (lambda text: text.partition("\n")[2], "heading"),
    ],
    ids=["half", "last line cut", "conflict marks", "no heading"],
)
@pytest.mark.parametrize("is_open", [False, True], ids=["while closed", "while open"])
def test_a_damaged_document_changes_nothing_and_is_not_overwritten(
    tmp_path: Path, harm: object, words: str, is_open: bool
) -> None:
    session = begun(tmp_path)
    before, whole = words_of(session), document_of(tmp_path).read_text("utf-8")
    harmed = harm(whole)  # type: ignore[operator]
    document_of(tmp_path).write_text(harmed, "utf-8", newline="")
    if is_open:
        taken = session.pull()
    else:
        session = opened(tmp_path)
        taken = session.initial_pull
    assert taken is not None and words in taken.message
    assert words_of(session) == before
    code(session, MIRRORS)
    problem = session.save_document()
    assert problem is not None and words in problem.message
    assert document_of(tmp_path).read_text("utf-8") == harmed
    again = opened(tmp_path)
    assert (MIRRORS, "") in words_of(again)["T1"]
    # Mended by hand, it is taken over as if nothing had been.
    document_of(tmp_path).write_text(whole, "utf-8", newline="")
    again.pull()
    again.save_document()
    assert MIRRORS in document_of(tmp_path).read_text("utf-8")


def test_a_document_whose_heading_names_another_ad_is_ignored(tmp_path: Path) -> None:
    session = begun(tmp_path)
    before = words_of(session)
    text = edit(tmp_path, "Job Ad #7", "Job Ad #8")
    taken = session.pull()
    assert taken is not None and "ad 8" in taken.message
    again = opened(tmp_path)
    again.save_document()
    assert document_of(tmp_path).read_text("utf-8") == text
    assert words_of(again) == before
    assert len(list((tmp_path / "rosa").glob("*.md"))) == 2


def test_a_damaged_document_is_replaced_on_request_and_a_copy_is_kept(tmp_path: Path) -> None:
    session = begun(tmp_path)
    whole = document_of(tmp_path).read_text("utf-8")
    document_of(tmp_path).write_text(whole[:200], "utf-8", newline="")
    session.pull()
    session.save_document(is_forced=True)
    assert document_of(tmp_path).read_text("utf-8") == whole
    kept = [path.read_text("utf-8") for path in (tmp_path / "rosa" / "events").glob("*.kept-*")]
    assert kept == [whole[:200]]


@pytest.mark.parametrize("is_open", [False, True], ids=["while closed", "while open"])
@pytest.mark.parametrize("is_deleted", [True, False], ids=["deleted", "emptied"])
def test_a_deleted_or_emptied_document_is_restored(tmp_path: Path, is_deleted: bool, is_open: bool) -> None:
    session = begun(tmp_path)
    whole, before = document_of(tmp_path).read_text("utf-8"), words_of(session)
    document_of(tmp_path).unlink() if is_deleted else document_of(tmp_path).write_text("")
    taken = session.pull() if is_open else (session := opened(tmp_path)).initial_pull
    assert taken is not None and "written again" in taken.message
    assert session.has_unsaved_document
    session.save_document()
    assert document_of(tmp_path).read_text("utf-8") == whole
    assert words_of(session) == before


def test_an_unread_save_of_an_editor_is_not_overwritten(tmp_path: Path) -> None:
    session = begun(tmp_path)
    code(session, MIRRORS)
    text = edit(tmp_path, f'"{LAMP}"', f'"{LAMP}" (by hand)')
    problem = session.save_document()
    assert problem is not None and problem.severity == "warning"
    assert document_of(tmp_path).read_text("utf-8") == text
    session.pull()
    assert session.save_document() is None
    assert words_of(session)["T1"] == [(LAMP, "by hand"), (MIRRORS, "")]


def test_a_failed_import_on_a_full_disk_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = begun(tmp_path)
    before = words_of(session)
    edit(tmp_path, f'"{LAMP}"', f'"{LAMP}" (by hand)')

    def refuse(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(fs, "append", refuse)
        taken = session.pull()
        assert taken is not None and "NOT SAVED" in taken.message
        assert words_of(session) == before
    session.pull()
    assert words_of(session)["T1"] == [(LAMP, "by hand")]


def test_steps_lost_from_the_log_are_imported_from_the_document(tmp_path: Path) -> None:
    session = begun(tmp_path)
    expected = words_of(session)
    log = tmp_path / "rosa" / "events" / "7.jsonl"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:1]))
    again = opened(tmp_path)
    assert words_of(again) == expected
    assert (again.state.profile, again.state.reasoning) == ("1", "The lamp decides.")
    again.save_document()
    assert words_of(opened(tmp_path)) == expected

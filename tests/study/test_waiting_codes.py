"""Codings whose code is not in the codebook keep its old name, kind and section, and get it once it is there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.core.session.commands import AssignCode, Undo
from codetui.model import CodeId, Span
from codetui.study.session.outcome import Saved
from codetui.study.study import Study

TEXT = "Gärtner\n\nSie gießen die Rosen. You prune the hedge with a saw and a rake. You greet guests.\n"
HEAD = 'title = "Garden"\nversion = "{}"\nlabel = "{}"\n'
TASKS = '[[section]]\nid = "tasks"\ntitle = "Tasks"\nkey = "1"\n'
TOOLS = '[[section]]\nid = "tools"\ntitle = "Tools"\nholds = "terms"\nkey = "2"\n'
SKILLS = '[[section]]\nid = "skills"\ntitle = "Skills"\nkey = "3"\n'
GROUP = '[[group]]\nid = "edges"\nsection = "tools"\ntitle = "Sharp things"\n'
DOCUMENT = """# Manual Coding Analysis: Job Ad #4 (Hof)

This document contains the manual coding for the "Gärtner" position at Hof.

---

## 1. Tasks

- **A1. Watering:**
  - "Sie gießen die Rosen."

---

## 2. Tools

- **B1. Saws:** _(for hedges)_
  - `saw`
- **B2. Rakes:**
  - `rake`

---

## 3. Skills

- **C1. Manners:**
  - "You greet guests."
"""


def code(id_: str, name: str, section: str, group: str = "") -> str:
    """Return the table of a code."""
    return f'[[code]]\nid = "{id_}"\nname = "{name}"\nsection = "{section}"\n' + (
        f'group = "{group}"\n' if group else ""
    )


OLD_CODES = (code("A1", "Watering", "tasks"), code("B1", "Saws", "tools"), code("C1", "Manners", "skills"))


def book(version: str, *parts: str, label: str = "{id}. {name}") -> str:
    """Return the text of a codebook."""
    return "\n".join([HEAD.format(version, label), *parts])


OLD = book("v1", TASKS, TOOLS, SKILLS, *OLD_CODES)


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a study with one document, in which B2 is unknown."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ads").mkdir()
    (tmp_path / "ads" / "4_hof.txt").write_text(TEXT, "utf-8")
    (tmp_path / "in.md").write_text(DOCUMENT, "utf-8")
    use(tmp_path, OLD)
    assert run(["import", "in.md", "--coder", "ida"]) == 0
    return tmp_path


def use(study: Path, text: str) -> None:
    (study / "codebook.toml").write_text(text, "utf-8")


def migrate(study: Path, new: str, rules: str, *options: str) -> int:
    use(study, new)
    (study / "map.toml").write_text(rules, "utf-8")
    return run(["codebook", "migrate", "--map", "map.toml", *options])


def rows(study: Path) -> list[tuple[str, ...]]:
    """Return section, group, id and name of each exported coding, with its words."""
    assert run(["export", "--format", "jsonl", "-o", "rows.jsonl", "--force"]) == 0
    found = [json.loads(line) for line in (study / "rows.jsonl").read_text("utf-8").splitlines()]
    return [tuple(row[one] for one in ("section", "group", "code_id", "code_name", "words")) for row in found]


def reopened(study: Path) -> str:
    """Open and save the session; return the document from its first section on."""
    with Study.open(study).session("4", "ida"):
        pass
    return sections(next((study / "sessions" / "ida").glob("*.md")).read_text("utf-8"))


def sections(text: str) -> str:
    return re.sub(r"\n*---\n*", "\n\n", text[text.index("## 1.") :])


OTHERS = (code("X1", "Planting", "tasks"), code("Y1", "Engines", "tools"), code("C1", "Manners", "skills"))
RETIRED = '[codes]\n"A1" = ""\n"B1" = ""\n'


def test_pending_codings_keep_name_kind_and_section(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert migrate(study, book("v2", TASKS, TOOLS, SKILLS, *OTHERS), RETIRED) == 0
    assert sections(next((study / "sessions" / "ida").glob("*.md")).read_text("utf-8")) == sections(DOCUMENT)
    assert reopened(study) == sections(DOCUMENT)
    assert rows(study) == [
        ("Tasks", "", "A1", "Watering", "Sie gießen die Rosen."),
        ("Tools", "", "B1", "Saws", "saw"),
        ("Tools", "", "B2. Rakes", "", "rake"),
        ("Skills", "", "C1", "Manners", "You greet guests."),
    ]
    capsys.readouterr()
    assert run(["check"]) == 0
    assert "older than the log" not in capsys.readouterr().out


def test_a_document_with_pending_codes_is_read_back(study: Path) -> None:
    assert migrate(study, book("v2", TASKS, TOOLS, SKILLS, *OTHERS), RETIRED) == 0
    path = next((study / "sessions" / "ida").glob("*.md"))
    text = path.read_text("utf-8").replace("  - `saw`\n", "  - `saw`\n  - `hedge`\n")
    path.write_text(text, "utf-8")
    assert ("Tools", "", "B1", "Saws", "hedge") in rows(study)
    assert reopened(study) == sections(text)
    assert [row[2] for row in rows(study)] == ["A1", "B1", "B1", "B2. Rakes", "C1"]


def test_a_hand_edited_codebook_is_handled_alike(study: Path) -> None:
    use(study, book("v2", TASKS, TOOLS, SKILLS, *OTHERS))
    assert reopened(study) == sections(DOCUMENT)


def test_removed_sections_and_groups_stay_in_documents(study: Path) -> None:
    grouped = (code("B1", "Saws", "tools", "edges"), code("B2", "Rakes", "tools", "edges"), OLD_CODES[2])
    use(study, book("v1b", TASKS, TOOLS, SKILLS, GROUP, OLD_CODES[0], *grouped))
    reopened(study)
    assert migrate(study, book("v2", TASKS, SKILLS, code("C1", "Manners", "skills")), RETIRED) == 0
    text = reopened(study)
    assert text.endswith(
        "## 3. Tools\n\n### Sharp things\n\n- **B1. Saws:** _(for hedges)_\n  - `saw`\n- **B2. Rakes:**\n  - `rake`\n"
    )
    tools = [("B1", "Saws", "saw"), ("B2", "Rakes", "rake")]
    assert rows(study)[-2:] == [("Tools", "Sharp things", *one) for one in tools]
    assert reopened(study) == text


def test_a_renamed_section_keeps_its_pending_codes(study: Path) -> None:
    new = book("v2", TASKS, TOOLS.replace('"tools"', '"kit"').replace('"Tools"', '"Equipment"'), SKILLS)
    new += code("K1", "Engines", "kit") + code("C1", "Manners", "skills")
    assert migrate(study, new, f'{RETIRED}[sections]\n"tools" = "kit"\n') == 0
    assert "## 2. Equipment\n\n- **B1. Saws:** _(for hedges)_\n  - `saw`\n" in reopened(study)


def test_a_section_of_another_kind_with_the_same_id_is_a_different_section(study: Path) -> None:
    new = book("v2", TASKS, TOOLS.replace('"terms"', '"quotations"').replace('"Tools"', '"Attitude"'), SKILLS)
    assert migrate(study, new + code("C1", "Manners", "skills"), RETIRED) == 0
    assert "## 4. Tools\n\n- **B1. Saws:** _(for hedges)_\n  - `saw`\n" in reopened(study)
    assert ("Tools", "", "B1", "Saws", "saw") in rows(study)


def test_codings_of_a_reused_id_are_pending_under_the_old_name(study: Path) -> None:
    split = (code("A1", "Singing", "tasks"), code("A2", "Hosing", "tasks"), code("A3", "Cans", "tasks"), *OLD_CODES[1:])
    assert migrate(study, book("v2", TASKS, TOOLS, SKILLS, *split), 'from = "v1"\n[codes]\n"A1" = ["A2", "A3"]\n') == 0
    assert rows(study)[0] == ("Tasks", "", "A1?", "Watering", "Sie gießen die Rosen.")
    text = reopened(study)
    assert "- **A1?: Watering (waits: A1 of an earlier codebook):**\n" in text
    path = next((study / "sessions" / "ida").glob("*.md"))
    path.write_text(path.read_text("utf-8").replace("**B1. Saws:**", "**B1. Saws:** _(and axes)_", 1), "utf-8")
    assert rows(study)[0][2:4] == ("A1?", "Watering")
    use(study, book("v3", TASKS, TOOLS, SKILLS, *(one.replace("Singing", "Songs") for one in split)))
    assert rows(study)[0][2:4] == ("A1?", "Watering")


def test_a_name_reused_by_another_code_is_not_a_recoding(study: Path) -> None:
    reopened(study)
    new = (code("N1", "Watering", "tasks"), code("N2", "Saws", "tools"), code("C1", "Manners", "skills"))
    assert migrate(study, book("v2", TASKS, TOOLS, SKILLS, *new, label="{name}"), RETIRED) == 0
    assert [row[2:4] for row in rows(study)] == [
        ("A1", "Watering"),
        ("B1", "Saws"),
        ("B2. Rakes", ""),
        ("C1", "Manners"),
    ]
    text = reopened(study)
    assert reopened(study) == text
    assert [row[2] for row in rows(study)] == ["A1", "B1", "B2. Rakes", "C1"]


def test_names_survive_two_migrations(study: Path) -> None:
    assert migrate(study, book("v2", TASKS, TOOLS, SKILLS, *OTHERS), RETIRED) == 0
    third = book("v3", TASKS, TOOLS, SKILLS, code("Z1", "Mowing", "tasks"), OTHERS[2])
    assert migrate(study, third, '[codes]\n"X1" = "Z1"\n"Y1" = ""\n') == 0
    assert [row[3] for row in rows(study)[:2]] == ["Watering", "Saws"]
    assert reopened(study) == sections(DOCUMENT)


def test_an_unknown_code_is_recognized_once_the_book_has_it(study: Path) -> None:
    log = next((study / "sessions" / "ida" / "events").glob("*.jsonl"))
    use(study, book("v1b", TASKS, TOOLS, SKILLS, *OLD_CODES, code("B2", "Rakes", "tools")))
    assert rows(study)[-1] == ("Tools", "", "B2", "Rakes", "rake")
    assert len(log.read_bytes().splitlines()) == 1, "reading wrote to the log"
    with Study.open(study).session("4", "ida") as session:
        assert [coding.words for coding in session.state.of_code(CodeId("B2"))] == ["rake"]
        assert isinstance(session.execute(AssignCode(Span(0, 7), CodeId("C1"))), Saved)
        session.execute(Undo())
        assert session.state.of_code(CodeId("B2"))
    assert len(log.read_bytes().splitlines()) == 4
    assert reopened(study) == sections(DOCUMENT)
    assert len(log.read_bytes().splitlines()) == 4, "it was recognized twice"


def test_notes_on_an_unknown_code_move_with_it(study: Path) -> None:
    path = next((study / "sessions" / "ida").glob("*.md"))
    path.write_text(path.read_text("utf-8").replace("**B2. Rakes:**", "**B2. Rakes:** _(in autumn)_"), "utf-8")
    reopened(study)
    use(study, book("v1b", TASKS, TOOLS, SKILLS, *OLD_CODES, code("B2", "Rakes and forks", "tools")))
    assert rows(study)[-1][2] == "B2. Rakes", "another name is another code"
    use(study, book("v1b", TASKS, TOOLS, SKILLS, *OLD_CODES, code("B2", "Rakes", "tools")))
    assert "- **B2. Rakes:** _(in autumn)_\n  - `rake`\n" in reopened(study)
    assert run(["export", "--format", "jsonl", "--what", "notes", "-o", "notes.jsonl"]) == 0
    notes = [json.loads(line) for line in (study / "notes.jsonl").read_text("utf-8").splitlines()]
    assert [(note["code_id"], note["note"]) for note in notes] == [("B1", "for hedges"), ("B2", "in autumn")]


def test_a_code_is_recognized_in_the_open_session(study: Path) -> None:
    with Study.open(study).session("4", "ida") as session:
        use(study, book("v1b", TASKS, TOOLS, SKILLS, *OLD_CODES, code("B2", "Rakes", "tools")))
        session.use(Study.open(study).codebook)
        session.recognize_codes()
        assert session.state.of_code(CodeId("B2"))


def test_migrating_reports_the_written_documents(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = book("v2", TASKS.replace('"Tasks"', '"Duties"'), TOOLS, SKILLS, *OTHERS)
    capsys.readouterr()
    assert migrate(study, new, RETIRED, "--dry-run") == 0
    expected = "0 sessions would be changed, 1 document rewritten with new labels; nothing was (--dry-run)"
    assert capsys.readouterr().out.splitlines()[-1] == expected
    assert migrate(study, new, RETIRED) == 0
    expected = "0 sessions changed, 1 document rewritten with new labels"
    assert capsys.readouterr().out.splitlines()[-1] == expected
    assert "## 1. Duties\n\n- **A1. Watering:**\n" in reopened(study)

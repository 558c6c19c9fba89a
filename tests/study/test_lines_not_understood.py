"""A line that was not understood keeps its coding; many codings are never removed without a question."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_hand_edits import INK, LAMP, MIRRORS, SEA, TEXT, begun, code, document_of, edit, opened, words_of

from codetui.core.session.commands import MoveBoundary, NoteCoding
from codetui.model import Span
from codetui.study.session.outcome import PullKind
from codetui.study.session.session import Session
from testing.studies import write_study
from tests.golden.record import run_in_process

PHRASES = ("You light", "the lamp", "at dusk", "You watch", "the sea", "dawn")
LINES = [
    f'  - [x] "{LAMP}"',
    f'  - TODO "{LAMP}"',
    f'  - ~~"{LAMP}"~~',
    f"  - ~~{LAMP}~~",
    f'  - p. 12: "{LAMP}"',
    f"  - {LAMP}",
    f"  - '{LAMP}'",
    f"  - «{LAMP}»",
    f"  - [{LAMP}](https://example.org)",
    f'  - "[{LAMP}](https://example.org)"',
    '  - "You light [the lamp](https://example.org "lamp") at dusk."',
    f'  - "[{LAMP}][1]"',
    f'  - "{LAMP}[^1]"',
    f'  - "![{LAMP}](lamp.png)"',
    f"  - \"<a href='https://example.org'>{LAMP}</a>\"",
    f'  - "{LAMP} https://example.org"',
    f"  - “[{LAMP}](https://example.org)”",
    '  - "==You light== the lamp at dusk."',
    f'  - "~~{LAMP}~~"',
    f'  - "**{LAMP}**"',
    f'  - **"{LAMP}"**',
    f"  - {LAMP} <!-- sure? -->",
    f'\u00a0\u00a0- "{LAMP}"',
    f'  -\u00a0"{LAMP}"',
    f'  > "{LAMP}"',
    f'  <!-- "{LAMP}" -->',
    f'  "{LAMP}"',
    f'  | "{LAMP}" |',
]


@pytest.mark.parametrize("line", LINES)
def test_a_line_that_contains_the_words_keeps_the_coding(tmp_path: Path, line: str) -> None:
    session = begun(tmp_path)
    before = words_of(session)
    text = edit(tmp_path, f'  - "{LAMP}"', line)
    session.pull()
    assert words_of(session) == before
    assert session.save_document() is None
    assert line in document_of(tmp_path).read_text("utf-8")
    assert words_of(opened(tmp_path)) == before
    assert text.count(LAMP) <= document_of(tmp_path).read_text("utf-8").count(LAMP)


BELOW_A_LABEL = [
    f'  – "{LAMP}"',
    f"  — “{LAMP}”",
    f'  -"{LAMP}"',
    f'  → "{LAMP}"',
    f'  a) "{LAMP}"',
    f'  □ "{LAMP}"',
    f"  TODO {LAMP}",
    f'  ~ "{LAMP}"',
    f'| "{LAMP}" | yes |',
    f"| {LAMP} |",
]


@pytest.mark.parametrize("line", BELOW_A_LABEL)
def test_a_line_below_a_label_is_not_a_note_on_the_code(tmp_path: Path, line: str) -> None:
    session = begun(tmp_path)
    before = words_of(session)
    edit(tmp_path, f'  - "{LAMP}"', line)
    session.pull()
    assert words_of(session) == before
    assert not [note for note in session.state.notes.values() if note.text]
    assert session.save_document() is None
    assert line in document_of(tmp_path).read_text("utf-8")
    assert words_of(opened(tmp_path)) == before


BOLD = ["**sextant**", "__sextant__", "**sextant:**", "***sextant***", "**sextant** (brass)", "**the sextant**"]


@pytest.mark.parametrize("line", BOLD)
def test_a_term_in_bold_is_not_a_code(tmp_path: Path, line: str) -> None:
    session = begun(tmp_path)
    code(session, "barometer", "I1")
    assert session.save_document() is None
    before = words_of(session)
    edit(tmp_path, "`sextant`", line)
    pulled = session.pull()
    assert pulled is not None and any("sextant" in one.message for one in pulled.problems), pulled.problems
    assert words_of(session) == before
    assert session.save_document() is None
    assert f"  - {line}\n" in document_of(tmp_path).read_text("utf-8")
    assert words_of(opened(tmp_path)) == before


HEADINGS = ["### sextant", "#### **sextant**", "### Tool: the sextant", "## sextant", "# sextant", "sextant\n-------"]


@pytest.mark.parametrize("line", HEADINGS)
def test_a_term_that_became_a_heading_keeps_its_coding(tmp_path: Path, line: str) -> None:
    session = begun(tmp_path)
    before = words_of(session)
    edit(tmp_path, "  - `sextant`", line)
    session.pull()
    assert words_of(session) == before
    assert session.save_document() is None
    assert line in document_of(tmp_path).read_text("utf-8")
    assert words_of(opened(tmp_path)) == before


AROUND = [
    (f'- **T1: Light:**\n  - "{LAMP}"', f'T1: Light\n: "{LAMP}"'),
    ("- **I1: Instruments:**\n  - `sextant`", "- **I1: Instruments:** `sextant`, `barometer`"),
    (f'  - "{LAMP}"', f"**{LAMP}**"),
    (f'  - "{LAMP}"', f"- ({LAMP})"),
    ("  - `sextant`", "**sextant**"),
    ("  - `sextant`", "- _(sextant)_"),
    ("  - `sextant`", "  - `sextant`\n**dawn**"),
    ("  - `sextant`", "- **dawn**\n  - `sextant`"),
    ("  - `sextant`", "  - `sextant`[^1]"),
    (f'  - "{LAMP}"', f'  - "{LAMP}"\n==='),
    (f'  - "{LAMP}"', f'  - "{LAMP}"\n    See the next page.'),
    ("## 2. Tools", "# Another\n\n- **Assigned Profile:** `Builder`\n- **Reasoning:** No.\n\n## 2. Tools"),
]


@pytest.mark.parametrize(("line", "changed"), AROUND)
def test_a_line_never_becomes_a_note_or_a_code_and_its_codings_stay(tmp_path: Path, line: str, changed: str) -> None:
    session = begun(tmp_path)
    before, assessed = words_of(session), (session.state.profile, session.state.reasoning)
    edit(tmp_path, line, changed)
    pulled = session.pull()
    assert pulled is None or pulled.problems
    for one in (session, opened(tmp_path)):
        assert words_of(one) == before and (one.state.profile, one.state.reasoning) == assessed
        assert not [note for note in one.state.notes.values() if note.text]
        assert one.save_document() is None
        assert f"\n{changed}\n" in document_of(tmp_path).read_text("utf-8")


SEVERAL = [
    f'"{LAMP}"; "{MIRRORS}"',
    f'"{LAMP}", "{MIRRORS}"',
    f'"{LAMP}" "{MIRRORS}"',
    f'"{LAMP}" and "{MIRRORS}"',
    f'"{LAMP}" (at night); "{MIRRORS}"',
    f'"{LAMP}" / "{MIRRORS}" (twice)',
    f"“{LAMP}”; “{MIRRORS}”",
    f'"{LAMP} / {MIRRORS}"',
    f"{LAMP}; {MIRRORS}",
    f"`{LAMP}`, `{MIRRORS}`",
]


@pytest.mark.parametrize("line", SEVERAL)
def test_several_entries_on_one_line_keep_their_codings(tmp_path: Path, line: str) -> None:
    session = begun(tmp_path)
    code(session, MIRRORS)
    assert session.save_document() is None
    before = words_of(session)
    edit(tmp_path, f'  - "{LAMP}"\n  - "{MIRRORS}"', f"  - {line}")
    pulled = session.pull()
    assert pulled is not None and pulled.problems
    assert words_of(session) == before
    assert session.save_document() is None
    assert f"  - {line}\n" in document_of(tmp_path).read_text("utf-8")
    assert words_of(opened(tmp_path)) == before


def test_a_new_quotation_beside_a_known_one_does_not_change_it(tmp_path: Path) -> None:
    session = begun(tmp_path)
    before = words_of(session)
    edit(tmp_path, f'"{LAMP}"', f'"{LAMP}"; "{INK}"')
    pulled = session.pull()
    assert pulled is not None and "is read as" in pulled.problems[0].message
    assert words_of(session) == before


def test_a_quotation_that_grows_over_another_one_replaces_it(tmp_path: Path) -> None:
    session = begun(tmp_path)
    code(session, SEA)
    assert session.save_document() is None
    edit(tmp_path, f'  - "{LAMP}"\n  - "{SEA}"', f'  - "{LAMP} {SEA}"')
    session.pull()
    assert words_of(session)["T1"] == [(f"{LAMP} {SEA}", "")]


def test_words_with_quotes_inside_stay_one_quotation(tmp_path: Path) -> None:
    source = 'We say "hi", "bye" and "well". A 19" rack and a 20" screen: "lamp", "oil".'
    session = opened(tmp_path, source)
    for words in (source, 'hi", "bye', 'say "hi", "bye"', 'A 19" rack and a 20" screen', '"lamp", "oil"'):
        code(session, words)
    before = words_of(session)
    assert session.save_document() is None
    edit(tmp_path, "## 1.", "\n## 1.")
    session.pull()
    assert words_of(session) == before


def test_a_link_inside_the_quotes_survives_changes_of_the_session(tmp_path: Path) -> None:
    session = begun(tmp_path)
    linked = f'"[{LAMP}](https://example.org)"'
    edit(tmp_path, f'"{LAMP}"', linked)
    session.pull()
    (coding,) = (each for each in session.state.live() if each.words == LAMP)
    session.execute(NoteCoding(coding.id, "at night"))
    code(session, MIRRORS)
    assert session.save_document() is None
    text = document_of(tmp_path).read_text("utf-8")
    assert f"  - {linked} (at night)\n" in text and f'  - "{MIRRORS}"\n' in text
    assert words_of(opened(tmp_path)) == words_of(session)


def test_a_quotation_without_markup_of_the_ad_is_written_without_it(tmp_path: Path) -> None:
    text = TEXT.replace(LAMP, f"**{LAMP}**")
    session = opened(tmp_path, text)
    code(session, f"**{LAMP}**")
    assert session.save_document() is None
    edit(tmp_path, f'- "**{LAMP}**"', f'*   "**{LAMP}**"')
    session.pull()
    (coding,) = session.state.live()
    start = session.source.text.index(LAMP)
    session.execute(MoveBoundary(coding.id, Span(start, start + len(LAMP))))
    assert session.save_document() is None
    assert f'*   "{LAMP}"\n' in document_of(tmp_path).read_text("utf-8")


def test_an_unreadable_line_of_a_code_keeps_its_codings(tmp_path: Path) -> None:
    session = begun(tmp_path)
    before = words_of(session)
    edit(tmp_path, "- **T2: Watch:**", "- TODO **T2: Watch:** ask Jan")
    pulled = session.pull()
    assert pulled is not None and "is read as the code" in pulled.problems[0].message, pulled.problems
    assert words_of(session) == before


def test_words_under_two_codes_can_be_removed_from_one(tmp_path: Path) -> None:
    session = begun(tmp_path)
    code(session, LAMP, "T2")
    assert session.save_document() is None
    text = document_of(tmp_path).read_text("utf-8")
    head, _, rest = text.partition(f'  - "{LAMP}"\n')
    document_of(tmp_path).write_text(head + rest, "utf-8")
    session.pull()
    assert (LAMP, "") not in words_of(session)["T1"] if "T1" in words_of(session) else True
    assert (LAMP, "") in words_of(session)["T2"]


def many(root: Path) -> Session:
    """Return a session with nine codings, its document written."""
    session = begun(root)
    for words in (MIRRORS, INK, SEA, "barometer"):
        code(session, words, "T3")
    for words in (MIRRORS, INK):
        code(session, words, "T2")
    assert session.save_document() is None
    return session


def without_lines(root: Path, number: int) -> None:
    lines = document_of(root).read_text("utf-8").split("\n")
    entries = [line for line in lines if line.startswith("  - ")]
    kept = [line for line in lines if line not in entries[:number]]
    document_of(root).write_text("\n".join(kept), "utf-8")


def test_many_codings_are_removed_only_on_request(tmp_path: Path) -> None:
    session = many(tmp_path)
    before = words_of(session)
    without_lines(tmp_path, 9)
    session = opened(tmp_path)
    pulled = session.initial_pull
    assert pulled is not None and pulled.kind is PullKind.MUCH_REMOVED
    assert "9 of the 9 codings" in pulled.message
    assert words_of(session) == before
    assert session.save_document() is not None, "the edited document stays as it is"
    accepted = session.accept_removals()
    assert accepted is not None and accepted.kind is PullKind.EDITED
    assert words_of(session) == {}


def test_a_few_codings_are_removed_at_once(tmp_path: Path) -> None:
    session = many(tmp_path)
    without_lines(tmp_path, 1)
    pulled = session.pull()
    assert pulled is not None and pulled.kind is PullKind.EDITED


def test_without_a_screen_many_removals_are_reported_and_not_applied(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study")
    lines = "".join(
        f'  - "{words}"\n' for words in ("You light", "the lamp", "at dusk", "You watch", "the sea", "dawn")
    )
    head = "# Manual Coding Analysis: Job Ad #11 (Shore Company)\n\n## 1. Job Task Analysis\n\n"
    text = f"{head}- **TASK1: Lighting:**\n{lines}\n## 2. Technology & Tool Analysis\n"
    (study / "in.md").write_text(text, "utf-8")
    assert run_in_process(("import", "in.md", "--coder", "rosa"), study, tmp_path).code == 0
    document = next(study.glob("sessions/rosa/*.md"))
    document.write_text(text.replace(lines, ""), "utf-8")
    written = document.read_bytes()
    for argv in (("status",), ("status", "--json"), ("check",), ("export", "--format", "csv", "-o", "-")):
        shown = run_in_process(argv, study, tmp_path)
        assert shown.code == 1, argv
        assert "lacks 6 of the 6 codings" in shown.out + shown.err, argv
    assert run_in_process(("export", "--format", "csv", "-o", "-"), study, tmp_path).out.count("\n") == 7
    assert document.read_bytes() == written

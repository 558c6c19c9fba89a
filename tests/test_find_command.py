"""`codetui find`: its output, its formats, and the examples of its page."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from codetui.cli.main import run
from codetui.core.query.parser import parse_query
from codetui.core.query.query import Query
from codetui.core.query.words import FoldedText, Phrase
from codetui.core.session.commands import AssignCode, NoteCoding
from codetui.formats.codebook.reader import parse_codebook
from codetui.model import Code, CodeId, Group, Span
from codetui.study.session.outcome import Saved
from codetui.study.study import Study
from testing.studies import CODEBOOK, SHORE, write_study

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "find.md").read_text("utf-8")


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = write_study(tmp_path)
    lamp, sea = SHORE.index("light the lamp"), SHORE.index("watch the sea")
    with Study.open(folder).session("11", "anna") as session:
        first = session.execute(AssignCode(Span(lamp, lamp + len("light the lamp at dusk.")), CodeId("TASK1")))
        session.execute(AssignCode(Span(sea, sea + len("watch the sea")), CodeId("TASK2")))
    assert isinstance(first, Saved)
    return folder


class Done(NamedTuple):
    """The outcome of a command line."""

    code: int
    out: str
    err: str


Find = Callable[..., Done]


@pytest.fixture
def find(study: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """Return a function that runs `codetui find` in the study as a coder."""
    monkeypatch.chdir(study)

    def run_find(*arguments: str, coder: str = "anna") -> Done:
        code = run(["find", *arguments, "--coder", coder])
        return Done(code, *capsys.readouterr())

    return run_find


def test_the_examples_of_the_page_print_what_it_shows(find: Find) -> None:
    blocks = re.findall(r"^    \$ codetui find (.*)\n((?:    (?!\$).*\n)*)", PAGE, re.MULTILINE)
    assert len(blocks) == 4
    for arguments, shown in blocks:
        done = find(*(one.strip("'") for one in re.findall(r"'[^']*'|\S+", arguments)))
        assert done.out == re.sub("^    ", "", shown, flags=re.MULTILINE)


def test_all_conditions_of_the_page_are_read() -> None:
    book, _ = parse_codebook(CODEBOOK, "")
    assert book is not None
    more = [Code(id=CodeId(f"TASK{number}"), name=f"Task {number}", section="tasks") for number in (3, 4, 5)]
    group = Group(id="ops", section="tasks", title="Operations")
    book = replace(book, codes=(*book.codes, *more), groups=(group,))
    table = PAGE[PAGE.index("| condition | finds |") : PAGE.index("## What a word is")]
    conditions = [
        one for row in re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE) for one in re.findall(r"`(.*?)`", row)
    ]
    assert len(conditions) > 30
    for condition in conditions:
        assert isinstance(parse_query(condition, book), Query), condition


def test_the_page_on_words_is_right() -> None:
    table = PAGE[PAGE.index("| search | finds |") : PAGE.index("`#` and `++` right")]
    rows = re.findall(r"^\| (`.*?) \| (.*?) \| (.*?) ?\|$", table, re.MULTILINE)
    assert len(rows) == 12
    for searched, found, not_found in rows:
        phrases = [Phrase(one) for one in re.findall(r"`(.*?)`", searched)]
        for text in re.split(r", (?!with)", found):
            assert any(phrase.spans(FoldedText(text.split(", with")[0])) for phrase in phrases), (searched, text)
        for text in filter(None, not_found.split(", ")):
            assert not any(phrase.spans(FoldedText(text)) for phrase in phrases), (searched, text)


def test_json_has_all_fields_and_the_counts(find: Find) -> None:
    done = find("code:TASK1", "--json")
    report = json.loads(done.out)
    (found,) = report["findings"]
    assert report["version"] == 1
    assert (found["ad_id"], found["coder"], found["code_id"]) == ("11", "anna", "TASK1")
    assert SHORE[found["start"] : found["end"]] == found["words"] == "light the lamp at dusk."
    assert report["codes"] == {"TASK1": {"quotations": 1, "ads": 1}}
    assert done.code == 0


def test_csv_has_a_header_and_guards_its_cells(study: Path, find: Find) -> None:
    (study / "ads" / "14_x.txt").write_text("=cmd()\n", "utf-8")
    rows = list(csv.DictReader(io.StringIO(find("cmd", "--csv").out)))
    assert rows[0]["before"] == "'="


def test_nothing_found_is_no_error(find: Find) -> None:
    done = find("submarine")
    assert (done.code, done.out) == (0, "nothing found\n")


def test_a_query_that_cannot_be_read_is_marked(find: Find) -> None:
    done = find("sea code:TSAK1")
    assert done.code == 2
    assert done.err.splitlines()[1:] == ["  sea code:TSAK1", "           ^"]
    assert "column 10" in done.err


def test_a_coder_finds_only_own_quotations(find: Find) -> None:
    assert find("code:TASK1", coder="bob").out == "nothing found\n"
    everybody = find("code:TASK1 coder:anna", "--all-coders", coder="bob")
    assert everybody.out.endswith("1 quotation in 1 ad\n")


def test_a_column_that_no_ad_has_is_reported(find: Find) -> None:
    done = find("sector:bank")
    assert done.out == "nothing found\n"
    assert "no ad has a column “sector”" in done.err


def test_a_regular_expression_that_takes_for_ever_is_ended_and_the_ad_named(study: Path, find: Find) -> None:
    (study / "ads" / "14_x.txt").write_text("a" * 60 + "b\n", "utf-8")
    done = find("/(a+)+$|sea/")
    assert "[sea]" in done.out
    assert "14_x.txt: error: the regular expression took longer than 2 s" in done.err
    assert done.code == 1


def test_a_file_is_not_overwritten_without_force(study: Path, find: Find) -> None:
    assert find("sea", "-o", "out.csv").code == 0
    assert (study / "out.csv").read_text("utf-8").startswith("ad_id,")
    assert find("sea", "-o", "out.csv").code == 2
    assert find("sea", "-o", "out.csv", "--force").code == 0
    assert find("sea", "-o", "codebook.toml", "--force").code == 2


def test_notes_are_searched_and_shown(study: Path, find: Find) -> None:
    with Study.open(study).session("11", "anna") as session:
        session.execute(NoteCoding(session.state.live()[0].id, "ask the keeper"))
    assert find('note:"the keeper"').out.splitlines()[0].endswith("— ask the keeper")

"""Pseudonyms: names go wherever they are, places are right in the new text, and a wrong file is named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codetui.cli.main import run
from codetui.formats.export.protection import PseudonymError, Pseudonyms, parse_pseudonyms
from codetui.model import Anchor
from testing.coders import code_source
from testing.examples import examples
from testing.studies import write_study

TOML = '[people]\n"Fatima Aydin" = "P1"\nFatima = "P1"\n[employers]\n"Shore Company" = "Company A"\n'


@pytest.mark.parametrize(
    ("names", "text", "expected"),
    [
        ({"Anna": "P1"}, "Anna's anna, ANNA, Annabel, (Anna)", "P1's anna, P1, Annabel, (P1)"),
        ({"anna": "P1"}, "Anna's anna, ANNA", "P1's P1, P1"),
        ({"Anna": "P1", "Anna de Vries": "P2"}, "Anna de\nVries saw Anna", "P2\n saw P1"),
        ({"José": "P1"}, "Jose\u0301 and José", "P1 and P1"),
        ({"C++ BV": "Firm"}, "at C++ BV.", "at Firm."),
    ],
)
def test_names_are_replaced_as_whole_words(names: dict[str, str], text: str, expected: str) -> None:
    assert Pseudonyms(names).text(text) == expected


@settings(max_examples=examples(100))
@given(st.lists(st.sampled_from(["Anna", "Bo", " ", "x", "é", "\n"]), max_size=30), st.data())
def test_each_place_has_the_same_words_in_the_new_text(parts: list[str], data: st.DataObject) -> None:
    names = Pseudonyms({"Anna": "P", "Bo": "Somebody Else"})
    text = " ".join(parts)
    new = names.replaced(text)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    anchor = new.anchor(Anchor(text_hash="", start=start, end=end, words=text[start:end]))
    assert new.text == names.text(text)
    assert new.text[anchor.start : anchor.end] == anchor.words
    assert "Anna" not in new.text and "Bo" not in new.text
    edges = {at for found in ("Anna", "Bo") for at in range(len(text)) if text.startswith(found, at)}
    if all(not (at < start < at + 4 or at < end < at + 4) for at in edges):
        assert anchor.words == names.text(text[start:end])


@pytest.mark.parametrize(
    ("text", "file", "line", "words"),
    [
        ('Anna = "P1"\nBo = ""', "a.toml", 2, "belong on this line"),
        ('Anna = "Anna 1"', "a.toml", 1, "contains one of the names"),
        ('J.Smith = "P1"', "a.toml", 1, "put it in quotes"),
        ("Anna = P1", "a.toml", 1, "is not TOML"),
        ("name;pseudonym\nAnna;P1\nAnna;P2\n", "a.csv", 3, "another pseudonym above"),
        ("", "a.csv", 0, "this file has no names"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_its_line(text: str, file: str, line: int, words: str) -> None:
    with pytest.raises(PseudonymError) as error:
        parse_pseudonyms(text, file)
    assert error.value.problems[0].line == line and words in error.value.problems[0].message


@pytest.fixture
def study(tmp_path: Path) -> Path:
    text = "Fatima Aydin works at Shore Company.\nFATIMA lights the lamp for Fatima.\n"
    folder = write_study(tmp_path, {"11_shore_company.txt": text, "12_fatima_aydin.txt": "Nobody coded this."})
    from codetui.study.study import Study

    opened = Study.open(folder)
    code_source(opened, "Fatima", "11", [("TASK1", "lights the lamp"), ("TASK2", "for Fatima")], "1")
    (folder / "names.toml").write_text(TOML, encoding="utf-8")
    return folder


def test_an_export_with_pseudonyms_has_no_name_and_the_places_of_its_own_text(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import json

    common = ("--study", str(study), "--pseudonyms", str(study / "names.toml"))
    for form in ("jsonl", "csv", "markdown"):
        assert run(["export", "--format", form, "-o", "-", *common]) == 0
        out = capsys.readouterr().out
        assert "fatima" not in out.casefold() and "shore" not in out.casefold() and "P1" in out, form
    assert run(["export", "--format", "jsonl", "-o", "-", *common]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    text = "P1 works at Company A.\nP1 lights the lamp for P1.\n"
    assert [text[row["start"] : row["end"]] for row in rows] == ["lights the lamp", "for P1"]
    assert [(row["ad_words"], row["words"], row["coder"]) for row in rows][1] == ("for P1", "for P1", "P1")
    assert run(["export", "-o", str(study / "out"), "--format", "markdown", *common]) == 0
    assert [path.name for path in (study / "out").rglob("*.md")] == ["analysis_job_11_Company_A.md"]


def test_an_export_without_texts_keeps_places_and_codes_and_no_word(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import json

    common = ("export", "--study", str(study), "-o", "-", "--format", "jsonl")
    assert run([*common]) == 0
    whole = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert run([*common, "--no-texts"]) == 0
    out = capsys.readouterr().out
    bare = [json.loads(line) for line in out.splitlines()]
    kept = ("ad_id", "coder", "code_id", "start", "end", "place", "profile", "state")
    assert [[row[name] for name in kept] for row in bare] == [[row[name] for name in kept] for row in whole]
    assert "lamp" not in out and "Because" not in out
    assert run(["export", "--study", str(study), "-o", str(study / "x"), "--format", "markdown", "--no-texts"]) == 2
    assert not (study / "x").exists()

"""Codings in the formats of other programs: what is written is what the readers of these formats read."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.core.session.commands import AssignCode, AssignProfile, Command
from codetui.formats.codebook.reader import parse_codebook
from codetui.formats.codebook.writer import render_codebook
from codetui.formats.codings import read_codings
from codetui.formats.codings.foreign import CodingsFile, ForeignSource
from codetui.model import CodeId, Span
from codetui.study.session.outcome import Saved
from codetui.study.study import Study
from testing.studies import CODEBOOK, write_study

TEXT = "Keeper 🗼 of the light\n\nYou light the lamp\nat dusk. You watch the sea."
CODED = [(7, 8, "TASK2", ""), (23, 50, "TASK1", "every\nevening"), (23, 32, "TASK1", ""), (51, 69, "TOOL1", "")]
"""Spans over a sign beyond 16 bits, a line end, and each other."""

ORDERED = sorted(CODED, key=lambda one: one[:2])


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    """Return a study in which Anna coded ad 21; it is the working folder."""
    monkeypatch.chdir(tmp_path)
    write_study(tmp_path)
    (tmp_path / "ads" / "21_Shore.txt").write_text(TEXT, "utf-8")
    study = Study.open(tmp_path)
    spans = (AssignCode(Span(start, end), CodeId(code), note) for start, end, code, note in CODED)
    code(study, "21", "anna", *spans, AssignProfile("2", "It builds."))
    return study


def code(study: Study, ad: str, coder: str, *commands: Command) -> None:
    with study.session(ad, coder) as session:
        for command in commands:
            assert isinstance(session.execute(command), Saved)


def read(path: Path) -> list[ForeignSource]:
    """Return the sources of a file and of the files beside it."""
    return list(read_codings(CodingsFile(path.name, path.read_bytes(), lambda name: (path.parent / name).read_bytes())))


@pytest.mark.parametrize(
    ("layout", "name"),
    [
        ("gold", "gold.jsonl"),
        ("doccano", "doccano.jsonl"),
        ("label-studio", "label_studio.json"),
        ("brat", "brat/anna/21.ann"),
    ],
)
def test_what_is_written_is_what_is_read(study: Study, layout: str, name: str) -> None:
    assert run(["export", "--format", layout]) == 0
    (source,) = read(Path(name))
    units = [len(TEXT[:at].encode("utf-16-le")) // 2 for at in range(len(TEXT) + 1)]
    at = units if layout == "label-studio" else range(len(TEXT) + 1)
    notes = [" ".join(note.split()) if layout == "brat" else "" for *_, note in ORDERED]
    assert [(one.start, one.end, one.code, one.note) for one in source.codings] == [
        (at[start], at[end], code, note) for (start, end, code, _), note in zip(ORDERED, notes, strict=True)
    ]
    words = [" ".join(TEXT[start:end].split()) if layout == "brat" else TEXT[start:end] for start, end, *_ in ORDERED]
    assert [one.words for one in source.codings] == words
    assert (source.id, source.profile) == ("21", "Builder" if layout in ("gold", "label-studio") else "")
    assert source.coder == ("anna" if layout in ("doccano", "label-studio") else "")

    assert run(["import-codings", name, "--as", "back", "--person"]) == 0
    back = next(one for one in study.sessions() if one.coder == "back")
    places = [(one.anchor.start, one.anchor.end, one.code) for one in back.state.live() if one.anchor]
    assert sorted(places) == sorted((start, end, code) for start, end, code, _ in CODED)


def test_gold_says_which_sources_are_relevant_and_leaves_out_those_without_a_profile(
    study: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    code(study, "11", "anna", AssignCode(Span(0, 6), CodeId("TASK1")))
    code(study, "12", "anna", AssignProfile("1", "It keeps."))
    Path("codebook.toml").write_text(CODEBOOK + '\n[evaluator]\nirrelevant = ["Keeper"]\n', "utf-8")
    assert run(["check"]) == 0
    assert run(["export", "--format", "gold", "-o", "gold.jsonl"]) == 1
    assert "left out: 1 ads without a profile" in capsys.readouterr().err
    lines = [json.loads(line) for line in Path("gold.jsonl").read_text("utf-8").splitlines()]
    assert [(one["doc_id"], one["stage0"]["relevant"], one["stage2"]["label"]) for one in lines] == [
        ("12", False, "Keeper"),
        ("21", True, "Builder"),
    ]
    code(study, "21", "ben", AssignProfile("1", "It keeps."))
    assert run(["export", "--format", "gold", "-o", "-"]) == 2
    assert "name one with --coder: anna, ben" in capsys.readouterr().err


def test_the_codebook_keeps_irrelevant_profiles_and_check_names_unknown_ones() -> None:
    book, problems = parse_codebook(CODEBOOK + '\n[evaluator]\nirrelevant = ["Keeper", "Bilder"]\n', "codebook.toml")
    assert book is not None and book.irrelevant == ("Keeper", "Bilder")
    (problem,) = (one for one in problems if "Bilder" in one.message)
    assert problem.severity == "error" and "Builder" in problem.message
    again, _ = parse_codebook(render_codebook(book), "codebook.toml")
    assert again is not None and again.irrelevant == book.irrelevant


def test_web_annotations_have_the_words_and_the_place(study: Study) -> None:
    assert run(["export", "--format", "web-annotation", "-o", "all.jsonld"]) == 0
    items = json.loads(Path("all.jsonld").read_text("utf-8"))["items"]
    found = [(one["target"]["selector"], one["body"][0]["value"], one["creator"]["name"]) for one in items]
    assert [(quote["exact"], place["start"], place["end"], code, who) for (quote, place), code, who in found] == [
        (TEXT[start:end], start, end, code, "anna") for start, end, code, _ in ORDERED
    ]
    for quote, place in (selector for selector, _, _ in found):
        assert TEXT[: place["start"]].endswith(quote["prefix"]) and TEXT[place["end"] :].startswith(quote["suffix"])


def test_pygamma_gets_a_continuum_for_each_source(study: Study) -> None:
    code(study, "21", "ben", AssignCode(Span(7, 8), CodeId("TASK1")))
    assert run(["export", "--format", "pygamma", "-o", "continua"]) == 0
    (path,) = Path("continua").iterdir()
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8"), newline="")))
    of_anna = [["anna", code, str(start), str(end)] for start, end, code, _ in ORDERED]
    assert rows == [*of_anna, ["ben", "TASK1", "7", "8"]]
    assert run(["export", "--format", "pygamma", "-o", "-"]) == 2

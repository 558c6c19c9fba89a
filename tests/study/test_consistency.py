"""`check` finds what contradicts in samples, sessions and results of adjudication, and is silent while nothing does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from codetui.core.adjudication import Decided
from codetui.core.session.commands import AssignCode, AssignProfile, Command, MarkDone, RecodeCoding, RemoveCoding
from codetui.formats.samples import Release, Sample
from codetui.model import CodeId, CodingAdded, CodingId, Problem, SourceId, Span
from codetui.storage.journal import Journal, encode, fresh_id
from codetui.study.adjudication import Adjudication, AdjudicationRequest
from codetui.study.checker import check_study
from codetui.study.session.outcome import Saved
from codetui.study.study import Study
from testing.coders import code_source
from testing.studies import write_study

LAMP, SEA, MIRRORS = "You light the lamp at dusk.", "You watch the sea until dawn.", "You polish the mirrors"
CODERS = ("anna", "bram", "cleo")


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    """Return a study in which three coders have done two ads, and everything of one ad is settled."""
    monkeypatch.setenv("CODETUI_CODER", "lead")
    study = Study.open(write_study(tmp_path))
    code_source(study, "anna", "11", [("TASK1", LAMP), ("TASK2", SEA)], "1")
    code_source(study, "bram", "11", [("TASK1", LAMP), ("TASK1", SEA)], "1")
    code_source(study, "cleo", "11", [("TASK1", LAMP), ("TASK2", SEA), ("TASK2", MIRRORS)], "1")
    for coder in CODERS:
        code_source(study, coder, "12", [("TASK2", "which ships come in")], "2")
    study.samples.save(
        Sample(name="first", seed=1, coders=CODERS, sources={"11": CODERS, "12": CODERS, "13": ("anna",)}, time="t")
    )
    adjudication = Adjudication(study, AdjudicationRequest(CODERS, seed=3, iou=0.7))
    adjudication.take_over_agreed()
    for item in adjudication.left("11"):
        assert not adjudication.settle("11", item.key, Decided("1"))
    return study


def act(study: Study, coder: str, *commands: Command, source: str = "11") -> None:
    with study.session(source, coder) as session:
        for command in commands:
            assert isinstance(session.execute(command), Saved), command


def coding(study: Study, coder: str, words: str, source: str = "11") -> str:
    (one,) = (one for one in study.sessions(coder=coder) if one.source.id == source)
    return next(each.id for each in one.state.live() if each.words == words)


def new_coding(study: Study, words: str, code: str) -> AssignCode:
    source = study.sources_by_id().find(SourceId("11"))
    assert source is not None
    text = source.text
    start = text.index(words)
    return AssignCode(Span(start, start + len(words)), CodeId(code))


def found(study: Study) -> list[Problem]:
    fresh = Study.open(study.codebook_path.parent)
    words = ("adjudicate", "sample")
    return [one for one in check_study(fresh) if any(word in str(one) for word in words)]


def recode_agreed(study: Study) -> None:
    act(study, "bram", RecodeCoding(coding(study, "bram", LAMP), CodeId("TASK2")))


def recode_decided(study: Study) -> None:
    act(study, "bram", RecodeCoding(coding(study, "bram", SEA), CodeId("TOOL1")))


def remove_everywhere(study: Study) -> None:
    for coder in CODERS:
        act(study, coder, RemoveCoding(coding(study, coder, LAMP)))


def agree_on_more(study: Study) -> None:
    for coder in CODERS:
        act(study, coder, new_coding(study, "sextant", "TOOL1"))


def change_profiles(study: Study, *coders: str) -> None:
    for coder in coders:
        act(study, coder, AssignProfile("2", "He builds it."))


def decide_twice(study: Study) -> None:
    log = next(one.log for one in study.sessions(coder="consensus") if one.source.id == "11")
    assert log is not None
    steps = Journal(log).read()[0]
    made = next(one for one in steps if one.provenance and one.provenance.between and one.provenance.decided_from)
    events = tuple(replace(one, coding=CodingId("again")) for one in made.events if isinstance(one, CodingAdded))
    again = replace(made, id=fresh_id(), seq=len(steps) + 1, parents=(steps[-1].id,), events=events)
    with log.open("ab") as file:
        file.write(encode(again) + b"\n")


def save_sample(study: Study, **fields: object) -> None:
    given: dict[str, object] = {"name": "first", "seed": 1, "coders": CODERS, "time": "t"} | fields
    study.samples.save(Sample(**given))  # type: ignore[arg-type]


def copy_text(study: Study) -> None:
    folder = study.codebook_path.parent / "ads"
    (folder / "14_again.txt").write_bytes((folder / "13_tower_works.txt").read_bytes())
    save_sample(study, sources={"13": ("anna",), "14": ("bram",)})


BREAKS: list[tuple[str, Callable[[Study], object]]] = [
    ("marked done, but 1 disagreement came up since", recode_agreed),
    ("1 decision on codings that the coders have changed since", recode_decided),
    ("1 coding came from codings that the coders have removed since", remove_everywhere),
    ("1 coding on which the coders agree is not here", agree_on_more),
    ("the coders no longer agree on the profile", lambda study: change_profiles(study, "anna")),
    ("the coders agree on another profile", lambda study: change_profiles(study, *CODERS)),
    ("1 disagreement decided twice", decide_twice),
    ("nothing is open, but it is not marked done", lambda study: act(study, "consensus", MarkDone(is_done=False))),
    ("missing or no longer marked done", lambda study: act(study, "cleo", MarkDone(is_done=False))),
    ("which cleo of this sample has not done", lambda study: act(study, "cleo", MarkDone(is_done=False))),
    ("consensus is the result of an adjudication", lambda study: save_sample(study, coders=(*CODERS, "consensus"))),
    ("13 and 14 of this sample have the same text", copy_text),
    ("bram has coded ad 13, which the sample first gives", lambda study: code_source(study, "bram", "13", [], "1")),
    (
        "cleo has done ad 12, from whom the sample first took it",
        lambda study: save_sample(study, sources={"12": CODERS}, released=(Release(source="12", coder="cleo"),)),
    ),
    ("the corpus has no ad 99", lambda study: save_sample(study, sources={"99": ("anna",)})),
]


@pytest.mark.parametrize(("message", "do"), BREAKS, ids=[message for message, _ in BREAKS])
def test_each_inconsistency_is_found(study: Study, message: str, do: Callable[[Study], object]) -> None:
    assert found(study) == []
    do(study)
    assert any(message in one.message for one in found(study)), found(study)
    hints = [one.message for one in found(study) if "`codetui adjudicate" in one.message]
    assert all("adjudicate anna bram cleo --as consensus --iou 0.7" in hint for hint in hints)


def test_coming_to_agree_after_a_decision_is_no_inconsistency(study: Study) -> None:
    act(study, "bram", RecodeCoding(coding(study, "bram", SEA), CodeId("TASK2")))
    result = next(one.state for one in study.sessions(coder="consensus") if one.source.id == "11")
    decided = next((one.code for one in result.live() if one.words == SEA), "")
    assert (found(study) == []) == (decided == "TASK2")

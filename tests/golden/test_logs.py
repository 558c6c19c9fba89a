"""The format of logs is frozen: these logs of version 2 are read to the same states and documents for good.

`logs/v2` never changes. A later version of the format gets a folder of its own, and this one stays.
`python -m tests.golden.test_logs` records the states and documents of new logs only.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_args

import pytest

from codetui.core.session.conflicts import find_conflicts
from codetui.core.session.state import State, Steps, replay
from codetui.formats.session_doc.markdown import project, render_document
from codetui.model import (
    Cause,
    Event,
    MemoKind,
    Provenance,
    Source,
    SourceId,
    StepKind,
    StudyStep,
    Transaction,
    source_hash,
)
from codetui.storage.journal import Journal, StudyJournal, encode
from codetui.storage.study_files import read_codebook

LOGS = Path(__file__).parent / "logs" / "v2"
NAMES = sorted(path.stem for path in LOGS.glob("*.jsonl") if not path.stem.endswith("steps"))
UNUSED = {"unknown": 4}
"""Lines of kinds, fields and versions that this version does not know."""


def plain(value: object) -> object:
    """Return a value as JSON knows it, without fields that are empty."""
    if isinstance(value, Steps):
        ids: list[str] = []
        steps: Steps | None = value
        while steps is not None:
            ids.append(steps.newest.id)
            steps = steps.earlier
        return ids
    if is_dataclass(value) and not isinstance(value, type):
        pairs = ((field.name, plain(getattr(value, field.name))) for field in fields(value))
        return {name: one for name, one in pairs if one not in ("", None, [], {}, False)}
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, tuple | list) else value


def read(name: str) -> tuple[list[Transaction], State, int]:
    """Return the transactions of a log, the state, and how many lines were not used."""
    transactions, problems = Journal(LOGS / f"{name}.jsonl").read()
    return transactions, replay(transactions), len(problems)


def facts(name: str) -> str:
    """Return the state after a log, and the conflicts in it, as JSON."""
    transactions, state, _ = read(name)
    conflicts = [list(map(plain, one)) for one in find_conflicts(transactions)]
    return json.dumps({"state": plain(state), "conflicts": conflicts}, ensure_ascii=False, indent=1) + "\n"


def document(name: str) -> str:
    """Return the document of the session."""
    book, _ = read_codebook(LOGS / "codebook.toml")
    assert book is not None
    text = (LOGS / "ad.txt").read_bytes().decode("utf-8")
    state = read(name)[1]
    source = state.describe(Source(SourceId("11"), "", "", text, "ad.txt"))
    return render_document(project(state, book, source))


@pytest.mark.parametrize("name", NAMES)
def test_a_log_yields_the_recorded_state_and_document(name: str) -> None:
    assert facts(name) == (LOGS / f"{name}.json").read_bytes().decode("utf-8")
    assert document(name) == (LOGS / f"{name}.md").read_bytes().decode("utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_lines_of_unknown_kinds_fields_and_versions_are_reported_and_kept(name: str, tmp_path: Path) -> None:
    log = Journal(LOGS / f"{name}.jsonl")
    transactions, problems = log.read()
    assert [problem.severity for problem in problems] == ["error"] * UNUSED.get(name, 0)
    copy = Journal(tmp_path / "copy.jsonl")
    copy.complete(transactions, log.unknown)
    lines = log.path.read_bytes().splitlines()
    unused = {lines[problem.line - 1] for problem in problems}
    assert unused <= set(copy.path.read_bytes().splitlines()) and set(log.unknown) == unused
    assert copy.read()[0] == transactions


def test_a_log_of_the_study_is_read() -> None:
    log = StudyJournal(LOGS / "study.steps.jsonl")
    steps, [problem] = log.read()
    assert [(one.kind, len(one.transactions), one.parents) for one in steps] == [
        ("migration", 2, ()),
        ("refactoring", 0, (steps[0].id,)),
    ]
    assert "kind" in problem.message and len(log.unknown) == 1


def test_the_logs_have_every_kind_of_event_and_every_field() -> None:
    used: dict[type, set[str]] = {}
    values: set[object] = set()
    of_study = [one for path in LOGS.glob("study*.steps.jsonl") for one in StudyJournal(path).read()[0]]
    records = [*(one for name in NAMES for one in read(name)[0]), *of_study]
    for one in values_in(records):
        if is_dataclass(one) and not isinstance(one, type):
            filled = (field.name for field in fields(one) if getattr(one, field.name) not in ("", None, (), 0))
            used.setdefault(type(one), set()).update(filled)
        elif isinstance(one, str):
            values.add(one)
    for kind in (Transaction, Provenance, StudyStep, *get_args(Event)):
        names = {field.name for field in fields(kind)}
        assert names <= used[kind], kind
    assert values >= {
        *get_args(Cause),
        *get_args(MemoKind),
        *get_args(StepKind),
    }


def test_a_step_of_the_study_without_the_added_fields_is_written_as_before() -> None:
    lines = (LOGS / "study.steps.jsonl").read_bytes().splitlines()[:2]
    assert [encode(one) for one in StudyJournal(LOGS / "study.steps.jsonl").read()[0]] == lines


def test_a_log_of_the_study_with_the_added_kinds_and_fields_is_read() -> None:
    log = StudyJournal(LOGS / "study.added.steps.jsonl")
    steps, problems = log.read()
    assert problems == [] and [one.kind for one in steps] == ["edit", "batch", "memo", "undo", "redo"]
    assert [encode(one) for one in steps] == log.path.read_bytes().splitlines()


def test_a_log_of_the_study_with_the_kinds_for_several_coders_is_read() -> None:
    log = StudyJournal(LOGS / "study.shared.steps.jsonl")
    steps, problems = log.read()
    assert problems == [] and [one.kind for one in steps] == ["unblinded", "proposal", "declined", "accepted"]
    assert [encode(one) for one in steps] == log.path.read_bytes().splitlines()


def values_in(value: object) -> Iterator[object]:
    """Yield a value and all values in it."""
    yield value
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from values_in(getattr(value, field.name))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from values_in(one)


def test_logs_of_this_version_are_written_unchanged() -> None:
    lines = {line for name in NAMES if name != "short" for line in (LOGS / f"{name}.jsonl").read_bytes().splitlines()}
    assert {encode(one) for name in NAMES if name != "short" for one in read(name)[0]} <= lines


def test_the_text_of_the_golden_logs_is_the_one_that_was_coded() -> None:
    text = (LOGS / "ad.txt").read_bytes().decode("utf-8")
    opened = read("every_event")[1].opened
    assert opened is not None and opened.text_hash == source_hash(text)


def main() -> None:
    """Record the states and documents of logs that have none yet."""
    for name in NAMES:
        for suffix, text in (("json", facts(name)), ("md", document(name))):
            path = LOGS / f"{name}.{suffix}"
            if not path.exists():
                path.write_bytes(text.encode("utf-8"))


if __name__ == "__main__":
    main()

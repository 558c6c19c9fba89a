"""The ids of new codes, and the earlier quotations of a code."""

from __future__ import annotations

from dataclasses import replace

import pytest

from codetui.core.codebook.keys import proposed_id, with_free_key, with_keys
from codetui.core.codebook.usage import Usage, latest_usages
from codetui.model import Code, Codebook, CodeId, Group, Section, SourceId

SECTIONS = (Section(id="tasks", title="Tasks"), Section(id="tools", title="Tools"))
GROUPS = tuple(Group(id=id_, section="tasks", title=id_) for id_ in "ABC")


def book(*codes: str) -> Codebook:
    """Return a book of codes written `section/group/id`."""
    parts = [code.split("/") for code in codes]
    return Codebook(
        title="",
        sections=SECTIONS,
        groups=GROUPS,
        codes=tuple(Code(id=CodeId(id_), name=id_, section=section, group=group) for section, group, id_ in parts),
    )


@pytest.mark.parametrize(
    ("codes", "group", "proposed"),
    [
        (["tasks//TASK1", "tasks//TASK8", "tools//TOOL11"], "", "TASK9"),
        (["tasks//TASK9"], "", "TASK10"),
        (["tasks//T-07"], "", "T-08"),
        (["tasks//T-99"], "", "T-100"),
        (["tasks//TASK2", "tasks//TASK1", "tasks//X77"], "", "TASK3"),
        (["tasks/A/1.A.1", "tasks/A/1.A.2", "tasks/B/1.B.7"], "A", "1.A.3"),
        (["tasks/A/1.A.1", "tasks/A/1.A.2"], "C", "1.C.1"),
        (["tasks/A/TASK4"], "B", "TASK5"),
        (["tasks//TASK1", "tools//TASK2"], "", "TASK3"),
        (["tasks//reading"], "", "TASKS1"),
        (["tools//TOOL1"], "", "TASKS1"),
        ([], "B", "TASKS1"),
    ],
)
def test_a_new_code_continues_the_ids_of_its_neighbours(codes: list[str], group: str, proposed: str) -> None:
    assert proposed_id(book(*codes), "tasks", group) == proposed


def test_an_id_used_by_codings_is_not_proposed() -> None:
    assert proposed_id(book("tasks//TASK1"), "tasks", taken={"TASK2", "TASK4"}) == "TASK3"


def test_a_new_code_gets_an_unused_key() -> None:
    keyed = with_keys(book("tasks/A/1.A.1", "tasks/B/1.B.2", "tools//TOOL3"))
    new = Code(id=CodeId("1.A.2"), name="Building", section="tasks", group="A")
    assert [code.key for code in keyed.codes] == ["1", "2", "3"]
    assert with_free_key(keyed, new).key == "b"
    assert with_free_key(keyed, replace(new, id=CodeId("1.A.3"))).key == "3"


def test_the_latest_quotations_come_first_without_repeated_words() -> None:
    given = [
        Usage(SourceId("1"), "light the lamp", time="2026-01-01"),
        Usage(SourceId("2"), "Light  the lamp", time="2026-01-03"),
        Usage(SourceId("3"), "watch", time="2026-01-02"),
        Usage(SourceId("4"), "count", time="2025-01-01"),
    ]
    assert [(one.ad, one.words) for one in latest_usages(given, 2)] == [("2", "Light  the lamp"), ("3", "watch")]

"""The file of rules from one codebook to the next: proposed by the program, edited by people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codetui.core.codebook.migration import MigrationMap, Rule, propose
from codetui.formats.codebook.migration_map import parse_map, render_map
from codetui.model import Code, Codebook, CodeId, Group, Profile, Section


def book(version: str, codes: dict[str, str], profiles: dict[str, str] | None = None) -> Codebook:
    return Codebook(
        title=f"Book {version}",
        version=version,
        profiles=tuple(Profile(id=id_, name=name) for id_, name in (profiles or {}).items()),
        sections=(Section(id="S", title="Tasks"),),
        groups=(Group(id="A", section="S", title="Core"),),
        codes=tuple(Code(id=CodeId(id_), name=name, section="S") for id_, name in codes.items()),
        content_hash=version.ljust(64, "0"),
    )


OLD = book("1", {"1.A.2": "Watching", "2.9": "Rowing", "T": "Tide"}, {"1": "Keeper", "2": "Builder"})
NEW = book("2", {"T1": "Watching", "T2": "Lamps", "T": "Tide"}, {"1": "Builder", "4": "Other"})


def rules_of(text: str, old: Codebook | None = OLD) -> tuple[Rule, ...]:
    found, problems = parse_map(text, "map.toml", NEW, old)
    assert found is not None
    assert [str(each) for each in problems if each.severity == "error"] == []
    return found.rules


def problems_of(text: str, old: Codebook | None = OLD) -> list[str]:
    return [str(problem) for problem in parse_map(text, "map.toml", NEW, old)[1]]


def test_an_id_is_renamed_split_or_retired() -> None:
    text = '[codes]\n"1.A.2" = "T1"\n"2.9" = ["T1", "T2"]\nT = ""\n'
    assert rules_of(text) == (Rule("code", "1.A.2", ("T1",)), Rule("code", "2.9", ("T1", "T2")), Rule("code", "T"))


@pytest.mark.parametrize("value", ['""', "[]", "false", '[""]'])
def test_a_code_is_retired_in_every_way_that_people_write(value: str) -> None:
    assert rules_of(f"[codes]\nT = {value}\n") == (Rule("code", "T"),)


def test_an_id_with_dots_needs_no_quotes() -> None:
    assert rules_of('[codes]\n1.A.2 = "T1"\n2.9 = "T2"\n') == rules_of('[codes]\n"1.A.2" = "T1"\n"2.9" = "T2"\n')


def test_names_and_labels_may_replace_ids() -> None:
    text = '[profiles]\nbuilder = "other"\n[codes]\n"Watching" = "t2: lamps"\n'
    assert rules_of(text) == (Rule("profile", "2", ("4",)), Rule("code", "1.A.2", ("T2",)))


def test_a_rule_that_changes_nothing_is_dropped() -> None:
    assert rules_of('[codes]\nT = "Tide"\n') == ()


def test_numbers_are_ids_too() -> None:
    assert rules_of("[profiles]\n2 = 4\n1 = [1, 4]\n") == (
        Rule("profile", "2", ("4",)),
        Rule("profile", "1", ("1", "4")),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[codes]\n\nT = "T3"\n', 'map.toml:3: error: "T" leads to "T3", a code that the new codebook lacks; did you'),
        ('[codes]\nT = ["T1", "zzzzz"]\n', 'map.toml:2: error: "T" leads to "zzzzz", a code that the new'),
        ("[codes]\nT = 2024-01-01\n", 'map.toml:2: error: "T" leads to neither an id nor a list of ids; write'),
        ('[codes]\nT = ["T1", ""]\n', 'map.toml:2: error: "T" leads to neither an id nor a list'),
        ('[codes]\nT = "T1"\nTide = "T2"\n', 'map.toml:3: error: "T" and "Tide" are the same code; the first rule'),
        ('[codes]\n"9.9" = "T1"\n', 'map.toml:2: note: the old codebook has no code "9.9"; the rule is kept'),
        ('[codes]\nT = ""\n', 'map.toml:2: warning: "T" is retired, but not in the new codebook; write retired'),
        ('to = "1#abc"\n', "map.toml:1: warning: the rules lead to the codebook 1#abc, but this one is 2#2"),
        ('[code]\nT = "T1"\n', 'map.toml:1: warning: unknown field "code", ignored; did you mean codes?'),
        ('checked = "yes"\n', "map.toml:1: error: checked is neither true nor false"),
        ("a = [\n", "map.toml:1: error: not valid TOML"),
    ],
)
def test_mistakes_are_reported_with_their_line(text: str, message: str) -> None:
    assert any(each.startswith(message) for each in problems_of(text)), problems_of(text)


def test_a_codebook_may_be_named_by_its_version_alone() -> None:
    assert not any("lead to the codebook" in each for each in problems_of('to = "2"\n'))
    assert any("lead to the codebook 1, but" in each for each in problems_of('to = "1"\n'))


def test_a_rule_for_a_code_known_only_to_documents_is_kept() -> None:
    found, _ = parse_map('[codes]\n"2.8. Frameworks" = "T2"\n', "map.toml", NEW, OLD)
    assert found is not None
    assert found.rules == (Rule("code", "2.8. Frameworks", ("T2",)),)


def test_a_rule_records_whether_the_id_means_the_same_in_both_books() -> None:
    found = {rule.old: rule.is_same for rule in rules_of('[codes]\nT = ""\n"2.9" = ""\n[profiles]\n1 = ""\n')}
    assert found == {"T": True, "2.9": False, "1": False}


def test_a_wrong_rule_does_not_affect_the_others() -> None:
    found, _ = parse_map('[codes]\nT = "T9"\n"2.9" = "T2"\n', "map.toml", NEW, OLD)
    assert found is not None
    assert found.rules == (Rule("code", "2.9", ("T2",)),)


def test_a_map_names_both_books_and_whether_it_was_reviewed() -> None:
    found, _ = parse_map('from = "1#a"\nto = "2#b"\nchecked = false\n', "map.toml", NEW)
    assert found == MigrationMap((), "1#a", "2#b", is_checked=False)
    found, _ = parse_map("", "map.toml", NEW)
    assert found == MigrationMap((), "", "", is_checked=True)


def test_a_proposal_is_written_with_names_and_scores_and_read_back() -> None:
    proposed = propose(OLD, NEW)
    text = render_map(proposed, OLD, NEW)
    assert parse_map(text, "map.toml", NEW, OLD) == (proposed, [])
    assert '"1.A.2" = "T1"    # Watching\n' in text
    assert '"2.9" = ""    # Rowing; ' in text
    assert '"2" = "1"    # Builder\n' in text
    assert "# No old code leads to:\n#   T2  Lamps\n" in text
    assert "checked = false" in text


NAMES = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=12).map(
    lambda name: " ".join(name.split())
)
BOOKS = st.dictionaries(NAMES.filter(bool), NAMES, max_size=5)


@given(BOOKS, BOOKS)
def test_any_proposal_is_read_back(olds: dict[str, str], news: dict[str, str]) -> None:
    old, new = book("1", olds), book("2", news)
    proposed = propose(old, new)
    assert parse_map(render_map(proposed, old, new), "map.toml", new, old) == (proposed, [])

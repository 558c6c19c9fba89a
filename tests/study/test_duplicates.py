"""Ads with the same text are found, however many there are."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from codetui.storage.sources.corpus import NO_TEXT
from codetui.study.overview import DuplicateTexts
from testing.keys import workspace_on


@given(st.lists(st.sampled_from([NO_TEXT, 1, 2, 3, 2**64 - 1])))
def test_each_ad_is_grouped_with_exactly_the_ads_with_its_text(digests: list[int]) -> None:
    duplicates = DuplicateTexts()
    assert list(duplicates.read(digests)) == list(range(1, len(digests) + 1))
    groups: dict[int, list[int]] = defaultdict(list)
    for position, digest in enumerate(digests):
        groups[digest].append(position)
    for position, digest in enumerate(digests):
        expected = groups[digest] if digest != NO_TEXT and len(groups[digest]) > 1 else []
        assert list(duplicates.group(position)) == expected


def test_no_duplicates_are_known_before_all_texts_are_read() -> None:
    duplicates = DuplicateTexts()
    reading = duplicates.read([5, 5])
    next(reading)
    assert not duplicates.is_complete and list(duplicates.group(0)) == []
    assert list(reading) == [2]
    assert duplicates.is_complete and list(duplicates.group(0)) == [0, 1]


def test_duplicates_of_real_ads_are_found(tmp_path: Path, shared: Path) -> None:
    (tmp_path / "ads").symlink_to(shared / "pilot")
    workspace = workspace_on(tmp_path)
    for batch in workspace.sources.batches():
        workspace.sources.add(batch)
    assert not workspace.sources.has_read_texts
    assert sum(1 for _ in workspace.sources.read_texts()) >= 68
    found = {}
    for entry in workspace.sources.entries:
        workspace.open(entry)
        if (twins := workspace.sources.duplicate()) is not None:
            found[entry.id] = (twins.ad, twins.more)
    of_table = {ad: twin for ad, twin in found.items() if ad.isdigit()}
    assert of_table == {
        "509": ("517", 0),
        "517": ("509", 0),
        "1086": ("1092", 0),
        "1092": ("1086", 0),
        "709": ("1113", 3),
        **dict.fromkeys(("1113", "1119", "1124", "1125"), ("709", 3)),
        "1186": ("1188", 1),
        "1188": ("1186", 1),
        "1189": ("1186", 1),
        "1208": ("1209", 0),
        "1209": ("1208", 0),
    }

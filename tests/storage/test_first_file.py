"""The first file of a folder, found without sorting."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from codetui.storage.sources.corpus_files import CorpusFiles, first_name, natural_key

MANY = 1000
leads = st.sampled_from(("", "ad_", "Job 1", "a(b", "0", "7.", "é"))
tails = st.text("0123456789aA_. \n(", min_size=1, max_size=6)


@example("ad_", ["7", "005x", "10"], 1000)
@given(leads, st.lists(tails, min_size=1, max_size=40), st.integers(0, 10**6))
def test_the_first_of_many_names_is_the_first_in_natural_order(lead: str, some: list[str], start: int) -> None:
    names = [lead + tail for tail in some] + [f"{lead}{number}_x.txt" for number in range(start, start + MANY)]
    assert natural_key(first_name(names)) == natural_key(min(names, key=natural_key))


@pytest.mark.parametrize("count", [3, MANY + 3])
@pytest.mark.parametrize("others", [(), ("README.md", ".hidden.txt"), ("0_picture.png", "1_license.zip", "aside.md")])
def test_the_first_file_is_the_first_of_all(tmp_path: Path, count: int, others: tuple[str, ...]) -> None:
    for number in range(2, count + 2):
        (tmp_path / f"{number}_harbour.txt").touch()
    for name in others:
        (tmp_path / name).touch()
    files = CorpusFiles(tmp_path)
    assert files.first_path() == next(files.paths()) == str(tmp_path / "2_harbour.txt")


def test_a_folder_with_the_name_of_an_ad_is_not_the_first_file(tmp_path: Path) -> None:
    (tmp_path / "1_harbour.txt").mkdir()
    (tmp_path / "2_harbour.txt").touch()
    files = CorpusFiles(tmp_path)
    assert files.first_path() in (None, next(files.paths()))


def test_a_folder_without_ads_has_no_first_file(tmp_path: Path) -> None:
    (tmp_path / "README.md").touch()
    (tmp_path / "picture.png").touch()
    assert CorpusFiles(tmp_path).first_path() is None

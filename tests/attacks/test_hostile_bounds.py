"""Readers take time in proportion to their input: no hostile input makes one hang."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.core.selection import jump_labels, motions
from codetui.core.selection.motions import MOTIONS
from codetui.core.selection.selection import View, cursor
from codetui.core.text.layout import wrap
from codetui.formats.toml import tables
from codetui.storage import study_files
from codetui.study.coding_book import LARGEST_BOOK
from testing.hostile.bounds import Bound, bounds
from testing.hostile.limits import NEVER, seconds_for

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="a reader that hangs is ended as a process of its own")

GUARD = 30.0
"""Seconds of the processor after which a reader hangs: generous, as machines that run tests are slow."""

in_parts = pytest.mark.parametrize("part", [8, pytest.param(1, marks=pytest.mark.slow)])
"""An eighth of the size in an eighth of the time; the whole in the slow step."""

ONCE_SQUARE = [
    ("ads as CSV", "broken quotes, no id", 500_000),
    ("ads as CSV", "broken quotes, CR", 500_000),
    ("ads as CSV", "quotes that go on from line to line", 500_000),
    ("ads as CSV", "UTF-16, one line", 2_000_000),
    ("codebook", "profiles", 1_000_000),
    ("codebook", "texts beside codes", 1_000_000),
    ("coding book", "groups", 200_000),
    ("coding book", "sections", 250_000),
    ("coding book", "links between codes", 100_000),
    ("coding book", "comments left open", 250_000),
    ("coding book", "regions of another number", 200_000),
    ("coding book", "commas and blanks", 400_000),
    ("coding book", "'---\\n'", 250_000),
    ("coding book", "'\\t'", 300_000),
    ("document", "plain notes on a line", 1_000_000),
    ("document", "a quotation over bullets", 600_000),
]
"""What once took the square of its size, at sizes at which the old readers hung or nearly so."""


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Bound]:
    """Return all readers with their shapes."""
    return {bound.name: bound for bound in bounds(tmp_path_factory.mktemp("bounds"), 2_000_000)}


@in_parts
@pytest.mark.parametrize(("reader", "shape", "size"), ONCE_SQUARE)
def test_inputs_that_once_took_quadratic_time_are_read_in_time(
    every: dict[str, Bound], reader: str, shape: str, size: int, part: int
) -> None:
    bound = every[reader]
    data = next(each for each in bound.shapes if each.name == shape).make(size // part)
    assert seconds_for(bound.take, data, GUARD / part) < NEVER


def test_a_hanging_or_crashing_reader_is_detected(tmp_path: Path) -> None:
    def hang(_: Path, __: bytes) -> None:
        while True:
            pass

    def fall(_: Path, data: bytes) -> None:
        raise ValueError(data)

    assert seconds_for(hang, b"", 0.2) == NEVER
    assert seconds_for(fall, b"", 5.0) == NEVER
    assert seconds_for(lambda _, __: None, b"", 5.0) < 5.0


# --- caps ---------------------------------------------------------------------------------------------


def test_a_coding_book_is_read_up_to_the_size_limit_and_refused_above_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, target = tmp_path / "book.md", tmp_path / "codebook.toml"
    start = b"# Book\n\n## Tasks\n\n### TASK1: Name\n\n- **Definition:** "
    source.write_bytes(start + b"word " * ((LARGEST_BOOK - len(start)) // 5 + 1))
    assert source.stat().st_size > LARGEST_BOOK
    assert run(["codebook", "import", str(source), "-o", str(target)]) == 2
    assert f"{source} is larger than 1 MB" in capsys.readouterr().err
    assert not target.exists()
    source.write_bytes(source.read_bytes()[:LARGEST_BOOK])
    assert run(["codebook", "import", str(source), "-o", str(target)]) == 0
    book, _ = study_files.read_codebook(target)
    assert book is not None and book.codes[0].id == "TASK1"


def test_a_coding_book_whose_codebook_would_be_too_large_to_read_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = tmp_path / "book.md", tmp_path / "codebook.toml"
    source.write_text("# Book\n\n## Tasks\n\n" + "".join(f"- **TASK{n}: Name** what\n" for n in range(40)))
    target.write_text("title = 'before'\n")
    monkeypatch.setattr(tables, "BYTE_LIMIT", 2_000)
    assert run(["codebook", "import", str(source), "-o", str(target), "--force"]) == 2
    assert "so nothing is written: the file is larger than" in capsys.readouterr().err
    assert target.read_text() == "title = 'before'\n"


# --- one very long ad ---------------------------------------------------------------------------------

LONG = {
    "words": "You light the lamp. ",
    "one word": "x",
    "marks": "\u0301",
    "a letter of many marks": "a" + "\u0301" * 300,
    "emoji selectors": "\ufe0f",
    "joiners": "\u200d",
    "joined emoji": "\U0001f468\u200d",
    "directions": "\u202e",
    "nothing to see": "\u200b",
    "lines": "\n",
    "carriage returns": "\r",
    "stops": ".",
}


def look_at(text: str) -> None:
    """Lay out an ad, and run every motion, labels and a search at its beginning, middle and end."""
    layout = wrap(text, 80)
    for at in (0, len(text) // 2, len(text)):
        view = View(layout, max(0, layout.row_of(at) - 10), 40)
        layout.row(layout.row_of(at))
        for motion in MOTIONS.values():
            motion(text, view, cursor(text, at))
        jump_labels.press(jump_labels.begin(text, view.visible, cursor(text, at)), "a")
        for query in ("zz", "a a", ". ."):
            motions.find(text, query, at, 1), motions.find(text, query, at, -1)
            motions.matches(text, query, view.visible.start, view.visible.end)


@in_parts
@pytest.mark.parametrize("name", LONG)
def test_an_ad_of_a_million_characters_is_laid_out_and_navigated_in_time(name: str, part: int) -> None:
    size = 1_000_000 // part
    text = (LONG[name] * size)[:size]
    assert seconds_for(lambda _, __: look_at(text), b"", GUARD / part) < NEVER

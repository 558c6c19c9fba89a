"""`codetui report`: the page, its verification, and markdown."""

from __future__ import annotations

import json
import re
import shutil
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.study.study import Study
from testing.coders import code_source
from testing.studies import write_study

LAMP, SEA, SHIPS = "You light the lamp at dusk.", "You watch the sea until dawn.", "which ships come in"


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a study that anna and ben have coded."""
    folder = write_study(tmp_path_factory.mktemp("report"))
    opened = Study.open(folder)
    code_source(opened, "anna", "11", [("TASK1", LAMP), ("TASK2", SEA), ("TOOL1", "barometer")], "1")
    code_source(opened, "ben", "11", [("TASK1", "light the lamp at dusk"), ("TASK1", SEA), ("TOOL1", "sextant")], "1")
    code_source(opened, "anna", "12", [("TASK2", SHIPS)], "1")
    code_source(opened, "ben", "12", [], "2")
    return folder


@pytest.fixture
def study(coded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of that study, which is the working folder."""
    folder = Path(shutil.copytree(coded, tmp_path / "study"))
    monkeypatch.chdir(folder)
    monkeypatch.setenv("CODETUI_CODER", "anna")
    return folder


def report(*options: str) -> str:
    """Make a report and return its text."""
    assert run(["report", "-o", "out.html", "--force", "--resamples", "40", *options]) == 0
    return Path("out.html").read_text("utf-8")


class _Page(HTMLParser):
    """Collects what a page refers to and what it contains."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.ids += [found["id"]] if "id" in found else []
        if tag == "a":
            self.links.append(found.get("href", ""))
        self.loaded += [found[name] for name in ("src", "srcset", "data", "action") if name in found]


def test_a_report_is_one_page_without_scripts_that_loads_nothing(study: Path) -> None:
    html = report()
    page = _Page(html)
    assert not page.loaded
    assert not {"script", "link", "iframe", "object", "img"} & set(page.tags)
    assert "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\"" in html
    assert "http" not in re.sub(r"http-equiv|http://www\.w3\.org/2000/svg", "", html)
    assert len(page.ids) == len(set(page.ids))
    assert page.links
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
    assert page.tags.count("table") == page.tags.count("caption")
    assert all("scope=" in head for head in re.findall(r"<th[ >].*?>", html))


def test_the_methods_paragraph_has_every_number_with_its_base(study: Path) -> None:
    found = re.search(r"<blockquote><p>(.*?)</p>", report())
    assert found is not None
    text = unescape(found[1])
    for sentence in (
        "The corpus comprised three ads.",
        "(Lighthouses, version 7) contained three codes and two profiles.",
        "Two coders (anna and ben) coded by hand.",
        "anna completed two ads (66.7% of the corpus) with four codings (median 2 per ad, range 1–3).",
        "Of the two ads completed by at least one coder, 2 (100.0%) were coded by two coders.",
        "Agreement between anna and ben was computed on the two ads that both had completed.",
        "For the profile (two ads), percentage agreement was 50% (95% CI [0%, 100%])",
        "Cohen’s κ was .00",
        "For quotations (4 by anna and 3 by ben), F₁ was .29",
        "an intersection over union of at least .50.",
        "40 resamples of ads (seed 1); with fewer than 10 ads, they are unreliable.",
        "Disagreements were not adjudicated in codetui.",
        "Coding and analysis were done with codetui ",
    ):
        assert sentence in text


def test_an_unchanged_report_is_verified_to_the_byte(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report("--no-texts", "--seed", "7", "--coder", "anna", "--agree", "ben,anna")
    assert run(["report", "--verify", "out.html"]) == 0
    assert "out.html matches the study, byte for byte." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        (
            '<td class="number">2</td><td class="number">66.7 %</td>',
            '<td class="number">3</td><td class="number">66.7 %</td>',
            "Coders, Coders, row anna, column done: the report has “3”, the study gives “2”",
        ),
        ("F₁ was .29", "F₁ was .39", "Methods, paragraph 2: the report has “.39”, the study gives “.29”"),
        ('"seed": 1,', '"seed": 2,', "For machines, request seed: the report has “2”, the study gives “1”"),
        (LAMP, "You light the lamp at noon.", "Quotations, line 1: the report has “noon.”, the study gives “dusk.”"),
    ],
)
def test_one_changed_digit_is_named_with_its_section_row_and_column(
    study: Path, capsys: pytest.CaptureFixture[str], before: str, after: str, place: str
) -> None:
    html = report()
    assert html.count(before) >= 1
    Path("out.html").write_text(html.replace(before, after, 1), "utf-8")
    assert run(["report", "--verify", "out.html"]) == 1
    output = capsys.readouterr().out
    assert place in output.replace("ads CI", "") or "request seed" in place
    assert "between out.html and the study." in output


def test_a_changed_study_is_named_with_every_number_and_hash(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report()
    code_source(Study.open(study), "anna", "13", [("TASK1", "lay one stone upon another")], "2")
    assert run(["report", "--verify", "out.html", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "codetui.report-verification/1"
    places = {one["place"]: (one["reported"], one["found"]) for one in found["differences"]}
    assert places["Coders, Coders, row anna, column codings"] == ("4", "5")
    assert places["For machines, hashes logs anna 13"][0] == ""
    assert not [place for place in places if "logs ben" in place]


def test_a_changed_picture_is_found_although_no_text_differs(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    html = report()
    Path("out.html").write_text(html.replace('class="cp-mark" x="', 'class="cp-mark" x="1', 1), "utf-8")
    assert run(["report", "--verify", "out.html"]) == 1
    assert "its markup or pictures were changed" in capsys.readouterr().out.replace("\n", " ")


@pytest.mark.parametrize("text", ["", "<p>Not a report.</p>", '<pre id="codetui-report">{"format": 3}</pre>', "\xff"])
def test_a_file_that_is_no_report_is_refused(study: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    Path("other.html").write_bytes(text.encode("latin-1"))
    assert run(["report", "--verify", "other.html"]) == 2
    assert "other.html" in capsys.readouterr().err


def test_no_texts_leaves_out_all_words_of_the_ads(study: Path) -> None:
    html = report("--no-texts")
    assert LAMP in report()
    for words in (LAMP, SEA, SHIPS, "barometer"):
        assert words not in html
    assert "The words are left out." in html


def test_pseudonyms_replace_names_everywhere_and_the_report_is_still_verified(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("../names.toml").write_text('Anna = "P1"\nlamp = "[thing]"\nFatima = "P2"\n', "utf-8")
    html = report("--pseudonyms", "../names.toml", "--coder", "anna")
    assert "these names were not found: Fatima\n" in capsys.readouterr().err
    assert not re.search(r"\banna\b|\blamp\b", html, re.IGNORECASE)
    # Places are those in the text with the pseudonyms.
    assert "<q>You light the [thing] at dusk.</q> <cite>11, P1, 30–60</cite>" in html
    assert run(["report", "--verify", "out.html", "--pseudonyms", "../names.toml"]) == 0
    assert run(["report", "--verify", "out.html"]) == 2
    assert "--pseudonyms" in capsys.readouterr().err


def test_a_blind_coder_reports_only_what_they_may_see(study: Path) -> None:
    assert run(["sample", "--size", "3", "--seed", "1", "--coders", "anna,ben", "--overlap", "3"]) == 0
    code_source(Study.open(study), "ben", "13", [("TASK1", "lay one stone upon another")], "2")
    html = report()
    assert "lay one stone" not in html
    assert "This report was made by a coder of a blind sample." in html


def test_markdown_has_the_same_numbers_and_no_pictures(study: Path) -> None:
    assert run(["report", "-o", "out.md"]) == 0
    text = Path("out.md").read_text("utf-8")
    assert "<" not in text.replace("\\<", "")
    assert "| anna | person |" in text
    assert "Table: Coders" in text
    assert "> The corpus comprised three ads." in text


def test_a_report_replaces_nothing_unless_told_to(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("report.html").write_text("mine", "utf-8")
    assert run(["report"]) == 2
    assert run(["report", "-o", "codebook.toml", "--format", "html", "--force"]) == 2
    assert Path("report.html").read_text("utf-8") == "mine"
    assert "--force overwrites it" in capsys.readouterr().err

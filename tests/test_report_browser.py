"""Reports in a real browser: legible, printable, self-contained, and quick however many quotations there are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.formats.report.content import Quotation, Quotations, Report, ReportSection, Subsection
from codetui.formats.report.html import to_html
from codetui.study.study import Study
from testing.browser import Browser
from testing.coders import code_source
from testing.studies import CODEBOOK, write_study

pytestmark = pytest.mark.slow

PHONE, DESKTOP = (390, 800), (1280, 900)
UPRIGHT, ACROSS = 658, 986
"""CSS pixels between the margins of a printed page, A4 upright and across."""

MOST_SECONDS = 3

CONTRASTS = """
(() => {
  const parts = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const paper = element => {
    for (let each = element; each; each = each.parentElement) {
      const own = parts(getComputedStyle(each).backgroundColor);
      if (own.length === 3 || own[3] > 0) return own;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const element of document.querySelectorAll('h1, h2, h3, p, a, li, cite, th, td, caption, dt, dd, figcaption')) {
    const [a, b] = [light(parts(getComputedStyle(element).color)), light(paper(element))];
    found.push((Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
  }
  return Math.min(...found);
})()
"""
"""The least contrast of any text with what is behind it, by WCAG 2.1."""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the report of a study with 30 codes and two coders."""
    folder = write_study(tmp_path_factory.mktemp("browser"))
    more = "".join(
        f'\n[[code]]\nid = "EXTRA{at}"\nname = "Communicatie met stakeholders {at}"\nsection = "tasks"\n'
        for at in range(30)
    )
    (folder / "codebook.toml").write_text(CODEBOOK + more, encoding="utf-8")
    study = Study.open(folder)
    codes = ["TASK1", "TASK2", "TOOL1", *(f"EXTRA{at}" for at in range(30))]
    for coder, used in (("anna", codes), ("ben", codes[::2])):
        for source, words in (("11", "You light the lamp at dusk."), ("12", "You count the sacks.")):
            code_source(study, coder, source, [(code, words) for code in used], "1" if coder == "anna" else "2")
    output = folder / "report.html"
    assert run(["report", "--study", str(folder), "-o", str(output), "--resamples", "50"]) == 0
    return output


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return one browser for all tests."""
    with Browser() as browser:
        yield browser


def resize(browser: Browser, size: tuple[int, int]) -> None:
    """Set the size of the window."""
    width, height = size
    browser.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
@pytest.mark.parametrize("is_dark", [False, True])
def test_every_text_is_legible_and_nothing_is_requested(
    browser: Browser, page: Path, size: tuple[int, int], is_dark: bool
) -> None:
    resize(browser, size)
    browser.use_dark(is_dark)
    browser.open(page)
    assert browser.requests == [page.resolve().as_uri()]
    least = browser.evaluate(CONTRASTS)
    assert isinstance(least, float)
    assert least >= 4.5
    paper = browser.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == ("rgb(20, 24, 29)" if is_dark else "rgb(255, 255, 255)")
    # Wide tables are scrolled by themselves; the page is not wider than the window.
    assert browser.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_every_link_leads_to_a_place_in_the_page(browser: Browser, page: Path) -> None:
    browser.open(page)
    script = "[...document.links].map(a => [a.getAttribute('href'), !!document.querySelector(a.getAttribute('href'))])"
    links = browser.evaluate(script)
    assert isinstance(links, list)
    assert len(links) > 10
    assert all(exists for _, exists in links)
    assert browser.evaluate("document.querySelectorAll('svg').length") == browser.evaluate(
        "document.querySelectorAll('svg[role=img] > title').length"
    )


def test_it_prints_on_pages_that_cut_no_table(browser: Browser, page: Path) -> None:
    browser.use_dark(True)
    browser.open(page)
    pdf = browser.pdf()
    assert pdf.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) > 5
    browser.send("Emulation.setEmulatedMedia", media="print", features=[])
    for width, kind in ((UPRIGHT, "figure:not(.broad)"), (ACROSS, "figure.broad")):
        resize(browser, (width, 900))
        script = (
            f"[...document.querySelectorAll('{kind} table, {kind} svg')]"
            ".map(each => [each.querySelector('caption, title').textContent, each.getBoundingClientRect().right])"
        )
        found = browser.evaluate(script)
        assert isinstance(found, list)
        assert found
        assert [one for one in found if one[1] > width] == []
    sizes = set(re.findall(rb"/MediaBox\s*\[0 0 (\d+)", pdf))
    assert len(sizes) == 2
    assert browser.evaluate("getComputedStyle(document.body).backgroundColor") in (
        "rgb(255, 255, 255)",
        "rgba(0, 0, 0, 0)",
    )
    browser.send("Emulation.setEmulatedMedia", media="", features=[])


def test_20000_quotations_are_painted_within_three_seconds(browser: Browser, tmp_path: Path) -> None:
    words = "You write down which ships come in, and tell the harbour master of every one that is late."
    quotations = [Quotation(f"{words} {at}", f"{at}, anna, 10–99", "as before") for at in range(20_000)]
    parts = [
        Subsection(f"quotations-{at}", f"CODE{at}", [Quotations(quotations[at * 1_000 : (at + 1) * 1_000])])
        for at in range(20)
    ]
    report = Report("Many", "", [ReportSection("quotations", "Quotations", [], parts)], {"format": "none"})
    path = tmp_path / "many.html"
    path.write_text("\n".join(to_html(report)), encoding="utf-8")
    resize(browser, DESKTOP)
    browser.open(path)
    assert browser.evaluate("document.querySelectorAll('ul.quotations li').length") == 20_000
    paints = browser.evaluate(
        "new Promise(done => requestAnimationFrame(() => setTimeout(() => done(JSON.stringify("
        "performance.getEntriesByType('paint').map(one => one.startTime))), 100)))"
    )
    assert isinstance(paints, str)
    print(f"painted after {paints} ms")
    assert json.loads(paints)
    assert max(json.loads(paints)) < MOST_SECONDS * 1000

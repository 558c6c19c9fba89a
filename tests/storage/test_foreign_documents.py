"""Documents that LibreOffice and Chromium write are read as these programs show them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from testing.browser import Browser
from testing.sources import source_at
from testing.workbooks import converted

FILES = Path(__file__).parent.parent / "data" / "sources"
TEXT = """\
Data engineer (m/v/x)

Wij zoeken een collega die samen met analisten onze gegevensstromen bouwt,  bewaakt en verbetert.[1] Je werkt vaak \
thuis.

What you will do

* Build pipelines in Python & SQL;
  * with dbt
* Keep watch.

In deze volgorde:

1. een brief
2. een gesprek

Uren\t32
Plaats\tGoes

Naam\tAnn
Tweede regel

Tot slot.

In een kader

[1] Voor 32 uur in de week.
"""
"""The text of `ad.fodt`, which has tracked changes, a note, lists, a table, a comment, a header and a text box."""


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


@pytest.fixture(scope="session")
def ad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the ad in a folder of its own."""
    path = tmp_path_factory.mktemp("office") / "14_zeeland_data.fodt"
    path.write_bytes((FILES / "ad.fodt").read_bytes())
    return path


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["odt", "docx"])
def test_a_text_that_libreoffice_writes_loses_nothing(ad: Path, kind: str) -> None:
    source = source_at(converted(ad, kind))
    assert source.text == TEXT
    assert (source.id, source.employer, source.title) == ("14", "Zeeland Data", "Data engineer (m/v/x)")
    assert source.not_read == {"deleted passage": 1, "comment": 1, "page header": 1}


@pytest.mark.slow
def test_a_pdf_that_libreoffice_writes_has_the_words_that_it_shows(ad: Path) -> None:
    shown = converted(ad, "txt:Text (encoded):UTF8").read_text("utf-8-sig")
    text = source_at(converted(ad, "pdf")).text
    found = iter(words(text))
    assert [word for word in words(shown) if word not in found] == []
    assert "onze gegevensstromen bouwt, bewaakt en verbetert.1 Je werkt nooit vaak thuis.\n\nWhat you will do\n" in text
    assert "\n• Build pipelines in Python & SQL;\n" in text


@pytest.mark.slow
def test_a_page_that_chromium_saves_and_prints_has_the_words_that_it_shows(tmp_path: Path) -> None:
    with Browser() as browser:
        browser.open(FILES / "ad.html")
        shown = str(browser.evaluate("document.body.innerText"))
        saved = str(browser.evaluate("document.documentElement.outerHTML"))
        whole = str(browser.send("Page.captureSnapshot", format="mhtml")["data"])
        printed = browser.pdf()
    kept = shown.partition("Vacatures\n")[2].partition("Solliciteer")[0]
    assert "built by the page itself" in kept and "Cookies" not in kept
    page = source_at(tmp_path / "1.html", saved)
    listed = re.sub(r"^\s*\d\. ", "", page.text, flags=re.M)
    assert words(listed) == words(kept)
    assert "\n* Je bouwt pijplijnen\n* Je houdt toezicht\n" in page.text
    assert source_at(tmp_path / "1.mhtml", whole).text == page.text
    found = iter(words(source_at(tmp_path / "1.pdf", printed).text))
    assert [word for word in words(kept) if word not in found] == []

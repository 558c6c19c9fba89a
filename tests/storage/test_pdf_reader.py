"""The pages of a PDF become paragraphs, and its words are whole."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from codetui.storage.sources import PDF
from testing.sources import pdf, problems_at, source_at

PAGE = """\
Data engineer (m/v/x)

Wij zoeken een ervaren data engineer die samen met analisten en ontwikkelaars onze gegevens-
stromen bouwt, bewaakt en verbetert, en die daarover helder kan vertellen aan collega's. Je werkt met
de nieuwste middelen.
Tweede alinea zonder ruimte.

Wat je doet:
• Pijplijnen bouwen in Python en SQL, samen met het team dat de gegevens levert en gebruikt, en
ook met anderen
• Toezicht houden op de gegevensstromen

32 uur
Goes"""
TEXT = """\
Data engineer (m/v/x)

Wij zoeken een ervaren data engineer die samen met analisten en ontwikkelaars onze gegevensstromen bouwt, \
bewaakt en verbetert, en die daarover helder kan vertellen aan collega's. Je werkt met de nieuwste middelen.
Tweede alinea zonder ruimte.

Wat je doet:
• Pijplijnen bouwen in Python en SQL, samen met het team dat de gegevens levert en gebruikt, en ook met anderen
• Toezicht houden op de gegevensstromen

32 uur
Goes
"""


def test_lines_of_a_paragraph_are_joined_and_bullets_and_short_lines_are_not(tmp_path: Path) -> None:
    source = source_at(tmp_path / "752_zeeland.pdf", pdf([PAGE]))
    assert source.text == TEXT
    assert (source.id, source.employer, source.title) == ("752", "Zeeland", "Data engineer (m/v/x)")
    assert PDF.extractor.startswith("pdf 2, pypdfium2 5.")


@pytest.mark.parametrize(
    ("elsewhere", "word"),
    [
        ("", "data-gedreven"),
        ("Wij zijn datagedreven.", "datagedreven"),
        ("Wij zijn data-gedreven.", "data-gedreven"),
        ("Een verant-\nwoordelijke baan. Verantwoordelijke mensen.", "datagedreven"),
    ],
)
def test_a_divided_word_is_whole_if_the_document_says_so(tmp_path: Path, elsewhere: str, word: str) -> None:
    text = source_at(
        tmp_path / "1.pdf", pdf([f"Wij werken in een omgeving die helemaal data-\ngedreven is.\n\n{elsewhere}"])
    ).text
    assert text.startswith(f"Wij werken in een omgeving die helemaal {word} is.\n")
    assert "\ufffe" not in text and "\r" not in text


def test_each_page_is_a_passage_and_a_sentence_goes_on_over_pages(tmp_path: Path) -> None:
    source = source_at(tmp_path / "1.pdf", pdf(["", "Een zin die doorloopt", "op de volgende pagina.", "Nieuw."]))
    assert source.text == "Een zin die doorloopt op de volgende pagina.\n\nNieuw.\n"
    pages = [(one.attributes["page"], source.text[one.start : one.end]) for one in source.passages]
    assert pages == [("2", "Een zin die doorloopt"), ("3", "op de volgende pagina."), ("4", "Nieuw.")]
    assert (source.title, source.not_read) == ("Een zin die doorloopt", {"page without text": 1})


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (pdf(["Ad"], password=True), "this file is protected by a password: "),
        (b"%PDF-1.4\nno more", "this file is broken, or not a PDF: "),
        (pdf([PAGE])[:400], "this file is broken, or not a PDF: "),
        (b"", "this file is broken, or not a PDF: "),
        (pdf(["", ""]), "this file has no text (2 pages without text): "),
    ],
)
def test_what_is_no_readable_pdf_is_one_clear_line(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "1.pdf").write_bytes(data)
    (tmp_path / "2.txt").write_text("whole")
    (problem,) = problems_at(tmp_path)
    assert problem.startswith(message)


def test_without_the_extra_a_pdf_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    (tmp_path / "1.pdf").write_bytes(pdf(["Ad"]))
    (tmp_path / "2.txt").write_text("whole")
    (problem,) = problems_at(tmp_path)
    assert problem == "this file is a PDF, for which a package is missing: pip install 'codetui[sources]'"

"""A saved page becomes the text that a browser shows of it, without what belongs to the site."""

from __future__ import annotations

from pathlib import Path

import pytest

from codetui.model import CorpusSettings
from codetui.storage.sources.corpus import Corpus
from testing.hostile.readers import SAVED_PAGE
from testing.sources import problems_at, source_at

PAGE = """\
<!DOCTYPE html>
<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><title>Data engineer | Vacatures</title>
<style>/* .ad{display:none} */ .gone, .x .y {display:none} @media print {.ad{display:none}}
.tab{display:none} .tab.on{display:block}</style>
<script>document.write("<p>not this</p>")</script></head>
<body><header><a href="/">Logo</a><nav><ul><li>Home</ul></nav></header>
<main><header><h1>Data&nbsp;engineer <small>(m/v/x)</small></h1><p>Bij <b>Zee</b>land &amp; Co &ndash; Goes</p></header>
<h2>Wat ga je doen?</h2>
<ul class="ad"><li>Je bouwt <i>pipe</i>lines;
   <li><p>Je leest caf&eacute;s, en be&shy;heert
 ze<ul><li>met dbt</li><li>met Airflow</li></ul></ul>
<p hidden>secret<p>Shown<br>on two lines<br><br>and after a blank one
<div class="gone">gone</div><div class="tab">a tab</div><span style="display: none">gone</span>
<table><tr><th>Uren<th>Salaris<tr><td>32<td>&euro; 3.000</table>
<ol start=3><li>three<li>four</ol><img src="a.png" alt="a picture"><button>Apply</button>
<h3><button>Questions?</button></h3><pre>a  b
  c</pre></main><footer>Cookies</footer></body></html>
"""
TEXT = """\
Data engineer (m/v/x)

Bij Zeeland & Co – Goes

Wat ga je doen?

* Je bouwt pipelines;
* Je leest cafés, en beheert ze
  * met dbt
  * met Airflow

Shown
on two lines

and after a blank one

a tab

Uren\tSalaris
32\t€ 3.000

3. three
4. four

Questions?

a  b
  c
"""


def test_headings_bullets_tables_and_lines_are_kept_and_the_site_is_not(tmp_path: Path) -> None:
    source = source_at(tmp_path / "752_zeeland_co.html", PAGE)
    assert source.text == TEXT
    assert (source.id, source.employer, source.title) == ("752", "Zeeland Co", "Data engineer (m/v/x)")
    assert source.not_read == {"page header": 1, "hidden part": 3, "image": 1, "button": 1, "page footer": 1}


@pytest.mark.parametrize(
    ("page", "text"),
    [
        (b"\xef\xbb\xbf<meta charset=latin1><p>caf\xc3\xa9", "café\n"),
        (b"<meta charset='iso-8859-1'><p>caf\xe9 \x80 5", "café € 5\n"),
        (b"<p>caf\xc3\xa9", "café\n"),
        (b"<p>caf\xe9", "café\n"),
        (b"<meta charset=no-such-thing><p>caf\xc3\xa9", "café\n"),
        ("<p>café".encode("utf-16"), "café\n"),
        (b"<meta charset=shift_jis><p>\x83\x66\x81\x5b\x83\x5e", "データ\n"),
        (b"<p>a &lt;b&gt; &amp;amp; &#39;c&#x27; &nosuch; &copy", "a <b> &amp; 'c' &nosuch; ©\n"),
        (b"<p>one<p>two<div>three</div>four<span>teen</span>", "one\n\ntwo\n\nthree\nfourteen\n"),
        (b"</div></p><p>one</b></li> word<ul><li>two</div></ul>three", "one word\n\n* two\n\nthree\n"),
        (b"<div>" * 5000 + b"deep" + b"</div>" * 5000 + b"<p>after", "deep\n\nafter\n"),
        (b"<b>" * 50_000 + b"bold", "bold\n"),
        (b"<div style='white-space: pre-line'>one\ntwo</div>", "one\ntwo\n"),
        (b"<ul><li>one<br>more<li><li>two</ul>", "* one\n  more\n* two\n"),
        (b"<dl><dt>Uren<dd>32<dt>Plaats<dd>Goes</dl>", "Uren\n32\nPlaats\nGoes\n"),
        (b"<table><tr><td><p>one<p>two<td>three</table>", "one\n\ntwo\n\nthree\n"),
        (b"<header><h1>Ad</h1></header>text<footer>no</footer>", "Ad\n\ntext\n"),
        ("<p>café".encode("utf-16-le"), "café\n"),
        (b"<ol type=a><li>one<li value=5>two<ol type=I><li>three</ol></ol>", "a. one\ne. two\n   I. three\n"),
        (b"<span style='display:block'>one</span><span style='display:block'>two</span>", "one\ntwo\n"),
        ("<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>字".encode(), "漢字\n"),
        (b"<div id=CybotCookiebotDialog>We track you</div><p>Ad", "Ad\n"),
        (b"<body class='cookie-bar-open'><main><p class=cookie-wall>We build cookie walls", "We build cookie walls\n"),
    ],
)
def test_pages_of_many_kinds(tmp_path: Path, page: bytes, text: str) -> None:
    assert source_at(tmp_path / "1.htm", page).text == text


def test_style_sheets_beside_a_page_hide_parts_of_it(tmp_path: Path) -> None:
    (tmp_path / "1 a_files").mkdir()
    (tmp_path / "1 a_files/site.css").write_text(".gone { display: none }")
    (tmp_path / "other.css").write_text(".seen { display: none }")
    link = '<link href="{}" rel="stylesheet">'
    links = map(link.format, ("./1%20a_files/site.css", "other.css", "../other.css", "https://example.org/x.css"))
    page = f"{''.join(links)}<p class=gone>hidden<p class=seen>shown"
    assert source_at(tmp_path / "1 a.html", page).text == "shown\n"


def test_a_page_in_a_single_file_is_hidden_by_the_styles_in_it(tmp_path: Path) -> None:
    assert source_at(tmp_path / "1.mhtml", SAVED_PAGE).text == "Keeper\n\nYou light cafés\n"
    (tmp_path / "2.mht").write_bytes(b"MIME-Version: 1.0\r\nContent-Type: image/png\r\n\r\nnone")
    assert problems_at(tmp_path) == ["this file has no page in it: open it in a browser and save it as .html"]


def test_the_folder_of_a_saved_page_holds_no_sources(tmp_path: Path) -> None:
    (tmp_path / "1_a.html").write_text("<h1>One</h1>")
    for name in ("1_a_files", "1_a_bestanden", "2_b_files"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "frame.html").write_text("<p>frame")
    files = [Path(entry.file) for batch in Corpus(tmp_path, CorpusSettings()).batches() for entry in batch.entries]
    assert [str(path.relative_to(tmp_path)) for path in files] == ["1_a.html", "2_b_files/frame.html"]

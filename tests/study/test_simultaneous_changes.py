"""Hand edits during a change of the ad or the codebook: everything is imported, and can be undone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from test_hand_edits import AD, BOOK, LAMP, MIRRORS, SEA, TEXT, begun, document_of, edit, words_of

from codetui.core.session.commands import Undo
from codetui.model import Codebook, Source
from codetui.storage.session_files import SessionPaths
from codetui.study.session.outcome import PullKind, Saved
from codetui.study.session.session import Session
from codetui.study.session.sync import parse

NEW_TEXT = "Once more.\n\n" + TEXT.replace("the sea until", "the wide sea until")
NEW_NAMES = {"T1": "Lamp work", "T2": "Watch", "T3": "Pen", "I1": "Devices"}
NEW_BOOK = replace(
    BOOK,
    version="4",
    content_hash="def",
    sections=tuple(replace(each, title=f"{each.title}, anew") for each in BOOK.sections),
    groups=(BOOK.groups[1], replace(BOOK.groups[0], title="Heart")),
    codes=tuple(replace(code, name=NEW_NAMES[code.id]) for code in BOOK.codes),
)
WITHOUT_T2 = replace(BOOK, content_hash="ghi", codes=tuple(code for code in BOOK.codes if code.id != "T2"))
EDITED = {"T1": [(LAMP, "by hand")], "T2": [(SEA, ""), (MIRRORS, "")], "I1": [("sextant", "")]}


def reopened(root: Path, text: str, book: Codebook) -> Session:
    ad = Source(AD.id, AD.employer, AD.title, text, AD.file, AD.line)
    return Session(ad, book, SessionPaths(root, "rosa"), "rosa")


@pytest.mark.parametrize("book", [BOOK, NEW_BOOK, WITHOUT_T2], ids=["book", "other names", "a code less"])
@pytest.mark.parametrize("text", [TEXT, NEW_TEXT], ids=["ad", "other ad text"])
def test_a_hand_edit_is_imported_and_undone_despite_other_changes(tmp_path: Path, text: str, book: Codebook) -> None:
    before = words_of(begun(tmp_path))
    edit(tmp_path, f'"{LAMP}"', f'"{LAMP}" (by hand)')
    edit(tmp_path, f'  - "{SEA}"\n', f'  - "{SEA}"\n  - "{MIRRORS}"\n')
    session = reopened(tmp_path, text, book)
    assert session.initial_pull is not None
    assert "1 added, 1 changed." in session.initial_pull.message
    assert words_of(session) == EDITED
    placed = {coding.words: coding.anchor for coding in session.state.live()}
    assert [words for words, anchor in placed.items() if anchor is None] == ([SEA] if text is NEW_TEXT else [])
    assert all(anchor is None or text[anchor.start : anchor.end] == words for words, anchor in placed.items())
    assert session.save_document() is None
    session = reopened(tmp_path, text, book)
    assert session.initial_pull is None
    assert words_of(session) == EDITED
    outcome = session.execute(Undo())
    assert isinstance(outcome, Saved)
    assert outcome.message.startswith("Undone: an edit of the document by hand (")
    assert session.save_document() is None
    session = reopened(tmp_path, text, book)
    assert session.initial_pull is None
    assert words_of(session) == before
    assert words_of(reopened(tmp_path, TEXT, BOOK)) == before


def test_an_imported_document_edited_and_undone_is_exported_unchanged(tmp_path: Path) -> None:
    begun(tmp_path / "elsewhere")
    source = tmp_path / "mine.md"
    laid_out = (
        document_of(tmp_path / "elsewhere").read_text("utf-8").replace("\n- ", "\n*   ").replace("  - ", "    * ")
    )
    source.write_bytes(laid_out.replace("\n", "\r\n").encode())
    session = reopened(tmp_path / "sessions", TEXT, BOOK)
    session.import_text(parse(source.read_bytes().decode(), ""), source)
    assert session.save_document() is None
    path = document_of(tmp_path / "sessions")
    assert path.read_bytes() == source.read_bytes()
    path.write_bytes(path.read_bytes().replace(SEA.encode(), MIRRORS.encode()).replace(b"The lamp", b"The lantern"))
    session = reopened(tmp_path / "sessions", TEXT, BOOK)
    assert (words_of(session)["T2"], session.state.reasoning) == ([(MIRRORS, "")], "The lantern decides.")
    session.execute(Undo())
    assert session.save_document() is None
    session = reopened(tmp_path / "sessions", TEXT, BOOK)
    assert session.initial_pull is None
    assert path.read_bytes() == source.read_bytes()
    assert session.import_text(parse(source.read_bytes().decode(), ""), source).kind is PullKind.NOTHING_NEW

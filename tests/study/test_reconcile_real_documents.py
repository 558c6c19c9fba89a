"""Real documents are imported completely, and a second import makes no changes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from codetui.core.anchors.anchor import Ambiguous, Exact, Fuzzy, Orphan, locate
from codetui.core.session.state import State
from codetui.core.text.normalize import collapse_spaces
from codetui.formats.codebook.reader import parse_codebook
from codetui.formats.session_doc.markdown import parse_document
from codetui.formats.session_doc.model import Document, Entry
from codetui.model import Codebook, Source
from codetui.storage.sources.corpus import Corpus
from codetui.study.reconcile import reconcile
from testing.paths import ROOT, shared_path
from testing.reconciliation import apply, numbered_ids

SHARED = ROOT.parent / "shared"
DOCUMENTS = [*sorted(SHARED.glob("seeds/00[0-2]*.txt")), *sorted(SHARED.glob("pilot/codings/*.md"))]
PILOT = ROOT / "examples" / "pilot" / "codebook.toml"

pytestmark = pytest.mark.skipif(not DOCUMENTS, reason="the real corpus does not lie beside this clone (../shared)")


@pytest.fixture(scope="module")
def book() -> Codebook:
    found, _ = parse_codebook(PILOT.read_text("utf-8"), str(PILOT))
    assert found is not None
    return found


@pytest.fixture(scope="module")
def ads(book: Codebook, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Source]:
    corpus = Corpus(shared_path() / "pilot" / "ads.csv", book.corpus, tmp_path_factory.mktemp("sessions"))
    wanted = {parse_document(path.read_text("utf-8"), path.name)[0].source_id for path in DOCUMENTS}
    entries = [entry for batch in corpus.batches() for entry in batch.entries if entry.id in wanted]
    return {str(entry.id): ad for entry in entries if (ad := corpus.read(entry)[0])}


def entries(document: Document) -> list[Entry]:
    codes = (code for section in document.sections for block in section.blocks for code in block.codes)
    return [entry for code in codes for entry in code.entries]


def located(document: Document, ad: Source) -> Counter[str]:
    """Return how the core locates each quotation on its own."""
    found: Counter[str] = Counter()
    for entry in entries(document):
        if entry.kind == "note":
            continue
        match locate(ad.text, collapse_spaces(entry.words)):
            case Exact(step="folded"):
                found["folded"] += 1
            case Exact():
                found["exact"] += 1
            case Fuzzy():
                found["fuzzy"] += 1
            case Ambiguous():
                found["ambiguous"] += 1
            case Orphan():
                found["orphan"] += 1
    return found


def test_there_are_eight_real_documents(ads: dict[str, Source]) -> None:
    assert (len(DOCUMENTS), len(ads)) == (8, 8)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_a_real_document_is_imported_completely(path: Path, book: Codebook, ads: dict[str, Source]) -> None:
    document, _ = parse_document(path.read_text("utf-8"), path.name)
    ad = ads[document.source_id]
    taken = reconcile(document, None, State(), ad, book, path.name, numbered_ids())
    tally = taken.counts
    expected = located(document, ad)
    assert {name: getattr(tally, name) for name in ("exact", "folded", "fuzzy", "ambiguous", "orphan")} == {
        name: expected[name] for name in ("exact", "folded", "fuzzy", "ambiguous", "orphan")
    }
    state = apply(State(), *taken.events, cause="document")
    quoted = [entry for entry in entries(document) if entry.kind != "note"]
    assert Counter((collapse_spaces(one.words), one.note) for one in state.live()) == Counter(
        (collapse_spaces(entry.words), collapse_spaces(entry.note)) for entry in quoted
    )
    assert len([one for one in state.live() if one.anchor is None]) == expected["ambiguous"] + expected["orphan"]
    for coding in state.live():
        if coding.anchor and not coding.is_proposed and "..." not in coding.words:
            assert collapse_spaces(coding.anchor.words).casefold() == collapse_spaces(coding.words).casefold()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_importing_a_real_document_again_yields_no_changes(path: Path, book: Codebook, ads: dict[str, Source]) -> None:
    document, _ = parse_document(path.read_text("utf-8"), path.name)
    ad = ads[document.source_id]
    taken = reconcile(document, None, State(), ad, book, path.name, numbered_ids())
    state = apply(State(), *taken.events, cause="document")
    for base in (None, taken.document):
        again = reconcile(document, base, state, ad, book, path.name, numbered_ids("z"))
        assert (again.events, again.document) == ((), taken.document)
        assert [one.id for one in entries(again.document)] == [one.id for one in entries(taken.document)]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_each_entry_of_a_real_document_can_be_removed_by_hand(
    path: Path, book: Codebook, ads: dict[str, Source]
) -> None:
    text = path.read_text("utf-8")
    document, _ = parse_document(text, path.name)
    ad = ads[document.source_id]
    taken = reconcile(document, None, State(), ad, book, path.name, numbered_ids())
    state = apply(State(), *taken.events, cause="document")
    lines = text.split("\n")
    for entry in entries(taken.document):
        without = "\n".join(line for at, line in enumerate(lines, 1) if at != entry.line)
        found = reconcile(
            parse_document(without, path.name)[0], taken.document, state, ad, book, path.name, numbered_ids("z")
        )
        assert found.counts == (0, 0, 0, 0, 0, 0, 0, 0, 1, 0)
        (event,) = found.events
        assert getattr(event, "coding", getattr(event, "memo", "")) == entry.id

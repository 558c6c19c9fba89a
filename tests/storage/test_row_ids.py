"""Rows of tables without ids keep the ids that they get wherever they move and, once coded, when their text changes."""

from __future__ import annotations

import csv
import io
import json
import random
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codetui.model import CorpusSettings, Problem
from codetui.storage.session_files import safe_name
from codetui.storage.sources import row_ids
from codetui.storage.sources.corpus import Corpus
from codetui.storage.sources.row_ids import RECORD, digest_of_row, id_of_digest, merge_records
from testing.examples import examples

Rows = list[tuple[str, str, str]]
WORDS = "bakker zoekt collega voor de nacht you bake bread and run the oven deeg kassa vloer été straße"
ROWS: Rows = [
    ("De Oven", "Bakker", "Je bakt brood en je helpt klanten in onze winkel aan het kanaal, ook op zaterdag."),
    ("De Oven", "Leerling", "Je leert deeg kneden, en je veegt de vloer wanneer de nacht voorbij is."),
    ("Zeezicht", "Keeper", "You light the lamp at dusk.\nYou watch the sea until dawn, every day of the week."),
    ("Zeezicht", "Cook", "You cook for the crew of the ship and you keep the galley clean and warm."),
]


def to_csv(rows: Iterable[tuple[str, str, str]], header: str = "Bedrijf,Functie,Tekst") -> str:
    out = io.StringIO()
    csv.writer(out).writerows([header.split(","), *rows])
    return out.getvalue()


def opened(folder: Path, text: str, name: str = "ads.csv", columns: dict[str, str] | None = None) -> Corpus:
    (folder / "ads").mkdir(exist_ok=True)
    (folder / "ads" / name).write_text(text, "utf-8", newline="")
    return Corpus(folder / "ads" / name, CorpusSettings(columns=columns or {}), folder / "sessions")


def ids(corpus: Corpus) -> dict[str, str]:
    """Return the id of each text; every source is found by its id, and at its place."""
    found: dict[str, str] = {}
    for one in corpus.texts([]):
        found[one.source.text[one.source.body_start :]] = one.source.id
    entries = [entry for batch in corpus.batches() for entry in batch.entries]
    assert [entry.id for entry in entries] == list(found.values())
    for entry in entries:
        source = corpus.read(entry)[0]
        assert source is not None and found[source.text[source.body_start :]] == entry.id
        assert corpus.find(entry.id) == corpus.find(entry.id, entry.file, entry.offset, entry.line) == entry
    return found


def code(corpus: Corpus, *source_ids: str) -> None:
    """Record sources as coding them does."""
    list(corpus.batches())
    for source_id in source_ids:
        entry = corpus.find(source_id)
        source = corpus.read(entry)[0] if entry else None
        assert source is not None
        corpus.record(source)


def notes(corpus: Corpus) -> list[Problem]:
    return [problem for batch in corpus.batches() for problem in batch.problems]


def test_ids_follow_from_title_and_text_whatever_the_file(tmp_path: Path) -> None:
    expected = ids(opened(tmp_path, to_csv(ROWS)))
    assert list(expected) == [row[2] for row in ROWS]
    assert all(re.fullmatch("[b-z][2-9b-z]{6}", one) and safe_name(one) == one for one in expected.values())
    reordered = [(title, body, company) for company, title, body in reversed(ROWS)]
    objects = [dict(zip(("Bedrijf", "Functie", "Tekst", "uur"), (*row, 36), strict=True)) for row in ROWS]
    for other in (
        opened(tmp_path, to_csv(reordered, "Functie,Tekst,Bedrijf")),
        opened(tmp_path, to_csv(ROWS).replace("\n", "\r\n").replace(",", ", ")),
        opened(tmp_path, "".join(f"{json.dumps(one)}\n" for one in objects), "ads.jsonl"),
        opened(tmp_path, to_csv([("x", "Other", "text"), *ROWS]), columns={"id": ""}),
    ):
        found = {" ".join(text.split()): one for text, one in ids(other).items()}
        assert {" ".join(text.split()): one for text, one in expected.items()}.items() <= found.items()


def test_a_table_that_seems_to_have_ids_is_asked_about(tmp_path: Path) -> None:
    text = to_csv(ROWS, "Respondentnr,Functie,Tekst")
    assert [one for batch in opened(tmp_path, text).batches() for one in batch.entries] == []
    assert len(ids(opened(tmp_path, text, columns={"id": ""}))) == 4
    assert len(ids(opened(tmp_path, to_csv(ROWS, "Telefoonnummer,Functie,Tekst")))) == 4
    mapped = opened(tmp_path, text, columns={"id": "Respondentnr"}).first()
    assert mapped is not None and mapped.id == "De Oven"
    misspelt = notes(opened(tmp_path, to_csv(ROWS), columns={"id": "Nmumer"}))
    assert [problem.severity for problem in misspelt][:2] == ["warning", "error"]


def test_repeated_rows_are_one_ad_with_a_count(tmp_path: Path) -> None:
    repeated = (*ROWS[0][:2], f"  {ROWS[0][2]}\n")
    corpus = opened(tmp_path, to_csv([*ROWS, repeated, ("Bakkerij", *ROWS[0][1:]), ROWS[2]]))
    found = list(ids(corpus).values())
    assert len(found) == 4
    (note,) = (problem for problem in notes(corpus) if "repeat" in problem.message)
    assert note.severity == "note" and note.message.startswith("3 rows repeat")
    assert f"{found[0]} 3 times (again at line 7), {found[2]} 2 times" in note.message
    other = opened(tmp_path, to_csv([(ROWS[0][0], "Another title", ROWS[0][2]), *ROWS]))
    assert len([entry for batch in other.batches() for entry in batch.entries]) == 5


EDITED = ROWS[1][2].replace("vloer", "oven").replace("Je leert", "Jij leert")
REPLACING = "Quite another ad, at the place of the one that was deleted."


@pytest.mark.parametrize(
    ("after", "is_same"),
    [
        ([ROWS[0], (*ROWS[1][:2], EDITED), *ROWS[2:]], True),
        ([("X", "Y", "A new row at the top."), ROWS[0], (*ROWS[1][:2], EDITED), *ROWS[2:]], True),
        ([ROWS[0], (*ROWS[1][:2], EDITED), ("X", "Y", "A new row below."), *ROWS[2:]], True),
        ([(*ROWS[0][:2], "Also changed."), (*ROWS[1][:2], EDITED), (*ROWS[2][:2], "This, too.")], True),
        ([(*ROWS[1][:2], EDITED)], False),
        ([*ROWS[2:], (ROWS[1][0], "Aankomend bakker", ROWS[1][2]), ROWS[0]], True),
        ([ROWS[0], ("X", "Y", REPLACING), *ROWS[2:]], False),
        ([*ROWS[2:], ("X", "Y", "A row between"), (*ROWS[1][:2], EDITED), ("X", "Y", "them."), ROWS[0]], False),
        ([*ROWS, (*ROWS[1][:2], EDITED)], False),
        ([ROWS[0], (*ROWS[1][:2], EDITED), *ROWS[1:]], False),
    ],
)
def test_a_coded_row_whose_text_changes_stays_the_same_ad(tmp_path: Path, after: Rows, is_same: bool) -> None:
    before = opened(tmp_path, to_csv(ROWS))
    coded = ids(before)[ROWS[1][2]]
    code(before, coded)
    found = ids(opened(tmp_path, to_csv(after)))
    changed = next(text for text in (EDITED, ROWS[1][2], REPLACING) if text in found)
    assert (found[changed] == coded) == is_same
    assert len(set(found.values())) == len(found)


def test_a_change_that_was_coded_is_known_wherever_the_row_moves(tmp_path: Path) -> None:
    before = opened(tmp_path, to_csv(ROWS))
    coded = ids(before)[ROWS[1][2]]
    code(before, coded)
    after = opened(tmp_path, to_csv([ROWS[0], (*ROWS[1][:2], EDITED), *ROWS[2:]]))
    code(after, coded, coded)
    assert (tmp_path / "sessions/.sources" / RECORD).read_bytes().count(b"\n") == 2
    moved = opened(tmp_path, to_csv([ROWS[3], ROWS[2], ("X", "Y", "Z"), (*ROWS[1][:2], EDITED)]))
    assert ids(moved)[EDITED] == coded
    assert ids(opened(tmp_path, to_csv(ROWS)))[ROWS[1][2]] == coded


def test_ids_stay_when_another_column_is_the_title(tmp_path: Path) -> None:
    before = opened(tmp_path, to_csv(ROWS))
    known = ids(before)
    code(before, *known.values())
    assert ids(opened(tmp_path, to_csv(ROWS), columns={"title": "Bedrijf"})) == known


def test_texts_with_the_same_short_id_get_different_ids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_ids, "SHORT", 1)
    monkeypatch.setattr(row_ids.id_of_digest, "__defaults__", (1,))
    rows = [("X", "Y", f"Text number {number}.") for number in range(60)]
    before = opened(tmp_path, to_csv(rows))
    found = ids(before)
    assert len(set(found.values())) == 60 and {len(one) for one in found.values()} == {1, row_ids.LONG}
    code(before, *list(found.values())[20:])
    again = ids(opened(tmp_path, to_csv(list(reversed(rows)))))
    assert all(again[text] == found[text] for text in list(found)[20:])


def test_what_is_recorded_survives_copies_damage_and_merging(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    before = opened(tmp_path / "a", to_csv(ROWS))
    known = list(ids(before).values())
    code(before, known[1])
    record = tmp_path / "a/sessions/.sources" / RECORD
    after = to_csv([ROWS[0], (*ROWS[1][:2], EDITED), *ROWS[2:]])
    record.rename(record.with_name("ids (Anna's conflicted copy).jsonl"))
    assert ids(opened(tmp_path / "a", after))[EDITED] == known[1]
    for number, damage in enumerate((b"{", b"[1]", b'{"id": 1}', b"\xff", b"[" * 100_000, b"\n\n"), 1):
        record.write_bytes(damage + b"\n")
        damaged = opened(tmp_path / "a", after)
        assert ids(damaged)[EDITED] == known[1], number
        assert [problem.line for problem in notes(damaged) if problem.file == str(record)] == [1] * (damage != b"\n\n")
    (tmp_path / "b").mkdir()
    for _ in range(2):
        merge_records(tmp_path / "a/sessions", tmp_path / "b/sessions")
    assert ids(opened(tmp_path / "b", after))[EDITED] == known[1]
    assert (tmp_path / "b/sessions/.sources" / RECORD).read_bytes().count(b"\n") == 1


tables = st.lists(st.integers(0, 40), min_size=1, max_size=25, unique=True)


@given(before=tables, coded=st.sets(st.integers(0, 40)), after=tables, edited=st.sets(st.integers(0, 40)))
@settings(max_examples=examples(60))
def test_no_row_ever_gets_the_id_of_another(
    before: list[int], coded: set[int], after: list[int], edited: set[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("ids")

    def row(number: int, is_edited: bool) -> tuple[str, str, str]:
        words = random.Random(number).choices(WORDS.split(), k=30)
        return "De Oven", f"Vacature {number}", " ".join([*words[:12], "nieuw", *words[13:]] if is_edited else words)

    first = opened(folder, to_csv(row(number, False) for number in before))
    known = dict(zip(before, ids(first).values(), strict=True))
    code(first, *(known[number] for number in before if number in coded))
    rows = [row(number, number in edited) for number in after]
    found = dict(zip(after, ids(opened(folder, to_csv(rows))).values(), strict=True))
    assert len(set(found.values())) == len(found)
    for number in after:
        follows = id_of_digest(digest_of_row(*row(number, number in edited)[1:]))
        assert found[number] in (follows, *([known[number]] if number in known and number in coded else []))
        assert number in edited or found[number] == follows

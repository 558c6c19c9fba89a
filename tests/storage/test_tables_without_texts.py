"""Tables without a column of ids or texts are refused with one message and the line to write into the codebook."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from codetui.model import CorpusSettings
from codetui.storage.sources.corpus import Corpus


def opened(folder: Path, name: str, text: str) -> tuple[list[str], list[str]]:
    """Return the ids of a table's sources, and the messages about it except notes."""
    (folder / name).write_text(text, "utf-8")
    corpus = Corpus(folder / name, CorpusSettings())
    batches = list(corpus.batches())
    problems = [problem.message for batch in batches for problem in batch.problems if problem.severity != "note"]
    return [entry.id for batch in batches for entry in batch.entries], problems


@pytest.mark.parametrize(
    ("name", "text", "columns"),
    [
        ("a.csv", "respondent_id,open_response_text\nR1,Moe.\n", {"id": "respondent_id", "body": "open_response_text"}),
        (
            "a.csv",
            "Deelnemer;Leeftijd;Antwoord op vraag 3\n1;30;Moe.\n",
            {"id": "Deelnemer", "body": "Antwoord op vraag 3"},
        ),
        ("a.csv", "id,label\n1,x\n", {"id": "id", "body": "your column"}),
        ("a.csv", 'x,"the ""best"" review"\n1,y\n', {"body": 'the "best" review'}),
        ("a.csv", "Stelle;Telefonnr;Anzeige\n1;2;y\n", {"body": "your column", "title": "Stelle"}),
        ("a.csv", "Telefoonnummer;Comment id;Comment\n1;2;y\n", {"id": "Comment id", "body": "Comment"}),
        ("a.jsonl", '{"id": 1, "label": "x"}\n{"id": 2, "label": "y"}\n', {"id": "id", "body": "your column"}),
        ("a.jsonl", '{"id": 1, "antwoord": "x"}\n', {"id": "id", "body": "antwoord"}),
    ],
)
def test_a_table_without_ids_or_texts_is_refused_with_one_line_to_paste(
    tmp_path: Path, name: str, text: str, columns: dict[str, str]
) -> None:
    ids, problems = opened(tmp_path, name, text)
    assert ids == []
    (message,) = [problem for problem in problems if "columns = " in problem]
    line = message[message.index("columns = ") : message.index("}. ") + 1]
    assert tomllib.loads(f"[corpus]\n{line}\n")["corpus"]["columns"] == columns


def test_an_object_without_a_text_among_others_is_a_source(tmp_path: Path) -> None:
    text = '{"id": 1}\n{"id": 2, "text": "Moe."}\n{"id": 3}\n'
    assert opened(tmp_path, "a.jsonl", text)[0] == ["1", "2", "3"]

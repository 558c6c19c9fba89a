"""Codings as other programs write them: every phrase gets a place or a class, and what is left out is named."""

from __future__ import annotations

import json
import unicodedata
from io import BytesIO
from pathlib import Path

import pytest
from xlsxwriter import Workbook

from codetui.cli.main import run
from codetui.study.study import Study
from testing.studies import write_study

BODY = "Café 🔥 at dusk: you light the lamp.\nYou watch the sea; je bewaakt “de zee”. You watch the log."
TEXT = f"Keeper\n\n{BODY}"
"""The text of the source as the study has it."""

LAMP, SEA = "light the lamp", "watch the sea"


def at(words: str, text: str = TEXT) -> tuple[int, int]:
    return text.index(words), text.index(words) + len(words)


def in_units(words: str, encoding: str, size: int) -> list[int]:
    return [len(TEXT[:place].encode(encoding)) // size for place in at(words)]


def workbook(*rows: tuple[str, ...]) -> bytes:
    data = BytesIO()
    with Workbook(data) as book:
        sheet = book.add_worksheet("highlights")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        book.add_worksheet("about").write(0, 0, "made today")
    return data.getvalue()


def lines(*records: object) -> str:
    return "".join(f"{json.dumps(one)}\n" for one in records)


CRLF = TEXT.replace("\n", "\r\n")
PLAIN = [("TASK1", LAMP)]
BOTH = [("TASK1", LAMP), ("TASK2", SEA)]
STUDIO = {"value": {"start": at(LAMP)[0], "end": at(LAMP)[1], "text": LAMP, "labels": ["TASK1"]}, "type": "labels"}

FILES: dict[str, tuple[str, str | bytes, list[tuple[str, str]], dict[str, int]]] = {
    "semicolons, BOM, Dutch columns": ("a.csv", f"\ufeffAdvertentie;Code;Citaat\n21;TASK1;{LAMP}\n", PLAIN, {}),
    "tabs in UTF-16": ("a.tsv", f"document name\tcode\tsegment\n21\tTASK1\t{LAMP}\n".encode("utf-16"), PLAIN, {}),
    "pipes": ("a.csv", f"doc_id|label|excerpt\n21|TASK1|{LAMP}\n", PLAIN, {}),
    "several codes in a cell": (
        "a.csv",
        f'document,quotation content,codes\n21,{LAMP},"TASK1\nTASK2"\n',
        [("TASK1", LAMP), ("TASK2", LAMP)],
        {},
    ),
    "a quotation without a code": (
        "a.csv",
        f"id,document,tag,content\n1,21,TASK1,{LAMP}\n2,21,,{SEA}\n",
        PLAIN,
        {"quotations without a code": 1},
    ),
    "a workbook of highlights": (
        "a.xlsx",
        workbook(("id", "document", "tag", "content"), ("1", "21", "TASK1", LAMP)),
        PLAIN,
        {"other sheets": 1},
    ),
    "null fields": (
        "a.jsonl",
        lines({"ad": 21, "code": "TASK1", "quote": LAMP, "start": None, "note": None, "profile": None}),
        PLAIN,
        {},
    ),
    "words in NFD": (
        "a.jsonl",
        lines({"ad": 21, "code": "TASK1", "quote": unicodedata.normalize("NFD", "Café")}),
        [("TASK1", "Café")],
        {},
    ),
    "lines with CRLF": (
        "a.jsonl",
        lines({"ad": 21, "code": "TASK1", "quote": "the lamp.\r\nYou watch"}),
        [("TASK1", "the lamp.\nYou watch")],
        {},
    ),
    "UTF-16 units": (
        "a.jsonl",
        lines(
            {"ad": 21, "code": "TASK1", "quote": "You watch", "start": in_units("You watch the log", "utf-16-le", 2)[0]}
        ),
        [("TASK1", "You watch@2")],
        {},
    ),
    "bytes": (
        "a.jsonl",
        lines({"ad": 21, "code": "TASK1", "quote": "You watch", "start": in_units("You watch the log", "utf-8", 1)[0]}),
        [("TASK1", "You watch@2")],
        {},
    ),
    "overlapping spans": (
        "a.jsonl",
        lines({"text": TEXT, "ad": "21", "label": [[*at(LAMP), "TASK1"], [*at("the lamp"), "TASK2"]]}),
        [("TASK1", LAMP), ("TASK2", "the lamp")],
        {},
    ),
    "doccano with relations and null": (
        "a.jsonl",
        lines(
            {
                "id": 1,
                "ad": 21,
                "text": CRLF,
                "entities": [
                    {
                        "id": 3,
                        "label": "TASK1",
                        "start_offset": at("You watch the log", CRLF)[0],
                        "end_offset": at("You watch the log", CRLF)[0] + 9,
                    }
                ],
                "relations": [{"from_id": 3, "to_id": 4}],
                "Comments": ["why"],
            },
            {"id": 2, "ad": 22, "text": "You write the log.", "label": None},
        ),
        [("TASK1", "You watch@2")],
        {"relations": 1, "comments": 1},
    ),
    "doccano with labels of texts": (
        "a.jsonl",
        lines({"ad": 21, "text": TEXT, "label": ["Keeper", "Builder"]}),
        [],
        {"further labels of a text": 1},
    ),
    "Prodigy": (
        "a.jsonl",
        lines(
            {
                "text": TEXT,
                "meta": {"ad": 21},
                "spans": [{"start": at(LAMP)[0], "end": at(LAMP)[1], "label": "TASK1"}],
                "answer": "accept",
            },
            {"text": "You write the log.", "meta": {"ad": 22}, "spans": [], "answer": "reject"},
        ),
        PLAIN,
        {"texts that were rejected or ignored": 1},
    ),
    "Label Studio": (
        "a.json",
        json.dumps(
            [
                {
                    "id": 1,
                    "data": {"text": TEXT, "ad": 21},
                    "predictions": None,
                    "annotations": [
                        {
                            "result": [
                                {**STUDIO, "id": "r1"},
                                {"id": "r1", "type": "textarea", "value": {"text": ["first"]}},
                                {"type": "relation", "from_id": "r1", "to_id": "r2"},
                                {"type": "rating", "value": {"rating": 3}},
                                {"type": "choices", "value": {"choices": ["Keeper", "Builder"]}},
                            ]
                        },
                        {"result": [], "was_cancelled": True},
                    ],
                },
            ]
        ),
        PLAIN,
        {"relations": 1, "ratings": 1, "further choices for a text": 1, "annotations that were cancelled": 1},
    ),
    "Label Studio on pages": (
        "a.json",
        json.dumps(
            [
                {
                    "id": 1,
                    "data": {"text": TEXT, "ad": 21},
                    "annotations": [
                        {
                            "result": [
                                {
                                    "type": "hypertextlabels",
                                    "value": {
                                        "start": "/p[1]/text()[1]",
                                        "end": "/p[1]/text()[1]",
                                        "globalOffsets": {"start": at(LAMP)[0], "end": at(LAMP)[1]},
                                        "text": LAMP,
                                        "hypertextlabels": ["TASK1"],
                                    },
                                }
                            ]
                        }
                    ],
                }
            ]
        ),
        PLAIN,
        {},
    ),
    "brat with parts, relations and notes": (
        "21.ann",
        "T1\tTASK1 {} {};{} {}\tlight lamp\r\nT2\tTASK2 {} {}\t{}\nR1\tBefore Arg1:T1 Arg2:T2\nE1\tTASK1:T1\n"
        "A1\tSure T1\n#1\tAnnotatorNotes T2\tsoon\n#2\tAnnotatorNotes R1\tno\n".format(
            *at("light"), *at("lamp"), *at(SEA), SEA
        ),
        [("TASK1", "light"), ("TASK1", "lamp"), ("TASK2", SEA)],
        {"relations": 1, "events": 1, "attributes": 1, "notes on others": 1},
    ),
}


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(write_study(tmp_path, {}))
    (tmp_path / "ads.csv").write_text(
        f'id,title,body\n21,Keeper,"{BODY}"\n22,Writer,You write the log.\n', encoding="utf-8"
    )
    return tmp_path


def placed(coder: str) -> list[tuple[str, str]]:
    """Return code and the text's own words of each coding; `@2` marks the second place of `You watch`."""
    (session,) = [one for one in Study.open(corpus="ads.csv").sessions(coder=coder) if one.source.id == "21"]
    found = []
    for one in session.state.live():
        words = one.anchor.words if one.anchor else f"({one.words})"
        is_second = one.anchor is not None and words == "You watch" and one.anchor.start > TEXT.index("zee")
        found.append((one.code, f"{words}@2" if is_second else words))
    return found


def test_files_of_other_programs_are_imported_and_nothing_is_lost_silently(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("21.txt").write_text(TEXT, encoding="utf-8")
    for number, (name, (file, content, expected, left_out)) in enumerate(FILES.items()):
        Path(file).write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        code = run(["import-codings", file, "--as", f"m{number}", "--json", "--corpus", "ads.csv"])
        report = json.loads(capsys.readouterr().out)
        assert (name, code, placed(f"model:m{number}"), report["left_out"]) == (name, 0, expected, left_out)


REFUSED: list[tuple[str | bytes, str]] = [
    (f"ad,code,quote\n21,TASK1,you {LAMP}, and more\n", "a.csv:2: this row has 4 cells, and there are 3 columns"),
    (f"ad,code,quote\n,TASK1,{LAMP}\n", "a.csv:2: row 1 has no id"),
    ("ad,code,quote\n21,TASK1,\n", "a.csv:2: row 1 has a code but no quote"),
    (b"ad,code,quote\n21,TASK1,Caf\xe9\n", "a.csv:2: this is no text in UTF-8"),
    ("<html><body>Highlights</body></html>", "these are no codings in a known format"),
]


def test_files_that_are_not_understood_are_refused_with_their_line(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for content, message in REFUSED:
        Path("a.csv").write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        assert run(["import-codings", "a.csv", "--as", "m", "--corpus", "ads.csv"]) == 2
        assert message in capsys.readouterr().err
    assert not (study / "sessions").exists()

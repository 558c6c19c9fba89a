"""Codings in the files of other programs."""

from __future__ import annotations

import json

import pytest

from codetui.formats.codings import READERS, read_codings
from codetui.formats.codings.foreign import CodingsFile, ForeignSource, UnknownFormatError

AD = "Baker\n\nYou bake bread. You sell it."
ANALYSIS = {
    "job_id": 7,
    "job_details": {"title": "Baker"},
    "analysis": {
        "profile_classification": {"profile": "Baker", "rationale": "Bread."},
        "thematic_analysis": {
            "tasks": [{"category": "T1: Baking", "phrase": "bake bread", "justification": "An oven."}],
            "tools": None,
        },
    },
}


def read(name: str, text: str, **beside: str) -> list[ForeignSource]:
    """Read a file of this name; `beside` are files next to it, by their stems."""
    files = {f"{stem}.txt": content.encode() for stem, content in beside.items()}
    return list(read_codings(CodingsFile(name, text.encode("utf-8"), files.get)))


def as_lines(*values: object) -> str:
    """Return JSON lines."""
    return "".join(f"{json.dumps(value, ensure_ascii=False)}\n" for value in values)


def parts(source: ForeignSource) -> list[tuple[str, str, int | None, int | None, str]]:
    """Return code, words, offsets and note of each coding."""
    return [(one.code, one.words, one.start, one.end, one.note) for one in source.codings]


DOCCANO = {"id": 3, "text": AD, "meta": {"ad": "7"}, "label": [[7, 22, "T1"], [23, 35, "T2"]]}
STUDIO = {
    "id": 1,
    "data": {"text": AD, "ad": "7"},
    "annotations": [
        {
            "completed_by": {"id": 4, "email": "noor@example.org"},
            "result": [
                {"type": "labels", "value": {"start": 7, "end": 22, "text": "You bake bread.", "labels": ["T1", "T2"]}},
                {"type": "choices", "value": {"choices": ["Baker"]}},
            ],
        },
        {"was_cancelled": True, "result": []},
    ],
    "predictions": [{"model_version": "m1", "result": [{"value": {"start": 0, "end": 5, "labels": "T1"}}]}],
}
GOLD = {
    "doc_id": "7",
    "stage0": {"relevant": True},
    "stage1": {"spans": [{"start": 7, "end": 22, "code": "T1", "quote": "You bake bread."}]},
    "stage2": {"label": "Baker"},
}


ROWS = [
    {"ad": 7, "code": "T1", "quote": "bake bread", "note": "daily"},
    {"ad": "7", "code": "T2", "quote": "sell it", "note": None},
]
NO_CODE = {"doc_id": 8, "stage1": {"spans": [{"start": 1}]}}
NO_CATEGORY = {"job_id": 7, "analysis": {"thematic_analysis": {"t": [{"phrase": 1}]}}}


def test_an_analysis_gives_codings_profile_and_notes() -> None:
    (source,) = read("analysis_job_7.json", json.dumps(ANALYSIS))
    assert (source.id, source.profile, source.reasoning) == ("7", "Baker", "Bread.")
    assert parts(source) == [("T1: Baking", "bake bread", None, None, "An oven.")]
    assert source.codings[0].list_name == "tasks"


@pytest.mark.parametrize(
    "record",
    [
        DOCCANO,
        {**DOCCANO, "label": None, "labels": DOCCANO["label"]} | {"label": []},
        {
            "text": AD,
            "ad": 7,
            "entities": [
                {"id": 1, "label": "T1", "start_offset": 7, "end_offset": 22},
                {"id": 2, "label": "T2", "start_offset": 23, "end_offset": 35},
            ],
            "relations": [],
        },
    ],
)
def test_both_shapes_of_doccano_give_spans_with_the_words_of_their_text(record: dict[str, object]) -> None:
    if record.get("label") == []:
        del record["label"]
    (source,) = read("all.jsonl", as_lines(record))
    assert source.id == "7"
    assert parts(source) == [
        ("T1", "You bake bread.", 7, 22, ""),
        ("T2", "You sell it.", 23, 35, ""),
    ]


def test_label_studio_gives_a_source_for_each_person_and_each_model() -> None:
    people, model = read("export.json", json.dumps([STUDIO]))
    assert (people.coder, people.profile, model.coder) == ("noor@example.org", "Baker", "m1")
    assert parts(people) == [("T1", "You bake bread.", 7, 22, ""), ("T2", "You bake bread.", 7, 22, "")]
    assert parts(model) == [("T1", "", 0, 5, "")]


def test_gold_gives_spans_and_the_profile() -> None:
    (source,) = read("gold.jsonl", as_lines(GOLD))
    assert (source.id, source.profile) == ("7", "Baker")
    assert parts(source) == [("T1", "You bake bread.", 7, 22, "")]


def test_brat_gives_a_coding_for_each_part_with_its_note() -> None:
    ann = "T1\tT1 7 22\tYou bake bread.\n#1\tAnnotatorNotes T1\tevery day\n"
    ann += "T2\tT2 0 5;23 26\tBaker You\nR1\tx Arg1:T1 Arg2:T2\n"
    (source,) = read("dir/7.ann", ann, **{"7": AD})
    assert source.id == "7" and source.text == AD
    assert parts(source) == [
        ("T1", "You bake bread.", 7, 22, "every day"),
        ("T2", "Baker", 0, 5, "part 1 of 2 of one annotation"),
        ("T2", "You", 23, 26, "part 2 of 2 of one annotation"),
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "ad,code,quote,note\n7,T1,bake bread,daily\n7,T2,sell it,\n"),
        ("a.csv", "\ufeffAd;Code;Quote;Note\r\n7;T1;bake bread;daily\r\n7;T2;sell it;\r\n"),
        ("a.tsv", "document\ttag\tcontent\tcomment\n7\tT1\tbake bread\tdaily\n7\tT2\tsell it\t\n"),
        (
            "a.jsonl",
            as_lines(
                {"ad": 7, "code": "T1", "quote": "bake bread", "note": "daily"},
                {"ad": "7", "code": "T2", "quote": "sell it", "note": None},
            ),
        ),
        (
            "a.json",
            json.dumps(
                [
                    {"ad": 7, "code": "T1", "quote": "bake bread", "note": "daily"},
                    {"ad": 7, "code": "T2", "quote": "sell it"},
                ]
            ),
        ),
    ],
)
def test_rows_are_read_with_the_names_that_people_give_their_columns(name: str, text: str) -> None:
    (source,) = read(name, text)
    assert source.id == "7"
    assert [one[:2] + one[4:] for one in parts(source)] == [("T1", "bake bread", "daily"), ("T2", "sell it", "")]


def test_highlights_of_taguette_are_rows() -> None:
    """Its CSV has the columns id, document, tag and content, where `id` is that of the highlight."""
    (source,) = read("highlights.csv", 'id,document,tag,content\n41,7.txt,T1,"bake ""bread"""\n42,7.txt,T2,sell\n')
    assert source.id == "7.txt"
    assert [one[:2] for one in parts(source)] == [("T1", 'bake "bread"'), ("T2", "sell")]


def test_a_row_with_a_profile_alone_is_a_source_without_codings() -> None:
    first, second = read("a.csv", "ad,code,quote,profile,reasoning\n7,,,Baker,It bakes.\n8,T1,x,,\n")
    assert (first.profile, first.reasoning, first.codings) == ("Baker", "It bakes.", ())
    assert second.profile == ""


def test_the_rows_of_several_coders_stay_apart() -> None:
    found = read("a.csv", "ad,coder,code,quote\n7,Noor,T1,bread\n7,Sam,T2,bread\n")
    assert [(one.coder, parts(one)[0][0]) for one in found] == [("Noor", "T1"), ("Sam", "T2")]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", "name,colour\nx,red\n", "Expected is one of"),
        ("a.txt", "just words", "Expected is one of"),
        ("a.json", "{}", "Expected is one of"),
        ("a.json", "[]", "Expected is one of"),
        ("a.json", "[1, 2]", "Expected is one of"),
        ("a.csv", "ad,code,quote\n7,T1,\n", "a.csv:2: row 1 has a code but no quote"),
        ("a.csv", "ad,code,quote\n7,T1,x\n,T1,x\n", "a.csv:3: row 2 has no id"),
        ("a.csv", "ad,code,quote,start\n7,T1,x,seven\n", "a.csv:2: record 1, start: "),
        ("a.jsonl", as_lines(GOLD) + "{oops\n", "a.jsonl:2: this line is not valid JSON"),
        (
            "a.jsonl",
            as_lines(GOLD, NO_CODE),
            "a.jsonl:2: record 2, stage1.spans.0.code",
        ),
        (
            "a.json",
            json.dumps(NO_CATEGORY),
            "thematic_analysis.t.0.category",
        ),
        ("a.ann", "T1\tT1 seven 22\tx\n", "a.ann:1: this is no entity of brat"),
    ],
)
def test_a_file_that_fits_no_format_is_refused_with_the_line_and_what_is_expected(
    name: str, text: str, message: str
) -> None:
    with pytest.raises(UnknownFormatError) as refused:
        read(name, text)
    assert message in str(refused.value)


def test_a_file_that_is_no_text_is_refused() -> None:
    with pytest.raises(UnknownFormatError, match=r"x\.csv:2: this is no text in UTF-8"):
        read_codings(CodingsFile("x.csv", b"ad,code\n\xff\xfe", lambda _: None))


def test_every_reader_says_what_it_expects() -> None:
    assert all(reader.expected and reader.suffixes for reader in READERS.values())

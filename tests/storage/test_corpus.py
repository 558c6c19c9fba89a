"""Every ad opens or is reported, and the others open."""

import codecs
import json
import os
from pathlib import Path

import pytest

from codetui.model import CorpusSettings, Problem, SourceEntry
from codetui.storage.sources.corpus import BATCH, Corpus
from codetui.storage.sources.reader import LIMIT


def corpus(path: Path, **columns: str) -> Corpus:
    return Corpus(path, CorpusSettings(columns=columns))


def listed(opened: Corpus) -> tuple[list[SourceEntry], list[Problem]]:
    batches = list(opened.batches())
    assert all(0 <= batch.done <= batch.total for batch in batches)
    entries = [entry for batch in batches for entry in batch.entries]
    assert opened.first() == (entries[0] if entries else None)
    return entries, [problem for batch in batches for problem in batch.problems]


def texts(opened: Corpus) -> dict[str, str]:
    found = {}
    for entry in listed(opened)[0]:
        ad, _ = opened.read(entry)
        assert ad is not None
        assert (ad.id, ad.employer, ad.title, ad.file) == (
            entry.id,
            entry.employer,
            entry.title,
            entry.file,
        )
        found[str(entry.id)] = ad.text
    return found


def table(folder: Path, content: str | bytes, name: str = "ads.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


# --- folders of text files --------------------------------------------------------------------------


def test_a_folder_is_listed_in_natural_order_files_before_folders(tmp_path: Path) -> None:
    for name in ("10_x.txt", "2_x.md", "b/1_y.txt", "a/deep/3_z.txt", "Zoo.txt", "1_x.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("text")
    assert [entry.id for entry in listed(corpus(tmp_path))[0]] == ["1", "2", "10", "Zoo", "3"]


@pytest.mark.parametrize("pattern", ["{}_acme.txt", "analysis_job_{}_acme.txt", "{:06}.txt", "{}{}.txt", "n{}.txt"])
@pytest.mark.parametrize("start", [0, 950])
def test_the_first_ad_of_a_large_folder_is_the_first_of_the_list(tmp_path: Path, pattern: str, start: int) -> None:
    for number in range(start, start + 1100):
        (tmp_path / pattern.format(number, number)).write_text("text")
    entries, _ = listed(corpus(tmp_path))
    assert len(entries) == 1100


def test_text_files_are_read_exactly_except_byte_order_mark_and_line_ends(tmp_path: Path) -> None:
    text = "# Één\r\n\r\nnul \0 line\u2028sep \u0301 lone \x0b\x0c\x85 mixed\n\rend "
    (tmp_path / "1_x.txt").write_bytes(codecs.BOM_UTF8 + text.encode())
    (tmp_path / "2_x.txt").write_bytes(codecs.BOM_UTF16_LE + text.encode("utf-16-le"))
    (tmp_path / "3_x.txt").write_bytes(codecs.BOM_UTF16_BE + text.encode("utf-16-be"))
    opened = corpus(tmp_path)
    plain = "# Één\n\nnul \0 line\u2028sep \u0301 lone \x0b\x0c\x85 mixed\n\nend "
    assert texts(opened) == {"1": plain, "2": plain, "3": plain}
    assert {entry.title for entry in listed(opened)[0]} == {"Één"}


def test_windows_1252_is_read_line_by_line_and_reported_once(tmp_path: Path) -> None:
    content = "é first\n".encode() + "caf\xe9 \u20ac5\n".encode("cp1252") + b"undefined \x81\n" + "é".encode()
    (tmp_path / "1_x.txt").write_bytes(content)
    opened = corpus(tmp_path)
    ad, problems = opened.read(listed(opened)[0][0])
    assert ad is not None
    assert ad.text == "é first\ncafé €5\nundefined \ufffd\né"
    assert [(problem.line, problem.severity) for problem in problems] == [(2, "warning")]
    assert "Windows-1252" in problems[0].message


@pytest.mark.parametrize(
    ("name", "ad_id", "employer"),
    [
        ("752_fitura", "752", "Fitura"),
        ("752-fitura", "752", "Fitura"),
        ("752 Creative Fabrica", "752", "Creative Fabrica"),
        ("analysis_job_35_creative_fabrica", "35", "Creative Fabrica"),
        ("vacature-12_GitLab", "12", "GitLab"),
        ("0007", "0007", ""),
        ("fitura", "fitura", ""),
        ("2023-11-16_acme", "2023-11-16_acme", ""),
        ("e\u0301cole", "\u00e9cole", ""),
    ],
)
def test_a_file_s_name_contains_id_and_employer(tmp_path: Path, name: str, ad_id: str, employer: str) -> None:
    (tmp_path / f"{name}.txt").write_text("text")
    [entry], _ = listed(corpus(tmp_path))
    assert (entry.id, entry.employer, entry.offset) == (ad_id, employer, -1)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("\n\n  First line  \nsecond", "First line"),
        ("intro\r\n## **The Title** ##\r\ntext", "The Title"),
        ("---\n***\nReal words", "Real words"),
        ("#hashtag\n", "#hashtag"),
        ("# Head of *people*\n", "Head of *people*"),
        ("**Cook** and **baker**\n", "**Cook** and **baker**"),
        ("**Cook for snake_case**\n", "Cook for snake_case"),
        ("é" * 6000, "é" * 200),
        ("", ""),
    ],
)
def test_a_file_s_title_is_its_first_heading_or_line(tmp_path: Path, text: str, title: str) -> None:
    (tmp_path / "1.txt").write_bytes(text.encode())
    [entry], _ = listed(corpus(tmp_path))
    assert entry.title == title


def test_files_that_are_not_ads_are_skipped_and_counted(tmp_path: Path) -> None:
    for name in ("1.txt", ".hid.txt", "~$ads.csv", ".git/2.txt", "README.md", "a.png", "b.PNG", "licensed nurse.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("text")
    entries, problems = listed(corpus(tmp_path))
    assert [entry.id for entry in entries] == ["1", "licensed nurse"]
    [note] = problems
    assert note.severity == "note"
    assert note.message.startswith("3 files were skipped (.png, README.md)")


def test_a_dangling_link_is_reported_and_hides_no_other_ad(tmp_path: Path) -> None:
    (tmp_path / "1.txt").write_text("text")
    (tmp_path / "2.txt").symlink_to("nowhere.txt")
    (tmp_path / "3.txt").symlink_to("3.txt")
    (tmp_path / "4.txt").symlink_to("1.txt")
    entries, [note] = listed(corpus(tmp_path))
    assert [entry.id for entry in entries] == ["1", "4"]
    assert note.severity == "note" and note.message.startswith("2 files were skipped (broken link): ")


def test_sessions_are_not_ads(tmp_path: Path) -> None:
    for name in ("1.txt", "sessions/anna/analysis_job_1_x.md", "out/ben/analysis_job_1_x.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("text")
    (tmp_path / "out/ben/events").mkdir()
    entries, _ = listed(Corpus(tmp_path, CorpusSettings(), outputs=tmp_path / "sessions"))
    assert [entry.id for entry in entries] == ["1"]


@pytest.mark.skipif(os.name == "nt", reason="links, and names of any bytes")
def test_links_in_a_circle_and_strange_names_do_not_stop_the_list(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere")
    (tmp_path / "folder.txt").mkdir()
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / os.fsdecode(b"1_caf\xe9\x1b.txt")).write_text("text")
    opened = corpus(tmp_path)
    entries, problems = listed(opened)
    assert [(entry.id, entry.employer) for entry in entries] == [("1", "Caf\ufffd\x1b")]
    assert texts(opened) == {"1": "text"}
    assert all(str(problem).isprintable() for problem in problems)


def test_an_ad_without_its_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "1.txt").write_text("text")
    opened = corpus(tmp_path)
    (tmp_path / "2.txt").write_text("text")
    [_, second], _ = listed(opened)
    (tmp_path / "2.txt").unlink()
    ad, [problem] = opened.read(second)
    assert ad is None
    assert problem.severity == "error"


def test_an_empty_corpus_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "ads.png").write_bytes(b"")
    for path in (tmp_path / "empty", tmp_path / "absent", tmp_path / "ads.png", table(tmp_path, "id,text\n")):
        entries, problems = listed(corpus(path))
        assert not entries
        assert [problem.severity for problem in problems if problem.severity != "note"] == ["error"]
        assert ".jsonl" in problems[-1].message


def test_an_empty_ad_is_listed_with_a_note(tmp_path: Path) -> None:
    (tmp_path / "1.txt").write_bytes(b"")
    (tmp_path / "2.txt").write_bytes(codecs.BOM_UTF8 + b" \n")
    entries, problems = listed(corpus(tmp_path))
    assert len(entries) == 2
    assert [problem.severity for problem in problems] == ["note", "note"]


def test_the_first_of_two_ads_with_the_same_id_is_kept_and_both_places_are_reported(tmp_path: Path) -> None:
    (tmp_path / "7_x.txt").write_text("first")
    table(tmp_path, "id,text\n1,a\n7,second\n1,third\n", "z.csv")
    opened = corpus(tmp_path)
    assert texts(opened) == {"7": "first", "1": "a"}
    problems = [problem for problem in listed(opened)[1] if problem.severity == "error"]
    assert [(Path(problem.file).name, problem.line) for problem in problems] == [("z.csv", 3), ("z.csv", 4)]
    assert "7_x.txt" in problems[0].message
    assert "z.csv:2" in problems[1].message


def test_a_long_list_comes_in_batches(tmp_path: Path) -> None:
    rows = "".join(f"{number},text\n" for number in range(3 * BATCH))
    batches = list(corpus(table(tmp_path, "id,text\n" + rows)).batches())
    assert [len(batch.entries) for batch in batches] == [BATCH, BATCH, BATCH, 0]
    assert [batch.done for batch in batches] == sorted(batch.done for batch in batches)
    assert batches[-1].done == batches[-1].total > 0


# --- tables -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        "job_id,Organisatienaam,Vacaturetitel,Functieomschrijving",
        "ID;Company;Job Title;Job Description",
        "nummer\twerkgever\tfunctietitel\tvacaturetekst",
        "Vacature-ID,Bedrijf,FUNCTIE,Omschrijving",
        "Ad Id,Employer,Títle,Body",
        '"id","organisation","title","text, whole"',
    ],
)
def test_common_headers_in_english_and_dutch_are_recognised(tmp_path: Path, header: str) -> None:
    sign = next(sign for sign in "\t;," if sign in header)
    header = header.replace("text, whole", "text")
    row = sign.join(["7", "Acme", "Engineer", '"Builds; things,\tby hand.\n\nWell."'])
    opened = corpus(table(tmp_path, f"{header}\r\n{row}\r\n"))
    assert texts(opened) == {"7": "Engineer\n\nBuilds; things,\tby hand.\n\nWell."}
    [entry], problems = listed(opened)
    assert (entry.employer, entry.title, entry.line) == ("Acme", "Engineer", 2)
    assert not problems


def test_a_row_without_title_is_only_its_body(tmp_path: Path) -> None:
    assert texts(corpus(table(tmp_path, "id,title,text\n1, ,body\n2,T,\n"))) == {"1": "body", "2": "T\n\n"}


def test_column_settings_override_recognised_names(tmp_path: Path) -> None:
    path = table(tmp_path, "id,code,text,ruwe tekst\n1,A-1,clean,raw\n")
    assert texts(corpus(path, id="code", body="ruwe tekst")) == {"A-1": "raw"}


def test_a_missing_mapped_column_is_reported_with_the_columns_found(tmp_path: Path) -> None:
    opened = corpus(table(tmp_path, "id,titel,text\n1,T,body\n"), title="Kop", text="text")
    entries, problems = listed(opened)
    assert len(entries) == 1
    absent, unknown = (problem.message for problem in problems if problem.severity == "warning")
    assert '"Kop"' in absent and "id, titel, text" in absent and '"titel" is used instead' in absent
    assert '"text"' in unknown


@pytest.mark.parametrize("header", ["respondent nr,text", "id,company"])
def test_a_table_without_ids_or_texts_is_an_error_with_a_remedy(tmp_path: Path, header: str) -> None:
    (tmp_path / "1.txt").write_text("text")
    table(tmp_path, f"{header}\nAcme,body\n")
    entries, problems = listed(corpus(tmp_path))
    assert [entry.file for entry in entries] == [str(tmp_path / "1.txt")]
    error = next(problem for problem in problems if problem.severity == "error")
    assert "below [corpus]" in error.message and header.replace(",", ", ") in error.message


def test_ids_are_just_strings(tmp_path: Path) -> None:
    ids = ["../../x", "CON", "a/b", "x" * 300, "Ünï", " ' ", "1\n2"]
    rows = "".join(f'"{each}",body of it\n' for each in ids)
    assert list(texts(corpus(table(tmp_path, "id,text\n" + rows)))) == [each.strip() for each in ids]


@pytest.mark.parametrize(
    ("encoding", "end"),
    [(encoding, end) for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-be") for end in ("\n", "\r\n")]
    + [("utf-8", "\r")],
)
def test_tables_open_in_every_encoding_with_every_line_end(tmp_path: Path, encoding: str, end: str) -> None:
    lines = ["id;title;text", '1;Één;"first\u010a\u0a00', 'line\u2028two \0"', "", "2;T;b", "3;T;ü"]
    mark = codecs.BOM_UTF16_BE if encoding == "utf-16-be" else b""
    opened = corpus(table(tmp_path, mark + end.join(lines).encode(encoding)))
    assert texts(opened) == {
        "1": "Één\n\nfirst\u010a\u0a00\nline\u2028two \0",
        "2": "T\n\nb",
        "3": "T\n\nü",
    }


def test_windows_1252_rows_and_utf_8_rows_may_be_mixed(tmp_path: Path) -> None:
    content = "id,text\n1,é\n".encode() + "2,caf\xe9\n3,\xeb\n".encode("latin-1") + "4,ü\n".encode()
    opened = corpus(table(tmp_path, content))
    assert texts(opened) == {"1": "é", "2": "café", "3": "ë", "4": "ü"}
    assert [problem.line for problem in listed(opened)[1] if problem.severity == "warning"] == [3]


def test_the_spreadsheets_separator_line_is_obeyed(tmp_path: Path) -> None:
    assert texts(corpus(table(tmp_path, "sep=;\nid;text\n1;a,b,c\n"))) == {"1": "a,b,c"}


@pytest.mark.parametrize(
    ("text", "line"), [("foo;bar\n1;x\n", 1), ("\n\nfoo;bar\n1;x\n", 3), ("sep=;\n\nfoo;bar\n1;x\n", 3)]
)
def test_missing_columns_are_reported_at_the_line_that_names_them(tmp_path: Path, text: str, line: int) -> None:
    _, problems = listed(corpus(table(tmp_path, text)))
    assert {problem.line for problem in problems if "column" in problem.message} == {line}


def test_ragged_rows_open_with_the_cells_they_have(tmp_path: Path) -> None:
    opened = corpus(table(tmp_path, "id,title,text\n1,T\n\n2,T,a,b\n,,\n3,T,whole,,\n,T,no id\n"))
    assert texts(opened) == {"1": "T\n\n", "2": "T\n\na", "3": "T\n\nwhole"}
    problems = [(problem.line, problem.severity) for problem in listed(opened)[1] if problem.severity != "note"]
    assert problems == [(2, "warning"), (4, "warning"), (7, "error")]


def test_a_cell_of_ten_megabytes_opens(tmp_path: Path) -> None:
    body = "word, " * 1_700_000
    assert texts(corpus(table(tmp_path, f'id,text\n1,"{body}"\n2,b\n'))) == {"1": body, "2": "b"}


@pytest.mark.parametrize(
    "row",
    [
        '1,Acme,"Title,body',
        '1,Acme,Title,"body, and\nmore, of it',
        '1,Acme,Title,"He said "hi, there" twice.\nThe end"',
        '1,Acme,"Two "" and "one",body',
    ],
)
@pytest.mark.parametrize("last", ['2,Beta,"Other, title","b ""2""\nc"\n3,C,D,plain\n', "2,Beta,T,b\n3,C,D,plain\n"])
def test_mismatched_quotes_affect_only_their_row(tmp_path: Path, row: str, last: str) -> None:
    opened = corpus(table(tmp_path, f"id,employer,title,text\n0,Z,Z,zero\n{row}\n{last}"))
    found = texts(opened)
    assert list(found) == ["0", "2", "3"]
    assert found["3"] == "D\n\nplain"
    assert [(problem.line, problem.severity) for problem in listed(opened)[1]] == [(3, "error")]


def test_many_problems_are_truncated_and_counted(tmp_path: Path) -> None:
    opened = corpus(table(tmp_path, "id,title,text\n" + "".join(f"{n},T,a,b\n" for n in range(LIMIT + 50))))
    entries, problems = listed(opened)
    assert len(entries) == LIMIT + 50
    warnings = [problem for problem in problems if problem.severity == "warning"]
    assert len(warnings) == LIMIT + 1
    assert warnings[-1].message.startswith("50 more")


def test_json_lines_open_one_by_one(tmp_path: Path) -> None:
    good = {"job_id": 7, "Company": "Acme", "title": "Één", "text": "a\u2028b\nc", "other": {"deep": [1]}}
    lines = [
        json.dumps(good, ensure_ascii=False),
        "{bad",
        "",
        "[1, 2]",
        '{"id": "8", "text": ' + "[" * 200_000,
        '{"id": "9", "text": "half \\ud83d"}',
        '{"id": 10.0, "text": ["one", "two"], "title": null}',
        '{"id": 11, "text": {"a": 1}}',
        '{"text": "no id"}',
        '{"id": 12}',
        "NaN",
    ]
    opened = corpus(table(tmp_path, "\r\n".join(lines), "ads.jsonl"))
    assert texts(opened) == {
        "7": "Één\n\na\u2028b\nc",
        "9": "half \ufffd",
        "10": "one\ntwo",
        "11": "",
        "12": "",
    }
    problems = [problem for problem in listed(opened)[1] if problem.severity != "note"]
    assert {problem.line for problem in problems} == {2, 4, 5, 6, 8, 9, 10, 11}


# --- finding an ad again ----------------------------------------------------------------------------


def test_an_ad_is_found_at_its_place_and_by_its_id(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    table(tmp_path, 'id,text\n1,"a\nb"\n2,c\n')
    (tmp_path / "sub" / "3_x.txt").write_text("d")
    opened = corpus(tmp_path)
    for entry in listed(opened)[0]:
        assert opened.find(entry.id, entry.file, entry.offset, entry.line) == entry
        assert opened.find(entry.id) == entry
        assert opened.find(entry.id, "elsewhere/ads.csv", 10**15, 3) == entry
        assert opened.find(entry.id, "\0", 3) == entry
    assert opened.find("4") is None


def test_a_moved_ad_is_read_at_its_new_place(tmp_path: Path) -> None:
    path = table(tmp_path, "id,title,text\n1,A,one\n2,B,two\n")
    opened = corpus(path)
    _, second = listed(opened)[0]
    table(tmp_path, 'id,title,text\n0,X,"a\n2,fake,row"\n1,A,one\n2,B,changed\n')
    ad, problems = opened.read(second)
    assert ad is not None
    assert (ad.text, ad.line) == ("B\n\nchanged", 5)
    assert not problems
    table(tmp_path, "id,title,text\n1,A,one\n")
    ad, [problem] = opened.read(second)
    assert ad is None
    assert problem.severity == "error"


def test_reading_reports_only_problems_of_that_row(tmp_path: Path) -> None:
    opened = corpus(table(tmp_path, "id,text\n1,a\n2,b,c\n3,d\0\n"))
    output = [[problem.line for problem in opened.read(entry)[1]] for entry in listed(opened)[0]]
    assert output == [[], [3], [4]]


def test_the_export_of_the_job_ad_database_opens_unchanged(shared: Path) -> None:
    opened = corpus(shared / "pilot" / "ads.csv")
    entries, problems = listed(opened)
    assert len(entries) == 68
    assert {problem.severity for problem in problems} == {"note"}
    by_id = {str(entry.id): entry for entry in entries}
    assert by_id["755"].employer == "GitLab"
    ad, _ = opened.read(by_id["755"])
    assert ad is not None
    assert ad.text.startswith(f"{by_id['755'].title}\n\n")


NO_NAMES = {"too long": "x" * 5000, "too deep": "a/" * 3000 + "b.txt", "a folder": "11.txt/", "a NUL": "a\0b"}


@pytest.mark.parametrize("name", NO_NAMES.values(), ids=NO_NAMES)
def test_a_place_in_a_missing_file_has_no_source(tmp_path: Path, name: str) -> None:
    (tmp_path / "11_harbour.txt").write_text("Keeper", "utf-8")
    found = corpus(tmp_path).find("11", name)
    assert found is not None and found.file == str(tmp_path / "11_harbour.txt")

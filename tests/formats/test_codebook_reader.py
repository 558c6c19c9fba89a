"""Hand-written codebooks, with the usual mistakes."""

import hashlib
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codetui.core.codebook.index import CodebookIndex
from codetui.formats.codebook.reader import parse_codebook
from codetui.formats.toml.syntax import TomlScan
from codetui.model import Code, Codebook

SOUND = """\
title = "A book"
version = "2"

[[profile]]
name = "Engineer"
definition = "Builds."
evidence = "Tasks."

[[section]]
id = "tasks"
title = "Tasks"

[[section]]
id = "tools"
title = "Tools"
holds = "terms"

[[group]]
id = "core"
section = "tasks"
title = "Core tasks"

[[code]]
id = "T1"
name = "Building"
group = "core"
definition = "Building things."

[[code]]
id = "X1"
name = "Languages"
section = "tools"
examples = ["Python", "C++"]
"""


def with_line(old: str, new: str) -> str:
    """Return the sound book with one line changed."""
    assert SOUND.count(old) == 1
    return SOUND.replace(old, new)


def book_of(text: str) -> Codebook:
    book, _ = parse_codebook(text, "codebook.toml")
    assert book is not None
    return book


def problems_of(text: str) -> list[str]:
    return [str(problem) for problem in parse_codebook(text, "codebook.toml")[1]]


def only_problem(text: str) -> str:
    problems = problems_of(text)
    assert len(problems) == 1, problems
    return problems[0]


def line_of(text: str, part: str) -> int:
    """Return the line on which `part` occurs once."""
    assert text.count(part) == 1
    return text[: text.index(part)].count("\n") + 1


def code(text: str, id_: str) -> Code:
    return CodebookIndex(book_of(text)).codes[id_]


# --- what is read -----------------------------------------------------------------------------------


def test_a_sound_book_has_no_problems() -> None:
    assert problems_of(SOUND) == []


def test_a_sound_book_is_read_completely() -> None:
    book = book_of(SOUND)
    assert (book.title, book.version, book.label) == ("A book", "2", "{id}: {name}")
    assert [(each.id, each.holds, each.key) for each in book.sections] == [
        ("tasks", "quotations", "1"),
        ("tools", "terms", "2"),
    ]
    assert [(each.id, each.section, each.group, each.key) for each in book.codes] == [
        ("T1", "tasks", "core", "1"),
        ("X1", "tools", "", "1"),
    ]
    assert book.codes[1].examples == ("Python", "C++")


def test_the_content_hash_is_that_of_the_text() -> None:
    assert book_of(SOUND).content_hash == hashlib.sha256(SOUND.encode()).hexdigest()


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_a_byte_order_mark_change_nothing(line_end: str, mark: str) -> None:
    text = with_line('id = "X1"', 'id = "X1"\ncolour = "red"')
    expected = problems_of(text)
    assert problems_of(mark + text.replace("\n", line_end)) == expected
    assert f"codebook.toml:{line_of(text, 'colour')}:" in expected[0]


@pytest.mark.parametrize(("written", "version"), [("3", "3"), ("1.10", "1.10"), ('"v3"', "v3")])
def test_a_version_may_be_a_number(written: str, version: str) -> None:
    text = with_line('version = "2"', f"version = {written}")
    assert problems_of(text) == []
    assert book_of(text).version == version


def test_ids_and_keys_may_be_numbers_as_written() -> None:
    text = with_line('id = "X1"', "id = 2.10\nkey = 7")
    assert problems_of(text) == []
    assert code(text, "2.10").key == "7"


def test_hard_line_breaks_in_a_definition_are_joined() -> None:
    text = with_line(
        'definition = "Building things."',
        'definition = """\nBuilding\n  things.\n\nAlso:\n- mending\n  them\n- selling\n"""',
    )
    assert code(text, "T1").definition == "Building things.\n\nAlso:\n- mending them\n- selling"


def test_columns_and_references_are_read() -> None:
    more = '[corpus]\npath = "data"\ncolumns = { id = "nr", body = "text" }\n[[reference]]\npath = "a.md"\n'
    book = book_of(SOUND + more)
    assert (book.corpus.path, book.corpus.columns) == ("data", {"id": "nr", "body": "text"})
    assert [(each.title, each.path) for each in book.references] == [("a.md", "a.md")]
    assert problems_of(SOUND + more) == []


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("", ("ad", "ads")),
        ('[words]\nsource = "interview"\n', ("interview", "interviews")),
        ('[words]\nsource = "diary"\nsources = "diaries"\n', ("diary", "diaries")),
    ],
)
def test_a_codebook_names_its_sources(written: str, words: tuple[str, str]) -> None:
    book = book_of(SOUND + written)
    assert (book.words.source, book.words.sources) == words
    assert problems_of(SOUND + written) == []


def test_profiles_without_an_id_are_numbered() -> None:
    more = '[[profile]]\nid = 1\nname = "B"\ndefinition="d"\nevidence="e"\n'
    assert [(each.id, each.name) for each in book_of(SOUND + more).profiles] == [("2", "Engineer"), ("1", "B")]


# --- mistakes: each has its line, and the rest is kept ----------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        ('id = "X1"', 'id = "X1"\nexample = ["a"]', "example =", "did you mean examples?"),
        ('version = "2"', 'verion = "2"', "verion", "did you mean version?"),
        ('holds = "terms"', 'holds = "tools"', "holds", 'is "tools"; write "quotations" or "terms"'),
        ('section = "tools"', 'section = "tool"', '"tool"', 'did you mean "tools"?'),
        ('group = "core"', 'group = "cor"', '"cor"', 'did you mean "core"?'),
        ('section = "tools"\n', "", '[[code]]\nid = "X1"', "names no section"),
        ('id = "X1"', 'id = "T1"', 'id = "T1"\nname = "L', 'a second code has the id "T1"'),
        ('id = "X1"', 'id = ""', 'id = ""', "a code has no id"),
        ('name = "Languages"', 'name = " "', 'name = " "', 'code "X1" has no name'),
        ('name = "Languages"', "name = true", "true", "name of [[code]] is not text"),
        ('name = "Languages"', "name = 7", "7", "name of [[code]] is a number"),
        ('id = "X1"', 'id = "X1"\nkey = "ab"', "key", "not one printable character"),
        ('id = "X1"', 'id = "X1"\nkey = "\\t1\\t2"', "key", "not one printable character"),
        ('title = "Tools"', 'title = "Tools"\nkey = "t"', "key", "a digit from 1 to 9"),
        ('examples = ["Python", "C++"]', 'examples = "Python"', "examples", "write a list"),
        ('examples = ["Python", "C++"]', "examples = 3", "examples", "not a list of texts"),
        ('examples = ["Python", "C++"]', 'examples = [\n"Python",\n3]', "3]", "examples of [[code]] is a number"),
        ('version = "2"', 'label = "{id} {title}"', "label", "can contain {id} and {name}, not {title}"),
        ('version = "2"', 'label = "Code"', "label", "neither {id} nor {name}"),
        ('version = "2"', 'label = "{id"', "label", "not {id;"),
        ('title = "A book"\n', "", None, "the codebook has no title"),
        ('evidence = "Tasks."\n', "", "[[profile]]", "has no evidence"),
        ('definition = "Building things."\n', "", '[[code]]\nid = "T1"', "neither definition nor examples"),
        ('title = "Tools"', 'title = "tasks:"', "tasks:", "have the same title"),
        ('title = "Tools"', 'title = "2. Tools"', "2. Tools", "number in its title"),
        ('name = "Engineer"', 'name = "`Engineer`"', "`Engineer`", "backtick"),
        ('name = "Languages"', 'name = "a **b**"', "a **b**", "**"),
        ('name = "Languages"', 'name = "a\\u001bb"', "a\\u001bb", "control characters"),
    ],
)
def test_a_mistake_is_explained_at_its_line(old: str, new: str, at: str | None, says: str) -> None:
    text = with_line(old, new)
    (problem,) = (each for each in problems_of(text) if says in each)
    line = 0 if at is None else line_of(text, at)
    assert problem.startswith(f"codebook.toml:{line}: " if line else "codebook.toml: ")


def test_a_duplicate_key_is_reported_and_the_second_code_gets_another() -> None:
    more = '[[code]]\nid = "X2"\nname = "Clouds"\nsection = "tools"\nkey = "1"\nexamples = ["AWS"]\n'
    text = with_line('id = "X1"', 'id = "X1"\nkey = "1"') + more
    first = line_of(text, 'id = "X1"') + 1
    problem = only_problem(text)
    assert f'two codes of section "tools" have the key 1, the first on line {first}' in problem
    assert problem.startswith(f"codebook.toml:{text.count(chr(10)) - 1}: error")
    assert [code(text, id_).key for id_ in ("X1", "X2")] == ["1", "2"]


def test_two_sections_may_use_the_same_key_for_codes() -> None:
    text = with_line('id = "X1"', 'id = "X1"\nkey = "b"').replace('id = "T1"', 'id = "T1"\nkey = "b"')
    assert problems_of(text) == []


def test_an_ignored_code_takes_no_key() -> None:
    lost = '[[code]]\nid = "T1"\nname = "Lost"\nsection = "tools"\nkey = "z"\n'
    kept = '[[code]]\nid = "X2"\nname = "Kept"\nsection = "tools"\nkey = "z"\nexamples = ["a"]\n'
    assert "Lost" not in {each.name for each in book_of(SOUND + lost + kept).codes}
    assert code(SOUND + lost + kept, "X2").key == "z"
    assert "the id" in only_problem(SOUND + lost + kept)


def test_the_first_of_two_codes_with_the_same_id_is_kept() -> None:
    text = SOUND + '[[section]]\nid = "tools"\ntitle = "Other"\n[[profile]]\nname = "Engineer"\n'
    book = book_of(text)
    assert [each.title for each in book.sections] == ["Tasks", "Tools"]
    assert len(book.profiles) == 1
    assert [problem.partition(";")[0] for problem in problems_of(text)] == [
        'codebook.toml:35: error: a second section has the id "tools" (first on line 14) and is ignored',
        'codebook.toml:38: error: a second profile has the name "Engineer" (first on line 5) and is ignored',
    ]


def test_a_code_with_an_unknown_section_is_ignored_and_the_others_are_kept() -> None:
    text = with_line('section = "tools"', 'section = "nowhere"')
    assert [each.id for each in book_of(text).codes] == ["T1"]


def test_a_code_whose_group_is_unknown_stays_in_its_section() -> None:
    text = with_line('group = "core"', 'group = "x"\nsection = "tasks"')
    assert (code(text, "T1").section, code(text, "T1").group) == ("tasks", "")
    assert "kept in its section, without a group" in "".join(problems_of(text))


def test_a_group_overrides_a_contradicting_section() -> None:
    text = with_line('group = "core"', 'group = "core"\nsection = "tools"')
    assert code(text, "T1").section == "tasks"
    assert 'names section "tools", but its group belongs to "tasks"' in only_problem(text)


def test_codes_that_read_alike_in_documents_are_reported() -> None:
    text = with_line('version = "2"', 'label = "{name}"').replace('"Languages"', '"building"')
    assert 'codes "T1" and "X1" both have the label "building"' in only_problem(text)


def test_single_brackets_are_accepted() -> None:
    text = 'title = "t"\n[[section]]\nid = "a"\ntitle = "A"\n[code]\nid = "c"\nname = "C"\nsection = "a"\n'
    assert [each.id for each in book_of(text).codes] == ["c"]
    assert any(
        problem.startswith("codebook.toml:5: warning") and "[[code]]" in problem for problem in problems_of(text)
    )


def test_skipped_numbers_are_noted() -> None:
    text = SOUND.replace('name = "Engineer"', 'id = "2"\nname = "Engineer"')
    text += '[[profile]]\nid = "4"\nname = "B"\ndefinition = "d"\nevidence = "e"\n'
    text += '[[code]]\nid = "T5"\nname = "Late"\nsection = "tasks"\nexamples = ["a"]\n'
    fourth, fifth = line_of(text, 'id = "4"'), line_of(text, 'id = "T5"')
    assert problems_of(text) == [
        f"codebook.toml:{fourth}: note: profile 3 is missing between 2 and 4; add it or renumber",
        f"codebook.toml:{fifth}: note: codes T2 to T4 are missing between T1 and T5; add them or renumber",
    ]


def test_a_section_beyond_the_ninth_is_reported_and_kept() -> None:
    text = 'title = "t"\n' + "".join(
        f'[[section]]\nid = "s{n}"\ntitle = "S{n}"\n[[code]]\nid = "c{n}"\nname = "C"\nsection = "s{n}"\n'
        'definition = "d"\n'
        for n in range(1, 12)
    )
    book = book_of(text)
    assert [each.key for each in book.sections] == [*"123456789", "A", "B"]
    tenth = line_of(text, 'id = "s10"') - 1
    reported = [problem for problem in problems_of(text) if "beyond the nine" in problem]
    assert reported[0].startswith(f"codebook.toml:{tenth}: warning")
    assert len(reported) == 2


def test_an_empty_file_is_reported_as_a_book_without_codes() -> None:
    book, problems = parse_codebook("", "codebook.toml")
    assert book is not None
    assert book.codes == ()
    assert any("nothing can be coded" in problem.message for problem in problems)


# --- what cannot be read ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ('title = "a\nb"', 1, "close the quotes on the same line"),
        ('title = "a"\nname = b', 2, "write texts in quotes"),
        ('title = "a"\ntitle = "b"\n', 2, "occurs twice"),
        ("[code]\n[code]\n", 2, "double brackets"),
        ('\n\ntitle = """a', 3, "with as many quotes"),
        ('a = ["b" "c"]', 1, "commas"),
        ('a = "C:\\data"', 1, "double the backslash"),
        ("title = \ud800", 1, "UTF-8"),
        ("a = " + "[" * 100_000, 0, "too deeply"),
        ("a = " + "9" * 5_000, 0, "not valid TOML"),
        (".".join("a" * 100_000) + " = 1", 1, "joined by dots"),
        ("#" * 5_000_001, 0, "larger than 5 MB"),
    ],
)
def test_an_unreadable_text_is_reported_with_its_line_and_remedy(text: str, line: int, says: str) -> None:
    book, problems = parse_codebook(text, "codebook.toml")
    assert book is None
    assert [(problem.severity, problem.line) for problem in problems] == [("error", line)]
    assert says in problems[0].message


def test_the_problems_of_a_book_with_thousands_of_mistakes_are_limited() -> None:
    text = SOUND + '[[code]]\nid = "a"\nsection = "toolz"\nfoo = 1\n' * 5_000
    assert 500 < len(parse_codebook(text, "codebook.toml")[1]) <= 1_000


def test_the_first_wrong_entry_of_a_list_is_reported() -> None:
    text = with_line('examples = ["Python", "C++"]', 'examples = ["Python", 1, 2, 3]')
    assert [problem for problem in problems_of(text) if "is a number" in problem] == [only_problem(text)]


VALUES = st.recursive(
    st.text(max_size=5) | st.integers() | st.booleans() | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(["id", "name", "title", "section", "group", "key", "holds", "examples", "definition"])
TABLES = st.sampled_from(["profile", "section", "group", "code", "reference", "corpus", "label", "title"])


@given(st.dictionaries(TABLES, VALUES | st.lists(st.dictionaries(FIELDS, VALUES | st.just("a")), max_size=3)))
def test_no_toml_raises_an_exception(data: dict[str, object]) -> None:
    import tomli_w

    text = tomli_w.dumps(data)
    book, problems = parse_codebook(text, "codebook.toml")
    assert book is not None
    assert all(0 <= problem.line <= text.count("\n") + 1 for problem in problems)


@given(st.text())
def test_no_text_raises_an_exception(text: str) -> None:
    book, problems = parse_codebook(text, "codebook.toml")
    assert book is not None or problems


# --- lines ------------------------------------------------------------------------------------------

TRICKY = '''\
# [[code]] in a comment
top = "a # b [[code]]"
[table]  # comment
"quoted key" = 'x'
dotted.key . deep = 1
[[code]]
text = """
[[code]]
id = "not here" \\"""
""""
id = "first"
[[ code ]]
other = \'\'\'
[[code]]
\'\'\'
list = [ # [
  "a]", # ]
  { x = "}", y = [1,
     2] },
]
id = "second"
[code.sub]
when = 1979-05-27 07:32:00
id = "inner"
[other.here]
z = 1
'''


@pytest.mark.parametrize(
    ("place", "part"),
    [
        (("top",), "top ="),
        (("table",), "[table]"),
        (("table", "quoted key"), '"quoted key"'),
        (("table", "dotted", "key", "deep"), "dotted.key"),
        (("code",), "[[code]]\ntext"),
        (("code", 0), "[[code]]\ntext"),
        (("code", 0, "id"), 'id = "first"'),
        (("code", 1), "[[ code ]]"),
        (("code", 1, "list", 0), '"a]"'),
        (("code", 1, "list", 1, "x"), "{ x ="),
        (("code", 1, "list", 1, "y", 1), "2] }"),
        (("code", 1, "list", 7), "list ="),
        (("code", 1, "id"), 'id = "second"'),
        (("code", 1, "sub"), "[code.sub]"),
        (("code", 1, "sub", "id"), 'id = "inner"'),
        (("code", 1, "sub", "missing"), "[code.sub]"),
        (("other",), "[other.here]"),
    ],
)
def test_the_line_of_a_place_is_found(place: tuple[str | int, ...], part: str) -> None:
    tomllib.loads(TRICKY)
    assert TomlScan(TRICKY).line(*place) == line_of(TRICKY, part)


def test_a_place_that_is_not_written_has_no_line() -> None:
    assert TomlScan(TRICKY).line("nowhere", 3) == 0


def test_numbers_that_continue_in_another_section_are_not_missing() -> None:
    text = SOUND + "".join(
        f'[[code]]\nid = "T{number}"\nname = "N{number}"\nsection = "{section}"\nexamples = ["a"]\n'
        for number, section in ((2, "tools"), (3, "tools"), (4, "tasks"))
    )
    assert not [problem for problem in problems_of(text) if "missing" in problem]


def test_a_blank_is_not_a_key() -> None:
    text = SOUND + '[[code]]\nid = "T9x"\nname = "N"\nsection = "tasks"\nkey = " "\nexamples = ["a"]\n'
    assert any("is not one printable character" in problem for problem in problems_of(text))


def test_a_table_inside_another_is_named_in_full() -> None:
    problem = next(one for one in problems_of(SOUND + '[corpus]\npath = "ads"\ncolumns = "x"\n') if "columns" in one)
    assert "write [corpus.columns] on a line of its own" in problem

"""Edits of one place in a hand-written TOML file that change nothing else: by example and over invented layouts."""

from __future__ import annotations

import copy
import tomllib
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codetui.formats.toml.edit import EditError, add_table, append_entry, remove_value, set_value
from codetui.formats.toml.syntax import KeyPath, TomlValue, format_key, quote, quote_long

BOOK = """\
# A book of lights.
title = "Lights"   # its name
version = '7'

[corpus]
columns.id = "number"
columns.body = 'text'

# --- tasks ---

[[code]]
id   = "T1"
name = "Lighting"
# what it means
definition = '''
Lamps \\ wicks.
'''
examples = [
    # at dusk
    "light the lamp",   # the first
    "trim the wick"     # the last
]
# Nothing more on T1.

[[code]]
id = "T2"
examples = ["look out", "listen"]   # both short

# --- tools ---

[[code]]
id = "X1"
extra = { a = 1, b = "two" }
"""
T1, T2, X1 = ("code", 0), ("code", 1), ("code", 2)


def changed(before: str, after: str) -> tuple[str, str]:
    """Return the old and the new text at the place that changed."""
    start = next((at for at, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), None)
    if start is None:
        start = min(len(before), len(after))
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return before[start : len(before) - end], after[start : len(after) - end]


# --- by example -------------------------------------------------------------------------------------


def test_a_value_is_replaced_and_the_comment_on_its_line_stays() -> None:
    after = set_value(BOOK, (), "title", 'More "lights"')
    assert after == BOOK.replace('title = "Lights"   #', "title = 'More \"lights\"'   #")


def test_a_text_in_triple_single_quotes_keeps_them() -> None:
    after = set_value(BOOK, T1, "definition", "Lamps\nand \\ wicks.\n")
    assert changed(BOOK, after) == ("", "\nand")


def test_a_text_that_its_quotes_cannot_contain_gets_other_quotes() -> None:
    after = set_value(BOOK, T1, "definition", "Lamps\nand '''.\n")
    assert after == BOOK.replace("'''\nLamps \\ wicks.\n'''", '"""\nLamps\nand \'\'\'.\n"""')


def test_a_new_key_follows_the_keys_that_go_before_it() -> None:
    after = set_value(BOOK, T1, "key", "l", after=("id", "name", "section"))
    assert after == BOOK.replace('name = "Lighting"\n', 'name = "Lighting"\nkey = "l"\n')


def test_a_new_key_without_a_usual_place_goes_to_the_end_of_its_table() -> None:
    after = set_value(BOOK, T2, "retired", True)
    assert after == BOOK.replace("# both short\n", "# both short\nretired = true\n")


def test_aligned_equal_signs_stay_aligned() -> None:
    text = '[[code]]\nid      = "T1"\nsection = "tasks"\n'
    assert set_value(text, T1, "name", "N", after=("id",)) == (
        '[[code]]\nid      = "T1"\nname    = "N"\nsection = "tasks"\n'
    )


def test_a_key_is_removed_with_its_line() -> None:
    assert changed(BOOK, remove_value(BOOK, T2, "examples")) == (
        'examples = ["look out", "listen"]   # both short\n',
        "",
    )


def test_removing_a_missing_key_changes_nothing() -> None:
    assert remove_value(BOOK, T2, "definition") == BOOK


def test_an_entry_is_appended_on_its_own_line_and_comments_stay() -> None:
    after = append_entry(BOOK, T1, "examples", "fill the lamp")
    assert after == BOOK.replace(
        '"trim the wick"     # the last\n', '"trim the wick",     # the last\n    "fill the lamp"\n'
    )


def test_an_entry_is_appended_after_the_last_of_its_line() -> None:
    after = append_entry(BOOK, T2, "examples", "wait")
    assert after == BOOK.replace('"listen"]', '"listen", "wait"]')


def test_a_list_that_grows_too_long_for_its_line_gets_a_line_for_each() -> None:
    after = append_entry(BOOK, T2, "examples", "x" * 90)
    wanted = f'examples = [\n    "look out",\n    "listen",\n    "{"x" * 90}",\n]   # both short\n'
    assert after == BOOK.replace('examples = ["look out", "listen"]   # both short\n', wanted)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('a = ["x",]', 'a = ["x", "new",]'),
        ("a = []", 'a = ["new"]'),
        ("a = [ ]", 'a = ["new"]'),
        ("a = [ # none\n]", 'a = [ # none\n    "new",\n]'),
        ('a = "x"', 'a = ["x", "new"]'),
        ('a = [\n  "x"]', 'a = [\n  "x",\n  "new"]'),
        ('a = [\n  "x"\n, "y"\n]', 'a = [\n  "x"\n, "y", "new"\n]'),
        ("b = 1", 'b = 1\na = ["new"]'),
        ('a = ["]", "#", \'"\'] # c', 'a = ["]", "#", \'"\', "new"] # c'),
    ],
)
def test_an_entry_is_appended_to_every_form_of_list(before: str, after: str) -> None:
    assert append_entry(before, (), "a", "new") == after


@pytest.mark.parametrize(
    ("wanted", "result"),
    [
        (("b", "c"), '[\n    # top\n    "b",  # of b\n    # about c\n    "c",\n]'),
        (("a", "c"), '[\n    # top\n    "a",  # of a\n    # about c\n    "c",\n]'),
        (("a", "b"), '[\n    # top\n    "a",  # of a\n    "b",  # of b\n    # about c\n]'),
        (
            ("z", "a", "b", "c"),
            '[\n    # top\n    "z",\n    "a",  # of a\n    "b",  # of b\n    # about c\n    "c",\n]',
        ),
        (("a", "B", "c"), '[\n    # top\n    "a",  # of a\n    "B",  # of b\n    # about c\n    "c",\n]'),
        ((), "[\n    # top\n    # about c\n]"),
    ],
)
def test_a_list_keeps_the_comments_of_its_unchanged_entries(wanted: tuple[str, ...], result: str) -> None:
    text = 'a = [\n    # top\n    "a",  # of a\n    "b",  # of b\n    # about c\n    "c",\n]\n'
    assert set_value(text, (), "a", wanted) == f"a = {result}\n"


@pytest.mark.parametrize(
    ("before", "wanted", "after"),
    [
        ('[\n  "a", "b",\n  "c",\n]', ("a", "n", "b", "c"), '[\n  "a", "n", "b",\n  "c",\n]'),
        ('[\n  "a", # of a\n  "b"]', ("a", "n", "b"), '[\n  "a", # of a\n  "n",\n  "b"]'),
        ('["a",\n  "b"]', ("a",), '["a",\n  ]'),
        ('["a", "b", ]', ("a",), '["a", ]'),
        ('["a", # of a\n "b"]', ("b",), '[# of a\n "b"]'),
    ],
)
def test_a_list_of_any_form_is_changed_only_where_needed(before: str, wanted: tuple[str, ...], after: str) -> None:
    assert set_value(f"a = {before}\n", (), "a", wanted) == f"a = {after}\n"


def test_a_table_is_added_after_another_and_its_comments() -> None:
    after = add_table(BOOK, "code", [("id", "T1b"), ("examples", ("a", "b"))], behind=T1)
    comment = "# Nothing more on T1.\n"
    assert after == BOOK.replace(comment, f'{comment}\n[[code]]\nid = "T1b"\nexamples = ["a", "b"]\n')


def test_a_comment_right_above_the_next_table_stays_with_that() -> None:
    text = '[[code]]\nid = "a"\n# about b\n[[code]]\nid = "b"\n'
    after = add_table(text, "code", [("id", "n")], behind=T1)
    assert after == '[[code]]\nid = "a"\n\n[[code]]\nid = "n"\n\n# about b\n[[code]]\nid = "b"\n'


def test_tables_without_blank_lines_between_get_another_one_without() -> None:
    text = '[[code]]\nid = "a"\n[[code]]\nid = "b"\n'
    assert add_table(text, "code", [("id", "n")], behind=T1) == (
        '[[code]]\nid = "a"\n[[code]]\nid = "n"\n[[code]]\nid = "b"\n'
    )


def test_a_table_is_added_after_the_subtables_of_the_previous_one() -> None:
    text = '[[code]]\nid = "a"\n\n[code.more]\nx = 1\n\n[[code]]\nid = "b"\n'
    after = add_table(text, "code", [("id", "n")], behind=T1)
    assert [each["id"] for each in tomllib.loads(after)["code"]] == ["a", "n", "b"]


def test_a_table_is_added_at_the_end_of_a_file_without_final_newline() -> None:
    assert add_table('title = "x"', "code", [("id", "n")]) == 'title = "x"\n\n[[code]]\nid = "n"\n'


def test_codes_in_an_inline_list_get_another_in_that_list() -> None:
    text = 'code = [\n  { id = "a" },\n  { id = "b" },\n]\n'
    after = add_table(text, "code", [("id", "n"), ("examples", ("x",))], behind=T1)
    assert after == 'code = [\n  { id = "a" },\n  { id = "n", examples = ["x"] },\n  { id = "b" },\n]\n'


def test_an_inline_table_is_changed_on_its_line() -> None:
    assert changed(BOOK, set_value(BOOK, (*X1, "extra"), "c", "three")) == ("", ', c = "three"')
    assert changed(BOOK, remove_value(BOOK, (*X1, "extra"), "a")) == ("a = 1, ", "")
    assert changed(BOOK, remove_value(BOOK, (*X1, "extra"), "b")) == (', b = "two"', "")


def test_a_table_of_dotted_keys_gets_one_more() -> None:
    after = set_value(BOOK, ("corpus", "columns"), "title", "role")
    assert after == BOOK.replace("columns.body = 'text'\n", "columns.body = 'text'\ncolumns.title = \"role\"\n")


def test_the_first_key_of_a_file_is_added_at_its_top() -> None:
    assert set_value("\ufeff[[code]]\r\nid = 'a'\r\n", (), "title", "x") == (
        "\ufefftitle = \"x\"\r\n\r\n[[code]]\r\nid = 'a'\r\n"
    )


@pytest.mark.parametrize(
    ("text", "table", "part"),
    [
        ("a = [", (), "not valid TOML"),
        ("a = " + "[" * 5000 + "]" * 5000, (), "too deeply"),
        ("a = 1", ("code", 0), "no table"),
        ("[corpus.columns]\nid = 1", ("corpus",), "by hand"),
        ("[a]\nx = 1\n[[code]]\n[a.b]\n", ("a", "c"), "no table"),
    ],
)
def test_an_impossible_edit_is_refused_and_changes_nothing(text: str, table: KeyPath, part: str) -> None:
    with pytest.raises(EditError, match=part):
        set_value(text, table, "k", "v")


QUOTES = st.text("\"'\\\n", max_size=9) | st.text('"\t\r aé\x00\x7f\u2028\ufeff', max_size=9)


@given(QUOTES, st.booleans(), st.sampled_from(["\n", "\r\n"]))
def test_any_text_is_read_back(text: str, is_literal: bool, newline: str) -> None:
    assert tomllib.loads(f"a = {quote_long(text, newline, literal=is_literal)}")["a"] == text
    assert tomllib.loads(f"a = {quote(text, literal=is_literal)}")["a"] == text
    assert tomllib.loads(f"{format_key(text)} = 1") == {text: 1}


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(EditError, match="half a character"):
        set_value(BOOK, T1, "name", "\ud83d")


def test_a_list_of_other_things_is_not_appended_to() -> None:
    with pytest.raises(EditError, match="not a list of texts"):
        append_entry("a = [1]", (), "a", "x")


def test_a_table_in_single_brackets_gets_no_sibling() -> None:
    with pytest.raises(EditError, match="double brackets"):
        add_table("[code]\nid = 1\n", "code", [("id", "2")])


# --- over invented layouts --------------------------------------------------------------------------


class Layout(NamedTuple):
    """A file in pieces:

    each table with its place and its lines, each line with its key and the position of its value.
    """

    pieces: tuple[str, ...]
    tables: tuple[tuple[KeyPath, int, int], ...]
    lines: tuple[tuple[KeyPath, tuple[str, ...], int], ...]

    @property
    def text(self) -> str:
        return "".join(self.pieces)


INLINE = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="'\"\\"), max_size=8)
COMMENT = st.builds("# {}".format, INLINE)
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=20) | st.sampled_from(
    ['"""', "'''", '"', "'", "\\", '\\"', "a\nb\n", '\n"""\n', "x\ny'", "\\\n", '""', "\r\n", "\t", "é😀\u200d"]
)
VALUE: st.SearchStrategy[TomlValue] = TEXT | st.booleans() | st.integers(-9, 9) | st.lists(TEXT, max_size=4).map(tuple)
ENTRY = st.builds('"{}"'.format, INLINE) | st.builds("'{}'".format, INLINE) | st.sampled_from(["'''\nx\n'''", '"]"'])
OPEN = st.sampled_from(["", " ", "\n  ", "\n\n    ", " # c\n", '\n  # [c], "\n  '])
SHORT_LIST = st.lists(ENTRY, max_size=4).map(lambda each: f"[{', '.join(each)}]")
LONG_LIST = st.builds(
    lambda entries, opened, mark: f"[{opened}" + f",{opened}".join(entries) + f"{mark if entries else ''}\n]",
    st.lists(ENTRY, max_size=4),
    OPEN,
    st.sampled_from(["", ",", ", # last", " # no comma"]),
)
RAW = (
    ENTRY
    | SHORT_LIST
    | LONG_LIST
    | st.sampled_from(
        [
            '"a \\" \\\\ b"',
            '"""\nx "" y\n"""',
            '"""x\\\n   y"""',
            "'''x''y'''",
            "3.14",
            "-1",
            "true",
            "1979-05-27T07:32:00Z",
            '{ a = "}", "b c" = [1, 2] }',
            "{}",
            '[{ a = 1 }, { a = "#" }]',
            "[[1, 2], ['x']]",
        ]
    )
)
KEYS = [("a",), ("b",), ("c d",), ("e", "f"), ("g\t",), ("1",)]
KEY_TEXTS = {("a",): "a", ("b",): '"b"', ("c d",): "'c d'", ("e", "f"): "e . 'f'", ("g\t",): '"g\\t"', ("1",): "1"}
FILLER = st.lists(st.just("\n") | COMMENT.map(lambda each: f"{each}\n"), max_size=3).map("".join)


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    """Draw a file with a top, tables in any order, comments and blank lines anywhere, LF or CRLF."""
    names = draw(st.lists(st.sampled_from(["code", "group", "sub"]), min_size=1, max_size=5))
    kinds = ["", *draw(st.permutations([*names, "single"]))]
    pieces, tables, lines = [draw(st.sampled_from(["", "\ufeff"]))], [], []
    counts = {"code": 0, "group": 0}
    subs: set[KeyPath] = set()
    for kind in kinds:
        place: KeyPath = ()
        if kind == "single":
            place = ("single",)
        elif kind == "sub":
            place = ("code", counts["code"] - 1, "sub")
            if not counts["code"] or place in subs:
                continue
            subs.add(place)
        elif kind:
            place = (kind, counts[kind])
            counts[kind] += 1
        pieces.append(draw(FILLER))
        start = len(pieces)
        if kind:
            header = {"single": "[single]", "sub": "[ code . sub ]"}.get(kind, f"[[{kind}]]")
            pieces.append(draw(st.sampled_from(["", "  "])) + header + draw(st.sampled_from(["\n", "  # c [x]\n"])))
        for key in draw(st.lists(st.sampled_from(KEYS), unique=True, max_size=4)):
            indent, equals = draw(st.sampled_from(["", "    "])), draw(st.sampled_from([" = ", "=", "   =  "]))
            pieces += [draw(FILLER), f"{indent}{KEY_TEXTS[key]}{equals}"]
            lines.append((place, key, len(pieces)))
            pieces += [draw(RAW), draw(st.sampled_from(["\n", " # c\n", "\t\n"]))]
        tables.append((place, start, len(pieces)))
    pieces.append(draw(FILLER))
    if draw(st.booleans()):
        pieces = [piece.replace("\n", "\r\n") for piece in pieces]
    if draw(st.booleans()):
        pieces[-1] = pieces[-1].rstrip("\r\n")
    return Layout(tuple(pieces), tuple(tables), tuple(lines))


def tree(text: str) -> dict[str, object]:
    return tomllib.loads(text.removeprefix("\ufeff"))


def with_value(text: str, place: KeyPath, value: TomlValue | None) -> dict[str, object]:
    """Return the content of the text with one value set, or removed if it is None."""
    top = copy.deepcopy(tree(text))
    *path, last = place
    inside: object = top
    for step in path:
        inside = inside[step]  # type: ignore[index]
    assert isinstance(inside, dict)
    if value is None:
        del inside[last]
    else:
        inside[last] = list(value) if isinstance(value, tuple) else value
    return top


@given(layouts(), VALUE, st.data())
def test_setting_a_value_changes_only_the_value(layout: Layout, value: TomlValue, data: st.DataObject) -> None:
    if not layout.lines:
        return
    table, key, number = data.draw(st.sampled_from(layout.lines))
    place = (*table, *key)
    after = set_value(layout.text, place[:-1], str(place[-1]), value)
    assert tree(after) == with_value(layout.text, place, value)
    assert after.startswith("".join(layout.pieces[:number]))
    assert after.endswith("".join(layout.pieces[number + 1 :]))


@given(layouts(), VALUE, st.data())
def test_a_new_key_only_adds_lines_inside_its_table(layout: Layout, value: TomlValue, data: st.DataObject) -> None:
    place, start, end = data.draw(st.sampled_from(layout.tables))
    text = layout.text
    after = set_value(text, place, "new", value, after=data.draw(st.sampled_from([(), ("a",), ("b", "e")])))
    assert tree(after) == with_value(text, (*place, "new"), value)
    low, high = len("".join(layout.pieces[:start])), len("".join(layout.pieces[:end]))
    assert after.startswith(text[:low]) or not place
    assert after.endswith(text[high:])
    assert is_insertion(text, after)


@given(layouts(), st.data())
def test_removing_a_key_removes_only_its_line(layout: Layout, data: st.DataObject) -> None:
    plain = [each for each in layout.lines if len(each[1]) == 1]
    if not plain:
        return
    table, [key], number = data.draw(st.sampled_from(plain))
    after = remove_value(layout.text, table, key)
    assert tree(after) == with_value(layout.text, (*table, key), None)
    assert after == "".join(layout.pieces[: number - 1] + layout.pieces[number + 2 :])


@given(
    layouts(),
    st.lists(st.tuples(st.sampled_from(["id", "x y", "z"]), VALUE), unique_by=lambda each: each[0]),
    st.data(),
)
def test_a_new_table_is_an_insertion(layout: Layout, fields: list[tuple[str, TomlValue]], data: st.DataObject) -> None:
    behind = data.draw(st.sampled_from([None, *(place for place, _, _ in layout.tables if len(place) == 2)]))
    name = data.draw(st.sampled_from(["code", "group", "profile"]))
    text = layout.text
    try:
        after = add_table(text, name, fields, behind)
    except EditError:
        # A part [code.sub] that stands apart from its code would become the new code's.
        assert name == "code" and "sub" in text
        return
    assert is_insertion(text, after)
    tables, grown = tree(text).get(name, []), tree(after)[name]
    assert isinstance(tables, list) and isinstance(grown, list)
    new = {key: list(value) if isinstance(value, tuple) else value for key, value in fields}
    assert new in grown and len(grown) == len(tables) + 1
    if behind and behind[0] == name:
        assert grown[int(behind[1]) + 1] == new


def is_insertion(before: str, after: str) -> bool:
    """Return whether `after` is `before` with one insertion, apart from a newline at the old end."""
    more = len(after) - len(before)
    start = next((at for at, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), len(before))
    return more > 0 and any(
        before[at:] == after[at + more :] for at in range(start, -1, -1) if before[:at] == after[:at]
    )


@given(LONG_LIST | SHORT_LIST, st.lists(INLINE, max_size=4), st.booleans())
def test_a_list_can_be_set_to_any_content_and_keeps_its_comments(raw: str, wanted: list[str], is_crlf: bool) -> None:
    text = f"# top\na = {raw} # end\nb = 1\n"
    text = text.replace("\n", "\r\n") if is_crlf else text
    kept = [each.strip("\r\n") for each in tree(text)["a"]]  # type: ignore[attr-defined]
    new = (*kept[1:], *wanted, *kept[:1])
    after = set_value(text, (), "a", new)
    assert tree(after) == {"a": list(new), "b": 1}
    assert after.startswith("# top") and after.endswith(text[-len(" # end\nb = 1\n") :])
    grown = append_entry(text, (), "a", "more")
    assert grown.count("#") == text.count("#")

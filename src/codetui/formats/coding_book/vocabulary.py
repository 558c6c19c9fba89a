"""The words by which a coding book is recognised.

Names of fields and kinds of sections in English and Dutch, and labels of codes, profiles and chapters:
`**TASK1: Modeling**: …`, `1.A.2. Operations`, `2. Analyst (…)`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from importlib.resources import files
from typing import Literal, NamedTuple, TypeAlias

from codetui.model import Holds

CodeField = Literal["definition", "examples", "include", "exclude", "confused_with", "found_in", "retired"]
ProfileField = Literal["definition", "subtitle", "responsibilities", "projects", "evidence"]
FieldKey = Literal[CodeField, ProfileField]

CODE_FIELDS: set[FieldKey] = {"definition", "examples", "include", "exclude", "confused_with", "found_in", "retired"}
PROFILE_ONLY_FIELDS: set[FieldKey] = {"responsibilities", "projects", "evidence"}
PROFILE_FIELDS: set[FieldKey] = {"definition", "subtitle", *PROFILE_ONLY_FIELDS}
LIST_FIELDS: set[FieldKey] = {"examples", "responsibilities", "projects"}
PROSE_FIELDS: set[FieldKey] = {"definition", "evidence", "include", "exclude"}

_DATA = tomllib.loads(files(__package__).joinpath("words.toml").read_text("utf-8").replace("\\\n", ""))


def _pattern(alternatives: Iterable[str]) -> re.Pattern[str]:
    """Compile alternatives, with the fragments that they name filled in."""
    pattern = "|".join(alternatives)
    for name, fragment in _DATA["fragments"].items():
        pattern = pattern.replace(f"<{name}>", fragment)
    return re.compile(pattern, re.IGNORECASE)


FIELDS: dict[FieldKey, re.Pattern[str]] = {key: _pattern(names) for key, names in _DATA["fields"].items()}
"""Patterns of the names of fields, without emphasis and brackets; the first pattern that matches counts."""

BEGUN_FIELDS: dict[FieldKey, re.Pattern[str]] = {
    key: _pattern(f"(?:{name})\\b\\s*" for name in names) for key, names in _DATA["begun"].items()
}
WORDS: dict[str, re.Pattern[str]] = {name: _pattern(words) for name, words in _DATA["words"].items()}
TITLES: dict[str, re.Pattern[str]] = {kind: _pattern(titles) for kind, titles in _DATA["titles"].items()}
WRITTEN: dict[str, tuple[str, str]] = {name: tuple(words) for name, words in _DATA["written"].items()}
"""The words of a written coding book, in English and Dutch."""

BRACKETED = re.compile(r"(?:^|\s)\((.*)\)")
PLURAL = re.compile(r"(?<=\w)\(\w{1,3}\)")
LONGEST_NAME = 300
"""Characters of a name that may match a field, brackets included."""

Style = Literal["colon", "dot", "name"]
WORD_ID = (
    r"[A-Z][A-Za-z]{0,11}[-_]?\d{1,3}(?:\.\d{1,3})*[a-z]?|"
    r"(?:[A-Z]{2,12}|(?i:task|taak|tech|technology|tool|skill|vaardigheid)) \d{1,2}"
)
DOTTED_ID = r"\d{1,3}(?:\.(?:\d{1,3}|[A-Za-z]\d{0,3}))+|[A-Z](?:\.\d{1,3})+"
IS_WORD_ID = re.compile(WORD_ID)
IS_DOTTED_ID = re.compile(DOTTED_ID)
SEPARATOR = r"(?:\s*(?P<sep>[:.)])(?=\s|$|[*_`])|\s+(?P<dash>[-–—])(?=\s)|(?=\s|$))"
ID_AND_NAME = re.compile(
    rf"(?:(?:code|(?:sub-?)?categor(?:y|ie))\s+)?(?P<id>(?:{WORD_ID})|(?:{DOTTED_ID})|\d{{1,3}}){SEPARATOR}\s*(?P<name>.*)",
    re.DOTALL | re.IGNORECASE,
)
LETTER_AND_NAME = re.compile(r"\(?(?P<id>[A-Za-z])[.)]\s+(?P<name>\S.*)", re.DOTALL)
NAME_AND_ID = re.compile(rf"(?P<name>\S(?:.*\S)?)\s*\((?P<id>{WORD_ID})\)")
MARKS = re.compile(r"(\*\*\*|___|\*\*|__|\*|_)?(`+)?")
NAME_END = re.compile(r":(?=\s|$)|\s[-–—]\s")
LONGEST_BOLD_NAME = 8
"""Words of a name without emphasis or a separator after it."""

PROFILE_LEAD = re.compile(
    r"(?P<word>(?:job |role )?profi(?:le|el)(?:\s*[:–—-]\s+|\s+))?"
    r"(?:(?P<id>\d{1,2}|[A-Z]|[A-Z]{1,8}\d{1,2})(?:\s*[.:)]|\s+[-–—]|(?<=\d))\s+)?"
    r"(?P<rest>.*)",
    re.IGNORECASE,
)
SUBTITLE = re.compile(r"\s*(?:\((?P<inner>.*)\)|[-–—:]\s*(?P<plain>.*))\s*", re.DOTALL)
NAME_AND_BRACKETS = re.compile(r"(?P<name>[^()]*\S)\s+(?P<rest>\([^()]*\))\s*")


class SectionKind(NamedTuple):
    """A kind of section of session documents, and the patterns that identify it in a coding book.

    `words` match in the section's title, `family` matches the letters of its codes' ids, as in `TECH7`.
    """

    id: str
    title: str
    holds: Holds
    words: re.Pattern[str]
    family: re.Pattern[str]


SECTION_KINDS = tuple(
    SectionKind(each["id"], each["title"], each["holds"], _pattern(each["words"]), _pattern(each["family"]))
    for each in _DATA["section"]
)


def field_key(name: str) -> FieldKey | None:
    """Return the field that a name in bold, a heading or a column title refers to; None if it refers to none."""
    return field_and_remark(name)[0]


def field_and_remark(name: str) -> tuple[FieldKey | None, str]:
    """Return the field that a name refers to, and the remark, the words beyond the field's name.

    `Exclude (unless ironic)` has the remark `(unless ironic)`, `Include when it hurts` has `when it hurts`.
    """
    if len(name) > LONGEST_NAME:
        return None, ""
    plain = " ".join(re.sub(r"[*_`:]+", "", PLURAL.sub("", name)).replace("’", "'").split()).rstrip(".").strip()
    bracketed = BRACKETED.search(plain)
    in_brackets = bracketed[0].strip() if bracketed else ""
    short = " ".join(BRACKETED.sub("", plain).split()) if bracketed else plain
    folded = short.casefold()
    for key, pattern in FIELDS.items():
        if pattern.fullmatch(folded):
            return key, in_brackets
    for key, pattern in BEGUN_FIELDS.items():
        if len(folded) == len(short) and (begun := pattern.match(folded)):
            return key, " ".join(filter(None, (short[begun.end() :], in_brackets)))
    return None, ""


class Label(NamedTuple):
    """The id and name of a code or profile, and `rest`, the text after them.  The id may be empty.

    `is_marked` is True for a label in bold or backticks, and for a profile introduced as such; `style` is how the id is
    joined to the name.
    """

    id: str
    name: str
    rest: str = ""
    style: Style = "name"
    is_marked: bool = False
    subtitle: str = ""


NO_LABEL = Label("", "")


def code_label(text: str, *, is_heading: bool = False) -> Label | None:
    """Return the label of a code at the beginning of `text`; None if there is no id."""
    marked, rest = split_marked(text)
    found = ID_AND_NAME.fullmatch(marked.strip() if marked else text.strip())
    # The pattern ignores case for the words before the id, ids themselves begin with a capital.
    if found is None or WORDS["chapter"].fullmatch(found["id"]) or found["id"][0].islower():
        lettered = LETTER_AND_NAME.fullmatch(marked.strip()) if marked and not is_heading else None
        if lettered:
            return Label(lettered["id"], plain_name(lettered["name"].rstrip(".")), rest, "dot", True)
        whole = marked or text if is_heading else marked
        behind = NAME_AND_ID.fullmatch(whole.strip().rstrip(":"))
        return Label(behind["id"], behind["name"], rest if marked else "", "colon", bool(marked)) if behind else None
    id_, name = found["id"], found["name"]
    is_dot = found["sep"] == "." if IS_WORD_ID.fullmatch(id_) else found["sep"] != ":"
    if not marked and is_heading:
        name, rest = _split_examples(name)
    elif not marked:
        is_separated = found["sep"] or found["dash"] or NAME_END.search(name)
        if not (IS_WORD_ID.fullmatch(id_) and is_separated) and not (
            IS_DOTTED_ID.fullmatch(id_) and NAME_END.search(name)
        ):
            return None
        name, rest = _split_name(name)
    elif not name:
        is_dot = is_dot or rest.startswith(".")
        name, rest = _name_after_id(rest, is_heading=is_heading)
    elif is_heading and rest.strip():
        more, rest = _split_examples(rest)
        name = f"{name} {more.strip()}".strip()
    return Label(id_, plain_name(name), rest, "dot" if is_dot else "colon", bool(marked))


def marked_label(text: str) -> Label | None:
    """Return a name in bold or backticks at the beginning of a text, as a label without an id."""
    marked, rest = split_marked(text)
    name = plain_name(marked)
    return Label("", name, rest, is_marked=True) if name else None


def profile_label(heading: str) -> Label:
    """Return the number, name and subtitle in a profile's heading."""
    found = PROFILE_LEAD.fullmatch(heading.strip())
    if found is None:
        return Label("", heading.strip())
    name, after = split_marked(found["rest"])
    is_marked = bool(name or (found["word"] and found["id"]))
    if not name:
        bracketed = NAME_AND_BRACKETS.fullmatch(found["rest"])
        name, after = (bracketed["name"], bracketed["rest"]) if bracketed else (found["rest"], "")
    behind = SUBTITLE.fullmatch(after)
    subtitle = after.strip() if behind is None else behind["inner"] or behind["plain"] or ""
    return Label(found["id"] or "", plain_name(name), is_marked=is_marked, subtitle=subtitle)


def chapter_title(heading: str) -> str:
    """Return a heading without its number: `Job Tasks` for `2.1 Job Tasks` and for `PART 2: Job Tasks`."""
    name = plain_name(heading)
    return (
        plain_name(WORDS["chapter_number"].sub("", name, count=1) if WORDS["chapter_number"].match(name) else name)
        or name
    )


def plain_name(name: str) -> str:
    """Return a name on one line, without emphasis around it and without a colon at its end."""
    name = " ".join(name.split()).rstrip(":").strip()
    marked, rest = split_marked(name)
    return marked.strip().rstrip(":") if marked and not rest else name


def code_name(heading: str) -> str:
    """Return the name in the heading of a code: `Rent` for `Node: Rent`."""
    name = plain_name(heading)
    return plain_name(name[found.end() :]) or name if (found := WORDS["code_heading"].match(name)) else name


def split_marked(text: str) -> tuple[str, str]:
    """Return the leading words of a text in bold or backticks, and the rest; `("", text)` if there are none.

    Bold around backticks counts as one mark: `**`TASK1`: Modeling**`.
    """
    found = MARKS.match(text)
    bold, ticks = (found[1] or "", found[2] or "") if found else ("", "")
    inner, at = "", len(bold) + len(ticks)
    if not at:
        return "", text
    for mark in filter(None, (ticks, bold)):
        close = text.find(mark, at)
        if close < 0:
            return "", text
        inner, at = inner + text[at:close], close + len(mark)
    return inner, text[at:]


def _name_after_id(rest: str, *, is_heading: bool) -> tuple[str, str]:
    """Return the name after a marked id, and the text after the name."""
    rest = re.sub(r"\A\s*[:.)–—-]?\s*", "", rest)
    marked, after = split_marked(rest)
    if marked and (is_heading or plain_name(marked)):
        return marked, after
    return _split_examples(rest) if is_heading else _split_name(rest)


def _split_name(text: str) -> tuple[str, str]:
    """Split a name without emphasis from the rest: at a colon, a dash or examples in brackets."""
    name, rest = _split_examples(text)
    end = NAME_END.search(name)
    if end:
        return name[: end.start()], text[end.end() :]
    return (name, rest) if len(name.split()) <= LONGEST_BOLD_NAME else ("", text)


def _split_examples(text: str) -> tuple[str, str]:
    """Split a text before the brackets that hold examples."""
    for bracket in re.finditer(r"\(", text):
        if WORDS["for_example"].match(text, bracket.end()):
            return text[: bracket.start()].strip(), text[bracket.start() :]
    return text, ""


# --- titles of columns and of the lines of cards -------------------------------------------------------

TitleKind = Literal["id", "code", "sub", "name", "parent", "group", "sure", "other", "field", "value"]
PARENT_RANK, GROUP_RANK, NAME_RANK = 0, 1, 2
Rank: TypeAlias = Literal["id"] | int | None
LABEL_LINE = re.compile(
    r"[*_]{0,3}(?P<title>[^\W\d_][^:*_\n]{0,30}?)(?:\s+(?P<number>[A-Z]?\d{1,3}|[A-Z]))?\s*[*_]{0,3}:[*_]{0,3}\s*(?P<value>\S[^\n]*)"
)
LONGEST_LABEL = 12
"""Words of the name on the line of a card."""


def is_title(title: str, *kinds: TitleKind) -> bool:
    """Return whether a title is of one of these kinds."""
    return any(TITLES[kind].fullmatch(title) for kind in kinds)


def title_rank(title: str, *, is_card: bool) -> Rank:
    """Return how certainly a title heads the names of codes, "id" if it heads ids, None for other titles."""
    if is_title(title, "id"):
        return "id"
    if is_title(title, "name", "sub"):
        return NAME_RANK
    if is_title(title, "parent"):
        return PARENT_RANK
    return GROUP_RANK if is_title(title, "group") and not (is_card and is_title(title, "field")) else None


def label_line(text: str) -> tuple[tuple[str, str], ...]:
    """Return the titles and values on a line of a card, `Code: Trust` or `Code 1: Trust`; none for other texts."""
    found = LABEL_LINE.fullmatch(text.strip())
    value = plain_name(found["value"].strip("*_ ")) if found else ""
    if found is None or not value or len(value.split()) > LONGEST_LABEL or WORDS["profile"].search(found["title"]):
        return ()
    if field_key(found["title"]) or title_rank(found["title"], is_card=True) is None:
        return ()
    own = (found["title"], value)
    return (("id", found["number"]), own) if found["number"] else (own,)


def title_order(title: str) -> tuple[bool, int]:
    """Return a key that sorts titles by how certainly they begin the card of a code."""
    rank = title_rank(title, is_card=True)
    return not is_title(title, "code"), -rank if isinstance(rank, int) else 1

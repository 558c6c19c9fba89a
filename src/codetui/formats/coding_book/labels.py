"""Labels of codes, profiles and chapters: `**TASK1: Modeling**: …`, `1.A.2. Operations`, `2. Analyst (…)`."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from codetui.formats.coding_book.vocabulary import FOR_EXAMPLE

Style = Literal["colon", "dot", "name"]

WORD_ID = (
    r"[A-Z][A-Za-z]{0,11}[-_]?\d{1,3}(?:\.\d{1,3})*[a-z]?|"
    r"(?:[A-Z]{2,12}|(?i:task|taak|tech|technology|tool|skill|vaardigheid)) \d{1,2}"
)
DOTTED_ID = r"\d{1,3}(?:\.(?:\d{1,3}|[A-Za-z]\d{0,3}))+|[A-Z](?:\.\d{1,3})+"
IS_WORD_ID = re.compile(WORD_ID)
IS_DOTTED_ID = re.compile(DOTTED_ID)

CHAPTER_WORDS = (
    "part|section|chapter|appendix|step|phase|table|figure|version|level|profile|"
    "deel|sectie|hoofdstuk|bijlage|stap|fase|tabel|figuur|versie|niveau|profiel"
)
CHAPTER = re.compile(rf"(?:{CHAPTER_WORDS})s?\b[ -]?\w*", re.IGNORECASE)
CHAPTER_NUMBER = re.compile(
    rf"(?:(?:{CHAPTER_WORDS})\s+)?(?:\d{{1,3}}(?:\.\w{{1,3}})*|[A-Z]|[IVX]{{1,5}})(?:[.:)]+|\s+[-–—]|(?<=\d))\s+",
    re.IGNORECASE,
)
SEPARATOR = r"(?:\s*(?P<sep>[:.)])(?=\s|$|[*_`])|\s+(?P<dash>[-–—])(?=\s)|(?=\s|$))"
ID_AND_NAME = re.compile(
    rf"(?:(?:code|(?:sub-?)?categor(?:y|ie))\s+)?(?P<id>(?:{WORD_ID})|(?:{DOTTED_ID})|\d{{1,3}}){SEPARATOR}\s*(?P<name>.*)",
    re.DOTALL | re.IGNORECASE,
)
LETTER_AND_NAME = re.compile(r"\(?(?P<id>[A-Za-z])[.)]\s+(?P<name>\S.*)", re.DOTALL)
NAME_AND_ID = re.compile(rf"(?P<name>\S(?:.*\S)?)\s*\((?P<id>{WORD_ID})\)")
MARKS = re.compile(r"(\*\*\*|___|\*\*|__|\*|_)?(`+)?")
NAME_END = re.compile(r":(?=\s|$)|\s[-–—]\s")
LONGEST_NAME = 8
"""Words of a name without emphasis or a separator after it."""

PROFILE_LEAD = re.compile(
    r"(?P<word>(?:job |role )?profi(?:le|el)(?:\s*[:–—-]\s+|\s+))?"
    r"(?:(?P<id>\d{1,2}|[A-Z]|[A-Z]{1,8}\d{1,2})(?:\s*[.:)]|\s+[-–—]|(?<=\d))\s+)?"
    r"(?P<rest>.*)",
    re.IGNORECASE,
)
SUBTITLE = re.compile(r"\s*(?:\((?P<inner>.*)\)|[-–—:]\s*(?P<plain>.*))\s*", re.DOTALL)
NAME_AND_BRACKETS = re.compile(r"(?P<name>[^()]*\S)\s+(?P<rest>\([^()]*\))\s*")


class Label(NamedTuple):
    """The id and name of a code or profile, and `rest`, the text after them.  The id may be empty.

    `is_marked` for a label in bold or backticks, and for a profile that is called one; `style` is how the id is joined
    to the name.
    """

    id: str
    name: str
    rest: str = ""
    style: Style = "name"
    is_marked: bool = False
    subtitle: str = ""


def code_label(text: str, *, is_heading: bool = False) -> Label | None:
    """Return the label of a code at the beginning of `text`; None if there is no id."""
    marked, rest = split_marked(text)
    found = ID_AND_NAME.fullmatch(marked.strip() if marked else text.strip())
    # The pattern ignores case for the words before the id, ids themselves begin with a capital.
    if found is None or CHAPTER.fullmatch(found["id"]) or found["id"][0].islower():
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
    return plain_name(CHAPTER_NUMBER.sub("", name, count=1) if CHAPTER_NUMBER.match(name) else name) or name


def plain_name(name: str) -> str:
    """Return a name on one line, without emphasis of the whole and without a colon at its end."""
    name = " ".join(name.split()).rstrip(":").strip()
    marked, rest = split_marked(name)
    return marked.strip().rstrip(":") if marked and not rest else name


def split_marked(text: str) -> tuple[str, str]:
    """Return the words in bold or backticks at the beginning of a text, and the rest; `("", text)` if there are none.

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
    return (name, rest) if len(name.split()) <= LONGEST_NAME else ("", text)


def _split_examples(text: str) -> tuple[str, str]:
    """Split a text before the brackets that hold examples."""
    for bracket in re.finditer(r"\(", text):
        if FOR_EXAMPLE.match(text, bracket.end()):
            return text[: bracket.start()].strip(), text[bracket.start() :]
    return text, ""

"""What names a code, a profile or a chapter: `**TASK1: Modeling**: …`, `1.A.2. Operations`, `2. Analyst (…)`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from typing import Literal, NamedTuple

from codetui.formats.coding_book.vocabulary import FOR_EXAMPLE

Style = Literal["colon", "dot", "name"]

WORD_ID = (
    r"[A-Z][A-Za-z]{0,11}[-_]?\d{1,3}(?:\.\d{1,3})*[a-z]?|"
    r"(?:[A-Z]{2,12}|(?i:task|taak|tech|technology|tool|skill|vaardigheid)) \d{1,2}"
)
DOTTED_ID = r"\d{1,3}(?:\.(?:\d{1,3}|[A-Za-z]\d{0,3}))+|[A-Z](?:\.\d{1,3})+"
NUMBER = r"\d{1,3}"
CHAPTER_WORDS = (
    "part|section|chapter|appendix|step|phase|table|figure|version|level|profile|"
    "deel|sectie|hoofdstuk|bijlage|stap|fase|tabel|figuur|versie|niveau|profiel"
)
CHAPTER = re.compile(rf"(?:{CHAPTER_WORDS})s?\b[ -]?\w*", re.IGNORECASE)
SEPARATOR = r"(?:\s*(?P<sep>[:.)])(?=\s|$|[*_`])|\s+(?P<dash>[-–—])(?=\s)|(?=\s|$))"
LED_BY_ID = re.compile(
    rf"(?:(?:code|(?:sub-?)?categor(?:y|ie))\s+)?(?P<id>(?:{WORD_ID})|(?:{DOTTED_ID})|{NUMBER}){SEPARATOR}\s*(?P<name>.*)",
    re.DOTALL | re.IGNORECASE,
)
IS_WORD_ID = re.compile(WORD_ID)
IS_DOTTED_ID = re.compile(DOTTED_ID)
LETTERED = re.compile(r"\(?(?P<id>[A-Za-z])[.)]\s+(?P<name>\S.*)", re.DOTALL)
ID_BEHIND = re.compile(rf"(?P<name>\S(?:.*\S)?)\s*\((?P<id>{WORD_ID})\)")
MARKS = re.compile(r"(\*\*\*|___|\*\*|__|\*|_)?(`+)?")
NAME_END = re.compile(r":(?=\s|$)|\s[-–—]\s")
LONGEST_NAME = 8
"""Words of a name that nothing parts from what follows it."""

PROFILE_LEAD = re.compile(
    r"(?P<word>(?:job |role )?profi(?:le|el)(?:\s*[:–—-]\s+|\s+))?"
    r"(?:(?P<id>\d{1,2}|[A-Z]|[A-Z]{1,8}\d{1,2})(?:\s*[.:)]|\s+[-–—]|(?<=\d))\s+)?"
    r"(?P<rest>.*)",
    re.IGNORECASE,
)
SUBTITLE = re.compile(r"\s*(?:\((?P<inner>.*)\)|[-–—:]\s*(?P<plain>.*))\s*", re.DOTALL)
IN_BRACKETS = re.compile(r"(?P<name>[^()]*\S)\s+(?P<rest>\([^()]*\))\s*")
CHAPTER_NUMBER = re.compile(
    rf"(?:(?:{CHAPTER_WORDS})\s+)?(?:\d{{1,3}}(?:\.\w{{1,3}})*|[A-Z]|[IVX]{{1,5}})(?:[.:)]+|\s+[-–—]|(?<=\d))\s+",
    re.IGNORECASE,
)


class Label(NamedTuple):
    """How a text names a code, and what follows: `rest` begins behind the label.  The id may be empty.

    `is_marked` for a label in bold or backticks; `led` says how the id is parted from the name.
    """

    id: str
    name: str
    rest: str
    style: Style
    is_marked: bool


class ProfileName(NamedTuple):
    """What the heading of a profile says; `is_sure` for one in backticks or bold, or that calls itself a profile."""

    id: str
    name: str
    subtitle: str
    is_sure: bool


def code_label(text: str, *, is_heading: bool = False) -> Label | None:
    """The code that `text` begins with the label of; None where it begins with no id."""
    marked, rest = unwrapped(text)
    found = LED_BY_ID.fullmatch(marked.strip() if marked else text.strip())
    if found is None or CHAPTER.fullmatch(found["id"]) or not _is_upper(found["id"]):
        lettered = LETTERED.fullmatch(marked.strip()) if marked and not is_heading else None
        if lettered:
            return Label(lettered["id"], _bare(lettered["name"].rstrip(".")), rest, "dot", True)
        whole = marked or text if is_heading else marked
        behind = ID_BEHIND.fullmatch(whole.strip().rstrip(":"))
        return Label(behind["id"], behind["name"], rest if marked else "", "colon", bool(marked)) if behind else None
    id_, name, style = found["id"], found["name"], _style(found)
    if not marked:
        if is_heading:
            name, rest = _split_examples(name)
        elif not (IS_WORD_ID.fullmatch(id_) or (IS_DOTTED_ID.fullmatch(id_) and NAME_END.search(name))) or not (
            found["sep"] or found["dash"] or NAME_END.search(name)
        ):
            return None
        else:
            name, rest = _split_name(name)
    elif not name:
        style = "dot" if style == "dot" or rest.startswith(".") else "colon"
        name, rest = _name_behind(rest, is_heading=is_heading)
    elif is_heading and rest.strip():
        more, rest = _split_examples(rest)
        name = f"{name} {more.strip()}".strip()
    return Label(id_, _bare(name), rest, style, bool(marked))


def _is_upper(id_: str) -> bool:
    """Whether the id begins as ids do; the pattern itself does not look at case, for the words before it."""
    return not id_[0].isalpha() or id_[0].isupper()


def _style(found: re.Match[str]) -> Style:
    if IS_WORD_ID.fullmatch(found["id"]):
        return "dot" if found["sep"] == "." else "colon"
    return "colon" if found["sep"] == ":" else "dot"


def marked_label(text: str) -> Label | None:
    """A name in bold or backticks that a text begins with, without an id."""
    marked, rest = unwrapped(text)
    return Label("", _bare(marked), rest, "name", True) if _bare(marked) else None


def unwrapped(text: str) -> tuple[str, str]:
    """What stands between the bold or the backticks that a text begins with, and the rest; `("", text)` without any.

    Bold round backticks counts as one: `**`TASK1`: Modeling**`.
    """
    found = MARKS.match(text)
    bold, ticks = (found[1] or "", found[2] or "") if found else ("", "")
    start = len(bold) + len(ticks)
    if not start:
        return "", text
    inner, at = "", start
    if ticks:
        close = text.find(ticks, start)
        if close < 0:
            return "", text
        inner, at = text[start:close], close + len(ticks)
    if bold:
        close = text.find(bold, at)
        if close < 0:
            return "", text
        inner, at = inner + text[at:close], close + len(bold)
    return inner, text[at:]


def _name_behind(rest: str, *, is_heading: bool) -> tuple[str, str]:
    """The name behind a marked id, and what follows it."""
    rest = re.sub(r"\A\s*[:.)–—-]?\s*", "", rest)
    marked, after = unwrapped(rest)
    if marked and (is_heading or _bare(marked)):
        return marked, after
    return _split_examples(rest) if is_heading else _split_name(rest)


def _split_name(text: str) -> tuple[str, str]:
    """A name that nothing marks, up to a colon, a dash or examples in brackets, and the rest."""
    name, rest = _split_examples(text)
    end = NAME_END.search(name)
    if end:
        return name[: end.start()], text[end.end() :]
    return (name, rest) if len(name.split()) <= LONGEST_NAME else ("", text)


def _split_examples(text: str) -> tuple[str, str]:
    """Text up to brackets that hold examples, and the rest."""
    start = text.find("(")
    while start >= 0:
        if FOR_EXAMPLE.match(text, start + 1):
            return text[:start].strip(), text[start:]
        start = text.find("(", start + 1)
    return text, ""


def _bare(name: str) -> str:
    """A name on one line, without the marks round the whole of it and without a colon at its end."""
    name = " ".join(name.split()).rstrip(":").strip()
    marked, rest = unwrapped(name)
    return marked.strip().rstrip(":") if marked and not rest else name


def profile_name(heading: str) -> ProfileName:
    """Number, name and subtitle that a profile's heading gives."""
    found = PROFILE_LEAD.fullmatch(heading.strip())
    if found is None:
        return ProfileName("", heading.strip(), "", False)
    rest = found["rest"]
    marked, after = unwrapped(rest)
    if not marked and (split := IN_BRACKETS.fullmatch(rest)):
        name, after = split["name"], split["rest"]
    else:
        name, after = (marked, after) if marked else (rest, "")
    behind = SUBTITLE.fullmatch(after)
    subtitle = after.strip() if behind is None else behind["inner"] or behind["plain"] or ""
    return ProfileName(found["id"] or "", _bare(name), subtitle, bool(marked or (found["word"] and found["id"])))


def plain_heading(heading: str) -> str:
    """A heading without bold or backticks round the whole of it, and without a colon at its end."""
    return _bare(heading)


def chapter_title(heading: str) -> str:
    """A heading without its number: `Job Tasks` of `2.1 Job Tasks` and of `PART 2: Job Tasks`."""
    bare = _bare(heading)
    title = CHAPTER_NUMBER.sub("", bare, count=1) if CHAPTER_NUMBER.match(bare) else bare
    return _bare(title) or bare


STATUS = r"(?:\s*[-–—,:]\s*(?P<status>[^()]+))?"
TITLE_WITH_VERSION = re.compile(
    rf"(?P<title>.*\S)\s*\((?:(?:version|versie) (?P<named>\S+?)|(?P<version>v\d[\w.]*|\d+\.\d[\w.]*)){STATUS}\)",
    re.IGNORECASE,
)
TITLE_BEFORE_VERSION = re.compile(
    rf"(?P<title>.*?\w\)?)[\s,:–—-]+(?:(?:version|versie) (?P<named>\d[\w.]*)|(?P<version>v\d[\w.]*)){STATUS}",
    re.IGNORECASE,
)
SPEAKS_FOR_ITSELF = re.compile(r"v\d[\w.]*|\d+\.\d[\w.]*", re.IGNORECASE)


VERSION_BELOW = re.compile(
    r"[\s*_>|-]*(?:(?:version|versie)(?: number|nummer)?\b[\s:*_]*(?P<named>v?\d[\w.]*)"
    r"|(?P<version>v\d[\w.]*)(?=\W|$))",
    re.IGNORECASE,
)
LONGEST_HEADING = 400
"""Characters of a heading in which a version is looked for."""

LINES_BELOW = 4
"""Lines under the heading that may say which version this is."""


class Head(NamedTuple):
    """What the first heading says."""

    title: str
    version: str = ""
    status: str = ""


def read_head(heading: str) -> Head:
    """Title, version and what is said of the version; a very long heading is all title."""
    is_short = len(heading) <= LONGEST_HEADING
    found = TITLE_WITH_VERSION.fullmatch(heading) or TITLE_BEFORE_VERSION.fullmatch(heading) if is_short else None
    if found is None:
        return Head(heading)
    return Head(found["title"].strip(), found["named"] or found["version"], (found["status"] or "").strip())


def version_below(lines: Iterable[str]) -> str:
    """The version that the first lines under the heading begin with: `Version 4, 12 March`; empty where none does."""
    for line in islice(filter(str.strip, lines), LINES_BELOW):
        if line.startswith("#"):
            break
        found = VERSION_BELOW.match(line)
        if found:
            return (found["named"] or found["version"]).rstrip(".")
    return ""


def write_head(head: Head, language: str = "") -> str:
    """The heading that says it."""
    if not head.version:
        return head.title
    version = (
        head.version
        if SPEAKS_FOR_ITSELF.fullmatch(head.version)
        else f"{'versie' if language == 'nl' else 'version'} {head.version}"
    )
    return f"{head.title} ({version}{f' - {head.status}' if head.status else ''})"

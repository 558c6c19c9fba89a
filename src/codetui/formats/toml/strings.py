"""Values as TOML writes them: strings in the quotes that suit them, lists on one line or several."""

from __future__ import annotations

import re
from unicodedata import category

LONGEST_LINE = 110
"""Characters of a line before a list is broken into several."""

INDENT = "    "
ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\\": "\\\\", '"': '\\"'}
RUN_OF_QUOTES = re.compile(r'"{3,}|"+\Z')
BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")

Value = str | bool | int | tuple[str, ...]
"""A value of a codebook's field."""


def format_key(key: str) -> str:
    """Return a key, quoted where it must be."""
    return key if BARE_KEY.fullmatch(key) else f'"{_escaped(key)}"'


def quote(text: str, *, literal: bool = False) -> str:
    """Return a string on one line, in single quotes if that spares backslashes or if `literal` asks for them."""
    if (literal or '"' in text or "\\" in text) and "'" not in text and not any(map(_must_escape, text)):
        return f"'{text}'"
    return f'"{_escaped(text)}"'


def quote_long(text: str, newline: str, *, literal: bool = False) -> str:
    '''Return a string over several lines: `"""`, a line break, the text, `"""`.'''
    if literal and "'''" not in text and not text.endswith("'") and not any(map(_must_escape, text.replace("\n", ""))):
        return f"'''\n{text}'''".replace("\n", newline)
    body = _escaped(text, keep='"\n\t')
    body = RUN_OF_QUOTES.sub(lambda run: '\\"' * len(run[0]), body)
    return f'"""\n{body}"""'.replace("\n", newline)


def format_value(value: Value, newline: str, *, before: int = 0, indent: str = "", like: str = "") -> str:
    """Return a value with `before` characters in front of it on its line.

    A string takes the kind of quotes of the value `like`, which it replaces, where they can hold it.
    """
    is_literal = like.startswith("'")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, tuple):
        return _format_list(value, newline, before=before, indent=indent)
    return quote_long(value, newline, literal=is_literal) if "\n" in value else quote(value, literal=is_literal)


def format_inline(value: Value) -> str:
    """Return a value on one line, as inline tables need it."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(quote, value))}]"
    return quote(value) if isinstance(value, str) else format_value(value, "")


def _format_list(texts: tuple[str, ...], newline: str, *, before: int, indent: str) -> str:
    line = format_inline(texts)
    if before + len(line) <= LONGEST_LINE or len(texts) < 2:
        return line
    inner = "".join(f"{indent}{INDENT}{quote(text)},{newline}" for text in texts)
    return f"[{newline}{inner}{indent}]"


def _escaped(text: str, keep: str = "") -> str:
    return "".join(sign if sign in keep else ESCAPES.get(sign) or _code_point(sign) for sign in text)


def _code_point(sign: str) -> str:
    return f"\\u{ord(sign):04X}" if _must_escape(sign) else sign


def _must_escape(sign: str) -> bool:
    """Return whether TOML or an editor would not keep the character as it is."""
    return category(sign) in ("Cc", "Zl", "Zp") or sign == "\ufeff"


BULLET = re.compile(r"\s*(?:[-*•]|\d+[.)])\s")


def joined_lines(text: str) -> str:
    """Hard-wrapped text with its lines joined; blank lines, bullets and rows of tables still begin a line of their own.

    A bullet keeps its indentation, counted from that of the leftmost one.  Control characters are left out.
    """
    printable = "".join(sign for sign in text if sign in "\n\t" or category(sign) != "Cc")
    written = without_empty_ends(printable.split("\n"))
    left = min((indentation(line) for line in written if BULLET.match(line)), default=0)
    lines: list[list[str]] = []
    for line in written:
        part = line.strip()
        is_bullet = BULLET.match(line) is not None
        if part and lines and lines[-1] and not is_bullet and not part.startswith("|") and lines[-1][0][:1] != "|":
            lines[-1].append(part)
        elif part or (lines and lines[-1]):
            lines.append([" " * (indentation(line) - left if is_bullet else 0) + part] if part else [])
    return "\n".join(" ".join(parts) for parts in lines)


def indentation(line: str) -> int:
    """The blanks that a line begins with; a tab goes on to the next fourth column."""
    return len(line[: len(line) - len(line.lstrip())].expandtabs(4))


def without_empty_ends(lines: list[str]) -> list[str]:
    """The lines without those at either end that hold nothing but white space."""
    filled = [number for number, line in enumerate(lines) if line.strip()]
    return lines[filled[0] : filled[-1] + 1] if filled else []

"""Values as TOML writes them: texts in the quotes that suit them, lists on one line or several."""

from __future__ import annotations

import re
from unicodedata import category

LONGEST_LINE = 110
"""Cells that a line of a codebook may take before a list is broken into several."""

INDENT = "    "
SHORT_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\\": "\\\\", '"': '\\"'}
RUN_OF_QUOTES = re.compile(r'"{3,}|"+\Z')
BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")

Value = str | bool | int | tuple[str, ...]
"""What a field of a codebook holds."""


def key_text(key: str) -> str:
    """A key, in quotes where it needs them."""
    return key if BARE_KEY.fullmatch(key) else f'"{_escaped(key)}"'


def short_text(text: str, *, literal: bool = False) -> str:
    """A text on one line.

    It stands in single quotes where that spares it backslashes, or `literal` asks for them and they will do.
    """
    is_spared = '"' in text or "\\" in text
    if (literal or is_spared) and "'" not in text and not any(map(_must_escape, text)):
        return f"'{text}'"
    return f'"{_escaped(text)}"'


def long_text(text: str, newline: str, *, literal: bool = False) -> str:
    '''A text over several lines, the first of which is empty: `"""`, the text, `"""`.'''
    if literal and "'''" not in text and not text.endswith("'") and not any(map(_must_escape, text.replace("\n", ""))):
        return f"'''\n{text}'''".replace("\n", newline)
    body = "".join(_long_sign(sign) for sign in text)
    body = RUN_OF_QUOTES.sub(lambda run: '\\"' * len(run[0]), body)
    return f'"""\n{body}"""'.replace("\n", newline)


def list_text(texts: tuple[str, ...], newline: str, *, before: int, indent: str = "") -> str:
    """A list on one line, or one text a line where `before` cells of its line and the list are too long for one."""
    written = [short_text(text) for text in texts]
    line = f"[{', '.join(written)}]"
    if before + len(line) <= LONGEST_LINE or len(texts) < 2:
        return line
    inner = "".join(f"{indent}{INDENT}{text},{newline}" for text in written)
    return f"[{newline}{inner}{indent}]"


def written(value: Value, newline: str, *, before: int, indent: str = "", like: str = "") -> str:
    """Any value, a text in the quotes of the value `like` before it where these will do."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, tuple):
        return list_text(value, newline, before=before, indent=indent)
    is_literal = like.startswith("'")
    if "\n" in value:
        return long_text(value, newline, literal=is_literal)
    return short_text(value, literal=is_literal)


def written_inline(value: Value) -> str:
    """Any value on one line, as inline tables want it."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(short_text, value))}]"
    return short_text(value) if isinstance(value, str) else written(value, "", before=0)


def _escaped(text: str) -> str:
    return "".join(SHORT_ESCAPES.get(sign) or (_code_point(sign) if _must_escape(sign) else sign) for sign in text)


def _long_sign(sign: str) -> str:
    """One character of a long text; quotes are seen to in runs."""
    if sign in ('"', "\n", "\t"):
        return sign
    return SHORT_ESCAPES.get(sign) or (_code_point(sign) if _must_escape(sign) else sign)


def _must_escape(sign: str) -> bool:
    """Whether TOML or an editor would not keep the character as it is."""
    return category(sign) in ("Cc", "Zl", "Zp") or sign == "\ufeff"


def _code_point(sign: str) -> str:
    return f"\\u{ord(sign):04X}"

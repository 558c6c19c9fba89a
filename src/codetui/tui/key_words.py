"""How keys are written for people: `full_stop` is `.`, `ctrl+home` is `Ctrl+Home`."""

from __future__ import annotations

from collections.abc import Iterable

SIGNS = {
    "full_stop": ".",
    "comma": ",",
    "slash": "/",
    "question_mark": "?",
    "right_parenthesis": ")",
    "left_parenthesis": "(",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "semicolon": ";",
    "colon": ":",
    "apostrophe": "'",
    "quotation_mark": '"',
    "minus": "-",
    "plus": "+",
    "equals_sign": "=",
    "underscore": "_",
    "asterisk": "*",
    "grave_accent": "`",
    "circumflex_accent": "^",
    "dollar_sign": "$",
    "percent_sign": "%",
    "ampersand": "&",
    "number_sign": "#",
    "at": "@",
    "exclamation_mark": "!",
    "backslash": "\\",
    "vertical_line": "|",
    "tilde": "~",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "escape": "Esc",
    "space": "Space",
}


def key_words(key: str) -> str:
    """One key as it stands on a keyboard."""
    *modifiers, last = key.split("+")
    is_plain_letter = len(last) == 1 and not modifiers
    name = SIGNS.get(last, last if is_plain_letter else last.capitalize())
    return "+".join([*(modifier.capitalize() for modifier in modifiers), name])


def keys_words(keys: Iterable[str]) -> str:
    """Several keys for one thing, with blanks between."""
    return " ".join(map(key_words, keys))

"""Write the reference of messages, as the source has them: `python tools/messages.py docs/messages.md`.

Values that a message fills in are in italics. A message whose words are composed elsewhere is listed where they are.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "codetui"
HEAD = """\
# Messages

The messages of the program, by where they appear. Values that it fills in are in italics, and
“ad” is the noun of the study. A message about a file begins with the file and the line:
`sessions/anna/analysis_job_101.md:12: warning: …`. Search this page for
a few words that are not in italics.
"""

# The calls that carry a message, with the position and the keyword of the message, and the heading of the message.
ARGUMENTS = {
    "Problem": (3, "message"),
    "add": (2, "message"),
    "add_once": (3, "message"),
    "Refusal": (0, "message"),
    "say": (0, "message"),
    "show_message": (0, "message"),
    "error": (0, "message"),
}
SEVERITIES = {"error", "warning", "info"}
HEADINGS = {
    "error": ("Errors in files", "What is named was left out, or stops the command; exit code 1."),
    "warning": ("Warnings in files", "The rest was read; look at the line that is named."),
    "info": ("Notes on files", "Nothing is wrong; this is how something was understood."),
    "refused": ("Refusals", "Nothing was changed."),
    "stopped": (
        "Commands that stop",
        "Printed to stderr; nothing was written. Exit code 2, or 1 for damage.",
    ),
    "screen": ("On the screen", "In the line of messages, beneath the text."),
}
# Errors whose words only complete the sentence of another.
FRAGMENTS = {
    "FormatError",
    "MalformedError",
    "NotImplementedError",
    "OSError",
    "OleError",
    "TypeError",
    "_UnreadableError",
}
# A text of fewer words of its own is the start of a message that another function completes, or none.
FEWEST_WORDS = 3


class Message(NamedTuple):
    """A message as markdown, and the key of its heading."""

    heading: str
    words: str


def messages() -> list[Message]:
    """Return all messages of the program, each once, in order of headings and then of words."""
    found = {message for path in sorted(SOURCE.rglob("*.py")) for message in _messages_in(path)}
    order = list(HEADINGS)
    return sorted(found, key=lambda message: (order.index(message.heading), _sort_key(message.words), message.words))


def _sort_key(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", words.lower()).strip()


def _messages_in(path: Path) -> Iterator[Message]:
    tree = ast.parse(path.read_text("utf-8"))
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Module):
            continue
        for node in _own_nodes(function):
            if isinstance(node, ast.Call) and (heading := _heading(node)):
                argument = _argument(node)
                for words in _templates(argument, function) if argument is not None else ():
                    if len(re.findall(r"[A-Za-z]+", re.sub(r"\*[^*]*\*", "", words))) >= FEWEST_WORDS:
                        yield Message(heading, _sentence(words))


def _sentence(words: str) -> str:
    """Return a message with a capital, and the values within code spans in capitals instead of italics."""
    in_code = re.sub(r"`[^`]*`", lambda span: re.sub(r"\*([^*]+)\*", lambda value: value[1].upper(), span[0]), words)
    return (in_code[0].upper() + in_code[1:]).strip()


def _own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a function without those of functions inside it."""
    for child in ast.iter_child_nodes(function):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child
            yield from _own_nodes(child)


def _heading(call: ast.Call) -> str:
    """Return the heading under which the message of a call belongs, empty if it has none."""
    name = _name(call.func)
    if name.endswith("Error") and name not in FRAGMENTS:
        return "refused" if name == "RefusedError" else "stopped"
    if name in {"Problem", "add", "add_once"}:
        severity = next((a.value for a in call.args if isinstance(a, ast.Constant) and a.value in SEVERITIES), None)
        return str(severity) if severity else "warning" if name == "Problem" else ""
    return {"Refusal": "refused", "say": "screen", "show_message": "screen", "error": "stopped"}.get(name, "")


def _argument(call: ast.Call) -> ast.expr | None:
    position, keyword = ARGUMENTS.get(_name(call.func), (0, "message"))
    named = next((given.value for given in call.keywords if given.arg == keyword), None)
    return named or (call.args[position] if len(call.args) > position else None)


def _templates(node: ast.expr, function: ast.AST) -> list[str]:
    """Return the words that an expression can have, each with its values in italics."""
    match node:
        case ast.Constant(value=str(words)):
            return [_escaped(words)]
        case ast.JoinedStr(values=values):
            return ["".join(_part(value) for value in values)]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return [a + b for a in _templates(left, function) for b in _templates(right, function)]
        case ast.IfExp(body=body, orelse=orelse):
            return _templates(body, function) + _templates(orelse, function)
        case ast.Name(id=name):
            return _assigned(name, function)
    return []


def _assigned(name: str, function: ast.AST) -> list[str]:
    """Return the words that a function assigns to a local name."""
    found = []
    for node in _own_nodes(function):
        if isinstance(node, ast.Assign) and name in {_name(target) for target in node.targets}:
            found += _templates(node.value, ast.Pass())
    return found


def _part(value: ast.expr) -> str:
    """Return a part of an f-string: words as they are, a value as its name in italics."""
    if isinstance(value, ast.Constant):
        return _escaped(str(value.value))
    return _placeholder(value.value) if isinstance(value, ast.FormattedValue) else ""


def _placeholder(node: ast.expr) -> str:
    match node:
        case ast.Call(func=func, args=[number, ast.Constant(value=str(noun)), *_]) if _name(func) == "plural":
            return f"{_placeholder(number)} {noun}(s)"
        case ast.Call(func=func, args=[ast.Constant(value=str(action))]) if _name(func) == "key_of":
            return f"*key of {action.replace('_', ' ')}*"
        case ast.Call(func=ast.Attribute(value=ast.Constant(), attr="join")):
            return "*list*"
        case ast.Call(args=[argument, *_]) if isinstance(argument, ast.Name | ast.Attribute):
            return _placeholder(argument)
        case ast.IfExp(body=ast.Constant(value=str(one)), orelse=ast.Constant(value=str(other))):
            return f"{_escaped(one)}/{_escaped(other)}" if one and other else f"[{_escaped(one or other)}]"
        case ast.Constant(value=str(words)):
            return _escaped(words)
        case ast.Call(func=func):
            return _italic(_name(func))
        case ast.Attribute(value=owner, attr="source" | "sources" as noun) if _name(owner) == "words":
            return noun.replace("source", "ad")
        case ast.Name() | ast.Attribute() if _name(node) == "word":
            return "ad"
        case ast.Name() | ast.Attribute():
            return _italic(_name(node))
    return "*…*"


def _italic(name: str) -> str:
    words = name.strip("_").replace("_", " ").lower()
    return f"*{words}*" if words else "*…*"


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _escaped(words: str) -> str:
    """Escape what markdown would read as marks; code spans stay."""
    pieces = re.split(r"(`[^`]*`)", words.replace("\n", " "))
    return "".join(piece if piece.startswith("`") else re.sub(r"([\\*_<>\[\]|])", r"\\\1", piece) for piece in pieces)


def page() -> str:
    """Return the page: all messages as markdown lists under their headings."""
    found = messages()
    lines = [HEAD]
    for heading, (title, explanation) in HEADINGS.items():
        own = [message.words for message in found if message.heading == heading]
        lines += [f"## {title}", "", explanation, "", *(f"- {words}" for words in own), ""]
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8", newline="\n")

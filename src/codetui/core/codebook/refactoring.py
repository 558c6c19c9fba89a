"""What a coder makes of one code of the book, and the rules that follow for the codings it has."""

from __future__ import annotations

from dataclasses import dataclass

from codetui.core.codebook.index import group, label_from, label_of, section
from codetui.core.codebook.migration import Rule
from codetui.model import Code, Codebook, CodeId


@dataclass(frozen=True, slots=True)
class Rename:
    """Give a code another id, another name, or both."""

    code: CodeId
    id: CodeId
    name: str


@dataclass(frozen=True, slots=True)
class Merge:
    """Let all codings of a code become those of another; the code is retired."""

    code: CodeId
    into: CodeId


@dataclass(frozen=True, slots=True)
class Split:
    """Let each coding of a code wait until a coder says which of the `choices` it is.

    `new` are those of the choices that the book lacks so far.  The code is retired, unless it is a choice itself.
    """

    code: CodeId
    choices: tuple[CodeId, ...]
    new: tuple[Code, ...] = ()


@dataclass(frozen=True, slots=True)
class Retire:
    """Give a code no longer; its codings stay under it, and wait for another."""

    code: CodeId


@dataclass(frozen=True, slots=True)
class Reinstate:
    """Give a retired code again."""

    code: CodeId


@dataclass(frozen=True, slots=True)
class Move:
    """Put a code into another section, or into a group of it (an empty `group` is none)."""

    code: CodeId
    section: str
    group: str = ""


Refactoring = Rename | Merge | Split | Retire | Reinstate | Move


def rule_of(step: Refactoring) -> Rule:
    """The rule for the codings of the code; one that leads to the code itself changes none of them."""
    match step:
        case Rename():
            return Rule("code", step.code, (step.id,))
        case Merge():
            return Rule("code", step.code, (step.into,))
        case Split():
            return Rule("code", step.code, step.choices)
        case Retire():
            return Rule("code", step.code, (), is_same=True)
        case Reinstate() | Move():
            return Rule("code", step.code, (step.code,))


def describe(step: Refactoring, book: Codebook) -> str:
    """What the step makes of the code, in a few words; `book` is the one before it."""
    was = label_of(book, step.code)
    match step:
        case Rename():
            return f"{was} becomes {label_from(book.label, step.id, step.name)}"
        case Merge():
            return f"{was} becomes {label_of(book, step.into)}; the code itself is retired"
        case Split():
            names = {code.id: label_from(book.label, code.id, code.name) for code in step.new}
            choices = " or ".join(names.get(each) or label_of(book, each) for each in step.choices)
            return f"{was} becomes {choices}, as each coding is decided"
        case Retire():
            return f"{was} is retired: given no longer, kept for the codings it has"
        case Reinstate():
            return f"{was} is given again"
        case Move():
            found = group(book, step.group) or section(book, step.section)
            return f"{was} moves to “{found.title if found else step.section}”"

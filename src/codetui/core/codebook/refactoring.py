"""Refactorings of one code of a codebook, and the resulting rules for its codings."""

from __future__ import annotations

from dataclasses import dataclass

from codetui.core.codebook.index import group, label_from, label_of, section
from codetui.core.codebook.migration import Rule
from codetui.model import Code, Codebook, CodeId


@dataclass(frozen=True, slots=True)
class Rename:
    """Change the id of a code, its name, or both."""

    code: CodeId
    id: CodeId
    name: str


@dataclass(frozen=True, slots=True)
class Merge:
    """Recode all codings of a code to another one, and retire it."""

    code: CodeId
    into: CodeId


@dataclass(frozen=True, slots=True)
class Split:
    """Let a coder recode each coding of a code to one of the `choices`.

    `new` are the choices that the codebook lacks.  The code is retired, unless it is a choice itself.
    """

    code: CodeId
    choices: tuple[CodeId, ...]
    new: tuple[Code, ...] = ()


@dataclass(frozen=True, slots=True)
class Retire:
    """Stop assigning a code; its codings keep it until they are recoded."""

    code: CodeId


@dataclass(frozen=True, slots=True)
class Reinstate:
    """Assign a retired code again."""

    code: CodeId


@dataclass(frozen=True, slots=True)
class Move:
    """Move a code into another section, or into a group of it (empty for none)."""

    code: CodeId
    section: str
    group: str = ""


Refactoring = Rename | Merge | Split | Retire | Reinstate | Move


def rule_of(step: Refactoring) -> Rule:
    """Return the rule for the codings of the code; a rule that leads to the same code changes nothing."""
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


def name_of(step: Refactoring) -> str:
    """Name the refactoring so that it continues `Undone: `."""
    match step:
        case Rename() if step.id == step.code:
            return f"renaming of {step.code}"
        case Rename():
            return f"renaming of {step.code} to {step.id}"
        case Merge():
            return f"merge of {step.code} into {step.into}"
        case Split():
            return f"split of {step.code} into {' or '.join(step.choices)}"
        case Retire():
            return f"retirement of {step.code}"
        case Reinstate():
            return f"reinstatement of {step.code}"
        case Move():
            return f"move of {step.code}"


def describe(step: Refactoring, book: Codebook) -> str:
    """Describe the refactoring in a few words; `book` is the codebook before it."""
    was = label_of(book, step.code)
    match step:
        case Rename():
            return f"{was} becomes {label_from(book.label, step.id, step.name)}"
        case Merge():
            return f"{was} becomes {label_of(book, step.into)}; the code itself is retired"
        case Split():
            names = {code.id: label_from(book.label, code.id, code.name) for code in step.new}
            choices = " or ".join(names.get(each) or label_of(book, each) for each in step.choices)
            return f"{was} becomes {choices}, as you decide for each coding"
        case Retire():
            return f"{was} is retired: it is no longer assigned, and its codings keep it"
        case Reinstate():
            return f"{was} can be assigned again"
        case Move():
            found = group(book, step.group) or section(book, step.section)
            return f"{was} moves to “{found.title if found else step.section}”"

"""Invented coding books in markdown, the real ones, and helpers for tests on them."""

from __future__ import annotations

import tomllib
from pathlib import Path

from codetui.core.codebook.index import CodebookIndex
from codetui.formats.coding_book.pieces import words
from codetui.formats.coding_book.reader import CodingBook, parse_coding_book
from codetui.model import Code, Codebook, CodebookText, Profile

BOOKS = Path(__file__).resolve().parent.parent / "data" / "coding_books"
SAMPLES = sorted(path.stem for path in BOOKS.glob("*.md"))


def markdown_of(name: str) -> str:
    """Return an invented coding book."""
    return (BOOKS / f"{name}.md").read_text("utf-8")


def sample(name: str) -> CodingBook:
    """Return a parsed invented coding book."""
    return parse_coding_book(markdown_of(name), f"{name}.md")


def book_of(text: str) -> Codebook:
    """Return the codebook of a coding book."""
    return parse_coding_book(text, "book.md").book


def code(book: Codebook, id_: str) -> Code:
    """Return the code with an id."""
    return CodebookIndex(book).codes[id_]


def text(book: Codebook, title: str) -> CodebookText:
    """Return the only text with a title."""
    (found,) = (each for each in book.texts if each.title == title)
    return found


def profile(book: Codebook, name: str) -> Profile:
    """Return the only profile with a name."""
    (found,) = (each for each in book.profiles if each.name == name)
    return found


def lost_words(markdown: str, found: CodingBook) -> set[str]:
    """Return the words of a book that are neither in its codebook nor among those that only organize the others."""
    return set(words(markdown)) - set(words(all_texts(tomllib.loads(found.toml)))) - set(found.structure) - {"br"}


def all_texts(value: object) -> str:
    """Return all texts in a value that was read from TOML."""
    if isinstance(value, dict):
        return " ".join(map(all_texts, value.values()))
    return " ".join(map(all_texts, value)) if isinstance(value, list) else str(value)


def real_books(shared: Path) -> list[str]:
    """Return the two coding books of the real study: v3, and that of the pilot."""
    (v3,) = (shared / "seeds").glob("003*")
    return [v3.read_text("utf-8"), (shared / "pilot" / "coding_book_pilot.md").read_text("utf-8")]

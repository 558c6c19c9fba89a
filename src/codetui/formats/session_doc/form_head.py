"""The head of a form made to say what a session wants: heading, opening, profile and reasoning."""

from __future__ import annotations

import codetui.formats.session_doc.head as head
from codetui.core.anchors.anchor import shown_words
from codetui.core.codebook.index import CodebookIndex, profile_name
from codetui.formats.session_doc.form_pieces import Piece
from codetui.formats.session_doc.form_style import CANONICAL
from codetui.formats.session_doc.form_tree import Tree
from codetui.formats.session_doc.model import Document, HeadPart
from codetui.model import DocumentLayout


def edit_head(tree: Tree, form: DocumentLayout, wanted: Document, index: CodebookIndex) -> None:
    """Makes the head of `tree` say what `wanted` says; employer and title only where the session has gone on."""
    employer = wanted.employer if wanted.employer != shown_words(form.employer) else None
    title = wanted.title if wanted.title != shown_words(form.title) else None
    if employer is not None and employer != shown_words(tree.document.employer):
        for piece in _pieces(tree, "heading"):
            marks, text, _ = piece.raw[0].partition(piece.text)
            tree.chain.rewrite(piece, marks + head.with_employer(text, employer))
    if (employer, title) != (None, None):
        _edit_opening(tree, title, employer)
    if wanted.profile != shown_words(profile_name(index.book, tree.document.profile)):
        _edit_profile(tree, wanted.profile)
    if wanted.reasoning != shown_words(tree.document.reasoning):
        _edit_reasoning(tree, wanted.reasoning)


def _pieces(tree: Tree, part: HeadPart) -> list[Piece]:
    """The pieces of which a part of the head consists."""
    if part == "profile":
        return [piece for piece in tree.head if _is_profile(piece)]
    line, end = tree.document.lines.get(part, (0, 0))
    within = [piece for piece in tree.head if line <= piece.number < end]
    match part:
        case "heading":
            return within
        case "opening":
            return [piece for piece in within if piece.kind == "paragraph"]
        case _:
            return [piece for piece in within if piece.kind in ("bullet", "paragraph") and not _is_profile(piece)]


def _is_profile(piece: Piece) -> bool:
    return piece.kind == "bullet" and head.read_profile(piece.text) is not None


def _edit_opening(tree: Tree, title: str | None, employer: str | None) -> None:
    """The opening with another title and employer where it names them; None leaves them as they are."""
    pieces = _pieces(tree, "opening")
    old = "\n\n".join("\n".join(line.strip() for line in piece.raw) for piece in pieces)
    document = tree.document
    if not document.opening:
        now = title if title is not None else document.title, employer if employer is not None else document.employer
        new = head.write_opening(*now) if pieces else ""
    else:
        new = old if title is None else head.opening_with_title(old, title)
        new = new if employer is None else head.opening_with_employer(new, employer)
    paragraphs = new.split("\n\n")
    if new == old or len(paragraphs) != len(pieces):
        return
    for piece, before, after in zip(pieces, old.split("\n\n"), paragraphs, strict=True):
        if before != after:
            tree.chain.rewrite(piece, *after.split("\n"))


def _edit_profile(tree: Tree, profile: str) -> None:
    pieces = _pieces(tree, "profile")
    reasoning = _pieces(tree, "reasoning")
    if not profile:
        _take_out(pieces)
    elif pieces:
        tree.chain.rewrite(pieces[-1], pieces[-1].prefix + head.profile_with(pieces[-1].text, profile))
    elif reasoning:
        below = reasoning[0]
        piece = tree.chain.new("bullet", below.prefix + head.profile_with("", profile))
        piece.gap, below.gap = below.gap, []
        tree.chain.put_before(below, piece)
    else:
        _put_last(tree, tree.chain.new("bullet", CANONICAL.prefix + head.profile_with("", profile)))


def _edit_reasoning(tree: Tree, reasoning: str) -> None:
    pieces = _pieces(tree, "reasoning")
    if not reasoning:
        _take_out(pieces)
    elif pieces:
        tree.chain.rewrite(pieces[0], pieces[0].prefix + head.reasoning_with(pieces[0].text, reasoning))
        _take_out(pieces[1:])
    else:
        prefix = next((piece.prefix for piece in _pieces(tree, "profile")), CANONICAL.prefix)
        _put_last(tree, tree.chain.new("bullet", prefix + head.reasoning_with("", reasoning)))


def _take_out(pieces: list[Piece]) -> None:
    for piece in pieces:
        piece.is_gone = True


def _put_last(tree: Tree, piece: Piece) -> None:
    """Puts a bullet behind all in the head that would be read as a part of it if it stood below."""
    above = [each for each in tree.head if each.kind in ("heading", "paragraph", "bullet")]
    tree.chain.put_after(above[-1] if above else tree.chain.start, piece)
    tree.head.append(piece)

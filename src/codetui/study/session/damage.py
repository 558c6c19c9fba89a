"""A document that is not what a person meant to leave there: half written, or merged badly."""

from __future__ import annotations

from typing import NamedTuple


class Damage(NamedTuple):
    """What is wrong with a document, where, and what to do."""

    line: int
    message: str


def damage(text: str, base: str | None, ad: str) -> Damage | None:
    """Why `text` must not be taken for an edit of `base`, the document as codetui wrote it; None where it may be.

    `ad` is the ad's id as the heading of its document gives it.
    """
    from codetui.formats import session_doc

    conflict = unmerged(text)
    if conflict is not None:
        return conflict
    found = session_doc.read(text, "")[0]
    if not found.source_id:
        what = f"the heading `# Manual Coding Analysis: Job Ad #{ad} (…)` is missing"
        return Damage(1, f"{what}: put it back, or press Ctrl+S to write the document anew (a copy is kept)")
    if found.source_id != ad:
        what = f"the heading names ad {found.source_id}, and this is the document of ad {ad}"
        return Damage(1, f"{what}: correct it, or press Ctrl+S to write the document anew (a copy is kept)")
    return _cut_short(text, base) if base else None


def unmerged(text: str) -> Damage | None:
    """That git has left its conflict marks in a document."""
    from codetui.formats import session_doc

    line = session_doc.conflict_marks(text)
    if not line:
        return None
    what = "git's conflict marks stand here: choose between the two sides and take the marks out"
    return Damage(line, f"{what}; until then the document is left as it is, and your codings go into the log")


def _cut_short(text: str, base: str) -> Damage | None:
    """A save that stopped half-way: a section that was there is not, or the last line breaks off."""
    from codetui.formats import session_doc

    last = text.count("\n") + 1
    way_out = "save it whole, or press Ctrl+S to write the document anew (a copy is kept)"
    if _breaks_off(text, base):
        return Damage(last, f"the document breaks off here, as if it was saved half-way: {way_out}")
    standing = {_title(part.title) for part in session_doc.read(text, "")[0].sections}
    missing = [part.title for part in session_doc.read(base, "")[0].sections if _title(part.title) not in standing]
    if missing and len(standing) < len(session_doc.read(base, "")[0].sections):
        return Damage(last, f"the section “{missing[0]}” is gone, as if the document was saved half-way: {way_out}")
    return None


def _breaks_off(text: str, base: str) -> bool:
    """Whether the last line is a part of a line of `base`, and says nothing as it is."""
    from codetui.formats import session_doc

    if text.endswith(("\n", "\r")) or not base.endswith(("\n", "\r")) or text.rstrip() == base.rstrip():
        return False
    if base.startswith(text):
        return True
    last = text.splitlines()[-1]
    is_part = any(line.startswith(last) and line != last for line in base.splitlines())
    return is_part and any(problem.line == len(text.splitlines()) for problem in session_doc.read(text, "")[1])


def _title(heading: str) -> str:
    from codetui.formats import session_doc

    return session_doc.without_number(heading).casefold()

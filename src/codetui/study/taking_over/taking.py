"""What a document says that a person wrote or edited, as events of a session."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from codetui.core.codebook.index import index_of
from codetui.core.session.state import State
from codetui.formats.session_doc import Document, identified
from codetui.model import Codebook, Event, Problem, Source
from codetui.study.taking_over.head import assessed, described
from codetui.study.taking_over.reconciling import Reconciling
from codetui.study.taking_over.remarks import new_remarks
from codetui.study.taking_over.statements import renamed_codes, statements, with_codes, with_ids_in_order

Mint = Callable[[], str]


class Tally(NamedTuple):
    """How many quotations were looked for in the ad, by how they were found; and what was done to the session.

    Of codings and notes: `added`; `changed` in words or note; `moved` to another code or inside their list; `removed`.
    A profile with its reasoning, or employer and title, that an edit has changed counts as one more `changed`.
    `conflicts` are what both sides edited, or say differently.
    """

    exact: int = 0
    folded: int = 0
    fuzzy: int = 0
    ambiguous: int = 0
    orphan: int = 0
    added: int = 0
    changed: int = 0
    moved: int = 0
    removed: int = 0
    conflicts: int = 0

    @property
    def edits(self) -> int:
        """How much was done to the session."""
        return self.added + self.changed + self.moved + self.removed


class Taken(NamedTuple):
    """What the session has to record, and the document with the ids of all its entries and notes."""

    events: tuple[Event, ...]
    document: Document
    tally: Tally
    problems: tuple[Problem, ...]


def take_over(
    edited: Document, base: Document | None, state: State, ad: Source, book: Codebook, file: str, mint: Mint
) -> Taken:
    """What `edited` says and `state` does not hold yet; `mint` gives fresh ids, `file` names the document in problems.

    `base` is the document as it was written last, with the ids of its entries and notes: what has become of it in
    `edited` is done to `state`, which may have gone on since.  Without `base` nothing is ever removed: what the
    session lacks is added.  Words that have no single place in the ad keep their coding without an anchor.
    """
    index = index_of(book)
    document, before = identified(edited, index), identified(base, index) if base else None
    renamed = renamed_codes(before, state, book) if before else {}
    document, before = with_codes(document, renamed), with_codes(before, renamed) if before else None
    work = Reconciling(state, ad, index, mint)
    ids = work.take(statements(document, index), statements(before, index) if before else [])
    heads = described(document, before, state, ad), assessed(document, before, state, book)
    for remark in (*heads[0].remarks, *heads[1].remarks):
        place = document.lines.get(remark.part)
        work.report(place.line if place else 0, remark.message, is_conflict=remark.is_conflict)
    work.counts["changed"] += sum(len(head.events) for head in heads) if base else 0
    work.remarks += new_remarks(document, before, index)
    return Taken(
        (*heads[0].events, *work.draft.events(ids), *heads[1].events),
        with_ids_in_order(document, ids),
        Tally(**work.counts),
        tuple(Problem(file, *remark) for remark in sorted(work.remarks, key=lambda remark: remark.line)),
    )

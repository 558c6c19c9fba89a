"""Derive the content of the widgets from the state of the session and from the outcome of a command.

Messages of the study name no keys; the keys for the next step are added here.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from textual.content import Content

from codetui.core.anchors.unresolved import ReanchorCounts
from codetui.core.codebook.index import CodebookIndex, profile_name
from codetui.core.codebook.migration import document_label
from codetui.core.session.commands import Hint, Refusal
from codetui.core.session.state import State
from codetui.model import Anchor, Code, Coding, Problem, Span
from codetui.study.session.outcome import HeldElsewhere, NotSaved, Outcome, PullKind, PullResult, Saved
from codetui.study.session.session import Session
from codetui.study.workspace import Workspace
from codetui.tui.keymap import key_of
from codetui.tui.themes import section_hues
from codetui.tui.widgets.document_paint import CodedSpan
from codetui.tui.widgets.rows import shown
from codetui.tui.widgets.status_line import CodeMark, Kind, StatusFacts

UNKNOWN_KEY = "?"
NO_PROFILE = "no profile"


class CodedSpans:
    """The codings as the document view draws them, cached as long as codings are only added."""

    def __init__(self, index: CodebookIndex) -> None:
        self._index = index
        self._hues = section_hues(index.book)
        self._shades = {code.id: shade for codes in index.codes_of.values() for shade, code in enumerate(codes)}
        self._live: tuple[Coding, ...] = ()
        self._spans: list[CodedSpan] = []

    def of(self, state: State) -> list[CodedSpan]:
        """Return the codings that have a position in the text."""
        live = state.live()
        if live[: len(self._live)] != self._live:
            self._live, self._spans = (), []
        more = (self._span(coding, coding.anchor) for coding in live[len(self._live) :] if coding.anchor)
        self._live, self._spans = live, [*self._spans, *more]
        return self._spans

    def _span(self, coding: Coding, anchor: Anchor) -> CodedSpan:
        code = self._index.codes.get(coding.code)
        hue = self._hues.get(code.section, len(self._hues)) if code else len(self._hues)
        key = self._index.short_keys.get(coding.code, UNKNOWN_KEY)
        shade = self._shades.get(coding.code, 0)
        return CodedSpan(anchor.start, anchor.end, key, hue, coding.id, coding.is_proposed, shade)


def codes_under(state: State, cursor: Span) -> list[Coding]:
    """Return the codings under the cursor, shortest first, and latest first among equals."""
    return sorted(state.index.over(*cursor), key=_length_and_turn)


def _length_and_turn(coding: Coding) -> tuple[int, int, str]:
    return (coding.anchor.end - coding.anchor.start if coding.anchor else 0), -coding.rank, coding.id


def mark_of(coding: Coding, index: CodebookIndex) -> CodeMark:
    """Return a coding's code as the status line shows it."""
    code: Code | None = index.codes.get(coding.code)
    if code is None:
        return CodeMark(UNKNOWN_KEY, document_label(index, coding.code), len(index.book.sections))
    hue = next((n for n, section in enumerate(index.book.sections) if section.id == code.section), 0)
    return CodeMark(index.short_keys[code.id], index.labels[code.id], hue)


def heading(workspace: Workspace) -> Content:
    """Return the title of the open source's pane: `Ad 36 · Creative Fabrica · Data Engineer`."""
    session = workspace.session
    if session is None:
        return Content("")
    facts = session.description
    noun = session.book.words.source.capitalize()
    title = shown(facts.title) or f"(no title: {key_of('describe')} adds one)"
    employer = shown(facts.employer) or f"(no employer: {key_of('describe')} adds one)"
    return Content.assemble((f"{noun} {shown(facts.id)}", "bold"), " · ", (employer, "bold"), " · ", title)


def status_facts(workspace: Workspace, share: int = -1, *, is_saved: bool = True) -> StatusFacts:
    """Return what the status line shows; `share` is the percentage of the text that is read, -1 without a text."""
    session = workspace.session
    if session is None:
        return StatusFacts(coder=workspace.coder)
    position = workspace.sources.position()
    profile = session.state.profile
    return StatusFacts(
        place=0 if position is None else position + 1,
        total=0 if position is None else len(workspace.sources.entries),
        noun=session.book.words.source,
        coder=workspace.coder,
        profile=profile_name(session.book, profile) if profile else NO_PROFILE if session.book.profiles else "",
        unlocated=len(session.state.index.unresolved),
        share=share,
        is_saved=is_saved,
        is_document_refused=workspace.is_document_refused,
        is_read_only=session.holder is not None,
        is_done=session.state.is_done,
        is_uncodable=session.state.is_uncodable,
    )


def greeting(session: Session, problems: Sequence[Problem], asides: Sequence[str], hint: str) -> tuple[str, Kind]:
    """Return the message for a session that was just opened, the most severe part first, and its urgency.

    `asides` are messages of the controllers, `problems` all that the list of problems shows, `hint` is used if
    there is nothing else.
    """
    errors = [problem for problem in problems if problem.severity == "error"]
    troubles = errors or [problem for problem in problems if problem.severity != "note"]
    parts = [pull_words(session.initial_pull), text_words(session.reanchored, session.book.words.source), *asides]
    pulled = session.initial_pull
    is_named = pulled is not None and bool(pulled.detail) and troubles[:1] == [*pulled.problems[:1]]
    if troubles and Path(troubles[0].file) in session.copies:
        name = Path(troubles[0].file).name
        parts.append(f"{name} is a copy and is not read: {key_of('compare')} compares it and merges what only it has")
    elif troubles and not is_named:
        parts.append(f"{troubles[0].message} ({key_of('problems')} lists all)")
    words = " · ".join(filter(None, parts))
    kind: Kind = "error" if errors else "refusal" if troubles else "info"
    return words or hint, kind


def first_of(problems: Sequence[Problem], words: str) -> str:
    """Return `words` about the first problem, and the key that lists them all."""
    lists = "shows it" if len(problems) == 1 else f"lists all {len(problems)}"
    return f"{words} ({key_of('problems')} {lists})"


def empty_hint(session: Session) -> str:
    """Return what to do with a source that is not codable or has no text; empty for others."""
    source = session.book.words.source
    if session.state.is_uncodable:
        return f"This {source} is marked not codable. {key_of('uncodable')} marks it codable."
    if not session.source.is_empty:
        return ""
    marks = "" if session.state.is_done else f"{key_of('uncodable')} marks it not codable · "
    return f"This {source} has no text. {marks}Next {source}: {key_of('next_ad')}"


def text_words(tally: ReanchorCounts | None, source: str) -> str:
    """Return what happened to the quotations of a changed text; empty if it is unchanged."""
    if tally is None:
        return ""
    numbers = {
        "unmoved": tally.unmoved,
        "moved": tally.moved,
        "to check": tally.proposed,
        "not located": tally.lost,
    }
    parts = ", ".join(f"{number} {what}" for what, number in numbers.items() if number)
    return f"The {source}'s text has changed; its quotations: {parts}"


def outcome_words(outcome: Outcome) -> str:
    """Return the message of a command's outcome, with the keys for the next step."""
    hint = outcome.hint if isinstance(outcome, Saved | Refusal) else None
    return f"{outcome.message} {_hint_words(hint)}" if hint else outcome.message


def _hint_words(hint: Hint) -> str:
    hints: dict[Hint, str] = {
        "next source": f"Next: {key_of('next_ad')}",
        "next source or uncoded": f"Next: {key_of('next_ad')} · next uncoded: {key_of('next_uncoded')}",
        "select words": f"{key_of('move.next_sentence')} selects a sentence, {key_of('jump')} jumps.",
        "remove it": f"{key_of('remove')} removes it.",
        "remove the other": f"{key_of('remove')} removes the other one.",
        "search codes": f"{key_of('pick')} searches all codes.",
        "restore it": f"{key_of('undo')} restores it.",
        "restore the last": f"{key_of('undo')} restores what was removed last.",
        "undo it": f"{key_of('undo')} undoes it.",
        "assign a profile": f"{key_of('profile')} assigns one.",
        "mark it codable": f"{key_of('uncodable')} marks it codable.",
        "write the reasoning": f"{key_of('reasoning')} writes it.",
    }
    return hints[hint]


def pull_words(result: PullResult | None) -> str:
    """Return what to show of a change outside, with the key for what can be done; empty for nothing."""
    if result is None:
        return ""
    hints = {
        PullKind.EDITED: f" {key_of('undo')} undoes this.",
        PullKind.STALE: f" {key_of('remove')} removes a coding.",
        PullKind.HELD: f" {key_of('take_over')} takes it over.",
        PullKind.DAMAGED: f" ({key_of('save')} writes it again.)",
    }
    return f"{result.message}{hints.get(result.kind, '')}"


def kind_of(outcome: Outcome) -> Kind:
    """Return the urgency of an outcome's message."""
    if isinstance(outcome, NotSaved | HeldElsewhere):
        return "error"
    return "refusal" if isinstance(outcome, Refusal) else "info"

"""The content of a session is read back from its document, for any words."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given, settings
from odd_documents import AD, BOOK, INDEX
from odd_sessions import Change, changed, changes

from codetui.core.codebook.index import folded, profile_name
from codetui.core.session.state import State
from codetui.core.text.normalize import collapse_spaces
from codetui.formats.session_doc.markdown import parse_document, project, written
from codetui.formats.session_doc.model import without_number
from codetui.model import CodeId, Coding
from testing.examples import examples

Contents = dict[str, list[tuple[str, ...]]]


@settings(max_examples=examples(300))
@given(changes)
def test_any_session_is_read_back_from_its_document(some: list[Change]) -> None:
    state = changed(State(), some)
    text = written(project(state, BOOK, AD)).text
    document, problems = parse_document(text, "a.md")
    entries: Contents = defaultdict(list)
    notes: Contents = defaultdict(list)
    for section in document.sections:
        for block in section.blocks:
            heading = without_number(section.title) if block.heading is None else block.heading
            notes[folded(heading)] += [(note.text,) for note in block.notes]
            for code in block.codes:
                notes[code.label] += [(note.text,) for note in code.notes]
                entries[code.label] += [(entry.words, entry.note) for entry in code.entries]
    assert (problems, document.unread) == ([], ())
    assert (_filled(entries), _filled(notes)) == _held(state)
    assert document.profile == collapse_spaces(profile_name(BOOK, state.profile))
    assert document.reasoning == collapse_spaces(state.reasoning)


def _held(state: State) -> tuple[Contents, Contents]:
    """Return the entries of a state by label, and its notes by heading, in order."""
    entries: Contents = defaultdict(list)
    notes: Contents = defaultdict(list)
    placed = [*state.live(), *(note for note in state.notes.values() if note.text.strip())]
    for one in sorted(placed, key=lambda each: (each.rank, each.id)):
        if isinstance(one, Coding):
            entries[_label(one.code)].append((collapse_spaces(one.words), collapse_spaces(one.note)))
        elif one.target.kind == "entry":
            entries[_label(one.target.id)].append(("", collapse_spaces(one.text)))
        elif one.target.kind == "code":
            notes[_label(one.target.id)].append((collapse_spaces(one.text),))
        else:
            known = {**INDEX.sections, **INDEX.groups}
            title = known[one.target.id].title if one.target.id in known else one.target.id
            place = without_number(title) if one.target.id in INDEX.sections else title
            notes[folded(place)].append((collapse_spaces(one.text),))
    return dict(entries), dict(notes)


def _label(code: str) -> str:
    return INDEX.labels.get(CodeId(code), code)


def _filled(contents: Contents) -> Contents:
    return {name: parts for name, parts in contents.items() if parts}

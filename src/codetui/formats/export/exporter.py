"""Sessions as exporters get them, codings as rows, and what an export format is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, Protocol

from codetui.core.codebook.index import index_of, profile_name
from codetui.core.codebook.migration import pending_remark
from codetui.core.session.state import State
from codetui.core.text.normalize import collapse_spaces
from codetui.formats.session_doc.markdown import CodeSites, SourceFacts
from codetui.model import Codebook, Coding

NO_ATTRIBUTES: Mapping[str, str] = MappingProxyType({})


class ExportedSession(NamedTuple):
    """One coder's session of one source, hand edits of its document included.

    `path` is the name of its document below the output folder, different from that of every other session.
    `document` is its text where the session has a document and no log.  `attributes` are the further columns of its
    source, for exporters that have a place for them.
    """

    coder: str
    facts: SourceFacts
    state: State
    path: str
    document: str | None = None
    attributes: Mapping[str, str] = NO_ATTRIBUTES

    @property
    def is_begun(self) -> bool:
        """True for a session that has a log, a document or a coding."""
        return self.state.opened is not None or bool(self.document) or not self.state.is_untouched


class Export(NamedTuple):
    """Rendered sessions: texts by their paths below the output folder, or one text under an empty path.

    `number` counts the exported things, `noun` what they are called.
    """

    texts: Mapping[str, str]
    number: int
    noun: str

    @property
    def text(self) -> str:
        """All texts as one, in order."""
        return "\n".join(self.texts.values())


class Exporter(Protocol):
    """A format that sessions are exported in."""

    name: str
    """The name by which the format is chosen."""
    suffix: str
    """The suffix of the file that is written; empty where a folder is."""
    default_output: str
    """The file or folder that is written unless another one is named."""
    has_attributes: bool
    """True if the attributes of sources are exported, so that sources have to be read."""

    def export(self, sessions: Sequence[ExportedSession], book: Codebook) -> Export:
        """Render sessions."""


class Row(NamedTuple):
    """One coding; `start` and `end` are code points in the source, None for words that were not located.

    `words` are those of the document, white space folded; `note` is as it was typed.
    `codebook_version` is that of the codebook with which the code was assigned.  `origin` is empty for a coding
    that was made in the program, else `document`, `edit` (the document was edited) or `copy of` another source's id.
    `attributes` are the further columns of the source.
    """

    ad_id: str
    employer: str
    title: str
    coder: str
    profile: str
    section: str
    group: str
    code_id: str
    code_name: str
    words: str
    note: str
    start: int | None
    end: int | None
    time: str
    codebook_version: str
    origin: str
    attributes: Mapping[str, str] = NO_ATTRIBUTES


COLUMNS = Row._fields[:-1]
"""The columns that every coding has."""


def rows_of(sessions: Iterable[ExportedSession], book: Codebook) -> list[Row]:
    """Return the codings of sessions, session by session."""
    return [
        row
        for session in sessions
        for row in rows(session.state, book, session.facts, session.coder, session.attributes)
    ]


def rows(
    state: State, book: Codebook, facts: SourceFacts, coder: str, attributes: Mapping[str, str] = NO_ATTRIBUTES
) -> list[Row]:
    """Return the codings of a session in the order of its document: by code, then as they were assigned."""
    index, sites = index_of(book), CodeSites(book)
    site_of = {code: sites.site(code) for code in {coding.code for coding in state.live()}}
    found: list[Row] = []
    for coding in sorted(state.live(), key=lambda coding: site_of[coding.code].sort_key):
        site, code = site_of[coding.code], index.codes.get(coding.code)
        section, group = index.sections.get(site.section), index.groups.get(site.group)
        found.append(
            Row(
                ad_id=facts.id,
                employer=state.employer or facts.employer,
                title=state.title or facts.title,
                coder=coder,
                profile=profile_name(book, state.profile),
                section=section.title if section else "",
                group=group.title if group else "",
                code_id=coding.code,
                code_name=code.name if code else pending_remark(coding.code, index),
                words=collapse_spaces(coding.words or (coding.anchor.words if coding.anchor else "")),
                note=coding.note,
                start=coding.anchor.start if coding.anchor else None,
                end=coding.anchor.end if coding.anchor else None,
                time=coding.time,
                codebook_version=coding.codebook.partition("#")[0],
                origin=_origin(coding),
                attributes=attributes,
            )
        )
    return found


def _origin(coding: Coding) -> str:
    if coding.origin == "copy":
        return f"copy of {coding.from_name}"
    return "" if coding.origin == "hand" else coding.origin

"""Write sessions as a project of REFI-QDA (`.qdpx`): a zip of plain texts, and `project.qde` with everything else.

The schema wants users and variables before the sources, and all of a source in one place, while sessions come one coder
after the other. So the text of a source is written at once, and its selections are kept compressed until the end.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from codetui import __version__
from codetui.core.codebook.index import place_title, profile_name
from codetui.core.text.display import plural
from codetui.core.text.normalize import collapse_spaces
from codetui.formats.book_files.refi import code_elements, code_guid
from codetui.formats.export.exporter import Exported, ExportedSession, ExportedStudy
from codetui.formats.refi.xml import (
    DECLARATION,
    ILLEGAL,
    ORIGIN,
    PROJECT,
    element,
    guid,
    legal,
    reference,
    text_element,
)
from codetui.model import Anchor, Coding, CodingId, Memo, SourceId, Span

FILE = "project.qde"
FOLDER = "sources"
DATE = (2000, 1, 1, 0, 0, 0)
"""The date of the files in a project: equal studies give equal projects."""

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?")
NOTE, WORDS, MEMO, REASONING = "note", "words", "memo", "reasoning"
"""The names of notes: on a coding, the words that it quotes if the text has others there, memos, and a profile's."""

PROFILE, STATE = "profile", "state"
"""The variables of sessions, with the coder's name behind them if there are several."""


def write_project(study: ExportedStudy, out: BinaryIO) -> Exported:
    """Write the sessions of a study as a `.qdpx`; uncoded sources are left out."""
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        project = _Project(archive, study)
        for session in study.sessions:
            project.add(session)
        project.write()
    words = study.book.words
    counts = {"codings": project.codings, "ads": len(project.sources)}
    sources = plural(len(project.sources), words.source, words.sources)
    return Exported(counts, f"{plural(project.codings, 'coding')}, {sources}", tuple(project.losses))


@dataclass
class _Source:
    """The element of a source: attributes, and the XML of each kind of child in the order of the schema."""

    guid: str
    name: str
    description: str
    path: str
    values: dict[str, str]
    selections: list[bytes] = field(default_factory=list)
    codings: list[bytes] = field(default_factory=list)
    references: list[bytes] = field(default_factory=list)


class _Project:
    """Collects the parts of a project."""

    def __init__(self, archive: ZipFile, study: ExportedStudy) -> None:
        self._archive, self._book = archive, study.book
        self._last = 0 if study.is_end_exclusive else 1
        self._has_one_coder = len(study.coders) == 1
        self.sources: dict[SourceId, _Source] = {}
        self.losses: list[str] = []
        self.codings = 0
        self._users: dict[str, str] = {}
        self._notes: list[bytes] = []
        self._of_codes: dict[str, list[str]] = {}
        self._of_project: list[str] = []
        self._other_codes: dict[str, None] = {}
        self._values: dict[tuple[str, str], dict[SourceId, str]] = {}
        self._known = {code.id for code in study.book.codes}

    def _guid(self, kind: str, *names: str) -> str:
        return guid(self._book.title, kind, *names)

    # --- one session ------------------------------------------------------------------------------------

    def add(self, session: ExportedSession) -> None:
        """Add the session of a source, or the memos of a coder that belong to none; uncoded sources are left out."""
        if not session.coder or not session.is_begun:
            return
        self._users.setdefault(session.coder, self._guid("user", session.coder))
        if session.facts.id:
            _SessionWriter(self, session).write(self._source(session))
            return
        for memo in session.state.memos.values():
            self._add_memo_of_study(session.coder, memo)

    def _source(self, session: ExportedSession) -> _Source:
        """Return the source of a session; the first time its text is written."""
        facts, known = session.facts, self.sources.get(SourceId(session.facts.id))
        if known is not None:
            return known
        own, path = self._guid("source", facts.id), ""
        described = ", ".join(filter(None, (session.state.employer or facts.employer, facts.title)))
        if session.source is None:
            word = self._book.words.source
            self.losses.append(f"{word} {facts.id} is not in the corpus, so its codings are exported without places")
        else:
            path = f"{own}.txt"
            text = session.source.text
            if number := len(ILLEGAL.findall(text)):
                what = plural(number, "character")
                self.losses.append(
                    f"{self._book.words.source} {facts.id}: {what} that XML forbids, such as control characters, "
                    "are exported as U+FFFD"
                )
            self._write_file(f"{FOLDER}/{path}", (legal(text),))
        attributes = session.source.attributes if session.source else {}
        values = {"employer": facts.employer, "title": facts.title}
        taken = {*values, PROFILE, STATE}
        values |= {f"source.{name}" if name in taken else name: value for name, value in attributes.items()}
        found = _Source(own, facts.id, described, path, {name: value for name, value in values.items() if value})
        self.sources[SourceId(facts.id)] = found
        return found

    def set_value(self, variable: str, coder: str, source: str, value: str) -> None:
        """Set the variable of a coder for a source."""
        if value:
            self._values.setdefault((variable, coder), {})[SourceId(source)] = value

    def code(self, code_id: str) -> str:
        """Return the identifier of a code, also of one that the codebook lacks."""
        if code_id not in self._known:
            self._other_codes.setdefault(code_id)
        return code_guid(self._book, code_id)

    def note(self, coder: str, name: str, text: str, *place: str) -> str:
        """Add a note at a place, and return the reference to it; nothing for an empty text."""
        if not text.strip():
            return ""
        own = self._guid("note", coder, name, *place)
        content = text_element("PlainTextContent", text)
        user = self._users[coder]
        self._notes.append(_packed(element("Note", content, guid=own, name=name, creatingUser=user)))
        return reference("NoteRef", own)

    def _add_memo_of_study(self, coder: str, memo: Memo) -> None:
        kind, id_ = memo.target.kind, memo.target.id
        if kind == "code":
            self._of_codes.setdefault(self.code(id_), []).append(self.note(coder, MEMO, memo.text, kind, id_))
        else:
            name = f"{MEMO} on profile {profile_name(self._book, id_)}" if kind == "profile" else MEMO
            self._of_project.append(self.note(coder, name, memo.text, kind, id_))

    # --- the whole project ------------------------------------------------------------------------------

    def write(self) -> None:
        """Write everything but the texts."""
        self._write_file(FILE, self._xml())

    def _write_file(self, name: str, parts: Iterable[str]) -> None:
        info = ZipInfo(name, DATE)
        info.compress_type = ZIP_DEFLATED
        with self._archive.open(info, "w", force_zip64=True) as file:
            for part in parts:
                file.write(part.encode("utf-8"))

    def _xml(self) -> Iterator[str]:
        """Yield the project in the order of the schema; no list may be empty."""
        named = element("Project", xmlns=PROJECT, name=self._book.title, origin=f"{ORIGIN} {__version__}")
        yield DECLARATION + named.removesuffix("/>") + ">\n"
        users = [element("User", guid=own, name=name) for name, own in self._users.items()]
        yield _list("Users", users)
        codes = code_elements(self._book, self._other_codes, lambda own: "".join(self._of_codes.get(own, ())))
        yield element("CodeBook", _list("Codes", codes)) + "\n" if codes else ""
        yield from self._variables()
        if self.sources:
            yield "<Sources>\n"
            for id_, source in self.sources.items():
                yield from self._source_xml(id_, source)
            yield "</Sources>\n"
        if self._notes:
            yield "<Notes>\n"
            yield from map(_unpacked, self._notes)
            yield "</Notes>\n"
        yield "".join(self._of_project)
        yield "</Project>\n"

    def _variables(self) -> Iterator[str]:
        names = dict.fromkeys(name for source in self.sources.values() for name in source.values)
        of_coders = [self._variable_name(*variable) for variable in self._values]
        profiles = ", ".join(profile.name for profile in self._book.profiles)
        about = [*((name, "") for name in names), *((name, profiles if PROFILE in name else "") for name in of_coders)]
        yield _list(
            "Variables",
            [
                element(
                    *("Variable", text_element("Description", words)),
                    guid=self._guid("variable", name),
                    name=name,
                    typeOfVariable="Text",
                )
                for name, words in about
            ],
        )

    def _variable_name(self, variable: str, coder: str) -> str:
        return variable if self._has_one_coder else f"{variable}: {coder}"

    def _source_xml(self, id_: SourceId, source: _Source) -> Iterator[str]:
        path = f"internal://{source.path}" if source.path else ""
        opening = element("TextSource", guid=source.guid, name=source.name, plainTextPath=path)
        yield opening.removesuffix("/>") + ">" + text_element("Description", source.description) + "\n"
        for parts in (source.selections, source.codings, source.references):
            yield from map(_unpacked, parts)
        of_coders = [
            (self._variable_name(*variable), values[id_]) for variable, values in self._values.items() if id_ in values
        ]
        for name, value in (*source.values.items(), *of_coders):
            variable = reference("VariableRef", self._guid("variable", name))
            yield element("VariableValue", variable, text_element("TextValue", value)) + "\n"
        yield "</TextSource>\n"

    def last(self, span: Span) -> int:
        """Return the end of a selection as the project has it."""
        return span.end - self._last


class _SessionWriter:
    """Writes one session into its source."""

    def __init__(self, project: _Project, session: ExportedSession) -> None:
        self._project, self._coder, self._state = project, session.coder, session.state
        self._source, self._facts, self._progress = session.source, session.facts, session.progress
        self._user = project._guid("user", session.coder)
        self._book = project._book

    def write(self, source: _Source) -> None:
        """Add the codings, memos, profile and state of the session."""
        state, coder, id_ = self._state, self._coder, self._facts.id
        live = state.live()
        self._project.codings += len(live)
        placed = [coding for coding in live if coding.anchor and not coding.is_proposed and self._source]
        by_place = sorted(placed, key=lambda coding: _span(coding.anchor))
        order = {coding.id: at for at, coding in enumerate(placed)}
        groups = [list(those) for _, those in groupby(by_place, key=lambda coding: _span(coding.anchor))]
        groups.sort(key=lambda those: order[those[0].id])
        source.selections.append(_packed(*map(self._selection, groups)))
        kept = {coding.id for coding in placed}
        source.codings.append(_packed(*(self._coding(one, has_place=False) for one in live if one.id not in kept)))
        references = [self._memo(memo) for memos in (state.notes, state.memos) for memo in memos.values()]
        references.append(self._project.note(coder, REASONING, state.reasoning, id_))
        source.references.append(_packed(*references))
        self._project.set_value(PROFILE, coder, id_, profile_name(self._book, state.profile) if state.profile else "")
        self._project.set_value(STATE, coder, id_, self._progress)

    def _selection(self, codings: list[Coding]) -> str:
        """Return the selection of all codings at one place."""
        span, first = _span(codings[0].anchor), codings[0]
        text = self._source.text if self._source else ""
        return element(
            "PlainTextSelection",
            *(self._coding(coding, has_place=True) for coding in codings),
            guid=self._project._guid("selection", self._coder, self._facts.id, *map(str, span)),
            name=text[span.start : span.end],
            startPosition=str(span.start),
            endPosition=str(self._project.last(span)),
            creatingUser=self._user,
            creationDateTime=_time(first),
        )

    def _coding(self, coding: Coding, *, has_place: bool) -> str:
        """Return a coding with its notes, among them the words if the text has others or none at its place."""
        place = (self._facts.id, coding.id)
        anchor, note = coding.anchor, self._project.note
        words = collapse_spaces(coding.words or (anchor.words if anchor else ""))
        is_own = has_place and anchor is not None and words == collapse_spaces(anchor.words)
        return element(
            "Coding",
            reference("CodeRef", self._project.code(coding.code)),
            note(self._coder, NOTE, coding.note, *place),
            "" if is_own else note(self._coder, WORDS, words, *place),
            *(note(self._coder, MEMO, memo.text, memo.id, *place) for memo in self._memos_on(coding.id)),
            guid=self._project._guid("coding", self._coder, *place),
            creatingUser=self._user,
            creationDateTime=_time(coding),
        )

    def _memos_on(self, coding: CodingId) -> Iterator[Memo]:
        for memo in self._state.memos.values():
            if memo.target.kind == "quotation" and memo.target.id == coding:
                yield memo

    def _memo(self, memo: Memo) -> str:
        """Return the reference to a memo of the source; those on quotations are with their codings."""
        kind, id_ = memo.target.kind, memo.target.id
        if kind == "quotation" and id_ in self._state.codings:
            return ""
        is_of_source = kind in ("source", "quotation")
        name = MEMO if is_of_source else f"{kind}: {place_title(self._book, memo.target)}"
        return self._project.note(self._coder, name, memo.text, memo.id, self._facts.id)


def _span(anchor: Anchor | None) -> Span:
    return Span(anchor.start, anchor.end) if anchor else Span(0, 0)


def _time(coding: Coding) -> str:
    return coding.time if TIME.fullmatch(coding.time) else ""


def _list(name: str, elements: list[str]) -> str:
    return element(name, "\n", *(f"{each}\n" for each in elements)) + "\n" if elements else ""


def _packed(*parts: str) -> bytes:
    return zlib.compress("\n".join(filter(None, (*parts, "\n" if any(parts) else ""))).encode("utf-8"), 1)


def _unpacked(part: bytes) -> str:
    return zlib.decompress(part).decode("utf-8")

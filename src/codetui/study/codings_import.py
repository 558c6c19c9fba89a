"""Import codings that a model or another program made, as the sessions of a coder of their own."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from itertools import islice
from pathlib import Path
from typing import Literal, NamedTuple

from codetui.core.anchors import anchor as anchors
from codetui.core.anchors.phrases import LocatedPhrase, PhraseClass, PhraseFinder
from codetui.core.codebook import index as books
from codetui.core.codebook.index import folded, index_of
from codetui.core.codebook.migration import NO_RULES, MigrationMap, pending_id
from codetui.core.session.commands import Decision
from codetui.core.session.state import State, profile_event
from codetui.core.text.normalize import collapse_spaces
from codetui.formats.codings import SUFFIXES, read_codings
from codetui.formats.codings.foreign import CodingsFile, ForeignCoding, ForeignMemo, ForeignSource, UnknownFormatError
from codetui.formats.refi.xml import REPLACED, guid, legal
from codetui.model import (
    Cause,
    Codebook,
    CodeId,
    CodingAdded,
    CodingId,
    DoneMarked,
    Event,
    Group,
    MemoId,
    MemoTarget,
    MemoWritten,
    Problem,
    Section,
    Source,
    SourceId,
    Span,
    Transaction,
    source_hash,
)
from codetui.storage import disk, fs
from codetui.storage.journal import Journal, fresh_id
from codetui.storage.sources.corpus_sources import CorpusSources
from codetui.study.session.outcome import Saved
from codetui.study.sessions import SessionSnapshot
from codetui.study.study import Study, StudyError

AT_ONCE = 8
"""Sessions that are written at the same time: most of the time is spent waiting for the disk."""

FEW = 8
"""Sources up to which each is looked up in the corpus."""

MODEL = "model:"
"""Begins the name of a coder that is a model."""

NAMED = re.compile(r"analysis_job_([^_.]+)", re.IGNORECASE)
CODE_ID = re.compile(r"\s*(\S+?)[:.]?(?:\s+[-–—:]?\s*(.*))?\s*", re.DOTALL)
"""An id at the beginning of a code, and the name after it."""

Fate = Literal["imported", "nothing new", "refused"]
Fault = Literal["id without name", "other name", "other section", "unknown code", "offsets"]
"""A fault of a coding in the file; `offsets` means that its words are not at its offsets."""


class SourceImport(NamedTuple):
    """The outcome for one source of a file.

    `added` is the number of codings that are new in the session. `classes`, `faults` and `repeats` count all codings of
    the source in the file; repeats have the same code and words as an earlier one, and no place left.
    """

    file: str
    ad: str
    fate: Fate
    added: int = 0
    classes: Mapping[PhraseClass, int] = {}
    faults: Mapping[Fault, int] = {}
    repeats: int = 0
    unknown: tuple[str, ...] = ()
    """The codes that the codebook lacks."""
    problems: tuple[Problem, ...] = ()


class ImportOptions(NamedTuple):
    """Options of an import.

    `coder` gets the codings. `rules` translate codes and profiles. `is_done` is whether sources are marked done if the
    file does not have their state.
    """

    coder: str
    rules: MigrationMap = NO_RULES
    is_done: bool = True
    is_dry: bool = False

    @property
    def cause(self) -> Cause:
        """The origin of the codings."""
        return "model" if self.coder.startswith(MODEL) else "document"


class FoundCodings(NamedTuple):
    """The codings in files by source and coder, and the number of each kind of thing in them that has no place here."""

    sources: Sequence[ForeignSource]
    left_out: Mapping[str, int] = {}

    @property
    def coders(self) -> list[str]:
        """The coders that the files name; empty for codings of nobody."""
        return sorted({one.coder for one in self.sources})

    def of(self, coder: str) -> Sequence[ForeignSource]:
        """Return the codings of one coder, or those of the only one if `coder` is empty.

        Raises StudyError if there are none, or if there are several coders and none is chosen.
        """
        coders = self.coders
        if coder:
            kept = [one for one in self.sources if one.coder == coder]
            if not kept:
                raise StudyError(f"no codings are by {coder}; the files have those of {', '.join(coders)}.")
            return kept
        if len(coders) > 1:
            names = ", ".join(name or "somebody without a name" for name in coders)
            raise StudyError(f"the codings are by several coders ({names}); choose one with --from NAME.")
        return self.sources


def read_files(paths: Iterable[Path], layout: str | None = None) -> FoundCodings:
    """Return the codings in files, and in those of folders; `layout` is the name of a format, None to recognize it.

    Raises StudyError if a file fits no format.
    """
    found: list[ForeignSource] = []
    left_out = Counter[str]()
    for path in _expanded(paths):
        try:
            file = CodingsFile(str(path), fs.read(path), partial(_beside, path))
            found += read_codings(file, layout)
            left_out += file.left_out
        except UnknownFormatError as error:
            raise StudyError(f"{error}.") from None
        except OSError as error:
            raise StudyError(error.strerror or str(error), file=path) from None
    return FoundCodings(found, left_out)


def _expanded(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if not fs.is_folder(path):
            yield path
            continue
        names = [name for name in sorted(disk.names(path)) if not name.startswith(".")]
        found = [path / name for name in names if name.lower().endswith(SUFFIXES)]
        if not found:
            raise StudyError(f"this folder has no file of codings ({', '.join(SUFFIXES)}).", file=path)
        yield from found


def _beside(path: Path, name: str) -> bytes | None:
    try:
        return fs.read(path.with_name(name))
    except OSError:
        return None


class CodingsImporter:
    """Imports codings into the sessions of one coder, one step a source; what is there already stays."""

    def __init__(self, study: Study, options: ImportOptions) -> None:
        self._study, self._options = study, options
        self._ads = _Ads(study.sources_by_id(), study.codebook.title)
        self._codes = _Codes(study.codebook, options.rules)
        self._finder = PhraseFinder(study.codebook, is_title_quoted=options.cause != "model")
        self._paths = study.paths_of(options.coder).listed_once()

    @property
    def folder(self) -> Path:
        """The folder of the coder's sessions."""
        return self._paths.folder

    def import_all(self, found: Sequence[ForeignSource]) -> Iterator[SourceImport]:
        """Import the codings of all sources; yield an outcome for each."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            plans = self._plans(found)
            while some := list(islice(plans, 2 * AT_ONCE)):
                yield from pool.map(self._finished, some)

    def _plans(self, found: Sequence[ForeignSource]) -> Iterator[_Plan | SourceImport]:
        """Yield the codings of each source, located in its text, or the refusal of a source that is missing."""
        sections = _sections_of_lists(found, self._codes)
        self._ads.read(found)
        for one in _merged(found):
            source = self._ads.find(one)
            if source is not None:
                yield _Plan(source, one, self._codes, self._finder, sections)
                continue
            what = f"the corpus has no {self._study.codebook.words.source} {one.id!r}, so its codings are left out"
            hint = "add it to the corpus, or correct its id in the file"
            problem = Problem(one.file, one.line, "error", f"{what}: {hint}")
            yield SourceImport(one.file, one.id, "refused", problems=(problem,))

    def _finished(self, one: _Plan | SourceImport) -> SourceImport:
        if isinstance(one, SourceImport):
            return one
        return self._rehearsed(one) if self._options.is_dry else self._imported(one)

    def _rehearsed(self, plan: _Plan) -> SourceImport:
        session = self._snapshots.get(plan.source.id)
        if session and (refusal := self._refusal(session.transactions)):
            return plan.refused(refusal)
        decision = plan.decision(session.state if session else State(), self._options)
        return plan.result("imported" if decision else "nothing new", decision)

    def _imported(self, plan: _Plan) -> SourceImport:
        try:
            # Most of the time of a repeated import would be spent opening sessions that have everything.
            if fs.is_file(log := self._paths.log(plan.source.id)) and self._has(plan, steps := Journal(log).read()[0]):
                return plan.refused(refusal) if (refusal := self._refusal(steps)) else plan.result("nothing new", None)
            session = self._study.open_session(plan.source, self._options.coder, self._paths)
        except OSError as error:
            return plan.refused(f"{error.filename or self.folder}: {error.strerror or error}; not imported")
        try:
            if refusal := self._refusal(session.transactions):
                return plan.refused(refusal)
            decision = None if self._has(plan, session.transactions) else plan.decision(session.state, self._options)
            if decision is None:
                return plan.result("nothing new", None)
            outcome = session.record(decision)
            if not isinstance(outcome, Saved):
                return plan.refused(f"{outcome.reason}; not imported: fix this and import it again")
            problem = session.save_document()
            return plan.result("imported", decision, (problem,) if problem else ())
        finally:
            session.release()

    def _has(self, plan: _Plan, steps: Iterable[Transaction]) -> bool:
        """Return whether these steps have this very import."""
        run = plan.run(self._options)
        return any(one.run == run for one in steps)

    def _refusal(self, steps: Iterable[Transaction]) -> str:
        """Return why nothing may be imported into a session with these steps; empty if it may."""
        if not any(one.cause == "hand" for one in steps):
            return ""
        what = f"{self._options.coder} has coded this {self._study.codebook.words.source} in the program"
        return f"{what}, so nothing is imported into that session: choose another name with --as"

    @cached_property
    def _snapshots(self) -> dict[SourceId, SessionSnapshot]:
        return {one.source.id: one for one in self._study.sessions(coder=self._options.coder)}


def _merged(found: Sequence[ForeignSource]) -> Iterator[ForeignSource]:
    """Yield the sources, those with the same id in one file or in several as one."""
    by_id: dict[str, ForeignSource] = {}
    for number, one in enumerate(found):
        key = one.id or f"\0{number}"
        known = by_id.get(key)
        if known is None:
            by_id[key] = one
        else:
            by_id[key] = ForeignSource(
                id=one.id,
                file=known.file,
                line=known.line,
                codings=known.codings + one.codings,
                profile=known.profile or one.profile,
                reasoning=known.reasoning or one.reasoning,
                text=known.text if known.text == one.text else "",
                coder=known.coder,
                is_done=known.is_done if known.is_done == one.is_done else False,
                memos=known.memos + one.memos,
                guid=known.guid,
            )
    yield from by_id.values()


class _Ads:
    """Finds the sources of the corpus that files name."""

    def __init__(self, sources: CorpusSources, study: str) -> None:
        self._sources, self._study = sources, study

    def read(self, found: Sequence[ForeignSource]) -> None:
        """Read the sources of many files in one pass over the corpus: that takes less than to look up each."""
        if len(found) > FEW:
            wanted = {name for one in found for name in _names(one.id.strip())}
            for _ in self._sources.read_all(wanted.__contains__, []):
                pass

    def find(self, one: ForeignSource) -> Source | None:
        """Return the source with the id, the text or the identifier in the file; None if the corpus lacks it.

        Of several sources with that text the one with the id counts.
        """
        digest = source_hash(one.text) if one.text else ""
        named = self._named(one.id.strip())
        if named is not None and digest in ("", source_hash(named.text)):
            return named
        same = self._sources.ids_by_text.get(digest) if digest else None
        known = self._by_guid.get(one.guid) if one.guid and same is None and named is None else None
        other = same or known
        return self._sources.find(other) if other else named

    def _named(self, id_: str) -> Source | None:
        for each in _names(id_):
            source = self._sources.find(SourceId(each)) if each else None
            if source is not None:
                return source
        return None

    @cached_property
    def _by_guid(self) -> Mapping[str, SourceId]:
        """The sources by the identifiers that projects exported from this study have."""
        return {guid(self._study, "source", id_): id_ for id_ in self._sources.ids_by_text.values()}


def _names(id_: str) -> Iterable[str]:
    """Return the ids that an id in a file may mean: itself, the name of a file, or the id in the name of a document."""
    name = id_.rpartition("/")[2]
    stem = name.rpartition(".")[0] if "." in name else name
    named = NAMED.match(name)
    return dict.fromkeys((id_, name, stem, *([named[1]] if named else [])))


# --- codes --------------------------------------------------------------------------------------------


class _Known(NamedTuple):
    """The code of a coding in the codebook, and what is wrong with its name."""

    id: CodeId
    fault: Fault | None = None


class _Codes:
    """Translates the codes and profiles of a file to those of the codebook."""

    def __init__(self, book: Codebook, rules: MigrationMap) -> None:
        self._book, self._rules = book, rules
        self._index = index_of(book)
        self._by_id = {folded(code.id): code for code in book.codes}
        self._by_rule = {folded(rule.old): rule for rule in rules.rules if rule.part == "code"}
        self._found: dict[str, _Known] = {}

    def code(self, text: str) -> _Known:
        """Return the code that a file calls `text`; an unknown one keeps that name and waits."""
        found = self._found.get(text)
        if found is None:
            found = self._found[text] = self._lookup(collapse_spaces(text))
        return found

    def section(self, code: CodeId) -> str:
        """Return the section of a code; empty if it is unknown."""
        known = self._index.codes.get(code)
        return known.section if known else ""

    def target(self, memo: ForeignMemo) -> MemoTarget | None:
        """Return the part of the codebook that a memo is about; None if it is about the source, or lacking."""
        if memo.kind in ("code", "entry"):
            return MemoTarget(kind=memo.kind, id=self.code(memo.name).id)
        found: Section | Group | None = None
        if memo.kind == "section":
            found = books.section_by_title(self._book, memo.name)
        elif memo.kind == "group":
            found = books.group_by_title(self._book, memo.name)
        return MemoTarget(kind=memo.kind, id=found.id) if found else None

    def profile(self, name: str) -> str:
        """Return the id of the profile that a file calls `name`; the name itself if the codebook lacks it."""
        rule = self._rules.profile_rule(name, None) if name else None
        if rule is not None and rule.effect == "renamed":
            return rule.new[0]
        known = books.profile(self._book, name) if name else None
        return known.id if known else name

    def _lookup(self, text: str) -> _Known:
        parts = CODE_ID.fullmatch(text)
        id_, name = (parts[1], parts[2] or "") if parts else (text, "")
        rule = self._by_rule.get(folded(text)) or self._by_rule.get(folded(id_))
        if rule is not None:
            is_decided = rule.effect == "renamed"
            return _Known(CodeId(rule.new[0] if is_decided else pending_id(rule.old, self._index.codes)))
        exact = self._index.code_by_label(text)
        if exact is not None:
            is_id = folded(text) == folded(exact.id) != folded(exact.name)
            return _Known(exact.id, "id without name" if is_id else None)
        code = self._by_id.get(folded(id_))
        if code is not None:
            return _Known(code.id, "other name" if folded(name) != folded(code.name) else None)
        return _Known(CodeId(text), "unknown code")


def _sections_of_lists(found: Iterable[ForeignSource], codes: _Codes) -> Mapping[str, str]:
    """Return the section that each list of the files is about: that of most of its codings."""
    counts: dict[str, Counter[str]] = {}
    for coding in (coding for one in found for coding in one.codings if coding.list_name):
        section = codes.section(codes.code(coding.code).id)
        counts.setdefault(coding.list_name, Counter()).update([section] if section else [])
    return {name: count.most_common(1)[0][0] for name, count in counts.items() if count}


# --- one source ---------------------------------------------------------------------------------------


class _Located(NamedTuple):
    coding: ForeignCoding
    code: CodeId
    words: str
    phrase: LocatedPhrase


class _Plan:
    """The codings of one source of a file, located in its text."""

    def __init__(
        self,
        source: Source,
        foreign: ForeignSource,
        codes: _Codes,
        finder: PhraseFinder,
        sections: Mapping[str, str],
    ) -> None:
        self.source, self._foreign, self._codes = source, foreign, codes
        self._finder = finder
        self._faults: Counter[Fault] = Counter()
        self._unknown: dict[str, None] = {}
        located = [self._located(coding, sections) for coding in foreign.codings]
        self._classes = Counter(one.phrase.kind for one in located)
        self._placed = list(_without_repeats(located))
        self._repeats = len(located) - len(self._placed)

    def run(self, options: ImportOptions) -> str:
        """Return the name of this import: the same codings, text and rules have the same one."""
        foreign = self._foreign
        parts = (foreign.codings, foreign.profile, foreign.reasoning, options.rules.digest, *foreign.memos)
        content = repr((*parts, source_hash(self.source.text)))
        return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def decision(self, state: State, options: ImportOptions) -> Decision | None:
        """Return the step that adds what the session lacks; None if it has everything."""
        events: list[Event] = list(self._new_codings(state))
        added = sum(isinstance(event, CodingAdded) for event in events)
        events += self._new_memos(state, state.next_rank + len(events))
        profile, reasoning = self._codes.profile(self._foreign.profile), self._foreign.reasoning
        if profile and not state.profile:
            events.append(profile_event(state, profile, reasoning))
        is_done = options.is_done if self._foreign.is_done is None else self._foreign.is_done
        if is_done and not state.is_done:
            events.append(DoneMarked(is_done=True, was_done=False))
        if not events:
            return None
        file = Path(self._foreign.file).name
        message = f"Imported {added} codings from {file}."
        return Decision(tuple(events), message, options.cause, from_name=file, run=self.run(options))

    def result(self, fate: Fate, decision: Decision | None, problems: tuple[Problem, ...] = ()) -> SourceImport:
        """Return the outcome for this source."""
        added = sum(isinstance(event, CodingAdded) for event in decision.events) if decision else 0
        return SourceImport(
            self._foreign.file,
            self.source.id,
            fate,
            added,
            self._classes,
            self._faults,
            self._repeats,
            tuple(self._unknown),
            problems,
        )

    def refused(self, why: str) -> SourceImport:
        """Return the outcome for a source that could not be imported."""
        return self.result("refused", None, (Problem(self._foreign.file, self._foreign.line, "error", why),))

    def _located(self, coding: ForeignCoding, sections: Mapping[str, str]) -> _Located:
        known = self._codes.code(coding.code)
        if known.fault:
            self._faults[known.fault] += 1
        if known.fault == "unknown code":
            self._unknown[known.id] = None
        section, expected = self._codes.section(known.id), sections.get(coding.list_name, "")
        self._faults["other section"] += bool(section and expected and section != expected)
        spans = sorted(self._spans(coding), key=lambda span: self.source.text[slice(*span)] != coding.words)
        words = coding.words if coding.words.strip() else self._words_at(coding, spans)
        if REPLACED in words and spans and legal(self.source.text) == self._foreign.text:
            words = self.source.text[slice(*spans[0])]
        phrase = self._finder.at(self.source, coding.place_words or words, spans)
        if phrase is not None and coding.place_words and not coding.is_proposed:
            phrase = phrase._replace(kind="exact" if anchors.has_words(self.source.text, spans[0], words) else "folded")
        if phrase is None:
            self._faults["offsets"] += bool(spans)
            phrase = self._finder.find(self.source, words, *self._context(coding, words))
        elif coding.is_proposed:
            phrase = phrase._replace(kind="resembling")
        return _Located(coding, known.id, words, phrase)

    def _spans(self, coding: ForeignCoding) -> Iterator[Span]:
        """Yield the places in the source that the offsets of a coding may mean, the most likely first.

        They may count in the file's own text, whose lines may end with CRLF, in the whole text or in its body, in code
        points, in UTF-16 units or in bytes of UTF-8.
        """
        if coding.start is None:
            return
        start, end = coding.start, coding.end if coding.end is not None else coding.start + len(coding.words)
        text, own = self.source.text, self._foreign.text
        if "\r\n" in own:
            start, end = (at - own.count("\r\n", 0, at) for at in (start, end))
            own = own.replace("\r\n", "\n")
        shifts = [0, self.source.body_start]
        if own and own != text:
            lead = len(own) - len(own.lstrip())
            at = text.find(own.strip())
            shifts = [at - lead, *shifts] if at >= 0 else shifts
        for shift in dict.fromkeys(shifts):
            yield Span(start + shift, end + shift)
            base = own or text[max(shift, 0) :]
            if base.isascii():
                continue
            for encoding, size in (("utf-16-le", 2), ("utf-8", 1)):
                units = base.encode(encoding, "surrogatepass")
                found = (len(units[: size * max(at, 0)].decode(encoding, "ignore")) + shift for at in (start, end))
                yield Span(*found)

    def _words_at(self, coding: ForeignCoding, spans: Sequence[Span]) -> str:
        """Return the words at the offsets of a coding for which the file has no words."""
        own = self._foreign.text
        if own and coding.start is not None and coding.end is not None:
            return own[coding.start : coding.end]
        return self.source.text[slice(*spans[0])] if spans else ""

    def _context(self, coding: ForeignCoding, words: str) -> tuple[str, str]:
        """Return the text before and after a quotation in the file's own text, if it is there."""
        own, start = self._foreign.text, coding.start
        if start is None or not words or own[start : start + len(words)] != words:
            return "", ""
        end = start + len(words)
        return own[max(0, start - anchors.CONTEXT_LENGTH) : start], own[end : end + anchors.CONTEXT_LENGTH]

    def _new_codings(self, state: State) -> Iterator[CodingAdded | MemoWritten]:
        """Yield the codings that the session has not had yet, removed ones included, with the memos on them."""
        places = {
            one.id: Span(one.anchor.start, one.anchor.end) if one.anchor else None for one in state.codings.values()
        }
        known = {_key(one.code, one.words, places[one.id]) for one in state.codings.values()}
        digest, base, rank = source_hash(self.source.text), fresh_id(), state.next_rank
        for number, one in enumerate(self._placed, 1):
            span = one.phrase.span
            if _key(one.code, one.words, span) in known:
                continue
            anchor = anchors.anchor_at(self.source.text, span, digest) if span else None
            is_own = span is not None and anchors.has_words(self.source.text, span, one.words)
            yield CodingAdded(
                coding=CodingId(f"{base}-{number}"),
                code=one.code,
                anchor=anchor,
                words=anchor.words if anchor and is_own else collapse_spaces(one.words),
                note=one.coding.note.strip(),
                rank=rank + number - 1,
                is_proposed=span is not None and one.phrase.kind == "resembling",
            )
            if one.coding.memo.strip():
                target = MemoTarget(kind="quotation", id=f"{base}-{number}")
                yield MemoWritten(memo=MemoId(f"{base}-m{number}"), target=target, text=one.coding.memo.strip())

    def _new_memos(self, state: State, rank: int) -> Iterator[MemoWritten]:
        """Yield the memos that the session lacks, on the source or on parts of the codebook."""
        known = {(memo.target, memo.text) for memos in (state.notes, state.memos) for memo in memos.values()}
        base = fresh_id()
        for number, memo in enumerate(self._foreign.memos):
            target = self._codes.target(memo) or MemoTarget(kind="source", id=self.source.id)
            text = memo.text.strip()
            if text and (target, text) not in known:
                yield MemoWritten(memo=MemoId(f"{base}-{number}"), target=target, text=text, rank=rank + number)


def _key(code: str, words: str, span: Span | None) -> tuple[str, Span | str]:
    return (code, span or collapse_spaces(words))


def _without_repeats(located: Sequence[_Located]) -> Iterator[_Located]:
    """Yield the codings with each code at most once at each place.

    Words that are at several places get all of them if they are quoted as often; otherwise their place is ambiguous.
    """
    quoted = Counter((one.code, collapse_spaces(one.words)) for one in located)
    taken: set[tuple[str, Span | str]] = set()
    for one in located:
        words = collapse_spaces(one.words)
        places = one.phrase.places if one.phrase.kind == "ambiguous" else ()
        number = quoted[one.code, words]
        if len(places) > 1 and number >= len(places):
            free = [place for place in places if (one.code, place) not in taken]
            if not free:
                continue
            placed = one._replace(phrase=one.phrase._replace(kind="exact", span=free[0]))
            taken.add((one.code, free[0]))
            yield placed
            continue
        key = _key(one.code, words, one.phrase.span)
        if key in taken and not places:
            continue
        taken.add(key)
        yield one

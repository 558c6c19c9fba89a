"""Erase a source from a study: its sessions, and its words wherever else the study quotes them.

A plan is made first and changes nothing.  The tombstone is on the disk before anything else changes, and the sessions,
from which the words are known, are deleted last: whatever was interrupted is completed by erasing again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from codetui.core.redaction import Redaction
from codetui.formats.agenda import without_source
from codetui.formats.codebook.editing import verified, without_examples
from codetui.formats.memos import without_memos
from codetui.formats.samples import parse_sample, render_sample
from codetui.formats.toml.edit import EditError
from codetui.model import (
    CodingAdded,
    CodingReanchored,
    MemoWritten,
    SessionOpened,
    SourceId,
    Transaction,
    hashes_of,
    text_hash,
)
from codetui.storage import disk, erasures, fs, session_files, study_files
from codetui.storage.copies import original_of
from codetui.storage.erasures import Erasure, Erasures, tombstone_of
from codetui.storage.journal import Journal, now, record_id
from codetui.storage.kept_readings import readings_path
from codetui.storage.session_files import EVENTS, LOG, MEMOS, PLACE_FILE, SNAPSHOTS, STUDY_LOG, SessionPaths
from codetui.storage.session_lock import SessionLock
from codetui.storage.sources import row_ids
from codetui.storage.sources.corpus import Corpus
from codetui.storage.sources.corpus import digest_of as text_digest
from codetui.storage.sources.frozen import FrozenTexts
from codetui.storage.text_index import TextIndex
from codetui.study.memos import WRITTEN
from codetui.study.session.document import decode_document, heading_id, heading_of, owner_of
from codetui.study.session.fallback import DRAFT, REFUSED, TYPED, home_copy, temporary_copy, without_entries
from codetui.study.steps import interrupted_steps
from codetui.study.study import Study, StudyError

BESIDE = (LOG, SNAPSHOTS, ".lock", DRAFT, TYPED, REFUSED)
"""The suffixes of the files of one session in the folder of logs."""

OWN_WORDS = {"anchor", "anchor_before", "words", "words_before", "outline"}
"""The fields of events that hold words of the session's own source."""

PACKED = {".xlsx", ".xls", ".ods", ".qdpx", ".zip", ".gz", ".docx", ".odt", ".pdf", ".sqlite", ".db", ".parquet"}
"""Suffixes of files that are not searched for words, and may be exports."""

LARGEST = 50_000_000
"""Bytes of the largest other file in the folder of the study that is searched."""

_TEMPORARY = re.compile(r"\.(?P<name>.+)\.[0-9a-f]{8}\.tmp")


class Quoting(NamedTuple):
    """A place that quotes the source: file, line (0 if it has none) and the words there."""

    file: Path
    line: int
    words: str


@dataclass
class Erasing:
    """The effects of erasing a source.

    `removed` are the files to delete, in this order; `changed` maps files to their contents without the words.
    `quoting` are the places of these words, `twins` the other sources with the same text, and `unreached` sentences on
    what stays.
    """

    source: SourceId
    erasure: Erasure
    removed: list[Path] = field(default_factory=list)
    changed: dict[Path, bytes] = field(default_factory=dict)
    quoting: list[Quoting] = field(default_factory=list)
    twins: list[SourceId] = field(default_factory=list)
    unreached: list[str] = field(default_factory=list)
    coders: list[str] = field(default_factory=list)
    codings: int = 0


def plan_erasure(study: Study, source_id: str, words: Iterable[str] = ()) -> Erasing:
    """Return what erasing a source does; `words` are taken out wherever they are. Nothing is written.

    Raises StudyError if the study knows no such source, or if one of its sessions or steps is in use or interrupted.
    """
    return _Planner(study, SourceId(source_id), words).plan()


def erase(study: Study, plan: Erasing) -> None:
    """Carry out a plan. Raises OSError; the source is hidden then, and erasing it again completes it."""
    root = study.sessions_path
    erasures.record(root, plan.erasure)
    for path, data in plan.changed.items():
        if path == study.codebook_path:
            study_files.edit_codebook(path, lambda _, data=data: data.decode("utf-8"))  # type: ignore[misc]
        else:
            fs.replace(path, data)
    for path in plan.removed:
        fs.remove(path)


class _Planner:
    """Collects what belongs to one source."""

    def __init__(self, study: Study, source_id: SourceId, words: Iterable[str]) -> None:
        self._study, self._id, self._given = study, source_id, tuple(words)
        self._root, self._word = study.sessions_path, study.codebook.words.source
        self._known = Erasures(self._root)
        known = self._known.of(source_id)
        self._plan = Erasing(source_id, known or Erasure(id=tombstone_of(source_id), time=now()))
        self._texts: list[str] = []
        self._quotations: list[str] = []
        self._hashes: set[str] = set()
        self._steps: set[str] = set()
        self._memos: set[str] = set()
        self._logs: list[Path] = []
        self._frozen: list[Path] = []
        self._lines: set[str] = set()
        self._books: dict[str, str] = {}

    def plan(self) -> Erasing:
        """Return the plan."""
        plan, root = self._plan, self._root
        if interrupted := interrupted_steps(root)[1]:
            raise StudyError("finish the interrupted change first; nothing is erased.", problems=interrupted)
        self._read_corpus()
        for folder in _folders(root):
            self._read_sessions(folder)
        if not (self._texts or plan.removed or self._logs or self._known.has(self._id)):
            raise self._study.missing_source(self._id)
        self._require_free(self._logs)
        self._redaction = Redaction("\n".join(self._texts), self._quotations, self._given)
        self._forget_others()
        self._redact_study()
        plan.changed |= row_ids.without_sketches(root, self._id)
        for elsewhere in (home_copy(), temporary_copy()):
            with suppress(OSError):
                self._look_elsewhere(elsewhere)
        self._find_caches()
        self._search_others()
        self._require_free(path for path in plan.changed if path.name.endswith(LOG) and path.name != STUDY_LOG)
        # Logs and frozen texts come last: they show what else there is to erase.
        last = [*self._logs, *self._frozen]
        plan.removed = [one for one in dict.fromkeys(plan.removed) if one not in last] + last
        known = plan.erasure
        plan.erasure = replace(
            known,
            texts=known.texts | self._hashes,
            lines=known.lines | self._lines,
            books=known.books | self._books,
        )
        return plan

    # --- its text and its sessions ------------------------------------------------------------------

    def _raw_corpus(self) -> Corpus | None:
        corpus, study = self._study.corpus_if_any, self._study
        if corpus is None:
            return None
        return Corpus(corpus.path, study.codebook.corpus, study.sessions_path, study.codebook.words, has_erased=True)

    def _read_corpus(self) -> None:
        corpus = self._raw_corpus()
        entry = corpus.find(self._id) if corpus else None
        source = corpus.read(entry)[0] if corpus and entry else None
        frozen = FrozenTexts(self._root)
        for version in frozen.versions(self._id):
            self._texts += filter(None, [frozen.text(version)])
            self._hashes.add(version.text)
        self._frozen = frozen.files(self._id)
        if source is not None:
            self._texts.append(source.text)
            self._hashes |= hashes_of(source.text)
            if Path(source.file) not in self._frozen:
                what = "where the text is: it is never written to; delete it there"
                self._plan.unreached.append(f"{source.file}, {what}")

    def _read_sessions(self, folder: Path) -> None:
        """Find the files of the source's sessions in a coder's folder, and its words in them."""
        plan, name = self._plan, session_files.safe_name(self._id)
        own = {f"{name}{suffix}" for suffix in BESIDE}
        for file in fs.names_in(folder / EVENTS):
            path = folder / EVENTS / file
            is_log = file.endswith(LOG) and not file.startswith(".")
            is_beside = file.startswith((f".{name}{LOG}.", f"{name}.kept-"))
            if is_beside or _is_of(file, own) or (is_log and owner_of(path) == self._id):
                (self._logs if is_log else plan.removed).append(path)
                if is_log:
                    self._read_log(path)
        if _names_source(folder / EVENTS / PLACE_FILE, self._id):
            plan.removed.append(folder / EVENTS / PLACE_FILE)
        heading = heading_id(self._id)
        for file in fs.names_in(folder):
            inner = _TEMPORARY.fullmatch(file)
            if (inner["name"] if inner else file).startswith(session_files.DOCUMENT) or file.endswith(".md"):
                path = folder / file
                with suppress(OSError):
                    if fs.is_file(path) and heading_of(decode_document(fs.read(path), path)) == heading:
                        plan.removed.append(path)
            elif file.endswith(LOG) and file != STUDY_LOG and owner_of(folder / file) == self._id:
                self._logs.append(folder / file)
                self._read_log(folder / file)

    def _read_log(self, log: Path) -> None:
        steps = Journal(log).read()[0]
        if steps:
            self._plan.coders += [steps[-1].coder] if steps[-1].coder not in self._plan.coders else []
            if self._study.may_read(steps[-1].coder, self._id):
                self._plan.codings += sum(isinstance(event, CodingAdded) for step in steps for event in step.events)
        self._steps |= {step.id for step in steps}
        for step in steps:
            self._read_step(step)

    def _read_step(self, step: Transaction) -> None:
        for event in step.events:
            match event:
                case SessionOpened():
                    self._hashes.add(event.text_hash)
                case CodingAdded() | CodingReanchored():
                    self._quotations.append(event.words)
                    if event.anchor is not None:
                        anchor = event.anchor
                        self._hashes.add(anchor.text_hash)
                        self._quotations += (anchor.words, f"{anchor.before}{anchor.words}{anchor.after}")
                case MemoWritten():
                    self._memos.add(event.memo)
                case _:
                    pass

    def _require_free(self, logs: Iterable[Path]) -> None:
        for log in logs:
            holder = SessionLock(log).other()
            if holder is not None:
                raise StudyError(f"this session is open in another program {holder}; close it there first.", file=log)

    def _forget_others(self) -> None:
        """Keep the phrases that other texts have, and those of the codebook's names."""
        book, corpus = self._study.codebook, self._raw_corpus()
        names = [book.title, *(one.name for one in book.codes), *(one.name for one in book.profiles)]
        names += [*(one.title for one in book.sections), *(one.title for one in book.groups)]
        for name in names:
            self._redaction.forget(name)
        here = {text_digest(text) for text in self._texts}
        for other, _, digest in corpus.texts([]) if corpus else ():
            if other.id == self._id or self._known.has(other.id):
                continue
            if digest in here:
                self._plan.twins.append(other.id)
            self._redaction.forget(other.text)

    # --- words elsewhere in the study ---------------------------------------------------------------

    def _redact_study(self) -> None:
        for path in _files(self._root):
            if path not in {*self._plan.removed, *self._logs, *self._frozen} and path.parent.name != erasures.FOLDER:
                self._redact_file(path)
        self._redact_file(self._study.codebook_path)
        samples = self._study.codebook_path.parent / "samples"
        for path in _files(samples):
            self._redact_file(path)

    def _redact_file(self, path: Path) -> None:
        try:
            data = fs.read(path)
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            self._plan.unreached.append(f"{path}: this file is not UTF-8, so it was not searched")
            return
        except OSError as error:
            raise StudyError(f"{error.strerror or error}; nothing is erased: fix this first.", file=path) from error
        after = self._without(path, text)
        if after != text:
            self._plan.changed[path] = after.encode("utf-8")
            if path.parent.name == session_files.KEPT_FOLDER and len(path.stem) == study_files.NAME_LENGTH:
                self._books[path.stem] = text_hash(after)

    def _without(self, path: Path, text: str) -> str:
        """Return the contents of a file of the study without the source and its words."""
        match path.suffix:
            case ".jsonl" | ".written":
                lines = text.split("\n")
                return "\n".join(self._line(path, number, line) for number, line in enumerate(lines, 1))
            case ".toml" if path.parent.name == "samples":
                return self._sample(path, text)
            case ".toml" if not path.name.startswith(study_files.MAP):
                return self._book(path, text)
            case _ if path.name == WRITTEN:
                return self._memo_record(path, text)
            case _ if path.name == MEMOS:
                return self._text(path, without_memos(text, self._memos))
            case _:
                return self._text(path, text)

    def _text(self, path: Path, text: str) -> str:
        for start, end in self._redaction.places(text):
            words = " ".join(text[start:end].split())
            self._plan.quoting.append(Quoting(path, text.count("\n", 0, start) + 1, words))
        return self._redaction.redacted(text)

    def _line(self, path: Path, number: int, line: str) -> str:
        """Return a line of a log or of snapshots, unchanged if it quotes nothing."""
        try:
            value: object = json.loads(line)
        except (ValueError, RecursionError):
            return self._text(path, line) if line.strip() else line
        found: list[str] = []
        after = self._cleaned(value, found)
        if path.name == STUDY_LOG and isinstance(after, dict):
            after = self._step(after)
        if after == value:
            return line
        self._plan.quoting += [Quoting(path, number, words) for words in found]
        identity = record_id(line.encode("utf-8"))
        self._lines |= {identity} if identity else set()
        return json.dumps(after, ensure_ascii=path.suffix == SNAPSHOTS, separators=(",", ":"))

    def _cleaned(self, value: object, found: list[str]) -> object:
        """Return a JSON value without the words, which are added to `found`."""
        if isinstance(value, str):
            found += (value[start:end] for start, end in self._redaction.places(value))
            return self._redaction.redacted(value)
        if isinstance(value, list):
            return [self._cleaned(one, found) for one in value]
        if isinstance(value, dict):
            after = {name: one if name in OWN_WORDS else self._cleaned(one, found) for name, one in value.items()}
            return after | ({"from_name": ""} if after.get("from_name") == self._id else {})
        return value

    def _step(self, step: dict[str, object]) -> dict[str, object]:
        """Return a step of the study's log without the source."""
        pairs = step.get("transactions")
        if isinstance(pairs, list):
            step["transactions"] = [pair for pair in pairs if not (isinstance(pair, list) and pair[:1] == [self._id])]
        if step.get("made_in") == self._id:
            del step["made_in"]
        return step

    def _book(self, path: Path, text: str) -> str:
        """Return a codebook without examples that quote the source, and without its words elsewhere."""

        def is_quoting(value: str) -> bool:
            places = self._redaction.places(value)
            self._plan.quoting += [Quoting(path, 0, " ".join(value[start:end].split())) for start, end in places]
            return bool(places)

        try:
            return verified(text, self._text(path, without_examples(text, is_quoting, self._id)))
        except EditError as error:
            raise StudyError(f"{error}; nothing is erased: remove its words from this codebook.", file=path) from error

    def _sample(self, path: Path, text: str) -> str:
        sample = parse_sample(text, str(path), path.stem)[0]
        if sample is None or self._id not in sample.sources:
            return self._text(path, text)
        sources = {one: coders for one, coders in sample.sources.items() if one != self._id}
        released = tuple(one for one in sample.released if one.source != self._id)
        return self._text(path, render_sample(replace(sample, sources=sources, released=released)))

    def _memo_record(self, path: Path, text: str) -> str:
        """Return the memos as written last without those on the source."""
        try:
            rows: object = json.loads(text)
        except ValueError:
            return self._text(path, text)
        if not isinstance(rows, list):
            return self._text(path, text)
        own = [row for row in rows if isinstance(row, list) and (row[3:4] == [self._id] or row[0] in self._memos)]
        self._memos |= {str(row[0]) for row in own}
        kept = [row for row in rows if row not in own]
        found: list[str] = []
        after = self._cleaned(kept, found)
        self._plan.quoting += [Quoting(path, 0, words) for words in found]
        return text if after == rows else json.dumps(after)

    # --- elsewhere ----------------------------------------------------------------------------------

    def _look_elsewhere(self, root: Path) -> None:
        """Find sessions, texts and reports of this study in a folder for work that could not be written."""
        if not fs.is_folder(fs.require_own(root)):
            return
        for folder in _folders(root):
            paths = SessionPaths.of_folder(root, folder.name)
            log = paths.log(self._id)
            steps = Journal(log).read()[0] if fs.is_file(log) else []
            texts = self._hashes | self._plan.erasure.texts
            if steps and ({one.id for one in steps} & self._steps or _texts_of(steps) & texts):
                self._logs.append(log)
                self._plan.removed += [*paths.documents_of(self._id), paths.beside(self._id, SNAPSHOTS)]
            refused = paths.beside(self._id, REFUSED)
            self._plan.removed += [refused] if fs.is_file(refused) else []
            for suffix in (DRAFT, TYPED):
                path = paths.beside(self._id, suffix)
                if fs.is_file(path):
                    text = fs.read(path).decode("utf-8", "replace")
                    rest = without_entries(text, self._root)
                    if not rest.strip():
                        self._plan.removed.append(path)
                    elif rest != text:
                        self._plan.changed[path] = rest.encode("utf-8")
        apart = {*self._plan.removed, *self._plan.changed, *self._logs}
        for path in _files(root):
            if path not in apart:
                self._redact_file(path)

    def _find_caches(self) -> None:
        corpus = self._study.corpus_if_any
        paths = [TextIndex(corpus.path, "").path] if corpus else []
        for path in (*paths, readings_path(self._study.sessions_path)):
            if fs.exists(path):
                self._plan.removed.append(path)

    def _search_others(self) -> None:
        """Find other files in the folder of the study that have the words; they are named, agendas are changed."""
        folder, plan = self._study.codebook_path.parent, self._plan
        corpus = self._study.corpus_if_any
        apart = {disk.real(self._root), disk.real(folder / "samples"), *([disk.real(corpus.path)] if corpus else [])}
        seen = {disk.real(path) for path in (*plan.changed, *plan.removed, self._study.codebook_path)}
        packed: list[str] = []
        for path in _files(folder, apart):
            if disk.real(path) in seen | apart:
                continue
            if path.suffix.lower() in PACKED:
                packed.append(path.name)
                continue
            with suppress(OSError, UnicodeDecodeError):
                status = disk.status(path)
                text = fs.read(path).decode("utf-8") if status and status.st_size <= LARGEST else ""
                without = without_source(text, self._id)
                if without != text:
                    plan.changed[path] = self._text(path, without).encode("utf-8")
                elif places := self._redaction.places(text):
                    line = text.count("\n", 0, places[0][0]) + 1
                    plan.unreached.append(f"{path}:{line} quotes it {len(places)} times: delete or change that file")
        if packed:
            plan.unreached.append(f"not searched: {', '.join(sorted(packed))} in {folder}; delete them if they have it")
        if any(fs.exists_or_link(above / ".git") for above in (folder.absolute(), *folder.absolute().parents)):
            what = "the history of git, here and in every clone, has what was committed: `git filter-repo` rewrites it"
            plan.unreached.append(f"{what}, and all clones must be made again")
        plan.unreached.append("other machines, USB sticks, backups, and exports made earlier in other folders")
        plan.unreached.append(f"other machines' folders for work that could not be saved ({home_copy()} there)")


# --- files ----------------------------------------------------------------------------------------------


def _folders(root: Path) -> list[Path]:
    """Return the folders in that of the sessions that may be a coder's, copies included."""
    names = (name for name in fs.names_in(root) if not name.startswith("."))
    return [root / name for name in names if fs.is_folder(root / name)]


def _files(folder: Path, apart: Iterable[str] = ()) -> Iterator[Path]:
    """Yield the files in a folder and its subfolders, except for those `apart`, links out of it, and git's."""
    left_out = set(apart)
    waiting = [folder] if fs.is_folder(folder) else []
    while waiting:
        current = waiting.pop()
        for entry in sorted(disk.entries(current), key=lambda one: one.name):
            if entry.is_symlink() or entry.name == ".git" or disk.real(entry.path) in left_out:
                continue
            if entry.is_dir():
                waiting.append(Path(entry.path))
            elif entry.is_file():
                yield Path(entry.path)


def _is_of(name: str, own: set[str]) -> bool:
    """Return whether a file belongs to a session, by the names of its files: one of them, a copy or a temporary one."""
    inner = _TEMPORARY.fullmatch(name)
    plain = inner["name"] if inner else name
    return plain in own or plain.removeprefix(".") in own or bool(original_of(plain, own))


def _names_source(place: Path, source_id: str) -> bool:
    try:
        value: object = json.loads(fs.read(place))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(value, dict) and value.get("source") == source_id


def _texts_of(steps: Iterable[Transaction]) -> set[str]:
    from codetui.study.sessions import coded_texts

    return coded_texts(steps)

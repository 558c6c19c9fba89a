"""A coder's memos: on sources and quotations in the logs of sessions, on codes, profiles and the study in its log.

`memos.md` has all of them; people may edit it, and their edits become steps.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from codetui.core.codebook.index import label_of, profile_name
from codetui.core.session.commands import Decision, NoteCoding, Refusal, quoted
from codetui.core.session.state import State
from codetui.formats.memos import MemoSection, parse_memos, render_memos
from codetui.model import (
    Codebook,
    Coding,
    CodingId,
    Memo,
    MemoId,
    MemoKind,
    MemoTarget,
    MemoWritten,
    Problem,
    SourceId,
    StudyStep,
)
from codetui.storage import fs
from codetui.storage.journal import StudyJournal, fresh_id
from codetui.storage.session_files import MEMOS
from codetui.study.batch import SessionUnavailableError, StepDone, StepPlan, StepRunner
from codetui.study.session.outcome import NotSaved, Outcome, Saved, not_read
from codetui.study.workspace import Workspace

WRITTEN = ".memos.checked"
"""The memos as codetui wrote them last, beside their file: the base of edits by hand, of this machine alone."""

MOST_REMOVED = 3
"""Memos that one edit of the file may remove; more look like a damaged file."""

OF_STUDY = ("code", "profile", "study")
"""The kinds of targets whose memos are in the coder's log of the study."""


class MemoEntry(NamedTuple):
    """A memo as it is listed; `source` is that of an ad or quotation, empty for others."""

    id: MemoId
    target: MemoTarget
    source: str
    title: str
    text: str


def study_memos(records: Iterable[StudyStep]) -> dict[MemoId, Memo]:
    """Return the memos in a log of the study, by id; deleted ones have no text."""
    memos: dict[MemoId, Memo] = {}
    for event in (event for one in records for event in one.events):
        if isinstance(event, MemoWritten):
            memos[event.memo] = Memo(id=event.memo, target=event.target, text=event.text, rank=event.rank)
    return memos


def file_problems(folder: Path) -> list[Problem]:
    """Return the problems of the file of memos in a coder's folder; none if there is no such file."""
    path = folder / MEMOS
    try:
        return parse_memos(fs.read(path).decode("utf-8"), str(path))[1]
    except FileNotFoundError:
        return []
    except UnicodeDecodeError:
        return [Problem(str(path), 0, "error", "is not UTF-8, so its edits are not imported; save it as UTF-8")]
    except OSError as error:
        return [not_read(error, path, "edits of the memos are not imported")]


def memo_title(target: MemoTarget, source: str, book: Codebook, words: str = "") -> str:
    """Return the title of a memo; `words` are those of a quotation."""
    word = book.words.source.capitalize()
    match target.kind:
        case "study":
            return "Study"
        case "profile":
            return f"Profile {profile_name(book, target.id)}"
        case "quotation":
            return f"{word} {source}, {quoted(words)}"
        case "source":
            return f"{word} {source}"
        case _:
            return f"Code {label_of(book, target.id)}"


class Memos:
    """The memos of a workspace's coder."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._paths = workspace.study.paths_of(workspace.coder)
        self.path = self._paths.folder / MEMOS
        self._written = self._paths.folder / WRITTEN

    # --- reading ------------------------------------------------------------------------------------

    def of(self, target: MemoTarget) -> Memo | None:
        """Return the memo on a target of the study, or on one of the open session; None if there is none.

        Raises OSError.
        """
        session = self._workspace.session
        of_session = session.state.memos if session else {}
        memos = self._of_study() if target.kind in OF_STUDY else of_session
        return next((one for one in memos.values() if one.target == target and one.text), None)

    def known(self) -> list[MemoEntry]:
        """Return the memos of the study and the open session, and those of the other sessions as last written.

        Raises OSError.
        """
        return self._known(self._read_written())

    def _known(self, written: Mapping[MemoId, MemoEntry]) -> list[MemoEntry]:
        session, book = self._workspace.session, self._workspace.book
        here = session.source.id if session else ""
        entries = self._study_entries()
        entries += _of_state(session.state, session.source.id, book) if session else ()
        entries += [one for one in written.values() if one.source and one.source != here]
        return sorted((one for one in entries if one.text), key=_order)

    def refresh(self) -> None:
        """Write the memos of all sessions of the coder to `memos.md`, for a worker. Raises OSError."""
        self._write(self._all())

    def _all(self) -> list[MemoEntry]:
        """Return the memos in all logs of the coder. Raises OSError."""
        workspace = self._workspace
        sessions = workspace.study.sessions(coder=workspace.coder)
        found = (_of_state(record.state, record.source.id, workspace.book) for record in sessions)
        return [*self._study_entries(), *(entry for some in found for entry in some)]

    def _study_entries(self) -> list[MemoEntry]:
        book = self._workspace.book
        memos = self._of_study().values()
        return [MemoEntry(one.id, one.target, "", memo_title(one.target, "", book), one.text) for one in memos]

    def _of_study(self) -> dict[MemoId, Memo]:
        return study_memos(StudyJournal(self._paths.study_log()).read()[0])

    # --- writing ------------------------------------------------------------------------------------

    def write(self, target: MemoTarget, text: str, memo: MemoId | None = None) -> Saved | Refusal | NotSaved:
        """Write the memo on a target of the study or the open session; an empty text deletes it."""
        text = "\n".join(line.rstrip() for line in text.strip().split("\n"))
        try:
            old = self.of(target) if memo is None else None
            known = self._of_study() if target.kind in OF_STUDY else {}
        except OSError as error:
            return NotSaved(f"{error.filename or self.path}: {error.strerror or error}")
        session, book = self._workspace.session, self._workspace.book
        old = old or known.get(memo or MemoId("")) or (session.state.memos.get(memo) if session and memo else None)
        before = old.text if old else ""
        if text == before:
            return Refusal("The memo is unchanged.")
        if session is not None and target.kind not in OF_STUDY:
            next_rank = session.state.next_rank
        else:
            next_rank = max((one.rank for one in known.values()), default=0) + 1
        rank = old.rank if old else next_rank
        event = MemoWritten(
            memo=old.id if old else MemoId(fresh_id()), target=target, text=text, text_before=before, rank=rank
        )
        verb = "Memo saved" if text else "Memo removed"
        if target.kind in OF_STUDY:
            return self._record(event, f"{verb}: {memo_title(target, '', book)}.")
        if session is None:
            return Refusal(f"No {book.words.source} is open.")
        coding = session.state.codings.get(CodingId(target.id))
        title = memo_title(target, session.source.id, book, coding.words if coding else "")
        return session.record(Decision((event,), f"{verb}: {title}."))

    def write_on_coding(self, coding: Coding, text: str) -> Outcome:
        """Write the memo on a quotation of the open session: its note as long as it has one line."""
        session = self._workspace.session
        if session is None:
            return Refusal(f"No {self._workspace.book.words.source} is open.")
        is_note = "\n" not in text.strip()
        outcome: Outcome = Refusal("The memo is unchanged.")
        if is_note and text.strip() != coding.note:
            outcome = session.execute(NoteCoding(coding.id, text))
        if not is_note and coding.note:
            session.execute(NoteCoding(coding.id, ""))
        memo = self.write(MemoTarget(kind="quotation", id=coding.id), "" if is_note else text)
        return memo if isinstance(outcome, Refusal) else outcome

    def _record(self, event: MemoWritten, message: str) -> Saved | Refusal | NotSaved:
        title = memo_title(event.target, "", self._workspace.book)
        what = f"memo on {title[:1].lower()}{title[1:]}"
        done = StepRunner.of(self._workspace).carry_out(StepPlan("memo", what, events=(event,)))
        return Saved(message) if isinstance(done, StepDone) else done

    # --- the file -----------------------------------------------------------------------------------

    def sync(self) -> list[Problem]:
        """Import edits of `memos.md` by hand, then write the memos that it lacks; return the problems.

        A damaged file is reported and left alone.
        """
        try:
            return self._sync()
        except OSError as error:
            return [not_read(error, self.path, "edits of the memos are not imported, and new ones not written")]

    def _sync(self) -> list[Problem]:
        self._workspace.memos_seen = fs.version(self.path)
        session, text = self._workspace.session, self._read_text()
        if text is None and not (session and session.state.memos) and not self._of_study():
            return []
        written, problems = self._read_written(), list[Problem]()
        if text is not None and text != render_memos(self._workspace.coder, _sections(written.values())):
            sections, problems = parse_memos(text, str(self.path))
            found = {one.id: one for one in sections}
            missing = [one for one in written.values() if one.id not in found]
            if len(missing) > MOST_REMOVED or (len(missing) > 1 and not found):
                what = f"{len(missing)} memos are missing in this file, which is left alone: restore them"
                problems.append(Problem(str(self.path), 0, "error", f"{what}, or delete it to have it written again"))
            if any(problem.severity == "error" for problem in problems):
                return problems
            unwritten = found.keys() - written.keys()
            if unwritten:
                written |= {one.id: one for one in self._all() if one.id in unwritten}
            written, more = self._import(found, written, unwritten)
            problems += more
        self._write(self._known(written))
        return problems

    def _import(
        self, found: Mapping[MemoId, MemoSection], written: Mapping[MemoId, MemoEntry], unwritten: Collection[MemoId]
    ) -> tuple[dict[MemoId, MemoEntry], list[Problem]]:
        """Import each memo that differs from what codetui wrote last; return the memos as imported, and problems.

        Of `unwritten` memos it is not known what was written here: an earlier text of theirs is no edit, but the file
        of another machine that has not seen the later one.
        """
        problems: list[Problem] = []
        imported = dict(written)
        runner = StepRunner.of(self._workspace)
        try:
            for base in written.values():
                section = found.get(base.id)
                text, line = (section.text, section.line) if section else ("", 0)
                is_stale = base.id in unwritten and text in self._earlier(base, runner)
                if text != base.text and not is_stale:
                    more = list(self._import_one(base, text, line, runner))
                    problems += more
                    if all(one.severity != "error" for one in more):
                        imported[base.id] = base._replace(text=text)
        finally:
            runner.release()
        for section in found.values():
            if section.id not in written:
                what = f"there is no memo with the id {section.id}; its text is kept in {self._keep_aside(section)}"
                problems.append(Problem(str(self.path), section.line, "warning", what))
        return imported, problems

    def _earlier(self, memo: MemoEntry, runner: StepRunner) -> set[str]:
        """Return all texts that a memo has had according to its log."""
        if memo.target.kind in OF_STUDY:
            events = (event for one in StudyJournal(self._paths.study_log()).read()[0] for event in one.events)
        else:
            try:
                session = runner.session(SourceId(memo.source))
            except SessionUnavailableError:
                return set()
            events = (event for one in session.transactions for event in one.events)
        return {event.text for event in events if isinstance(event, MemoWritten) and event.memo == memo.id}

    def _import_one(self, base: MemoEntry, text: str, line: int, runner: StepRunner) -> Iterator[Problem]:
        """Import the edit of one memo; yield a problem if it failed or replaces another change."""
        outcome: Saved | Refusal | NotSaved
        if base.target.kind in OF_STUDY:
            now_ = self._of_study().get(base.id)
            event = self._edit(base, text, now_)
            outcome = self._record(event, "") if text != event.text_before else Saved("")
        else:
            try:
                session = runner.session(SourceId(base.source))
            except SessionUnavailableError as error:
                yield Problem(str(self.path), line, "error", f"this edit is not imported: {error}")
                return
            now_ = session.state.memos.get(base.id)
            event = self._edit(base, text, now_)
            decision = Decision((event,), "", cause="edit")
            outcome = session.record(decision) if text != event.text_before else Saved("")
        if not isinstance(outcome, Saved):
            yield Problem(str(self.path), line, "error", f"this edit is not imported: {outcome}")
        elif event.text_before not in (base.text, text):
            what = f"the memo “{base.title}” was changed in the program too: the text of the file is used"
            yield Problem(str(self.path), line, "warning", f"{what}, and undoing this brings the other one back")

    def _edit(self, base: MemoEntry, text: str, known: Memo | None) -> MemoWritten:
        before, rank = (known.text, known.rank) if known else ("", 0)
        return MemoWritten(memo=base.id, target=base.target, text=text, text_before=before, rank=rank)

    def _keep_aside(self, section: MemoSection) -> str:
        """Save a text of the file that belongs to no memo in a file beside it; return its path. Raises OSError."""
        path = self._paths.folder / f"memo-{section.id}.unsaved.md"
        fs.replace(path, f"{section.text}\n".encode())
        return str(path)

    def _write(self, entries: Iterable[MemoEntry]) -> None:
        """Write the file, and what was written, if they differ. Raises OSError."""
        entries = sorted((one for one in entries if one.text), key=_order)
        text = render_memos(self._workspace.coder, _sections(entries))
        listed = [[one.id, one.target.kind, one.target.id, one.source, one.title, one.text] for one in entries]
        data = json.dumps(listed, ensure_ascii=False).encode("utf-8") + b"\n"
        if fs.read(self._written) != data if fs.is_file(self._written) else entries:
            fs.replace(self._written, data)
        if self._read_text() != text:
            fs.replace(self.path, text.encode("utf-8"))
            self._workspace.memos_seen = fs.version(self.path)

    def _read_text(self) -> str | None:
        """Return the text of the file; None if there is none. Raises OSError."""
        try:
            return fs.read(self.path).decode("utf-8")
        except FileNotFoundError:
            return None
        except UnicodeDecodeError as error:
            raise OSError(0, "is not UTF-8; save it as UTF-8", str(self.path)) from error

    def _read_written(self) -> dict[MemoId, MemoEntry]:
        """Return the memos as codetui wrote them last; none if that is not known. Raises OSError."""
        from pydantic import TypeAdapter, ValidationError

        try:
            rows = TypeAdapter(list[tuple[str, MemoKind, str, str, str, str]]).validate_json(fs.read(self._written))
        except (FileNotFoundError, ValidationError):
            return {}
        entries = [
            MemoEntry(MemoId(id_), MemoTarget(kind=kind, id=target), source, title, text)
            for id_, kind, target, source, title, text in rows
        ]
        return {one.id: one for one in entries}


def _of_state(state: State, source: str, book: Codebook) -> list[MemoEntry]:
    """Return the memos of one session."""
    entries: list[MemoEntry] = []
    for one in state.memos.values():
        coding = state.codings.get(CodingId(one.target.id))
        title = memo_title(one.target, source, book, coding.words if coding else "")
        entries.append(MemoEntry(one.id, one.target, source, title, one.text))
    return entries


def _order(entry: MemoEntry) -> tuple[int, str, str]:
    """Return the key of a memo in the file: the study, profiles, codes, then by source, in the order of writing."""
    kinds = ("study", "profile", "code")
    at = kinds.index(entry.target.kind) if entry.target.kind in kinds else len(kinds)
    return at, entry.source, entry.id


def _sections(entries: Iterable[MemoEntry]) -> list[MemoSection]:
    return [MemoSection(one.id, one.title, one.text) for one in sorted(entries, key=_order)]

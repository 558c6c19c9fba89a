"""Steps that the disk refused and kept all the same: noted in the home, and said at the next start that finds them.

They are not taken away then: somebody may have confirmed them meanwhile, on another machine or from a copy.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from codetui.model import Problem, SourceId
from codetui.storage import files
from codetui.storage.event_log import EventLog
from codetui.storage.sessions import SessionPaths
from codetui.study.unsaved import elsewhere, file_at, kept_texts

if TYPE_CHECKING:
    from codetui.study.in_step import Recorder

SUFFIX = ".refused.jsonl"
THERE = "the disk refused a step and has it all the same; look whether you want it (u takes it back)"


def note(paths: SessionPaths, ad: SourceId, lines: bytes) -> bool:
    """Notes lines of a log that were refused in the home, if that takes them: whether it did."""
    with suppress(OSError):
        files.replace(file_at(elsewhere(), paths, ad, SUFFIX), lines)
        return True
    return False


def forget(paths: SessionPaths, ad: SourceId) -> bool:
    """The lines are gone from the log: whether nothing is noted any more."""
    with suppress(OSError):
        files.remove(file_at(elsewhere(), paths, ad, SUFFIX))
        return True
    return False


def found_at_start(paths: SessionPaths, session: Recorder) -> list[Problem]:
    """What the coder has to know of the last time: texts that are kept apart, and refused steps that are there."""
    problems = kept_texts(paths, session.ad.id)
    with suppress(OSError):
        noted = file_at(elsewhere(), paths, session.ad.id, SUFFIX)
        if files.is_there(noted):
            problems += _still_there(noted, paths.log(session.ad.id), session)
    return problems


def _still_there(noted: Path, log: Path, session: Recorder) -> list[Problem]:
    """The noted steps that a log has, said once."""
    from codetui.core.session.commands import Study
    from codetui.core.session.words import step_words

    refused = {one.id for one in EventLog(noted).read()[0]}
    found = [one for one in session.transactions if one.id in refused]
    files.remove(noted)
    study = Study(session.book, session.ad.text, "", "")
    return [Problem(str(log), 0, "warning", f"{THERE}: {step_words(one, session.state, study)}") for one in found]

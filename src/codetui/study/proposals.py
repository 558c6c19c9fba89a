"""Changes of the codebook by coders who are none of its editors: proposals, which editors accept or decline.

A proposal is a step in its coder's log of the study, and so is the decision on it in the editor's.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import NamedTuple, get_args

from codetui.core.codebook.diff import diff
from codetui.core.codebook.refactoring import Refactoring, describe
from codetui.core.session.commands import Refusal
from codetui.formats.codebook.changes import sentences
from codetui.formats.codebook.editing import refactor
from codetui.formats.toml.edit import EditError
from codetui.model import NO_STEP, Problem, SourceId, StepId, StepKind, StudyStep
from codetui.storage import fs
from codetui.storage.journal import StudyJournal, fresh_id, now
from codetui.storage.session_files import SessionPaths
from codetui.study.batch import StepDone, StepPlan, StepRunner, TextChange, carried_over, keep_version
from codetui.study.hand_edits import confirmed_version, step_records
from codetui.study.refactoring import CodeRefactoring, MigrationPreview
from codetui.study.session.outcome import NotSaved, Saved
from codetui.study.study import Study, kept_book
from codetui.study.workspace import Workspace

DECIDED: tuple[StepKind, ...] = ("accepted", "declined")
_STEPS = {one.__name__: one for one in get_args(Refactoring)}


class Proposed(NamedTuple):
    """A change that was not made, but proposed to the editors."""

    message: str


class Proposal(NamedTuple):
    """A proposal that is not decided; `change` is one of a code and all its codings, else it is one of the text."""

    record: StudyStep
    change: Refactoring | None

    @property
    def words(self) -> str:
        """The proposal with its author and time, for a list."""
        when = self.record.time[:16].replace("T", " ")
        return f"{self.record.coder}: {self.record.what} ({when} UTC)"


# --- proposing ----------------------------------------------------------------------------------------


def edit_or_propose(
    workspace: Workspace, what: str, change: TextChange, *, quotes: tuple[SourceId, ...] = ()
) -> StepDone | Proposed | Refusal | NotSaved:
    """Change the text of the codebook as one step, which `what` describes, or propose that to its editors.

    A change that `quotes` a source which somebody must still code unseen is proposed in any case, as the quotation
    would be a trace of who made it.
    """
    study, coder = workspace.study, workspace.coder
    blind = next((one for one in quotes if study.samples.is_coded_blind(one)), "")
    if workspace.book.has_editor(coder) and not blind:
        runner = StepRunner.of(workspace)
        return runner.carry_out(StepPlan("edit", what, edit=change))
    try:
        text = fs.read(workspace.codebook.path).decode("utf-8")
        changed = change(text)
        if changed == text:
            return Refusal("The codebook is unchanged.")
        before, after = (keep_version(study.sessions_path, one) for one in (text, changed))
        _record(study, coder, "proposal", what, before=before, after=after, made_in=blind or _open_source(workspace))
    except EditError as error:
        return Refusal(f"The codebook is unchanged: {error}.")
    except (OSError, UnicodeDecodeError) as error:
        return NotSaved(f"{workspace.codebook.path}: {error}")
    why = f"{workspace.book.words.source} {blind} is coded unseen" if blind else ""
    return _proposed(workspace, what, why)


def propose_change(workspace: Workspace, change: Refactoring) -> Proposed | Refusal | NotSaved:
    """Propose a change of a code, with all its codings, to the editors of the codebook."""
    book = workspace.book
    try:
        refactor(fs.read(workspace.codebook.path).decode("utf-8-sig"), change)
        what, data = describe(change, book), json.dumps([type(change).__name__, asdict(change)], ensure_ascii=False)
        digest = book.content_hash
        _record(workspace.study, workspace.coder, "proposal", what, before=digest, after=digest, change=data)
    except EditError as error:
        return Refusal(f"The codebook is unchanged: {error}.")
    except (OSError, UnicodeDecodeError) as error:
        return NotSaved(f"{workspace.codebook.path}: {error}")
    return _proposed(workspace, what)


def _open_source(workspace: Workspace) -> str:
    return workspace.session.source.id if workspace.session else ""


def _proposed(workspace: Workspace, what: str, why: str = "") -> Proposed:
    editors = " or ".join(workspace.book.editors) or "anybody, once it is open"
    return Proposed(
        f"Proposed: {what}. {f'{why[:1].upper()}{why[1:]}, so that ' if why else ''}{editors} can accept it."
    )


def _record(
    study: Study,
    coder: str,
    kind: StepKind,
    what: str,
    *,
    before: str,
    after: str,
    made_in: str = "",
    target: StepId = NO_STEP,
    change: str = "",
) -> None:
    """Append a record to a coder's log of the study. Raises OSError."""
    step = StudyStep(
        id=StepId(fresh_id()),
        seq=0,
        time=now(),
        coder=coder,
        kind=kind,
        codebook_before=before,
        codebook_after=after,
        what=what,
        made_in=made_in,
        target=target,
        change=change,
    )
    StudyJournal(study.paths_of(coder).study_log()).record(step)


# --- deciding -----------------------------------------------------------------------------------------


def open_proposals(study: Study, problems: list[Problem]) -> list[Proposal]:
    """Return the proposals that nobody has decided, the oldest first, as far as the reader may see them."""
    records = list(step_records(study, problems))
    decided = {one.target for _, one in records if one.kind in DECIDED}
    proposed = [(folder, one) for folder, one in records if one.kind == "proposal" and one.id not in decided]
    found: list[Proposal] = []
    for folder, one in sorted(proposed, key=lambda each: each[1].id):
        if one.made_in and not study.may_read(one.coder, one.made_in):
            continue
        try:
            found.append(Proposal(one, _change_of(one)))
        except (KeyError, TypeError, ValueError, RecursionError):
            log = SessionPaths.of_folder(study.sessions_path, folder).study_log()
            what = (
                f"the change that {one.coder} proposes on {one.time[:10]} cannot be read: update codetui, or restore it"
            )
            problems.append(Problem(str(log), 0, "error", what))
    return found


def _change_of(record: StudyStep) -> Refactoring | None:
    """Return the proposed change of a code, None for one of the text. Raises KeyError, TypeError or ValueError."""
    from pydantic import TypeAdapter

    if not record.change:
        return None
    name, values = json.loads(record.change)
    change: Refactoring = TypeAdapter(_STEPS[name]).validate_python(values)
    return change


def effect_of(study: Study, proposal: Proposal) -> list[str]:
    """Return what a proposal would change, as sentences. Raises OSError."""
    record, root = proposal.record, study.sessions_path
    before, after = kept_book(root, record.codebook_before), kept_book(root, record.codebook_after)
    if proposal.change is not None or before is None or after is None:
        return [f"{record.what}."]
    return [" ".join(one.split()) for one in sentences(diff(before, after), before, after)]


def accept(study: Study, editor: str, proposal: Proposal, runner: StepRunner) -> StepDone | Refusal | NotSaved:
    """Make a proposed change of the text of the codebook, unless it is there, and record the decision."""
    refused = refusal_to_decide(study, editor, proposal)
    if refused is not None:
        return refused
    record, root = proposal.record, study.sessions_path

    def edit(text: str) -> str:
        return carried_over(root, text, record.codebook_before, record.codebook_after, is_resumed=True)

    what = f"{record.what}, as {record.coder} proposed" if record.coder != editor else record.what
    done = runner.carry_out(StepPlan("edit", what, edit=edit, target=record.id))
    return decide(study, editor, proposal, "accepted") or done if isinstance(done, StepDone) else done


def accept_change(
    study: Study, editor: str, proposal: Proposal, *, is_dry: bool = False
) -> MigrationPreview | Refusal | NotSaved:
    """Make a proposed change of a code in the codebook and in all sessions, and record the decision; or count it."""
    refused = refusal_to_decide(study, editor, proposal)
    if refused is not None or proposal.change is None:
        return refused or Refusal("That is no change of a code.")
    refactoring = CodeRefactoring(Workspace(study, editor))
    preview = refactoring.count(proposal.change)
    if isinstance(preview, Refusal) or is_dry:
        return preview
    begun = refactoring.apply(preview)
    if not isinstance(begun, MigrationPreview):
        return begun
    done = refactoring.migrate_others(begun)
    return decide(study, editor, proposal, "accepted") or done


def decide(
    study: Study, editor: str, proposal: Proposal, kind: StepKind, because: str = ""
) -> Refusal | NotSaved | None:
    """Record that an editor accepted a proposal, or declined it; return why that is not possible.

    Who made a proposal may decline it too.
    """
    record = proposal.record
    may_withdraw = kind == "declined" and record.coder == editor
    refused = None if may_withdraw else refusal_to_decide(study, editor, proposal)
    if refused is not None:
        return refused
    digest = study.codebook.content_hash
    try:
        _record(study, editor, kind, because or record.what, before=digest, after=digest, target=record.id)
    except OSError as error:
        return NotSaved(f"{error.filename or editor}: {error.strerror or error}")
    return None


def refusal_to_decide(study: Study, editor: str, proposal: Proposal) -> Refusal | None:
    """Return why a person may not decide a proposal now; None if they may."""
    if not study.codebook.has_editor(editor):
        return Refusal(f"Only {' or '.join(study.codebook.editors)} can decide this.")
    source = proposal.record.made_in
    if source and study.samples.is_coded_blind(source):
        word = study.codebook.words.source
        return Refusal(f"{word.capitalize()} {source} is still coded unseen; decide this once all have marked it done.")
    return None


# --- edits by hand ------------------------------------------------------------------------------------


def decide_hand_edit(study: Study, editor: str, *, is_accepted: bool) -> Saved | Refusal | NotSaved:
    """Confirm the codebook as it is, or take back what was edited by hand; both versions are kept."""
    book, root, confirmed = study.codebook, study.sessions_path, confirmed_version(study)
    if not book.has_editor(editor):
        return Refusal(f"Only {' or '.join(book.editors)} can decide this.")
    if confirmed == book.content_hash or (not confirmed and not is_accepted):
        return Refusal("The codebook was not edited by hand since an editor confirmed it.")
    try:
        here = keep_version(root, fs.read(study.codebook_path).decode("utf-8"))
        if is_accepted:
            _record(study, editor, "accepted", "edits by hand", before=confirmed, after=here)
            return Saved("The codebook is confirmed as it is.")
    except (EditError, OSError, UnicodeDecodeError) as error:
        return NotSaved(f"{study.codebook_path}: {error}")
    runner = StepRunner(study, editor)
    plan = StepPlan("edit", "edits by hand taken back", edit=lambda text: carried_over(root, text, here, confirmed))
    done = runner.carry_out(plan)
    return Saved("The codebook is again as an editor left it.") if isinstance(done, StepDone) else done

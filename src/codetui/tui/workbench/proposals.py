"""Proposed changes of the codebook: list them, and accept or decline each."""

from __future__ import annotations

from codetui.core.session.commands import Refusal
from codetui.model import Problem
from codetui.study.batch import StepDone, StepRunner
from codetui.study.hand_edits import hand_edit
from codetui.study.proposals import (
    Proposal,
    accept,
    decide,
    decide_hand_edit,
    effect_of,
    open_proposals,
    refusal_to_decide,
)
from codetui.study.session.outcome import NotSaved, Saved
from codetui.tui.bench import Bench, RefusedError
from codetui.tui.dialogs.confirm import ChoiceDialog, option
from codetui.tui.dialogs.text import NoteDialog
from codetui.tui.workbench.refactor import RefactoringController

BY_HAND = "hand"
ACCEPT, DECLINE, LATER = "accept", "decline", "later"
MOST_LINES = 8
"""Changes of a proposal that the question shows."""


class ProposalController:
    """Lists what coders propose to change in the codebook, and carries out the decisions of editors."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def show(self) -> None:
        """List the proposals that nobody has decided, and edits by hand that no editor has seen."""
        study, problems = self._bench.workspace.study, list[Problem]()
        found = {str(one.record.id): one for one in open_proposals(study, problems)}
        self._bench.workspace.add_problems(problems)
        by_hand = hand_edit(study)
        options = [option(id_, "", one.words) for id_, one in found.items()]
        options += [option(BY_HAND, "", "edits of the codebook by hand")] if by_hand else []
        if not options:
            raise RefusedError("Nobody proposes a change of the codebook.")

        def chosen(answer: str) -> None:
            if answer != BY_HAND:
                self._ask(found[answer])
            elif by_hand:
                self._ask_by_hand(by_hand)

        self._bench.ask(ChoiceDialog("Proposed changes of the codebook", options), chosen)

    def _ask(self, proposal: Proposal) -> None:
        try:
            lines = effect_of(self._bench.workspace.study, proposal)
        except OSError as error:
            raise RefusedError(f"{error.filename}: {error.strerror or error}") from error
        more = [f"and {len(lines) - MOST_LINES} more"] if len(lines) > MOST_LINES else []
        ways = option(ACCEPT, "a", "accept"), option(DECLINE, "d", "decline"), option(LATER, "l", "decide later")
        hint = "\n".join([*lines[:MOST_LINES], *more])

        def answered(way: str) -> None:
            if way == ACCEPT:
                self._accept(proposal)
            elif way == DECLINE:
                dialog = NoteDialog("Why it is declined", "")
                self._bench.ask(dialog, lambda why: self._decide(proposal, is_accepted=False, because=why))

        self._bench.ask(ChoiceDialog(proposal.words, ways, hint), answered)

    def _accept(self, proposal: Proposal) -> None:
        bench, workspace = self._bench, self._bench.workspace
        if refused := refusal_to_decide(workspace.study, workspace.coder, proposal):
            self._say(refused)
            return
        if proposal.change is not None:
            RefactoringController(bench).weigh(proposal.change, lambda: self._decide(proposal, is_accepted=True))
            return
        runner = StepRunner.of(workspace)
        try:
            done = accept(workspace.study, workspace.coder, proposal, runner)
        finally:
            runner.release()
        bench.show_book()
        self._say(Saved(f"Accepted: {proposal.record.what}.") if isinstance(done, StepDone) else done)

    def _decide(self, proposal: Proposal, *, is_accepted: bool, because: str = "") -> None:
        workspace = self._bench.workspace
        refused = decide(workspace.study, workspace.coder, proposal, "accepted" if is_accepted else "declined", because)
        self._say(refused or Saved(f"{'Accepted' if is_accepted else 'Declined'}: {proposal.record.what}."))

    def _ask_by_hand(self, problem: Problem) -> None:
        ways = (
            option(ACCEPT, "a", "confirm the codebook as it is"),
            option(DECLINE, "d", "take the edits back"),
            option(LATER, "l", "decide later"),
        )

        def answered(way: str) -> None:
            if way != LATER:
                workspace = self._bench.workspace
                outcome = decide_hand_edit(workspace.study, workspace.coder, is_accepted=way == ACCEPT)
                self._bench.show_book()
                self._say(outcome)

        self._bench.ask(ChoiceDialog("Edits of the codebook by hand", ways, problem.message), answered)

    def _say(self, outcome: Saved | Refusal | NotSaved) -> None:
        self._bench.say(outcome.message, "info" if isinstance(outcome, Saved) else "refusal")

"""Refactor the codebook: rename, merge, split, move and retire codes together with all their codings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from codetui.core.codebook.index import label
from codetui.core.codebook.keys import with_free_key
from codetui.core.codebook.refactoring import Merge, Move, Refactoring, Reinstate, Rename, Retire, Split, describe
from codetui.core.session.commands import Refusal
from codetui.core.text.display import plural
from codetui.model import Code, Codebook, CodeId
from codetui.study.refactoring import CodeRefactoring, MigrationPreview
from codetui.study.session.outcome import NotSaved
from codetui.study.steps import BegunStep
from codetui.tui.bench import Bench, Do, RefusedError, code_here, in_background
from codetui.tui.dialogs.code_forms import NewCodeDialog, RenameForm, Spot, spot_rows, spots
from codetui.tui.dialogs.code_search import ChosenCodes, CodesDialog
from codetui.tui.dialogs.confirm import ChoiceDialog, DryRunDialog, Option, option
from codetui.tui.dialogs.text import NoteDialog
from codetui.tui.keymap import key_of

T = TypeVar("T")
NOTHING = "Nothing was changed."
MAP_FILE = "map.toml"
FINISH, TAKE_BACK, LATER = "finish", "take back", "later"
INTERRUPTED = "The program ended in the middle of this change, so that not all sessions have it."
RESUMING = (
    option(FINISH, "f", "finish it", "in all sessions"),
    option(TAKE_BACK, "t", "take it back", "the codebook and all sessions become as they were"),
    option(LATER, "l", "later", "nothing is changed now"),
)


class RefactoringController:
    """Renames, merges, splits, moves and retires codes: asks, shows the effect and makes the change."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    # --- what is to be done -------------------------------------------------------------------------

    def begin(self) -> None:
        """Ask how to change the code under the cursor, or a picked one."""
        if self.resume():
            return
        bench, wanted = self._bench, code_here(self._bench)
        code = bench.index.codes.get(wanted) if wanted else None
        if code is not None:
            self._ask(code)
        elif not bench.index.codes:
            raise RefusedError(f"The codebook has no codes yet: {key_of('new_code')} adds one.")
        else:
            picker = CodesDialog("Select the code to change", bench.index.book, has_retired=True)
            bench.ask(picker, lambda chosen: self._ask(bench.index.codes[chosen.codes[0]]))

    def resume(self) -> bool:
        """Ask whether to finish an interrupted change; return whether there is one."""
        reshaping = CodeRefactoring(self._bench.workspace)
        steps = reshaping.interrupted()
        if steps:
            title = f"Interrupted: {steps[0].what}"
            self._bench.ask(
                ChoiceDialog(title, RESUMING, INTERRUPTED), lambda way: self._resume(reshaping, steps[0], way)
            )
        return bool(steps)

    def _resume(self, reshaping: CodeRefactoring, step: BegunStep, way: str) -> None:
        if way == LATER:
            return
        if not step.has_rules:
            self._resume_batch(step, is_reverse=way == TAKE_BACK)
            return

        def begin() -> MigrationPreview | Refusal | NotSaved:
            return reshaping.resume(step, is_reverse=way == TAKE_BACK)

        modal = DryRunDialog("Change the codebook", step.what, lambda: None)
        self._bench.ask(modal, lambda _: None)
        self._bench.call_after_refresh(lambda: self._carry_out(modal, reshaping, begin, []))

    def _resume_batch(self, step: BegunStep, *, is_reverse: bool) -> None:
        """Finish a step without rules, or take it back."""
        from codetui.study.batch import StepDone, StepRunner

        workspace = self._bench.workspace
        runner = StepRunner.of(workspace)
        try:
            done = runner.resume(step, is_reverse=is_reverse)
        finally:
            runner.release()
        CodeRefactoring(workspace).interrupted()
        self._bench.show_book()
        if isinstance(done, StepDone):
            workspace.add_problems(done.problems)
            what = f"{'Taken back' if is_reverse else 'Finished'}: {step.what}"
            self._bench.say(f"{what}, in {plural(done.sessions, 'session')}.", "info" if done.is_complete else "error")
        else:
            self._bench.say(done.message, "error")

    def _ask(self, code: Code) -> None:
        queue = key_of("queue")
        retire = (
            (
                "r",
                "assign again",
                "it is retired; this makes it assignable again",
                lambda: self.weigh(Reinstate(code.id)),
            )
            if code.is_retired
            else (
                "r",
                "retire",
                f"its codings keep it until you recode them ({queue})",
                lambda: self.weigh(Retire(code.id)),
            )
        )
        ways: tuple[tuple[str, str, str, Do], ...] = (
            ("n", "rename or renumber", "another id or name", lambda: self._rename(code)),
            ("m", "merge into another code", "its codings get the other code", lambda: self._merge(code)),
            ("s", "split into several codes", f"you decide for each coding ({queue})", lambda: self._split(code)),
            ("v", "move", "to another section or group", lambda: self._move(code)),
            retire,
            ("f", "follow the rules in a file", "for many codes at once", self._ask_map),
        )
        options = [option(key, key, words, about) for key, words, about, _ in ways]
        actions = {key: do for key, _, _, do in ways}
        title = f"Change {label(self._bench.index.book, code)}"
        hint = "You will first see how many codings are affected; nothing changes before you confirm."
        self._bench.ask(ChoiceDialog(title, options, hint), lambda way: actions[way]())

    def _rename(self, code: Code) -> None:
        book = self._bench.index.book
        form = RenameForm(book, code, f"Rename {label(book, code)}")
        self._bench.ask(form, lambda new: self.weigh(Rename(code.id, new.id, new.name)))

    def _merge(self, code: Code) -> None:
        book = self._bench.index.book
        picker = CodesDialog(f"Merge {label(book, code)} into …", book, but=(code.id,))
        self._bench.ask(picker, lambda chosen: self.weigh(Merge(code.id, chosen.codes[0])))

    def _split(self, code: Code, chosen: tuple[CodeId, ...] = (), new: tuple[Code, ...] = ()) -> None:
        """Ask which codes the code is split into; new ones are shown as if they were already in the codebook."""
        book = _with_new(self._bench.index.book, new)

        def take(answer: ChosenCodes) -> None:
            if answer.wants_new:
                self._ask_new(code, book, lambda one: self._split(code, (*answer.codes, one.id), (*new, one)))
            else:
                used = tuple(one for one in new if one.id in answer.codes)
                self.weigh(Split(code.id, answer.codes, used))

        self._bench.ask(CodesDialog(f"Split {label(book, code)} into …", book, chosen=chosen), take)

    def _ask_new(self, code: Code, book: Codebook, take: Callable[[Code], None]) -> None:
        begun = Code(id=CodeId(""), name="", section=code.section, group=code.group)
        id_for = partial(self._bench.usage_reader.free_id, book)
        self._bench.ask(NewCodeDialog(book, begun, id_for, edit_outside=self._bench.edit_outside), take)

    def _move(self, code: Code) -> None:
        book = self._bench.index.book
        there = [spot for spot in spots(book) if spot != Spot(code.section, code.group)]
        if not there:
            raise RefusedError("The codebook has no other section or group to move it to.")
        options = [Option(str(number), "", row) for number, row in enumerate(spot_rows(book, there))]
        question = ChoiceDialog(f"Move {label(book, code)} to …", options)
        self._bench.ask(question, lambda number: self.weigh(Move(code.id, *there[int(number)])))

    def _ask_map(self) -> None:
        modal = NoteDialog("File with rules: `codetui codebook propose` writes one", MAP_FILE)
        self._bench.ask(modal, lambda name: self.weigh(Path(name.strip() or MAP_FILE)))

    # --- counting, then doing -------------------------------------------------------------------------

    def weigh(self, wanted: Refactoring | Path, then: Do = lambda: None) -> None:
        """Count the affected codings in a worker, then ask for confirmation; or propose it to the editors."""
        workspace = self._bench.workspace
        if not isinstance(wanted, Path) and not workspace.book.has_editor(workspace.coder):
            from codetui.study.proposals import Proposed, propose_change

            outcome = propose_change(workspace, wanted)
            self._bench.say(outcome.message, "info" if isinstance(outcome, Proposed) else "error")
            return
        reshaping = CodeRefactoring(self._bench.workspace)
        words = f"the rules in {wanted}" if isinstance(wanted, Path) else describe(wanted, self._bench.index.book)
        found: list[MigrationPreview] = []

        def carry_out(prospect: MigrationPreview) -> None:
            self._carry_out(modal, reshaping, lambda: reshaping.apply(prospect), prospect.lines, then)

        modal = DryRunDialog("Change the codebook", words, lambda: carry_out(found[0]))

        def count() -> MigrationPreview | Refusal:
            return reshaping.count_map(wanted) if isinstance(wanted, Path) else reshaping.count(wanted)

        def plural(prospect: MigrationPreview | Refusal) -> None:
            if isinstance(prospect, Refusal):
                modal.show("done", [NOTHING], prospect.message, is_grave=True)
            else:
                found.append(prospect)
                modal.show("asking", prospect.lines)

        self._bench.ask(modal, lambda _: None)
        self._work(modal, count, plural)

    def _carry_out(
        self,
        modal: DryRunDialog,
        reshaping: CodeRefactoring,
        begin: Callable[[], MigrationPreview | Refusal | NotSaved],
        lines: list[str],
        then: Do = lambda: None,
    ) -> None:
        """Change the codebook and the open session immediately with `begin`, the other sessions in a worker.

        Call `then` if all of them were changed.
        """
        begun = begin()
        self._bench.show_book()
        if isinstance(begun, Refusal | NotSaved):
            modal.show("done", [], begun.message, is_grave=True)
            return

        def follow(number: int = 0) -> None:
            followed = f"{plural(number, 'session')} updated…"
            sessions = followed if number else "Updating the sessions…"
            modal.show("working", [*lines, "", sessions])

        def work() -> MigrationPreview:
            return reshaping.migrate_others(begun, lambda number: self._bench.app.call_from_thread(follow, number))

        follow()
        self._work(modal, work, lambda done: self._done(modal, reshaping, done, then))

    def _done(self, modal: DryRunDialog, reshaping: CodeRefactoring, done: MigrationPreview, then: Do) -> None:
        self._bench.usage_reader.begin()
        reshaping.interrupted()
        failed = [problem for problem in done.tally.problems if problem.severity == "error"]
        self._bench.workspace.problems += [problem for problem in done.tally.problems if problem.severity != "note"]
        if failed:
            modal.show("done", done.lines, reshaping.hint(done.plan), is_grave=True)
            return
        modal.dismiss(True)
        if done.plan.is_reverse:
            self._bench.say(f"Taken back in {plural(done.tally.sessions, 'session')}: the codebook is as before.")
            return
        waits = f" {key_of('queue')} goes to the codings to decide." if done.tally.waiting else ""
        self._bench.say(f"Done: {done.tally.reach}. {key_of('undo')} undoes it everywhere.{waits}")
        then()

    def _work(self, modal: DryRunDialog, work: Callable[[], T], done: Callable[[T], None]) -> None:
        """Call `work` in a thread and pass on its result while the dialog is open."""
        in_background(self._bench, "reshaping", work, lambda found: done(found) if modal.is_attached else None)


def _with_new(book: Codebook, new: tuple[Code, ...]) -> Codebook:
    """Return the codebook with codes that are not written to it yet."""
    for code in new:
        book = replace(book, codes=(*book.codes, with_free_key(book, code)))
    return book

"""Undo and redo: of a step in the open ad at once, of a larger one after counting, and a question above ten codings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial

from codetui.core.session.commands import Redo, Refusal, Undo
from codetui.core.text.display import plural
from codetui.study.batch import Begun, StepDone, StepRunner
from codetui.study.history import MANY, History, HistoryEntry, Reversal
from codetui.study.session.outcome import NotSaved, Saved
from codetui.tui.bench import Bench, Do, RefusedError, in_background
from codetui.tui.dialogs.confirm import ChoiceDialog, DryRunDialog, option

YES, NO = "yes", "no"


class HistoryController:
    """Undoes and redoes the steps of the open ad and of the study."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    @cached_property
    def _history(self) -> History:
        return History(self._bench.workspace)

    def step(self, *, is_undo: bool) -> None:
        """Undo or redo the coder's latest step made in or touching the open ad, and end any pending mode."""
        self._bench.assigner.recoding = self._bench.assigner.bounding = None
        entry = self._history.latest(is_undo=is_undo)
        if isinstance(entry, Refusal):
            raise RefusedError(entry.message)
        self.reverse(entry, is_undo=is_undo)

    def reverse(self, entry: HistoryEntry, *, is_undo: bool, then: Do = lambda: None, is_asked: bool = False) -> None:
        """Undo or redo a step, after a question if it has many codings; call `then` once it is done."""
        if entry.step is not None:
            self._count(entry, is_undo=is_undo, then=then, is_asked=is_asked)
        elif entry.codings > MANY and not is_asked:
            self._ask(entry.words, lambda: self._reverse_here(entry, is_undo=is_undo, then=then), is_undo=is_undo)
        else:
            self._reverse_here(entry, is_undo=is_undo, then=then)

    def _memos_may_have_changed(self, entry: HistoryEntry) -> None:
        """Write `memos.md` if a step had a memo."""
        if entry.has_memo:
            self._bench.memos.sync()

    # --- the list -------------------------------------------------------------------------------------

    def show(self) -> None:
        """List the steps of the open ad and of the study, and undo to a chosen one."""
        from codetui.tui.dialogs.history import HistoryDialog, HistoryList

        source = f"This {self._bench.words.source}"
        lists = HistoryList(source, self._history.of_source()), HistoryList("The study", self._history.of_study())
        self._bench.ask(HistoryDialog(lists), self._undo_all)

    def _undo_all(self, entries: Sequence[HistoryEntry]) -> None:
        """Undo steps, newest first, after a question; the first that cannot be undone ends it."""
        codings = sum(entry.codings for entry in entries if entry.step is None)
        larger = [entry for entry in entries if entry.step is not None]
        words = [f"{plural(codings, 'coding')} here"] if codings else []
        words += [f"{plural(len(larger), 'step')} over several {self._bench.words.sources} or of the codebook"] * bool(
            larger
        )

        def undo_next(rest: Sequence[HistoryEntry]) -> None:
            if rest:
                self.reverse(rest[0], is_undo=True, then=lambda: undo_next(rest[1:]), is_asked=True)
            elif len(entries) > 1:
                self._bench.say(f"Undone: {plural(len(entries), 'step')}, to {entries[-1].what}.")

        title = plural(len(entries), "step") if len(entries) > 1 else entries[0].words
        self._ask(f"{title}: {', '.join(words)}" if words else title, lambda: undo_next(entries), is_undo=True)

    def _ask(self, words: str, do: Do, *, is_undo: bool) -> None:
        verb = "undo" if is_undo else "redo"
        options = option(YES, "y", f"{verb} it"), option(NO, "n", "leave it as it is")
        question = ChoiceDialog(f"{verb.capitalize()} this step?", options, words)
        self._bench.ask(question, lambda answer: do() if answer == YES else None)

    def _reverse_here(self, entry: HistoryEntry, *, is_undo: bool, then: Do) -> None:
        if self._history.is_latest(entry, is_undo=is_undo):
            outcome = self._bench.execute_command(Undo() if is_undo else Redo())
        else:
            outcome = self._bench.carry_out(lambda: self._history.reverse_here(entry, is_undo=is_undo))
        if isinstance(outcome, Saved):
            self._memos_may_have_changed(entry)
            then()

    # --- a step of the study --------------------------------------------------------------------------

    def _count(self, entry: HistoryEntry, *, is_undo: bool, then: Do, is_asked: bool) -> None:
        """Count the codings of a step, in a worker if sessions have to be read, and go on if they are few."""
        bench, runner = self._bench, StepRunner.of(self._bench.workspace)
        count = partial(self._history.count, entry, runner, is_undo=is_undo)
        if self._history.is_light(entry, is_undo=is_undo):
            found = count()
            if isinstance(found, Refusal):
                raise RefusedError(found.message)
            self._begin(found, runner, lambda done: self._done(found, runner, done, then))
            return
        found_later: list[Reversal] = []
        title = "Undo a step of the study" if is_undo else "Redo a step of the study"
        modal = DryRunDialog(title, entry.what[:1].upper() + entry.what[1:], lambda: go_on(found_later[0]))

        def go_on(found: Reversal) -> None:
            def finish(done: StepDone | Refusal | NotSaved) -> None:
                modal.dismiss(True)
                self._done(found, runner, done, then)

            modal.show("working", [found.words, "", "Updating the sessions…"])
            self._begin(found, runner, finish)

        def counted(found: Reversal | Refusal) -> None:
            if isinstance(found, Refusal):
                runner.release()
                modal.show("done", ["Nothing was changed."], found.message, is_grave=True)
            elif found.codings > MANY and not is_asked:
                found_later.append(found)
                modal.show("asking", [found.words])
            else:
                go_on(found)

        bench.ask(modal, lambda _: None)
        in_background(bench, "history", count, lambda found: counted(found) if modal.is_attached else runner.release())

    def _begin(
        self, found: Reversal, runner: StepRunner, finish: Callable[[StepDone | Refusal | NotSaved], None]
    ) -> None:
        """Change the codebook and the open session, then the other sessions in a worker."""
        begun = runner.begin(found.plan)
        self._bench.show_book()
        if not isinstance(begun, Begun):
            finish(begun)
        elif len(begun.done) == len(begun.changes):
            finish(runner.finish(begun))
        else:
            in_background(self._bench, "history", lambda: runner.finish(begun), finish)

    def _done(self, found: Reversal, runner: StepRunner, done: StepDone | Refusal | NotSaved, then: Do) -> None:
        """Show the outcome of a step of the study."""
        bench = self._bench
        runner.release()
        bench.usage_reader.begin()
        if not isinstance(done, StepDone):
            bench.say(done.message, "error" if isinstance(done, NotSaved) else "refusal")
            return
        bench.workspace.add_problems(done.problems)
        bench.show_state()
        self._memos_may_have_changed(found.entry)
        if done.is_complete:
            bench.say(found.message)
            then()
        else:
            failed = sum(problem.severity == "error" for problem in done.problems)
            what = f"{found.message} But {plural(failed, 'session')} could not be changed"
            bench.say(f"{what}: the problems list names them. It is finished or taken back at the next start.", "error")

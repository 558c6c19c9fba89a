"""Find in all sources: the search in the background, the list of findings, and what is done with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from threading import Lock
from time import monotonic, sleep
from typing import TYPE_CHECKING

from textual.worker import get_current_worker

from codetui.core.query.parser import parse_query
from codetui.core.query.query import Query, QueryError
from codetui.core.session.commands import (
    AssignCode,
    Command,
    NoteCoding,
    RecodeCoding,
    Refusal,
    RemoveCoding,
    quoted,
)
from codetui.core.text.display import plural
from codetui.model import CodeId, SourceEntry, SourceId, Span
from codetui.study.batch import StepPlan, StepRunner
from codetui.study.find import FindBatch, Finder, Finding
from codetui.study.session.outcome import NotSaved, Saved, status_of
from codetui.study.study import StudyError
from codetui.tui.bench import Bench, RefusedError, in_background
from codetui.tui.dialogs.find import FindScreen, FindState, Sort, key_of_finding
from codetui.tui.keymap import key_of

if TYPE_CHECKING:
    from codetui.tui.dialogs.code_search import Picked
    from codetui.tui.dialogs.confirm import DryRunDialog

MOST = 20_000
"""Findings that the list shows; a search ends when it has so many."""

PAINTED = 0.02
"""Seconds in which a search rests after the first findings, so that they are painted at once."""

REPORTS = 0.2
"""Seconds between two reports of what has been read or found, after the first one."""


class FindController:
    """Searches in all sources, and leads through what was found.

    The search and its findings stay while the list is closed.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.state = FindState()
        self.is_walking = False
        """True if the next and the previous match are findings, and not matches of the search in the open source."""
        self._finder: Finder | None = None
        self._screen: FindScreen | None = None
        self._search = 0
        self._shown = 0
        """The search of which something has been shown."""
        self._busy = Lock()
        self._is_stale = False
        """True if logs may have changed since the last search."""

    # --- the list -----------------------------------------------------------------------------------

    def open(self, query: str = "") -> None:
        """Show the list as it was left, or the findings of another query."""
        if query:
            self.state = FindState(query)
        self.remember()
        self._is_stale = True
        screen = FindScreen(self.state, self._bench.index, self.search, self._sort)
        self._screen = screen
        self._bench.ask(screen, self._answered)

    def open_code(self) -> None:
        """Show all quotations of the code under the cursor."""
        from codetui.tui.bench import code_here

        code = code_here(self._bench)
        if code is None:
            raise RefusedError(f"No code under the cursor: {key_of('find')} finds the quotations of any code.")
        self.open(f'code:"{code}"')

    def remember(self) -> None:
        """Let searches know the open session as it is now."""
        session = self._bench.workspace.session
        if self._finder is not None and session is not None and not session.state.is_untouched:
            self._finder.replace_session(session.source.id, session.coder, session.state)

    def _sort(self, sort: Sort) -> None:
        positions = {entry.id: at for at, entry in enumerate(self._bench.workspace.sources.entries)}
        self.state.sort_by(sort, lambda finding: positions.get(finding.source, len(positions)))

    # --- the search ---------------------------------------------------------------------------------

    def search(self, text: str) -> None:
        """Begin a search in the background; the one before ends."""
        state, self._search = self.state, self._search + 1
        is_repeated = text == state.query and bool(state.findings)
        if text != state.query:
            state.notice = ""
        state.query, state.error, state.problems = text, None, ()
        query = parse_query(text, self._bench.index.book) if text.strip() else None
        if isinstance(query, QueryError) or query is None:
            state.error = query if isinstance(query, QueryError) else None
            state.clear()
            state.cursor, state.done = 0, 1.0
            state.marks.clear()
            self._show(is_new=True)
            query = None
        else:
            state.done = 0.0
        if self._finder is None:
            workspace = self._bench.workspace
            self._finder = Finder(workspace.study, workspace.coder)
            self.remember()
        work = partial(self._work, self._finder, query, self._search, is_repeated=is_repeated)
        self._bench.run_worker(work, thread=True, group="finding", name="finding", exclusive=True, exit_on_error=False)

    def _work(self, finder: Finder, query: Query | None, search: int, *, is_repeated: bool) -> None:
        """Search in a worker, after reading what searches keep in memory."""
        worker, hand = get_current_worker(), self._bench.app.call_from_thread

        def is_stopped() -> bool:
            return worker.is_cancelled

        finder.close()
        with self._busy:
            try:
                is_stale, self._is_stale = self._is_stale, False
                if is_stale:
                    finder.refresh()
                    self._bench.app.call_from_thread(self.remember)
                reported = monotonic()
                for done in finder.load(is_stopped, with_sessions=query is None or query.needs_sessions):
                    if query is not None and monotonic() - reported > REPORTS:
                        hand(self._progress, search, done)
                        reported = monotonic()
                held: list[Finding] = []
                is_first = True
                for batch in finder.search(query, is_stopped) if query is not None and not is_stopped() else ():
                    if is_stopped():
                        return
                    held += batch.findings
                    # Each picture of the list takes as long as a thousand findings.
                    is_due = is_first or monotonic() - reported > REPORTS
                    if batch.done >= 1 or len(held) > MOST or (is_due and not is_repeated):
                        hand(self._found, search, FindBatch(tuple(held), batch.done), is_repeated)
                        if is_first and batch.done < 1:
                            sleep(PAINTED)
                        held, is_first, reported = [], False, monotonic()
            except (StudyError, OSError) as error:
                if not is_stopped():
                    hand(self._failed, search, str(error))

    def _progress(self, search: int, done: float) -> None:
        if search == self._search:
            self.state.done = min(done, 0.99)
            self._show()

    def _found(self, search: int, batch: FindBatch, is_repeated: bool) -> None:
        """Show more findings, or all of a search that is repeated, with the cursor and the marks as they were."""
        state, finder = self.state, self._finder
        if search != self._search or finder is None:
            return
        is_first, self._shown = self._shown != search, search
        if is_first:
            current = key_of_finding(state.current) if state.current and is_repeated else None
            state.clear()
        state.add(batch.findings[: MOST - len(state.findings)])
        state.done, state.problems = batch.done, tuple(finder.problems)
        if is_first:
            keys = {key_of_finding(one): at for at, one in enumerate(state.findings)}
            state.cursor = keys.get(current, 0) if current else 0
            state.marks = state.marks & keys.keys() if is_repeated else set()
        if len(state.findings) >= MOST:
            self._search += 1
            self._bench.workers.cancel_group(self._bench, "finding")
            state.is_full, state.done = True, 1.0
        if state.done >= 1:
            self._sort(state.sort)
        self._show(is_new=is_first or state.done >= 1)

    def _failed(self, search: int, why: str) -> None:
        if search == self._search:
            self.state.clear()
            self.state.done = 1.0
            self.state.error = QueryError(why, 1)
            self._show(is_new=True)

    def _show(self, *, is_new: bool = False) -> None:
        if self._screen is not None and self._screen.is_attached:
            self._screen.show_findings(is_new=is_new)

    # --- one finding after the other ----------------------------------------------------------------

    def go(self, step: int) -> None:
        """Open the next (1) or the previous (-1) finding."""
        state = self.state
        if not 0 <= state.cursor + step < len(state.findings):
            end = "last" if step > 0 else "first"
            raise RefusedError(f"This is the {end} of {plural(len(state.findings), 'finding')}. {key_of('find')}: list")
        state.cursor += step
        self._open_current()

    def _open_current(self) -> None:
        bench, state, finding = self._bench, self.state, self.state.current
        if finding is None:
            return
        if finding.source != bench.ad.id:
            entry = self._entry(finding.source)
            if entry is None:
                raise RefusedError(f"The {bench.words.source} {finding.source} is not in the corpus.")
            bench.open_ad(entry)
            if bench.ad.id != finding.source:
                return
        else:
            bench.travel.leave()
        self.is_walking = True
        if finding.span is not None and finding.span.end <= len(bench.ad.text):
            bench.select(finding.span)
            bench.aim_at(finding.coding.id if finding.coding else None)
        following = f"{key_of('next_match')}: next · {key_of('find')}: list"
        bench.say(f"{state.cursor + 1:,} of {plural(len(state.findings), 'finding')} · {following}")

    def _entry(self, source: SourceId) -> SourceEntry | None:
        workspace = self._bench.workspace
        try:
            return workspace.sources.find(source) or workspace.study.corpus.find(source)
        except OSError:
            return None

    # --- acting on findings -------------------------------------------------------------------------

    def _answered(self, wish: str) -> None:
        codings = [one for one in self.state.chosen() if one.coding is not None]
        if wish == "open":
            self._open_current()
        elif wish in ("code", "code together") or (wish == "again" and not codings):
            self._code_hits(is_one_step=wish == "code together", is_again=wish == "again")
        elif not codings:
            self.reopen("Only quotations can be changed: find some with code:*")
        elif wish == "again":
            code = self._bench.assigner.last_code
            if code is None:
                self.reopen("No code has been assigned yet.")
            else:
                self._recode(codings, code)
        elif wish == "recode":
            self._pick("Assign another code", _described(codings), partial(self._recode, codings))
        elif wish == "note":
            self._note(codings)
        elif wish == "remove":
            what = f"Remove {_described(codings)}"
            self._weigh(what, codings, lambda one: RemoveCoding(one.coding.id) if one.coding else None)
        else:
            self._make_examples(codings)

    def reopen(self, notice: str = "") -> None:
        """Show the list again, with what was done."""
        self.state.notice = notice
        self.open()

    def _pick(self, title: str, words: str, take: Callable[[CodeId], None]) -> None:
        """Ask for a code."""
        from codetui.tui.dialogs.code_search import CodePicker

        def picked(answer: Picked) -> None:
            if answer.code is None or answer.is_to_change:
                self.reopen("Add or edit codes in the codebook, then come back.")
            else:
                take(answer.code)

        bench = self._bench
        bench.ask(CodePicker(bench.index.book, bench.assigner.recent, words, title, bench.usage_reader.usage), picked)

    def _recode(self, codings: Sequence[Finding], code: CodeId) -> None:
        label = self._bench.index.labels.get(code, code)
        what = f"Recode {_described(codings)} to {label}"
        self._weigh(what, codings, lambda one: RecodeCoding(one.coding.id, code) if one.coding else None)

    def _note(self, codings: Sequence[Finding]) -> None:
        from codetui.tui.dialogs.text import NoteDialog

        notes = {one.coding.note for one in codings if one.coding}
        described = _described(codings)

        def written(note: str) -> None:
            what = f"{'Write a note on' if note else 'Delete the notes of'} {described}"
            self._weigh(what, codings, lambda one: NoteCoding(one.coding.id, note) if one.coding else None)

        self._bench.ask(NoteDialog(f"Note on {described}", notes.pop() if len(notes) == 1 else ""), written)

    def _weigh(self, what: str, codings: Sequence[Finding], command: Callable[[Finding], Command | None]) -> None:
        """Count what commands on quotations would change, ask, and carry them out as one step."""
        from codetui.tui.dialogs.confirm import DryRunDialog

        commands: dict[SourceId, list[Command]] = {}
        for finding in codings:
            one = command(finding)
            if one is not None:
                commands.setdefault(finding.source, []).append(one)
        runner = StepRunner.of(self._bench.workspace)
        plans: list[StepPlan] = []
        dialog = DryRunDialog("Change several quotations", what, lambda: self._carry_out(dialog, runner, plans[0]))

        def counted(plan: StepPlan | Refusal) -> None:
            if not dialog.is_attached:
                return
            if isinstance(plan, Refusal):
                self._refuse(dialog, plan.message)
                return
            plans.append(plan)
            dialog.show("asking", list(self._lines(plan)), "Nothing has changed yet.")

        def closed(is_done: bool | None) -> None:
            runner.release()
            self.reopen(f"Done: {what}" if is_done else self.state.notice)

        self._bench.app.push_screen(dialog, closed)
        in_background(self._bench, "counting", lambda: runner.plan_commands(what, commands), counted)

    def _lines(self, plan: StepPlan) -> Iterator[str]:
        """Yield the number of quotations and sources that a step changes, the largest first, and what is left out."""
        words = self._bench.words
        counts = {change.session.source.id: len(change.decision.events) for change in plan.changes}
        number = sum(counts.values())
        yield f"{plural(number, 'change')} in {plural(len(counts), words.source, words.sources)}"
        for source in sorted(counts, key=lambda one: -counts[one])[:20]:
            yield f"{words.source} {source}: {counts[source]:,}"
        for refusal in dict.fromkeys(one.message for one in plan.skipped):
            yield f"left out: {refusal}"

    def _carry_out(self, dialog: DryRunDialog, runner: StepRunner, plan: StepPlan) -> None:
        dialog.show("working", list(self._lines(plan)))
        self._bench.call_after_refresh(lambda: self._carried_out(dialog, plan, runner))

    def _carried_out(self, dialog: DryRunDialog, plan: StepPlan, runner: StepRunner) -> None:
        done = runner.carry_out(plan)
        if isinstance(done, Refusal | NotSaved):
            self._refuse(dialog, done.message)
            return
        bench = self._bench
        self.changed(plan)
        bench.changed_elsewhere()
        bench.workspace.add_problems(done.problems)
        self.state.marks.clear()
        if done.problems:
            dialog.show("done", [f"Done: {plan.what}.", *map(str, done.problems)], is_grave=not done.is_complete)
        else:
            dialog.dismiss(True)

    def _refuse(self, dialog: DryRunDialog, why: str) -> None:
        """Close a question that cannot be asked, and show why with the list."""
        self.state.notice = why
        dialog.dismiss(None)

    def _make_examples(self, codings: Sequence[Finding]) -> None:
        """Add the words of quotations to the examples of their codes, as one change of the codebook."""
        from codetui.formats.codebook.editing import append_example
        from codetui.study.proposals import Proposed, edit_or_propose

        index = self._bench.index
        new = [
            (one.coding.code, " ".join(one.words.split()))
            for one in codings
            if one.coding and one.coding.code in index.codes
        ]
        new = [pair for pair in dict.fromkeys(new) if pair[1] not in index.codes[pair[0]].examples]
        if not new:
            self.reopen("Nothing was changed: these are examples already, or their codes are not in the codebook.")
            return

        def edit(text: str) -> str:
            for code, words in new:
                text = append_example(text, code, words)
            return text

        what = f"Make {quoted(new[0][1])} an example of {new[0][0]}" if len(new) == 1 else f"Add {len(new)} examples"
        quoted_from = tuple(dict.fromkeys(one.source for one in codings))
        done = edit_or_propose(self._bench.workspace, what, edit, quotes=quoted_from)
        if isinstance(done, Refusal | NotSaved | Proposed):
            self.reopen(done.message)
            return
        self._bench.show_book()
        self.reopen(f"Done: {what} ({self._bench.workspace.codebook.path}).")

    # --- coding hits one by one ---------------------------------------------------------------------

    def _code_hits(self, *, is_one_step: bool, is_again: bool) -> None:
        """Assign one code to passages that were found, asking for each in its sentence."""
        hits = [one for one in self.state.chosen() if one.coding is None and one.span is not None]
        if len(hits) < 2 and not self.state.marks:
            rest = self.state.findings[self.state.cursor :]
            hits = [one for one in rest if one.coding is None and one.span is not None]
        finder, words = self._finder, self._bench.words
        blind = {one.source for one in hits if finder is not None and finder.is_blind(one.source)}
        open_hits = [one for one in hits if one.source not in blind]
        if not hits:
            self.reopen("Only words that were found in the text can be coded one by one.")
            return
        if not open_hits:
            self.reopen(f"These {words.sources} are coded blind: open and read each to code it.")
            return
        number = plural(len(blind), words.source, words.sources)
        aside = f"; left out: {number} to be coded blind" if blind else ""
        last = self._bench.assigner.last_code if is_again else None

        def begin(code: CodeId) -> None:
            PassageWalk(self, self._bench, open_hits, code, is_one_step=is_one_step, aside=aside).ask()

        if last is not None:
            begin(last)
        else:
            self._pick("Code one by one", f"{plural(len(open_hits), 'passage')} found{aside}", begin)

    def sentence(self, hit: Finding) -> tuple[str, str, str]:
        """Return the words of a passage between the rest of their sentences. Raises OSError."""
        return self._finder.sentence(hit) if self._finder is not None else ("", hit.words, "")

    def changed(self, plan: StepPlan) -> None:
        """Let searches and the list of sources know the sessions that a step changed."""
        bench = self._bench
        for change in plan.changes:
            session = change.session
            if self._finder is not None:
                self._finder.replace_session(session.source.id, session.coder, session.state)
            if session is not bench.workspace.session:
                bench.workspace.sources.statuses[session.source.id] = status_of(session.state)


class PassageWalk:
    """Asks for each of the passages found whether it gets a code, and assigns it: at once, or to all as one step."""

    def __init__(
        self,
        finding: FindController,
        bench: Bench,
        passages: Sequence[Finding],
        code: CodeId,
        *,
        is_one_step: bool,
        aside: str,
    ) -> None:
        """Begin with the first passage; `aside` ends the report of what was coded."""
        self._finding, self._bench = finding, bench
        self._passages, self._code, self._is_one_step, self._aside = passages, code, is_one_step, aside
        self._label = bench.index.labels.get(code, code)
        self._runner = StepRunner.of(bench.workspace)
        self._number = 0
        self._chosen: list[Finding] = []
        self._coded = 0
        self._refused: list[str] = []
        bench.assigner.used(code)

    def ask(self) -> None:
        """Ask about the next passage, or end after the last one."""
        from codetui.tui.dialogs.find import HitDialog

        if self._number == len(self._passages):
            self._end()
            return
        passage = self._passages[self._number]
        try:
            sentence = self._finding.sentence(passage)
        except OSError as error:
            self._end(f"{passage.source} cannot be read: {error.strerror or error}. ")
            return
        step = " · one step, saved at the end" if self._is_one_step else ""
        title = f"{self._number + 1:,} of {len(self._passages):,}{step} · {passage.source} {passage.employer}"
        self._bench.app.push_screen(HitDialog(title, sentence, self._label), self._answered)

    def _answered(self, answer: str | None) -> None:
        if answer is None:
            self._end()
            return
        passage = self._passages[self._number]
        self._number += 1
        if answer == "code" and self._is_one_step:
            self._chosen.append(passage)
        elif answer == "code" and (failed := self._code_now(passage)):
            self._end(failed)
            return
        self.ask()

    def _code_now(self, passage: Finding) -> str:
        """Assign the code to a passage; return why nothing more can be saved, empty if it can."""
        bench, command = self._bench, AssignCode(passage.span or Span(0, 0), self._code)
        if passage.source != bench.ad.id:
            return self._carry_out(f"Code {quoted(passage.words)}", {passage.source: [command]})
        outcome = bench.execute_command(command)
        self._finding.remember()
        if isinstance(outcome, Saved):
            self._coded += 1
        elif isinstance(outcome, Refusal):
            self._refused.append(outcome.message)
        return "" if isinstance(outcome, Saved | Refusal) else f"{outcome.message} "

    def _carry_out(self, what: str, commands: dict[SourceId, list[Command]]) -> str:
        """Carry out commands as one step; return why that failed, empty if it did not."""
        number = sum(map(len, commands.values()))
        plan = self._runner.plan_commands(what, commands)
        done = plan if isinstance(plan, Refusal) else self._runner.carry_out(plan)
        if isinstance(plan, Refusal) or isinstance(done, Refusal | NotSaved):
            self._refused += [done.message] * number if isinstance(done, Refusal) else []
            return f"{done.message} " if isinstance(done, NotSaved) else ""
        self._finding.changed(plan)
        self._bench.workspace.add_problems(done.problems)
        self._coded += number - len(plan.skipped)
        self._refused += [one.message for one in plan.skipped]
        return ""

    def _end(self, why: str = "") -> None:
        """Assign the code to the passages chosen, if it is one step, and report what was coded."""
        if self._chosen:
            commands: dict[SourceId, list[Command]] = {}
            for one in self._chosen:
                commands.setdefault(one.source, []).append(AssignCode(one.span or Span(0, 0), self._code))
            why += self._carry_out(f"Code {plural(len(self._chosen), 'passage')} {self._label}", commands)
        self._runner.release()
        self._bench.changed_elsewhere()
        skipped = f" ({len(self._refused):,} not: {self._refused[0].rstrip('.')})" if self._refused else ""
        self._finding.reopen(f"{why}{plural(self._coded, 'passage')} coded {self._label}{skipped}{self._aside}")


def _described(codings: Sequence[Finding]) -> str:
    """Return `3 quotations`, or the words of the only one."""
    return quoted(codings[0].words) if len(codings) == 1 else plural(len(codings), "quotation")

"""A code of the book renamed, merged, split, moved, retired: asked for, counted, and done in all sessions.

What is counted and done goes on in a worker, under a question that stays open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from textual.screen import Screen
from textual.worker import get_current_worker

from codetui.core.codebook.index import label
from codetui.core.codebook.keys import proposed_id, with_free_key
from codetui.core.codebook.refactoring import Merge, Move, Refactoring, Reinstate, Rename, Retire, Split, describe
from codetui.core.session.commands import Refusal
from codetui.core.text.plural import counted
from codetui.model import Code, Codebook, CodeId
from codetui.study.session.outcome import NotSaved
from codetui.tui.bench import Bench, Do
from codetui.tui.parts.recalling import Recalling
from codetui.tui.widgets.outline import CodeNode

if TYPE_CHECKING:
    from codetui.study.refactoring import CodeRefactoring, MigrationPreview
    from codetui.tui.modals.codes_choice import ChosenCodes
    from codetui.tui.modals.dry_run import DryRun

T = TypeVar("T")
NO_CODES = "The codebook has no codes yet: A writes one."
NOTHING = "Nothing is changed: it is as it was."
MAP_FILE = "map.toml"


class Migrating:
    """Asks what becomes of a code, shows what follows, and does it."""

    def __init__(self, bench: Bench, screen: Screen[None], recalling: Recalling) -> None:
        self._bench = bench
        self._screen = screen
        self._recalling = recalling

    def actions(self) -> dict[str, Do]:
        """What to do for each action id."""
        return {"reshape": self.begin}

    # --- what is to be done -------------------------------------------------------------------------

    def begin(self) -> None:
        """Asks what becomes of the code under the cursor, or of one that is picked."""
        from codetui.tui.modals.codes_choice import CodesChoice

        bench, node = self._bench, self._bench.node()
        coding = bench.coding_here()
        wanted = node.id if isinstance(node, CodeNode) else coding.code if coding else None
        code = bench.index.codes.get(wanted) if wanted else None
        if code is not None:
            self._ask(code)
        elif not bench.index.codes:
            bench.say(NO_CODES, "refusal")
        else:
            picker = CodesChoice("Which code changes?", bench.index.book, has_retired=True)
            bench.ask(picker, lambda chosen: self._ask(bench.index.codes[chosen.codes[0]]))

    def _ask(self, code: Code) -> None:
        from codetui.tui.modals.choice import Choice, option

        ways: dict[str, Callable[[Code], None]] = {
            "n": self._rename,
            "m": self._merge,
            "s": self._split,
            "v": self._move,
            "r": self._take_back if code.is_retired else self._retire,
            "f": lambda _: self._ask_map(),
        }
        words = (
            option("n", "n", "rename or renumber", "another id or name"),
            option("m", "m", "merge into another code", "its codings become that one's"),
            option("s", "s", "split into several codes", "each coding waits for you to decide: Q"),
            option("v", "v", "move", "to another section or group"),
            option("r", "r", "give again", "it is retired")
            if code.is_retired
            else option("r", "r", "retire", "its codings stay, and wait for another code: Q"),
            option("f", "f", "follow the rules in a file", "for many codes at once"),
        )
        title = f"What becomes of {label(self._bench.index.book, code)}?"
        hint = "Next you see how many codings it is about; nothing changes before you agree."
        self._bench.ask(Choice(title, words, hint), lambda way: ways[way](code))

    def _rename(self, code: Code) -> None:
        from codetui.tui.modals.rename_form import RenameForm

        book = self._bench.index.book
        form = RenameForm(book, code, f"Rename {label(book, code)}")
        self._bench.ask(form, lambda new: self._weigh(Rename(code.id, new.id, new.name)))

    def _merge(self, code: Code) -> None:
        from codetui.tui.modals.codes_choice import CodesChoice

        book = self._bench.index.book
        picker = CodesChoice(f"Merge {label(book, code)} into …", book, but=(code.id,))
        self._bench.ask(picker, lambda chosen: self._weigh(Merge(code.id, chosen.codes[0])))

    def _split(self, code: Code, chosen: tuple[CodeId, ...] = (), new: tuple[Code, ...] = ()) -> None:
        """Asks which codes it becomes; new ones are in the question as if they were in the book."""
        from codetui.tui.modals.codes_choice import CodesChoice

        book = _with_new(self._bench.index.book, new)

        def take(answer: ChosenCodes) -> None:
            if answer.wants_new:
                self._ask_new(code, book, lambda one: self._split(code, (*answer.codes, one.id), (*new, one)))
            else:
                used = tuple(one for one in new if one.id in answer.codes)
                self._weigh(Split(code.id, answer.codes, used))

        self._bench.ask(CodesChoice(f"Split {label(book, code)} into …", book, chosen=chosen), take)

    def _ask_new(self, code: Code, book: Codebook, take: Callable[[Code], None]) -> None:
        from codetui.tui.modals.new_code import NewCodeModal

        used = {coding.code for coding in self._bench.state.codings.values()} | self._bench.workspace.earlier.codes()
        begun = Code(id=CodeId(""), name="", section=code.section, group=code.group)
        modal = NewCodeModal(
            book,
            begun,
            lambda section, group: proposed_id(book, section, group, used),
            edit_outside=self._bench.edit_outside,
        )
        self._bench.ask(modal, take)

    def _move(self, code: Code) -> None:
        from codetui.tui.modals.choice import Choice, Option
        from codetui.tui.modals.new_code import Spot, spot_rows, spots

        book = self._bench.index.book
        there = [spot for spot in spots(book) if spot != Spot(code.section, code.group)]
        if not there:
            self._bench.say("The codebook has no other section or group to move it to.", "refusal")
            return
        options = [Option(str(number), "", row) for number, row in enumerate(spot_rows(book, there))]
        question = Choice(f"Where does {label(book, code)} belong?", options)
        self._bench.ask(question, lambda number: self._weigh(Move(code.id, *there[int(number)])))

    def _retire(self, code: Code) -> None:
        self._weigh(Retire(code.id))

    def _take_back(self, code: Code) -> None:
        self._weigh(Reinstate(code.id))

    def _ask_map(self) -> None:
        from codetui.tui.modals.text_modal import NoteModal

        modal = NoteModal("File with rules: `codetui codebook propose` writes one", MAP_FILE)
        self._bench.ask(modal, lambda name: self._weigh(Path(name.strip() or MAP_FILE)))

    # --- counting, then doing -------------------------------------------------------------------------

    def _weigh(self, wanted: Refactoring | Path) -> None:
        """Counts what follows, in a worker, and asks."""
        from codetui.tui.modals.dry_run import DryRun

        reshaping = self._bench.workspace.reshaping()
        words = f"the rules in {wanted}" if isinstance(wanted, Path) else describe(wanted, self._bench.index.book)
        found: list[MigrationPreview] = []
        modal = DryRun("Change the codebook", words, lambda: self._carry_out(modal, reshaping, found[0]))

        def count() -> MigrationPreview | Refusal:
            return reshaping.count_map(wanted) if isinstance(wanted, Path) else reshaping.count(wanted)

        def counted(prospect: MigrationPreview | Refusal) -> None:
            if isinstance(prospect, Refusal):
                modal.show("done", [NOTHING], prospect.message, is_grave=True)
            else:
                found.append(prospect)
                modal.show("asking", prospect.lines)

        self._bench.ask(modal, lambda _: None)
        self._work(modal, count, counted)

    def _carry_out(self, modal: DryRun, reshaping: CodeRefactoring, prospect: MigrationPreview) -> None:
        """The codebook and the open session at once, the others in a worker."""
        begun = reshaping.begin(prospect)
        self._bench.show_book()
        if isinstance(begun, Refusal | NotSaved):
            modal.show("done", [], begun.message, is_grave=True)
            return

        def follow(number: int = 0) -> None:
            followed = f"{counted(number, 'session has', 'sessions have')} followed…"
            sessions = followed if number else "The sessions follow…"
            modal.show("working", [*prospect.lines, "", sessions])

        def work() -> MigrationPreview:
            return reshaping.carry_out(begun, lambda number: self._screen.app.call_from_thread(follow, number))

        follow()
        self._work(modal, work, lambda done: self._done(modal, reshaping, done))

    def _done(self, modal: DryRun, reshaping: CodeRefactoring, done: MigrationPreview) -> None:
        self._recalling.begin()
        failed = [problem for problem in done.tally.problems if problem.severity == "error"]
        self._bench.workspace.problems += [problem for problem in done.tally.problems if problem.severity != "note"]
        if failed:
            modal.show("done", done.lines, reshaping.way_on(done.plan), is_grave=True)
            return
        modal.dismiss(True)
        waits = " Q leads through what waits." if done.tally.waiting else ""
        self._bench.say(f"Done: {done.tally.reach}. u takes it back in an ad, never in the codebook.{waits}")

    def _work(self, modal: DryRun, work: Callable[[], T], done: Callable[[T], None]) -> None:
        """Does some work in a worker; what comes of it is taken in where the question is still open."""

        def run() -> None:
            worker, found = get_current_worker(), work()
            if not worker.is_cancelled:
                self._screen.app.call_from_thread(take, found)

        def take(found: T) -> None:
            if modal.is_attached:
                done(found)

        self._screen.run_worker(run, thread=True, group="reshaping", exit_on_error=False)


def _with_new(book: Codebook, new: tuple[Code, ...]) -> Codebook:
    """The book with codes that are still to be written into it."""
    for code in new:
        book = replace(book, codes=(*book.codes, with_free_key(book, code)))
    return book

"""Edit the codebook while coding: new codes, examples, texts of codes and profiles, refactorings.

Each change is in the codebook's file before the screen shows it.  Undo removes codings, never changes of the codebook.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from textual.screen import Screen
from textual.worker import get_current_worker

from codetui.core.codebook.index import label, profile
from codetui.core.codebook.keys import proposed_id, with_free_key
from codetui.core.codebook.refactoring import Merge, Move, Refactoring, Reinstate, Rename, Retire, Split, describe
from codetui.core.session.commands import Refusal
from codetui.core.session.words import quoted
from codetui.core.text.display import plural
from codetui.model import Code, Codebook, CodeId, Profile
from codetui.study.session.fallback import codebook_draft
from codetui.study.session.outcome import NotSaved, Saved
from codetui.tui.bench import Bench, Do, Unsaved, code_here
from codetui.tui.widgets.codebook_tree import GroupNode, ProfileNode, SectionNode
from codetui.tui.workbench.code import NO_CODING, CodeController
from codetui.tui.workbench.recall import UsageReader
from codetui.tui.workbench.save import SaveController

if TYPE_CHECKING:
    from codetui.study.refactoring import CodeRefactoring, MigrationPreview
    from codetui.tui.dialogs.code_search import ChosenCodes
    from codetui.tui.dialogs.confirm import DryRunDialog


NO_CODE = "No code under the cursor: put it on a quotation, or choose a code in the codebook (t)."
NO_PROFILE = "No profile of the codebook under the cursor: p assigns one, and D changes it in the list."
NO_SECTION = "The codebook has no section for a code to stand in: write a [[section]] into it first."


class CodebookController:
    """Adds codes and examples to the codebook and edits its texts."""

    def __init__(self, bench: Bench, assigner: CodeController, saver: SaveController) -> None:
        self._bench = bench
        self._assigner = assigner
        self._saver = saver

    def actions(self) -> dict[str, Do]:
        """Return the function of each action id."""
        return {"new_code": self.add, "example": self.make_example, "edit_code": self.change_here}

    # --- a new code -------------------------------------------------------------------------------

    def add(self, name: str = "") -> None:
        """Ask for a new code, write it, and assign it to the selection or to the coding being recoded."""
        if not self._bench.index.book.sections:
            self._bench.say(NO_SECTION, "refusal")
            return
        section, group = self._spot()
        self._ask_new(Code(id=CodeId(""), name=name, section=section, group=group))

    def _ask_new(self, code: Code, lost: Unsaved[Code] | None = None) -> None:
        from codetui.tui.dialogs.code_forms import NewCodeDialog

        bench = self._bench
        bench.ask(
            NewCodeDialog(bench.index.book, code, self._id_for, lost, bench.edit_outside, self._hold), self._write_new
        )

    def _write_new(self, code: Code) -> None:
        from codetui.formats.codebook.editing import add_code

        new = with_free_key(self._bench.index.book, replace(code, found_in=self._bench.ad.id))
        refused = self._write(lambda text: add_code(text, new))
        if refused:
            self._hold(code)
            self._ask_new(replace(code, id=CodeId(""), definition=""), Unsaved(code, refused))
            return
        self._assigner.take(code.id, f"(A new code in {self._file}; u takes only the coding back.)")

    def _id_for(self, section: str, group: str) -> str:
        used = {coding.code for coding in self._bench.state.codings.values()}
        return proposed_id(self._bench.index.book, section, group, used | self._bench.workspace.usage.codes())

    def _spot(self) -> tuple[str, str]:
        """Return the section and group at the cursor, of the code used last, or of the first code."""
        index, node = self._bench.index, self._bench.node()
        if isinstance(node, SectionNode) and node.id in index.sections:
            return node.id, ""
        group = index.groups.get(node.id) if isinstance(node, GroupNode) else None
        if group is not None:
            return group.section, group.id
        for wanted in (code_here(self._bench), *self._assigner.recent, *index.codes):
            code = index.codes.get(wanted) if wanted else None
            if code is not None and code.section in index.sections:
                return code.section, code.group
        return index.book.sections[0].id, ""

    # --- an example -------------------------------------------------------------------------------

    def make_example(self) -> None:
        """Make the quotation under the cursor an example of its code."""
        from codetui.formats.codebook.editing import append_example

        bench, coding = self._bench, self._bench.coding_here()
        if coding is None:
            bench.say(NO_CODING, "refusal")
            return
        code = bench.index.codes.get(coding.code)
        words = " ".join(coding.words.split())
        if code is None:
            bench.say(f"The codebook has no code {coding.code}: r gives the quotation another.", "refusal")
        elif words in code.examples:
            bench.say(f"{quoted(words)} is an example of {code.id} already.", "refusal")
        elif not (refused := self._write(lambda text: append_example(text, code.id, words))):
            bench.say(f"{quoted(words)} is now an example of {code.id}, in {self._file}.")
        else:
            bench.say(refused, "error")

    # --- other texts ------------------------------------------------------------------------------

    def change_here(self) -> None:
        """Edit the texts of the code or profile under the cursor."""
        if isinstance(self._bench.node(), ProfileNode):
            self.change_profile(self._bench.state.profile)
            return
        code = code_here(self._bench)
        if code is None:
            self._bench.say(NO_CODE, "refusal")
        else:
            self.change(code)

    def change(self, code_id: CodeId, then: Do | None = None) -> None:
        """Edit the texts of a code; call `then` once they are saved."""
        code = self._bench.index.codes.get(code_id)
        if code is None:
            self._bench.say(f"The codebook has no code {code_id} that could be changed.", "refusal")
            return
        self._ask_change(code, then)

    def _ask_change(self, code: Code, then: Do | None, lost: Unsaved[Code] | None = None) -> None:
        from codetui.tui.dialogs.code_forms import CodeForm

        title = f"Change {label(self._bench.index.book, code)}"
        form = CodeForm(title, code, lost, self._bench.edit_outside, lambda changed: self._hold(changed, code))
        self._bench.ask(form, lambda changed: self._write_change(code, changed, then))

    def _write_change(self, code: Code, changed: Code, then: Do | None) -> None:
        """Write the changed texts; a code that was changed elsewhere meanwhile is shown again first."""
        if refused := self._write_texts(code, changed):
            latest = self._bench.index.codes.get(code.id, code)
            self._ask_change(latest, then, Unsaved(changed, refused))
            return
        self._bench.say(f"{code.id} is changed in {self._file}. u does not undo that.")
        if then is not None:
            then()

    def change_profile(self, name_or_id: str) -> None:
        """Edit the texts of a profile."""
        found = profile(self._bench.index.book, name_or_id) if name_or_id else None
        if found is None:
            self._bench.say(NO_PROFILE, "refusal")
            return
        self._ask_profile(found)

    def _ask_profile(self, standing: Profile, lost: Unsaved[Profile] | None = None) -> None:
        from codetui.tui.dialogs.code_forms import ProfileForm

        title = f"Change the profile {standing.name}"
        form = ProfileForm(
            title, standing, lost, self._bench.edit_outside, lambda changed: self._hold(changed, standing)
        )
        self._bench.ask(form, lambda changed: self._write_profile(standing, changed))

    def _write_profile(self, standing: Profile, changed: Profile) -> None:
        if refused := self._write_texts(standing, changed):
            latest = profile(self._bench.index.book, standing.id) or standing
            self._ask_profile(latest, Unsaved(changed, refused))
            return
        self._bench.say(f"The profile {changed.name} is changed in {self._file}. u does not undo that.")

    def _write_texts(self, standing: Code | Profile, changed: Code | Profile) -> str:
        """Write changed texts; return why that failed, with the codebook read again, or an empty string."""
        from codetui.formats.codebook.editing import set_texts

        refused = self._write(lambda text: set_texts(text, standing, changed))
        if refused:
            self._write(lambda text: text)
            self._hold(changed, standing)
        return refused

    def _hold(self, changed: Code | Profile, standing: Code | Profile | None = None) -> None:
        """Keep texts that could not be written, to be rescued when the program ends."""
        self._saver.book_refused(codebook_draft(changed, standing))

    # --- the file -----------------------------------------------------------------------------------

    @property
    def _file(self) -> str:
        return str(self._bench.workspace.codebook.path)

    def _write(self, change: Callable[[str], str]) -> str:
        """Write the codebook and show it; return why that failed, or an empty string."""
        outcome = self._bench.workspace.edit_codebook(change)
        if isinstance(outcome, Saved):
            self._saver.thrown_away()
            self._bench.show_book()
            return ""
        return outcome.message


T = TypeVar("T")
NO_CODES = "The codebook has no codes yet: A writes one."
NOTHING = "Nothing is changed: it is as it was."
MAP_FILE = "map.toml"


class RefactoringController:
    """Renames, merges, splits, moves and retires codes: asks, shows the effect, carries it out."""

    def __init__(self, bench: Bench, screen: Screen[None], usage_reader: UsageReader) -> None:
        self._bench = bench
        self._screen = screen
        self._usage_reader = usage_reader

    def actions(self) -> dict[str, Do]:
        """Return the function of each action id."""
        return {"reshape": self.begin}

    # --- what is to be done -------------------------------------------------------------------------

    def begin(self) -> None:
        """Ask how to change the code under the cursor, or one that is picked."""
        from codetui.tui.dialogs.code_search import CodesDialog

        bench, wanted = self._bench, code_here(self._bench)
        code = bench.index.codes.get(wanted) if wanted else None
        if code is not None:
            self._ask(code)
        elif not bench.index.codes:
            bench.say(NO_CODES, "refusal")
        else:
            picker = CodesDialog("Which code changes?", bench.index.book, has_retired=True)
            bench.ask(picker, lambda chosen: self._ask(bench.index.codes[chosen.codes[0]]))

    def _ask(self, code: Code) -> None:
        from codetui.tui.dialogs.confirm import ChoiceDialog, option

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
        self._bench.ask(ChoiceDialog(title, words, hint), lambda way: ways[way](code))

    def _rename(self, code: Code) -> None:
        from codetui.tui.dialogs.code_forms import RenameForm

        book = self._bench.index.book
        form = RenameForm(book, code, f"Rename {label(book, code)}")
        self._bench.ask(form, lambda new: self._weigh(Rename(code.id, new.id, new.name)))

    def _merge(self, code: Code) -> None:
        from codetui.tui.dialogs.code_search import CodesDialog

        book = self._bench.index.book
        picker = CodesDialog(f"Merge {label(book, code)} into …", book, but=(code.id,))
        self._bench.ask(picker, lambda chosen: self._weigh(Merge(code.id, chosen.codes[0])))

    def _split(self, code: Code, chosen: tuple[CodeId, ...] = (), new: tuple[Code, ...] = ()) -> None:
        """Ask which codes it is split into; new ones are shown as if they were in the codebook already."""
        from codetui.tui.dialogs.code_search import CodesDialog

        book = _with_new(self._bench.index.book, new)

        def take(answer: ChosenCodes) -> None:
            if answer.wants_new:
                self._ask_new(code, book, lambda one: self._split(code, (*answer.codes, one.id), (*new, one)))
            else:
                used = tuple(one for one in new if one.id in answer.codes)
                self._weigh(Split(code.id, answer.codes, used))

        self._bench.ask(CodesDialog(f"Split {label(book, code)} into …", book, chosen=chosen), take)

    def _ask_new(self, code: Code, book: Codebook, take: Callable[[Code], None]) -> None:
        from codetui.tui.dialogs.code_forms import NewCodeDialog

        used = {coding.code for coding in self._bench.state.codings.values()} | self._bench.workspace.usage.codes()
        begun = Code(id=CodeId(""), name="", section=code.section, group=code.group)
        modal = NewCodeDialog(
            book,
            begun,
            lambda section, group: proposed_id(book, section, group, used),
            edit_outside=self._bench.edit_outside,
        )
        self._bench.ask(modal, take)

    def _move(self, code: Code) -> None:
        from codetui.tui.dialogs.code_forms import Spot, spot_rows, spots
        from codetui.tui.dialogs.confirm import ChoiceDialog, Option

        book = self._bench.index.book
        there = [spot for spot in spots(book) if spot != Spot(code.section, code.group)]
        if not there:
            self._bench.say("The codebook has no other section or group to move it to.", "refusal")
            return
        options = [Option(str(number), "", row) for number, row in enumerate(spot_rows(book, there))]
        question = ChoiceDialog(f"Where does {label(book, code)} belong?", options)
        self._bench.ask(question, lambda number: self._weigh(Move(code.id, *there[int(number)])))

    def _retire(self, code: Code) -> None:
        self._weigh(Retire(code.id))

    def _take_back(self, code: Code) -> None:
        self._weigh(Reinstate(code.id))

    def _ask_map(self) -> None:
        from codetui.tui.dialogs.text import NoteDialog

        modal = NoteDialog("File with rules: `codetui codebook propose` writes one", MAP_FILE)
        self._bench.ask(modal, lambda name: self._weigh(Path(name.strip() or MAP_FILE)))

    # --- counting, then doing -------------------------------------------------------------------------

    def _weigh(self, wanted: Refactoring | Path) -> None:
        """Count the affected codings in a worker, then ask for confirmation."""
        from codetui.tui.dialogs.confirm import DryRunDialog

        reshaping = self._bench.workspace.refactoring()
        words = f"the rules in {wanted}" if isinstance(wanted, Path) else describe(wanted, self._bench.index.book)
        found: list[MigrationPreview] = []
        modal = DryRunDialog("Change the codebook", words, lambda: self._carry_out(modal, reshaping, found[0]))

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

    def _carry_out(self, modal: DryRunDialog, reshaping: CodeRefactoring, prospect: MigrationPreview) -> None:
        """Change the codebook and the open session at once, the other sessions in a worker."""
        begun = reshaping.apply(prospect)
        self._bench.show_book()
        if isinstance(begun, Refusal | NotSaved):
            modal.show("done", [], begun.message, is_grave=True)
            return

        def follow(number: int = 0) -> None:
            followed = f"{plural(number, 'session has', 'sessions have')} followed…"
            sessions = followed if number else "The sessions follow…"
            modal.show("working", [*prospect.lines, "", sessions])

        def work() -> MigrationPreview:
            return reshaping.migrate_others(begun, lambda number: self._screen.app.call_from_thread(follow, number))

        follow()
        self._work(modal, work, lambda done: self._done(modal, reshaping, done))

    def _done(self, modal: DryRunDialog, reshaping: CodeRefactoring, done: MigrationPreview) -> None:
        self._usage_reader.begin()
        failed = [problem for problem in done.tally.problems if problem.severity == "error"]
        self._bench.workspace.problems += [problem for problem in done.tally.problems if problem.severity != "note"]
        if failed:
            modal.show("done", done.lines, reshaping.hint(done.plan), is_grave=True)
            return
        modal.dismiss(True)
        waits = " Q leads through what waits." if done.tally.waiting else ""
        self._bench.say(f"Done: {done.tally.reach}. u takes it back in an ad, never in the codebook.{waits}")

    def _work(self, modal: DryRunDialog, work: Callable[[], T], done: Callable[[T], None]) -> None:
        """Run `work` in a worker and pass on its result while the dialog is open."""

        def run() -> None:
            worker, found = get_current_worker(), work()
            if not worker.is_cancelled:
                self._screen.app.call_from_thread(take, found)

        def take(found: T) -> None:
            if modal.is_attached:
                done(found)

        self._screen.run_worker(run, thread=True, group="reshaping", exit_on_error=False)


def _with_new(book: Codebook, new: tuple[Code, ...]) -> Codebook:
    """Return the codebook with codes that are not written to it yet."""
    for code in new:
        book = replace(book, codes=(*book.codes, with_free_key(book, code)))
    return book

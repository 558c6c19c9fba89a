"""Edit the codebook while coding: new codes, examples, texts of codes and profiles.

Each change is in the codebook's file before the screen shows it, and is a step that can be undone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from textual.screen import Screen

from codetui.core.codebook.index import label, profile
from codetui.core.codebook.keys import with_free_key
from codetui.core.session.commands import quoted
from codetui.model import Code, CodeId, Profile, SourceId
from codetui.study.session.fallback import codebook_draft
from codetui.tui.bench import Bench, Do, RefusedError, Unsaved, ask_until_saved, code_here
from codetui.tui.keymap import dialog_key_of, key_of
from codetui.tui.widgets.codebook_tree import GroupNode, ProfileNode, SectionNode
from codetui.tui.workbench.code import no_coding

if TYPE_CHECKING:
    from codetui.tui.dialogs.code_search import Picked

Part = TypeVar("Part", Code, Profile)
Form = Callable[
    [str, Part, Unsaved[Part] | None, Callable[[str], str | None], Callable[[Part], None]], Screen[Part | None]
]
NO_SECTION = "A code belongs to a section, and the codebook has none: add a [[section]] to it first."


class CodebookController:
    """Picks codes of the codebook, adds codes and examples to it, and edits its texts."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    # --- picking a code -----------------------------------------------------------------------------

    def pick(self) -> None:
        """Open the picker; while a boundary is being moved, keep the boundary instead."""
        from codetui.tui.dialogs.code_search import CodePicker

        bench, assigner = self._bench, self._bench.assigner
        if assigner.bounding is not None:
            assigner.keep_boundary()
            return
        sections = bench.index.book.sections
        words = assigner.words_for(sections[0]) if sections else ""
        title = "Assign another code" if assigner.recoding else "Assign a code"
        bench.usage_reader.begin()
        picker = CodePicker(bench.index.book, assigner.recent, words, title, bench.usage_reader.usage)
        bench.ask(picker, self._picked)

    def _picked(self, picked: Picked) -> None:
        if picked.code is None:
            self.add(picked.new_name)
        elif picked.is_to_change:
            self.change(picked.code, self.pick)
        else:
            self._bench.assigner.take(picked.code)

    # --- a new code -------------------------------------------------------------------------------

    def add(self, name: str = "") -> None:
        """Ask for a new code, write it, and assign it to the selection or to the coding being recoded."""
        if not self._bench.index.book.sections:
            raise RefusedError(NO_SECTION)
        from codetui.formats.codebook.editing import add_code
        from codetui.tui.dialogs.code_forms import NewCodeDialog

        bench = self._bench
        section, group = self._spot()

        def dialog(lost: Unsaved[Code] | None) -> NewCodeDialog:
            begun = lost.value if lost else Code(id=CodeId(""), name=name, section=section, group=group)
            begun = replace(begun, id=CodeId(""), definition="")
            book = bench.index.book
            id_for = partial(self._bench.usage_reader.free_id, book)
            return NewCodeDialog(book, begun, id_for, lost, bench.edit_outside, self._hold)

        def save(code: Code) -> str:
            is_blind = bench.workspace.study.samples.is_coded_blind(bench.ad.id)
            new = with_free_key(bench.index.book, replace(code, found_in="" if is_blind else bench.ad.id))

            def saved() -> None:
                bench.assigner.take(code.id, f"(The new code is in {self._file}.)")

            refused = self.write(f"new code {code.id}", lambda text: add_code(text, new), saved)
            if refused:
                self._hold(code)
            return refused

        ask_until_saved(bench, dialog, save)

    def _spot(self) -> tuple[str, str]:
        """Return the section and group at the cursor, else those of the code used last, else of the first code."""
        index, node = self._bench.index, self._bench.node()
        if isinstance(node, SectionNode) and node.id in index.sections:
            return node.id, ""
        group = index.groups.get(node.id) if isinstance(node, GroupNode) else None
        if group is not None:
            return group.section, group.id
        for wanted in (code_here(self._bench), *self._bench.assigner.recent, *index.codes):
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
            raise RefusedError(no_coding())
        code = bench.index.codes.get(coding.code)
        words = " ".join(coding.words.split())
        if code is None:
            raise RefusedError(f"The codebook has no code {coding.code}: {key_of('recode')} assigns another one.")
        if words in code.examples:
            raise RefusedError(f"{quoted(words)} is already an example of {code.id}.")
        done = f"{quoted(words)} is now an example of {code.id}, in {self._file}."
        what = f"example of {code.id}: {quoted(words)}"
        refused = self.write(
            what, lambda text: append_example(text, code.id, words), lambda: bench.say(done), quotes=(bench.ad.id,)
        )
        if refused:
            bench.say(refused, "error")

    # --- other texts ------------------------------------------------------------------------------

    def change_here(self) -> None:
        """Edit the texts of the code or profile under the cursor."""
        if isinstance(self._bench.node(), ProfileNode):
            self.change_profile(self._bench.state.profile)
            return
        code = code_here(self._bench)
        if code is None:
            way = f"move it to a quotation, or select a code in the codebook ({key_of('tree')})"
            raise RefusedError(f"No code under the cursor: {way}.")
        self.change(code)

    def change(self, code_id: CodeId, then: Do | None = None) -> None:
        """Edit the texts of a code; call `then` once they are saved."""
        code = self._bench.index.codes.get(code_id)
        if code is None:
            raise RefusedError(f"The codebook has no code {code_id} to edit.")
        from codetui.tui.dialogs.code_forms import CodeForm

        def saved() -> None:
            self._bench.say(f"{code_id} was changed in {self._file}.")
            if then is not None:
                then()

        title = f"Edit {label(self._bench.index.book, code)}"
        self._ask_texts(CodeForm, title, lambda: self._bench.index.codes.get(code_id, code), saved)

    def change_profile(self, name_or_id: str) -> None:
        """Edit the texts of a profile."""
        found = profile(self._bench.index.book, name_or_id) if name_or_id else None
        if found is None:
            edit = f", and {key} edits one there" if (key := dialog_key_of("edit_code")) else ""
            way = f"{key_of('profile')} lists the profiles{edit}"
            raise RefusedError(f"No profile of the codebook under the cursor: {way}.")
        from codetui.tui.dialogs.code_forms import ProfileForm

        def saved() -> None:
            self._bench.say(f"The profile {found.name} was changed in {self._file}.")

        title = f"Edit the profile {found.name}"
        self._ask_texts(ProfileForm, title, lambda: profile(self._bench.index.book, found.id) or found, saved)

    def _ask_texts(self, form: Form[Part], title: str, latest: Callable[[], Part], saved: Do) -> None:
        """Edit the texts of a code or profile; one that was changed by others meanwhile is shown again first."""
        from codetui.formats.codebook.editing import set_texts

        original = latest()

        def dialog(lost: Unsaved[Part] | None) -> Screen[Part | None]:
            nonlocal original
            original = latest()
            return form(title, original, lost, self._bench.edit_outside, lambda changed: self._hold(changed, original))

        def save(changed: Part) -> str:
            what = f"edit of {'' if isinstance(original, Code) else 'the profile '}{original.id}"
            if refused := self.write(what, lambda text: set_texts(text, original, changed), saved):
                # Read the codebook again, as others may have changed it.
                self._bench.workspace.edit_codebook(lambda text: text)
                self._bench.show_book()
                self._hold(changed, original)
            return refused

        ask_until_saved(self._bench, dialog, save)

    def _hold(self, changed: Code | Profile, original: Code | Profile | None = None) -> None:
        """Keep texts that could not be written, so that they can be saved elsewhere when the program ends."""
        self._bench.saver.book_refused(codebook_draft(changed, original))

    # --- the file -----------------------------------------------------------------------------------

    @property
    def _file(self) -> str:
        return str(self._bench.workspace.codebook.path)

    def write(
        self,
        what: str,
        change: Callable[[str], str],
        then: Do,
        *,
        quotes: tuple[SourceId, ...] = (),
        told: Callable[[str], None] | None = None,
    ) -> str:
        """Write the codebook in a step, show it and call `then`; or propose that step to its editors and report it.

        `told` receives the report, by default the status line. Return why it failed, or an empty text.
        """
        from codetui.study.batch import StepDone
        from codetui.study.proposals import Proposed, edit_or_propose

        outcome = edit_or_propose(self._bench.workspace, what, change, quotes=quotes)
        if not isinstance(outcome, StepDone | Proposed):
            return outcome.message
        self._bench.saver.thrown_away()
        if isinstance(outcome, StepDone):
            self._bench.show_book()
            then()
        else:
            (told or self._bench.say)(outcome.message)
        return ""

    def refactor(self) -> None:
        """Rename, merge, split, move or retire a code."""
        from codetui.tui.workbench.refactor import RefactoringController

        RefactoringController(self._bench).begin()

    def resume(self) -> None:
        """If a change of the codebook was interrupted, ask whether to finish it."""
        from codetui.tui.workbench.refactor import RefactoringController

        RefactoringController(self._bench).resume()

"""The codebook, changed while coding: a new code, a quotation as an example, other texts of a code or profile.

Each change is in the codebook's file before the screen shows it.  Undo takes codings back, never the book: the
messages say where it was written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from codetui.core.codebook.index import label, profile
from codetui.core.codebook.keys import proposed_id, with_free_key
from codetui.core.session.words import quoted
from codetui.model import Code, CodeId, Profile
from codetui.study.session.fallback import written_in_book
from codetui.study.session.outcome import Saved
from codetui.tui.bench import Bench, Do, Unwritten
from codetui.tui.parts.assigning import NO_CODING, Assigning
from codetui.tui.parts.saving import Saving
from codetui.tui.widgets.outline import CodeNode, GroupNode, Node, ProfileNode, SectionNode

NO_CODE = "No code under the cursor: put it on a quotation, or choose a code in the codebook (t)."
NO_PROFILE = "No profile of the codebook under the cursor: p assigns one, and D changes it in the list."
NO_SECTION = "The codebook has no section for a code to stand in: write a [[section]] into it first."


class Bookkeeping:
    """What a coder writes into the codebook."""

    def __init__(self, bench: Bench, assigning: Assigning, saving: Saving) -> None:
        self._bench = bench
        self._assigning = assigning
        self._saving = saving

    def actions(self) -> dict[str, Do]:
        """What to do for each action id."""
        return {"new_code": self.add, "example": self.make_example, "edit_code": self.change_here}

    # --- a new code -------------------------------------------------------------------------------

    def add(self, name: str = "") -> None:
        """Asks for a new code, writes it, and gives it to the selection or to the coding that is recoded."""
        if not self._bench.index.book.sections:
            self._bench.say(NO_SECTION, "refusal")
            return
        section, group = self._spot()
        self._ask_new(Code(id=CodeId(""), name=name, section=section, group=group))

    def _ask_new(self, code: Code, lost: Unwritten | None = None) -> None:
        from codetui.tui.modals.new_code import NewCodeModal

        bench = self._bench
        modal = NewCodeModal(bench.index.book, code, self._id_for, lost, bench.edit_outside)
        modal.hold = lambda new: self._saving.book_refused(written_in_book(new))
        bench.ask(modal, self._write_new)

    def _write_new(self, code: Code) -> None:
        from codetui.formats.codebook_editing import add_code

        new = with_free_key(self._bench.index.book, replace(code, found_in=self._bench.ad.id))
        refused = self._write(lambda text: add_code(text, new))
        if refused:
            self._saving.book_refused(written_in_book(code))
            self._ask_new(replace(code, id=CodeId(""), definition=""), Unwritten(code, refused))
            return
        self._assigning.take(code.id, f"(A new code in {self._file}; u takes only the coding back.)")

    def _id_for(self, section: str, group: str) -> str:
        used = {coding.code for coding in self._bench.state.codings.values()}
        return proposed_id(self._bench.index.book, section, group, used | self._bench.workspace.earlier.codes())

    def _spot(self) -> tuple[str, str]:
        """Section and group where the coder works: under the cursor, of the code used last, else of the first code."""
        index, node = self._bench.index, self._bench.node()
        if isinstance(node, SectionNode) and node.id in index.sections:
            return node.id, ""
        group = index.groups.get(node.id) if isinstance(node, GroupNode) else None
        if group is not None:
            return group.section, group.id
        for wanted in (self._code_at(node), *self._assigning.recent, *index.codes):
            code = index.codes.get(wanted) if wanted else None
            if code is not None and code.section in index.sections:
                return code.section, code.group
        return index.book.sections[0].id, ""

    def _code_at(self, node: Node | None) -> CodeId | None:
        """The code of the tree's node, else of the coding under the cursor."""
        if isinstance(node, CodeNode):
            return node.id
        coding = self._bench.coding_here()
        return coding.code if coding else None

    # --- an example -------------------------------------------------------------------------------

    def make_example(self) -> None:
        """Makes the quotation under the cursor an example of its code, once."""
        from codetui.formats.codebook_editing import append_example

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
        """Asks for the texts of the code, or of the profile, under the cursor."""
        node = self._bench.node()
        if isinstance(node, ProfileNode):
            self.change_profile(self._bench.state.profile)
            return
        code = self._code_at(node)
        if code is None:
            self._bench.say(NO_CODE, "refusal")
            return
        self.change(code)

    def change(self, code_id: CodeId, then: Do | None = None) -> None:
        """Asks for the texts of a code; `then` is done when they are written."""
        code = self._bench.index.codes.get(code_id)
        if code is None:
            self._bench.say(f"The codebook has no code {code_id} that could be changed.", "refusal")
            return
        self._ask_change(code, then)

    def _ask_change(self, code: Code, then: Do | None, lost: Unwritten | None = None) -> None:
        from codetui.tui.modals.code_form import CodeForm

        bench = self._bench
        title = f"Change {label(bench.index.book, code)}"
        form = CodeForm(title, code, lost, bench.edit_outside)
        form.hold = lambda changed: self._saving.book_refused(written_in_book(changed, code))
        bench.ask(form, lambda changed: self._write_change(code, changed, then))

    def _write_change(self, code: Code, changed: Code, then: Do | None) -> None:
        """Writes what differs; a code that somebody else has changed meanwhile is shown again before."""
        from codetui.formats.part_editing import with_texts

        refused = self._write(lambda text: with_texts(text, code, changed))
        if refused:
            self._write(lambda text: text)
            self._saving.book_refused(written_in_book(changed, code))
            latest = self._bench.index.codes.get(code.id, code)
            self._ask_change(latest, then, Unwritten(changed, refused))
            return
        self._bench.say(f"{code.id} is changed in {self._file}. u does not undo that.")
        if then is not None:
            then()

    def change_profile(self, name_or_id: str) -> None:
        """Asks for the texts of a profile."""
        found = profile(self._bench.index.book, name_or_id) if name_or_id else None
        if found is None:
            self._bench.say(NO_PROFILE, "refusal")
            return
        self._ask_profile(found)

    def _ask_profile(self, standing: Profile, lost: tuple[Profile, str] | None = None) -> None:
        from codetui.tui.modals.profile_form import ProfileForm

        form = ProfileForm(f"Change the profile {standing.name}", standing, lost, self._bench.edit_outside)
        form.hold = lambda changed: self._saving.book_refused(written_in_book(changed, standing))
        self._bench.ask(form, lambda changed: self._write_profile(standing, changed))

    def _write_profile(self, standing: Profile, changed: Profile) -> None:
        from codetui.formats.part_editing import with_texts

        refused = self._write(lambda text: with_texts(text, standing, changed))
        if refused:
            self._write(lambda text: text)
            self._saving.book_refused(written_in_book(changed, standing))
            latest = profile(self._bench.index.book, standing.id) or standing
            self._ask_profile(latest, (changed, refused))
            return
        self._bench.say(f"The profile {changed.name} is changed in {self._file}. u does not undo that.")

    # --- the file -----------------------------------------------------------------------------------

    @property
    def _file(self) -> str:
        return str(self._bench.workspace.codebook_path)

    def _write(self, change: Callable[[str], str]) -> str:
        """Changes the codebook's file and shows the book as it is then; why it could not be, or nothing."""
        outcome = self._bench.workspace.change_book(change)
        if isinstance(outcome, Saved):
            self._saving.thrown_away()
            self._bench.show_book()
            return ""
        return outcome.message

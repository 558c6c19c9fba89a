"""Memos on what is under the cursor, and the list of all memos."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from codetui.core.text.display import plural
from codetui.model import Coding, CodingId, MemoTarget, SourceId, Span
from codetui.study.memos import Memos, memo_title
from codetui.study.session.outcome import NotSaved, Outcome, Saved
from codetui.tui.bench import Bench, RefusedError, Unsaved, ask_until_saved
from codetui.tui.dialogs.text import TextDialog
from codetui.tui.keymap import key_of
from codetui.tui.widgets.codebook_tree import CodeNode, NoteNode, ProfileNode

if TYPE_CHECKING:
    from codetui.study.memos import MemoEntry


class MemoController:
    """Writes memos, and keeps `memos.md` up to date."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    @cached_property
    def _memos(self) -> Memos:
        return Memos(self._bench.workspace)

    def write_here(self) -> None:
        """Edit the memo on the code or profile in the tree, else on the quotation under the cursor, else on the ad."""
        bench, node = self._bench, self._bench.node()
        coding = bench.coding_here()
        if isinstance(node, CodeNode):
            self.edit(MemoTarget(kind="code", id=node.id))
        elif isinstance(node, ProfileNode):
            if not bench.state.profile:
                raise RefusedError("No profile is assigned yet: a memo on one needs it.")
            self.edit(MemoTarget(kind="profile", id=bench.state.profile))
        elif coding is not None:
            self.edit(MemoTarget(kind="quotation", id=coding.id), coding)
        elif node is not None and not isinstance(node, NoteNode):
            raise RefusedError("Sections and groups have notes; a memo belongs to a code, a profile or a quotation.")
        else:
            self.edit(MemoTarget(kind="source", id=bench.ad.id))

    def write_on_study(self) -> None:
        """Edit the memo on the study."""
        self.edit(MemoTarget(kind="study", id=""))

    def edit(self, target: MemoTarget, coding: Coding | None = None) -> None:
        """Edit the memo on a target; that of a quotation is its note as long as it has one line."""
        self.sync()
        title = f"Memo: {memo_title(target, self._bench.ad.id, self._bench.index.book, coding.words if coding else '')}"
        try:
            known = self._memos.of(target)
        except OSError as error:
            raise RefusedError(f"The memos cannot be read: {error.filename}: {error.strerror or error}.") from error
        text = known.text if known else coding.note if coding else ""

        def dialog(lost: Unsaved[str] | None) -> TextDialog:
            return TextDialog(title, text, lost, self._bench.edit_outside)

        def save(written: str) -> str:
            now = self._memos.of(target)
            is_replaced = now is not None and now.text not in (known.text if known else "", written)
            outcome = self._bench.carry_out(lambda: self._save(target, written, coding))
            if isinstance(outcome, Saved):
                self._bench.saver.thrown_away()
                self.sync()
                if is_replaced:
                    earlier = f"{self._memos.path.name} had another text meanwhile: {key_of('undo')} brings it back"
                    self._bench.say(f"{outcome.message} {earlier}.", "refusal")
            elif isinstance(outcome, NotSaved):
                self._bench.saver.book_refused(f"{title}\n\n{written}")
            return outcome.message if isinstance(outcome, NotSaved) else ""

        ask_until_saved(self._bench, dialog, save)

    def _save(self, target: MemoTarget, text: str, coding: Coding | None) -> Outcome:
        return self._memos.write(target, text) if coding is None else self._memos.write_on_coding(coding, text)

    def sync(self) -> None:
        """Import edits of `memos.md`, and write what it lacks; list the problems."""
        before = self._bench.state
        problems = self._memos.sync()
        if self._bench.state is not before:
            self._bench.show_state()
        self._bench.workspace.add_problems(problems)
        for problem in problems[:1]:
            self._bench.notify_behind(str(problem), "error" if problem.severity == "error" else "refusal", problem.file)

    def pull(self) -> None:
        """Import what another program wrote into `memos.md`, and show it."""
        from codetui.tui.dialogs.memos import MemosDialog

        try:
            before = set(self._memos.known())
            self.sync()
            entries = self._memos.known()
        except OSError as error:
            self._bench.notify_behind(
                f"The memos cannot be read: {error.strerror or error}.", "error", str(error.filename)
            )
            return
        changed = {entry.id for entry in before ^ set(entries)}
        if changed:
            number = plural(len(changed), "memo")
            self._bench.notify_behind(
                f"Imported from {self._memos.path.name}: {number} changed", file=str(self._memos.path)
            )
        screen = self._bench.app.screen
        if isinstance(screen, MemosDialog):
            screen.show_memos(entries)

    # --- the list -------------------------------------------------------------------------------------

    def show(self) -> None:
        """List all memos; Enter opens one."""
        from codetui.tui.dialogs.memos import MemosDialog

        self.sync()
        entries = self._memos.known()
        if not entries:
            raise RefusedError("There are no memos yet.")
        self._bench.ask(MemosDialog(entries), self._chosen)

    def _chosen(self, entry: MemoEntry) -> None:
        """Edit the chosen memo; go to its ad first."""
        bench = self._bench
        if entry.source and entry.source != bench.ad.id:
            found = bench.workspace.sources.find(SourceId(entry.source))
            if found is None:
                raise RefusedError(f"{bench.words.source.capitalize()} {entry.source} is not in the list.")
            bench.open_ad(found)
        coding = bench.state.codings.get(CodingId(entry.target.id)) if entry.target.kind == "quotation" else None
        if coding is not None and coding.anchor is not None:
            bench.select(Span(coding.anchor.start, coding.anchor.end))
        self.edit(entry.target, coding)

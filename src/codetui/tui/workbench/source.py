"""Go from source to source, edit one as a whole (profile, reasoning, employer, title, done), copy its duplicate."""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from codetui.core.codebook.index import profile_name
from codetui.core.session.commands import AssignProfile, DescribeSource, MarkDone, MarkUncodable, Refusal
from codetui.core.text.display import plural
from codetui.model import SourceEntry, SourceId
from codetui.study.overview import DuplicateText
from codetui.study.session.outcome import Saved
from codetui.study.session.session import Session
from codetui.tui.bench import Bench, Do, RefusedError, ask_for_command
from codetui.tui.keymap import key_of
from codetui.tui.widgets.rows import shown
from codetui.tui.workbench.view_model import kind_of, mark_of, outcome_words

if TYPE_CHECKING:
    from codetui.tui.dialogs.reasoning import Quotation
    from codetui.tui.dialogs.source import PickedProfile
    from codetui.tui.dialogs.source_list import AdListScreen


class SourceController:
    """Edits profile, reasoning, employer, title and the done mark."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def profile(self) -> None:
        """Ask for the profile, then for its reasoning."""
        profiles = self._bench.index.book.profiles
        if not profiles:
            raise RefusedError("The codebook defines no profiles; add [[profile]] tables to it.")
        from codetui.tui.dialogs.source import ProfilePicker

        self._bench.ask(ProfilePicker(profiles, self._bench.state.profile, self._bench.words.source), self._picked)

    def _picked(self, picked: PickedProfile) -> None:
        state, profile = self._bench.state, picked.profile
        if picked.is_to_change:
            self._bench.codebook_editor.change_profile(profile)
            return
        is_same = profile and profile == state.profile
        outcome = None if is_same else self._bench.execute_command(AssignProfile(profile, state.reasoning))
        if profile and (is_same or isinstance(outcome, Saved)):
            # The editor opens for the reasoning: that it is missing need not be said.
            self._bench.say(f"Profile: {profile_name(self._bench.index.book, profile)}")
            self.reasoning()

    def reasoning(self) -> None:
        """Ask for the reasoning."""
        state = self._bench.state
        if not state.profile:
            raise RefusedError(f"The reasoning belongs to a profile: press {key_of('profile')} and choose one first.")
        from codetui.tui.dialogs.reasoning import ReasoningDialog

        bench, quotations = self._bench, self._quotations()
        title = f"Reasoning: {profile_name(self._bench.index.book, state.profile)}"
        ask_for_command(
            bench,
            lambda lost: ReasoningDialog(
                title, bench.state.reasoning, lost, quotations, bench.selector.page, bench.edit_outside
            ),
            lambda text: AssignProfile(bench.state.profile, text),
        )

    def _quotations(self) -> list[Quotation]:
        """Return the quotations of the open source, in the order of the text."""
        from codetui.tui.dialogs.reasoning import Quotation

        index = self._bench.outline.index
        placed = [(coding.anchor.start, coding) for coding in self._bench.state.live() if coding.anchor]
        marks = ((mark_of(coding, index), coding) for _, coding in sorted(placed, key=itemgetter(0)))
        return [Quotation(coding.words, mark.key, mark.label, mark.hue) for mark, coding in marks]

    def done(self) -> None:
        """Mark the source done, or not done again."""
        self._bench.execute_command(MarkDone(not self._bench.state.is_done))

    def uncodable(self) -> None:
        """Mark the source not codable, or codable again."""
        self._bench.execute_command(MarkUncodable(not self._bench.state.is_uncodable))

    def describe(self, *, asks_all: bool = False) -> None:
        """Ask for employer and title."""
        state, ad = self._bench.state, self._bench.ad
        from codetui.tui.dialogs.text import SourceDialog

        # Shown as the heading shows them: a field would hand control characters on to the terminal.
        employer, title = shown(state.employer or ad.employer), shown(state.title or ad.title)
        modal = SourceDialog(ad.id, employer, title, asks_all=asks_all, source=self._bench.words.source)
        self._bench.ask(modal, lambda answer: self._bench.execute_command(DescribeSource(*answer)))


class CopyController:
    """Copies codings from a source with the same text but another id, and merges copies of the session's files."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def greeting(self) -> str:
        """Return the message about sources with the same text; empty if there are none."""
        twins = self._bench.workspace.sources.duplicate()
        is_coded = any(coding.anchor for coding in self._bench.state.live())
        return duplicate_words(twins, is_coded=is_coded) if twins else ""

    @property
    def is_from_former_id(self) -> bool:
        """Return whether the text of the open source was coded under another id, which is gone or has another text."""
        twins = self._bench.workspace.sources.duplicate()
        return twins is not None and twins.is_renamed

    def take(self) -> None:
        """Copy this coder's codings of the other source."""
        workspace, word = self._bench.workspace, self._bench.words.source
        twins = workspace.sources.duplicate()
        if twins is None:
            alone = f"No other {word} has the text of this one."
            reading = f"The texts of the {self._bench.words.sources} are still being read; try again in a moment."
            raise RefusedError(alone if workspace.sources.has_read_texts else reading)
        try:
            command = workspace.copy_from(twins.ad)
        except OSError as error:
            why = f"{error.filename or 'it'} cannot be read ({error.strerror or error})"
            self._bench.say(
                f"Nothing is copied from {word} {twins.ad}: {why}. Fix it and press the key again.", "error"
            )
            return
        if command.session.is_untouched:
            raise RefusedError(f"You have coded nothing in {word} {twins.ad}, which has the same text.")
        self._bench.execute_command(command)

    # --- copies of the log and the document ---------------------------------------------------------

    def compare(self) -> None:
        """Compare with a copy of the session's log or document, or of the source; of several, ask which one."""
        from codetui.study.copies import copied_folder, find_copies, find_source_copies
        from codetui.tui.dialogs.confirm import ChoiceDialog, option

        workspace = self._bench.workspace
        session, paths = workspace.session, workspace.study.paths_of(workspace.coder)
        copies = [*find_copies(session, paths), *find_source_copies(session.source)] if session else []
        workspace.update_conflicts()
        if session is None or not copies:
            raise RefusedError(self._without_copy(copied_folder(paths)))
        if len(copies) == 1:
            self._compare(session, copies[0])
        else:
            options = [
                option(str(at), str(at + 1), f"{copy.parent.name}/{copy.name}") for at, copy in enumerate(copies)
            ]
            dialog = ChoiceDialog("Compare a copy with this session", options)
            self._bench.ask(dialog, lambda chosen: self._compare(session, copies[int(chosen)]))

    def _without_copy(self, folder: Path | None) -> str:
        """Return why there is nothing to compare; `folder` is a copy of the coder's folder, if there is one."""
        word = self._bench.words.source
        if folder is not None:
            return f"{folder} copies your folder, without this {word}: `codetui merge` with its name merges it."
        return f"No copy of this session's document or log, or of this {word}, is beside it."

    def _compare(self, session: Session, copy: Path) -> None:
        """Show what only the copy and only the session has, and merge the copy on Enter."""
        from codetui.study.copies import compare_copy, compare_source, merge_copy
        from codetui.tui.dialogs.confirm import DryRunDialog

        study, is_source = self._bench.workspace.study, copy.parent == Path(session.source.file).parent

        def merge() -> None:
            outcome = merge_copy(session, copy)
            self._bench.changed_elsewhere()
            dialog.dismiss(True)
            then = f" You can delete {copy.name} now." if isinstance(outcome, Saved) else ""
            self._bench.say(f"{outcome_words(outcome)}{then}", kind_of(outcome))

        def show() -> None:
            found = compare_source(study, session.source, copy) if is_source else compare_copy(session, copy)
            if isinstance(found, Refusal):
                dialog.show("done", [], found.message, is_grave=True)
            elif found.has_news:
                dialog.show("asking", found.lines, "Enter merges the copy into this session.")
            elif found.is_contained:
                dialog.show("done", found.lines, f"Nothing in it is missing here: you can delete {copy.name}.")
            elif is_source:
                stays = f"This {self._bench.words.source} stays as it is"
                dialog.show(
                    "done", found.lines, f"{stays}: keep the text that you coded, and move the other file away."
                )
            else:
                dialog.show(
                    "done", found.lines, "Merging would change nothing: later decisions in this session are kept."
                )

        title = f"Compare a copy with this {self._bench.words.source if is_source else 'session'}"
        dialog = DryRunDialog(title, str(copy), merge)
        self._bench.ask(dialog, lambda _: None)
        self._bench.call_after_refresh(show)


def duplicate_words(twins: DuplicateText, *, is_coded: bool) -> str:
    """Return the line about sources with the same text, with an offer to copy if nothing is coded here."""
    progress, codings = twins.status
    if codings and twins.is_renamed and not is_coded:
        return (
            f"Coded as {twins.ad} before ({progress}, {plural(codings, 'coding')}): {key_of('copy')} carries them over"
        )
    if codings and not is_coded:
        return f"Same text as {twins.ad} ({progress}, {plural(codings, 'coding')}): {key_of('copy')} copies them"
    if twins.is_renamed and is_coded:
        return ""
    more = f" and {twins.more} more" if twins.more else ""
    return f"Same text as {twins.ad}{more}"


class NavigationController:
    """Goes to other sources; `list_screen` is the open list of sources, so that it can grow."""

    def __init__(self, bench: Bench) -> None:
        self.list_screen: AdListScreen | None = None
        self._bench = bench
        self.waiting: Do | None = None
        """A move that waits for the list of sources; any key cancels it."""

    def go(self, step: int) -> None:
        """Open the next (1) or the previous (-1) source."""
        words = (
            f"This is the {'last' if step > 0 else 'first'} {self._bench.words.source} to code. "
            f"{key_of('ads')} shows the list."
        )
        self._go(lambda: self._bench.workspace.sources.neighbour(step), words)

    def next_uncoded(self) -> None:
        """Open the next source that the coder has not worked on."""
        way = f"{key_of('ads')} shows the list with the state of each"
        none_left = f"Every {self._bench.words.source} has been worked on. {way}."
        self._go(self._bench.workspace.sources.next_uncoded, none_left)

    def _go(self, find: Callable[[], SourceEntry | None], none: str) -> None:
        """Open a source as soon as it is found, now or when all sources are listed, unless another key comes first."""
        entry = find()
        if entry is not None:
            self._open(entry)
        elif self._bench.workspace.sources.is_listed:
            self._bench.say(none, "refusal")
        else:
            self.waiting = lambda: self._go(find, none)
            wait = f"are still being listed; the move follows when they are. {key_of('move.collapse')}: cancel"
            self._bench.say(f"The {self._bench.words.sources} {wait}")

    def _open(self, entry: SourceEntry) -> None:
        """Open a source, now if that takes no time, else once it is read; if that is cancelled, the open one stays."""
        bench = self._bench
        if not bench.workspace.is_slow(entry):
            bench.open_ad(entry)
            return
        from codetui.tui.dialogs.loading import LoadingScreen

        def read(is_read: bool | None) -> None:
            if is_read:
                bench.open_ad(entry)
            else:
                bench.say(f"{Path(entry.file).name} was not read; {bench.words.source} {bench.ad.id} stays open.")

        bench.app.push_screen(LoadingScreen(bench.workspace, entry), read)

    def show_list(self) -> None:
        """List all sources."""
        from codetui.tui.dialogs.source_list import AdListScreen

        workspace = self._bench.workspace
        touched = {*workspace.sources.statuses, self._bench.ad.id}
        progress = {ad: workspace.sources.status(ad) for ad in touched}
        screen = AdListScreen(
            workspace.sources.entries,
            progress,
            self._bench.ad.id,
            is_listing=not workspace.sources.is_listed,
            words=self._bench.words,
            is_empty=workspace.sources.is_empty,
        )
        self.list_screen = screen
        self._bench.ask(screen, self._chosen)

    def _chosen(self, ad: SourceId) -> None:
        entry = self._bench.workspace.sources.find(ad)
        if entry is not None and ad != self._bench.ad.id:
            self._open(entry)

    def listed(self, entries: tuple[SourceEntry, ...]) -> None:
        """Add sources to the open list and carry out a move that waited for them."""
        if self.list_screen is not None and self.list_screen.is_attached:
            self.list_screen.add_entries(entries, is_listing=not self._bench.workspace.sources.is_listed)
        waiting, self.waiting = self.waiting, None
        if waiting is not None:
            waiting()

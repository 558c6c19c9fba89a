"""Help and reference: definitions, background documents, help, problems."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from codetui.core.codebook.index import code_of
from codetui.core.codebook.index import profile as profile_of
from codetui.core.codebook.usage import last_choice
from codetui.core.text.display import plural
from codetui.model import GRAVEST_FIRST, Code, Coding, Problem
from codetui.study.manual import manual_pages, manual_text
from codetui.tui.actions import ACTIONS, Action
from codetui.tui.bench import Bench, RefusedError, code_here
from codetui.tui.dialogs.help import DefinitionDialog, HelpScreen, KeyHelp
from codetui.tui.keymap import key_of, keys_words
from codetui.tui.widgets.codebook_tree import CodeNode, ProfileNode
from codetui.tui.widgets.definition import Older
from codetui.tui.widgets.reader import ReaderPane
from codetui.tui.widgets.reader import Reading as Page

MOUSE = (
    KeyHelp("Mouse", "drag", "select", "Selects the words, the first and the last one whole."),
    KeyHelp(
        "Mouse", "click", "cursor", "Moves the cursor; a double click selects the word, a triple click the sentence."
    ),
)


class LookupController:
    """Shows definitions, background documents, help and problems."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def define(self) -> None:
        """Show the definition of the code under the cursor, or of the profile."""
        bench = self._bench
        node, coding = bench.node(), bench.coding_here()
        if isinstance(node, ProfileNode):
            self._define_profile()
            return
        wanted = code_here(bench)
        if wanted is None:
            raise RefusedError(
                f"No code under the cursor. In the codebook ({key_of('tree')}), {key_of('define')} explains each code."
            )
        older = self._older(coding) if coding and not isinstance(node, CodeNode) else None
        code = bench.index.codes.get(wanted) or (older.code if older else None)
        if code is None:
            raise RefusedError(
                f"Neither the codebook nor an earlier version has a code {wanted}: {key_of('recode')} assigns another."
            )
        bench.usage_reader.begin()
        bench.ask(DefinitionDialog(bench.index.book, code, bench.usage_reader.usage, older), bench.keyboard.do)

    def _older(self, coding: Coding) -> Older | None:
        """Return the code as it was when the coding was made, if the codebook has changed it."""
        given = last_choice(self._bench.state, coding)
        try:
            book = self._bench.workspace.codebook.kept(given.codebook)
        except OSError:
            return None
        code = code_of(book, given.code) if book else None
        now = self._bench.index.codes.get(coding.code)
        return Older(code, given.codebook) if code and (now is None or _meaning(code) != _meaning(now)) else None

    def _define_profile(self) -> None:
        bench = self._bench
        assigned = bench.state.profile
        profile = profile_of(bench.index.book, assigned)
        if not assigned:
            raise RefusedError(f"No profile yet: {key_of('profile')} lists the profiles with their definitions.")
        if profile is None:
            raise RefusedError(
                f"The codebook does not define this profile. {key_of('profile')} assigns one that it defines."
            )
        bench.ask(DefinitionDialog(bench.index.book, profile), bench.keyboard.do)

    def help(self) -> None:
        """Show every key."""
        self._bench.ask(HelpScreen([*help_rows(self._bench.keymap.actions), *MOUSE]), lambda _: None)

    def problems(self) -> None:
        """Show the problems of codebook, corpus and session."""
        self._bench.workspace.update_conflicts()
        unique = dict.fromkeys(self._bench.workspace.problems)
        problems = sorted(unique, key=lambda one: GRAVEST_FIRST.index(one.severity))
        if not problems:
            self._bench.say("No problems in codebook, corpus and session.")
            return
        session = self._bench.workspace.session
        copies = [str(copy) for copy in session.copies] if session else []
        here = f" ({key_of('compare')} compares and merges it here)"
        rows = [_row(problem, here if problem.file in copies else "") for problem in problems]
        title, example = f"Problems: {_counted(problems)}", "error, warning, or any word"
        self._bench.ask(HelpScreen(rows, title, example, "No problem matches these words."), lambda _: None)

    def manual(self) -> None:
        """Open the manual beside the text."""
        self._show_pages([Page(page.title, manual_text(page.topic)) for page in manual_pages()], 0)

    def read(self) -> None:
        """Open or focus the reader; from the reader, close it."""
        pane = self._bench.reader
        references = self._bench.index.book.references
        if pane.screen.focused is pane:
            pane.post_message(ReaderPane.Closed())
            return
        if not references:
            raise RefusedError("The codebook names no background documents; add [[reference]] tables to it.")
        workspace = self._bench.workspace
        pages = [Page(reference.title, workspace.read_reference(reference)) for reference in references]
        self._show_pages(pages, self._place_here())

    def _show_pages(self, pages: list[Page], place: int) -> None:
        pane = self._bench.reader
        pane.screen.add_class("-reading")
        pane.screen.set_focus(pane)
        pane.run_worker(pane.show(pages, place), exclusive=True)

    def _place_here(self) -> int:
        """Return the document about the code or profile under the cursor, else the last one open."""
        bench, code = self._bench, code_here(self._bench)
        is_profile = isinstance(bench.node(), ProfileNode)
        profile = profile_of(bench.index.book, bench.state.profile) if is_profile else None
        tied = (
            place
            for place, one in enumerate(bench.index.book.references)
            if code in one.codes or (profile and profile.id in one.profiles)
        )
        return next(tied, self._bench.reader.place)


def help_rows(actions: Sequence[Action] = ACTIONS) -> list[KeyHelp]:
    """Return a line of help for each action; the nine section digits share one."""
    rows: list[KeyHelp] = []
    for action in actions:
        if action.id == "section.1":
            rows.append(KeyHelp(action.group, "1 … 9", "codes of a section", action.help))
        elif not action.id.startswith("section."):
            rows.append(KeyHelp(action.group, keys_words(action.keys), action.words, action.help))
    return rows


def _counted(problems: Sequence[Problem]) -> str:
    """Return `all 4 (1 error, 3 warnings)`."""
    counts = Counter(problem.severity for problem in problems)
    kinds = [plural(counts[kind], kind) for kind in GRAVEST_FIRST if counts[kind]]
    return f"all {len(problems)} ({', '.join(kinds)})"


def _row(problem: Problem, then: str) -> KeyHelp:
    place = f"{problem.file}:{problem.line}" if problem.line else problem.file
    return KeyHelp(place, problem.severity, "", f"{problem.message}{then}")


def _meaning(code: Code) -> tuple[str, str, str, str]:
    """Return the texts of a code that are compared between two versions."""
    return code.name, code.definition, code.include, code.exclude

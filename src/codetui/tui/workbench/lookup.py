"""Looking things up: definitions, background documents, help, problems."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from codetui.core.codebook.index import code_of
from codetui.core.codebook.index import profile as profile_of
from codetui.core.codebook.usage import last_choice
from codetui.core.text.display import plural
from codetui.model import GRAVEST_FIRST, Code, Coding, Problem
from codetui.tui.actions import ACTIONS, Action
from codetui.tui.bench import Bench, Do
from codetui.tui.dialogs.definition import DefinitionModal
from codetui.tui.keymap import keys_words
from codetui.tui.screens.help import HelpScreen, KeyHelp
from codetui.tui.screens.reader import ReaderPane
from codetui.tui.screens.reader import Reading as Page
from codetui.tui.widgets.definition import Older
from codetui.tui.widgets.outline import CodeNode, ProfileNode
from codetui.tui.workbench.code import Assigning
from codetui.tui.workbench.codebook import Bookkeeping
from codetui.tui.workbench.recall import Recalling

if TYPE_CHECKING:
    from codetui.tui.dialogs.code_search import Picked


MOUSE = (
    KeyHelp("Mouse", "drag", "select", "The words that it is drawn over, the first and the last one whole."),
    KeyHelp("Mouse", "click", "cursor", "A double click takes the word, a triple click the sentence."),
)


class Looking:
    """What is shown over or beside the ad, and changes nothing."""

    def __init__(
        self, bench: Bench, recalling: Recalling, actions: Sequence[Action], do: Callable[[str], None]
    ) -> None:
        """Show `actions` in the help; `do` runs the action with an id."""
        self._bench = bench
        self._all_actions = actions
        self._recalling = recalling
        self._do = do

    def actions(self) -> dict[str, Do]:
        """What to do for each action id."""
        return {"define": self.define, "help": self.help, "problems": self.problems}

    def define(self) -> None:
        """Shows what the codebook says of the code under the cursor, or of the profile."""
        bench = self._bench
        node, coding = bench.node(), bench.coding_here()
        if isinstance(node, ProfileNode):
            self._define_profile()
            return
        wanted = node.id if isinstance(node, CodeNode) else coding.code if coding else None
        if wanted is None:
            bench.say("No code under the cursor. In the codebook (t), i explains each code.", "refusal")
            return
        older = self._older(coding) if coding and not isinstance(node, CodeNode) else None
        code = bench.index.codes.get(wanted) or (older.code if older else None)
        if code is None:
            bench.say(f"The codebook has no code {wanted}, no kept version has it: r gives another.", "refusal")
            return
        self._recalling.begin()
        bench.ask(DefinitionModal(bench.index.book, code, self._recalling.usage, older), self._do)

    def _older(self, coding: Coding) -> Older | None:
        """The code of a coding in the version of the book that it was given with, where that says something else."""
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
        profile = next((one for one in bench.index.book.profiles if assigned in (one.id, one.name)), None)
        if profile is not None:
            bench.ask(DefinitionModal(bench.index.book, profile), self._do)
        elif assigned:
            bench.say("The codebook does not define this profile. p chooses one that it defines.", "refusal")
        else:
            bench.say("No profile yet: p shows what each of them means.", "refusal")

    def help(self) -> None:
        """Shows every key."""
        self._bench.ask(HelpScreen([*help_rows(self._all_actions), *MOUSE]), lambda _: None)

    def problems(self) -> None:
        """Shows what is wrong in codebook, corpus and session."""
        unique = dict.fromkeys(self._bench.workspace.problems)
        problems = sorted(unique, key=lambda one: GRAVEST_FIRST.index(one.severity))
        if not problems:
            self._bench.say("No problems in codebook, corpus and session.")
            return
        rows = [_row(problem) for problem in problems]
        title, example = f"Problems: {_counted(problems)}", "error, warning, or a word of them"
        self._bench.ask(HelpScreen(rows, title, example, "No problem fits these words."), lambda _: None)


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
    """`all 4 (1 error, 3 warnings)`."""
    counts = Counter(problem.severity for problem in problems)
    kinds = [plural(counts[kind], kind) for kind in GRAVEST_FIRST if counts[kind]]
    return f"all {len(problems)} ({', '.join(kinds)})"


def _row(problem: Problem) -> KeyHelp:
    place = f"{problem.file}:{problem.line}" if problem.line else problem.file
    return KeyHelp(place, problem.severity, "", problem.message)


def _meaning(code: Code) -> tuple[str, str, str, str]:
    """What a code says of itself, to compare two versions of it."""
    return code.name, code.definition, code.include, code.exclude


class Reading:
    """Opens the reader, gives it the keys, and closes it."""

    def __init__(self, bench: Bench, pane: ReaderPane) -> None:
        self._bench = bench
        self._pane = pane

    def actions(self) -> dict[str, Do]:
        """What to do for each action id."""
        return {"read": self.read}

    def read(self) -> None:
        """Opens the reader or goes to it; from the reader, closes it."""
        pane = self._pane
        references = self._bench.index.book.references
        if pane.screen.focused is pane:
            pane.post_message(ReaderPane.Closed())
            return
        if not references:
            self._bench.say("The codebook names no background documents; add [[reference]] tables to it.", "refusal")
            return
        workspace = self._bench.workspace
        pages = [Page(reference.title, workspace.read_reference(reference)) for reference in references]
        pane.screen.add_class("-reading")
        pane.screen.set_focus(pane)
        pane.run_worker(pane.show(pages, self._place_here()), exclusive=True)

    def _place_here(self) -> int:
        """The document that is about the code or profile under the cursor, else the one that was open last."""
        bench, node = self._bench, self._bench.node()
        coding = bench.coding_here()
        code = node.id if isinstance(node, CodeNode) else coding.code if coding else None
        profile = profile_of(bench.index.book, bench.state.profile) if isinstance(node, ProfileNode) else None
        tied = (
            place
            for place, one in enumerate(bench.index.book.references)
            if code in one.codes or (profile and profile.id in one.profiles)
        )
        return next(tied, self._pane.place)


class Picking:
    """Opens the picker, and does what was picked in it."""

    def __init__(self, bench: Bench, assigning: Assigning, bookkeeping: Bookkeeping, recalling: Recalling) -> None:
        self._bench = bench
        self._assigning = assigning
        self._bookkeeping = bookkeeping
        self._recalling = recalling

    def actions(self) -> dict[str, Do]:
        """What to do for each action id."""
        return {"pick": self.pick}

    def pick(self) -> None:
        """Opens the picker; while a boundary is moved, keeps it instead."""
        from codetui.tui.dialogs.code_search import CodePicker

        bench, assigning = self._bench, self._assigning
        if assigning.bounding is not None:
            assigning.keep_boundary()
            return
        sections = bench.index.book.sections
        words = assigning.words_for(sections[0]) if sections else ""
        title = "Give another code" if assigning.recoding else "Give a code"
        self._recalling.begin()
        bench.ask(CodePicker(bench.index.book, assigning.recent, words, title, self._recalling.usage), self._picked)

    def _picked(self, picked: Picked) -> None:
        if picked.code is None:
            self._bookkeeping.add(picked.new_name)
        elif picked.is_to_change:
            self._bookkeeping.change(picked.code, self.pick)
        else:
            self._assigning.take(picked.code)

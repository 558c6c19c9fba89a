"""Looking things up: definitions, background documents, help, problems."""

from __future__ import annotations

from codetui.model import Problem
from codetui.tui.actions import ACTIONS
from codetui.tui.bench import Bench, Do
from codetui.tui.key_words import keys_words
from codetui.tui.modals.definition_modal import DefinitionModal
from codetui.tui.screens.help import HelpScreen, KeyHelp
from codetui.tui.widgets.outline import CodeNode


class Looking:
    """What is shown over or beside the ad, and changes nothing."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def actions(self) -> dict[str, Do]:
        """What to do for each action id."""
        return {"define": self.define, "help": self.help, "problems": self.problems}

    def define(self) -> None:
        """Shows definition and examples of the code under the cursor."""
        bench = self._bench
        node, coding = bench.node(), bench.coding_here()
        wanted = node.id if isinstance(node, CodeNode) else coding.code if coding else None
        code = bench.index.codes.get(wanted) if wanted else None
        if code is None:
            bench.say("No code under the cursor. In the codebook (t), i explains each code.", "refusal")
            return
        bench.ask(DefinitionModal(bench.index.book, code), lambda _: None)

    def help(self) -> None:
        """Shows every key."""
        self._bench.ask(HelpScreen(help_rows()), lambda _: None)

    def problems(self) -> None:
        """Shows what is wrong in codebook, corpus and session."""
        gravest_first = ("error", "warning", "note")
        problems = sorted(self._bench.workspace.problems, key=lambda one: gravest_first.index(one.severity))
        if not problems:
            self._bench.say("No problems in codebook, corpus and session.")
            return
        rows = [_row(problem) for problem in problems]
        self._bench.ask(HelpScreen(rows, f"{len(problems)} problems and notes"), lambda _: None)


def help_rows() -> list[KeyHelp]:
    """The registry as lines of help; the nine section digits are one."""
    rows: list[KeyHelp] = []
    for action in ACTIONS:
        if action.id == "section.1":
            rows.append(KeyHelp(action.group, "1 … 9", "codes of a section", action.help))
        elif not action.id.startswith("section."):
            rows.append(KeyHelp(action.group, keys_words(action.keys), action.words, action.help))
    return rows


def _row(problem: Problem) -> KeyHelp:
    place = f"{problem.file}:{problem.line}" if problem.line else problem.file
    return KeyHelp(place, problem.severity, "", problem.message)

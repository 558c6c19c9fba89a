"""Settle where coders disagree."""

from __future__ import annotations

from functools import partial
from itertools import combinations

from codetui.core.adjudication import MOST_CODERS
from codetui.study.adjudication import CONSENSUS, Adjudication, default_result, names_in_words, resumed
from codetui.study.agreement import other_coders
from codetui.study.codings_import import MODEL
from codetui.study.study import Study, StudyError
from codetui.tui.bench import Bench, RefusedError, in_background


class AdjudicationController:
    """Takes over what coders agree on, and walks the rest."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def begin(self) -> None:
        """Choose the coders, if there are several ways: all people, or any two, or the review of a model."""
        coders = other_coders(self._bench.workspace.study, CONSENSUS)
        people = tuple(name for name in coders if not name.startswith(MODEL))
        several = [people] if 2 < len(people) <= MOST_CODERS else []
        choices = [*several, *combinations(coders, 2)]
        pairs: dict[str, tuple[str, ...]] = {names_in_words(one): one for one in choices}
        pairs |= {f"review {name}": (name,) for name in coders if name.startswith(MODEL)}
        if not pairs:
            raise RefusedError("Disagreements need two coders, and fewer have coded in this study yet.")
        if len(pairs) == 1:
            self._prepare(next(iter(pairs.values())))
            return
        from codetui.tui.dialogs.confirm import ChoiceDialog, option

        options = [option(name, str(number) if number < 10 else "", name) for number, name in enumerate(pairs, 1)]
        dialog = ChoiceDialog("Settle the disagreements of", options)
        self._bench.ask(dialog, lambda name: self._prepare(pairs[name]))

    def _prepare(self, coders: tuple[str, ...]) -> None:
        workspace = self._bench.workspace
        self._bench.say(f"Reading {names_in_words(coders)}…")
        prepared = partial(_prepared, workspace.study, coders, default_result(coders, workspace.coder))
        in_background(self._bench, "adjudication", prepared, lambda found: self._show(found, coders))

    def _show(self, found: Adjudication | StudyError, coders: tuple[str, ...]) -> None:
        bench = self._bench
        if isinstance(found, StudyError):
            bench.say(str(found), "refusal")
            return
        from codetui.tui.dialogs.adjudication import AdjudicationScreen
        from codetui.tui.workbench.training import Training

        bench.say("")
        bench.ask(AdjudicationScreen(found, coders, Training(bench)), lambda _: None)


def _prepared(study: Study, coders: tuple[str, ...], result: str) -> Adjudication | StudyError:
    """Return the adjudication after what the coders agree on was taken over, or why there is none."""
    try:
        adjudication = Adjudication(study, resumed(study, coders, result))
        adjudication.take_over_agreed()
    except StudyError as error:
        return error
    return adjudication

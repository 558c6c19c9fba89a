"""Show the agreement with another coder."""

from __future__ import annotations

from functools import partial
from itertools import combinations
from pathlib import Path

from codetui.study.agreement import (
    AgreementRequest,
    NoMapError,
    NothingInCommonError,
    StudyAgreement,
    compare_coders,
    maps_of,
    other_coders,
)
from codetui.study.study import Study, StudyError
from codetui.tui.bench import Bench, RefusedError, in_background
from codetui.tui.widgets.rows import brief

YES, NO = "yes", "no"

RESAMPLES = 0
"""The screen shows no intervals; `codetui agree` has them."""


class AgreementController:
    """Compares two coders, the one who works here first, on the ads that both have done."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def show(self) -> None:
        """Compare with the other coder; of several, ask which one, or which two of the others."""
        workspace = self._bench.workspace
        others = other_coders(workspace.study, workspace.coder)
        if not others:
            raise RefusedError("Nobody else has coded in this study yet, so there is nothing to compare.")
        choices = {name: (workspace.coder, name) for name in others}
        choices |= {" and ".join(pair): pair for pair in combinations(others, 2)}
        if len(choices) == 1:
            self._compare(AgreementRequest((workspace.coder, others[0]), resamples=RESAMPLES))
            return
        from codetui.tui.dialogs.confirm import ChoiceDialog, option

        numbered = enumerate(choices, 1)
        options = [option(name, str(number) if number < 10 else "", name) for number, name in numbered]

        def chosen(name: str) -> None:
            self._compare(AgreementRequest(choices[name], resamples=RESAMPLES))

        self._bench.ask(ChoiceDialog("Agreement with", options), chosen)

    def _compare(self, request: AgreementRequest) -> None:
        """Compare in a worker, then show the result."""
        self._bench.say(f"Comparing {' and '.join(request.coders)}…")
        compared = partial(_compared, self._bench.workspace.study, request)
        in_background(self._bench, "agreement", compared, lambda found: self._show(found, request))

    def _show(self, found: StudyAgreement | StudyError, request: AgreementRequest) -> None:
        """Show an agreement; else ask whether to compare what both have begun, or by which rules, if that helps."""
        from codetui.tui.dialogs.agreement import AgreementScreen
        from codetui.tui.dialogs.confirm import ChoiceDialog, option
        from codetui.tui.workbench.training import Training

        bench = self._bench
        bench.say("")
        a, b = ("you" if coder == bench.workspace.coder else coder for coder in request.coders)
        if isinstance(found, StudyAgreement):
            bench.ask(AgreementScreen(found, Training(bench)), self._compare)
        elif isinstance(found, NothingInCommonError) and found.has_begun:
            source, sources = bench.words.source, bench.words.sources
            options = [option(YES, "y", f"compare the {sources} that both have begun"), option(NO, "n", "leave it")]

            def answered(answer: str) -> None:
                if answer == YES:
                    self._compare(request._replace(is_for_all=True))

            bench.ask(ChoiceDialog(f"No {source} is marked done by {a} and {b}", options), answered)
        elif isinstance(found, NothingInCommonError) and request.where is None:
            bench.say(f"There is no {bench.words.source} that {a} and {b} have both coded.", "refusal")
        elif isinstance(found, NoMapError) and (maps := maps_of(bench.workspace.study)):
            options = [option(str(file), str(number), file.name) for number, file in enumerate(maps[:9], 1)]
            dialog = ChoiceDialog("Other codebook: compare by the rules in", options, brief(str(found), 200))
            bench.ask(dialog, lambda file: self._compare(request._replace(maps=[Path(file)])))
        else:
            bench.say(str(found), "refusal")


def _compared(study: Study, request: AgreementRequest) -> StudyAgreement | StudyError:
    """Return the agreement, or why there is none."""
    try:
        return compare_coders(study, request)
    except StudyError as error:
        return error

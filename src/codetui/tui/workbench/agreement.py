"""Show the agreement with another coder."""

from __future__ import annotations

from functools import partial

from codetui.study.agreement import (
    AgreementRequest,
    NothingInCommonError,
    StudyAgreement,
    compare_coders,
    other_coders,
)
from codetui.study.study import Study, StudyError
from codetui.tui.bench import Bench, RefusedError, in_background

RESAMPLES = 0
"""The screen shows no intervals; `codetui agree` has them."""


class AgreementController:
    """Compares the coder with another one on the ads that both have done."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def show(self) -> None:
        """Compare with the other coder; of several, ask which one."""
        workspace = self._bench.workspace
        others = other_coders(workspace.study, workspace.coder)
        if not others:
            raise RefusedError("Nobody else has coded in this study yet, so there is nothing to compare.")
        if len(others) == 1:
            self._compare(others[0])
            return
        from codetui.tui.dialogs.confirm import ChoiceDialog, option

        options = [option(name, str(number), name) for number, name in enumerate(others[:9], 1)]
        self._bench.ask(ChoiceDialog("Agreement with", options), self._compare)

    def _compare(self, other: str) -> None:
        """Compare in a worker, then show the result."""
        workspace = self._bench.workspace
        request = AgreementRequest((workspace.coder, other), resamples=RESAMPLES)
        self._bench.say(f"Comparing with {other}…")
        in_background(self._bench, "agreement", partial(_compared, workspace.study, request, other), self._show)

    def _show(self, found: StudyAgreement | str) -> None:
        if isinstance(found, str):
            self._bench.say(found, "refusal")
            return
        from codetui.tui.dialogs.agreement import AgreementScreen

        self._bench.say("")
        self._bench.ask(AgreementScreen(found, self._bench.index), lambda _: None)


def _compared(study: Study, request: AgreementRequest, other: str) -> StudyAgreement | str:
    """Return the agreement, or why there is none."""
    try:
        return compare_coders(study, request)
    except NothingInCommonError:
        source = study.codebook.words.source
        return f"There is no {source} that you and {other} have both marked done, so there is nothing to compare yet."
    except StudyError as error:
        return str(error)

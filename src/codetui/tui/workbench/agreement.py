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

YES, NO = "yes", "no"

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

    def _compare(self, other: str, *, is_for_all: bool = False) -> None:
        """Compare in a worker, then show the result."""
        workspace = self._bench.workspace
        request = AgreementRequest((workspace.coder, other), resamples=RESAMPLES, is_for_all=is_for_all)
        self._bench.say(f"Comparing with {other}…")
        compared = partial(_compared, workspace.study, request)
        in_background(self._bench, "agreement", compared, lambda found: self._show(found, other))

    def _show(self, found: StudyAgreement | StudyError, other: str) -> None:
        """Show an agreement; without anything that both have done, ask whether to compare what both have begun."""
        from codetui.tui.dialogs.agreement import AgreementScreen
        from codetui.tui.dialogs.confirm import ChoiceDialog, option

        bench = self._bench
        bench.say("")

        def compare_all(is_wanted: bool | str) -> None:
            if is_wanted in (True, YES):
                self._compare(other, is_for_all=True)

        if isinstance(found, StudyAgreement):
            bench.ask(AgreementScreen(found, bench.index), compare_all)
        elif isinstance(found, NothingInCommonError) and found.has_begun:
            source, sources = bench.words.source, bench.words.sources
            options = option(YES, "y", f"compare the {sources} that both have begun"), option(NO, "n", "leave it")
            bench.ask(ChoiceDialog(f"No {source} is marked done by you and {other}", options), compare_all)
        elif isinstance(found, NothingInCommonError):
            bench.say(f"There is no {bench.words.source} that you and {other} have both coded.", "refusal")
        else:
            bench.say(str(found), "refusal")


def _compared(study: Study, request: AgreementRequest) -> StudyAgreement | StudyError:
    """Return the agreement, or why there is none."""
    try:
        return compare_coders(study, request)
    except StudyError as error:
        return error

"""Count what was coded, and show it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from codetui.study.statistics import CountRequest, StudyCounts, count_codings
from codetui.study.study import Study, StudyError
from codetui.tui.bench import Bench, in_background
from codetui.tui.dialogs.numbers import NumbersScreen, Recount, Shown, Wish


class NumbersController:
    """Counts the coder's own sessions, or those of all coders as far as the coder may read them."""

    def __init__(self, bench: Bench, find: Callable[[str], None]) -> None:
        """Use `find` to show the findings of a query."""
        self._bench, self._find = bench, find
        self._request = Recount()
        self._shown = Shown()

    def show(self) -> None:
        """Count in a worker, then show the figures as they were left."""
        workspace = self._bench.workspace
        wanted = self._request
        request = CountRequest(
            coders=(workspace.coder,) if wanted.whose == "own" else (),
            with_models=wanted.whose == "all",
            is_for_all=wanted.with_begun_ones,
        )
        self._bench.say("Counting…")
        # What is still pending in the open session is in its log already.
        counted = partial(_counted, workspace.study, request)
        in_background(self._bench, "numbers", counted, self._open)

    def _open(self, found: StudyCounts | StudyError) -> None:
        self._bench.say("")
        if isinstance(found, StudyError):
            self._bench.say(str(found), "refusal")
            return
        screen = NumbersScreen(found.counted, self._request, self._shown, len(found.problems))
        self._shown = screen.shown
        self._bench.ask(screen, self._answered)

    def _answered(self, wish: Wish) -> None:
        """Open the quotations that were asked for, or count others."""
        if wish.query:
            self._find(wish.query)
        else:
            self._request = wish.recount
            self.show()


def _counted(study: Study, request: CountRequest) -> StudyCounts | StudyError:
    """Return the counts, or why there are none."""
    try:
        return count_codings(study, request)
    except StudyError as error:
        return error

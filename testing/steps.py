"""Commands in several sessions as one step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from codetui.core.session.commands import Command, Refusal
from codetui.model import SourceId
from codetui.study.batch import StepDone, StepRunner
from codetui.study.session.outcome import NotSaved
from codetui.study.workspace import Workspace


def run_commands(
    workspace: Workspace,
    what: str,
    commands: Mapping[SourceId, Sequence[Command]],
    progress: Callable[[int], None] = lambda _: None,
) -> StepDone | Refusal | NotSaved:
    """Execute commands in several sessions of the workspace's coder as one step, which is undone as one.

    `what` describes it so that it continues `Undone: `, such as `removal of 12 codings in 5 ads`. Refused commands are
    skipped. Nothing is changed if one of the sessions cannot be changed now.
    """
    runner = StepRunner.of(workspace)
    try:
        plan = runner.plan_commands(what, commands)
        return plan if isinstance(plan, Refusal) else runner.carry_out(plan, progress)
    finally:
        runner.release()

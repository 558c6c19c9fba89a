"""What the workbench has beyond its first picture: what opens over the ad, and what answers the keys.

It is loaded and put there behind that picture, or for a key that was typed before it.
"""

from __future__ import annotations

from functools import partial

from codetui.study.session.outcome import PullResult
from codetui.tui.bench import Do
from codetui.tui.keyboard import Keyboard
from codetui.tui.screens.reader import ReaderPane
from codetui.tui.screens.workbench import WorkbenchScreen
from codetui.tui.widgets.code_panel import CodePanel
from codetui.tui.workbench.codebook import Bookkeeping, Migrating
from codetui.tui.workbench.describe import Describing
from codetui.tui.workbench.lookup import Looking, Picking, Reading
from codetui.tui.workbench.source_list import Listing
from codetui.tui.workbench.watch import BookWatching, Watching


async def furnish(bench: WorkbenchScreen) -> Do:
    """Mounts what opens over the ad, and has the keys answered; to call then: what has the study looked after."""
    bench.panel = CodePanel(id="panel")
    bench.reader = ReaderPane(id="reader")
    bench.bookkeeping = Bookkeeping(bench, bench.assigning, bench.saving)
    bench.describing = Describing(bench, bench.bookkeeping.change_profile)
    bench.keyboard = Keyboard(bench, bench.keymap, _actions(bench))
    for widget, before in ((bench.panel, 0), (bench.search, bench.outline), (bench.reader, bench.outline)):
        # Whoever leaves at once is not kept: an app that ends takes nothing on any more.
        if bench.is_attached:
            await bench.mount(widget, before=before)
    return partial(_set_to_work, bench)


def _actions(bench: WorkbenchScreen) -> dict[str, Do]:
    """What each action of the registry does."""
    return {
        **bench.selecting.actions(),
        **bench.assigning.actions(),
        **bench.settling.actions(),
        **bench.describing.actions(),
        **bench.copying.actions(),
        **bench.sharing.actions(),
        **bench.travelling.actions(),
        **bench.bookkeeping.actions(),
        **Migrating(bench, bench, bench.recalling).actions(),
        **Picking(bench, bench.assigning, bench.bookkeeping, bench.recalling).actions(),
        **bench.queueing.actions(),
        **Looking(bench, bench.recalling, bench.keymap.actions, lambda action: bench.keyboard.do(action)).actions(),
        **Reading(bench, bench.reader).actions(),
        **bench.aiming.actions(),
        **bench.saving.actions(),
        **bench.outlining.actions(lambda: bench.set_focus(bench.document)),
        "palette": bench.app.action_command_palette,
        "quit": bench.leave,
    }


def _set_to_work(bench: WorkbenchScreen) -> None:
    """Has the ads listed, and the document and the codebook looked after."""
    Listing(bench, bench.workspace, bench.travelling, bench.copying, bench.recalling, bench.status).begin()
    Watching(bench, bench, partial(_document_taken, bench)).begin()
    BookWatching(bench, bench, bench.recalling).begin()


def _document_taken(bench: WorkbenchScreen, taken: PullResult) -> None:
    """The document was edited outside: what it says now is shown at once."""
    bench.changed_elsewhere()
    is_grave = any(problem.severity == "error" for problem in taken.problems)
    bench.say_besides(taken.message, "error" if is_grave else "refusal" if taken.problems else "info")

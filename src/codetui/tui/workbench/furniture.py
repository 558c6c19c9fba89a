"""What the workbench has beyond its first picture: what opens over the ad, and what answers the keys.

It is loaded and put there behind that picture, or for a key that was typed before it.
"""

from __future__ import annotations

from functools import partial

from codetui.study.session.outcome import PullResult
from codetui.tui.bench import Do
from codetui.tui.keyboard import Keyboard
from codetui.tui.widgets.code_panel import CodePanel
from codetui.tui.widgets.reader import ReaderPane
from codetui.tui.workbench.codebook import CodebookController, RefactoringController
from codetui.tui.workbench.describe import SourceController
from codetui.tui.workbench.lookup import LookupController, PickerController, ReaderController
from codetui.tui.workbench.screen import WorkbenchScreen
from codetui.tui.workbench.source_list import SourceLister
from codetui.tui.workbench.watch import CodebookWatcher, DocumentWatcher


async def furnish(bench: WorkbenchScreen) -> Do:
    """Mounts what opens over the ad, and has the keys answered; to call then: what has the study looked after."""
    bench.panel = CodePanel(id="panel")
    bench.reader = ReaderPane(id="reader")
    bench.codebook_editor = CodebookController(bench, bench.assigner, bench.saver)
    bench.source_editor = SourceController(bench, bench.codebook_editor.change_profile)
    bench.keyboard = Keyboard(bench, bench.keymap, _actions(bench))
    for widget, before in ((bench.panel, 0), (bench.search, bench.outline), (bench.reader, bench.outline)):
        # Whoever leaves at once is not kept: an app that ends takes nothing on any more.
        if bench.is_attached:
            await bench.mount(widget, before=before)
    return partial(_set_to_work, bench)


def _actions(bench: WorkbenchScreen) -> dict[str, Do]:
    """What each action of the registry does."""
    return {
        **bench.selector.actions(),
        **bench.assigner.actions(),
        **bench.resolver.actions(),
        **bench.source_editor.actions(),
        **bench.copier.actions(),
        **bench.sharing.actions(),
        **bench.navigator.actions(),
        **bench.codebook_editor.actions(),
        **RefactoringController(bench, bench, bench.usage_reader).actions(),
        **PickerController(bench, bench.assigner, bench.codebook_editor, bench.usage_reader).actions(),
        **bench.queue.actions(),
        **LookupController(
            bench, bench.usage_reader, bench.keymap.actions, lambda action: bench.keyboard.do(action)
        ).actions(),
        **ReaderController(bench, bench.reader).actions(),
        **bench.target.actions(),
        **bench.saver.actions(),
        **bench.tree_controller.actions(lambda: bench.set_focus(bench.document)),
        "palette": bench.app.action_command_palette,
        "quit": bench.leave,
    }


def _set_to_work(bench: WorkbenchScreen) -> None:
    """Has the ads listed, and the document and the codebook looked after."""
    SourceLister(bench, bench.workspace, bench.navigator, bench.copier, bench.usage_reader, bench.status).begin()
    DocumentWatcher(bench, bench, partial(_document_taken, bench)).begin()
    CodebookWatcher(bench, bench, bench.usage_reader).begin()


def _document_taken(bench: WorkbenchScreen, taken: PullResult) -> None:
    """The document was edited outside: what it says now is shown at once."""
    bench.changed_elsewhere()
    is_grave = any(problem.severity == "error" for problem in taken.problems)
    bench.notify_behind(taken.message, "error" if is_grave else "refusal" if taken.problems else "info")

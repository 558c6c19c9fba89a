"""Export the sessions of the study from the screen, as `codetui export` does."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from codetui.study.study import Study, StudyError
from codetui.tui.bench import Bench, in_background

CHOICES = (
    ("xlsx", "x", "a workbook", "everything, for people"),
    ("csv", "c", "a table of codings", "CSV, for programs of statistics"),
    ("jsonl", "j", "JSON lines of codings", "every text unchanged, for scripts"),
    ("qdpx", "q", "a project", "REFI-QDA, for other programs for coding"),
    ("markdown", "m", "documents", "a folder with a document for each session"),
)
"""The formats that are offered: name, key, what it is, what it is for. `codetui export` has the others."""

OVERWRITE, ANOTHER = "overwrite", "another"
WHY = "All sessions of the study are written there, as far as you may read them."


class Refused(NamedTuple):
    """Why nothing was written; `is_there` if there is another file at that place."""

    message: str
    is_there: bool = False


class ExportController:
    """Asks for a format and a place, writes in a worker, and shows what was written where."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def begin(self) -> None:
        """Ask for the format."""
        from codetui.tui.dialogs.confirm import ChoiceDialog, option

        options = [option(name, key, words, about) for name, key, words, about in CHOICES]
        self._bench.ask(ChoiceDialog("Export all sessions as", options), self._ask_place)

    def _ask_place(self, layout: str, place: Path | None = None, refusal: str = "") -> None:
        from codetui.tui.dialogs.confirm import FolderDialog

        if place is None:
            from codetui.formats.export import EXPORTERS

            exporter = EXPORTERS[layout]
            name = exporter.default_name + ("" if exporter.is_folder else exporter.suffixes[0])
            place = self._bench.workspace.study.codebook_path.parent / name
        self._bench.ask(FolderDialog("Export to…", WHY, place, refusal), partial(self._write, layout))

    def _write(self, layout: str, place: Path, *, is_forced: bool = False) -> None:
        bench = self._bench
        bench.say(f"Exporting to {place}…")
        work: Callable[[], str | Refused] = partial(_written, bench.workspace.study, layout, place, is_forced=is_forced)
        in_background(bench, "export", work, lambda done: self._show(done, layout, place))

    def _show(self, done: str | Refused, layout: str, place: Path) -> None:
        """Show the message of a finished export, or ask again."""
        bench = self._bench
        if isinstance(done, str):
            bench.say(done)
            return
        bench.say("")
        if not done.is_there:
            self._ask_place(layout, place, done.message)
            return
        from codetui.tui.dialogs.confirm import ChoiceDialog, option

        def answered(answer: str) -> None:
            if answer == OVERWRITE:
                self._write(layout, place, is_forced=True)
            else:
                self._ask_place(layout, place)

        options = option(ANOTHER, "n", "name another place"), option(OVERWRITE, "o", "overwrite it")
        bench.ask(ChoiceDialog(f"{place.name} already exists", options), answered)


def _written(study: Study, layout: str, place: Path, *, is_forced: bool) -> str | Refused:
    """Export into a file or folder; return what was written, or why nothing was."""
    from codetui.core.text.display import plural
    from codetui.formats.export import EXPORTERS
    from codetui.study.export_target import ExportTarget, OutputExistsError
    from codetui.study.exporter import ExportRequest, export_study

    try:
        target = ExportTarget(study, EXPORTERS[layout], str(place), is_forced=is_forced)
        with target.open() as output:
            done = export_study(study, ExportRequest(layout), output)
            target.publish(output)
    except OutputExistsError as error:
        return Refused(str(error), is_there=True)
    except StudyError as error:
        return Refused(str(error))
    except OSError as error:
        return Refused(f"{error.filename or place}: {error.strerror or error}")
    problems = f"; {plural(len(done.errors), 'problem')}: `codetui export` names them" if done.errors else ""
    return f"{done.exported.contents} written to {place}{problems}."

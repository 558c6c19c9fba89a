"""Exports of many sessions."""

from __future__ import annotations

import gc
import tracemalloc
from pathlib import Path

from codetui.model import Source, SourceId
from codetui.storage.output import OutputFiles
from codetui.study.exporter import ExportRequest, export_study
from codetui.study.study import Study
from testing.made_sessions import write_logs
from testing.studies import write_study

BODY = "You light the lamp at dusk. " * 1_000


def test_the_memory_of_an_export_does_not_grow_with_the_sessions(tmp_path: Path) -> None:
    write_study(tmp_path)
    table = tmp_path / "ads.csv"
    table.write_text("id,title,text\n" + "".join(f"{number},Keeper,{BODY}\n" for number in range(40)), "utf-8")
    study = Study.open(tmp_path, corpus=table)
    sources = [Source(SourceId(str(number)), "", "Keeper", f"Keeper\n\n{BODY}", "", 2, 8) for number in range(40)]
    peaks: list[int] = []
    for some in (sources[:5], sources[5:]):
        write_logs(study, ["anna"], some, 3)
        gc.collect()
        gc.disable()
        tracemalloc.start()
        try:
            with OutputFiles(None) as output:
                export_study(study, ExportRequest("csv"), output)
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
            gc.enable()
    assert peaks[1] < peaks[0] + 10 * len(BODY), "sessions left their texts in memory"

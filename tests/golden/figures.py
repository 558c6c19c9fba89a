"""Cases on the study that comes along, with two coders and a model: figures, searches, exports and the plain mode.

Figures and data are recorded as facts, a line for each row; the wording of tables and messages is left to other tests.
"""

from __future__ import annotations

import io
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

from .record import HERE, Record, read, visible

ROOT = HERE.parent.parent
CODERS = ("daan", "sanne")
FORMATS = {
    "csv": "codings.csv",
    "jsonl": "codings.jsonl",
    "doccano": "doccano.jsonl",
    "label-studio": "studio.json",
    "web-annotation": "annotations.jsonld",
    "brat": "brat",
    "pygamma": "continua",
    "gold": "gold.jsonl",
}
QUERIES = ("python -senior", "code:TASK1", "code:TASK* note:*", "TECH1 & TECH2", "TASK1 ~s TECH1", '"machine learning"')
LEVELS = ("coded", "profile", "codes", "spans", "terms")
LONGEST = 20
"""Lines of an export that are recorded."""

ANSWERS = """\

w 1 2
c TASK1
l
n 1
seen twice
s python
memo
one line
.
ads python

p 1
It says so.
.
u
p 2
For once.
.
u
q
"""
"""What is typed in the plain mode."""


def _with_study(record: Record) -> None:
    """Put the study that comes along in place of the golden one."""
    shutil.rmtree(record.folder)
    record.folder.mkdir()
    for name in ("ads", "sessions", "references"):
        shutil.copytree(ROOT / name, record.folder / name)
    shutil.copy(ROOT / "codebook.toml", record.folder)


def _data(record: Record, title: str, *argv: str) -> object:
    """Run a command whose output is JSON, and return it."""
    output = record.run(title, *argv, is_data=True)
    assert output.out, output.err
    return json.loads(output.out)


def _leaves(value: object, path: str = "") -> Iterator[str]:
    """Yield the numbers of a record with their paths; texts, which are wording, are left out."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _leaves(each, f"{path}.{key}")
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _leaves(each, f"{path}.{number}")
    elif isinstance(value, int | float):
        yield f"{path[1:]}: {value:.6g}"


def counted(record: Record) -> None:
    """Count, cross and test codes, and search."""
    _with_study(record)
    views = {
        "codes and profiles": (),
        "terms": ("--terms",),
        "codes by profile": ("--by", "profile"),
        "codes by coder": ("--by", "coder"),
        "together in sentences": ("--together", "sentence"),
        "saturation": ("--saturation",),
        "test": ("--test", "--coder", "daan"),
        "matching ads": ("--codes", "--where", "-docker profile:1"),
    }
    for title, options in views.items():
        found = _data(record, title, "stats", "--json", *options)
        assert isinstance(found, dict)
        for table in found["tables"]:
            record.fact(table["name"], *(json.dumps(list(row.values()), ensure_ascii=False) for row in table["rows"]))
    for query in QUERIES:
        found = _data(record, f"find {query}", "find", "--json", "--all-coders", query)
        assert isinstance(found, dict)
        cells = ("ad_id", "coder", "code_id", "words", "start", "end")
        record.fact(*(" ".join(str(one[cell]) for cell in cells) for one in found["findings"][:LONGEST]))
        record.fact(f"{found['places']} places in {found['ads']} ads")


def compared(record: Record) -> None:
    """Compare two coders, two coders with a model, and settle what differs."""
    _with_study(record)
    for title, coders in (("two coders", CODERS), ("three coders", (*CODERS, "model:example"))):
        found = _data(record, title, "agree", *coders, "--json", "--resamples", "50")
        assert isinstance(found, dict)
        record.fact(*_leaves({name: found[name] for name in LEVELS}), *_leaves(found["per_code"]["TASK1"], ".TASK1"))
    listed = _data(record, "disagreements", "agree", *CODERS, "--list", "--json")
    assert isinstance(listed, dict)
    record.fact(*(json.dumps(list(one.values())[:6], ensure_ascii=False) for one in listed["disagreements"][:LONGEST]))
    found = _data(record, "invented", "invented", "--coder", "model:example", "--json")
    assert isinstance(found, dict)
    record.fact(*(f"{one['ad']} {one['code']} {one['class']}: {one['words']}" for one in found["invented"]))
    agenda = record.folder / "agenda.md"
    record.run("what is agreed", "adjudicate", *CODERS, is_data=True)
    lines = read(agenda).split("\n")
    record.fact(*[line for line in lines if line.startswith(("## ", "### "))][:LONGEST])
    ticked = [line.replace("- [ ] 1:", "- [x] 1:") for line in lines]
    agenda.write_text("\n".join(ticked), "utf-8")
    record.run("what is decided", "adjudicate", *CODERS, "--agenda", "agenda.md", is_data=True)
    consensus = _data(record, "the consensus", "stats", "--json", "--codes", "--coder", "consensus")
    assert isinstance(consensus, dict)
    record.fact(*(json.dumps(list(row.values()), ensure_ascii=False) for row in consensus["tables"][0]["rows"]))


def given_out(record: Record) -> None:
    """Export in every format that other programs read, and with pseudonyms."""
    _with_study(record)
    for layout, name in FORMATS.items():
        record.run(f"export {layout}", "export", "--format", layout, "--coder", "daan", "-o", name, is_data=True)
        path = record.folder / name
        for file in sorted(path.rglob("*"))[:4] if path.is_dir() else [path]:
            if file.is_file():
                record.fact(file.name, *(line[:400] for line in visible(read(file))[:LONGEST]))
    record.run("export qdpx", "export", "--format", "qdpx", "--coder", "daan", "-o", "study.qdpx", is_data=True)
    with ZipFile(record.folder / "study.qdpx") as project:
        xml = project.read("project.qde").decode("utf-8")
    record.fact(*[line[:200] for line in visible(xml) if "Selection" in line or "<Coding" in line][: 2 * LONGEST])
    exclusive = ("--end-exclusive", "-o", "exclusive.qdpx")
    record.run("export qdpx for other programs", "export", "--coder", "daan", *exclusive, is_data=True)
    for name in ("study", "exclusive"):
        reading = ("import-codings", f"{name}.qdpx", "--as", name, "--person", "--json")
        record.fact(*_leaves(_data(record, f"import {name}.qdpx", *reading)))
    places = record.run(
        "its places", "export", "--coder", "exclusive", "--format", "jsonl", "-o", "-", is_data=True
    ).out
    cells = ("ad_id", "code_id", "start", "end", "words")
    found = map(json.loads, places.splitlines()[:LONGEST])
    record.fact(*(" ".join(str(one[cell]) for cell in cells) for one in found))
    names = Path(record.folder / "names.csv")
    names.write_text("Noorderlicht Energie,E1\ndaan,C1\n", "utf-8")
    record.run("export with pseudonyms", "export", "--pseudonyms", "names.csv", "-o", "safe.csv", is_data=True)
    record.fact(*(line[:200] for line in visible(read(record.folder / "safe.csv"))[:5]))
    record.run("export without texts", "export", "--no-texts", "-o", "bare.csv", is_data=True)
    record.fact(*(line[:200] for line in visible(read(record.folder / "bare.csv"))[:5]))


def line_by_line(record: Record) -> None:
    """Code an ad in the plain mode."""
    _with_study(record)
    stdin = sys.stdin
    sys.stdin = io.StringIO(ANSWERS)
    try:
        record.run("plain mode", "plain", "--coder", "rosa", "--ad", "106")
    finally:
        sys.stdin = stdin
    rows = record.run("its codings", "export", "--coder", "rosa", "--format", "csv", "-o", "-", is_data=True).out
    record.fact(*visible(rows))
    record.fact(
        *(line for path in sorted(record.folder.glob("sessions/rosa/analysis_*.md")) for line in visible(read(path)))
    )


CASES = {
    "figures_counted": counted,
    "figures_compared": compared,
    "figures_given_out": given_out,
    "figures_line_by_line": line_by_line,
}

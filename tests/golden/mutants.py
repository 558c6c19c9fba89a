"""Check that the golden corpus detects changes: `python -m tests.golden.mutants [NAME …]`.

Small faults, at least one in each package, are put into a copy of the source one at a time, and the golden tests
run against that copy: each must turn red. A fault is a text to replace, found by a pattern anywhere in its package,
so that it survives moves; one whose pattern is not found exactly once is an error: give it the new text.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from .record import HERE

ROOT = HERE.parent.parent


class Mutant(NamedTuple):
    """A fault: in the only file of `package` in which `pattern` is found, the match becomes `replacement`."""

    name: str
    package: str
    pattern: str
    replacement: str


MUTANTS = (
    Mutant("errors exit with 0", "cli", r"(MISSED, NOTHING_LEFT) = 1, 2", r"\1 = 0, 2"),
    Mutant("redo undoes once more", "tui", r'("redo": lambda: [\w.]+\()is_undo=False', r"\1is_undo=True"),
    Mutant("work in progress looks untouched", "study", r'"untouched" if ([\w.]+) else "in progress"', '"untouched"'),
    Mutant("an edit counts as an import", "study", r'"edit" if ([\w.]+) else "document"', '"document"'),
    Mutant("foreign letters are misread", "storage", r'\bdecode\("cp1252"', 'decode("latin-1"'),
    Mutant("documents open otherwise", "formats", r"contains the manual coding for\b", "contains the coding for"),
    Mutant("a formula reaches the spreadsheet", "formats", r"(\{IGNORED\}\[)=(.*\]\)\|\^\(\?='\*)", r"\1\2"),
    Mutant("undo keeps what was changed", "core", r"for one, other in \(pair, pair\[::-1\]\)", "for one, other in ()"),
    Mutant("no fuzzy place is accepted", "core", r"^SHOWN = 0\.\d+$", "SHOWN = 0.99"),
    Mutant("notes come before errors", "model", r'\("error", "warning", "note"\)', '("note", "warning", "error")'),
    Mutant("sentences count from 0", "plain", r"Sentence \{self\.number \+ 1\}", "Sentence {self.number}"),
    Mutant(
        "selections end later", "formats", r"end \+= 0 if self\.is_end_exclusive", "end += 1 if self.is_end_exclusive"
    ),
    Mutant("half of F1", "core", r"ratio\(2 \* self\.matched", "ratio(self.matched"),
    Mutant("coders meet once more in a sentence", "core", r"(bisect_right\(starts, one\.end - 1\)) \+ 1", r"\1 + 2"),
    Mutant("what is excluded is found", "core", r"return not (_holds\(node\.part)", r"return \1"),
    Mutant(
        "Label Studio counts bytes",
        "formats",
        r'len\(text\.encode\("utf-16-le", "surrogatepass"\)\) // 2',
        "len(text.encode())",
    ),
    Mutant("names stay", "formats", r"return self\._written\.sub\(self\._pseudonym, name\)", "return name"),
)


def apply(mutant: Mutant, source: Path) -> None:
    """Put a fault into a copy of the source. Raises LookupError unless its pattern is found exactly once."""
    package = source / "codetui" / mutant.package
    files = [*package.rglob("*.py"), *package.parent.glob(f"{mutant.package}*.py")]
    found = [(path, len(re.findall(mutant.pattern, path.read_text("utf-8"), re.MULTILINE))) for path in files]
    found = [(path, number) for path, number in found if number]
    if sum(number for _, number in found) != 1:
        places = ", ".join(f"{path.relative_to(source)} ({number})" for path, number in found) or "nowhere"
        raise LookupError(f"the pattern {mutant.pattern!r} is found in: {places}")
    path = found[0][0]
    text = re.sub(mutant.pattern, mutant.replacement, path.read_text("utf-8"), flags=re.MULTILINE)
    path.write_text(text, "utf-8")


def first_failure(source: Path) -> str:
    """Run the golden tests against a copy of the source; return the first case that fails, or nothing."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--tb=no", str(HERE)]
    environ = {**os.environ, "PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    failed = re.search(r"^FAILED \S+?\[(.+)\]|^(?:FAILED|ERROR) (.+)", done.stdout, re.MULTILINE)
    if failed:
        return str(failed[1] or failed[2])
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return ""


def main(names: list[str]) -> int:
    """Try the mutants named, or all; print which turn the golden tests red. Return 1 if one does not."""
    chosen = [mutant for mutant in MUTANTS if not names or mutant.name in names]
    red = 0
    for mutant in (None, *chosen):
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="mutant") as folder:
            source = Path(folder) / "src"
            shutil.copytree(ROOT / "src", source, ignore=shutil.ignore_patterns("__pycache__"))
            try:
                if mutant is not None:
                    apply(mutant, source)
            except LookupError as error:
                print(f"error  {mutant and mutant.name}: {error}")
                continue
            failure = first_failure(source)
        seconds = f"{time.monotonic() - started:.0f} s"
        if mutant is None:
            if failure:
                print(f"without a fault {failure} fails: nothing can be said")
                return 1
            print(f"green  without a fault, {seconds}")
            continue
        red += bool(failure)
        verdict = "red  " if failure else "GREEN"
        print(f"{verdict}  {mutant.package}: {mutant.name} ({failure or 'not noticed'}, {seconds})")
    print(f"{red} of {len(chosen)} mutants turn the golden tests red")
    return int(red < len(chosen))


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    sys.exit(main(sys.argv[1:]))

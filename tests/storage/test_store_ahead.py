"""Another process looks through a large folder while this one loads: what it finds is what this one would find."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is begun in another process")

ONE_CORE = (os.cpu_count() or 1) < 2


def said_by(program: str, *arguments: str) -> list[str]:
    """The lines that a program prints, in a process that has no thread yet."""
    command = [sys.executable, "-X", "utf8", "-c", program, *arguments]
    done = subprocess.run(command, capture_output=True, check=True)
    return os.fsdecode(done.stdout).split("\n")[:-1]


def test_the_outcome_is_that_of_the_work() -> None:
    program = """
import os, sys
from codetui.storage.ahead import begun

def where(): return f"{os.getpid()}"

for name in ("ad 1.txt", "\\udce9.txt", None):
    print(ascii(begun(lambda: name)()))
print(begun(where)() == str(os.getpid()))
"""
    assert said_by(program) == ["'ad 1.txt'", "'\\udce9.txt'", "None", str(ONE_CORE)]


def test_what_the_other_process_cannot_do_is_done_here() -> None:
    program = """
import os
from codetui.storage.ahead import begun

here = os.getpid()

def work():
    if os.getpid() != here:
        os.kill(os.getpid(), 9)
    return "done here"

print(begun(work)())
"""
    assert said_by(program) == ["done here"]


@pytest.mark.parametrize("large", [0, 10**9])
def test_the_first_ad_of_a_large_folder_is_that_of_a_small_one(tmp_path: Path, large: int) -> None:
    for number in range(2, 40):
        (tmp_path / f"{number}_harbour.txt").write_text("Keeper", "utf-8")
    program = f"""
import sys
from pathlib import Path
from codetui.model import CorpusSettings
from codetui.storage import corpus

corpus.LARGE_FOLDER = {large}
ads = corpus.Corpus(Path(sys.argv[1]), CorpusSettings(path="", columns={{}}))
print(ads.look_ahead(), ads.first().id, ads.first().id)
"""
    assert said_by(program, str(tmp_path)) == [f"{not large} 2 2"]

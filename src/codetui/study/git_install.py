"""`codetui merge --install-driver`: what this clone of git needs to know, once."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from codetui.storage import files, git, study
from codetui.study.study_parts import UNUSABLE, say

NAME = "codetui"
WORDS = "codetui's documents, made anew from both logs"


def install(sessions: Path) -> int:
    """Tells git in the clone that `sessions` lies in how documents are merged; the exit code."""
    if not files.is_folder(sessions):
        say(f"codetui: there is no folder {sessions}; --sessions names that of the sessions.")
        return UNUSABLE
    # -P: no module of the repository is taken for one of Python's.
    command = f"{shlex.quote(Path(sys.executable).as_posix())} -P -m codetui merge --driver %O %A %B %P"
    try:
        git.run("config", "--local", f"merge.{NAME}.name", WORDS, folder=sessions)
        git.run("config", "--local", f"merge.{NAME}.driver", command, folder=sessions)
    except git.GitError as error:
        say(f"codetui: {error.strerror}. Run this in a clone, and name its sessions with --sessions.")
        return UNUSABLE
    made, left = study.lay_out_git(sessions)
    for path in made:
        print(f"made {path}: commit it, every clone needs it")
    for path in left:
        print(f"left as it was: {path}")
    print("git merges documents in this clone as codetui does; run this once in every other clone")
    return 0

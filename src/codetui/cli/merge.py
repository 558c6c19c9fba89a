"""The arguments of `codetui merge`; the work is imported when it runs."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Gives `parser` the arguments."""
    parser.add_argument("folders", nargs="*", metavar="DIR", help="studies, or folders of sessions, to bring in")
    parser.add_argument("--ads", metavar="CORPUS", help="a folder of ads, or one file")
    parser.add_argument("--codebook", default="codebook.toml", metavar="FILE", help="default: codebook.toml")
    parser.add_argument("--sessions", default="sessions", metavar="DIR", help="default: sessions")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be brought")
    parser.add_argument(
        "--install-driver", action="store_true", help="let git in this clone merge documents as codetui does"
    )
    parser.add_argument(
        "--driver", nargs=4, metavar=("BASE", "OURS", "THEIRS", "PATH"), help="what git calls; OURS becomes the merge"
    )


def run(options: argparse.Namespace) -> int:
    """Brings sessions in; or does what git needs of it."""
    sessions = Path(options.sessions)
    if options.driver:
        from codetui.study.git_driver import merge_file

        _, ours, theirs, path = options.driver
        return merge_file(Path(ours), Path(theirs), Path(path))
    if options.install_driver:
        from codetui.study.git_driver import install

        return install(sessions)
    if not options.folders:
        from codetui.study.study_parts import complain

        return complain("name the study, or the folder of sessions, to bring in: `codetui merge /media/stick`.")
    from codetui.study.merger import merge_folders

    corpus = Path(options.ads) if options.ads else None
    folders = [Path(folder) for folder in options.folders]
    return merge_folders(folders, corpus, Path(options.codebook), sessions, is_dry=options.dry_run)

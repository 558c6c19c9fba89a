"""A study's own files: its codebook, its background documents, and the skeleton of a new one."""

from __future__ import annotations

from pathlib import Path

from codetui.formats.codebook.reader import parse_codebook
from codetui.formats.toml.scan import toml_lines
from codetui.model import Codebook, Problem, Reference
from codetui.storage import fs

MOST_MISSING = 200
"""Background documents that are not there and are said to be so: nobody reads on."""


def read_codebook(path: Path) -> tuple[Codebook | None, list[Problem]]:
    """The codebook at `path` with its problems; None where nothing can be read."""
    try:
        data = fs.read(path)
    except OSError as error:
        return None, [Problem(str(path), 0, "error", f"{error.strerror or error}; --codebook names another file")]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return None, [Problem(str(path), line, "error", "not UTF-8; save the codebook as UTF-8")]
    book, problems = parse_codebook(text, str(path))
    missing = _missing_references(path, book, text) if book else []
    return book, sorted([*problems, *missing], key=lambda problem: problem.line)


def _missing_references(path: Path, book: Codebook, text: str) -> list[Problem]:
    """A problem for each background document that is not there, on the line that names it; of many the first."""
    missing = [reference.path for reference in book.references if _is_missing(path.parent / reference.path)]
    lines = text.replace("\r\n", "\n").split("\n") if missing else []
    return [
        Problem(
            str(path),
            next((number for number, line in enumerate(lines, 1) if name in line), 0),
            "warning",
            f"there is no background document {name} beside the codebook; mend its path or take it off",
        )
        for name in missing[:MOST_MISSING]
    ]


def corpus_line(codebook: Path) -> int:
    """The line on which a codebook names its corpus; 0 where it can no longer be read."""
    try:
        return toml_lines(fs.read(codebook).decode("utf-8-sig")).at("corpus", "path")
    except (OSError, UnicodeDecodeError):
        return 0


def _is_missing(path: Path) -> bool:
    """Whether there is no such file; one that cannot be seen says so when it is read."""
    try:
        return not fs.is_file(path)
    except OSError:
        return False


def read_reference(codebook: Path, reference: Reference) -> tuple[str, Problem | None]:
    """The text of a background document, which is named relative to the codebook."""
    path = codebook.parent / reference.path
    try:
        return fs.read(path).decode("utf-8-sig", "replace"), None
    except OSError as error:
        what = f"{error.strerror or error}; mend the path of “{reference.title}” in the codebook"
        return "", Problem(str(path), 0, "warning", what)


def lay_out(folder: Path) -> tuple[list[Path], list[Path]]:
    """Makes a study's files in `folder`; gives what was made and what stood there and was left alone."""
    from codetui.formats.codebook.template import CODEBOOK_TEMPLATE, SAMPLE_AD

    made: list[Path] = []
    left: list[Path] = []
    for path in (folder / "ads", folder / "sessions"):
        (left if fs.is_folder(path) else made).append(path)
        fs.ensure_folder(path)
    name, text = SAMPLE_AD
    ads = folder / "ads"
    is_ours = not ads.is_symlink() and not any(ads.iterdir())
    sample = [(ads / name, text)] if is_ours else []
    for path, content in [(folder / "codebook.toml", CODEBOOK_TEMPLATE), *sample]:
        try:
            fs.create(path, content.encode("utf-8"))
            made.append(path)
        except FileExistsError:
            left.append(path)
    for found, more in zip((made, left), lay_out_git(folder / "sessions"), strict=True):
        found += more
    return made, left


def lay_out_git(sessions: Path) -> tuple[list[Path], list[Path]]:
    """Tells git, in files beside the sessions, how to merge them and what to leave out; gives the same as `lay_out`."""
    from codetui.formats.codebook.template import GIT_ATTRIBUTES, GIT_IGNORE

    made: list[Path] = []
    left: list[Path] = []
    for name, content in ((".gitattributes", GIT_ATTRIBUTES), (".gitignore", GIT_IGNORE)):
        try:
            fs.create(sessions / name, content.encode("utf-8"))
            made.append(sessions / name)
        except FileExistsError:
            left.append(sessions / name)
    return made, left

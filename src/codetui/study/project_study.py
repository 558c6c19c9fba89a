"""Create a study from a project of another program: its texts become the corpus, its codes the codebook."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from codetui.core.text.display import plural
from codetui.formats.codings.foreign import CodingsFile, UnknownFormatError
from codetui.formats.codings.refi import texts_of
from codetui.model import Codebook
from codetui.storage import fs
from codetui.storage.sources.reader import id_and_employer
from codetui.study.coding_book import convert_coding_book
from codetui.study.study import CODEBOOK, CORPUS, StudyError, create_study

UNNAMED = "text"
LONGEST_NAME = 80
"""Characters of the name of a file."""

SUFFIX = re.compile(r"\.(txt|md|docx?|rtf|odt|pdf|html?)$", re.IGNORECASE)
UNSAFE = re.compile(r"[^\w .,()&+-]+")


class CreatedStudy(NamedTuple):
    """The files that were created and those that were there, the number of texts, and the codebook, if it has one."""

    made: Sequence[Path]
    left: Sequence[Path]
    texts: int
    book: Codebook | None


def create_from_project(project: Path, folder: Path) -> CreatedStudy:
    """Create a study in a folder that has none, from a `.qdpx`.

    Raises StudyError, before anything is written, if the project cannot be read or has no text, or if the folder has a
    study.
    """
    ads = folder / CORPUS
    if fs.exists(folder / CODEBOOK) or (fs.is_folder(ads) and any(ads.iterdir())):
        raise StudyError(f"{folder} has a study already; name a new folder: codetui init DIR --from {project}.")
    try:
        texts = texts_of(CodingsFile(str(project), fs.read(project)))
    except UnknownFormatError as error:
        raise StudyError(f"{error}.") from None
    except OSError as error:
        raise StudyError(error.strerror or str(error), file=project) from None
    if not texts:
        raise StudyError(f"{project} has no plain text that could be coded, so nothing is written.")
    try:
        converted = convert_coding_book(project, str(folder / CODEBOOK))
    except StudyError:
        converted = None
    for name, text in zip(_file_names([name for name, _ in texts]), texts, strict=True):
        fs.create(ads / name, text[1].encode("utf-8", "replace"))
    if converted is not None:
        fs.create(folder / CODEBOOK, converted.found.toml.encode("utf-8", "replace"))
    made, left = create_study(folder)
    own = [ads, *([folder / CODEBOOK] if converted else [])]
    left = [path for path in left if path not in own]
    return CreatedStudy([*own, *made], left, len(texts), converted.found.book if converted else None)


def contents_of(created: CreatedStudy, ads: Path) -> str:
    """Return what the new study has: `12 texts in ads, 30 codes`."""
    codes = f", {plural(len(created.book.codes), 'code')}" if created.book else ", no codes"
    return f"{plural(created.texts, 'text')} in {ads}{codes}"


def _file_names(names: Sequence[str]) -> Iterator[str]:
    """Yield a file name for each name of a text, all with different ids."""
    taken: set[str] = set()
    for name in names:
        plain = UNSAFE.sub("_", SUFFIX.sub("", unicodedata.normalize("NFC", name)))
        stem = plain[:LONGEST_NAME].strip(" ._") or UNNAMED
        tries = (stem, f"{UNNAMED} {stem}", *(f"{UNNAMED} {stem} {number}" for number in range(2, len(names) + 2)))
        chosen = next(each for each in tries if id_and_employer(each)[0].casefold() not in taken)
        taken.add(id_and_employer(chosen)[0].casefold())
        yield f"{chosen}.txt"

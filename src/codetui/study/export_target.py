"""The place of an export: it may overwrite neither a part of a study nor, unless told to, anything else."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from codetui.formats.export import SUFFIXES
from codetui.formats.export.exporter import Exporter
from codetui.storage import fs
from codetui.storage.output import OutputFiles, is_device
from codetui.study.outputs import protected_part
from codetui.study.study import Study, StudyError

UNWRITTEN = re.compile(
    r"\.(?:json|tsv|tab|txt|xls|xlsm|ods|html?|docx?|odt|rtf|pdf|xml|ya?ml|toml|db|sqlite|sav|zip|gz)"
)
"""Suffixes of files of other programs: nobody names a folder like that."""


class OutputExistsError(StudyError):
    """There is another file at the place of the output, which is to be overwritten only if told to."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(f"{path} already exists; --force overwrites it, -o names another.")


def suffix_of(output: str | None) -> str:
    """Return the suffix of a file in lower case; empty for a folder, whose path ends with a slash."""
    return "" if not output or output.endswith(("/", os.sep)) else Path(output).suffix.lower()


class ExportTarget:
    """The file or folder of an export, named by `path`.

    Raises StudyError if nothing may be written there.
    """

    def __init__(
        self,
        study: Study,
        exporter: Exporter,
        path: str,
        *,
        is_forced: bool = False,
        is_partitioned: bool = False,
    ) -> None:
        if not path:
            raise StudyError("-o names no file; name one, or leave -o out.")
        named = SUFFIXES.get(suffix_of(path), exporter.name)
        if named != exporter.name and suffix_of(path) not in exporter.suffixes and not is_partitioned:
            raise StudyError(f"{path} has the suffix of {named}, not of {exporter.name}; change one of the two.")
        self._study, self._exporter, self._corpus = study, exporter, study.corpus_if_any
        self.path = Path(path)
        self._is_partitioned = is_partitioned
        self._is_folder = is_partitioned or (exporter.is_folder and suffix_of(path) not in SUFFIXES)
        self._is_forced = is_forced
        if is_partitioned and suffix_of(path) in SUFFIXES:
            raise StudyError(f"--partition writes a folder of files, and {path} is named like a file; name a folder.")
        if exporter.is_folder:
            self._require_outside_corpus(suffix_of(path))
        self._require_unprotected(self.path)
        if not self._is_folder:
            if fs.is_folder(self.path):
                raise StudyError(f"{path} is a folder; name a file with -o.")
            if not is_forced and fs.exists_or_link(self.path) and not is_device(self.path):
                raise OutputExistsError(path)

    def open(self) -> OutputFiles:
        """Return the files to write."""
        return OutputFiles(self.path, is_folder=self._is_folder, check=self._require_unprotected)

    def publish(self, output: OutputFiles) -> dict[Path, int]:
        """Move the complete files to their places, and return their sizes. Raises OutputExistsError."""
        if self._is_folder and not self._is_forced and (other := output.different()):
            raise OutputExistsError(other)
        if self._is_partitioned and (stale := next(self._other_parts(output.targets), None)):
            what = f"{stale} belongs to another export, and would be read as a part of this one"
            raise StudyError(f"{what}; remove it, or name another folder with -o.")
        return output.publish()

    def _other_parts(self, targets: Collection[Path]) -> Iterator[Path]:
        """Yield the parts in the output folder that are not written now."""
        for folder in fs.names_in(self.path):
            if folder.startswith("coder="):
                parts = (self.path / folder / name for name in fs.names_in(self.path / folder))
                yield from (part for part in parts if part not in targets and not part.name.startswith("."))

    def _require_unprotected(self, path: Path) -> None:
        study = self._study
        if kept := protected_part(
            path, study.codebook_path, study.sessions_path, self._corpus.path if self._corpus else None
        ):
            raise StudyError(kept)

    def _require_outside_corpus(self, suffix: str) -> None:
        """Raise StudyError for a folder of documents among the sources, or one named like a file."""
        folder = self.path if self._is_folder else self.path.parent
        corpus, sources = self._corpus, self._study.codebook.words.sources
        if corpus is not None and corpus.contains_files_of(folder):
            what = f"the {sources} are in {folder}, and exported documents would be read as {sources} too"
            raise StudyError(f"{what}; name another folder with -o.")
        if self._is_folder and UNWRITTEN.fullmatch(suffix):
            known = ", ".join(SUFFIXES)
            raise StudyError(
                f"no format has the suffix {suffix}; name a folder for documents, or a file in one of {known}."
            )

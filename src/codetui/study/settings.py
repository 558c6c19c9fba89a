"""The settings in use: those in the user's file together with those in the study's codebook, and where each is set."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from codetui.formats.settings import LAYOUT, Names, Settings, effective, key_place, read_settings
from codetui.formats.toml.tables import Sheet, Table
from codetui.model import Problem
from codetui.storage import fs
from codetui.study.study import CodebookService

CONFIG = "config.toml"


def config_path() -> Path:
    """Return the user's settings file: in $XDG_CONFIG_HOME, else ~/.config, also on macOS; on Windows in %APPDATA%."""
    home = Path(os.path.expanduser("~"))  # noqa: PTH111  Path raises if there is no home
    folder = os.environ.get("APPDATA" if os.name == "nt" else "XDG_CONFIG_HOME", "")
    # As the XDG rules have it, a relative path counts as none.
    return (Path(folder) if os.path.isabs(folder) else home / ".config") / "codetui" / CONFIG  # noqa: PTH117


class Source(NamedTuple):
    """The file and line of a setting; line 0 if the file has no such line."""

    file: str
    line: int


class Layer:
    """The settings of one file."""

    def __init__(self, table: Table | None, names: Names, *, is_study: bool = False) -> None:
        """Read the settings of a table; None has none."""
        self._table = table
        self._tried: dict[str, str | int | None] = {}
        self.settings = Settings() if table is None else read_settings(table, names, is_study=is_study)

    def try_out(self, name: str, value: str | int | None, names: Names) -> None:
        """Use another value than that of the file."""
        fields: dict[str, object] = {**(self._table.fields if self._table else {}), **self._tried, name: value}
        self._tried[name] = value
        self.settings = read_settings(Table(Sheet(""), (), fields), names)

    def source(self, name: str, action: str = "") -> Source | None:
        """Return where a setting, or the key of an action, is set; None if it is not set here."""
        is_set = action in self.settings.keys if action else getattr(self.settings, name) is not None
        if self._table is None or not is_set:
            return None
        place = key_place(self._table, action) if action else (name,)
        return Source(self._table.sheet.file, self._table.line(*place))


class SettingsFiles:
    """The settings of a user in a study.

    `settings` are those in use, `problems` those of both files; neither ever prevents the start.
    """

    def __init__(self, names: Names, codebook: CodebookService | None = None, path: Path | None = None) -> None:
        """Read the user's file, by default that of `config_path`, and the table `[ui]` of a codebook."""
        self.path = path or config_path()
        self._names = names
        self._codebook = codebook
        self.load()

    def load(self) -> None:
        """Read both files again."""
        self.problems: list[Problem] = []
        sheet = Sheet(str(self.path))
        text = self._text()
        table = sheet.parse(text) if text else None
        self._user = Layer(table, self._names)
        self._study = Layer(self._ui(), self._names, is_study=True)
        self.problems += sheet.problems
        self.settings = effective(self._user.settings, self._study.settings)

    def _text(self) -> str:
        try:
            return fs.read(self.path).decode("utf-8-sig")
        except (FileNotFoundError, NotADirectoryError):
            return ""
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else "it is not UTF-8"
            what = f"your settings cannot be read ({why}), so the defaults are used; correct the file or move it away"
            self.problems.append(Problem(str(self.path), 0, "error", what))
            return ""

    def _ui(self) -> Table | None:
        """Return the table `[ui]` of the codebook, whose text is read again for the lines of problems alone."""
        service = self._codebook
        if service is None or not service.book.ui:
            return None
        try:
            sheet = Sheet(str(service.path), service.text())
        except OSError:
            sheet = Sheet(str(service.path))
        # The list of problems that is added to later.
        sheet.problems = self.problems
        return Table(sheet, ("ui",), dict(service.book.ui))

    def source(self, name: str, action: str = "") -> Source | None:
        """Return where a setting in use, or the keys of an action, is set; None for a default."""
        layers = (self._study, self._user) if name in LAYOUT else (self._user, self._study)
        return next((found for layer in layers if (found := layer.source(name, action)) is not None), None)

    def report(self, message: str, name: str, action: str = "") -> None:
        """Add a problem with a setting, or with the keys of an action, at its line."""
        source = self.source(name, action) or Source(str(self.path), 0)
        self.problems.append(Problem(source.file, source.line, "error", message))

    def try_out(self, name: str, value: str | int | None) -> None:
        """Use a value of the user's without keeping it; None is that of the study, or the default."""
        self._user.try_out(name, value, self._names)
        self.settings = effective(self._user.settings, self._study.settings)

    def change(self, changes: Mapping[str, str | int | None]) -> str:
        """Set some of the user's settings in the file, or remove those of None; return why not, or an empty text.

        Everything else in the file stays as it is, and so does what other programs write there meanwhile.
        """
        from codetui.formats.toml.edit import EditError, remove_value, set_value
        from codetui.storage.study_files import edit_codebook

        def edited(text: str) -> str:
            for name, value in changes.items():
                text = remove_value(text, (), name) if value is None else set_value(text, (), name, value)
            return text

        try:
            if not self.path.exists():
                fs.ensure_folder(self.path.parent)
                fs.create(self.path, b"")
        except FileExistsError:
            pass  # Another program has just created it.
        except OSError as error:
            return f"{error.filename or self.path}: {error.strerror or error}"
        try:
            edit_codebook(self.path, edited)
        except EditError as error:
            return f"{self.path}: {error}"
        except OSError as error:
            return f"{error.filename or self.path}: {error.strerror or error}"
        self.load()
        return ""

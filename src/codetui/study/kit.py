"""A kit for a stick: the study, the program as wheels for one system, and a script that starts it without a network."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib.metadata import Distribution, distribution
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory
from typing import NamedTuple
from urllib.parse import unquote, urlparse
from zipfile import ZIP_DEFLATED, ZipFile

from codetui.model import Problem
from codetui.storage import disk, fs
from codetui.storage.output import OutputFiles
from codetui.study.freezing import files_of
from codetui.study.study import CORPUS, Study, StudyError


class Target(NamedTuple):
    """The system of a kit: the tags of its wheels, and the script that starts the program."""

    tags: tuple[str, ...]
    script: str


TARGETS: dict[str, Target] = {
    "linux": Target(tuple(f"manylinux_2_{minor}_x86_64" for minor in (28, 17)), "start.sh"),
    "linux-arm": Target(tuple(f"manylinux_2_{minor}_aarch64" for minor in (28, 17)), "start.sh"),
    "mac": Target(tuple(f"macosx_{major}_0_arm64" for major in range(14, 10, -1)), "start.command"),
    "mac-intel": Target(
        (*(f"macosx_{major}_0_x86_64" for major in range(14, 10, -1)), "macosx_10_12_x86_64"), "start.command"
    ),
    "windows": Target(("win_amd64",), "start.bat"),
}
"""The systems by the names that the command line takes."""

STUDY, WHEELS, README = "study", "wheels", "README.txt"
EXTRAS = "[sources]"
NOT_PACKED = ("INSTALLER", "REQUESTED", "direct_url.json", "RECORD")


class Kit(NamedTuple):
    """The number of files of the study and of wheels that were written, and the problems of what was left out."""

    files: int
    wheels: int
    problems: tuple[Problem, ...]


def make_kit(study: Study, folder: Path, system: str, python: str, given: Path | None) -> Kit:
    """Write a kit for a system and a version of Python, such as `3.12`; `given` is a folder that has the wheels.

    Without it pip downloads them, the only use that the program makes of a network. Raises OSError, StudyError.
    """
    problems: list[Problem] = []
    corpus, content = files_of(study, problems)
    target = TARGETS[system]
    with TemporaryDirectory(prefix="codetui-kit-") as temporary, OutputFiles(folder, is_folder=True) as output:
        wheels = _wheels(Path(temporary), target, python, given)
        for name, path in (
            *((f"{STUDY}/{name}", path) for name, path in content.items()),
            *((f"{WHEELS}/{path.name}", path) for path in wheels),
        ):
            with output.open(name) as file, fs.open_regular(path) as source:
                while chunk := source.read(1 << 20):
                    file.write(chunk)
        for name, text in _texts(target, python, corpus):
            with output.open(name) as file:
                file.write(text.encode("utf-8"))
        output.publish()
    with suppress(OSError):  # Sticks often have no permissions.
        disk.set_mode(folder / target.script, 0o755)
    return Kit(len(content), len(wheels), tuple(problems))


def _texts(target: Target, python: str, corpus: str) -> Iterator[tuple[str, str]]:
    """Yield the start script and the instructions."""
    folder = files("codetui").joinpath("storage", "templates", "kit")
    option = f' --corpus "{corpus}"' if corpus not in ("", CORPUS) else ""
    values = {"python": python, "script": target.script, "corpus": option}
    # A double click on a Mac opens only .command.
    for name, template in ((target.script, target.script.replace(".command", ".sh")), (README, README)):
        text = Template(folder.joinpath(template).read_text("utf-8")).substitute(values)
        yield name, text.replace("\n", "\r\n") if name.endswith((".bat", ".txt")) else text


# --- wheels -------------------------------------------------------------------------------------------


def _wheels(folder: Path, target: Target, python: str, given: Path | None) -> Sequence[Path]:
    """Return the wheels of the program and of all that it needs, made or downloaded into a folder."""
    own = _own_wheel(folder)
    where = ["--no-index", "--find-links", str(given)] if given is not None else []
    abis = ("--abi", f"cp{python.replace('.', '')}", "--abi", "abi3", "--abi", "none")
    tags = [option for tag in (*target.tags, "any") for option in ("--platform", tag)]
    options = ["--only-binary=:all:", "--python-version", python, "--implementation", "cp", *abis, *tags]
    _pip("download", *where, *options, "--dest", str(folder), f"{own}{EXTRAS}")
    return sorted(folder.glob("*.whl"))


def _own_wheel(folder: Path) -> Path:
    """Return a wheel of this program, built from its repository, or packed from the installed files."""
    installed = distribution("codetui")
    origin = json.loads(installed.read_text("direct_url.json") or "{}")
    if origin.get("dir_info", {}).get("editable"):
        repository = unquote(urlparse(origin["url"]).path)
        _pip("wheel", "--no-deps", "--wheel-dir", str(folder), repository)
        return next(folder.glob("codetui-*.whl"))
    path = folder / f"codetui-{installed.version}-py3-none-any.whl"
    path.write_bytes(_packed(installed))
    return path


def _packed(installed: Distribution) -> bytes:
    """Return an installed pure package as a wheel, without the files that its installation added."""
    data = BytesIO()
    record: list[str] = []
    info = f"codetui-{installed.version}.dist-info/RECORD"
    with ZipFile(data, "w", ZIP_DEFLATED) as wheel:
        for one in sorted(installed.files or ()):
            if ".." in one.parts or one.suffix == ".pyc" or one.name in NOT_PACKED:
                continue
            content = Path(str(one.locate())).read_bytes()
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            record.append(f"{one.as_posix()},sha256={digest},{len(content)}")
            wheel.writestr(one.as_posix(), content)
        wheel.writestr(info, "\n".join([*record, f"{info},,", ""]))
    return data.getvalue()


def _pip(*arguments: str) -> None:
    """Run pip. Raises StudyError with its last error."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments, "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or [done.stderr.strip()]
        hint = "with a network, or with --wheels and a folder that has all of them"
        raise StudyError(f"the wheels could not be fetched ({errors[-1].removeprefix('ERROR: ')}): try again {hint}.")

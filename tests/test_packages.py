"""The packages: what they hold, that they install, and that the installed program runs on every Python at hand."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


def test_the_licences_of_all_dependencies_are_listed() -> None:
    spec = spec_from_file_location("licences", ROOT / "tools" / "licences.py")
    assert spec and spec.loader
    tool = module_from_spec(spec)
    spec.loader.exec_module(tool)
    page = (ROOT / "docs" / "licences.md").read_text("utf-8")
    assert [name for name in tool.packages() if f"| {name} |" not in page] == []


def run(*command: str | Path, folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def interpreter(version: str) -> str | None:
    """Return a Python of this version: on the path, or beside the one that runs, as pyenv keeps them."""
    beside = sorted(Path(sys.base_prefix).parent.glob(f"{version}.*/bin/python3"))
    return str(beside[-1]) if beside else shutil.which(f"python{version}")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the sdist, and the wheel from it."""
    folder = tmp_path_factory.mktemp("built")
    run(sys.executable, "-m", "build", "-o", folder, ROOT, folder=folder)
    return folder


@pytest.mark.slow
def test_the_packages_are_sound_and_hold_the_manual(built: Path) -> None:
    wheel, sdist = next(built.glob("*.whl")), next(built.glob("*.tar.gz"))
    run(sys.executable, "-m", "twine", "check", "--strict", wheel, sdist, folder=built)
    run(Path(sys.executable).with_name("check-wheel-contents"), wheel, folder=built)
    names = zipfile.ZipFile(wheel).namelist()
    assert {"codetui/py.typed", "codetui/docs/keys.md", "codetui/completions/codetui.bash"} <= set(names)
    assert any(name.endswith("share/man/man1/codetui.1") for name in names)
    assert not [name for name in names if name.startswith(("tests/", "testing/", "tools/"))]


@pytest.mark.slow
@pytest.mark.parametrize("version", PYTHONS)
def test_the_wheel_works_on_every_python(built: Path, tmp_path: Path, version: str) -> None:
    python = interpreter(version)
    if python is None:
        pytest.skip(f"this machine has no Python {version}")
    run(python, "-m", "venv", "env", folder=tmp_path)
    binaries = tmp_path / "env" / ("Scripts" if sys.platform == "win32" else "bin")
    run(binaries / "python", "-m", "pip", "install", "-q", next(built.glob("*.whl")), folder=tmp_path)
    codetui = binaries / "codetui"
    run(codetui, "init", "study", folder=tmp_path)
    study = tmp_path / "study"
    (study / "ads" / "7_baker.txt").write_text("Baker\n\nYou bake bread at night.\n", encoding="utf-8")
    run(codetui, "code", "7", "bake bread", "--as", "TASK1", "--coder", "ada", folder=study)
    assert "bake bread" in run(codetui, "export", "--format", "csv", "-o", "-", folder=study)
    assert "0 errors" in run(codetui, "check", folder=study)
    assert "# Keys" in run(codetui, "help", "keys", folder=study)
    run(binaries / "python", "-c", "import codetui.tui.app, codetui.study.study", folder=study)

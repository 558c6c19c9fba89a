"""`codetui kit`: the study and the program on a stick, started without a network, and the work brought home."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.study.kit import TARGETS
from testing.studies import write_study

if sys.platform == "win32":
    pytest.skip(
        "the start script of Windows cannot be run elsewhere, nor those of others there", allow_module_level=True
    )

HERE = "mac" if sys.platform == "darwin" else "linux"


def test_a_kit_is_refused_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(write_study(tmp_path / "study"))
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a.txt").touch()
    (tmp_path / "empty").mkdir()
    for options, words in (
        (["../full"], "is not empty"),
        (["../out", "--python", "three"], "not a version"),
        (["../out", "--wheels", "../none"], "not a folder of wheels"),
        (["../out", "--wheels", "../empty"], "the wheels could not be fetched"),
    ):
        assert run(["kit", *options]) == 2
        assert words in capsys.readouterr().err
        assert not (tmp_path / "out").exists()


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a kit of an invented study for this system; the wheels come from the package index."""
    folder = tmp_path_factory.mktemp("kit")
    write_study(folder / "home")
    assert run(["kit", str(folder / "stick"), "--study", str(folder / "home"), "--platform", HERE]) == 0
    return folder


def isolated(command: str, *mounts: str) -> list[str]:
    """Return a command that runs without a network, and with read-only folders."""
    shell = "".join(f"mount --bind {one} {one} && mount -o remount,bind,ro {one} && " for one in mounts)
    return ["unshare", "--map-root-user", "--net", "--mount", "sh", "-c", shell + command]


@pytest.mark.slow
@pytest.mark.parametrize("is_read_only", [False, True], ids=["on a stick", "on a read-only medium"])
def test_a_kit_installs_without_a_network_and_the_work_comes_home(
    kit: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], is_read_only: bool
) -> None:
    if subprocess.run(isolated("true"), capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let a test cut off the network (unshare)")
    stick, away = kit / "stick", tmp_path / "away"
    environ = os.environ | {"CODETUI_KIT": str(away), "CODETUI_CODER": "ida", "HOME": str(tmp_path)}
    start, mounts = stick / TARGETS[HERE].script, [str(stick)] if is_read_only else []

    def started(*words: str) -> str:
        command = " ".join(["sh", str(start), *(f"'{word}'" for word in words)])
        done = subprocess.run(isolated(command, *mounts), env=environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    assert "Installing codetui" in started("code", "11", "the lamp", "--as", "TASK1")
    assert "Installing" not in started("status")
    assert "# Keys" in started("help", "keys")
    work = away / "sessions" if is_read_only else stick / "study"
    home = tmp_path / "home"
    shutil.copytree(kit / "home", home)
    assert run(["merge", str(work), "--study", str(home)]) == 0
    capsys.readouterr()
    assert run(["show", "11", "--study", str(home), "--coder", "ida"]) == 0
    assert "the lamp" in capsys.readouterr().out


@pytest.mark.slow
def test_a_kit_for_another_system_has_its_wheels(kit: Path, tmp_path: Path) -> None:
    system = ["--platform", "windows", "--python", "3.12"]
    assert run(["kit", str(tmp_path / "out"), "--study", str(kit / "home"), *system]) == 0
    names = [path.name for path in (tmp_path / "out" / "wheels").iterdir()]
    assert any(name.startswith("pydantic_core") and name.endswith("win_amd64.whl") for name in names)
    assert (tmp_path / "out" / "start.bat").read_bytes().count(b"\r\n") > 10
    own = next(path for path in (tmp_path / "out" / "wheels").iterdir() if path.name.startswith("codetui-"))
    assert "codetui/storage/templates/kit/start.bat" in zipfile.ZipFile(own).namelist()

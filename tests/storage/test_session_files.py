"""Names are valid on every file system, and paths stay in the sessions folder."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codetui.storage.session_files import (
    SessionPaths,
    StoppedAt,
    coder_name,
    coders,
    file_words,
    is_reserved,
    safe_name,
)


def is_portable(name: str) -> bool:
    return (
        0 < len(name.encode()) <= 240
        and not set(name) & set('<>:"/\\|?*')
        and name.isprintable()
        and name[-1] not in " ."
        and name[0] not in " ."
        and not is_reserved(name)
    )


@pytest.mark.parametrize("plain", ["752", "a", "ad-752", "job_12.b", "0" * 61])
def test_an_ordinary_id_is_used_as_a_name(plain: str) -> None:
    assert safe_name(plain) == plain


@pytest.mark.parametrize(
    "hostile",
    ["../../x", "CON", "con", "aux.txt", "a/b", "a\\b", "x" * 300, "a.", " a", "", ".", "\0", "é", "ABC"],
)
def test_a_hostile_id_gets_a_unique_portable_name(hostile: str) -> None:
    name = safe_name(hostile)
    assert name != hostile
    assert is_portable(name)


@given(st.lists(st.text(max_size=20) | st.from_regex(r"[a-zA-Z0-9._-]{1,8}", fullmatch=True), unique=True))
def test_different_ids_have_names_that_differ_in_more_than_case(ids: list[str]) -> None:
    names = [safe_name(each).casefold() for each in ids]
    assert len(set(names)) == len(ids)
    assert all(map(is_portable, names))


@given(st.text(max_size=300))
def test_every_coder_has_a_portable_folder(name: str) -> None:
    assert is_portable(coder_name(name))


@pytest.mark.parametrize("name", ["Anna", "Anna de Vries", "José", "r2-d2", "李"])
def test_a_coder_s_folder_has_the_coder_s_name(name: str) -> None:
    assert coder_name(name) == name


@pytest.mark.parametrize(
    ("employer", "words"),
    [
        ("Creative Fabrica", "creative_fabrica"),
        ("CM.COM NV", "cm_com_nv"),
        ("Nvidia's Dpus", "nvidias_dpus"),
        ("Société Générale / Łódź", "societe_generale_lodz"),
        ("../..", ""),
        ("A" * 300, "a" * 60),
    ],
)
def test_an_employer_in_a_name_is_lower_case_ascii(employer: str, words: str) -> None:
    assert file_words(employer) == words


def test_the_paths_of_a_session(tmp_path: Path) -> None:
    paths = SessionPaths(tmp_path, "anna")
    assert paths.log("752") == tmp_path / "anna" / "events" / "752.jsonl"
    assert paths.document("752", "Creative Fabrica") == tmp_path / "anna" / "analysis_job_752_creative_fabrica.md"
    assert paths.document("752", "") == tmp_path / "anna" / "analysis_job_752.md"


def test_documents_of_an_ad_are_found_under_any_employer(tmp_path: Path) -> None:
    folder = tmp_path / "anna"
    folder.mkdir()
    for name in (
        "analysis_job_7_acme.md",
        "analysis_job_7.md",
        "analysis_job_75_acme.md",
        "analysis_job_7.txt",
    ):
        (folder / name).touch()
    names = [path.name for path in SessionPaths(tmp_path, "anna").documents_of("7")]
    assert names == ["analysis_job_7.md", "analysis_job_7_acme.md"]


def test_coders_are_the_folders_with_logs_or_documents(tmp_path: Path) -> None:
    for path in ("b/events/1.jsonl", "a/analysis_job_1_x.md", "empty/notes.txt", "c/events/place.json"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    assert coders(tmp_path) == ["a", "b"]
    assert coders(tmp_path / "absent") == []
    assert SessionPaths(tmp_path, "b").log_ids() == {"1"}
    assert SessionPaths(tmp_path, "b").logs() == {tmp_path / "b" / "events" / "1.jsonl"}


def test_coders_with_names_equal_except_for_case_get_different_folders(tmp_path: Path) -> None:
    (tmp_path / "anna").mkdir()
    folder = SessionPaths(tmp_path, "Anna").folder
    assert folder.name.casefold() != "anna"
    folder.mkdir()
    assert SessionPaths(tmp_path, "Anna").folder == folder
    assert SessionPaths(tmp_path, "anna").folder == tmp_path / "anna"


def test_the_place_where_the_coder_stopped_is_read_back(tmp_path: Path) -> None:
    paths = SessionPaths(tmp_path, "anna")
    assert paths.read_place() is None
    stopped = StoppedAt("é/1", "ads/\udcff.csv", 93, 2, 40, 7)
    paths.write_place(stopped)
    assert SessionPaths(tmp_path, "anna").read_place() == stopped


@pytest.mark.parametrize("garbage", [b"", b"\xff\xfe", b"[]", b'{"source": 7}', b"[" * 100_000, b'{"cursor": 1}'])
def test_a_damaged_place_is_ignored(tmp_path: Path, garbage: bytes) -> None:
    paths = SessionPaths(tmp_path, "anna")
    paths.write_place(StoppedAt("1"))
    (paths.folder / "events" / "place.json").write_bytes(garbage)
    assert paths.read_place() is None


def test_damaged_numbers_of_a_place_are_ignored(tmp_path: Path) -> None:
    paths = SessionPaths(tmp_path, "anna")
    paths.write_place(StoppedAt("1"))
    garbage = b'{"source": "1", "offset": 1e3, "cursor": -4, "scroll": true, "line": 1' + b"0" * 30 + b"}"
    (paths.folder / "events" / "place.json").write_bytes(garbage)
    assert paths.read_place() == StoppedAt("1")


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_that_leaves_the_sessions_folder_is_refused(tmp_path: Path) -> None:
    root, outside = tmp_path / "sessions", tmp_path / "outside"
    (root / "anna").mkdir(parents=True)
    outside.mkdir()
    (root / "anna" / "events").symlink_to(outside)
    paths = SessionPaths(root, "anna")
    with pytest.raises(PermissionError, match="codetui merge"):
        paths.log("1")
    with pytest.raises(PermissionError):
        paths.write_place(StoppedAt("1"))
    assert list(outside.iterdir()) == []
    assert paths.document("1", "").parent == root / "anna"


def test_a_document_with_a_distinct_name_is_found_for_its_ad(tmp_path: Path) -> None:
    paths = SessionPaths(tmp_path, "anna")
    assert paths.document("1_a", "b") == paths.document("1", "a b")
    apart = {paths.document(ad, who, is_apart=True) for ad, who in (("1_a", "b"), ("1", "a b"), ("1", ""))}
    assert len(apart) == 3
    assert all(is_portable(path.name) for path in apart)
    alone = paths.document("1", "", is_apart=True)
    alone.parent.mkdir(parents=True)
    alone.touch()
    assert paths.documents_of("1") == [alone]

"""Codebooks in the databases of other programs: Taguette's projects (`.sqlite3`) and QualCoder's (`data.qda`)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing

from codetui.formats.book_files.entries import BookEntry, FoundBook, Path, UnreadableBookError
from codetui.formats.refi.descriptions import parse_description

MAGIC = b"SQLite format 3\0"


def read_database(data: bytes, stem: str) -> FoundBook:
    """Return the codes of a project of Taguette or QualCoder. Raises UnreadableBookError."""
    with closing(sqlite3.connect(":memory:")) as database:
        try:
            database.deserialize(data)
            tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if {"code_name", "code_cat"} <= tables:
                return _qualcoder(database, stem)
            if {"tags", "projects"} <= tables:
                return _taguette(database, stem)
        except (sqlite3.Error, UnicodeError) as error:
            raise UnreadableBookError(f"its database is damaged ({error})") from None
    raise UnreadableBookError("its database is neither a project of Taguette nor one of QualCoder")


def _taguette(database: sqlite3.Connection, stem: str) -> FoundBook:
    """Return the tags of the only project in a database of Taguette; a dot in a tag separates its levels."""
    projects = list(database.execute("SELECT id, name FROM projects ORDER BY id"))
    if len(projects) != 1:
        names = ", ".join(str(name) for _, name in projects)
        raise UnreadableBookError(f"it has {len(projects)} projects ({names}); export one of them from Taguette")
    rows = database.execute("SELECT path, description FROM tags ORDER BY id")
    entries = [
        BookEntry(str(path), path=tuple(filter(None, [str(path).rpartition(".")[0]])), fields=_defined(description))
        for path, description in rows
    ]
    highlights = _count(database, "highlights")
    return FoundBook("project of Taguette", entries, str(projects[0][1]) or stem, left_out={"highlights": highlights})


def _qualcoder(database: sqlite3.Connection, stem: str) -> FoundBook:
    """Return the codes and categories of a project of QualCoder."""
    rows = list(database.execute("SELECT catid, name, memo, supercatid FROM code_cat ORDER BY name"))
    names = {catid: (str(name), supercatid) for catid, name, _, supercatid in rows}
    entries = [
        BookEntry(str(name), path=_path(names, above), fields=_defined(memo), is_code=False)
        for _, name, memo, above in rows
    ]
    codes = list(database.execute("SELECT name, memo, catid, color FROM code_name ORDER BY name"))
    entries += [BookEntry(str(name), path=_path(names, catid), fields=_defined(memo)) for name, memo, catid, _ in codes]
    left_out = {"colours": sum(bool(colour) for *_, colour in codes), "codings": _count(database, "code_text")}
    return FoundBook("project of QualCoder", entries, stem, left_out=left_out)


def _path(names: Mapping[object, tuple[str, object]], category: object) -> Path:
    """Return the titles of a category and of those above it, the outermost first."""

    def upwards(category: object) -> Iterator[str]:
        seen: set[object] = set()
        while category in names and category not in seen:
            seen.add(category)
            name, category = names[category]
            yield name

    return tuple(upwards(category))[::-1]


def _defined(text: object) -> dict[str, str | tuple[str, ...]]:
    return dict(parse_description(str(text or "")).fields)


def _count(database: sqlite3.Connection, table: str) -> int:
    try:
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    except sqlite3.Error:
        return 0

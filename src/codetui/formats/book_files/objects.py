"""Codebooks in JSON and YAML: lists of codes, names with their definitions, or codes nested in categories."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from codetui.formats.book_files.entries import (
    MOST_ENTRIES,
    TOO_MANY,
    BookEntry,
    FieldValue,
    FoundBook,
    Path,
    UnreadableBookError,
)
from codetui.formats.coding_book.vocabulary import LIST_FIELDS, WORDS, field_key, is_title
from codetui.formats.refi.descriptions import split_label

CONTAINER = re.compile(
    r"(sub|child(ren)?)?[-_ ]?(codes?|tags?|themes?|thema'?s?|categor(y|ies|ie|ieën)|groups?|groepen|sections?|secties|"
    r"code[-_ ]?(book|boek|list|lijst|frame|system)|items|entries|children|kinderen|labels?|nodes?|concepts?)",
    re.IGNORECASE,
)
DECLARED = re.compile(r"code|tag|them|categor", re.IGNORECASE)
HEAD = {"title": "title", "titel": "title", "name": "title", "naam": "title", "version": "version", "versie": "version"}
NAMES = ("code", "tag", "theme", "thema", "name", "naam", "label", "title", "titel", "category", "categorie", "section")
ALSO_NAMES = ("name", "naam", "label", "title", "titel")
"""The fields that have the name of a code where `code` has its id."""

PARENTS = ("parent", "category", "categorie", "section", "sectie", "group", "groep", "theme", "thema", "bovenliggend")
OWN = ("holds", "key")
COLOUR = re.compile(r"colou?r|kleur", re.IGNORECASE)
DEEPEST = 20
"""Levels of a file that are read: an alias in YAML may contain itself."""

MOST_NAMED = 3
FEWEST_WORDS = 2
"""Words of a definition, on average at least, where nothing but names and texts shows that they are codes."""


def read_json(data: bytes, stem: str) -> FoundBook:
    """Return the codes in JSON, or in JSON lines. Raises UnreadableBookError."""
    text = data.decode("utf-8-sig", "replace")
    try:
        value: object = json.loads(text)
    except RecursionError:
        raise UnreadableBookError("its lists are nested too deeply") from None
    except ValueError as error:
        lines = [line for line in text.split("\n") if line.strip()]
        try:
            value = [json.loads(line) for line in lines]
        except (ValueError, RecursionError):
            line = error.lineno if isinstance(error, json.JSONDecodeError) else 0
            raise UnreadableBookError(f"it is not valid JSON ({error})", line) from None
    return _read("JSON", value, stem)


def read_yaml(data: bytes, stem: str) -> FoundBook:
    """Return the codes in YAML. Raises UnreadableBookError, also if the library is missing."""
    try:
        import yaml
    except ImportError:
        hint = "install it with pip install 'codetui[sources]', or save the file as JSON"
        raise UnreadableBookError(f"YAML needs a library that is not installed; {hint}") from None
    try:
        value: object = yaml.safe_load(data.decode("utf-8-sig", "replace"))
    except RecursionError:
        raise UnreadableBookError("its lists are nested too deeply") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "damaged"
        raise UnreadableBookError(f"it is not valid YAML ({what})", mark.line + 1 if mark else 0) from None
    except ValueError as error:
        raise UnreadableBookError(f"it is not valid YAML ({error})") from None
    return _read("YAML", value, stem)


def _read(kind: str, value: object, stem: str) -> FoundBook:
    walker = _Walker()
    entries = list(walker.entries(value, (), 0))
    head = walker.head
    if entries and not walker.is_codebook(entries):
        names = ", ".join(f"“{one.name}”" for one in entries[:MOST_NAMED])
        hint = "put them in a list or object called `codes`, with a `definition` each"
        raise UnreadableBookError(f"nothing shows that its names are those of codes: {names}; {hint}")
    return FoundBook(kind, entries, head.get("title", stem), head.get("version", ""), walker.columns, walker.left_out)


class _Walker:
    """Walks the values of a file."""

    def __init__(self) -> None:
        self.head: dict[str, str] = {}
        self.columns: dict[str, str] = {}
        self.left_out = Counter[str]()
        self._number = 0
        self._is_declared = False

    def is_codebook(self, entries: Sequence[BookEntry]) -> bool:
        """Return whether names of fields show that the entries are codes, or all are names with a text."""
        fields = {_plain(name) for name in self.columns}
        if self._is_declared or any(is_title(name, "code", "sub") or "defini" in name for name in fields):
            return True
        if {field_key(name) for name in fields} & {"include", "exclude", "confused_with"}:
            return True
        texts = [_words(one.fields.get("definition", "")) for one in entries if one.fields]
        is_whole = sum(self.left_out.values()) < len(entries) if fields else not self.left_out
        return is_whole and len(entries) > 1 and len(texts) > 0 and sum(texts) >= FEWEST_WORDS * len(texts)

    def entries(self, value: object, path: Path, depth: int) -> Iterator[BookEntry]:
        """Yield the codes in a value below some headings."""
        if depth > DEEPEST:
            raise UnreadableBookError(f"it is nested more than {DEEPEST} levels deep")
        if isinstance(value, list):
            for each in value:
                yield from self._of_list(each, path, depth)
        elif isinstance(value, dict):
            fields = {str(name): one for name, one in value.items()}
            is_book = depth == 0 and any(_is_container(name, one) for name, one in fields.items())
            named = "" if is_book else self._name(fields)
            yield from self._object(fields, named, path, depth) if named else self._mapping(fields, path, depth)

    def _of_list(self, value: object, path: Path, depth: int) -> Iterator[BookEntry]:
        text = _scalar(value)
        if text is not None:
            yield from self._entry(text, {}, path)
        else:
            yield from self.entries(value, path, depth + 1)

    def _name(self, fields: Mapping[str, object]) -> str:
        """Return the field that names an object; empty if there is none."""
        found = [name for name in NAMES for key in fields if _plain(key) == name and _scalar(fields[key])]
        return next((key for name in found for key in fields if _plain(key) == name), "")

    def _object(self, fields: Mapping[str, object], named: str, path: Path, depth: int) -> Iterator[BookEntry]:
        """Yield an object with a name: a code, and the codes inside it."""
        name, id_ = _scalar(fields[named]) or "", ""
        rest = {key: value for key, value in fields.items() if key != named}
        self.columns.setdefault(named, "name")
        own = next((key for key in rest if _plain(named) == "code" and _plain(key) in ALSO_NAMES), "")
        if own and _scalar(rest[own]):
            self.columns |= {named: "id", own: "name"}
            id_, name = name, _scalar(rest.pop(own)) or ""
        parents = [key for key in rest if _plain(key) in PARENTS and _scalar(rest[key])]
        for key in parents:
            self.columns.setdefault(key, "heading above")
            path = (*path, _scalar(rest.pop(key)) or "")
        inside = {key: rest.pop(key) for key in list(rest) if _is_container(key, rest[key])}
        is_code = not inside or _plain(named) in ("code", "tag")
        yield from self._entry(name, rest, path, is_code=is_code, known_id=id_)
        for key, value in inside.items():
            self.columns.setdefault(key, "what is below it")
            yield from self.entries(value, (*path, split_label(name)[1]), depth + 1)

    def _mapping(self, fields: Mapping[str, object], path: Path, depth: int) -> Iterator[BookEntry]:
        """Yield what an object without a name contains: its keys are names of codes or of headings."""
        for key, value in fields.items():
            text = _scalar(value)
            if not path and _plain(key) in HEAD and text is not None:
                self.head[HEAD[_plain(key)]] = text
            elif CONTAINER.fullmatch(_plain(key)) and text is None:
                self._is_declared = self._is_declared or DECLARED.search(key) is not None
                yield from self.entries(value, path, depth + 1)
            elif not path and depth == 0 and text is not None and not self._are_codes(fields):
                self.left_out[f"field “{key}”"] += 1
            elif text is not None:
                yield from self._entry(key, {}, path, definition=text)
            elif isinstance(value, dict) and self._has_fields(value):
                rest = {str(name): one for name, one in value.items()}
                inside = {name: rest.pop(name) for name in list(rest) if _is_container(name, rest[name])}
                yield from self._entry(key, rest, path, is_code=not inside)
                for one in inside.values():
                    yield from self.entries(one, (*path, key), depth + 1)
            elif value is None or value == {} or value == []:
                yield from self._entry(key, {}, path)
            else:
                yield from self.entries(value, (*path, key), depth + 1)

    def _are_codes(self, fields: Mapping[str, object]) -> bool:
        """Return whether all values of the outermost object are texts, so that it maps codes to definitions."""
        texts = [key for key in fields if _plain(key) not in HEAD]
        return len(texts) > 1 and all(_scalar(fields[key]) is not None for key in texts)

    def _has_fields(self, value: Mapping[object, object]) -> bool:
        return any(field_key(_plain(str(key))) or _is_container(str(key), one) for key, one in value.items())

    def _entry(
        self,
        label: str,
        fields: Mapping[str, object],
        path: Path,
        *,
        is_code: bool = True,
        definition: str = "",
        known_id: str = "",
    ) -> Iterator[BookEntry]:
        """Yield the entry of a code with its fields, as far as they are understood."""
        self._number += 1
        if self._number > MOST_ENTRIES:
            raise UnreadableBookError(TOO_MANY)
        id_, name = (known_id, label.strip()) if known_id else split_label(label.strip())
        known: dict[str, FieldValue] = {"definition": definition} if definition else {}
        remarks: list[tuple[str, str]] = []
        for key, value in fields.items():
            plain, text = _plain(key), _texts(value)
            if is_title(plain, "id") or plain == "guid":
                id_ = "".join(text) if plain != "guid" else id_
                meaning = "id" if plain != "guid" else ""
            elif meaning := field_key(plain) or (plain if plain in OWN else ""):
                known[meaning] = text if meaning in LIST_FIELDS or meaning == "confused_with" else "\n".join(text)
            elif WORDS["remark"].fullmatch(plain) and any(text):
                remarks.append((key, "\n".join(text)))
                meaning = "a text beside it"
            elif any(text):
                self.left_out["colours" if COLOUR.fullmatch(plain) else f"field “{key}”"] += 1
            self.columns.setdefault(key, meaning)
        if name:
            yield BookEntry(name, id_, path, known, is_code, tuple(remarks))
        else:
            self.left_out["codes without a name"] += 1


def _words(text: FieldValue) -> int:
    return len(text.split()) if isinstance(text, str) else 0


def _is_container(key: str, value: object) -> bool:
    return isinstance(value, dict | list) and CONTAINER.fullmatch(_plain(key)) is not None


def _plain(key: str) -> str:
    return " ".join(key.replace("_", " ").replace("-", " ").split()).casefold()


def _scalar(value: object) -> str | None:
    """Return a text, number or truth value as text; None for anything else."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, str | int | float) else None


def _texts(value: object) -> tuple[str, ...]:
    """Return the texts in a value, whatever it is."""
    text = _scalar(value)
    if text is not None:
        return (text,)
    if isinstance(value, list):
        return tuple(text for each in value for text in _texts(each))
    if isinstance(value, dict):
        return tuple(f"{key}: {text}" for key, each in value.items() for text in _texts(each))
    return ()

"""The rules from one codebook to the next as a TOML file that people edit: `read`, and `write` for proposals."""

from __future__ import annotations

from collections.abc import Iterator

from codetui.core.codebook import index as books
from codetui.core.codebook.diff import Entry, PartKind, entries, nearest, paired
from codetui.core.codebook.migration import KINDS, MigrationMap, Rule, version_name
from codetui.formats.toml.strings import short_text
from codetui.formats.toml.tables import Sheet, Table, shown
from codetui.model import Codebook, Problem

TABLES: dict[PartKind, str] = {"profile": "profiles", "section": "sections", "group": "groups", "code": "codes"}
SHORTEST_SHOWN = 0.40
"""Below this likeness a part is not even named as the nearest."""

HEAD = """\
# What becomes of codings when the codebook changes: an id of the old book = what it is called in the new one.
#
#   "1.A.2" = "TASK5"               renamed, with all its codings; several that become one are merged
#   "1.B.3" = ["TASK2", "TASK3"]    split: each coding waits until a coder decides which it is
#   "2.7" = ""                      retired: its codings stay under it, and wait for a decision
#
# Leave split and retired codes in the new codebook with retired = true: documents then go on to name them.
# Names may stand for ids.  What is not listed stays as it is.  Nothing is deleted, and a coder can undo it.
#
#   codetui codebook migrate --map FILE --dry-run    counts what would change
#   codetui codebook migrate --map FILE              changes it
"""


def parse_map(
    text: str, file: str, new: Codebook, old: Codebook | None = None
) -> tuple[MigrationMap | None, list[Problem]]:
    """The map with the rules that could be read, and the problems in the order of their lines.

    None stands for a text that is no TOML.  Names are replaced by ids; a rule that names what the `new` book lacks
    is an error and left out, one about what the `old` book lacks is kept: a document may have called a code so.
    """
    sheet = Sheet(file)
    top = sheet.parse(text)
    if top is None:
        return None, sheet.problems
    old_book, new_book = top.line_of_text("from"), top.line_of_text("to")
    is_checked = top.flag("checked") or "checked" not in top.fields
    rules = [rule for kind in KINDS for rule in _rules(kind, top.table(TABLES[kind]), new, old)]
    top.report_unknown()
    if new_book and new_book != version_name(new):
        said = f"the rules lead to the codebook {new_book}, and this one is {version_name(new)}; look at them again"
        top.say("warning", said, "to")
    found = MigrationMap(tuple(rules), old_book, new_book, is_checked)
    return found, sorted(sheet.problems, key=lambda problem: problem.line)


def parse_kept_map(text: str) -> MigrationMap:
    """Rules that `write` wrote, all in ids; nothing is looked up.  What cannot be read is left out."""
    top = Sheet("").parse(text)
    if top is None:
        return MigrationMap()
    found = {
        (kind, ".".join(path)): Rule(kind, ".".join(path), tuple(names))
        for kind in KINDS
        for path, value in _assignments(top.table(TABLES[kind]).fields, ())
        if (names := _names(value)) is not None
    }
    return MigrationMap(tuple(found.values()), top.line_of_text("from"), top.line_of_text("to"))


def render_map(rules: MigrationMap, old: Codebook, new: Codebook) -> str:
    """The map as a file for a person to look through: beside each rule the names, and how alike they are."""
    parts = [HEAD, f"from = {short_text(rules.old_book)}    # {old.title}"]
    parts.append(f"to = {short_text(rules.new_book)}    # {new.title}")
    if not rules.is_checked:
        parts.append("checked = false    # write true when you have looked through the rules")
    for kind in KINDS:
        lines = list(_lines(kind, rules, old, new))
        if lines:
            parts += ["", f"[{TABLES[kind]}]", *lines]
        parts += _unreached(kind, rules, old, new)
    return "\n".join(parts) + "\n"


# --- reading ----------------------------------------------------------------------------------------


def _rules(kind: PartKind, table: Table, new: Codebook, old: Codebook | None) -> Iterator[Rule]:
    first: dict[str, str] = {}
    pairs = paired(entries(old, kind), entries(new, kind)) if old else []
    same = {pair.old for pair in pairs if pair.old == pair.new}
    active = same - {code.id for code in new.codes if code.is_retired}
    for path, value in _assignments(table.fields, ()):
        name = ".".join(path)
        targets = _targets(kind, table, path, value, new)
        if targets is None:
            continue
        id_ = name if old is None else _id_in(kind, old, name)
        if id_ is None:
            table.say("note", f"the old codebook has no {kind} {shown(name)}; the rule is kept as it is", *path)
            id_ = name
        if id_ in first:
            said = f"{shown(first[id_])} and {shown(name)} are the same {kind}"
            table.say("error", f"{said}; the first rule counts: take one out", *path)
            continue
        first[id_] = name
        if not targets and kind == "code" and id_ in active:
            said = f"{shown(name)} is retired, and the new codebook has it still"
            table.say("warning", f"{said}; write retired = true there, or take it out", *path)
        if targets != (id_,):
            yield Rule(kind, id_, targets, is_same=id_ in same)


def _assignments(fields: dict[str, object], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], object]]:
    """Each key with its value; `1.A.2 = …` without quotes, which TOML takes for tables in tables, is one key."""
    for key, value in fields.items():
        if isinstance(value, dict):
            yield from _assignments(value, (*path, key))
        else:
            yield (*path, key), value


def _targets(
    kind: PartKind, table: Table, path: tuple[str, ...], value: object, new: Codebook
) -> tuple[str, ...] | None:
    """The ids that a rule leads to; None, with a problem, where it cannot be followed."""
    names = _names(value)
    if names is None:
        said = 'write an id in quotes, a list of ids, or "" for a code that is retired'
        table.say("error", f"{shown('.'.join(path))} leads to neither an id nor a list of ids; {said}", *path)
        return None
    found: list[str] = []
    for name in names:
        id_ = _id_in(kind, new, name)
        if id_ is None:
            near = table.nearest(name, [each.id for each in entries(new, kind)])
            hint = f"did you mean {shown(near)}?" if near else "write the id of one that is there."
            said = f"{shown('.'.join(path))} leads to {shown(name)}, a {kind} that the new codebook lacks; {hint}"
            table.say("error", said, *path)
            return None
        found.append(id_)
    return tuple(dict.fromkeys(found))


def _names(value: object) -> list[str] | None:
    """One text, or a list of texts; numbers will do, an empty text and false are no name at all."""
    if value is False:
        return []
    values = value if isinstance(value, list) else [value]
    names: list[str] = []
    for each in values:
        if isinstance(each, bool) or not isinstance(each, str | int):
            return None
        names.append(" ".join(str(each).split()))
    return [name for name in names if name] if len(names) < 2 or all(names) else None


def _id_in(kind: PartKind, book: Codebook, name: str) -> str | None:
    """The id of the part that an id, a name or (for a code) a label means."""
    parts = entries(book, kind)
    if any(each.id == name for each in parts):
        return name
    if kind == "code":
        code = books.code_by_label(book, name)
        return code.id if code else None
    wanted = books.folded(name)
    named = [each.id for each in parts if books.folded(each.name) == wanted]
    return named[0] if len(named) == 1 else None


# --- writing ----------------------------------------------------------------------------------------


def _lines(kind: PartKind, rules: MigrationMap, old: Codebook, new: Codebook) -> Iterator[str]:
    olds = {each.id: each for each in entries(old, kind)}
    news = {each.id: each for each in entries(new, kind)}
    for rule in rules.rules:
        if rule.part == kind:
            to = [short_text(each) for each in rule.new]
            value = '""' if not to else to[0] if len(to) == 1 else f"[{', '.join(to)}]"
            comment = _comment(rule, olds.get(rule.old), news)
            yield f"{short_text(rule.old)} = {value}{f'    # {comment}' if comment else ''}"


def _comment(rule: Rule, old: Entry | None, news: dict[str, Entry]) -> str:
    """The names that a rule is about, and what spoke for it or how near the nearest is."""
    name = old.name if old else ""
    if rule.new:
        names = " or ".join(news[each].name for each in rule.new if each in news)
        score = f"{rule.likeness:.2f} alike: " if rule.likeness < 1 else ""
        return f"{score}{name}" if books.folded(name) == books.folded(names) else f"{score}{name} → {names}"
    near = [(each, score) for each, score in nearest(old, news.values()) if score >= SHORTEST_SHOWN] if old else []
    found = ", ".join(f"{each.id} {each.name} {score:.2f}" for each, score in near)
    return f"{name}; {f'nearest: {found}' if found else 'nothing is like it'}"


def _unreached(kind: PartKind, rules: MigrationMap, old: Codebook, new: Codebook) -> Iterator[str]:
    """What is new in the new book, as a comment: perhaps it is what an old part should become."""
    reached = {to for rule in rules.rules if rule.part == kind for to in rule.new}
    kept = {each.id for each in entries(old, kind)} - {rule.old for rule in rules.rules if rule.part == kind}
    fresh = [each for each in entries(new, kind) if each.id not in reached | kept]
    if fresh:
        yield f"# No old {kind} leads to:"
        yield from (f"#   {each.id}  {each.name}" for each in fresh)

"""The rules from one codebook to the next as TOML: proposals for people to edit, and applied rules."""

from __future__ import annotations

from collections.abc import Iterator

from codetui.core.codebook import index as books
from codetui.core.codebook.diff import KINDS, Identity, PartKind, identities, nearest, pair_parts
from codetui.core.codebook.migration import MigrationMap, Rule, version_name
from codetui.formats.toml.syntax import quote
from codetui.formats.toml.tables import Sheet, Table, shown
from codetui.formats.toml.tables import nearest as nearest_name
from codetui.model import Codebook, Problem

TABLES: dict[PartKind, str] = {"profile": "profiles", "section": "sections", "group": "groups", "code": "codes"}
SHORTEST_SHOWN = 0.40
"""Likeness from which on a part is named as the nearest."""

HEAD = """\
# What happens to codings when the codebook changes: the id in the old codebook = the id in the new one.
#
#   "1.A.2" = "TASK5"               renamed, with all its codings; several with one target are merged
#   "1.B.3" = ["TASK2", "TASK3"]    split: a coder decides for each coding
#   "2.7" = ""                      retired: until recoded, its codings keep the retired code
#
# Keep split and retired codes in the new codebook with retired = true, so that documents can name them.
# Names may be used instead of ids.  What is not listed does not change.  Nothing is deleted, and a coder can undo it.
#
#   codetui codebook migrate --map FILE --dry-run    counts what would change
#   codetui codebook migrate --map FILE              changes it
"""


def parse_map(
    text: str, file: str, new: Codebook, old: Codebook | None = None
) -> tuple[MigrationMap | None, list[Problem]]:
    """Return the map with the rules that could be read, and the problems in the order of their lines.

    The map is None if the text is not valid TOML.  Names are replaced by ids.  A rule whose target is not in the `new`
    codebook is an error and is ignored. A rule for a part that is not in the `old` codebook is kept, since documents
    may have used that name for a code.
    """
    from codetui.formats.forms import MapForm, check

    sheet = Sheet(file)
    top = sheet.parse(text)
    if top is None:
        return None, sheet.problems
    old_book, new_book = top.text("from"), top.text("to")
    is_checked = top.flag("checked") or "checked" not in top.fields
    rules = [rule for kind in KINDS for rule in _rules(kind, top.table(TABLES[kind]), new, old)]
    if new_book and new_book not in (new.version, version_name(new)):
        what = f"the rules lead to the codebook {new_book}, but this one is {version_name(new)}; review them"
        top.report("warning", what, "to")
    check(MapForm, top)
    found = MigrationMap(tuple(rules), old_book, new_book, is_checked)
    return found, sorted(sheet.problems, key=lambda problem: problem.line)


def render_map(rules: MigrationMap, old: Codebook, new: Codebook) -> str:
    """Return a map for a person to review, with the names of the parts and their likeness beside each rule."""
    parts = [HEAD, f"from = {quote(rules.old_book)}    # {old.title}"]
    parts.append(f"to = {quote(rules.new_book)}    # {new.title}")
    if not rules.is_checked:
        parts.append("checked = false    # write true when you have reviewed the rules")
    for kind in KINDS:
        lines = list(_lines(kind, rules, old, new))
        if lines:
            parts += ["", f"[{TABLES[kind]}]", *lines]
        parts += _unreached(kind, rules, old, new)
    return "\n".join(parts) + "\n"


def render_applied_map(rules: MigrationMap) -> str:
    """Return applied rules as `parse_applied_map` reads them, with ids only."""
    import tomli_w

    tables = {
        TABLES[kind]: {rule.old: rule.new[0] if len(rule.new) == 1 else list(rule.new) for rule in of_kind}
        for kind in KINDS
        if (of_kind := [rule for rule in rules.rules if rule.part == kind])
    }
    return tomli_w.dumps({"from": rules.old_book, "to": rules.new_book, **tables})


def parse_applied_map(text: str) -> MigrationMap:
    """Return the rules that `render_applied_map` wrote, without any lookup; unreadable rules are ignored."""
    top = Sheet("").parse(text)
    if top is None:
        return MigrationMap()
    rules = (
        Rule(kind, old, tuple(names))
        for kind in KINDS
        for old, value in top.table(TABLES[kind]).fields.items()
        if (names := _names(value)) is not None
    )
    return MigrationMap(tuple(rules), top.text("from"), top.text("to"))


# --- reading ----------------------------------------------------------------------------------------


def _rules(kind: PartKind, table: Table, new: Codebook, old: Codebook | None) -> Iterator[Rule]:
    first: dict[str, str] = {}
    pairs = pair_parts(identities(old, kind), identities(new, kind)) if old else []
    same = {pair.old for pair in pairs if pair.old == pair.new}
    active = same - {code.id for code in new.codes if code.is_retired}
    for path, value in _assignments(table.fields, ()):
        name = ".".join(path)
        targets = _targets(kind, table, path, value, new)
        if targets is None:
            continue
        id_ = name if old is None else _id_in(kind, old, name)
        if id_ is None:
            table.report("note", f"the old codebook has no {kind} {shown(name)}; the rule is kept as it is", *path)
            id_ = name
        if id_ in first:
            what = f"{shown(first[id_])} and {shown(name)} are the same {kind}"
            table.report("error", f"{what}; the first rule is used: remove one", *path)
            continue
        first[id_] = name
        if not targets and kind == "code" and id_ in active:
            what = f"{shown(name)} is retired, but not in the new codebook"
            table.report("warning", f"{what}; write retired = true there, or remove it", *path)
        if targets != (id_,):
            yield Rule(kind, id_, targets, is_same=id_ in same)


def _assignments(fields: dict[str, object], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], object]]:
    """Yield each key with its value; an unquoted `1.A.2 = …`, which TOML reads as nested tables, counts as one key."""
    for key, value in fields.items():
        if isinstance(value, dict):
            yield from _assignments(value, (*path, key))
        else:
            yield (*path, key), value


def _targets(
    kind: PartKind, table: Table, path: tuple[str, ...], value: object, new: Codebook
) -> tuple[str, ...] | None:
    """Return the ids that a rule leads to; None, with a problem, if the rule is invalid."""
    names = _names(value)
    source = shown(".".join(path))
    if names is None:
        what = f"{source} leads to neither an id nor a list of ids"
        table.report("error", f'{what}; write an id in quotes, a list of ids, or "" to retire it', *path)
        return None
    found: list[str] = []
    for name in names:
        id_ = _id_in(kind, new, name)
        if id_ is None:
            near = nearest_name(name, (each.id for each in identities(new, kind)))
            hint = f"did you mean {shown(near)}?" if near else "write an existing id"
            what = f"{source} leads to {shown(name)}, a {kind} that the new codebook lacks; {hint}"
            table.report("error", what, *path)
            return None
        found.append(id_)
    return tuple(dict.fromkeys(found))


def _names(value: object) -> list[str] | None:
    """Return the names in a text, a number or a list of these; none for an empty text and for false."""
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
    """Return the id of the part with this id, this name or (for a code) this label."""
    parts = identities(book, kind)
    if any(each.id == name for each in parts):
        return name
    if kind == "code":
        code = books.index_of(book).code_by_label(name)
        return code.id if code else None
    wanted = books.folded(name)
    named = [each.id for each in parts if books.folded(each.name) == wanted]
    return named[0] if len(named) == 1 else None


# --- writing ----------------------------------------------------------------------------------------


def _lines(kind: PartKind, rules: MigrationMap, old: Codebook, new: Codebook) -> Iterator[str]:
    olds = {each.id: each for each in identities(old, kind)}
    news = {each.id: each for each in identities(new, kind)}
    for rule in rules.rules:
        if rule.part == kind:
            targets = [quote(each) for each in rule.new]
            value = '""' if not targets else targets[0] if len(targets) == 1 else f"[{', '.join(targets)}]"
            comment = _comment(rule, olds.get(rule.old), news)
            yield f"{quote(rule.old)} = {value}{f'    # {comment}' if comment else ''}"


def _comment(rule: Rule, old: Identity | None, news: dict[str, Identity]) -> str:
    """Return the names of the parts in a rule, with the likeness it is based on, or the most similar parts."""
    name = old.name if old else ""
    if rule.new:
        names = " or ".join(news[each].name for each in rule.new if each in news)
        score = f"{rule.likeness:.2f} alike: " if rule.likeness < 1 else ""
        return f"{score}{name}" if books.folded(name) == books.folded(names) else f"{score}{name} → {names}"
    near = [(each, score) for each, score in nearest(old, news.values()) if score >= SHORTEST_SHOWN] if old else []
    found = ", ".join(f"{each.id} {each.name} {score:.2f}" for each, score in near)
    return f"{name}; {f'nearest: {found}' if found else 'nothing similar'}"


def _unreached(kind: PartKind, rules: MigrationMap, old: Codebook, new: Codebook) -> Iterator[str]:
    """Yield, as comments, the new parts that no rule leads to; one of them may be the successor of an old part."""
    reached = {target for rule in rules.rules if rule.part == kind for target in rule.new}
    kept = {each.id for each in identities(old, kind)} - {rule.old for rule in rules.rules if rule.part == kind}
    fresh = [each for each in identities(new, kind) if each.id not in reached | kept]
    if fresh:
        yield f"# No old {kind} leads to:"
        yield from (f"#   {each.id}  {each.name}" for each in fresh)

"""The coding book's own texts and the background documents, from their tables, and the parts that they name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from codetui.core.codebook.diff import Order, PartKind, parts
from codetui.formats.toml_tables import MOST_NAMES, Table, shown
from codetui.model import Codebook, CodebookText, CodeId, Reference


@dataclass
class TextsReader:
    """What was read so far, each with the table it stands in."""

    texts: dict[CodebookText, Table] = field(default_factory=dict)
    references: dict[Reference, Table] = field(default_factory=dict)

    def read(self, top: Table) -> None:
        """Read all texts and references of the file."""
        for table in top.tables("reference"):
            self._reference(table)
        for table in top.tables("text"):
            self._text(table)

    def check(self, book: Codebook) -> None:
        """Report every part that a text or a reference names and `book` lacks."""
        order = Order(parts(book))
        for text, table in self.texts.items():
            _check_place(text, table, order)
        ids: dict[str, dict[str, None]] = {
            "code": dict.fromkeys(code.id for code in book.codes),
            "profile": dict.fromkeys(profile.id for profile in book.profiles),
        }
        for reference, table in self.references.items():
            for kind, named in (("code", reference.codes), ("profile", reference.profiles)):
                for number, name in enumerate(named):
                    if name not in ids[kind]:
                        report_missing(table, (kind, number), f"a {kind}", name, ids[kind])

    def _reference(self, table: Table) -> None:
        title, path = table.line_of_text("title"), table.line_of_text("path")
        codes, profiles = tuple(map(CodeId, table.ids("code"))), table.ids("profile")
        table.report_unknown()
        if path:
            reference = Reference(title=title or path, path=path, codes=codes, profiles=profiles)
            self.references.setdefault(reference, table)
        else:
            table.say("error", 'a reference has no path; it is left out: write path = "notes.md"', "path")

    def _text(self, table: Table) -> None:
        before, after = table.line_of_text("before", number=True), table.line_of_text("after", number=True)
        if before and after:
            table.say(
                "error", "a text stands before one part or after one, not both; take one off, before counts", "after"
            )
        text = CodebookText(
            title=table.line_of_text("title"),
            body=table.verbatim("body"),
            before=before,
            after="" if before else after,
        )
        table.report_unknown()
        if text.title or text.body:
            self.texts.setdefault(text, table)
        else:
            table.say("warning", 'a text has neither title nor body; it is left out: write body = """…"""')


def _check_place(text: CodebookText, table: Table, order: Order) -> None:
    """Report a place that no part, or more than one, answers to."""
    name = "before" if text.before else "after"
    wanted = text.before or text.after
    found = order.named(wanted)
    if wanted and not found:
        report_missing(table, (name,), "a section, group, profile or code", wanted, (part.id for part in order.parts))
    elif len(found) > 1:
        kinds: list[PartKind] = [part.kind for part in found]
        said = f"{name} = {shown(wanted)} may be the {' or the '.join(kinds)}; the {kinds[0]} is taken"
        table.say("error", f"{said}: write {shown(f'{kinds[0]} {wanted}')}", name)


def report_missing(table: Table, place: tuple[str | int, ...], what: str, name: str, known: Iterable[str]) -> None:
    """Report an id that the book lacks, with what may be meant, as long as anybody reads on."""
    if not table.sheet.has_room():
        return
    near = table.nearest(name, list(islice(known, MOST_NAMES)))
    hint = f"did you mean {shown(near)}?" if near else "write the id of one that is there, or take it off."
    table.say("error", f"{place[0]} names {what} {shown(name)}, which the book lacks; {hint}", *place)

"""Build the tables of a codebook from the passages of a coding book."""

from __future__ import annotations

from collections import Counter

from codetui.core.codebook.diff import PartOrder
from codetui.formats.codebook.writer import CODE, PROFILE, Fields, Tables
from codetui.formats.coding_book.classify import Passage
from codetui.formats.coding_book.fields import FieldCollector, words
from codetui.formats.coding_book.labels import Label, plain_name
from codetui.formats.coding_book.markdown import Block, prose
from codetui.formats.coding_book.names import CodeFinder, Notify, PartNames
from codetui.formats.coding_book.pieces import Piece, split_blocks
from codetui.formats.coding_book.vocabulary import CODE_FIELDS, DUTCH, ONLY_PROFILES, PROFILE_FIELDS, FieldKey

CODE_ORDER = CODE.format("section group").split()
PROFILE_ORDER = PROFILE.split()
EXCERPT_LENGTH = 5
"""Words of a text without a title that a message quotes."""


class Builder:
    """Builds the tables of one book; `structure` are the words that only order the others, as in headings."""

    def __init__(self, passages: list[Passage], notify: Notify) -> None:
        """Name all parts."""
        self.tables = Tables()
        self.structure: list[str] = []
        self._field_names: list[str] = []
        self._notify = notify
        self._passages = passages
        self._names = PartNames(passages, notify)
        self._order = PartOrder([self._names.part(passage) for passage in passages if passage.kind])
        codes = [self._names.label(passage) for passage in passages if passage.kind == "code"]
        self._finder = CodeFinder({label.id: label.name for label in codes})
        self._first_inside: dict[Passage, Passage] = {}
        for passage in passages:
            for parent in (passage.section, passage.group):
                if passage.kind and parent:
                    self._first_inside.setdefault(parent, passage)

    def build(self) -> Tables:
        """Return the tables of all parts and texts in the order of the passages."""
        parts_before = _last_parts(self._passages)
        parts_after = _last_parts(self._passages[::-1])[::-1]
        for passage, before, after in zip(self._passages, parts_before, parts_after, strict=True):
            match passage.kind:
                case None:
                    self._add_text_between(passage, before, after)
                case "section":
                    self._add_section(passage)
                case "group":
                    self._add_group(passage)
                case "profile":
                    self._add_profile(passage)
                case "code":
                    self._add_code(passage)
        dutch = [name for name in self._field_names if DUTCH.search(name)]
        self.tables.top["language"] = "nl" if 2 * len(dutch) > len(self._field_names) else ""
        self.tables.top["label"] = self._names.pattern()
        return self.tables

    # --- parts ------------------------------------------------------------------------------------------

    def _add_section(self, passage: Passage) -> None:
        label = self._names.label(passage)
        heading = f"{'#' * passage.level} {passage.heading}"
        fields: Fields = {
            "id": label.id,
            "title": label.name,
            "heading": "" if heading == f"## {label.name}" else heading,
            "holds": passage.section_kind.holds if passage.section_kind else "quotations",
        }
        self.tables.sections.append(fields | self._definition(passage))

    def _add_group(self, passage: Passage) -> None:
        label = self._names.label(passage)
        fields: Fields = {"id": label.id, "section": self._id(passage.section), "title": label.name}
        self.tables.groups.append(fields | self._definition(passage))

    def _definition(self, passage: Passage) -> Fields:
        """Return the paragraphs and lists below a heading as its definition; other blocks are added as a text."""
        texts: list[str] = []
        others: list[Block] = []
        for block in passage.blocks:
            pieces = split_blocks([block], lambda _: False)
            if others or block.kind not in ("paragraph", "list"):
                others.append(block)
            elif any(piece.key == "definition" for piece in pieces):
                for piece in pieces:
                    is_definition = piece.key == "definition"
                    self.structure += words(piece.name) if is_definition else []
                    texts.append(piece.content() if is_definition else piece.named_content())
            else:
                texts.append(prose([block]))
        if others:
            inside = self._first_inside.get(passage)
            self._add_text("", prose(others), others[0].line, inside or passage, is_behind=not inside)
        return {"definition": "\n\n".join(filter(None, texts))}

    def _add_profile(self, passage: Passage) -> None:
        label = self._names.label(passage)
        collector = self._collected(passage, label, PROFILE_FIELDS)
        fields: Fields = {"id": label.id, "name": label.name, "subtitle": label.subtitle}
        self.tables.profiles.append(ordered(fields | collector.fields, PROFILE_ORDER))
        self._add_texts_of(passage, collector)

    def _add_code(self, passage: Passage) -> None:
        label = self._names.label(passage)
        collector = self._collected(passage, label, CODE_FIELDS)
        parent: Fields = {"group": self._id(passage.group)} if passage.group else {"section": self._id(passage.section)}
        own: Fields = {"id": label.id, "name": label.name}
        fields = own | parent | collector.fields | self._confused_with(collector)
        self.tables.codes.append(ordered(fields, CODE_ORDER))
        self._add_texts_of(passage, collector)

    def _id(self, passage: Passage | None) -> str:
        return self._names.label(passage).id if passage else ""

    def _collected(self, passage: Passage, label: Label, allowed: set[FieldKey]) -> FieldCollector:
        """Return the fields of a code or profile, from its label on."""
        kind = passage.section.section_kind if passage.section else None
        collector = FieldCollector(allowed, holds_terms=kind is not None and kind.holds == "terms")
        head, *others = passage.pieces or [Piece("plain", passage.line)]
        if head.kind not in ("code", "profile"):
            head, others = Piece("code", passage.line), passage.pieces
        collector.add_head(head, head.text or label.rest)
        for piece in others:
            collector.add(piece)
        self._field_names += collector.names
        kept = words(" ".join((label.id, label.name, label.subtitle, label.rest)))
        unused = Counter(words(passage.heading)) - Counter(kept)
        self.structure += [*words(head.name), *collector.structure, *unused.elements()]
        return collector

    def _confused_with(self, collector: FieldCollector) -> Fields:
        """Return the codes that are easily confused with this one; a field with other words is kept as a text too."""
        ids: list[str] = []
        for line, name, text in collector.references:
            found, has_other_words = self._finder.find(text)
            ids += found
            if has_other_words or not found:
                collector.texts.append((line, name, text))
            else:
                self.structure += words(text)
        return {"confused_with": tuple(dict.fromkeys(ids))} if ids else {}

    # --- texts ------------------------------------------------------------------------------------------

    def _add_texts_of(self, passage: Passage, collector: FieldCollector) -> None:
        for line, title, body in sorted(collector.texts):
            self._add_text(title, body, line, passage, is_behind=True)

    def _add_text_between(self, passage: Passage, before: Passage | None, after: Passage | None) -> None:
        """Add a text before the part after it or behind the part before it; at the top if untitled and first."""
        title = plain_name(passage.heading)
        if not passage.body and (not title or ONLY_PROFILES.fullmatch(title)):
            self.structure += words(title)
            return
        if passage.is_opening:
            self.tables.texts.append({"title": "", "body": passage.body})
            return
        part, is_behind = after, False
        if before and (passage.is_behind or not after):
            is_behind = True
            parents = [] if passage.is_behind else [before.section, before.group]
            part = next((each for each in parents if each and 0 < passage.level <= each.level), before)
        elif not (title or before):
            part = None
        self._add_text(title, passage.body, passage.line, part, is_behind=is_behind)

    def _add_text(self, title: str, body: str, line: int, beside: Passage | None, *, is_behind: bool) -> None:
        """Add a text beside a part, and report it."""
        if not title and not body:
            return
        part = self._names.part(beside) if beside else None
        place: Fields = {"after" if is_behind else "before": self._order.name_of(part)} if part else {}
        self.tables.texts.append({"title": title, **place, "body": body})
        name = title or " ".join(body.split()[:EXCERPT_LENGTH]) + " …"
        where = f"{'after' if is_behind else 'before'} {part.kind} {part.id}" if part else "at the beginning"
        self._notify(line, f"“{name}” is not a field or a part of the codebook; it is kept as a text {where}")


def ordered(fields: Fields, order: list[str]) -> Fields:
    """Return the fields in the order in which a codebook has them."""
    return {name: fields[name] for name in order if name in fields}


def _last_parts(passages: list[Passage]) -> list[Passage | None]:
    """Return for each passage the last part before it."""
    found: list[Passage | None] = []
    last: Passage | None = None
    for passage in passages:
        found.append(last)
        last = passage if passage.kind else last
    return found

"""Drafts turned into the tables of a codebook: the fields of each part, and the place of each text."""

from __future__ import annotations

from collections import Counter

from codetui.core.codebook.diff import Order, Part
from codetui.formats.codebook_writer import Fields, Tables
from codetui.formats.coding_book.blocks import Block, prose
from codetui.formats.coding_book.chapters import Draft
from codetui.formats.coding_book.fields import Gathering, words
from codetui.formats.coding_book.labels import plain_heading
from codetui.formats.coding_book.links import Links
from codetui.formats.coding_book.naming import Named, Names, Report
from codetui.formats.coding_book.pieces import Piece, as_text, pieces, told
from codetui.formats.coding_book.vocabulary import CODE_FIELDS, DUTCH, ONLY_PROFILES, PROFILE_FIELDS, FieldKey

CODE_KEYS: set[FieldKey] = CODE_FIELDS
PROFILE_KEYS: set[FieldKey] = {"definition", "subtitle", *PROFILE_FIELDS}


class Builder:
    """Builds the tables of one book; `dropped` are the words that only order the others."""

    def __init__(self, drafts: list[Draft], report: Report) -> None:
        """Name all parts."""
        self.tables = Tables()
        self.dropped: list[str] = []
        self._field_names: list[str] = []
        self._report = report
        self._drafts = drafts
        self._names = Names(drafts, report)
        self._order = Order(self._names.parts())
        codes = [self._names.of(draft) for draft in drafts if draft.what == "code"]
        self._links_to = Links({named.id: named.name for named in codes})
        self._before = _nearest(drafts)
        self._after = _nearest(drafts[::-1])[::-1]
        self._inside: dict[int, Draft] = {}
        for draft in drafts:
            for above in (draft.section, draft.group):
                if draft.what and above is not None:
                    self._inside.setdefault(id(above), draft)

    def build(self) -> Tables:
        """The tables of all parts and texts, in the order of the drafts."""
        for place, draft in enumerate(self._drafts):
            match draft.what:
                case None:
                    self._text(draft, place)
                case "section":
                    self._section(draft)
                case "group":
                    self._group(draft)
                case "profile":
                    self._profile(draft)
                case "code":
                    self._code(draft)
        dutch = [name for name in self._field_names if DUTCH.search(name)]
        self.tables.top["language"] = "nl" if 2 * len(dutch) > len(self._field_names) else ""
        self.tables.top["label"] = self._names.pattern()
        return self.tables

    # --- parts ------------------------------------------------------------------------------------------

    def _section(self, draft: Draft) -> None:
        named = self._names.of(draft)
        written = f"{'#' * draft.level} {draft.heading}"
        fields: Fields = {
            "id": named.id,
            "title": named.name,
            "heading": "" if written == f"## {named.name}" else written,
            "holds": draft.kind.holds if draft.kind else "quotations",
        }
        self.tables.sections.append(self._with_facts(fields | self._definition(draft), draft.facts))

    def _group(self, draft: Draft) -> None:
        named = self._names.of(draft)
        section = self._names.of(draft.section).id if draft.section else ""
        fields: Fields = {"id": named.id, "section": section, "title": named.name}
        self.tables.groups.append(self._with_facts(fields | self._definition(draft), draft.facts))

    def _definition(self, draft: Draft) -> Fields:
        """The paragraphs and lists under a heading; anything else there becomes a text behind it."""
        said: list[str] = []
        others: list[Block] = []
        for block in draft.blocks:
            cut = pieces([block], lambda _: False)
            if all(piece.kind == "facts" for piece in cut):
                continue
            if others or block.kind not in ("paragraph", "list"):
                others.append(block)
            elif any(piece.key == "definition" for piece in cut):
                said += [self._told(piece) for piece in cut]
            else:
                said.append(prose([block]))
        if others:
            inside = self._inside.get(id(draft))
            self._add_text("", prose(others), others[0].line, self._names.part(inside or draft), is_behind=not inside)
        return {"definition": "\n\n".join(filter(None, said))}

    def _told(self, piece: Piece) -> str:
        """A piece of a heading's definition as prose; the name of the field itself is left off."""
        if piece.key != "definition":
            return as_text(piece)
        self.dropped += words(piece.name)
        return told(piece)

    def _profile(self, draft: Draft) -> None:
        named = self._names.of(draft)
        gathering = self._gathered(draft, Gathering(PROFILE_KEYS), named)
        subtitle: Fields = {"subtitle": named.subtitle} if named.subtitle else {}
        self._drop_heading(draft, [named.id, named.name, named.subtitle])
        fields: Fields = {"id": named.id, "name": named.name}
        fields = self._with_facts(fields | subtitle | gathering.fields, gathering.facts | draft.facts)
        self.tables.profiles.append(_ordered(fields, PROFILE_ORDER))
        self._texts_of(draft, gathering)

    def _code(self, draft: Draft) -> None:
        named = self._names.of(draft)
        are_terms = draft.section is not None and self._holds_terms(draft.section)
        gathering = self._gathered(draft, Gathering(CODE_KEYS, are_terms), named)
        self._drop_heading(draft, [named.id, named.name, named.rest])
        fields: Fields = {"id": named.id, "name": named.name, **self._place(draft)}
        fields = fields | gathering.fields | self._links(gathering)
        self.tables.codes.append(ordered_code(self._with_facts(fields, gathering.facts | draft.facts)))
        self._texts_of(draft, gathering)

    def _holds_terms(self, section: Draft) -> bool:
        return section.facts.get("holds", section.kind.holds if section.kind else "") == "terms"

    def _place(self, draft: Draft) -> Fields:
        if draft.group:
            return {"group": self._names.of(draft.group).id}
        return {"section": self._names.of(draft.section).id if draft.section else ""}

    def _gathered(self, draft: Draft, gathering: Gathering, named: Named) -> Gathering:
        """The fields of a code or profile, from behind its label, under it and behind that."""
        own = draft.pieces
        head = own[0] if own and own[0].kind in ("code", "profile") else Piece("code", draft.line)
        gathering.head(head, head.text or named.rest)
        for piece in own[1:] if own and own[0] is head else own:
            gathering.add(piece)
        self.dropped += [*words(head.name), *gathering.dropped]
        self._field_names += gathering.names
        return gathering

    def _with_facts(self, fields: Fields, facts: Fields) -> Fields:
        """The fields, those that a comment gives in its words; what they said themselves does not count."""
        for name in facts.keys() & fields.keys():
            value = fields[name]
            self.dropped += words(" ".join(value) if isinstance(value, tuple) else str(value))
        return fields | facts

    def _drop_heading(self, draft: Draft, kept: list[str]) -> None:
        """Count what a heading says besides the names that are taken from it: `Profile 1:`."""
        said = Counter(words(draft.heading)) - Counter(words(" ".join(kept)))
        self.dropped += list(said.elements())

    def _links(self, gathering: Gathering) -> Fields:
        """The codes that are easily confused with this one; where more is said, the words stay as a text."""
        ids: list[str] = []
        for line, name, text in gathering.links:
            found = self._links_to.linked(text)
            ids += found.ids
            if found.says_more or not found.ids:
                gathering.texts.append((line, name, text))
            else:
                self.dropped += words(text)
        return {"confused_with": tuple(dict.fromkeys(ids))} if ids else {}

    # --- texts ------------------------------------------------------------------------------------------

    def _texts_of(self, draft: Draft, gathering: Gathering) -> None:
        for line, title, body in sorted(gathering.texts):
            self._add_text(title, body, line, self._names.part(draft), is_behind=True)

    def _text(self, draft: Draft, place: int) -> None:
        """A text of its own: before the next part or behind the last one; at the top if untitled and before all."""
        title = plain_heading(draft.heading)
        if not draft.body and not draft.facts and (not title or ONLY_PROFILES.fullmatch(title)):
            self.dropped += words(title)
            return
        before, after = self._before[place], self._after[place]
        if "before" in draft.facts or "after" in draft.facts:
            self.tables.texts.append({"title": draft.heading, **draft.facts, "body": draft.body})
        elif draft.is_behind and before:
            self._add_text(title, draft.body, draft.line, self._names.part(before), is_behind=True)
        elif after and (title or before):
            self._add_text(title, draft.body, draft.line, self._names.part(after), is_behind=False)
        elif before:
            part = self._names.part(_ended(before, draft.level))
            self._add_text(title, draft.body, draft.line, part, is_behind=True)
        else:
            self._add_text(title, draft.body, draft.line, None, is_behind=False)

    def _add_text(self, title: str, body: str, line: int, part: Part | None, *, is_behind: bool) -> None:
        """Keep a text beside a part, and say so."""
        if not title and not body:
            return
        name = self._order.name_of(part) if part else ""
        place: Fields = {"after" if is_behind else "before": name} if part else {}
        self.tables.texts.append({"title": title, **place, "body": body})
        what = f"“{title}”" if title else f"“{' '.join(body.split()[:5])} …”"
        where = f"{'behind' if is_behind else 'before'} {part.kind} {part.id}" if part else "at the beginning"
        self._report(line, f"{what} belongs to no one part; it is kept as a text {where}")


def _nearest(drafts: list[Draft]) -> list[Draft | None]:
    """For each draft the last part of the book before it."""
    found: list[Draft | None] = []
    last: Draft | None = None
    for draft in drafts:
        found.append(last)
        last = draft if draft.what else last
    return found


def _ended(last: Draft, level: int) -> Draft:
    """What is over where a heading of a level comes behind a part: the part, its group or its section."""
    whole = [each for each in (last.section, last.group) if each is not None and 0 < level <= each.level]
    return whole[0] if whole else last


CODE_ORDER = (
    "id",
    "name",
    "section",
    "group",
    "key",
    "definition",
    "examples",
    "include",
    "exclude",
    "confused_with",
    "found_in",
    "retired",
)
PROFILE_ORDER = ("id", "name", "subtitle", "definition", "responsibilities", "projects", "evidence")


def ordered_code(fields: Fields) -> Fields:
    """The fields of a code in the order in which people expect them."""
    return _ordered(fields, CODE_ORDER)


def _ordered(fields: Fields, order: tuple[str, ...]) -> Fields:
    return {name: fields[name] for name in order if name in fields}

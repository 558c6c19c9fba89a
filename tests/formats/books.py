"""Invented codebooks for property tests: with every field, and with texts that look like markup."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from codetui.core.codebook.diff import in_reading_order
from codetui.formats.codebook.reader import parse_codebook
from codetui.formats.codebook.writer import render_codebook
from codetui.model import (
    Code,
    Codebook,
    CodebookText,
    CodeId,
    CorpusSettings,
    Group,
    Profile,
    Reference,
    Section,
)

MARKUP = st.sampled_from(
    [
        "# A",
        "## Profiles",
        "**Definition:** x",
        "- **Examples:** y",
        "- `TASK9: z`",
        "---",
        "```",
        "<!-- codetui end -->",
        "<!-- codetui code -->",
        "-->",
        '"""',
        "'''",
        "\\",
        "| a | b |\n|---|---|\n| TASK1 | c |",
        "1. one",
        "  - nested",
        "(e.g., Python, etc.)",
        '"quoted"',
        "`ticked`",
        "TASK1: Lighting",
        "1.A.1. Lamps",
        "Ünïcödé 🗼",
        "> said",
        "    code",
        "*",
        "===",
    ]
)
WORDS = st.sampled_from(["lamp", "tower", "the sea", "Keeps watch.", "stone", "a, b", "Jobs (tasks)", "no. 2"])
LINES = st.lists(WORDS | MARKUP | st.text(max_size=6), max_size=4)
ONE_LINE = LINES.map(lambda lines: " ".join(" ".join(lines).split()))
PROSE = LINES.map("\n".join) | LINES.map("\n\n".join) | ONE_LINE
IDS = (
    st.sampled_from(["TASK1", "TASK2", "TECH1", "1.A.1", "1.B.2", "2.1", "SKILL1", "lamp", "1", "A", "x y"]) | ONE_LINE
)


def fields(**strategies: st.SearchStrategy[object]) -> st.SearchStrategy[dict[str, object]]:
    """Draw a dict with some of these fields."""
    return st.fixed_dictionaries({}, optional=strategies)


LISTED = st.lists(ONE_LINE, max_size=3).map(tuple)
PROFILES = st.lists(
    st.builds(
        lambda id_, name, more: Profile(id=id_, name=name or "p", **more),
        IDS,
        ONE_LINE,
        fields(subtitle=ONE_LINE, definition=PROSE, responsibilities=LISTED, projects=LISTED, evidence=PROSE),
    ),
    max_size=3,
)
CODE_FIELDS = fields(
    definition=PROSE,
    examples=LISTED,
    key=st.sampled_from("abc123"),
    include=PROSE,
    exclude=PROSE,
    confused_with=st.lists(IDS, max_size=2).map(tuple),
    found_in=ONE_LINE,
    is_retired=st.booleans(),
)
SECTION_FIELDS = fields(
    holds=st.sampled_from(["quotations", "terms"]),
    key=st.sampled_from("123"),
    definition=PROSE,
    heading=st.sampled_from(["### 2.1 Job Tasks", "# Tools", "## 3. Lamps", "no heading"]),
)
TITLES = st.sampled_from(["Job Task Analysis", "Technology & Tool Analysis", "Soft Skill Analysis", "Lamps"]) | ONE_LINE


@st.composite
def codebooks(draw: st.DrawFn) -> Codebook:
    """Draw a codebook as its reader returns it, in reading order and without the hash of its text."""
    sections = draw(
        st.lists(st.builds(lambda i, t, m: Section(id=i, title=t, **m), IDS, TITLES, SECTION_FIELDS), max_size=3)
    )
    places = [section.id for section in sections] or [""]
    groups = draw(
        st.lists(
            st.builds(
                lambda i, s, t, d: Group(id=i, section=s, title=t, definition=d),
                IDS,
                st.sampled_from(places),
                TITLES,
                PROSE,
            ),
            max_size=3,
        )
    )
    codes = draw(
        st.lists(
            st.builds(
                lambda i, n, s, g, m: Code(id=CodeId(i), name=n, section="" if g else s, group=g, **m),
                IDS,
                ONE_LINE,
                st.sampled_from(places),
                st.sampled_from(["", *(group.id for group in groups)]),
                CODE_FIELDS,
            ),
            max_size=5,
        )
    )
    ids = st.sampled_from(["", *places, *(group.id for group in groups), *(code.id for code in codes)]) | IDS
    texts = draw(
        st.lists(
            st.builds(lambda t, b, p, a: CodebookText(title=t, body=b, before=p, after=a), ONE_LINE, PROSE, ids, ids),
            max_size=3,
        )
    )
    references = draw(st.lists(st.builds(lambda t, p: Reference(title=t, path=p), ONE_LINE, ONE_LINE), max_size=2))
    book = Codebook(
        title=draw(ONE_LINE),
        version=draw(st.sampled_from(["", "v3", "2.1", "pilot"]) | ONE_LINE),
        language=draw(st.sampled_from(["", "en", "nl", "tlh"])),
        status=draw(st.sampled_from(["", "Draft"]) | ONE_LINE),
        label=draw(st.sampled_from(["{id}: {name}", "{id}. {name}", "{name}", "Code {id} – {name}"])),
        profiles=tuple(draw(PROFILES)),
        sections=tuple(sections),
        groups=tuple(groups),
        codes=tuple(codes),
        texts=tuple(texts),
        references=tuple(references),
        corpus=draw(st.builds(lambda p, c: CorpusSettings(path=p, columns=c), ONE_LINE, st.just({"id": "Nr"}))),
    )
    return settled(book)


def settled(book: Codebook) -> Codebook:
    """Return the book as it is read after writing, in reading order and without the hash of its text."""
    found, _ = parse_codebook(render_codebook(book), "codebook.toml")
    assert found is not None
    return replace(in_reading_order(found), content_hash="")

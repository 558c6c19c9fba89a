"""Codebooks written as TOML: they read back equal, and people can read them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from books import codebooks, settled
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codetui.formats.codebook.reader import parse_codebook
from codetui.formats.codebook.writer import render_codebook
from codetui.model import (
    AdjudicationSettings,
    Code,
    Codebook,
    CodebookText,
    CodeId,
    CorpusSettings,
    Group,
    Profile,
    Reference,
    Section,
    Words,
)
from testing.examples import examples

FULL = Codebook(
    title="Lamps",
    version="2",
    status="Draft",
    language="nl",
    label="{id}. {name}",
    corpus=CorpusSettings(path="ads", columns={"id": "Nr", "body": "Tekst"}),
    words=Words(source="letter", sources="letters"),
    irrelevant=("Keeper",),
    editors=("wil", "Anna"),
    adjudication=AdjudicationSettings(agreed_by="majority", reasons=("other_code",)),
    references=(Reference(title="Oil", path="oil.md", codes=(CodeId("TASK1"),), profiles=("1", "2")),),
    profiles=(
        Profile(
            id="1", name="Keeper", subtitle="by night", definition="Keeps.", evidence="TASK1", projects=("A lamp",)
        ),
        Profile(id="2", name="Builder", definition="Builds.", evidence="Stones.", responsibilities=("Lays", "Lifts")),
    ),
    sections=(
        Section(id="tasks", title="Tasks", key="1", definition="What one does.", heading="### 1. The tasks"),
        Section(id="tools", title="Tools", holds="terms", key="2"),
    ),
    groups=(Group(id="A", section="tasks", title="By night", definition="After dusk."),),
    codes=(
        Code(
            id=CodeId("TASK1"),
            name="Lighting",
            section="tasks",
            group="A",
            definition="The lamp.\n\n- oil\n  - whale\n- gas",
            examples=('say "light"', "back\\slash", "🗼"),
            key="1",
            include="all",
            exclude="none",
            confused_with=(CodeId("TASK2"),),
            found_in="33",
            is_retired=True,
        ),
        Code(id=CodeId("TASK2"), name="Watching", section="tasks", definition="The sea.", key="2"),
    ),
    texts=(
        CodebookText(title="Why", body="1.  a\n\n| x |\n|---|\n\n    far in", before="tasks"),
        CodebookText(body='""" and \'\'\' and \\ and """"', after="group A"),
    ),
)


def back(book: Codebook) -> Codebook:
    found, problems = parse_codebook(render_codebook(book), "codebook.toml")
    assert found is not None
    assert [problem for problem in problems if problem.severity != "note"] == []
    return replace(found, content_hash="")


def test_every_field_is_written_and_read_back() -> None:
    assert back(FULL) == FULL


def test_every_field_of_the_full_book_is_used() -> None:
    parts = [
        FULL,
        FULL.corpus,
        FULL.words,
        *FULL.references,
        FULL.profiles,
        FULL.sections,
        FULL.groups,
        FULL.codes[:1],
        FULL.texts,
    ]
    for part in parts:
        these = part if isinstance(part, tuple) else (part,)
        for name in these[0].__dataclass_fields__:
            default = these[0].__dataclass_fields__[name].default
            is_of_file = name not in ("content_hash", "former")
            assert not is_of_file or any(getattr(each, name) != default for each in these), name


@settings(max_examples=examples(100), suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(codebooks())
def test_any_codebook_is_read_back(book: Codebook) -> None:
    found, _ = parse_codebook(render_codebook(book), "codebook.toml")
    assert found is not None
    assert replace(found, content_hash="") == book


@given(st.text(alphabet=st.sampled_from(list("\"'\\ \n\t#🗼ab=[]")), max_size=30))
def test_quotes_backslashes_and_line_breaks_survive(text: str) -> None:
    book = settled(replace(FULL, texts=(CodebookText(title="T", body=text),)))
    lines = text.split("\n")
    while lines and not lines[0].strip():
        lines.pop(0)
    while lines and not lines[-1].strip():
        lines.pop()
    assert book.texts[0].body == "\n".join(lines)


def test_a_long_text_keeps_its_line_breaks() -> None:
    written = render_codebook(replace(FULL, profiles=(replace(FULL.profiles[0], definition="One\ntwo\nthree."),)))
    assert 'definition = """\nOne\ntwo\nthree.\n"""' in written


def test_each_kind_of_table_has_a_comment_before_it() -> None:
    written = render_codebook(FULL).split("\n")
    for kind in ("profile", "section", "group", "code", "text"):
        first = written.index(f"[[{kind}]]")
        assert written[first - 2].startswith("# ---"), kind


def test_a_short_list_is_written_on_one_line_and_a_long_one_on_several() -> None:
    code = replace(FULL.codes[1], examples=("oil", "gas"))
    assert 'examples = ["oil", "gas"]' in render_codebook(replace(FULL, codes=(FULL.codes[0], code)))
    code = replace(code, examples=("o" * 60, "g" * 60))
    assert 'examples = [\n    "ooo' in render_codebook(replace(FULL, codes=(FULL.codes[0], code)))


@pytest.mark.parametrize("fields", [{}, {"title": "Lamps"}])
def test_an_almost_empty_book_is_read_back(fields: dict[str, str]) -> None:
    book = settled(Codebook(**{"title": "", **fields}))
    assert book.title == fields.get("title", "Untitled codebook")
    assert book.codes == ()

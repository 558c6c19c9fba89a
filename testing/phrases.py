"""Quotations of real documents and of language models, and the trials made from them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from codetui.core.anchors import anchor as anchors
from codetui.formats.session_doc.markdown import parse_document
from codetui.model import CorpusSettings, Problem
from codetui.storage.sources.corpus import Corpus
from testing.anchor_trials import Trial, copies, cuts, foreign, other_words, slips
from testing.replay.document import documents_in

SLIPPED = 20
"""The least length in code points of a phrase that is given typing errors."""


class Phrase(NamedTuple):
    """Words that a coder or model quotes from an ad."""

    ad: str
    words: str


def texts_of(ads: Path) -> dict[str, str]:
    """Return the text of each ad by id, as the program reads it."""
    problems: list[Problem] = []
    return {each.source.id: each.source.text for each in Corpus(ads, CorpusSettings()).texts(problems)}


def quotations(paths: Sequence[Path]) -> Iterator[Phrase]:
    """Yield the quotations in coders' documents."""
    for path in documents_in(paths):
        document, _ = parse_document(path.read_bytes().decode("utf-8-sig", "replace"), path.name)
        lines = (line for section in document.sections for block in section.blocks for line in block.codes)
        for line in lines:
            yield from (Phrase(document.source_id, entry.words) for entry in line.entries if entry.kind != "note")


def model_phrases(folder: Path) -> Iterator[Phrase]:
    """Yield the quotations of a language model."""
    for path in sorted(folder.glob("*.json")):
        coding = json.loads(path.read_text("utf-8"))
        yield from (Phrase(str(coding["job_id"]), words) for words in _words(coding))


def _words(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        words = part.get("phrase")
        if isinstance(words, str) and words.strip():
            yield words
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from _words(each)


def trials(phrases: Sequence[Phrase], texts: Mapping[str, str]) -> Iterator[tuple[str, Trial]]:
    """Yield all trials with the phrases, by their names."""
    chance = random.Random(0)
    for ad, words in phrases:
        text = texts[ad]
        yield from (("in another ad", trial) for trial in foreign(texts, ad, words))
        found = anchors.locate(text, words)
        if not isinstance(found, anchors.Exact):
            continue
        yield from (("beside a copy", trial) for trial in copies(text, found.span, has_anchor=False))
        yield from (("beside a copy, by anchor", trial) for trial in copies(text, found.span, has_anchor=True))
        if text.count(words) == 1 and len(words) >= SLIPPED:
            yield from slips(text, found.span, chance)
            yield from other_words(text, found.span, chance)
            yield from (("cut in the middle", trial) for trial in cuts(text, found.span))

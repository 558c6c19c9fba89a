"""`codetui check`: every problem of codebook, corpus and sessions; nothing is written."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from codetui.core.codebook.index import index_of
from codetui.core.text.plural import counted
from codetui.model import GRAVEST_FIRST, Codebook, Problem, Source, SourceId
from codetui.storage import session_files
from codetui.storage.session_files import safe_name
from codetui.storage.sources.corpus import NO_TEXT, Corpus
from codetui.study.checks import twins
from codetui.study.checks.files import sessions_of, touched_names
from codetui.study.checks.session import check_session
from codetui.study.printing import show_json
from codetui.study.study_parts import PROBLEMS, Unusable, complain, find_corpus, not_sessions, read_book


def report_problems(corpus: Path | None, codebook: Path, root: Path, coder: str | None, *, as_json: bool) -> int:
    """Prints every problem, by file and line; 1 where one of them is an error, 2 where nothing can be checked."""
    book, problems = read_book(codebook)
    if isinstance(book, Unusable):
        if not problems:
            return complain(book.message)
    else:
        if wrong := not_sessions(root):
            return complain(wrong)
        ads = find_corpus(corpus, book, codebook, root)
        if isinstance(ads, Unusable):
            if problems:
                print_problems(in_order(problems), as_json=as_json)
            return complain(ads.message)
        problems = [*problems, *problems_of_study(ads, book, root, coder)]
    problems = in_order(problems)
    print_problems(problems, as_json=as_json)
    return PROBLEMS if any(problem.severity == "error" for problem in problems) else 0


def in_order(problems: list[Problem]) -> list[Problem]:
    """The problems by file and line, the gravest of a line first, each once."""
    unique = dict.fromkeys(problems)
    return sorted(unique, key=lambda one: (one.file, one.line, GRAVEST_FIRST.index(one.severity)))


def problems_of_study(corpus: Corpus, book: Codebook, root: Path, coder: str | None) -> list[Problem]:
    """What is wrong in the corpus and in the sessions of one coder or of all."""
    coders = [
        one for one in session_files.coders(root) if coder is None or one == session_files.coder_folder(root, coder)
    ]
    ads = _Ads(corpus, touched_names(root, coders))
    index = index_of(book)
    problems = [*ads.problems]
    for group in ads.groups:
        problems += twins.repeated(group)
    for one in coders:
        coded: dict[SourceId, twins.Coded] = {}
        for session in sessions_of(root, one, problems):
            checked = check_session(session, ads.find(session.ad), ads.path, index)
            problems += checked.problems
            if checked.coded is not None:
                coded[session.ad] = checked.coded
        for group in ads.groups:
            problems += twins.coded_otherwise(group, coded, book)
    return problems


class _Ads:
    """The corpus, read once: what is wrong with it, which ads have one text, and the texts of coded ads."""

    def __init__(self, corpus: Corpus, touched: frozenset[str]) -> None:
        self.problems: list[Problem] = []
        self.path = corpus.path
        self._corpus = corpus
        self._texts: dict[SourceId, Source] = {}
        self._places: dict[SourceId, twins.AdPlace] = {}
        same: dict[int, list[twins.AdPlace]] = defaultdict(list)
        for ad, _, digest in corpus.texts(self.problems):
            place = twins.AdPlace(ad.id, ad.source, ad.line)
            self._places[ad.id] = place
            if safe_name(ad.id) in touched:
                self._texts[ad.id] = ad
            if digest != NO_TEXT:
                same[digest].append(place)
        self.groups = [group for group in same.values() if len(group) > 1]

    def find(self, ad: SourceId) -> Source | None:
        """The ad with its text, if the corpus has it."""
        if ad in self._texts or ad not in self._places:
            return self._texts.get(ad)
        with suppress(OSError):
            # What cannot be read is among the problems already.
            entry = self._corpus.find(ad)
            return self._corpus.read(entry)[0] if entry else None
        return None


def print_problems(problems: list[Problem], *, as_json: bool) -> None:
    """Prints problems, one on a line with their sum, or as JSON."""
    if as_json:
        show_json([problem._asdict() for problem in problems])
        return
    for line in _lines(problems):
        print(line)


def _lines(problems: list[Problem]) -> Iterator[str]:
    """One line a problem, without control characters, and the sum."""
    for problem in problems:
        yield "".join(sign if sign.isprintable() else " " for sign in str(problem))
    counts = Counter(problem.severity for problem in problems)
    yield ", ".join(counted(counts[severity], severity) for severity in GRAVEST_FIRST)

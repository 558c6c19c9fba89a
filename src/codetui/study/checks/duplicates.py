"""Sources with the same text, and whether one coder coded them alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from codetui.core.codebook import index as books
from codetui.core.session.state import State
from codetui.core.text.display import plural
from codetui.core.text.normalize import collapse_spaces
from codetui.model import Codebook, CodeId, Problem, SourceId


class SourcePlace(NamedTuple):
    """Where a source is in the corpus."""

    id: SourceId
    file: str
    line: int


class Coded(NamedTuple):
    """How one coder coded one source; `file` is the session's."""

    ad: SourceId
    file: str
    profile: str
    codings: Counter[tuple[CodeId, str]]

    @property
    def codes(self) -> set[CodeId]:
        """The codes that were assigned."""
        return {code for code, _ in self.codings}


def coded(ad: SourceId, file: str, state: State) -> Coded:
    """Return what is compared of a session: the profile, and each code with its words."""
    return Coded(ad, file, state.profile, Counter((one.code, collapse_spaces(one.words)) for one in state.live()))


def repeated(group: list[SourcePlace], word: str) -> Iterator[Problem]:
    """Yield a note for each source of a group with one text, but the first."""
    first, *others = group
    place = f"{first.file}:{first.line}" if first.line else first.file
    for ad in others:
        what = f"{word} {ad.id} has the same text as {word} {first.id} ({place}): you can copy what you coded there"
        yield Problem(ad.file, ad.line, "note", what)


def coded_otherwise(group: list[SourcePlace], sessions: Mapping[SourceId, Coded], book: Codebook) -> Iterator[Problem]:
    """Yield a warning for each session of a coder that differs from the first one on the same text."""
    found = [sessions[ad.id] for ad in group if ad.id in sessions]
    first = next(iter(found), None)
    for other in found[1:]:
        differences = list(_differences(other, first, book)) if first else []
        if first and differences:
            what = (
                f"{book.words.source} {first.ad} has the same text and is coded differently: {'; '.join(differences)}"
            )
            yield Problem(other.file, 0, "warning", f"{what}. Compare it with {first.file}")


def _differences(here: Coded, there: Coded, book: Codebook) -> Iterator[str]:
    if here.profile != there.profile:
        yield f"{_profile(there, book)} there, {_profile(here, book)} here"
    if here.codes != there.codes:
        codes = {"there": there.codes - here.codes, "here": here.codes - there.codes}
        yield ", ".join(f"{' '.join(sorted(some))} only {where}" for where, some in codes.items() if some)
    if here.codings != there.codings:
        more, less = (there.codings - here.codings).total(), (here.codings - there.codings).total()
        yield f"{plural(more, 'coding')} only there, {less:,} only here"


def _profile(session: Coded, book: Codebook) -> str:
    return f"profile “{books.profile_name(book, session.profile)}”" if session.profile else "no profile"

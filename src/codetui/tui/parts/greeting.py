"""What an ad is opened with: what has become of its document and its text, what needs the coder, the way on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from codetui.model import Codebook, Problem
from codetui.study.session.reanchor import TextTally
from codetui.study.session.session import Session
from codetui.tui.bench import Kind

HINT = "s sentence · f jump · {keys} code · p profile · ? all keys"


class Greeting(NamedTuple):
    """The words, and how urgent they are."""

    words: str
    kind: Kind


def greeting(session: Session, problems: Sequence[Problem], asides: Sequence[str], hint: str) -> Greeting:
    """What to say on opening `session`: the gravest first; `hint` where there is nothing else.

    `asides` is what the parts have to say of the ad, `problems` all that are listed.
    """
    errors = [problem for problem in problems if problem.severity == "error"]
    troubles = errors or [problem for problem in problems if problem.severity != "note"]
    said = [session.taken.message if session.taken else "", text_words(session.text_tally), *asides]
    if troubles and not (session.taken and session.taken.message.startswith(troubles[0].message)):
        said.append(f"{troubles[0].message} (F4 lists all)")
    words = " · ".join(filter(None, said))
    kind: Kind = "error" if errors else "refusal" if troubles else "info"
    return Greeting(words or hint, kind)


def first_of(problems: Sequence[Problem], words: str) -> str:
    """`words` about the first problem, and the key that lists them all."""
    return f"{words} ({'F4 shows it' if len(problems) == 1 else f'F4 lists all {len(problems)}'})"


def way_on(session: Session, book: Codebook) -> str:
    """The hint for an ad in which nothing is coded yet."""
    if not session.ad.text.strip():
        return "This ad has no text. ) goes to the next ad."
    keys = " ".join(section.key for section in book.sections)
    return HINT.format(keys=keys) if keys and session.state.is_untouched else ""


def text_words(tally: TextTally | None) -> str:
    """What has become of the quotations of an ad whose text has changed; nothing where it has not."""
    if tally is None:
        return ""
    numbers = {
        "stand as before": tally.unmoved,
        "moved": tally.moved,
        "only resemble a place": tally.proposed,
        "have no place any more": tally.lost,
    }
    said = ", ".join(f"{number} {what}" for what, number in numbers.items() if number)
    return f"The ad's text has changed: {said} (quotations)"

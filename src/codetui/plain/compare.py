"""Compare with another coder, and decide where two coders disagree."""

from __future__ import annotations

from collections.abc import Iterator

from codetui.core.adjudication import PROFILE, Decided
from codetui.core.agreement.figure import Undefined
from codetui.core.agreement.matching import KINDS, Kind
from codetui.core.codebook.index import label_of
from codetui.core.session.naming import quoted
from codetui.core.text.display import plural
from codetui.core.text.normalize import collapse_spaces
from codetui.formats.agenda import RULES, AgendaItem, AgendaSource, Side, Ticked
from codetui.plain.source import open_ad
from codetui.plain.walk import RefusedError, Walk
from codetui.study.adjudication import CONSENSUS, Adjudication, resumed
from codetui.study.agreement import AgreementRequest, Disagreement, StudyAgreement, compare_coders, other_coders

KIND_WORDS: dict[Kind, str] = {
    "same": "the same",
    "other_code": "another code",
    "other_edges": "other edges",
    "only_a": "only the first",
    "only_b": "only the second",
}
STOP = ("q", "quit", "stop")


# --- agreement ----------------------------------------------------------------------------------------


def agree(walk: Walk, answer: str) -> None:
    """Read the agreement with another coder, then each disagreement."""
    workspace = walk.desk.workspace
    other = answer or _other(walk)
    found = compare_coders(workspace.study, AgreementRequest([workspace.coder, other], resamples=0))
    for line in _figures(walk, found):
        walk.say(line)
    for problem in found.errors:
        walk.say(str(problem))
    differing = [one for one in found.disagreements() if one.kind != "same"]
    walk.say(f"{plural(len(differing), 'disagreement')} on quotations.")
    for number, one in enumerate(differing, 1):
        walk.say(f"{number} of {len(differing)}. {_disagreement(walk, one, other)}")
        answer = walk.lines.ask("Enter for the next one, o to open it, q to stop:").lower()
        if answer == "o":
            _open(walk, one)
            return
        if answer in STOP:
            return


def _other(walk: Walk) -> str:
    """Return the coder to compare with."""
    workspace = walk.desk.workspace
    others = other_coders(workspace.study, workspace.coder)
    if not others:
        raise RefusedError("Nobody else has coded in this study.")
    at = 0 if len(others) == 1 else walk.lines.choose(others, "Compare with which number?")
    if at is None:
        raise RefusedError("Nothing is compared.")
    return others[at]


def _figures(walk: Walk, found: StudyAgreement) -> Iterator[str]:
    figures = found.comparison.figures

    def figure(*path: str) -> str:
        value = figures[path]
        return f"not defined, {value.why}" if isinstance(value, Undefined) else f"{value:.2f}"

    def count(*path: str) -> int:
        value = figures[path]
        return 0 if isinstance(value, Undefined) else int(value)

    a, b = found.request.coders
    word = walk.word
    yield f"{a} and {b}: {plural(len(found.compared), word.source, word.sources)} that both have done."
    share = figures["profile", "percent"]
    if not isinstance(share, Undefined):
        yield f"Profile: the same in {share:.0%} of {plural(count('profile', 'n'), word.source, word.sources)}."
    yield f"Profile: kappa {figure('profile', 'kappa')}."
    yield f"Profile: alpha {figure('profile', 'alpha')}."
    yield f"Codes in {word.sources}: F1 {figure('codes', 'f1')}."
    yield f"Codes in {word.sources}: pooled kappa {figure('codes', 'kappa_pooled')}."
    sizes = [count("spans", side) for side in ("a", "b", "matched")]
    yield f"Quotations: {a} has {sizes[0]}, {b} has {sizes[1]}; {sizes[2]} match."
    yield f"Quotations: F1 {figure('spans', 'f1')}."
    yield f"Quotations that overlap at all: F1 {figure('spans', 'any_overlap')}."
    kinds = (f"{count('kinds', kind)} {KIND_WORDS[kind]}" for kind in KINDS)
    yield f"Of them: {', '.join(kinds)}."


def _disagreement(walk: Walk, one: Disagreement, other: str) -> str:
    sides = ((walk.desk.workspace.coder, one.a), (other, one.b))
    texts = (
        f"{coder}: {label_of(walk.book, side.code)}, {quoted(side.words)}." if side else f"{coder}: nothing."
        for coder, side in sides
    )
    return f"{walk.word.source.capitalize()} {one.source}, {KIND_WORDS[one.kind]}. {' '.join(texts)}"


def _open(walk: Walk, one: Disagreement) -> None:
    side = one.a or one.b
    if one.source != walk.desk.source.id:
        open_ad(walk, one.source)
    if side is not None:
        walk.go_to(side.start)


# --- adjudication -------------------------------------------------------------------------------------


def adjudicate(walk: Walk, answer: str) -> None:
    """Take over what coders agree on as another one, and decide the rest one by one."""
    names, _, result = answer.partition(" as ")
    coders = tuple(names.split())
    if len(coders) < 2 or (result and len(result.split()) != 1):
        raise RefusedError("Name the coders: adjudicate anna ben. adjudicate anna ben as panel names the result.")
    study = walk.desk.workspace.study
    request = resumed(study, coders, result.strip() or CONSENSUS)
    adjudication = Adjudication(study, request)
    agreed = adjudication.take_over_agreed()
    walk.say(f"{plural(agreed, 'agreed coding')} taken over as {request.result}.")
    agenda = list(adjudication.agenda())
    total = sum(len(source.items) for source in agenda)
    numbers = "1 and 2" if len(coders) == 2 else f"1 to {len(coders)}"
    walk.say(f"{plural(total, 'disagreement')} open. The coders are called {numbers}, in an order that changes.")
    number = 0
    for source in agenda:
        walk.say(f"{walk.word.source.capitalize()} {source.id}: {collapse_spaces(source.title)}.")
        for item in source.items:
            number += 1
            walk.say(f"{number} of {total}: {item.kind}.")
            if not _decide(walk, adjudication, source, item):
                return
    progress = adjudication.progress()
    walk.say(f"{progress.before} decided, {progress.open} open.")


def _decide(walk: Walk, adjudication: Adjudication, source: AgendaSource, item: AgendaItem) -> bool:
    """Ask for a decision on one disagreement until it can be made; return False to stop."""
    if item.quote:
        walk.say(f"In the text: {item.quote.replace('**', '“', 1).replace('**', '”', 1)}")
    for number, side in enumerate(item.sides, 1):
        walk.say(f"{number}: {_side(side)}.")
    numbers = ", ".join(str(number) for number in range(1, len(item.sides) + 1))
    several = "both, neither" if len(item.sides) == 2 else "all, none"
    choices = (
        f"{numbers}, or other and a profile" if item.key == PROFILE else f"{numbers}, {several}, or other and a code"
    )
    while True:
        answer = walk.lines.ask(f"{choices}; Enter leaves it open, q stops:")
        if answer.lower() in STOP:
            return False
        if not answer:
            return True
        rule, _, name = answer.partition(" ")
        chosen = RULES.get(rule.lower())
        is_nobody = rule.isdecimal() and int(rule) > len(item.sides)
        if chosen is None or is_nobody or (chosen == "other") != bool(name.strip()):
            walk.say(f"{quoted(answer)} is not a decision.")
            continue
        is_needed = item.needs_reason(chosen)
        reason = walk.lines.ask(
            "The reason, which the codebook asks for:" if is_needed else "The reason, or Enter for none:"
        )
        before = len(adjudication.progress().problems)
        ticked = Ticked(source.id, item.key, Decided(chosen, name.strip(), reason), 0)
        if adjudication.decide([ticked], ""):
            walk.say("Decided.")
            return True
        for problem in adjudication.progress().problems[before:]:
            walk.say(f"{problem.message}.")


def _side(side: Side | None) -> str:
    if side is None:
        return "nothing"
    words = f", {quoted(side.words)}" if side.words else ""
    note = f". Note: {collapse_spaces(side.note)}" if side.note else ""
    return f"{side.label}{words}{note}"

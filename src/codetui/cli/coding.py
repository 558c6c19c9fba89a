"""The commands that code an ad without the screen, with the same steps, refusals and log, and the plain mode."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper

from codetui.cli.console import (
    NOTHING_LEFT,
    as_records,
    error,
    exit_code,
    ignore_closed_terminal,
    note,
    note_problems,
    show,
    show_json,
)
from codetui.cli.options import CODER, PARTS, Command, add_json, add_study
from codetui.cli.sessions import coder_name, open_study
from codetui.core.codebook.index import label_of, profile_name
from codetui.core.session import commands
from codetui.core.session.commands import Hint
from codetui.core.session.naming import (
    QuotedPlace,
    Unclear,
    find_code,
    find_coding,
    find_part,
    find_profile,
    find_words,
    in_text_order,
    quoted,
)
from codetui.core.text.display import plural
from codetui.model import Coding, CodingId, MemoTarget, Problem, Span
from codetui.study.desk import Desk, LargeStep, next_source
from codetui.study.session.outcome import HeldElsewhere, NotSaved, Outcome, Saved, status_of

Record = dict[str, object]

STEP, SHOWN, NEXT = "codetui step", "codetui ad", "codetui next"
"""The schemas of the JSON; docs/schemas/coding.schema.json describes them."""

VERSION = 1
"""The version of the schemas: it changes if a field goes or changes its meaning; further fields may come."""

MOST_LISTED = 20
"""The places that a refusal lists."""

HINTS: dict[Hint, str] = {
    "next source": "`codetui next` names the next one.",
    "next source or uncoded": "`codetui next` names the next one.",
    "remove it": "`codetui remove` removes it.",
    "remove the other": "`codetui remove` removes the other one.",
    "search codes": "`codetui codebook export -o -` prints all codes.",
    "restore it": "`codetui undo` restores it.",
    "restore the last": "`codetui undo` restores what was removed last.",
    "undo it": "`codetui undo` undoes it.",
    "assign a profile": "`codetui profile` assigns one.",
    "mark it codable": "`codetui done … --codable` marks it codable.",
    "write the reasoning": "`codetui profile … --because` writes it.",
}

Answer = Outcome | Unclear | LargeStep
"""The outcome of a request: a step or a refusal, a name that is not clear, or a step that needs a confirmation."""


# --- the arguments ------------------------------------------------------------------------------------


def _add_ad(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("ad", metavar="AD", help="the id of the ad; . is the one where you stopped")


def _add_common(parser: argparse.ArgumentParser) -> None:
    add_study(parser, *PARTS, coder=CODER)
    add_json(parser)


def _add_code(parser: argparse.ArgumentParser) -> None:
    _add_ad(parser)
    parser.add_argument("words", metavar="WORDS", help="the words as they are in the ad")
    parser.add_argument("--as", dest="code", required=True, metavar="CODE", help="the id, name or label of the code")
    parser.add_argument("--note", default="", metavar="TEXT", help="a note on the quotation, in the same step")
    parser.add_argument("--nth", type=int, metavar="N", help="which occurrence, from 1, if there are several")
    _add_common(parser)


def _add_coding(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name a coding."""
    _add_ad(parser)
    parser.add_argument("words", nargs="?", default="", metavar="WORDS", help="the words of the quotation")
    _add_choice(parser)


def _add_choice(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--as", dest="code", metavar="CODE", help="the code that the quotation has")
    parser.add_argument("--nth", type=int, metavar="N", help="which of several, from 1 in the order of the text")
    parser.add_argument("--id", default="", metavar="ID", help="the id of the coding, as in --json, in place of WORDS")


def _add_remove(parser: argparse.ArgumentParser) -> None:
    _add_coding(parser)
    _add_common(parser)


def _add_recode(parser: argparse.ArgumentParser) -> None:
    _add_coding(parser)
    parser.add_argument("--to", required=True, metavar="CODE", help="the code that it gets")
    _add_common(parser)


def _add_move(parser: argparse.ArgumentParser) -> None:
    _add_coding(parser)
    parser.add_argument("--to", required=True, metavar="WORDS", help="the new words of the quotation")
    parser.add_argument("--to-nth", type=int, metavar="N", help="which occurrence of these words, from 1")
    _add_common(parser)


def _add_note(parser: argparse.ArgumentParser) -> None:
    _add_ad(parser)
    parser.add_argument("text", metavar="TEXT", help="the note; an empty one removes it. Alone it is a memo on the ad")
    parser.add_argument("--on", dest="words", default="", metavar="WORDS", help="on the quotation with these words")
    _add_choice(parser)
    parser.add_argument("--under", metavar="PART", help="on a section, group or code of this ad's document")
    _add_common(parser)


def _add_profile(parser: argparse.ArgumentParser) -> None:
    _add_ad(parser)
    words = "the id or name of the profile; default: the one that the ad has"
    parser.add_argument("profile", nargs="?", metavar="PROFILE", help=words)
    parser.add_argument("--because", metavar="TEXT", help="the reasoning")
    parser.add_argument("--remove", action="store_true", help="remove the profile and its reasoning")
    _add_common(parser)


def _add_done(parser: argparse.ArgumentParser) -> None:
    _add_ad(parser)
    marks = parser.add_mutually_exclusive_group()
    marks.add_argument("--not", action="store_true", dest="is_undone", help="mark it not done")
    words = "mark it not codable, such as an ad without content"
    marks.add_argument("--not-codable", action="store_true", dest="is_uncodable", default=None, help=words)
    marks.add_argument("--codable", action="store_false", dest="is_uncodable", help="mark it codable again")
    _add_common(parser)


def _add_step(parser: argparse.ArgumentParser) -> None:
    _add_ad(parser)
    parser.add_argument("--yes", action="store_true", help="do it even if the step has more than ten codings")
    _add_common(parser)


def _add_show(parser: argparse.ArgumentParser) -> None:
    _add_ad(parser)
    _add_common(parser)


# --- requests -----------------------------------------------------------------------------------------


def _code(desk: Desk, options: argparse.Namespace) -> Answer:
    code = find_code(desk.book, options.code)
    if isinstance(code, Unclear):
        return code
    span = _span(desk, options.words, options.nth)
    return span if isinstance(span, Unclear) else desk.execute(commands.AssignCode(span, code.id, options.note.strip()))


def _span(desk: Desk, words: str, nth: int | None) -> Span | Unclear:
    span = find_words(desk.source.text, words, nth, source=desk.book.words.source)
    if isinstance(span, Span):
        desk.cursor = span.start
    return span


def _on_coding(
    act: Callable[[Desk, Coding, argparse.Namespace], Answer],
) -> Callable[[Desk, argparse.Namespace], Answer]:
    """Return the request that does something with the coding that the options name."""

    def request(desk: Desk, options: argparse.Namespace) -> Answer:
        code = find_code(desk.book, options.code) if options.code else None
        if isinstance(code, Unclear):
            return code
        coding = find_coding(desk.state, options.words, code, options.nth, options.id)
        return coding if isinstance(coding, Unclear) else act(desk, coding, options)

    return request


def _remove(desk: Desk, coding: Coding, _: argparse.Namespace) -> Answer:
    return desk.execute(commands.RemoveCoding(coding.id))


def _recode(desk: Desk, coding: Coding, options: argparse.Namespace) -> Answer:
    code = find_code(desk.book, options.to)
    return code if isinstance(code, Unclear) else desk.execute(commands.RecodeCoding(coding.id, code.id))


def _move(desk: Desk, coding: Coding, options: argparse.Namespace) -> Answer:
    span = _span(desk, options.to, options.to_nth)
    if isinstance(span, Unclear):
        return span
    is_new = coding.is_unresolved
    return desk.execute(commands.AcceptPlace(coding.id, span) if is_new else commands.MoveBoundary(coding.id, span))


def _note(desk: Desk, options: argparse.Namespace) -> Answer:
    if options.under:
        place = find_part(desk.book, options.under)
        return place if isinstance(place, Unclear) else desk.execute(commands.NotePlace(place, options.text))
    if options.words or options.id:
        return _on_coding(lambda at, coding, given: at.note_coding(coding, given.text))(desk, options)
    return desk.write_memo(MemoTarget(kind="source", id=desk.source.id), options.text)


def _profile(desk: Desk, options: argparse.Namespace) -> Answer:
    state = desk.state
    if options.remove:
        return desk.execute(commands.AssignProfile("", ""))
    if options.profile is None and not state.profile:
        return commands.Refusal(f"The {desk.book.words.source} has no profile yet: name one.")
    found = find_profile(desk.book, options.profile) if options.profile is not None else None
    if isinstance(found, Unclear):
        return found
    reasoning = state.reasoning if options.because is None else options.because
    return desk.execute(commands.AssignProfile(found.id if found else state.profile, reasoning))


def _done(desk: Desk, options: argparse.Namespace) -> Answer:
    if options.is_uncodable is not None:
        return desk.execute(commands.MarkUncodable(options.is_uncodable))
    return desk.execute(commands.MarkDone(not options.is_undone))


def _undo(desk: Desk, options: argparse.Namespace) -> Answer:
    return desk.reverse(is_undo=True, may_be_large=options.yes)


def _redo(desk: Desk, options: argparse.Namespace) -> Answer:
    return desk.reverse(is_undo=False, may_be_large=options.yes)


# --- one step -----------------------------------------------------------------------------------------


@contextmanager
def _desk(options: argparse.Namespace) -> Iterator[tuple[Desk, list[Problem]]]:
    """Open the ad of the options; at the end its document is saved, and the list gets the problems of the session."""
    study = open_study(options)
    desk, problems = Desk.at(study, coder_name(options.coder), options.ad), list[Problem]()
    try:
        pulled = desk.session.initial_pull
        if pulled is not None and pulled.message:
            note(pulled.message)
        yield desk, problems
    finally:
        found = [*desk.close(), *desk.workspace.problems]
        errors = (one for one in found if one.severity == "error" and one.file != str(study.codebook_path))
        problems += dict.fromkeys(errors)


def _step(request: Callable[[Desk, argparse.Namespace], Answer]) -> Callable[[argparse.Namespace], int]:
    """Return the function of a command that makes one step."""

    def run(options: argparse.Namespace) -> int:
        if getattr(options, "words", None) == "" and getattr(options, "id", None) == "" and "text" not in options:
            return error("name the words of the quotation, or its --id.")
        with _desk(options) as (desk, problems):
            answer = request(desk, options)
            record = _record(desk, answer)
        note_problems(problems)
        if options.json:
            show_json(record | {"problems": as_records(problems)})
        elif isinstance(answer, Saved):
            show(_message(answer))
        if isinstance(answer, Saved):
            return exit_code(problems)
        for line in _choices(answer, options):
            note(line)
        return error(_message(answer))

    return run


def _message(answer: Answer) -> str:
    """Return the message of an outcome, with the command for what can be done next."""
    match answer:
        case LargeStep(words):
            return f"This is a large step: {words}. With --yes it is undone or redone as a whole."
        case NotSaved() | HeldElsewhere():
            return f"NOT SAVED: {answer.reason}."
        case Unclear(why="several", places=places) if places:
            return f"{answer.message} Choose one with --nth."
        case Unclear(why="several"):
            return f"{answer.message} Choose one with --as, --nth or --id."
        case Unclear(why="similar"):
            return f"{answer.message} Repeat the command with the words of the text."
        case Unclear():
            return answer.message
        case _:
            hint = HINTS.get(answer.hint, "") if answer.hint else ""
            return f"{answer.message} {hint}".rstrip()


def _choices(answer: Answer, options: argparse.Namespace) -> Iterator[str]:
    """Yield a line for each of several places or codings."""
    if isinstance(answer, Unclear) and answer.why == "several" and not options.json:
        for number, place in enumerate(answer.places[:MOST_LISTED], 1):
            yield f"  {number}: {place.before.lstrip()}[{place.words}]{place.after}"
        if len(answer.places) > MOST_LISTED:
            yield f"  and {len(answer.places) - MOST_LISTED:,} more"
        for number, name in enumerate(answer.names if not answer.places else (), 1):
            yield f"  {number}: {name}"


def _record(desk: Desk, answer: Answer) -> Record:
    """Return a step as JSON."""
    coding_id = answer.coding if isinstance(answer, Saved) else None
    coding = desk.state.codings.get(coding_id or CodingId(""))
    steps = desk.session.transactions
    record: Record = {"schema": STEP, "version": VERSION, "ad": desk.source.id, "coder": desk.workspace.coder}
    record |= {"is_saved": isinstance(answer, Saved), "outcome": _kind(answer), "message": _message(answer)}
    record["step"] = steps[-1].id if isinstance(answer, Saved) and steps else None
    record["coding"] = _coding_record(coding) if coding else None
    if isinstance(answer, Unclear):
        record["places"] = [_place_record(number, place) for number, place in enumerate(answer.places, 1)]
        record["names"] = list(answer.names)
    return record


def _kind(answer: Answer) -> str:
    """Return the outcome in one word, for programs."""
    match answer:
        case Saved():
            return "saved"
        case NotSaved():
            return "not saved"
        case HeldElsewhere():
            return "open elsewhere"
        case Unclear(why=why):
            return why
        case LargeStep():
            return "large"
        case _:
            return "refused"


def _place_record(number: int, place: QuotedPlace) -> Record:
    span = {"start": place.span.start, "end": place.span.end}
    return {"nth": number, **span, "words": place.words, "before": place.before, "after": place.after}


def _coding_record(coding: Coding) -> Record:
    anchor = coding.anchor
    return {
        "id": coding.id,
        "code": coding.code,
        "words": coding.words,
        "start": anchor.start if anchor else None,
        "end": anchor.end if anchor else None,
        "note": coding.note,
        "is_unresolved": coding.is_unresolved,
        "is_removed": coding.is_removed,
    }


# --- show ---------------------------------------------------------------------------------------------


def show_ad(options: argparse.Namespace) -> int:
    """Print text, codings, profile and state of an ad."""
    with _desk(options) as (desk, problems):
        if options.json:
            record = _shown(desk)
        else:
            for line in _lines(desk):
                show(line)
    note_problems(problems)
    if options.json:
        show_json(record | {"problems": as_records(problems)})
    return exit_code(problems)


def _lines(desk: Desk) -> Iterator[str]:
    source, state, book = desk.source, desk.state, desk.session.book_with_former
    yield f"{book.words.source} {source.id}: {source.title or 'without a title'}"
    yield f"employer: {source.employer or 'unknown'}"
    yield f"coder: {desk.workspace.coder}"
    yield f"state: {status_of(state).progress}"
    yield f"profile: {profile_name(book, state.profile) or 'none'}"
    yield f"reasoning: {state.reasoning or 'none'}"
    for memo in state.memos.values():
        if memo.text and memo.target.kind == "source":
            yield f"memo: {memo.text}"
    yield ""
    yield source.text.rstrip() or f"This {book.words.source} has no text."
    yield ""
    codings = in_text_order(state)
    yield f"{plural(len(codings), 'coding')}{':' if codings else ''}"
    for number, coding in enumerate(codings, 1):
        unresolved = "" if coding.anchor and not coding.is_proposed else " (to check: its place is not certain)"
        yield f"{number}. {label_of(book, coding.code)}: {quoted(coding.words)}{unresolved}"
        if coding.note:
            yield f"   note: {coding.note}"
    for memo in state.notes.values():
        if memo.text:
            yield f"note on {memo.target.kind} {memo.target.id}: {memo.text}"


def _shown(desk: Desk) -> Record:
    source, state = desk.source, desk.state
    memos = (memo for memo in (*state.notes.values(), *state.memos.values()) if memo.text)
    return {
        "schema": SHOWN,
        "version": VERSION,
        "ad": source.id,
        "employer": source.employer,
        "title": source.title,
        "coder": desk.workspace.coder,
        "text": source.text,
        "state": status_of(state).progress,
        "profile": state.profile,
        "profile_name": profile_name(desk.book, state.profile),
        "reasoning": state.reasoning,
        "codings": [_coding_record(coding) for coding in in_text_order(state)],
        "notes": [{"on": memo.target.kind, "id": memo.target.id, "text": memo.text} for memo in memos],
    }


# --- next ---------------------------------------------------------------------------------------------


def next_ad(options: argparse.Namespace) -> int:
    """Print the id of the next ad without work of the coder."""
    study = open_study(options)
    coder = coder_name(options.coder)
    entry, left = next_source(study, coder)
    words = study.codebook.words
    if options.json:
        record: Record = {"schema": NEXT, "version": VERSION, "coder": coder, "ad": entry.id if entry else None}
        show_json(record | {"title": entry.title if entry else "", "employer": entry.employer if entry else ""})
    elif entry is not None:
        show(entry.id)
        note(f"{plural(left, words.source, words.sources)} that {coder} has not worked on")
    if entry is None:
        note(f"{coder} has worked on every {words.source}")
    return 0 if entry else NOTHING_LEFT


# --- the plain mode -----------------------------------------------------------------------------------


def _add_plain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", nargs="?", metavar="CORPUS", help="the same as --corpus")
    add_study(parser, *PARTS, coder=CODER)
    parser.add_argument("--ad", metavar="ID", help="open this ad first")


def plain(options: argparse.Namespace) -> int:
    """Code line by line."""
    from codetui.plain.lines import Conversation
    from codetui.plain.loop import run

    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    options.corpus = options.path or options.corpus
    study = open_study(options)
    study.reader = coder_name(options.coder)
    code = run(Desk.at(study, study.reader, options.ad), Conversation())
    ignore_closed_terminal()
    return code


COMMANDS = {
    "code": Command(_add_code, _step(_code)),
    "recode": Command(_add_recode, _step(_on_coding(_recode))),
    "move": Command(_add_move, _step(_on_coding(_move))),
    "remove": Command(_add_remove, _step(_on_coding(_remove))),
    "note": Command(_add_note, _step(_note)),
    "profile": Command(_add_profile, _step(_profile)),
    "done": Command(_add_done, _step(_done)),
    "undo": Command(_add_step, _step(_undo)),
    "redo": Command(_add_step, _step(_redo)),
    "show": Command(_add_show, show_ad),
    "next": Command(_add_common, next_ad),
    "plain": Command(_add_plain, plain),
}

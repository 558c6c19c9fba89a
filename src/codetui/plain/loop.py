"""The loop of the plain mode: read a line, run the command that it names, until the coder quits."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import NamedTuple

from codetui.plain import coding, compare, source
from codetui.plain.lines import CancelledError, Conversation, InputEndedError
from codetui.plain.walk import RefusedError, Walk
from codetui.study.desk import Desk
from codetui.study.study import StudyError

PROBLEMS = 1
"""The exit code if something could not be written at the end; the log has everything."""


class PlainCommand(NamedTuple):
    """A command: its words, the first of which is its letter if it has one, and what follows them."""

    names: tuple[str, ...]
    argument: str
    help: str
    run: Callable[[Walk, str], None]

    @property
    def line(self) -> str:
        """The command in a list."""
        return f"{' or '.join(self.names)}{f' {self.argument}' if self.argument else ''}: {self.help}."


def _forward(walk: Walk, _: str) -> None:
    walk.go(walk.number + 1)


def _back(walk: Walk, _: str) -> None:
    walk.go(walk.number - 1)


def _again(walk: Walk, _: str) -> None:
    walk.sentence  # noqa: B018 - refuses where there is none
    walk.read_sentence()


def _go(walk: Walk, answer: str) -> None:
    if not answer.isdecimal() or not 1 <= int(answer) <= len(walk.sentences):
        raise RefusedError(f"The sentences have the numbers 1 to {len(walk.sentences)}: g 1 goes to the first.")
    walk.go(int(answer) - 1)


def _read_on(walk: Walk, _: str) -> None:
    for span in walk.sentences[walk.number :]:
        if walk.lines.takes_interrupt():
            return
        walk.say(" ".join(walk.text[slice(*span)].split()))


class QuitError(Exception):
    """The coder ends the program."""


def _quit(_: Walk, __: str) -> None:
    raise QuitError


def _help(walk: Walk, answer: str) -> None:
    command = _named(answer.lower()) if answer else None
    if answer and command is None:
        raise RefusedError(f"There is no command {answer}. A question mark alone lists them.")
    for heading, commands in COMMANDS.items():
        chosen = [one for one in commands if command in (None, one)]
        if chosen and command is None:
            walk.say(walk.in_words(f"{heading}."))
        for one in chosen:
            walk.say(_line_of(walk, one))
    if command is None:
        walk.say("Ctrl+C cancels a question. Everything is saved at once.")


def _line_of(walk: Walk, command: PlainCommand) -> str:
    """Return a command in a list, in the study's words."""
    name = {"ad": "{source}", "ads": "{sources}"}.get(command.names[0])
    is_usable = name is not None and " " not in walk.in_words(name)
    return walk.in_words((command._replace(names=(name,)) if name and is_usable else command).line)


COMMANDS: dict[str, tuple[PlainCommand, ...]] = {
    "Reading": (
        PlainCommand(("Enter", "forward"), "", "the next sentence", _forward),
        PlainCommand(("b", "back"), "", "the sentence before", _back),
        PlainCommand(("a", "again"), "", "this sentence again", _again),
        PlainCommand(("g", "go"), "NUMBER", "the sentence with this number", _go),
        PlainCommand(("read",), "", "the rest of the {source}, without stopping", _read_on),
        PlainCommand(("s", "search"), "WORDS", "the next sentence with these words", source.search),
    ),
    "Coding": (
        PlainCommand(
            ("c", "code"), "CODE", "code the sentence, or the selected words, by id, key or words", coding.code
        ),
        PlainCommand(("w", "words"), "WORDS", "select words, by their numbers or by typing them", coding.select),
        PlainCommand(("l", "list"), "", "all codings, with numbers", coding.list_codings),
        PlainCommand(("x", "remove"), "NUMBER", "remove a coding", coding.remove),
        PlainCommand(("r", "recode"), "NUMBER", "give a coding another code", coding.recode),
        PlainCommand(("e", "edges"), "NUMBER", "change the words of a quotation", coding.move),
        PlainCommand(("n", "note"), "NUMBER", "write a note on a coding", coding.note),
        PlainCommand(("resolve",), "", "locate the quotations whose place is uncertain", coding.resolve),
        PlainCommand(("i", "info"), "CODE", "the definition of a code", source.define),
        PlainCommand(("u", "undo"), "", "undo your last step", coding.undo),
        PlainCommand(("redo",), "", "redo the step undone last", coding.redo),
    ),
    "The {source} as a whole": (
        PlainCommand(("p", "profile"), "PROFILE", "assign a profile, then write its reasoning", source.assign_profile),
        PlainCommand(("why",), "", "write only the reasoning", source.write_reasoning),
        PlainCommand(("memo",), "", "write a memo on the {source}", source.write_memo),
        PlainCommand(("describe",), "", "enter employer and title", source.describe),
        PlainCommand(("d", "done"), "", "mark the {source} done, or no longer done", source.mark_done),
        PlainCommand(("uncodable",), "", "mark the {source} not codable, or codable again", source.mark_uncodable),
        PlainCommand(("where",), "", "the {source}, its state and this sentence", source.say_state),
    ),
    "From {source} to {source}": (
        PlainCommand(("next",), "", "the next {source} to code: of your queue, else of the list", source.next_ad),
        PlainCommand(("ad",), "ID", "the {source} with this id", source.open_ad),
        PlainCommand(("ads",), "WORDS", "list the {sources}, with their state", source.list_ads),
        PlainCommand(("after",), "", "the {source} after this one", source.go_after),
        PlainCommand(("before",), "", "the {source} before this one", source.go_before),
        PlainCommand(("f", "find"), "QUERY", "find words, codes and quotations in all {sources}", source.find),
    ),
    "With others": (
        PlainCommand(("agree",), "CODER", "compare with another coder", compare.agree),
        PlainCommand(("adjudicate",), "CODER CODER", "decide where two coders disagree", compare.adjudicate),
        PlainCommand(("take over",), "", "code a session that another program has open", source.take_over),
    ),
    "More": (
        PlainCommand(("copy",), "FOLDER", "save a copy elsewhere, if the disk is full or gone", source.save_copy),
        PlainCommand(("problems",), "", "the problems found so far", source.list_problems),
        PlainCommand(("?", "help"), "COMMAND", "this list, or one command", _help),
        PlainCommand(("q", "quit"), "", "end; everything is saved", _quit),
    ),
}
"""All commands by topic. A word may be shortened as long as no other command begins in the same way."""


def _named(word: str) -> PlainCommand | None:
    """Return the command with this name, or the only one that begins with it."""
    commands = [one for some in COMMANDS.values() for one in some]
    exact = [one for one in commands if word in one.names]
    near = [one for one in commands if any(name.startswith(word) for name in one.names)]
    return exact[0] if exact else near[0] if word and len(near) == 1 else None


def command_of(line: str) -> tuple[PlainCommand, str] | None:
    """Return the command that a line names and what follows it; None if it names none."""
    if not line:
        return COMMANDS["Reading"][0], ""
    word, _, rest = line.partition(" ")
    first = rest.partition(" ")[0]
    two = _named(f"{word} {first}".lower()) if first else None
    if two is not None:
        return two, rest.partition(" ")[2].strip()
    if line[0] == "?":
        word, rest = "?", line[1:]
    command = _named(word.lower())
    return (command, rest.strip()) if command else None


def run(desk: Desk, lines: Conversation) -> int:
    """Walk through ads until the coder quits or the input ends; return the exit code. Everything is saved."""
    walk = Walk(desk, lines)
    code = 0
    with lines.handling_signals():
        try:
            walk.begin()
            lines.say("Enter reads on. A question mark lists the commands.")
            while True:
                _follow(walk)
                _answer(walk)
        except QuitError:
            pass
        except InputEndedError as end:
            code = end.code
        finally:
            problems = desk.close()
            desk.session.typed.close()
    for problem in problems:
        lines.say(str(problem))
    lines.say("Saved." if not problems else "The log has every step that was confirmed.")
    return code or (PROBLEMS if problems else 0)


def _follow(walk: Walk) -> None:
    """Import what others have changed: the session, its document, the codebook."""
    workspace = walk.desk.workspace
    if walk.desk.session.changed() is not None:
        walk.report(workspace.pull())
    if workspace.codebook.changed_version() is not None and (change := workspace.reload_codebook()):
        walk.say(change.message)


def _in_own_words(walk: Walk, line: str) -> str:
    """Return a line with `ad` or `ads` as the command, if it begins with the study's word for a source or sources."""
    first, blank, rest = line.partition(" ")
    if any(first in one.names for some in COMMANDS.values() for one in some):
        return line
    names = {walk.word.source: "ad", walk.word.sources: "ads"}
    return f"{names.get(first, first)}{blank}{rest}"


def _answer(walk: Walk) -> None:
    """Ask for a command and run it; a refusal is one sentence."""
    try:
        line = walk.lines.ask("Command:")
        found = command_of(_in_own_words(walk, line))
        if found is None:
            word = line.split()[0]
            names = [name for some in COMMANDS.values() for one in some for name in one.names]
            near = get_close_matches(word, names, n=1)
            hint = f"Did you mean {near[0]}?" if near else "A question mark lists the commands."
            walk.say(f"There is no command “{word}”. {hint}")
            return
        command, rest = found
        command.run(walk, rest)
    except CancelledError:
        walk.say("Cancelled. q ends the program.")
    except (RefusedError, StudyError) as error:
        message = str(error)
        walk.say(f"{message[:1].upper()}{message[1:]}")
    except OSError as error:
        walk.say(f"{error.filename or 'The disk'}: {error.strerror or error}. Nothing was changed.")

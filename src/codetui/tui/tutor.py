"""The tutor: a guided sitting of ten minutes on an invented ad, step by step, inside the real program."""

from __future__ import annotations

from codetui.tui.bench import Bench
from codetui.tui.workbench.guide import Step


def _codings(bench: Bench) -> int:
    return len(bench.state.live())


def _selected(bench: Bench) -> str:
    return bench.ad.text[slice(*bench.selector.selection.span)]


def _is_in_codebook(bench: Bench) -> bool:
    return bench.focused is bench.outline


def _is_in_ad(bench: Bench) -> bool:
    return bench.focused is bench.document


STEPS: tuple[Step, ...] = (
    Step(
        "Welcome",
        "This ad is invented and nothing here is kept. Its coded words become evidence: code for quotation.\n"
        "{move.next_sentence} selects the next sentence or bullet, {move.previous_sentence} the one before.\n"
        "Press {move.next_sentence} until “Bake rye bread …” is selected.",
        lambda bench: "Bake rye bread" in _selected(bench),
    ),
    Step(
        "Assign a code",
        "A code takes two keys: the digit of its section, then its own key.\n"
        "Press 1 for the tasks: a list opens, with the definition of each code. Then press 1 again.\n"
        "The words get a tint, a bar in the margin, and a line in the codebook.",
        lambda bench: _codings(bench) >= 1,
    ),
    Step(
        "Nothing is lost",
        "Every key is saved at once. {undo} takes back the last step, {redo} does it again, without limit.\n"
        "Press {undo} now; the coding goes.\n"
        "(Then {redo} brings it back.)",
        lambda bench: _codings(bench) == 0,
    ),
    Step(
        "Back again",
        "Press {redo}: the coding is there again.\n"
        "This also works after a restart, and for changes that others make to the file.",
        lambda bench: _codings(bench) >= 1,
    ),
    Step(
        "Jump to a word",
        "Press {jump}: each word gets a label. Type the label of “Weigh”, then, for the end, that of “flour”.\n"
        "A dark label has two letters: its next one shows after the first. Esc cancels.\n"
        "A selection of exactly these words is the aim.",
        lambda bench: _selected(bench) == "Weigh the flour",
    ),
    Step(
        "The same code again",
        "{repeat} assigns the code used last. Press it.\n"
        "{pick} searches all codes by name, definition or example instead.",
        lambda bench: _codings(bench) >= 2,
    ),
    Step(
        "Correct it",
        "On a quotation, {recode} gives it another code, {boundary} moves its edges, and {remove} removes it.\n"
        "Press {remove} to remove this one; {undo} would bring it back.",
        lambda bench: _codings(bench) == 1,
    ),
    Step(
        "Move the edges of a selection",
        "Select the sentence “You like people, and early mornings.” with {move.next_sentence}.\n"
        "{move.trim_end_word} drops the last word, {move.trim_start_word} the first, {move.toggle_stop} the stop.\n"
        "Press {move.trim_end_word} once or more, then code it with a digit and a key.",
        lambda bench: _codings(bench) >= 2,
    ),
    Step(
        "A note",
        "With the cursor on a quotation, {note} writes a note on it: why this code?\nWrite one, and press Enter.",
        lambda bench: any(coding.note for coding in bench.state.live()),
    ),
    Step(
        "The codebook",
        "{tree} goes to the codebook; the arrows move, Enter on a quotation shows it in the ad.\n"
        "{define} explains the code under the cursor. Go there with {tree}.",
        _is_in_codebook,
    ),
    Step(
        "And back",
        "{tree} or Esc goes back to the ad.",
        _is_in_ad,
    ),
    Step(
        "The profile",
        "When all is coded, {profile} asks what kind of ad this is. The ad stays readable beside it.\n"
        "Choose a profile by its digit, write why, paste a quotation with {dialog.quote}, and save with {dialog.save}.",
        lambda bench: bool(bench.state.reasoning),
    ),
    Step(
        "Done",
        "{done} marks the ad done, {next_ad} goes to the next one, {next_uncoded} to the next untouched one.\n"
        "Press {done}.",
        lambda bench: bench.state.is_done,
    ),
    Step(
        "That is all",
        "The bottom row always shows the keys of the moment, {help} lists all of them, {palette} finds them by name.\n"
        "{quit} ends the tutor. `codetui init` makes a study of your own.",
    ),
)
"""The steps in order; each ends when the coder has done it."""

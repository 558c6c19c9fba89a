"""The registry of actions: ids, keys, names and help, for the keyboard, the palette, the help screen and docs/keys.md.

Without Textual, so that programs without a screen can read it.  A key is Textual's name for it, `full_stop`; several
keys that are pressed one after the other are joined by blanks, `z b`.
"""

from __future__ import annotations

from typing import NamedTuple

from codetui.model import Words

MOVE = "Moving"
STEP = "Selecting by steps"
EDGE = "Edges of the selection"

MOTION_ACTIONS: tuple[tuple[str, tuple[str, ...], str, str, str], ...] = (
    ("next_sentence", ("s",), "next sentence", "Select the next sentence or bullet.", STEP),
    ("previous_sentence", ("S",), "previous sentence", "Select the sentence before.", STEP),
    ("next_clause", ("c",), "next clause", "Select the next clause.", STEP),
    ("previous_clause", ("C",), "previous clause", "Select the clause before.", STEP),
    ("next_word", ("w",), "next word", "Select the next word.", STEP),
    ("previous_word", ("W",), "previous word", "Select the word before.", STEP),
    ("next_bullet", ("m",), "next bullet", "Select the next bullet.", STEP),
    ("previous_bullet", ("M",), "previous bullet", "Select the bullet before.", STEP),
    ("next_paragraph", ("g",), "next paragraph", "Select the next paragraph.", STEP),
    ("previous_paragraph", ("G",), "previous paragraph", "Select the paragraph before.", STEP),
    ("grow", ("plus", "equals_sign"), "grow", "Select the next larger unit: word, clause, sentence …", STEP),
    ("shrink", ("minus",), "shrink", "Select the next smaller unit.", STEP),
    ("hold_start", ("left_square_bracket",), "move the start", "Arrows and units now move the start.", EDGE),
    ("hold_end", ("right_square_bracket",), "move the end", "Arrows and units now move the end.", EDGE),
    ("trim_start_word", ("greater_than_sign",), "drop first word", "Drop the first word of the selection.", EDGE),
    ("trim_end_word", ("less_than_sign",), "drop last word", "Drop the last word of the selection.", EDGE),
    (
        "trim_start_clause",
        ("right_curly_bracket",),
        "drop first clause",
        "Drop the first clause of the selection.",
        EDGE,
    ),
    ("trim_end_clause", ("left_curly_bracket",), "drop last clause", "Drop the last clause of the selection.", EDGE),
    ("toggle_stop", ("comma",), "full stop", "Exclude or include the punctuation at the end.", EDGE),
    ("swap_edges", ("percent_sign",), "other edge", "Put the cursor at the other end.", EDGE),
    ("collapse", ("escape",), "cancel", "Finish moving an edge, then clear the selection.", EDGE),
    ("char_left", ("left", "h"), "left", "A character back; with Shift (or H) extends the selection.", MOVE),
    ("char_right", ("right", "l"), "right", "A character on; with Shift (or L) extends the selection.", MOVE),
    ("row_up", ("up", "k"), "up", "A row up; with Shift (or K) extends the selection.", MOVE),
    ("row_down", ("down", "j"), "down", "A row down; with Shift (or J) extends the selection.", MOVE),
    ("word_left", ("ctrl+left",), "word left", "To the start of the word; with Shift extends the selection.", MOVE),
    ("word_right", ("ctrl+right",), "word right", "To the end of the word; with Shift extends the selection.", MOVE),
    ("row_start", ("home",), "start of row", "To the start of the row.", MOVE),
    ("row_end", ("end",), "end of row", "To the end of the row.", MOVE),
    ("page_up", ("pageup",), "page up", "A page up.", MOVE),
    ("page_down", ("pagedown", "space"), "page down", "A page down.", MOVE),
    ("text_start", ("ctrl+home",), "start of {source}", "To the start of the {source}.", MOVE),
    ("text_end", ("ctrl+end",), "end of {source}", "To the end of the {source}.", MOVE),
    ("extend_char_left", ("shift+left", "H"), "extend left", "Move the selection's end back by a character.", MOVE),
    ("extend_char_right", ("shift+right", "L"), "extend right", "Move the selection's end on by a character.", MOVE),
    ("extend_row_up", ("shift+up", "K"), "extend up", "Move the selection's end a row up.", MOVE),
    ("extend_row_down", ("shift+down", "J"), "extend down", "Move the selection's end a row down.", MOVE),
    ("extend_word_left", ("ctrl+shift+left",), "extend by word left", "Move the end back by a word.", MOVE),
    ("extend_word_right", ("ctrl+shift+right",), "extend by word right", "Move the end on by a word.", MOVE),
    ("extend_row_start", ("shift+home",), "extend to row start", "Move the end to the start of the row.", MOVE),
    ("extend_row_end", ("shift+end",), "extend to row end", "Move the end to the end of the row.", MOVE),
    ("extend_page_up", ("shift+pageup",), "extend a page up", "Move the end a page up.", MOVE),
    ("extend_page_down", ("shift+pagedown",), "extend a page down", "Move the end a page down.", MOVE),
    ("extend_text_start", ("ctrl+shift+home",), "extend to the start", "Select to the start of the {source}.", MOVE),
    ("extend_text_end", ("ctrl+shift+end",), "extend to the end", "Select to the end of the {source}.", MOVE),
)

MOTION_KEYS: dict[str, tuple[str, ...]] = {name: keys for name, keys, *_ in MOTION_ACTIONS}
"""Textual's names of the keys of each motion."""


class Action(NamedTuple):
    """One action: its id, the keys that trigger it (any of them), its name, one sentence of help, and its group."""

    id: str
    keys: tuple[str, ...]
    words: str
    help: str
    group: str


JUMP = STEP
CODING = "Coding"
QUOTATION = "Quotation under the cursor"
AD = "Profile and {source}"
ADS = "{Sources}"
LOOK = "Looking things up"
PROGRAM = "Program"

RESHAPING = "Rename, renumber, merge, split, move or retire a code, with all codings of it."
SECTION_DIGITS = "123456789"

_SECTIONS = tuple(
    Action(
        f"section.{digit}",
        (digit,),
        f"codes of section {digit}",
        "Open the section's codes; the next key assigns one to the selection.",
        CODING,
    )
    for digit in SECTION_DIGITS
)

_OWN = (
    Action("repeat", ("full_stop",), "repeat the last code", "Assign the code used last to the selection.", CODING),
    Action("pick", ("enter",), "search codes", "Search all codes by id, name, definition or example.", CODING),
    Action("new_code", ("A", "ctrl+n"), "new code", "Add a new code to the codebook and assign it.", CODING),
    Action("undo", ("u", "ctrl+z"), "undo", "Undo the last step in this {source}, without limit.", CODING),
    Action("redo", ("ctrl+r", "ctrl+y"), "redo", "Redo what was undone.", CODING),
    Action("remove", ("x", "delete"), "remove", "Remove the coding.", QUOTATION),
    Action("recode", ("r",), "recode", "Assign another code: section digit and key, or Enter.", QUOTATION),
    Action("boundary", ("b",), "move boundary", "Select the words again; Enter saves the new boundaries.", QUOTATION),
    Action("note", ("n",), "note", "Write a note on the coding; in the tree also on a group or code.", QUOTATION),
    Action("remark", ("N",), "remark", "In the tree: write a remark under a code, without a quotation.", QUOTATION),
    Action("example", ("e",), "example", "Make the quotation an example of its code in the codebook.", QUOTATION),
    Action("other", ("o",), "other coding here", "Go to the next of several codings under the cursor.", QUOTATION),
    Action("settle", ("v",), "locate quotations", "Go to the next quotation that could not be located.", QUOTATION),
    Action(
        "queue", ("Q", "z q"), "codes to replace", "Go to the next coding whose code is missing or retired.", QUOTATION
    ),
    Action("doubts", ("V", "z v"), "unlocated quotations", "List all quotations that could not be located.", QUOTATION),
    Action("profile", ("p",), "profile", "Choose the {source}'s profile, then write the reasoning.", AD),
    Action("reasoning", ("P",), "reasoning", "Write the reasoning of the profile.", AD),
    Action("done", ("d",), "done", "Mark the {source} done, or not done again.", AD),
    Action("describe", ("E", "z e"), "employer and title", "Enter the employer and title of the {source}.", AD),
    Action("copy", ("Y",), "copy codings", "Copy your codings from another {source} with the same text.", AD),
    Action("next_ad", ("right_parenthesis", "ctrl+pagedown"), "next {source}", "Go to the next {source}.", ADS),
    Action(
        "previous_ad", ("left_parenthesis", "ctrl+pageup"), "previous {source}", "Go to the previous {source}.", ADS
    ),
    Action("next_uncoded", ("U",), "next uncoded {source}", "Go to the next {source} that you have not touched.", ADS),
    Action("ads", ("a",), "list of {sources}", "List all {sources} with their state; type to filter.", ADS),
    Action("tree", ("t", "tab"), "codebook", "Go to the codebook tree, or back to the {source}.", LOOK),
    Action(
        "define", ("i",), "definition", "Show the definition of the code under the cursor, or of the profile.", LOOK
    ),
    Action("edit_code", ("D", "z d"), "edit the code", "Edit the texts of a code or profile.", LOOK),
    Action("reshape", ("T", "z t"), "rename, merge, split, retire", RESHAPING, LOOK),
    Action("read", ("R", "f2", "z r"), "background", "Read background documents, that of the code here first.", LOOK),
    Action("search", ("slash",), "search", "Search in the {source} while you type.", LOOK),
    Action("next_match", ("ctrl+g", "f3"), "next match", "Select the next match of the search.", LOOK),
    Action("previous_match", ("shift+f3",), "previous match", "Select the previous match.", LOOK),
    Action("problems", ("f4", "z p"), "problems", "List the problems of codebook, corpus and session.", LOOK),
    Action("help", ("question_mark", "f1"), "help", "List every key; type to filter.", PROGRAM),
    Action("palette", ("ctrl+p",), "palette", "Find a command, code or theme (light, dark) by name.", PROGRAM),
    Action(
        "save", ("ctrl+s",), "write the document now", "Codings are saved at once; this writes the markdown.", PROGRAM
    ),
    Action(
        "save_copy", ("B", "f12", "z b"), "save a copy to…", "Save this {source}'s session in another folder.", PROGRAM
    ),
    Action(
        "take_over", ("O", "z o"), "take over the session", "Take over the open {source} from another program.", PROGRAM
    ),
    Action("quit", ("ctrl+q",), "quit", "Write the document and quit.", PROGRAM),
)

_JUMPS = (
    Action("jump", ("f",), "jump labels", "Label the words: type the first word's label, then the last word's.", JUMP),
    Action(
        "jump_end", ("F",), "jump labels, end", "Label the words again, to choose another end of the selection.", JUMP
    ),
)

_ACTIONS = (
    *_JUMPS,
    *(Action(f"move.{name}", keys, words, text, group) for name, keys, words, text, group in MOTION_ACTIONS),
    *_SECTIONS,
    *_OWN,
)


def named_actions(words: Words) -> tuple[Action, ...]:
    """Return the actions, with what a codebook calls a source in their words."""
    names = {"source": words.source, "sources": words.sources, "Sources": words.sources.capitalize()}
    return tuple(Action(one.id, one.keys, *(text.format_map(names) for text in one[2:])) for one in _ACTIONS)


ACTIONS = named_actions(Words())

LOOKING = frozenset(("other", "queue", "doubts"))
CHANGING = frozenset(
    action.id for action in _ACTIONS if action.group in (CODING, QUOTATION, AD) and action.id not in LOOKING
)
"""Actions that change the open session; they are refused while another program has it."""

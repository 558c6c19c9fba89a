"""The registry of actions: ids, keys, names and help, for the keyboard, the palette, the help screen and docs/keys.md.

Without Textual, so that programs without a screen can read it.  A key is Textual's name for it, `full_stop`; several
keys that are pressed one after the other are joined by blanks, `z b`.
"""

from __future__ import annotations

from typing import NamedTuple

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
    ("hold_start", ("left_square_bracket",), "take the start", "Arrows and units now move the start.", EDGE),
    ("hold_end", ("right_square_bracket",), "take the end", "Arrows and units now move the end.", EDGE),
    ("trim_start_word", ("greater_than_sign",), "drop first word", "Take the first word off.", EDGE),
    ("trim_end_word", ("less_than_sign",), "drop last word", "Take the last word off.", EDGE),
    ("trim_start_clause", ("right_curly_bracket",), "drop first clause", "Take the first clause off.", EDGE),
    ("trim_end_clause", ("left_curly_bracket",), "drop last clause", "Take the last clause off.", EDGE),
    ("toggle_stop", ("comma",), "full stop", "Leave the punctuation at the end out, or take it in.", EDGE),
    ("swap_edges", ("percent_sign",), "other edge", "Put the cursor at the other end.", EDGE),
    ("collapse", ("escape",), "let go", "Let an edge go, then the selection.", EDGE),
    ("char_left", ("left", "h"), "left", "A character back; with Shift (or H) the selection goes along.", MOVE),
    ("char_right", ("right", "l"), "right", "A character on; with Shift (or L) the selection goes along.", MOVE),
    ("row_up", ("up", "k"), "up", "A row up; with Shift (or K) the selection goes along.", MOVE),
    ("row_down", ("down", "j"), "down", "A row down; with Shift (or J) the selection goes along.", MOVE),
    ("word_left", ("ctrl+left",), "word left", "To the start of the word; with Shift the selection goes along.", MOVE),
    ("word_right", ("ctrl+right",), "word right", "To the end of the word; with Shift the selection goes along.", MOVE),
    ("row_start", ("home",), "start of row", "To the start of the row.", MOVE),
    ("row_end", ("end",), "end of row", "To the end of the row.", MOVE),
    ("page_up", ("pageup",), "page up", "A page up.", MOVE),
    ("page_down", ("pagedown", "space"), "page down", "A page down.", MOVE),
    ("text_start", ("ctrl+home",), "start of ad", "To the start of the ad.", MOVE),
    ("text_end", ("ctrl+end",), "end of ad", "To the end of the ad.", MOVE),
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
    ("extend_text_start", ("ctrl+shift+home",), "extend to the start", "Select to the start of the ad.", MOVE),
    ("extend_text_end", ("ctrl+shift+end",), "extend to the end", "Select to the end of the ad.", MOVE),
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
AD = "Profile and ad"
ADS = "Ads"
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
    Action("repeat", ("full_stop",), "repeat the last code", "Give the selection the code used last.", CODING),
    Action("pick", ("enter",), "pick a code", "Search all codes by id, name, definition or example.", CODING),
    Action("new_code", ("A", "ctrl+n"), "new code", "Write a new code into the codebook, and give it.", CODING),
    Action("undo", ("u", "ctrl+z"), "undo", "Take the last step in this ad back, without limit.", CODING),
    Action("redo", ("ctrl+r", "ctrl+y"), "redo", "Bring back what was undone.", CODING),
    Action("remove", ("x", "delete"), "remove", "Take the coding away.", QUOTATION),
    Action("recode", ("r",), "recode", "Give it another code: section digit and key, or Enter.", QUOTATION),
    Action("boundary", ("b",), "move boundary", "Select it anew; Enter keeps the new boundaries.", QUOTATION),
    Action("note", ("n",), "note", "Write a note beside it; in the tree also on a group or code.", QUOTATION),
    Action("remark", ("N",), "remark", "In the tree: write an entry without quotation under a code.", QUOTATION),
    Action("example", ("e",), "example", "Make the quotation an example of its code in the codebook.", QUOTATION),
    Action("other", ("o",), "other coding here", "Take the next of several codings under the cursor.", QUOTATION),
    Action("settle", ("v",), "settle places", "Go to the next quotation whose place is in doubt.", QUOTATION),
    Action("queue", ("Q", "z q"), "codes to settle", "Go to the next coding whose code is gone or retired.", QUOTATION),
    Action("doubts", ("V", "z v"), "list of doubts", "All quotations that need a place; Enter goes to one.", QUOTATION),
    Action("profile", ("p",), "profile", "Choose the ad's profile, then write the reasoning.", AD),
    Action("reasoning", ("P",), "reasoning", "Write the reasoning of the profile.", AD),
    Action("done", ("d",), "done", "Mark the ad done, or take it up again.", AD),
    Action("describe", ("E", "z e"), "employer and title", "Say what employer and title the ad has.", AD),
    Action("copy", ("Y",), "take over", "Take over what you coded in another ad with the same text.", AD),
    Action("next_ad", ("right_parenthesis", "ctrl+pagedown"), "next ad", "Go to the next ad.", ADS),
    Action("previous_ad", ("left_parenthesis", "ctrl+pageup"), "previous ad", "Go to the previous ad.", ADS),
    Action("next_uncoded", ("U",), "next uncoded ad", "Go to the next ad that you have not touched.", ADS),
    Action("ads", ("a",), "list of ads", "All ads with their state; type to filter.", ADS),
    Action("tree", ("t", "tab"), "codebook", "Go to the codebook tree, or back to the ad.", LOOK),
    Action("define", ("i",), "definition", "All that is known of the code under the cursor, or of the profile.", LOOK),
    Action("edit_code", ("D", "z d"), "change the code", "Change what the book says of a code or profile.", LOOK),
    Action("reshape", ("T", "z t"), "rename, merge, split, retire", RESHAPING, LOOK),
    Action("read", ("R", "f2", "z r"), "background", "Read background documents, that of the code here first.", LOOK),
    Action("search", ("slash",), "search", "Search in the ad while you type.", LOOK),
    Action("next_match", ("ctrl+g", "f3"), "next match", "Select the next match of the search.", LOOK),
    Action("previous_match", ("shift+f3",), "previous match", "Select the previous match.", LOOK),
    Action("problems", ("f4", "z p"), "problems", "What is wrong in codebook, corpus and session.", LOOK),
    Action("help", ("question_mark", "f1"), "help", "Every key, with a filter.", PROGRAM),
    Action("palette", ("ctrl+p",), "palette", "Every command, code and theme (light, dark) by name.", PROGRAM),
    Action(
        "save", ("ctrl+s",), "write the document now", "Codings are saved at once; this writes the markdown.", PROGRAM
    ),
    Action("save_copy", ("B", "f12", "z b"), "save a copy to…", "Save this ad's session in another folder.", PROGRAM),
    Action("take_over", ("O", "z o"), "take over the session", "Take the open ad over from another program.", PROGRAM),
    Action("quit", ("ctrl+q",), "quit", "Write the document and leave.", PROGRAM),
)

_JUMPS = (
    Action("jump", ("f",), "jump labels", "Letters on the words: type one's for the start, then for the end.", JUMP),
    Action("jump_end", ("F",), "jump labels, end", "Letters for another end of the selection.", JUMP),
)

ACTIONS: tuple[Action, ...] = (
    *_JUMPS,
    *(Action(f"move.{name}", keys, words, text, group) for name, keys, words, text, group in MOTION_ACTIONS),
    *_SECTIONS,
    *_OWN,
)

LOOKING = frozenset(("other", "queue", "doubts"))
CHANGING = frozenset(
    action.id for action in ACTIONS if action.group in (CODING, QUOTATION, AD) and action.id not in LOOKING
)
"""What changes the open session, and is refused while another program has it."""

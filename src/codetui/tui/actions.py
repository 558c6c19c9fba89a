"""THE registry of what a coder can press: bindings, palette, help screen and README table come from here.

No Textual in here, so that programs without a screen can read it too.  Keys are Textual's names for them.
"""

from __future__ import annotations

from typing import NamedTuple

from codetui.tui.motion_keys import MOTION_ACTIONS, STEP


class Action(NamedTuple):
    """One thing to do: its id, its keys, what it is called, one sentence of help, and its group."""

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
    Action("queue", ("Q",), "codes to settle", "Go to the next coding whose code is gone or retired.", QUOTATION),
    Action("doubts", ("V",), "list of doubts", "All quotations that need a place; Enter goes to one.", QUOTATION),
    Action("profile", ("p",), "profile", "Choose the ad's profile, then write the reasoning.", AD),
    Action("reasoning", ("P",), "reasoning", "Write the reasoning of the profile.", AD),
    Action("done", ("d",), "done", "Mark the ad done, or take it up again.", AD),
    Action("describe", ("E",), "employer and title", "Say what employer and title the ad has.", AD),
    Action("copy", ("Y",), "take over", "Take over what you coded in another ad with the same text.", AD),
    Action("next_ad", ("right_parenthesis", "ctrl+pagedown"), "next ad", "Go to the next ad.", ADS),
    Action("previous_ad", ("left_parenthesis", "ctrl+pageup"), "previous ad", "Go to the previous ad.", ADS),
    Action("next_uncoded", ("U",), "next uncoded ad", "Go to the next ad that you have not touched.", ADS),
    Action("ads", ("a",), "list of ads", "All ads with their state; type to filter.", ADS),
    Action("tree", ("t", "tab"), "codebook", "Go to the codebook tree, or back to the ad.", LOOK),
    Action("define", ("i",), "definition", "All that is known of the code under the cursor, or of the profile.", LOOK),
    Action("edit_code", ("D",), "change the code", "Change what the book says of a code or profile.", LOOK),
    Action("reshape", ("T",), "rename, merge, split, retire", RESHAPING, LOOK),
    Action("read", ("R", "f2"), "background", "Read background documents, that of the code here first.", LOOK),
    Action("search", ("slash",), "search", "Search in the ad while you type.", LOOK),
    Action("next_match", ("ctrl+g", "f3"), "next match", "Select the next match of the search.", LOOK),
    Action("previous_match", ("shift+f3",), "previous match", "Select the previous match.", LOOK),
    Action("problems", ("f4",), "problems", "What is wrong in codebook, corpus and session.", LOOK),
    Action("help", ("question_mark", "f1"), "help", "Every key, with a filter.", PROGRAM),
    Action("palette", ("ctrl+p",), "palette", "Every command, code and theme (light, dark) by name.", PROGRAM),
    Action(
        "save", ("ctrl+s",), "write the document now", "Codings are saved at once; this writes the markdown.", PROGRAM
    ),
    Action("save_copy", ("B", "f12"), "save a copy to…", "Write this ad's session into another folder.", PROGRAM),
    Action("take_over", ("O",), "take the session", "Take the open ad from another program that has it.", PROGRAM),
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

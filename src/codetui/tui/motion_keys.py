"""The registry's lines about moving and selecting: motion, keys, words, help, group."""

from __future__ import annotations

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

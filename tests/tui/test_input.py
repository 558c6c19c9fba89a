"""Reports of the terminal are never keys; every key is a key, in any chunks."""

from __future__ import annotations

import random
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual.screen import Screen
from textual.widgets import Input, TextArea

from codetui.tui import input as filters
from testing.hostile.inputs import mutated
from testing.hostile.sent import KEYS, QUIET, REPORTS, SENT, Line, take_input
from testing.keys import press, running, workspace_on, write_ad

ANSWER = b"\x1b]11;rgb:1111/2222/3333\x1b\\"
PAUSES = (0.0, 0.02, 0.15, 0.5, 1.5)
LATE = 0.1
"""Seconds after which an Esc alone is a key."""


def sent(*parts: bytes | float) -> Line:
    """Return a line on which bytes were sent, with pauses in seconds and a final pause."""
    line = Line()
    for part in parts:
        if isinstance(part, bytes):
            line.send(part)
        else:
            line.wait(part)
    line.wait(QUIET)
    return line


# --- answers and reports --------------------------------------------------------------------------


@pytest.mark.parametrize("report", REPORTS)
def test_answers_and_reports_are_neither_keys_nor_text(report: bytes) -> None:
    line = sent(b"a", report, b"b")
    assert (line.keys, line.text) == (["a", "b"], "ab")
    assert sent(report).keys == []


@pytest.mark.parametrize("pause", [0.0, 0.05, 0.3, 1.9, 10.0])
def test_a_report_cut_in_two_is_not_a_key(pause: float) -> None:
    cuts = [(report, at) for report in REPORTS for at in range(1, len(report))]
    for report, at in cuts:
        if report.startswith(b"\x1b[M") and pause >= QUIET and at > 2:
            continue
        line = sent(b"a", 0.5, report[:at], pause, report[at:], b"b")
        # The first byte alone cannot be told from the key.
        escape = ["escape"] if at == 1 and pause >= LATE else []
        assert (line.keys, line.text) == (["a", *escape, "b"], "ab"), report[:at]


@pytest.mark.parametrize("report", [one for one in REPORTS if len(one) > 4])
def test_a_report_arriving_byte_by_byte_is_not_a_key(report: bytes) -> None:
    line = sent(b"a", *(part for byte in report for part in (bytes([byte]), 0.05)), b"b")
    assert (line.keys, line.text) == (["a", "b"], "ab")


SEQUENCES = [(one, KEYS.get(one)) for one in (*REPORTS, *KEYS) if one.startswith(b"\x1b")]


@pytest.mark.parametrize("pause", [0.15, 0.6, 1.9])
@pytest.mark.parametrize("first", [2, 3])
def test_a_sequence_whose_beginning_is_whole_is_one_however_slowly_the_rest_comes(pause: float, first: int) -> None:
    for data, key in SEQUENCES:
        line = sent(b"a", 0.5, data[:first], pause, *(part for byte in data[first:] for part in (bytes([byte]), pause)))
        assert line.keys == ["a", key] if key else ["a"], data


@pytest.mark.parametrize("pause", [0.15, 0.9])
def test_a_longer_delay_of_esc_keeps_sequences_that_come_in_single_bytes(
    pause: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filters, "PAUSE", 1.0)
    for data, key in SEQUENCES:
        line = sent(b"a", 0.5, *(part for byte in data for part in (bytes([byte]), pause)))
        assert line.keys == ["a", key] if key else ["a"], data


@pytest.mark.parametrize("text", ["]x", "]-", "Pa", "P ", "_a", "]]"])
def test_alt_and_a_sign_do_not_swallow_the_keys_after_them(text: str) -> None:
    line = sent(f"\x1b{text[0]}".encode(), 0.3, text[1].encode(), 0.3, b"s")
    assert line.text == f"{text[1]}s"


ITEMS = st.one_of(
    st.sampled_from([(one, ()) for one in REPORTS]), st.sampled_from([(one, (name,)) for one, name in KEYS.items()])
)


@given(st.lists(ITEMS, max_size=8), st.randoms(use_true_random=False))
def test_keys_between_reports_all_arrive_in_any_chunks(
    items: list[tuple[bytes, tuple[str, ...]]], chance: random.Random
) -> None:
    line = Line()
    for data, _ in items:
        pieces = [data]
        while len(pieces[-1]) > 1 and chance.randrange(2):
            at = chance.randrange(1, len(pieces[-1]))
            pieces[-1:] = [pieces[-1][:at], pieces[-1][at:]]
        for number, piece in enumerate(pieces):
            line.send(piece)
            # An Esc and a `[` that come alone, one long after the other, are what a person types.
            is_begun = len(b"".join(pieces[: number + 1])) < 3
            line.wait(chance.choice(PAUSES[:2] if number and is_begun else PAUSES))
        line.wait(QUIET)
    expected = [name for _, names in items for name in names]
    # An escape that belongs to a sequence may have been taken for the key: it came long before the rest.
    assert [key for key in line.keys if key != "escape"] == [name for name in expected if name != "escape"]


@pytest.mark.parametrize(("first", "second"), [(0.15, 0.0), (0.15, 0.05), (0.5, 0.02), (1.5, 0.09)])
def test_input_after_a_separate_escape_still_belongs_to_its_sequence(first: float, second: float) -> None:
    for data in (*KEYS, *(one for one in REPORTS if not one.startswith(b"\x1b[M"))):
        for at in range(2, len(data) if data.startswith(b"\x1b") else 2):
            line = sent(b"a", 0.5, data[:1], first, data[1:at], second, data[at:], 0.5, b"b")
            names = [KEYS[data]] if data in KEYS else []
            assert line.keys == ["a", "escape", *names, "b"], data[:at]


@pytest.mark.parametrize("told", [b"\x1b[?25u", b"\x1b[27u", b"\x1b[27;1:1u"])
@pytest.mark.parametrize("data", [b"\x1b[A", b"\x1b[115;;115u", b"\x1b]11;rgb:11/22/33\x07", b"\x1b[I", b"\x1bOc"])
def test_an_escape_alone_is_not_a_key_if_the_terminal_has_a_sequence_for_it(told: bytes, data: bytes) -> None:
    for pause in (0.15, 0.5, 1.5):
        assert sent(told, b"a", data[:1], pause, data[1:], b"b").keys == [*sent(told, b"a", data, b"b").keys]


def test_an_escape_alone_is_delayed_but_not_lost_after_another_terminal_was_attached() -> None:
    line = sent(b"\x1b[27u", 1.0, b"\x1b", 3.0, b"s")
    assert line.keys == ["escape", "escape", "s"]
    line.send(b"\x1b")
    line.wait(0.15)
    assert line.keys[-1] == "escape"


@pytest.mark.parametrize("answer", [b"\x1b[?0u", b"\x1b[27;2u", b"\x1b[27;5;13~"])
def test_an_escape_alone_is_the_key_if_the_terminal_has_no_sequence_for_it(answer: bytes) -> None:
    line = sent(answer, b"\x1b")
    assert line.keys[-1] == "escape"
    line.send(b"\x1b")
    line.wait(0.15)
    assert line.keys[-2:] == ["escape", "escape"]


@pytest.mark.parametrize("sign", "[]OPX^_")
@pytest.mark.parametrize("pause", [0.15, 0.8, 30.0])
def test_characters_typed_after_escape_are_keys(sign: str, pause: float) -> None:
    line = Line()
    line.send(b"\x1b")
    line.wait(pause)
    line.send(sign.encode())
    line.wait(0.11)
    assert line.text == sign and line.keys[0] == "escape"
    for letter in "A1;c":
        line.send(letter.encode())
        line.wait(0.15)
    assert line.text == f"{sign}A1;c"
    assert sent(b"\x1b", pause, f"{sign} and more".encode()).text == f"{sign} and more"


# --- keys -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("data", "name"), KEYS.items())
def test_keys_of_common_terminals_are_known(data: bytes, name: str) -> None:
    assert sent(data).keys == [name]
    assert sent(data * 3).keys == [name] * 3


def test_escape_is_a_key_after_a_tenth_of_a_second() -> None:
    line = Line()
    line.send(b"\x1b")
    line.wait(LATE / 2)
    assert line.keys == []
    line.wait(LATE)
    assert line.keys == ["escape"]
    line.send(b"s")
    assert line.keys == ["escape", "s"]


@pytest.mark.parametrize("letter", [bytes([code]) for code in range(0x21, 0x7F) if bytes([code]) not in b"fb"])
def test_alt_and_a_letter_are_not_the_letter_and_delay_nothing(letter: bytes) -> None:
    line = sent(b"\x1b" + letter, 0.5)
    assert letter.decode() not in line.keys and line.text == ""
    line.send(b"s1")
    assert line.keys[-2:] == ["s", "1"]


def test_escape_and_keys_typed_ahead_are_keys() -> None:
    assert sent(b"1\x1bs2").keys == ["1", "escape", "s", "2"]
    assert sent(b"a\x1b\x1b[Bq").keys == ["a", "escape", "down", "q"]
    assert sent(b"\x1b\x11").keys == ["escape", "ctrl+q"]
    assert sent(b"\x1b\x1b").keys == ["escape", "escape"]


def test_alt_with_editing_keys_has_its_usual_meaning() -> None:
    assert [sent(one).keys for one in (b"\x1bf", b"\x1bb", b"\x1b\x7f", b"\x1b\r", b"\x1b\x1b[A")] == [
        ["ctrl+right"], ["ctrl+left"], ["ctrl+w"], ["alt+enter"], ["alt+up"],
    ]  # fmt: skip


def test_plausible_mouse_reports_pass() -> None:
    mouse = sent(b"\x1b[<0;5;6M\x1b[<0;5;6m\x1b[<65;5;6M\x1b[<35;7;8M").messages
    assert [type(one) for one in mouse] == [events.MouseDown, events.MouseUp, events.MouseScrollDown, events.MouseMove]


@pytest.mark.parametrize("parts", ["0;1e1;11", "0;12;1f;11", "0;x11", "35;abc;1", "0;NaN;11", "-", "0;;", "ff;ff;ff"])
@pytest.mark.parametrize("end", ["M", "m"])
def test_a_mouse_report_with_other_letters_is_nothing(parts: str, end: str) -> None:
    report = sent(f"\x1b[<{parts}{end}".encode())
    assert report.keys == [] and report.text == ""
    assert sent(b"a", f"\x1b[<{parts}{end}".encode(), b"b").text == "ab"


# --- typed text -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "broken", [b"\x1b]11;rgb:1111/22", b"\x1bP1$r", b"\x1b_G", b"\x1b[12", b"\x1b[?1;", b"\x1b[<0;1", b"\x1bX"]
)
@pytest.mark.parametrize("pause", [0.0, 0.3, 5.0])
def test_text_typed_after_an_unfinished_sequence_is_text(broken: bytes, pause: float) -> None:
    assert sent(broken, pause, b"typed on").text == "typed on"
    assert sent(broken, pause, b"t", 0.2, b"y", 0.2, b"ped on").text == "typed on"
    line = sent(broken, pause, b"why\x13")
    assert line.text == "why" and line.keys[-1] == "ctrl+s"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xe9 de", " de"), (b"caf\xe9\rx", "cafx"), (b"\xc3(", "("), (b"\xf0\x9f\x1b[A!", "!"), (b"\xc0\xafa", "a"),
        (b"\xed\xa0\x80a", "a"), (b"\x9b?62;22ca", "a"), (b"\xc2\x9b31ma", "a"), (b"\x9d11;rgb:1/2/3\x9ca", "a"),
        (b"\x90>|xterm\x9ca", "a"), (b"a\x93b\x94", "ab"), (b"\x00a", "a"), (b"\xff\xfea", "a"),
    ],
)  # fmt: skip
def test_invalid_bytes_are_ignored(data: bytes, text: str) -> None:
    assert sent(data).text == text
    assert b"31m" in data or sent(*(bytes([byte]) for byte in data)).text == text


def test_joiners_within_emoji_and_words_are_kept() -> None:
    assert sent("👩‍💻 می‌خواهم".encode()).text == "👩‍💻 می‌خواهم"


# --- pastes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("pause", [0.0, 0.15, 0.9])
def test_a_paste_is_text_with_any_content_and_in_any_chunks(pause: float) -> None:
    content = b"one\x1b[A\x1b]11;rgb:1/2/3\x07\x13\r\x1b[200~two\xe9"
    data = b"\x1b[200~" + content + b"\x1b[201~"
    for at in range(3, len(data)):
        line = sent(b"a", data[:at], pause, data[at:], b"b")
        pastes = [one.text for one in line.messages if isinstance(one, events.Paste)]
        assert pastes == [content[:-1].decode()], at
        assert line.keys == ["a", "b"]


@pytest.mark.parametrize("typed", [b"more\x13", b"m"])
def test_an_unfinished_paste_ends_with_typed_keys(typed: bytes) -> None:
    line = sent(b"\x1b[200~half a ", 1.5, typed)
    assert line.text == "half a " + typed.decode().strip("\x13")
    assert line.keys[-1] == ("ctrl+s" if len(typed) > 1 else "m")


def test_a_paste_continues_after_a_long_pause() -> None:
    line = sent(b"\x1b[200~one ", 5.0, b"two three", 5.0, b" four\x1b[20", 5.0, b"1~s")
    assert line.keys == ["s"] and line.text == "one two three fours"


# --- any bytes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"\x1b[577$",
        b"\x1b[27;1;:13~",
        b"\x1b[27;2;1:2~",
        b"\x1b[;",
        b"\x1b[M\xe9",
        b"\x1b[M\xe9\xbf",
        b"\x1b[200~a\x1b[201\xd6",
        b"[<[<\x1b[<",
    ],
)
def test_a_key_pressed_long_after_an_unfinished_sequence_is_that_key(data: bytes) -> None:
    line = sent(data)
    line.send(b"q")
    assert line.keys[-1:] == ["q"]


@given(st.binary(max_size=60))
def test_any_bytes_become_known_keys_text_or_nothing(data: bytes) -> None:
    take_input(data)


def test_mutated_reports_become_known_keys_text_or_nothing() -> None:
    chance = random.Random(1)
    for data in islice(iter(lambda: mutated(chance, SENT), b"never"), 3000):
        take_input(data)


# --- the program ----------------------------------------------------------------------------------


async def test_keys_with_alt_do_nothing_in_the_workbench(tmp_path: Path) -> None:
    write_ad(tmp_path, "You build pipelines in Python.")
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await press(pilot, "s<alt+1><alt+1>")
        assert bench.state.live() == () and not bench.panel.is_open
        assert bench.status.message[0] == "Alt+1 does nothing here. ? shows every key."


@pytest.mark.parametrize("opening", ["s1", "f", "p", "s<enter>", "a", "?", "/", "t", "s11n", "p1", "E"])
async def test_keys_with_alt_do_nothing_in_dialogs(tmp_path: Path, opening: str) -> None:
    write_ad(tmp_path, "You build pipelines in Python.")
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await press(pilot, opening)
        before = (bench.state, pilot.app.screen, texts(pilot.app.screen))
        await press(pilot, "<alt+1><alt+a><alt+E><alt+2>")
        assert (bench.state, pilot.app.screen, texts(pilot.app.screen)) == before


def texts(screen: Screen[object]) -> list[str]:
    """Return the texts of all fields."""
    fields = (*screen.query(Input), *screen.query(TextArea))
    return [field.text if isinstance(field, TextArea) else field.value for field in fields]

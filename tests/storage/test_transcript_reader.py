"""A transcript with times becomes paragraphs of its speakers, and each cue a passage."""

from __future__ import annotations

from pathlib import Path

import pytest

from codetui.core.text.units import speaker_in
from testing.sources import problems_at, source_at

NAMED = """\
WEBVTT - Interview 3

STYLE
::cue { color: red }

NOTE made by hand

1
00:00:00.510 --> 00:00:01.550 align:start
Ann: Shall we

2
00:00:01.790 --> 00:00:03.000
Ann: begin now?

intro
0:04 --> 0:06.5
Bob van Dam: Yes, A --> B
is <i>first</i> &amp; easy.

3
1:00:05.000 --> 1:00:07.000
And then lunch.
"""
VOICES = """\
WEBVTT

00:01.000 --> 00:02.000
<v.loud Ann de Wit>Hoe ging het?</v> <v Bob>Goed.

00:02.500 --> 00:04.000
<v Bob>Heel<00:00:03.000> goed.</v>

NOTE
a comment --> of two lines

00:09.000 --> 00:10.000
Music
"""
SUBTITLES = """\
1\r
00:00:01,000 --> 00:00:02,000\r
- <font color="red">Where</font> are you?\r
- {\\an8}Here.\r
\r
2\r
00:00:03,000 --> 00:00:04,000\r
We start\r
at 5 < 6.\r
\r
3\r
00:00:04,000 --> 00:00:05,000\r
2024\r
4\r
00:00:09,000 --> 00:00:10,000\r
Later.\r
"""


def passages(path: Path, text: str) -> tuple[str, list[tuple[str, ...]]]:
    source = source_at(path, text)
    return source.text, [(*one.attributes.values(), source.text[one.start : one.end]) for one in source.passages]


def test_cues_of_a_speaker_are_one_paragraph_with_the_times_of_each(tmp_path: Path) -> None:
    text, found = passages(tmp_path / "3.vtt", NAMED)
    assert text == "Ann: Shall we begin now?\n\nBob van Dam: Yes, A --> B is first & easy. And then lunch.\n"
    assert found == [
        ("Ann", "00:00:00.510", "00:00:01.550", "Shall we"),
        ("Ann", "00:00:01.790", "00:00:03.000", "begin now?"),
        ("Bob van Dam", "00:00:04.000", "00:00:06.500", "Yes, A --> B is first & easy."),
        ("Bob van Dam", "01:00:05.000", "01:00:07.000", "And then lunch."),
    ]
    assert source_at(tmp_path / "3.vtt").not_read == {"comment": 1}


def test_voices_are_speakers_and_what_has_none_is_said_by_nobody(tmp_path: Path) -> None:
    text, found = passages(tmp_path / "3.vtt", VOICES)
    assert text == "Ann de Wit: Hoe ging het?\n\nBob: Goed. Heel goed.\n\nMusic\n"
    assert [one[0] for one in found] == ["Ann de Wit", "Bob", "Bob", "00:00:09.000"]


def test_subtitles_have_no_numbers_and_a_dash_begins_a_turn(tmp_path: Path) -> None:
    text, found = passages(tmp_path / "3.srt", SUBTITLES)
    assert text == "- Where are you?\n\n- Here. We start at 5 < 6. 2024 Later.\n"
    assert found[-1] == ("00:00:09.000", "00:00:10.000", "Later.")


@pytest.mark.parametrize(
    ("line", "speaker"),
    [
        ("Ann: yes", "Ann"),
        ("  Ann de Wit:  yes", "Ann de Wit"),
        ("Interviewer 2:", "Interviewer 2"),
        ("王老师：早", "王老师"),
        ("Een ding: zo", None),
        ("12:30 we begin", None),
        ("See https://a.example", None),
        ("The first of many long names here: no", None),
        ("plain", None),
    ],
)
def test_a_speaker_is_a_short_name_before_a_colon(line: str, speaker: str | None) -> None:
    found = speaker_in(line)
    assert (found and found[0]) == speaker
    assert found is None or line[found[1] :].strip() == line.replace("：", ":").partition(":")[2].strip()


def test_a_transcript_that_was_cut_off_loses_no_words_and_has_no_times_as_words(tmp_path: Path) -> None:
    source = source_at(tmp_path / "1.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nYes\n\n00:02.000 --> ")
    assert (source.text, source.not_read) == ("Yes\n", {"broken time": 1})


def test_a_text_without_times_is_no_transcript(tmp_path: Path) -> None:
    (tmp_path / "1.srt").write_text("Ann: yes")
    (tmp_path / "2.txt").write_text("whole")
    (tmp_path / "3.vtt").write_text("WEBVTT\n")
    assert problems_at(tmp_path) == [
        "this file has no times such as 00:01:02.000 --> 00:01:05.000: save it as .txt",
        "this file has no text: open it to see why; a scan needs text recognition (OCR) first",
    ]

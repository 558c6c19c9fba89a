"""Extract the text of transcripts with times (`.vtt`, `.srt`): a paragraph for each turn of a speaker.

Numbers and names of cues, styles and comments are gone; each cue is a passage with its speaker and times.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from codetui.core.text.units import speaker_in
from codetui.model import Passage, with_plain_line_ends
from codetui.storage.sources.blocks import without_unseen
from codetui.storage.sources.documents import Extracted, UnreadableSourceError
from codetui.storage.sources.reader import ProblemCollector, decode

_CLOCK = r"(?:(\d+):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?"
_TIMES = re.compile(rf"\s*{_CLOCK}\s*-->\s*{_CLOCK}(?:\s.*)?")
_BROKEN_TIMES = re.compile(rf"\s*{_CLOCK}\s*-->.*")
_ASIDE = re.compile(r"(NOTE|STYLE|REGION)(?:\s|$)")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]*)>")
_TAG = re.compile(r"</?(?:[A-Za-z][^<>]*)>|<[\d:.]+>|\{\\[^{}]*\}")
_DASH = re.compile(r"[-–—]\s*(?=\S)")
_STOPS = '.!?…:"”’)]。！？'
_PAUSE = 2.0
"""Seconds of silence after a finished sentence that begin a paragraph where no speaker is named."""


@dataclass(slots=True)
class _Cue:
    """Words of one speaker with the times of their cue in seconds; a speaker is empty if unknown."""

    start: float
    end: float
    speaker: str
    text: str
    is_turn: bool = False


def extract(file: BinaryIO, _: bool) -> Extracted:
    """Return the text of a transcript; raise UnreadableSourceError if no cue is in it, but other text is."""
    text = with_plain_line_ends(decode(file.read(), ProblemCollector("")))
    not_read: Counter[str] = Counter()
    parts, passages, at = list[str](), list[Passage](), 0
    before: _Cue | None = None
    for cue in _cues(text, not_read):
        # A name before a colon holds until the next one.
        if before is not None and not cue.speaker and not cue.is_turn and "<v" not in text:
            cue.speaker = before.speaker
        gap = "" if before is None else _gap(before, cue)
        head = f"{cue.speaker}: " if cue.speaker and gap != " " else ""
        start = at + len(gap) + len(head)
        parts += [gap, head, cue.text]
        at = start + len(cue.text)
        times = {"start": _clock(cue.start), "end": _clock(cue.end)}
        passages.append(Passage(start, at, {"speaker": cue.speaker, **times} if cue.speaker else times))
        before = cue
    if before is None and text.strip() and not text.lstrip("\ufeff \n").startswith("WEBVTT"):
        raise UnreadableSourceError("has no times such as 00:01:02.000 --> 00:01:05.000: save it as .txt")
    return Extracted("".join([*parts, "\n"]) if parts else "", passages=tuple(passages), not_read=not_read)


def _gap(before: _Cue, cue: _Cue) -> str:
    """Return what is between two cues: a blank within a turn, else a blank line."""
    if cue.is_turn or cue.speaker != before.speaker:
        return "\n\n"
    is_pause = cue.start - before.end >= _PAUSE and before.text[-1] in _STOPS
    return "\n\n" if is_pause and not cue.speaker else " "


def _clock(seconds: float) -> str:
    whole = round(seconds * 1000)
    return f"{whole // 3_600_000:02}:{whole // 60_000 % 60:02}:{whole // 1000 % 60:02}.{whole % 1000:03}"


def _cues(text: str, not_read: Counter[str]) -> Iterator[_Cue]:
    """Yield the cues that have words, one for each speaker."""
    lines = text.split("\n")
    starts = [number for number, line in enumerate(lines) if _TIMES.fullmatch(line)]
    if not starts:
        return
    not_read["comment"] += _comments(lines[: starts[0]])
    is_web = text.lstrip("\ufeff \n").startswith("WEBVTT")
    for at, following in zip(starts, [*starts[1:], len(lines) + 1], strict=True):
        found = _TIMES.fullmatch(lines[at])
        assert found is not None
        start, end = _seconds(*found.groups()[:4]), _seconds(*found.groups()[4:])
        words = lines[at + 1 : following - 1 if _is_name(lines, following - 1) else following]
        for number, line in enumerate(words):
            if is_web and not line.strip() and _ASIDE.match("".join(words[number + 1 : number + 2])):
                not_read["comment"] += _comments(words[number:])
                words = words[:number]
                break
        whole = [line for line in words if not _BROKEN_TIMES.fullmatch(line)]
        not_read["broken time"] += len(words) - len(whole)
        for speaker, part, is_turn in _turns(whole, is_web):
            yield _Cue(start, end, speaker, part, is_turn)


def _is_name(lines: list[str], at: int) -> bool:
    """Return whether the line before the times of a cue is its number or name: a number, or behind a blank line."""
    if not 0 < at < len(lines) or not lines[at].strip():
        return False
    return lines[at].strip().isdigit() or not lines[at - 1].strip()


def _comments(lines: list[str]) -> int:
    return sum(line.startswith("NOTE") for line in lines)


def _seconds(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> float:
    whole = int((hours or "0")[-6:]) * 3600 + int(minutes) * 60 + int(seconds)
    return whole + int((fraction or "0").ljust(3, "0")) / 1000


def _turns(lines: list[str], is_web: bool) -> Iterator[tuple[str, str, bool]]:
    """Yield the speaker and words of each turn in a cue, and whether a dash says that it is a new one."""
    groups = list[list[str]]()
    for line in (line.strip() for line in lines):
        begins = not groups or _DASH.match(line) or _VOICE.match(line) or speaker_in(_plain(line, is_web))
        if line and begins:
            groups.append([line])
        elif line:
            groups[-1].append(line)
    for group in groups:
        pieces = _VOICE.split(" ".join(group))
        for voice, part in zip(["", *pieces[1::2]], pieces[::2], strict=True):
            name, text = _plain(voice, is_web), _plain(part, is_web)
            if not name and (named := speaker_in(text)):
                name, text = named[0], text[named[1] :]
            if text:
                yield name, text, _DASH.match(text) is not None


def _plain(text: str, is_web: bool) -> str:
    """Return words without tags and, on the web, with the characters that entities name, on one line."""
    text = _TAG.sub("", text)
    return " ".join(without_unseen(html.unescape(text) if is_web else text).split())

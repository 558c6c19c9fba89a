"""brat's standoff files: the text in `NAME.txt`, its annotations in `NAME.ann`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from codetui.formats.codings.foreign import CodingsFile, ForeignCoding, ForeignSource, UnknownFormatError

ENTITY = re.compile(r"(T\S+)\t(\S+) (\d+ \d+(?:;\d+ \d+)*)(?:\t(.*))?")
NOTE = re.compile(r"#\S*\tAnnotatorNotes (\S+)\t(.*)")


class BratReader:
    """Reads entities and notes on them; a discontinuous entity becomes a coding for each of its parts.

    Relations, events and attributes are no codings and are left out.
    """

    name = "brat"
    suffixes = (".ann",)
    expected = "brat's .ann files beside their .txt files"

    def fits(self, file: CodingsFile) -> bool:
        """Return whether the file has brat's suffix."""
        return file.suffix == ".ann"

    def read(self, file: CodingsFile) -> Sequence[ForeignSource]:
        """Return the one source of the file, named like it."""
        stem = file.name.rpartition("/")[2].removesuffix(file.suffix)
        data = file.beside(f"{stem}.txt")
        text = data.decode("utf-8-sig", "replace") if data is not None else ""
        lines = [(number, line.rstrip("\r")) for number, line in enumerate(file.text.split("\n"), 1) if line.strip()]
        notes = {note[1]: note[2] for _, line in lines if (note := NOTE.fullmatch(line))}
        codings: list[ForeignCoding] = []
        for number, line in lines:
            if not line.startswith("T"):
                continue
            entity = ENTITY.fullmatch(line)
            if entity is None:
                expected = "`T1<tab>CODE START END<tab>WORDS`"
                raise UnknownFormatError(file.name, number, f"this is no entity of brat; expected is {expected}")
            codings += _codings(entity, notes.get(entity[1], ""), text)
        return [ForeignSource(id=stem, file=file.name, codings=tuple(codings), text=text)]


def _codings(entity: re.Match[str], note: str, text: str) -> Sequence[ForeignCoding]:
    """Return a coding for each part of an entity."""
    _, code, places, words = entity.groups(default="")
    spans = [tuple(map(int, place.split(" "))) for place in places.split(";")]
    if len(spans) == 1:
        ((start, end),) = spans
        return [ForeignCoding(code=code, words=words or text[start:end], start=start, end=end, note=note)]
    parts = [text[start:end] for start, end in spans]
    if not all(parts):
        # Without the text the words of the parts are unknown: brat joins them with blanks.
        return [ForeignCoding(code=code, words=words, note=note)]
    remarks = [f"part {number} of {len(spans)} of one annotation" for number in range(1, len(spans) + 1)]
    return [
        ForeignCoding(code=code, words=part, start=start, end=end, note=f"{note} ({remark})" if note else remark)
        for part, (start, end), remark in zip(parts, spans, remarks, strict=True)
    ]

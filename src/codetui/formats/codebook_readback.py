"""Whether documents read back as they were written: each label, heading and profile as the part it stands for.

Texts without any sign that means something to a document are not tried out, and no reader of documents is loaded then.
"""

from __future__ import annotations

import re

from codetui.core.codebook.index import CodebookIndex
from codetui.formats.toml_tables import Table, shown
from codetui.model import Codebook

PLAIN_LABEL = re.compile(r"\w(?:[\w .:&/+,()'’–-]*[\w)])?")
PLAIN_TITLE = re.compile(r"[^\W\d_](?:[\w &/+,()'’:–-]*[\w)])?")
PLAIN_NAME = re.compile(r"[^\W\d_](?:[\w &/+,-]*\w)?")
"""Labels of codes, titles of sections and groups, and names of profiles that need no trial."""

FIELDS = {"section": "title", "group": "title", "code": "name", "profile": "name"}


def check_reading(book: Codebook, tables: dict[tuple[str, str], Table]) -> None:
    """Report every part that a document of this book would lose or take for another one.

    `tables` says where each part stands.  Texts that two parts share are left to those who compare them.
    """
    index = CodebookIndex(book)
    if _is_plain(book, index):
        return
    from codetui.formats.codebook_trial import lost_places, lost_profiles

    for place in [*lost_places(book, index), *lost_profiles(book)]:
        key = ("profile name", place.text) if place.kind == "profile" else (place.kind, place.id)
        said = f"{place.kind} {shown(place.id)} does not read back from documents as {shown(place.text)}"
        tables[key].say("warning", f"{said}; take signs such as * ` # and a number before it off", FIELDS[place.kind])


def _is_plain(book: Codebook, index: CodebookIndex) -> bool:
    titles = [*(section.title for section in book.sections), *(group.title for group in book.groups)]
    return (
        all(map(PLAIN_LABEL.fullmatch, index.labels.values()))
        and all(map(PLAIN_TITLE.fullmatch, titles))
        and all(PLAIN_NAME.fullmatch(profile.name) for profile in book.profiles)
    )

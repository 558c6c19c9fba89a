"""Change every text of a report, such as names into pseudonyms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from codetui.formats.pictures.picture import Bars, Curve, Heat, Picture, Strip
from codetui.formats.report.content import (
    Block,
    Drawing,
    Entries,
    Entry,
    Grid,
    Prose,
    Quotation,
    Quotations,
    Report,
)

Change = Callable[[str], str]


def mapped(report: Report, change: Change) -> Report:
    """Return the report with all its texts and its record changed; ids on the page stay."""
    sections = [
        replace(
            section,
            heading=change(section.heading),
            blocks=[_block(block, change) for block in section.blocks],
            parts=[
                replace(part, heading=change(part.heading), blocks=[_block(block, change) for block in part.blocks])
                for part in section.parts
            ],
        )
        for section in report.sections
    ]
    record = {key: _part(value, change) for key, value in report.record.items()}
    return Report(change(report.title), change(report.subtitle), sections, record)


def _block(block: Block, change: Change) -> Block:
    match block:
        case Prose():
            return block._replace(text=change(block.text))
        case Grid():
            return replace(
                block,
                caption=change(block.caption),
                columns=[one._replace(title=change(one.title)) for one in block.columns],
                rows=[_all(row, change) for row in block.rows],
                notes=_all(block.notes, change),
            )
        case Drawing():
            return block._replace(picture=_picture(block.picture, change))
        case Entries():
            return Entries([_entry(entry, change) for entry in block.entries])
        case Quotations():
            return Quotations([Quotation(*_all(one, change)) for one in block.quotations])


def _entry(entry: Entry, change: Change) -> Entry:
    fields = [(label, change(text)) for label, text in entry.fields]
    return Entry(change(entry.term), change(entry.definition), fields)


def _picture(picture: Picture, change: Change) -> Picture:
    title = change(picture.title)
    match picture:
        case Bars():
            return replace(
                picture, title=title, bars=tuple(one._replace(label=change(one.label)) for one in picture.bars)
            )
        case Heat():
            rows, columns = _all(picture.rows, change), _all(picture.columns, change)
            return replace(picture, title=title, rows=tuple(rows), columns=tuple(columns))
        case Curve():
            series = tuple(one._replace(name=change(one.name)) for one in picture.series)
            return replace(picture, title=title, series=series)
        case Strip():
            named = tuple(one._replace(label=change(one.label)) for one in picture.rows)
            return replace(picture, title=title, rows=named)


def _all(texts: Sequence[str], change: Change) -> list[str]:
    return [change(text) for text in texts]


def _part(value: object, change: Change) -> object:
    """Return a part of the record, whose own keys stay."""
    return {key: _value(each, change) for key, each in value.items()} if isinstance(value, Mapping) else value


def _value(value: object, change: Change) -> object:
    """Return a value of the record with its texts and the keys of its tables changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {change(str(key)): _value(each, change) for key, each in value.items()}
    return [_value(each, change) for each in value] if isinstance(value, list | tuple) else value

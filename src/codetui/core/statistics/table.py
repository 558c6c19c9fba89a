"""Tables of figures with what they count, from which all outputs are rendered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from codetui.core.agreement.figure import Figure, Undefined

Kind = Literal["text", "count", "share", "figure", "p"]
"""A share is between 0 and 1 and shown in percent; a p value is shown with its first digits, however small."""

Value: TypeAlias = str | int | Figure


class Column(NamedTuple):
    """A column; `key` names it in JSON and CSV, `title` on screens.

    A share with the title % belongs to the column before it.
    """

    key: str
    title: str
    kind: Kind = "text"


class CoderBase(NamedTuple):
    """The sessions of one coder that are counted, and the codings in them."""

    coder: str
    ads: int
    codings: int


@dataclass(frozen=True, kw_only=True)
class Base:
    """The ads, coders and states that a table counts.

    `ads` is the number of ads that at least one coder has done, or begun if `is_for_all`; `where` is the query that
    they match. `notes` are sentences on codings and sessions that are left out or counted in a special way.
    """

    ads: int
    coders: Sequence[CoderBase]
    codebook: str = ""
    is_for_all: bool = False
    where: str = ""
    notes: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class FigureTable:
    """Rows of figures; `notes` are sentences on how they are computed, `seed` that of what is drawn at random.

    Each row has a value for every column. `name` identifies the table in JSON.
    """

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]
    base: Base
    notes: Sequence[str] = ()
    seed: int | None = None

    @property
    def undefined(self) -> list[str]:
        """The reasons of the undefined figures, each once."""
        return list(dict.fromkeys(value.why for row in self.rows for value in row if isinstance(value, Undefined)))

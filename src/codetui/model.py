"""The values that are read and stored: sources, codebooks, anchors, codings, memos and events.  Everything is frozen.

Positions are offsets into a source's text in code points, half-open.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, NewType

SourceId = NewType("SourceId", str)
CodeId = NewType("CodeId", str)
CodingId = NewType("CodingId", str)
MemoId = NewType("MemoId", str)
TransactionId = NewType("TransactionId", str)
StepId = NewType("StepId", str)

Holds = Literal["quotations", "terms"]
Severity = Literal["error", "warning", "note"]
GRAVEST_FIRST: tuple[Severity, ...] = ("error", "warning", "note")

Cause = Literal["hand", "edit", "document", "copy", "corpus", "migration", "model", "consensus", "undo", "redo"]
"""The origin of a transaction, and so of a coding.

`hand` is the coder in the program and `edit` an outside edit of the document; `document` is an imported document, or
one found without its log; `copy` is a session on another source with the same text; `corpus` is a source whose text
has changed; `migration` is a change of the codebook; `model` and `consensus` are proposals of a program, and what
coders agreed on.
"""


class Span(NamedTuple):
    """A half-open range of code points."""

    start: int
    end: int


class Problem(NamedTuple):
    """A problem as data:

    file, line (0 for the whole file), severity, and a message with what happened and what to do.
    """

    file: str
    line: int
    severity: Severity
    message: str

    def __str__(self) -> str:
        """Return the problem on one line, in the form that editors recognise."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.severity}: {self.message}"


def with_plain_line_ends(text: str) -> str:
    """Return the text with LF in place of CRLF and CR."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def text_hash(text: str) -> str:
    """Return the SHA-256 of the text in UTF-8, hexadecimal; line ends of any kind count as LF."""
    return hashlib.sha256(with_plain_line_ends(text).encode("utf-8", "surrogatepass")).hexdigest()


def source_hash(text: str) -> str:
    """Return the hash that identifies the text of a source: that of the text with exactly one newline at its end.

    Editors and git change how a file ends, and no place in the text depends on it.
    """
    return text_hash(with_plain_line_ends(text).rstrip("\n") + "\n")


def hashes_of(text: str) -> frozenset[str]:
    """Return the hashes by which a source's text is known: the current one, and one of earlier logs."""
    return frozenset((source_hash(text), text_hash(text)))


# --- sources ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a source with attributes of its own, such as a speaker or a time."""

    start: int
    end: int
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """A source with its text, whose line ends are LF.

    `employer` and `title` are empty if the source has none. `file` and `line` say where it was read (line 0 if the file
    is one source). If the title is a column of its own, the text begins with it, and `body_start` is the offset of the
    body. `attributes` are all further columns of a table, as read. `not_read` counts what is in the file and not in the
    text, by its noun: `{"image": 3}`.
    """

    id: SourceId
    employer: str
    title: str
    text: str
    file: str
    line: int = 0
    body_start: int = 0
    attributes: Mapping[str, str] = field(default_factory=dict)
    passages: tuple[Passage, ...] = ()
    not_read: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """True if it has no text besides its title."""
        return not self.text[self.body_start :].strip()


class SourceEntry(NamedTuple):
    """A source in the list, without its text, which `file` and `offset` locate.

    `offset` is a byte offset into a table, or -1 for a file that is one source.
    """

    id: SourceId
    employer: str
    title: str
    file: str
    offset: int
    line: int


# --- codebooks ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A class assigned to a source as a whole; `subtitle` is a short description beside the name."""

    id: str
    name: str
    subtitle: str = ""
    definition: str = ""
    responsibilities: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A chapter of the codebook and of each document.

    `title` heads it in documents; `heading` is the line that heads it in the coding book, such as `### 2.1 Tasks`,
    if that differs.
    """

    id: str
    title: str
    holds: Holds = "quotations"
    key: str = ""
    definition: str = ""
    heading: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Codes of one section under one heading."""

    id: str
    section: str
    title: str
    definition: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code; `group` is empty for a code directly below its section.

    `include` and `exclude` state what counts and what does not; `confused_with` lists codes that are easily confused
    with it.  `found_in` is the source in which the code was found while coding.  A code that `is_retired` is no longer
    assigned.
    """

    id: CodeId
    name: str
    section: str
    group: str = ""
    definition: str = ""
    examples: tuple[str, ...] = ()
    key: str = ""
    include: str = ""
    exclude: str = ""
    confused_with: tuple[CodeId, ...] = ()
    found_in: str = ""
    is_retired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerCode:
    """A code of an earlier codebook that old codings have and this codebook lacks.

    `label` is its name in documents. `section` and `group` are those of this codebook in which it would be, else those
    of the earlier one; `holds` is taken from the earlier section. `was_code` is False for a label that no version had
    as id.
    """

    id: CodeId
    name: str
    label: str
    section: Section
    group: Group | None
    holds: Holds
    was_code: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CodebookText:
    """A text of the coding book that belongs to no single part: an introduction, principles, a rationale.

    `body` is markdown.  `before` or `after` names the part that it precedes or follows: an id, or `code 1` where parts
    of several kinds have that id.  A text with neither opens the book.
    """

    title: str = ""
    body: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Background reading: a markdown file beside the codebook.

    `codes` and `profiles` are the ids of the parts that it describes; both are empty if it describes the whole book.
    """

    title: str
    path: str
    codes: tuple[CodeId, ...] = ()
    profiles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusSettings:
    """The path of the sources, and the table column of each field."""

    path: str = ""
    columns: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The noun for a source on screens and in documents, singular and plural."""

    source: str = "ad"
    sources: str = "ads"


AgreedBy = Literal["all", "majority"]
"""Who must have the same for coders to agree: all of them, or more than half."""

ReasonFor = Literal["other_code", "other_edges", "only_some", "profile", "none", "other"]
"""What a decision needs a reason for: a kind of disagreement, the profile, or the decision for none or another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjudicationSettings:
    """How disagreements are settled: who must agree, and which decisions need a reason."""

    agreed_by: AgreedBy = "all"
    reasons: tuple[ReasonFor, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Codebook:
    """A whole coding book, with every section key and code key filled in, in the order of the file.

    `label` is a pattern over `{id}` and `{name}`; `status` is the state of this version, such as `Draft`; `language` is
    the language of its field names, `nl` for Dutch, else English. `former` has the codes of earlier versions that were
    looked up.
    """

    title: str
    version: str = ""
    status: str = ""
    language: str = ""
    label: str = "{id}: {name}"
    profiles: tuple[Profile, ...] = ()
    sections: tuple[Section, ...] = ()
    groups: tuple[Group, ...] = ()
    codes: tuple[Code, ...] = ()
    texts: tuple[CodebookText, ...] = ()
    references: tuple[Reference, ...] = ()
    corpus: CorpusSettings = CorpusSettings()
    words: Words = Words()
    adjudication: AdjudicationSettings = AdjudicationSettings()
    irrelevant: tuple[str, ...] = ()
    """The profiles, by id or name, of sources that are none of the subject, for evaluations."""

    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The spellings of terms that count as the same, by the name to show."""

    ui: Mapping[str, object] = field(default_factory=dict)
    """The table of settings as it is written; see `formats/settings`."""

    editors: tuple[str, ...] = ()
    """The coders who change the codebook; what others change is a proposal. Everybody does if it is empty."""

    content_hash: str = ""
    former: tuple[FormerCode, ...] = ()

    def has_editor(self, coder: str) -> bool:
        """Return whether a coder may change the codebook."""
        return not self.editors or coder in self.editors


# --- anchors, codings and memos -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """The place of a quotation: the text, offsets, the exact words, and context on each side for finding it again."""

    text_hash: str
    start: int
    end: int
    words: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """One code on one quotation; `anchor` is None if `words` have no place in the source.

    `is_proposed` is True while the place only resembles the words and the coder has not accepted it.  `rank` orders the
    codings of one code; `time` is when it was first assigned (ISO 8601, UTC); `codebook` names the version with which
    its code was assigned. `origin` is how it was made; `from_name` is the document or source that it comes from, and
    `run` the run of a model or import, if any. `lost` is the place that it had until the text changed.
    """

    id: CodingId
    code: CodeId
    anchor: Anchor | None
    words: str
    note: str = ""
    rank: int = 0
    time: str = ""
    codebook: str = ""
    origin: Cause = "hand"
    from_name: str = ""
    run: str = ""
    is_proposed: bool = False
    is_removed: bool = False
    lost: Anchor | None = None

    @property
    def is_unresolved(self) -> bool:
        """True if it has no place, or a place that the coder has not accepted."""
        return not self.is_removed and (self.anchor is None or self.is_proposed)


MemoKind = Literal["section", "group", "code", "entry", "quotation", "source", "profile", "study"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoTarget:
    """The target of a memo; an `entry` is a line without a quotation in the list of the code `id`."""

    kind: MemoKind
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Memo:
    """Free text on a target; empty if it was deleted."""

    id: MemoId
    target: MemoTarget
    text: str
    rank: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLayout:
    """The text of a document that a person laid out other than canonically, as it was imported.

    `ids` has the codings and memos of each line, as (line from 1, ids); `employer` and `title` are those of the session
    at the time of import. The saved document is this text, patched where the session has changed since.
    """

    text: str
    ids: tuple[tuple[int, tuple[str, ...]], ...] = ()
    employer: str = ""
    title: str = ""


# --- events -------------------------------------------------------------------------------------------
#
# Each carries the values before, so that it can be inverted without any other knowledge. Their fields are the fields
# of the log's lines (`docs/log-format.md`), in this order; a kind is the name of the class in lower case with hyphens:
# `coding-added`.


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOpened:
    """A coder began to code a source, or its text has changed; offsets refer to the text with this hash.

    `outline` contains the length and a checksum of each sentence, by which quotations are located in the next text.
    """

    source: SourceId
    employer: str
    title: str
    text_hash: str
    body_start: int = 0
    outline: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDescribed:
    """The coder entered the employer and title that the source lacks."""

    employer: str
    title: str
    employer_before: str = ""
    title_before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingAdded:
    """A code was assigned to a quotation."""

    coding: CodingId
    code: CodeId
    anchor: Anchor | None
    words: str
    note: str = ""
    rank: int
    is_proposed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingRemoved:
    """A coding was removed; it can be restored."""

    coding: CodingId


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingRestored:
    """A removed coding was restored at its old rank."""

    coding: CodingId


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingRecoded:
    """A coding got another code."""

    coding: CodingId
    code: CodeId
    rank: int
    code_before: CodeId
    rank_before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingReanchored:
    """A quotation got other boundaries or another place, or its proposed place was accepted."""

    coding: CodingId
    anchor: Anchor | None
    words: str
    anchor_before: Anchor | None
    words_before: str
    is_proposed: bool = False
    was_proposed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingNoted:
    """The note on a quotation changed."""

    coding: CodingId
    note: str
    note_before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoWritten:
    """A memo was written or changed; an empty text deletes it."""

    memo: MemoId
    target: MemoTarget
    text: str
    text_before: str = ""
    rank: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileAssigned:
    """A profile with its reasoning was assigned to the source; an empty profile means none."""

    profile: str
    reasoning: str
    profile_before: str = ""
    reasoning_before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneMarked:
    """The source was marked done, or not done."""

    is_done: bool
    was_done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UncodableMarked:
    """The source was marked not codable, such as one without content, or codable again."""

    is_uncodable: bool
    was_uncodable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutChanged:
    """The document was imported in another layout; None is the canonical one."""

    layout: DocumentLayout | None
    layout_before: DocumentLayout | None = None


Event = (
    SessionOpened
    | SourceDescribed
    | CodingAdded
    | CodingRemoved
    | CodingRestored
    | CodingRecoded
    | CodingReanchored
    | CodingNoted
    | MemoWritten
    | ProfileAssigned
    | DoneMarked
    | UncodableMarked
    | LayoutChanged
)


NO_STEP = StepId("")


ADDED = {"is_added": True}
"""The metadata of a field that is left out of a line at its default, so that older programs can read the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """How an adjudication made a step: from whose sessions, and how their codings were compared.

    `iou`, `seed` and `agreed_by` are those of the request. `rule` is the decision, `agreed` for what was taken over, or
    empty, and `between` the ids of the codings of the coders who were called 1, 2 and so on, empty for one without a
    coding. `decided_from` has the ids of the codings that each coding added in the step was made from, in their order.
    """

    coders: tuple[str, ...]
    iou: float = 0.5
    seed: int = 1
    agreed_by: AgreedBy = "all"
    rule: str = ""
    between: tuple[CodingId, ...] = ()
    decided_from: tuple[tuple[CodingId, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """The events of one command: one line of a session's log, one step of undo.

    `parents` are the last transactions that its author had seen: one, or several after a merge. `seq` is one more than
    the highest seen (a Lamport clock), so that transactions sort by (`seq`, `id`) whatever the order of their lines.
    `run` identifies the run of a model or an import that made it.  `target` is the transaction that an undo or redo
    inverts.  `from_name` is the document or source that it comes from.  `step` is the step in the study's log that it
    belongs to.  `provenance` is that of a step of an adjudication.
    """

    v: Literal[2] = 2
    id: TransactionId
    parents: tuple[TransactionId, ...] = ()
    seq: int
    time: str
    coder: str
    codebook: str = ""
    cause: Cause = "hand"
    run: str = ""
    target: TransactionId | None = None
    from_name: str = ""
    step: StepId = NO_STEP
    provenance: Provenance | None = field(default=None, metadata=ADDED)
    events: tuple[Event, ...]


RecordKind = Literal["unblinded", "proposal", "accepted", "declined"]
"""The kinds of steps that change neither codebook nor sessions.

`unblinded`: what others made of blind sources was read; `proposal`: a change of the codebook by somebody who is none of
its editors; `accepted` and `declined`: the decision on it, or on edits by hand.
"""

StepKind = Literal["migration", "refactoring", "edit", "batch", "memo", "undo", "redo", RecordKind]
"""The kinds of steps over several sessions or the codebook.

`migration` follows the rules in a file, `refactoring` renames, merges, splits, moves or retires a code; `edit` changes
the codebook alone, `batch` several sessions alone, and `memo` a memo that belongs to no session.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyStep:
    """A step over several sessions or the codebook: one line of a coder's log of the study.

    `parents` and `seq` are as in Transaction, but within this log. `transactions` names its transaction in each
    session. `codebook_before` and `codebook_after` are content hashes, equal if the codebook is unchanged. `what`
    describes the step, `made_in` is the source that was open, `made_by` the coder who made it, if that is another one.
    `target` is the step that an undo, redo or decision is about. `events` are those of memos that belong to no session.
    `change` is the change of a code that is proposed, as JSON.
    """

    v: Literal[2] = 2
    id: StepId
    parents: tuple[StepId, ...] = ()
    seq: int
    time: str
    coder: str
    kind: StepKind
    transactions: tuple[tuple[SourceId, TransactionId], ...] = ()
    codebook_before: str = ""
    codebook_after: str = ""
    what: str = field(default="", metadata=ADDED)
    made_in: str = field(default="", metadata=ADDED)
    made_by: str = field(default="", metadata=ADDED)
    target: StepId = field(default=NO_STEP, metadata=ADDED)
    events: tuple[Event, ...] = field(default=(), metadata=ADDED)
    change: str = field(default="", metadata=ADDED)

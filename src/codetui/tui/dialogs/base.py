"""The base of all dialogs: a box with a title, and the keys on its lower edge."""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from textual import on
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input

from codetui.core.text.display import plural
from codetui.tui.actions import ACTIONS
from codetui.tui.clipboard import Copied, CopiesText
from codetui.tui.keymap import bound_keys
from codetui.tui.widgets.rows import RowList, shown, text_of

Answer = TypeVar("Answer")

EDGES = 6
"""Cells of the lower edge of a dialog beside its keys: corners and margins."""

ALARM = "bold $text-warning"


BESIDE = [(0, "-narrow"), (100, "-wide")]
"""The breakpoints of a dialog beside the ad: over the lower rows of a narrow window, at the right of a wide one."""


def alarm(words: str) -> Content:
    """Return words styled as a warning."""
    return Content.styled(words, ALARM) if words else Content("")


NO_KEY = "no_key_of_"
"""Begins the name of a key that no keyboard has, one for each action.

While a field has the focus Textual drops the bindings of what it could type, and only then applies changed keys: one
binding has to remain.
"""


def registered(action_id: str, action: str, words: str, *, priority: bool = False) -> Binding:
    """Return a binding with the keys of an action of the registry, which settings may change."""
    keys = next(one.keys for one in ACTIONS if one.id == action_id)
    return Binding(
        f"{bound_keys(keys)},{NO_KEY}{action_id}", action, words, show=False, priority=priority, id=action_id
    )


def key_chips(keys: str) -> Content:
    """Return `Enter: save · Esc: cancel` as chips with their words."""
    parts = [one.partition(": ") for one in keys.split(" · ")] if keys else []
    return Content(" ").join(
        Content.assemble((f" {key} ", "bold $on-chip on $chip"), (f" {words} " if words else "", "$muted"))
        for key, _, words in parts
    )


def progress_bar(share: float, cells: int) -> str:
    """Return a bar of so many cells with the share from 0 to 1 that is done, and its percentage."""
    full = round(cells * share)
    return f"{'█' * full}{'░' * (cells - full)} {share:4.0%}"


def fitting_chips(keys: str, cells: int) -> Content:
    """Return the chips that fit into so many cells, in order, and the last one in any case."""
    *parts, last = keys.split(" · ")
    while parts and key_chips(" · ".join([*parts, last])).cell_length > cells:
        parts.pop()
    return key_chips(" · ".join([*parts, last]))


def chip_rows(keys: str, cells: int) -> Content:
    """Return all chips in rows of so many cells."""
    rows: list[list[str]] = [[]]
    for part in keys.split(" · "):
        if rows[-1] and key_chips(" · ".join([*rows[-1], part])).cell_length > cells:
            rows.append([])
        rows[-1].append(part)
    return Content("\n").join(key_chips(" · ".join(row)) for row in rows)


class Frame(Vertical):
    """The box of a dialog: its title above, and on its lower edge the keys, as many as fit, or a message."""

    def __init__(self, title: str, keys: str) -> None:
        super().__init__(classes="frame")
        self.border_title = Content(title)
        self.keys = keys

    def show_keys(self, keys: str, before: Content | None = None) -> None:
        """Show keys, `Enter: save · Esc: cancel`, behind a message."""
        self.keys = keys
        room = self.outer_size.width - EDGES - (before.cell_length if before else 0)
        chips = fitting_chips(keys, room) if keys else Content("")
        self.border_subtitle = before + chips if before else chips

    def on_resize(self) -> None:
        """Show as many keys as fit."""
        self.show_keys(self.keys)


class Dialog(ModalScreen[Answer | None], Generic[Answer]):
    """A dialog in a box; Esc closes it without an answer."""

    CSS_PATH = ["../widgets/widgets.tcss", "dialogs.tcss"]

    READ: ClassVar[str] = "DefinitionPane"
    """The selector of the text that is scrolled."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "close", show=False),
        registered("copy_text", "copy_list", "copy the list"),
    ]

    def __init__(self, title: str = "", keys: str = "") -> None:
        """Create a dialog; `keys` are shown on the lower edge of its box."""
        super().__init__()
        self.title = shown(title)
        self._keys = keys

    def frame(self) -> Frame:
        """Return the box of the dialog, still empty."""
        return Frame(self.title or "", self._keys)

    @property
    def box(self) -> Frame:
        """The box of the dialog."""
        return self.query_one(Frame)

    @on(Input.Changed)
    def keep_height(self) -> None:
        """Keep the height of the box while the list in it gets shorter."""
        for box in self.query(Frame):
            box.styles.min_height = box.outer_size.height

    def on_resize(self) -> None:
        """Let the box have another height in a window of another size."""
        for box in self.query(Frame):
            box.styles.clear_rule("min_height")

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Answer and close once: another key already typed would close the workbench below."""
        return super().dismiss(result) if self.is_active else AwaitComplete()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Ignore keys that arrive after the answer."""
        return super().check_action(action, parameters) if self.is_active else False

    def action_leave(self) -> None:
        """Close without an answer."""
        self.dismiss(None)

    def action_copy_list(self) -> None:
        """Copy the rows of the dialog's list and show where they went on the lower edge."""
        rows, app = self.query(RowList), self.app
        if rows and isinstance(app, CopiesText):
            lines = text_of(rows.first())
            app.copy_text("\n".join(lines), plural(len(lines), "line"), self._copied)

    def _copied(self, copied: Copied) -> None:
        for box in self.query(Frame) if self.is_attached else ():
            box.border_subtitle = alarm(copied.words) if copied.is_refused else Content(copied.words)

    def action_move(self, step: int) -> None:
        """Move the cursor of a list without focus."""
        self.query_one(RowList).action_move(step)

    def action_read(self, rows: int) -> None:
        """Scroll the text by some rows."""
        self.query_one(self.READ).scroll_relative(y=rows, animate=False)

    def action_page(self, pages: int) -> None:
        """Scroll the text by some pages."""
        text = self.query_one(self.READ)
        text.scroll_relative(y=pages * max(1, text.size.height - 1), animate=False)


READING_KEYS: tuple[BindingType, ...] = (
    Binding("up", "read(-1)", "up", show=False),
    Binding("down", "read(1)", "down", show=False),
    Binding("pageup", "page(-1)", "a page up", show=False),
    Binding("pagedown", "page(1)", "a page down", show=False),
)
"""The keys of a dialog with a text and no list."""

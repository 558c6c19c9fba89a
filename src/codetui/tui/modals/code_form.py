"""A code to write: its name and its definition; what a new code needs beyond them stands in `new_code`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from codetui.core.harmless import harmless
from codetui.model import Code
from codetui.tui.bench import Unwritten
from codetui.tui.modals.frame import FramedModal
from codetui.tui.modals.text_modal import ALARM, WARNING, EditOutside
from codetui.tui.widgets.cells import one_line


class CodeForm(FramedModal[Code]):
    """Answers with the code as it is to stand in the book, or None; escape throws nothing away at its first press."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,ctrl+enter,alt+enter", "save", "save", show=False, priority=True),
        Binding("ctrl+e", "edit_outside", "open in your editor", show=False, priority=True),
        Binding("escape", "leave", "close", show=False, priority=True),
    ]

    DEFAULT_CSS = """
    CodeForm {
        & .asked { text-style: bold; height: 1; margin-top: 1; }
        & TextArea { height: 1fr; min-height: 2; border: none; padding: 0; background: $foreground 8%; }
    }
    CodeForm TextArea:ansi:nocolor .text-area--cursor { text-style: reverse; }
    CodeForm:ansi TextArea { background: ansi_default; text-style: underline; }
    """

    def __init__(
        self, title: str, code: Code, lost: Unwritten | None = None, edit_outside: EditOutside | None = None
    ) -> None:
        """`code` is what stands in the book; `lost` what was written already and the book or the disk refused."""
        super().__init__()
        self._title = title
        self._code = code
        self._shown = lost.code if lost else code
        self._why = lost.why if lost else ""
        self._edit_outside = edit_outside
        self._is_warned = False
        self._loaded: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        """Name, what else is asked for, definition."""
        editor = " · ctrl+e: your editor" if self._edit_outside else ""
        with self.frame(self._title, f"ctrl+s: save · tab, enter: next{editor} · esc: close"):
            yield Static(Content.styled(self._why, ALARM) if self._why else "", classes="hint")
            yield Static("Name", classes="asked")
            yield Input(one_line(self._shown.name), id="name", compact=True, select_on_focus=False)
            yield from self.more()
            yield Static("Definition", classes="asked")
            yield TextArea(
                harmless(self._shown.definition), id="definition", soft_wrap=True, compact=True, tab_behavior="focus"
            )

    def more(self) -> Iterator[Widget]:
        """What is asked for between name and definition."""
        yield from ()

    def on_mount(self) -> None:
        """Remember what is loaded, to know what was written."""
        self._area.move_cursor(self._area.document.end)
        self.begin()
        # Compared with what is in the book: of a text that was refused once, nothing is lost by one escape.
        self._loaded = self.texts() if not self._why else ()

    def begin(self) -> None:
        """Put the cursor where the coder writes first."""
        self._area.focus()

    @property
    def _area(self) -> TextArea:
        return self.query_one("#definition", TextArea)

    def field(self, name: str) -> str:
        """What stands in a field on one line."""
        return self.query_one(f"#{name}", Input).value.strip()

    def texts(self) -> tuple[str, ...]:
        """What the coder can write, to know whether it has changed."""
        return self.field("name"), self._area.text

    def written(self) -> Code:
        """The code as it is written; a text that was left as it was comes back untouched."""
        name, definition = self.field("name"), self._area.text.strip("\n")
        return replace(
            self._code,
            name=self._code.name if name == one_line(self._code.name).strip() else name,
            definition=self._code.definition if definition == harmless(self._code.definition) else definition,
        )

    def trouble(self, code: Code) -> str:
        """What keeps a code from being written; empty where nothing does."""
        return "" if code.name else "A code needs a name."

    @property
    def is_changed(self) -> bool:
        """True where something was written."""
        return self.texts() != self._loaded

    def action_save(self) -> None:
        """Answer with the code, or with nothing where it is as it was."""
        code = self.written()
        trouble = self.trouble(code)
        if trouble:
            self.say(trouble)
        else:
            self.dismiss(code if code != self._code else None)

    def keep(self) -> None:
        """Answer with what was written, before the program ends; leave what cannot stand in a book."""
        code = self.written()
        self.dismiss(code if self.is_changed and not self.trouble(code) else None)

    def action_leave(self) -> None:
        """Leave; what was written is thrown away at the second press only."""
        if self._is_warned or not self.is_changed:
            self.dismiss(None)
            return
        self._is_warned = True
        self.say(WARNING)

    def action_edit_outside(self) -> None:
        """Go on with the definition in the coder's own editor."""
        if self._edit_outside is None:
            return
        text = self._edit_outside(self._area.text)
        if text is None:
            self.say("No editor could be opened: set $EDITOR, or write here.")
            return
        self._area.text = harmless(text)
        self._area.move_cursor(self._area.document.end)

    def say(self, words: str) -> None:
        """Say what is in the way, above the fields."""
        self.query_one(".hint", Static).update(Content.styled(words, ALARM) if words else Content(""))

    @on(Input.Submitted)
    def _entered(self) -> None:
        self.focus_next()

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _calm(self) -> None:
        if self._is_warned and self.is_changed:
            self._is_warned = False
            self.say("")

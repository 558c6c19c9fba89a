"""Background documents beside the ad: the markdown files that the codebook refers to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from codetui.core.text.display import sanitize
from codetui.tui.widgets.rows import brief

if TYPE_CHECKING:
    from textual.widgets import Markdown

KEYS = "←→: other document · ↑↓: scroll · Esc: close"


class Reading(NamedTuple):
    """A background document."""

    title: str
    text: str


class ReaderPane(Widget, can_focus=True):
    """Shows one document at a time, at the scroll position where it was last left."""

    HELP = "Background documents of the codebook."
    BINDING_GROUP_TITLE = "Reader"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "switch(-1)", "previous document", show=False),
        Binding("right,l", "switch(1)", "next document", show=False),
        Binding("up,k", "scroll(-1)", "up", show=False),
        Binding("down,j", "scroll(1)", "down", show=False),
        Binding("pageup", "page(-1)", "a page up", show=False),
        Binding("pagedown,space", "page(1)", "a page down", show=False),
        Binding("home", "go(0)", "to the start", show=False),
        Binding("end", "go(1)", "to the end", show=False),
        Binding("escape", "close", "close", show=False),
    ]

    class Closed(Message):
        """The coder closed the reader."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._readings: tuple[Reading, ...] = ()
        self.place = 0
        """The number of the document that is shown."""
        self._left_at: dict[int, float] = {}

    def compose(self) -> ComposeResult:
        """Yield the page."""
        yield VerticalScroll(can_focus=False)

    async def show(self, readings: Sequence[Reading], place: int = 0) -> None:
        """Load one of the documents; there must be at least one."""
        if tuple(readings) != self._readings:
            self._left_at.clear()
        self._readings = tuple(readings)
        self.place = min(max(place, 0), len(self._readings) - 1)
        await self._load()

    async def action_switch(self, step: int) -> None:
        """Load the next or the previous document."""
        if len(self._readings) > 1:
            self._left_at[self.place] = self._page.scroll_y
            self.place = (self.place + step) % len(self._readings)
            await self._load()

    def action_scroll(self, step: int) -> None:
        """Scroll a line down or up."""
        self._page.scroll_relative(y=step, animate=False)

    def action_page(self, step: int) -> None:
        """Scroll a page down or up."""
        self._page.scroll_relative(y=step * max(1, self._page.size.height - 2), animate=False)

    def action_go(self, end: int) -> None:
        """Scroll to the start (0) or to the end (1)."""
        self._page.scroll_to(y=end * self._page.max_scroll_y, animate=False)

    def action_close(self) -> None:
        """Post a request to close the reader."""
        self.post_message(self.Closed())

    def on_markdown_link_clicked(self, event: Markdown.LinkClicked) -> None:
        """Ignore links, which lead out of the program."""
        event.stop()

    @property
    def _page(self) -> VerticalScroll:
        return self.query_one(VerticalScroll)

    async def _markdown(self) -> Markdown:
        """Return the widget of the text, mounted for the first document because its library loads slowly."""
        from textual.widgets import Markdown

        if not self._page.query(Markdown):
            await self._page.mount(Markdown(open_links=False))
        return self.query_one(Markdown)

    async def _load(self) -> None:
        markdown = await self._markdown()
        self.border_subtitle = Content(KEYS if len(self._readings) > 1 else KEYS.partition(" · ")[2])
        reading = self._readings[self.place]
        number = f" ({self.place + 1} of {len(self._readings)})" if len(self._readings) > 1 else ""
        self.border_title = Content(f"{brief(reading.title, 60)}{number}")
        await markdown.update(sanitize(reading.text))
        left_at = self._left_at.get(self.place, 0)
        self.call_after_refresh(self._page.scroll_to, y=left_at, animate=False)

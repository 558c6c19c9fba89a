"""The minimal Textual app, which shows one Static."""

from textual.app import App, ComposeResult
from textual.widgets import Static

WORDS = "Nothing but a Static"


class BareApp(App[None]):
    """One line of text."""

    def compose(self) -> ComposeResult:
        """Yield the line."""
        yield Static(WORDS)


if __name__ == "__main__":
    BareApp().run()

"""Choose the text to copy: the selection, the quotation under the cursor, or what the tree lists there."""

from __future__ import annotations

from functools import partial
from textwrap import dedent

from codetui.core.codebook.index import label_of, profile_name
from codetui.core.text.display import plural
from codetui.model import Span
from codetui.tui.bench import Bench, RefusedError
from codetui.tui.clipboard import Copied, CopiesText
from codetui.tui.keymap import has_key, key_of
from codetui.tui.widgets.codebook_tree import CodingNode, ProfileNode
from codetui.tui.widgets.rows import brief, text_of

NAMED_CELLS = 40
"""Cells of a text that a message repeats."""


class ClipboardController:
    """Copies from the ad and from the codebook tree."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def copy(self) -> None:
        """Copy what is selected or under the cursor, and say where it went."""
        bench = self._bench
        node = bench.node()
        if isinstance(node, ProfileNode):
            text = self._profile()
            self._put(text, f"the profile “{brief(text, NAMED_CELLS)}”")
        elif node is not None and not isinstance(node, CodingNode):
            lines = text_of(bench.outline, bench.outline.rows_below(node))
            self._put(dedent("\n".join(lines)), f"{plural(len(lines), 'line')} of the codebook")
        elif node is None and bench.selector.selection.is_explicit:
            self._put_words(self._words(bench.selector.selection.span), "the selection")
        elif (coding := bench.coding_here()) is not None:
            self._put_words(coding.words, f"the quotation of {label_of(bench.index.book, coding.code)},")
        else:
            self._put_words(self._words(bench.selector.quotation), "the words at the cursor,", self._quit_hint())

    def _words(self, span: Span) -> str:
        return self._bench.ad.text[span.start : span.end]

    def _profile(self) -> str:
        state = self._bench.state
        if not state.profile:
            raise RefusedError("There is no profile to copy yet.")
        name = profile_name(self._bench.index.book, state.profile)
        return f"{name}\n{state.reasoning}".rstrip()

    def _quit_hint(self) -> str:
        """Return how to quit for somebody who pressed the key that quits other programs."""
        return f" {key_of('quit')} quits." if has_key("copy_text", "ctrl+c") else ""

    def _put_words(self, words: str, what: str, aside: str = "") -> None:
        self._put(words, f"{what} “{brief(words, NAMED_CELLS)}”", aside)

    def _put(self, text: str, what: str, aside: str = "") -> None:
        if not text.strip():
            raise RefusedError("There is nothing to copy here.")
        app = self._bench.app
        if isinstance(app, CopiesText):
            app.copy_text(text, what, partial(self._copied, aside))

    def _copied(self, aside: str, copied: Copied) -> None:
        self._bench.say(f"{copied.words}{aside}", "error" if copied.is_refused else "info")

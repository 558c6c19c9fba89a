"""What the codebook says about a code or a profile, as readable text."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from codetui.core.codebook import label, section_of, short_key
from codetui.model import Code, Codebook, Profile
from codetui.tui.widgets.cells import shown
from codetui.tui.widgets.hues import hue_colour

MUTED = "$foreground 65%"


def code_text(book: Codebook, code: Code, colour: str = "") -> Content:
    """Short key and label, definition, examples."""
    key = short_key(book, code)
    head = Content.assemble((f"{key} ", f"bold {colour}".strip()) if key else "", (shown(label(book, code)), "bold"))
    parts = [head, Content(shown(code.definition)) if code.definition else _absent("no definition")]
    if code.examples:
        parts += [Content(""), _list("For example", code.examples)]
    return Content("\n").join(parts)


def profile_text(profile: Profile) -> Content:
    """Name, definition, responsibilities, projects, evidence: what the codebook gives of them."""
    parts = [Content.styled(shown(profile.name), "bold")]
    parts.append(Content(shown(profile.definition)) if profile.definition else _absent("no definition"))
    if profile.responsibilities:
        parts += [Content(""), _list("Core responsibilities", profile.responsibilities)]
    if profile.projects:
        parts += [Content(""), _list("Typical projects", profile.projects)]
    evidence = Content(shown(profile.evidence)) if profile.evidence else _absent("not in the codebook")
    parts += [Content(""), Content.styled("Evidence", MUTED), evidence]
    return Content("\n").join(parts)


def _list(title: str, lines: tuple[str, ...]) -> Content:
    points = [Content(f"· {shown(line)}") for line in lines]
    return Content("\n").join([Content.styled(title, MUTED), *points])


def _absent(words: str) -> Content:
    return Content.styled(words, f"italic {MUTED}")


class DefinitionPane(VerticalScroll, can_focus=False):
    """Definition and examples of the code under the cursor."""

    DEFAULT_CSS = """
    DefinitionPane {
        padding: 0 1;
        scrollbar-size-vertical: 1;
        & > Static { width: 1fr; height: auto; }
    }
    """

    def compose(self) -> ComposeResult:
        """The text."""
        yield Static()

    def show_code(self, book: Codebook, code: Code) -> None:
        """Show what the codebook says about a code."""
        section = section_of(book, code)
        hue = book.sections.index(section) if section else len(book.sections)
        self._show(code_text(book, code, hue_colour(self.app, hue)))

    def show_profile(self, profile: Profile) -> None:
        """Show what the codebook says about a profile."""
        self._show(profile_text(profile))

    def clear(self) -> None:
        """Show nothing."""
        self._show(Content(""))

    def scroll_page(self, step: int) -> None:
        """Read on, or back, in a definition that is longer than the pane."""
        self.scroll_relative(y=step * max(1, self.size.height - 1), animate=False)

    def _show(self, text: Content) -> None:
        self.query_one(Static).update(text)
        self.scroll_home(animate=False)

"""Sittings in a real terminal: keys, the screen at chosen moments, and at the end documents and exports."""

from __future__ import annotations

from collections.abc import Sequence

from .imports import CANONICAL
from .record import DOCUMENTS, Keys, Kill, Record, Resize, Step, read

ENTER, TAB = "\r", "\t"
ESCAPE = "\x1b[27u"
"""Unlike a bare escape character it cannot be taken for the beginning of the key after it."""

SAVE, QUIT, REDO = "\x13", "\x11", "\x12"
UP, DOWN, HOME = "\x1b[A", "\x1b[B", "\x1b[H"


def selecting_and_coding(record: Record) -> None:
    """Code one ad at 80×24 with every way to select and to code, and undo across a restart."""
    first: Sequence[Step] = (
        Keys("", "opened", pause=1.0),
        Keys("s", "a sentence"),
        Keys("1", "panel of a section"),
        Keys("d", "coded by two keys"),
        Keys("s1m", "coded in one burst"),
        Keys("mm.", "code repeated on a bullet"),
        Keys("nover models" + ENTER, "note"),
        Keys("c1p", "clause coded"),
        Keys("r", "panel to recode from"),
        Keys("1e", "recoded"),
        Keys("/Python", "search"),
        Keys(ENTER, "match selected"),
        Keys("21", "term coded"),
        Keys("\x07", "next match"),
        Keys("22", "second term coded"),
        Keys("x", "removed"),
        Keys("u", "undone"),
        Keys("uu", "undone twice more"),
        Keys(REDO, "redone"),
        Keys("f", "jump labels"),
        Keys(ESCAPE, "labels left"),
        Keys("gs+3", "larger unit and another section"),
        Keys("1", "skill coded"),
        Keys("www" + "LLL" + "-", "words and letters"),
        Keys("11" + ESCAPE, "a digit that no code has"),
        Keys(SAVE, "saved"),
        Keys(QUIT),
    )
    second: Sequence[Step] = (
        Keys("", "resumed", pause=1.0),
        Keys("u", "undone after the restart"),
        Keys("u", "undone twice after the restart"),
        Keys(REDO + REDO, "redone after the restart"),
        Keys("b", "boundary"),
        Keys("w" + ENTER, "boundary moved"),
        Keys("?", "help"),
        Keys("undo", "help filtered"),
        Keys(ESCAPE, "help left"),
        Keys("d", "done too early"),
        Keys(QUIT),
    )
    record.sit("first sitting", ("--ad", "3001"), first)
    record.report()
    record.sit("second sitting", (), second)
    record.report()
    record.restarted()


def settling_and_profile(record: Record) -> None:
    """Work on an imported document at 140×40: unresolved quotations, tree, picker, profile, list of ads."""
    record.bring("quotations.md", read(DOCUMENTS / "quotations.md"))
    record.documents()
    size = (140, 40)
    first: Sequence[Step] = (
        Keys("", "opened", pause=1.0),
        Keys("V", "list of doubts"),
        Keys(ESCAPE, "list left"),
        Keys("v", "a doubtful place"),
        Keys(ENTER, "settled, and the next one"),
        Keys("x", "dropped, and the next one"),
        Keys("v", "the nearest words"),
        Keys(ESCAPE, "left"),
        Keys("V" + DOWN * 4, "another one chosen"),
        Keys(ENTER, "two places"),
        Keys("v", "the second of two"),
        Keys(ENTER, "settled there"),
        Keys(ESCAPE, "left again"),
        Keys("t" + HOME + DOWN * 2, "codebook"),
        Keys("n" + "half of it" + ENTER, "note on a group"),
        Keys(DOWN * 2 + "n" + "rare" + ENTER, "note on a code"),
        Keys("N" + "only implied" + ENTER, "remark under a code"),
        Keys("t", "back to the ad"),
        Keys("i", "definition"),
        Keys(ESCAPE, "definition left"),
        Keys("ss" + ENTER, "picker"),
        Keys("rag", "picker filtered"),
        Keys(ENTER, "picked"),
        Keys("p", "profiles"),
        Keys("2", "profile taken"),
        Keys("It speaks with cranes; 言葉 ✓ and é." + SAVE, "reasoning written"),
        Keys("d", "done"),
        Keys("dud", "taken up again, undone and taken up again"),
        Keys("d", "done again"),
        Keys("E", "employer and title"),
        Keys(ESCAPE, "unchanged"),
        Keys("a", "list of ads"),
        Keys("brug", "list filtered"),
        Keys(ENTER, "another ad"),
        Keys("s1bs31", "coded in another ad"),
        Keys(")", "next ad"),
        Keys("((", "ads before"),
        Keys("\x1bOS", "problems"),
        Keys(ESCAPE, "problems left"),
        Keys(QUIT),
    )
    second: Sequence[Step] = (
        Keys("", "resumed", pause=1.0),
        Keys("a", "list of ads again"),
        Keys(DOWN + UP + ESCAPE, "list left"),
        Keys("U", "next uncoded ad"),
        Keys(QUIT),
    )
    record.sit("first sitting", ("--ad", "3002"), first, *size)
    record.report()
    record.sit("second sitting", (), second, *size)
    record.report()
    record.restarted()


def resizing_and_killing(record: Record) -> None:
    """Code an ad full of wide characters in a resized window; kill the program and resume."""
    name = "ads/3003_kapmeeuw_studio.txt"
    # The terminal of these tests draws joined emoji in other cells than real ones do.
    record.edit((" 👩🏽\u200d💻", ""), (" 🇳🇱☕", " ☕"), (" 🗂️", ""), name=name)
    first: Sequence[Step] = (
        Keys("", "opened", pause=1.0),
        Keys("sss", "third sentence"),
        Keys("2", "panel"),
        Resize(140, 30),
        Keys("1", "coded"),
        Resize(100, 20),
        Keys("sA" + "Dromen", "new code"),
        Keys(SAVE, "new code given"),
        Keys("/夢を", "search in Japanese"),
        Keys(ENTER + "21", "Japanese coded"),
        Keys("/Cafe", "search without the accent"),
        Keys(ENTER + "11", "term coded"),
        Keys("n" + "☕ é" + ENTER, "noted"),
        Keys("p1" + "Maakt het zelf.", "reasoning"),
        Keys(SAVE, "profile"),
        Keys(SAVE, "saved"),
        Keys("x", "removed just before the power cut"),
        Kill(),
    )
    second: Sequence[Step] = (
        Keys("", "after the power cut", pause=1.0),
        Resize(80, 24),
        Keys("uu" + REDO, "undone and redone after it"),
        Keys("P" + " Altijd." + SAVE, "reasoning"),
        Keys("/夢を" + ENTER + "e", "example"),
        Keys("T", "kinds of change of the code here"),
        Keys("n", "rename"),
        Keys(TAB + " en onderhouden" + SAVE, "what it would change", pause=0.6),
        Keys(ENTER, "renamed"),
        Keys("P" + " Nooit." + SAVE + "u", "reasoning undone"),
        Keys(QUIT),
    )
    record.sit("first sitting", ("--ad", "3003", "--codebook", "odd.toml"), first)
    record.rows("odd.toml", is_written=False)
    record.sit("second sitting", ("--codebook", "odd.toml"), second)
    record.report("odd.toml")
    record.changed_file("odd.toml")
    record.restarted("odd.toml")


def copier(record: Record) -> None:
    """Copy the codings of another ad with the same text; describe an ad."""
    record.write("ads/3007_havik_zuid.txt", read(record.folder / "ads/3004_havik_detachering.txt"))
    steps: Sequence[Step] = (
        Keys("", "opened", pause=1.0),
        Keys("ss31", "coded"),
        Keys("/AI Spec" + ENTER + "1o", "coded again"),
        Keys("n" + "as =formula" + ENTER, "noted"),
        Keys("E" + " B.V." + ENTER + ENTER, "described"),
        Keys("a" + "zuid" + ENTER, "the other ad", pause=1.0),
        Keys("Y", "taken over"),
        Keys("u", "undone"),
        Keys(REDO, "redone"),
        Keys("\x1bOS", "problems"),
        Keys(ESCAPE, "problems left"),
        Keys("n" + " and more" + ENTER + "u", "note undone"),
        Keys(QUIT),
    )
    record.sit("sitting", ("--ad", "3004"), steps)
    record.report()
    record.restarted()


def outside_changes(record: Record) -> None:
    """Change a document and an ad while the program is closed, and open the ad."""
    record.bring("canonical.md", CANONICAL)
    record.documents()
    record.edit(
        ('- "je bewaakt hoe ze het daar doen."', '- "je bewaakt hoe ze het daar doen." (watching)'),
        ("  - `AWS`\n", ""),
        ("`Mistral`", "`Mistral`\n  - `LangChain`"),
    )
    record.edit(
        ("Zilverlinde Bank helpt twee", "Welkom!\n\nZilverlinde Bank helpt ruim twee"),
        ("vector databases zoals Pinecone of Weaviate", "vector databases"),
        ("en je bewaakt hoe ze het daar doen", "en je bewaakt hoe zij het daar doen"),
        name="ads/3001_zilverlinde_bank.txt",
    )
    steps: Sequence[Step] = (
        Keys("", "opened", pause=1.0),
        Keys("u", "edit undone"),
        Keys(REDO, "edit redone"),
        Keys("V", "list of doubts"),
        Keys(ENTER, "first doubt"),
        Keys(ESCAPE + "s31", "coded after it"),
        Keys(QUIT),
    )
    record.sit("sitting", ("--ad", "3001"), steps, 100, 30)
    record.report()
    record.restarted()


CASES = {
    "sitting_selecting_and_coding": selecting_and_coding,
    "sitting_settling_and_profile": settling_and_profile,
    "sitting_resizing_and_killing": resizing_and_killing,
    "sitting_copying": copier,
    "sitting_outside_changes": outside_changes,
}

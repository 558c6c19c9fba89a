"""Merges of sessions continued in two places, and changes of coded texts."""

from __future__ import annotations

import shutil
from pathlib import Path

from .imports import CANONICAL
from .record import DOCUMENTS, Record, read, run_in_process

OURS = (
    ('  - "je bewaakt hoe ze het daar doen."\n', ""),
    ("`GenAI Specialist`", "`Core GenAI Engineer`"),
    ("`Weaviate`", "`Weaviate` (ours)"),
    ("`TypeScript`", "`TypeScript`\n  - `Python` (twice in the ad)"),
)
THEIRS = (
    ('  - "je bewaakt hoe ze het daar doen."\n', '  - "je bewaakt hoe ze het daar doen." (theirs)\n'),
    ("`GenAI Specialist`", "`AI-Adjacent Software Engineer`"),
    ("`Weaviate`", "`Weaviate` (theirs)"),
    ('- "Je legt ingewikkelde', '- "Je werkt nauw samen met data scientists"\n  - "Je legt ingewikkelde'),
)


EARLIER = (("`AWS`", "`AWS` (a step more)"),)
"""One step more, so that their side is the later one whatever the ids of steps are."""


def _changed(text: str, changes: tuple[tuple[str, str], ...]) -> str:
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def _stick(record: Record) -> Path:
    """Copy the study to a folder beside it and return the copy."""
    stick = record.folder / "stick"
    shutil.copytree(record.folder, stick, ignore=shutil.ignore_patterns("stick"))
    return stick


def _bring_elsewhere(record: Record, folder: Path, name: str, text: str, coder: str = "rosa") -> None:
    (folder / name).write_bytes(text.encode("utf-8"))
    done = run_in_process(("import", name, "--coder", coder), folder, record.home)
    assert done.code == 0, done


def diverged(record: Record) -> None:
    """Merge a session continued in two places; both sides are in the merge, and a second merge does nothing."""
    record.bring("canonical.md", CANONICAL)
    record.documents()
    stick = _stick(record)
    record.bring("canonical.md", _changed(CANONICAL, OURS))
    theirs = _changed(CANONICAL, EARLIER)
    _bring_elsewhere(record, stick, "inbox/canonical.md", theirs)
    _bring_elsewhere(record, stick, "inbox/canonical.md", _changed(theirs, THEIRS))
    _bring_elsewhere(record, stick, "other.md", read(DOCUMENTS / "wide_bullets.md"))
    _bring_elsewhere(record, stick, "piet.md", read(DOCUMENTS / "notes.md"), coder="piet")
    record.report()
    record.run("merge without changing anything", "merge", "stick", "--dry-run")
    record.documents()
    record.run("merge", "merge", "stick")
    record.report()
    record.run("merge again", "merge", "stick")
    record.documents()
    record.run("merge nothing", "merge")
    record.run("merge a folder that is absent", "merge", "nowhere")
    record.run("merge a folder without sessions", "merge", "ads")


def edited_by_hand_on_both_sides(record: Record) -> None:
    """Merge hand edits that neither side has imported yet."""
    record.bring("canonical.md", CANONICAL)
    record.documents()
    stick = _stick(record)
    _bring_elsewhere(record, stick, "inbox/canonical.md", _changed(CANONICAL, EARLIER))
    record.edit(*OURS)
    path = stick / record.document()
    path.write_bytes(_changed(read(path), THEIRS).encode("utf-8"))
    record.run("merge", "merge", "stick")
    record.report()
    record.run("merge back", "merge", ".", "--sessions", "stick/sessions", "--corpus", "stick/ads")
    theirs, ours = read(path), read(record.folder / record.document())
    record.fact(f"both documents are {'the same' if theirs == ours else 'different'}")


def another_text_there(record: Record) -> None:
    """Merge a session on another text of the same ad, which is refused, and others, which are merged."""
    record.bring("canonical.md", CANONICAL)
    stick = _stick(record)
    shutil.rmtree(record.folder / "sessions")
    record.edit(("Zilverlinde Bank helpt twee", "Wij helpen twee"), name="ads/3001_zilverlinde_bank.txt")
    record.bring("canonical.md", CANONICAL)
    _bring_elsewhere(record, stick, "other.md", read(DOCUMENTS / "wide_bullets.md"))
    record.run("merge", "merge", "stick")
    record.report()


def text_changed(record: Record) -> None:
    """Change an ad's text; record reports before and after the session's document is imported again."""
    record.bring("canonical.md", CANONICAL)
    record.documents()
    record.edit(
        ("Zilverlinde Bank helpt twee", "Welkom! Zilverlinde Bank helpt ruim twee"),
        ("LangChain of LlamaIndex, met vector databases zoals Pinecone of Weaviate", "LangChain"),
        ("uitsluitend baseert op onze eigen kennisbank", "uitsluitend baseert op de eigen kennisbank"),
        ("- Je legt ingewikkelde techniek", "- Je legt\n  ingewikkelde   techniek"),
        name="ads/3001_zilverlinde_bank.txt",
    )
    record.report()
    record.import_documents(record.document())
    record.report()


def line_ends_changed(record: Record) -> None:
    """Save an ad with other line ends; all its quotations keep their places."""
    record.bring("wide_bullets.md", read(DOCUMENTS / "wide_bullets.md"))
    name = "ads/3002_north_quay_robotics.txt"
    record.write(name, read(record.folder / name).replace("\r\n", "\n"))
    record.report()
    record.import_documents(record.document())
    record.report()


def ad_gone_and_renamed(record: Record) -> None:
    """Remove an ad from the corpus and add it again under another employer."""
    record.bring("canonical.md", CANONICAL)
    record.documents()
    ad = record.folder / "ads/3001_zilverlinde_bank.txt"
    text = ad.read_bytes()
    ad.unlink()
    record.report()
    record.write("ads/3001_koperlinde.txt", text)
    record.report()
    record.import_documents(record.document())
    record.report()


def codes_gone(record: Record) -> None:
    """Remove codes in use from the codebook, and change the kind of one section."""
    record.bring("canonical.md", CANONICAL)
    record.documents()
    record.edit(
        ('id = "1.A.2"', 'id = "1.A.9"'),
        ('title = "Technology & Tool Analysis"\nholds = "terms"', 'title = "Tools"\nholds = "quotations"'),
        ('label = "{id}. {name}"', 'label = "{id}: {name}"'),
        name="codebook.toml",
    )
    record.report()
    record.import_documents(record.document())
    record.report()


def corpus_of_another_kind(record: Record) -> None:
    """Use a table as corpus; broken rows and duplicate ids are reported, the rest is read."""
    text = (
        'id;employer;title;text;Salary\r\n1;A;One;"Je bouwt ""iets"".\r\nTwee regels";9\r\n2;B;Two;"never closed\r\n'
        "3;C;Drie voor €3;Je test.;7\r\n3;D;Three again;Je test niet.;7\r\n4;E\r\n;F;No id;Tekst;\r\n"
    )
    record.write("table.csv", text.encode("cp1252"))
    record.write("inbox/1.md", "# Manual Coding Analysis: Job Ad #1 (A)\n\n## 3. Soft Skill Analysis\n")
    record.run("import", "import", "inbox/1.md", "--corpus", "table.csv", "--coder", "rosa")
    record.run("status of a table", "status", "--corpus", "table.csv")
    record.json("status of a table as JSON", "status", "--corpus", "table.csv", "--json")
    record.problems("check of a table", "check", "--corpus", "table.csv", "--json")
    record.run("status of one ad", "status", "--corpus", "ads/3004_havik_detachering.txt")


CASES = {
    "merge_diverged": diverged,
    "merge_edited_by_hand_on_both_sides": edited_by_hand_on_both_sides,
    "merge_another_text_there": another_text_there,
    "text_changed": text_changed,
    "text_line_ends_changed": line_ends_changed,
    "text_gone_and_renamed": ad_gone_and_renamed,
    "codebook_codes_gone": codes_gone,
    "corpus_of_another_kind": corpus_of_another_kind,
}

"""Codebooks on the command line: check, export, import, diff, propose, migrate; and commands that need no study."""

from __future__ import annotations

from .imports import CANONICAL
from .record import DOCUMENTS, STUDY, Record, read, visible

BROKEN = """\
title = "Broken"
label = "{id} {nmae}"
typo = 3

[[section]]
id = "s"
title = "Section"

[[section]]
id = "s"
title = "Section again"
holds = "things"

[[code]]
id = "A 1"
name = "One"
section = "nowhere"

[[code]]
id = "A 1"
name = "Two"
section = "s"
key = "ab"
confused_with = ["Z"]
retired = "yes"
"""

NEXT_BOOK = (
    ('version = "pilot"', 'version = "v2"'),
    ('id = "1.A.2"', 'id = "1.A.7"'),
    ('name = "Programming Languages"', 'name = "Languages"'),
    ('id = "2.5"', 'id = "2.10"'),
    ('name = "Vector Databases & Search"', 'name = "Vector Stores"'),
    ('title = "Soft Skill Analysis"', 'title = "Skills & Attitudes"'),
    ('name = "GenAI Specialist"', 'name = "GenAI Expert"'),
    ('name = "Ethical & Legal Responsibility"', 'name = "Ethical & Legal Responsibility"\nretired = true'),
)
"""What the next version of the codebook changes, as texts to replace."""

RULES = """\
from = "pilot"
to = "v2"
checked = true

[codes]
"1.A.2" = "1.A.7"
"2.5" = "2.10"
"1.B.1" = ["1.B.1", "1.B.3"]
"2.3" = "2.4"
"""


def checked(record: Record) -> None:
    """Check both codebooks and a broken one, for people and as JSON."""
    record.write("broken.toml", BROKEN)
    record.write("syntax.toml", 'title = "no end\n')
    for name in ("codebook.toml", "odd.toml", "broken.toml", "syntax.toml", "absent.toml"):
        record.run(f"check {name}", "codebook", "check", name)
        record.problems(f"check {name} as JSON", "codebook", "check", name, "--json")
    record.status("broken.toml")


def exported(record: Record) -> None:
    """Export a codebook as a coding book and a page, and import it again without a difference."""
    for name in ("codebook.toml", "odd.toml"):
        book = f"{name}.md"
        record.run(f"export {name}", "codebook", "export", "--codebook", name, "-o", book)
        record.files(book)
        record.run(f"export {name} again", "codebook", "export", "--codebook", name, "-o", book)
        record.run(f"export {name} as HTML", "codebook", "export", "--codebook", name, "--format", "html", "-o", "-")
        record.run(f"import {book}", "codebook", "import", book, "-o", f"{name}.again")
        record.fact(*visible(read(record.folder / f"{name}.again")))
        record.run("difference", "codebook", "diff", name, f"{name}.again")


def imported(record: Record) -> None:
    """Import a coding book in a usual layout as a codebook."""
    record.write("book.md", read(DOCUMENTS / "coding_book.md"))
    record.run("import book.md", "codebook", "import", "book.md", "-o", "book.toml")
    record.files("book.toml")
    record.run("import book.md over it", "codebook", "import", "book.md", "-o", "book.toml")
    record.run("import book.md by force", "codebook", "import", "book.md", "-o", "book.toml", "--force")
    record.run("check book.toml", "codebook", "check", "book.toml")
    record.run("export book.toml", "codebook", "export", "--codebook", "book.toml", "-o", "-")
    record.run("import an ad", "codebook", "import", "ads/3006_wolkenwerk.md", "-o", "-")


def migrated(record: Record) -> None:
    """Migrate two coders' sessions to the next version of the codebook, by rules."""
    record.write("inbox/notes.md", read(DOCUMENTS / "notes.md"))
    record.import_documents("inbox/notes.md", coder="piet")
    record.bring("canonical.md", CANONICAL)
    record.write("old.toml", read(STUDY / "codebook.toml"))
    record.edit(*NEXT_BOOK, name="codebook.toml")
    record.run("difference", "codebook", "diff", "old.toml", "codebook.toml")
    record.json("difference as JSON", "codebook", "diff", "old.toml", "codebook.toml", "--json")
    record.run("propose", "codebook", "propose", "old.toml", "codebook.toml", "-o", "map.toml")
    record.files("map.toml")
    record.run("migrate by a proposal", "codebook", "migrate", "--map", "map.toml")
    record.report()
    record.write("rules.toml", RULES)
    migrate = ("codebook", "migrate", "--map", "rules.toml", "--old", "old.toml")
    record.run("migrate without changing anything", *migrate, "--dry-run")
    record.documents()
    record.edit(("GenAI Specialist", "Core GenAI Engineer"), name=record.document("rosa"))
    record.run("migrate", *migrate)
    record.report()
    record.run("migrate again", *migrate)
    record.run("difference by versions", "codebook", "diff", "pilot", "v2")
    record.report()


def without_a_study(record: Record) -> None:
    """Run help, version, completion and the creation of a study."""
    record.run("version", "--version")
    for name in ("", "import", "export", "status", "check", "merge", "codebook", "init", "completion"):
        record.run(f"help {name}".rstrip(), *filter(None, (name, "--help")))
    for name in ("import", "export", "check", "diff", "propose", "migrate"):
        record.run(f"help codebook {name}", "codebook", name, "--help")
    record.run("no subcommand", "codebook")
    record.run("an option that does not exist", "status", "--jsn")
    shell = record.run("completion", "completion", "bash")
    assert "codetui" in shell.out
    record.run("new study", "init", "new")
    record.fact(*sorted(path.relative_to(record.folder).as_posix() for path in (record.folder / "new").rglob("*")))
    record.run("new study again", "init", "new")
    record.run("its status", "status", "--study", "new")


CASES = {
    "codebook_checked": checked,
    "codebook_exported": exported,
    "codebook_imported": imported,
    "codebook_migrated": migrated,
    "without_a_study": without_a_study,
}

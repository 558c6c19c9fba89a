"""Edits by hand of a session's document, found by the next command and imported as a newer version."""

from __future__ import annotations

from functools import partial

from .imports import CANONICAL, REASONING
from .record import DOCUMENTS, Record, read

FIRST = '  - "Je ontwerpt en bouwt toepassingen op basis van grote taalmodellen"\n'
SECOND = '  - "je koppelt ze via API\'s aan onze bestaande systemen." (integration, so 1.A.1)\n'

Changes = tuple[tuple[str, str], ...]

EDITS: dict[str, Changes] = {
    "nothing": (),
    "entry_added": ((SECOND, SECOND + '  - "onze eigen kennisbank" (added by hand)\n'),),
    "entry_removed": ((FIRST, ""),),
    "entry_shortened": (("toepassingen op basis van grote taalmodellen", "toepassingen"),),
    "entry_with_other_words": ((FIRST, '  - "nieuwe modellen onderzoeken"\n'),),
    "entry_not_in_the_ad": ((FIRST, '  - "iets wat er nergens staat"\n'),),
    "entry_moved_to_another_code": (
        (FIRST, ""),
        ('  - "je bewaakt hoe ze het daar doen."\n', '  - "je bewaakt hoe ze het daar doen."\n' + FIRST),
    ),
    "entries_in_another_order": ((FIRST + SECOND, SECOND + FIRST),),
    "entry_twice": ((FIRST, FIRST + FIRST),),
    "note_added": ((FIRST, FIRST.rstrip("\n") + " (added)\n"),),
    "note_changed": (("(integration, so 1.A.1)", "(integration; see the call)"),),
    "note_removed": ((" (integration, so 1.A.1)", ""),),
    "notes_on_places": (
        ("Software Engineering\n", "Software Engineering\n\n_(Half of the tasks.)_\n"),
        (
            "- **1.A.2. Operations & MLOps (LLMOps):**\n",
            "- **1.A.2. Operations & MLOps (LLMOps):** _(thin)_\n  - _(Only implied.)_\n",
        ),
        ("## 3. Soft Skill Analysis\n", "## 3. Soft Skill Analysis\n\n*(Much of it.)*\n"),
        ("### Macro-Category B: GenAI Specialization\n", "### Macro-Category B: GenAI Specialization\n"),
    ),
    "profile_changed": (("`GenAI Specialist`", "`Core GenAI Engineer`"),),
    "profile_unknown": (("`GenAI Specialist`", "`Somebody Else`"),),
    "reasoning_changed": ((REASONING, "Changed by hand, with `code` and *stars*."),),
    "profile_removed": ((f"- **Assigned Profile:** `GenAI Specialist`\n- **Reasoning:** {REASONING}\n\n", ""),),
    "code_relabelled": (
        ("**1.A.1. Software Development & Integration:**", "**1.B.3. Data Engineering & Management:**"),
    ),
    "code_unknown": (("**2.1. Programming Languages:**", "**2.9. Natural Languages:**"),),
    "code_added": (("- **3.4. Ethical", '- **3.2. Learning & Adaptability:**\n  - "leert snel"\n- **3.4. Ethical'),),
    "heading_misspelt": (("### Macro-Category B: GenAI", "### Macro-Gategory B: GenAI"),),
    "section_retitled": (("## 3. Soft Skill Analysis", "## 3. Softer Skills"),),
    "employer_and_title": (
        ("#3001 (Zilverlinde Bank)", "#3001 (Zilverlinde N.V.)"),
        (
            'the "Medior GenAI Engineer – Klantcontact" position at Zilverlinde Bank',
            'the "GenAI Engineer" position at Zilverlinde N.V.',
        ),
    ),
    "opening_sentence_longer": (("at Zilverlinde Bank.", "at Zilverlinde Bank, after the pilot book. Twice."),),
    "foreign_paragraphs": (
        (
            "## 2. Technology & Tool Analysis\n",
            "## 2. Technology & Tool Analysis\n\nSeen by Anna on Monday.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
        ),
        (SECOND, SECOND + "<!-- ask Anna -->\n"),
    ),
    "loose_lists": ((FIRST + SECOND, "\n" + FIRST + "\n" + SECOND + "\n"),),
    "not_understood": ((FIRST, "  - no quotes here at all\n" + FIRST),),
    "conflict_marks": ((FIRST, f"<<<<<<< HEAD\n{FIRST}=======\n>>>>>>> theirs\n"),),
    "another_ads_heading": (("#3001 (Zilverlinde Bank)", "#3002 (North Quay Robotics)"),),
    "heading_gone": (("# Manual Coding Analysis: Job Ad #3001 (Zilverlinde Bank)\n\n", ""),),
}


def edited(record: Record, changes: Changes) -> None:
    """Edit the session's document, and record what commands report before and after it is imported."""
    record.bring("canonical.md", CANONICAL)
    record.documents()
    record.edit(*changes)
    record.report()
    record.import_documents(record.document())
    record.report()


def newer_version(record: Record, changes: Changes) -> None:
    """Import a newer version of a document over the session of the older one."""
    record.bring("version.md", CANONICAL)
    record.documents()
    text = CANONICAL
    for old, new in changes:
        text = text.replace(old, new)
    record.bring("version.md", text)
    record.report()


def _rewritten(record: Record, text: str) -> None:
    record.bring("canonical.md", CANONICAL)
    record.documents()
    record.write(record.document(), text)
    record.report()
    record.import_documents(record.document())
    record.report()


def document_deleted(record: Record) -> None:
    """Delete the session's document: the session continues without it."""
    record.bring("canonical.md", CANONICAL)
    (record.folder / record.document()).unlink()
    record.report()
    record.bring("canonical.md", CANONICAL)
    record.report()


def over_another_session(record: Record) -> None:
    """Import somebody else's document over a session of the same ad: neither side is lost."""
    record.bring("canonical.md", CANONICAL)
    record.documents()
    record.bring("notes.md", read(DOCUMENTS / "notes.md"))
    record.report()


def laid_out_document_goes_on(record: Record) -> None:
    """Edit and import a document in its own layout, which it keeps."""
    record.bring("loose_lists.md", read(DOCUMENTS / "loose_lists.md"))
    record.documents()
    record.edit(
        (
            '  - "You integrate language models through APIs"\n',
            '  - "You integrate language models through APIs" (APIs)\n',
        ),
        ("  - `Go`\n", ""),
        ("AI-Adjacent Software Engineer", "GenAI Specialist"),
    )
    record.report()
    record.bring("again.md", read(DOCUMENTS / "loose_lists.md").replace("`Rust`", "`Rust` (or Go)"))
    record.report()


def copied_document(record: Record) -> None:
    """Put a second document of the same ad beside the session's own."""
    record.bring("canonical.md", CANONICAL)
    record.write("sessions/rosa/analysis_job_3001_copy.md", CANONICAL.replace(FIRST, ""))
    record.write("sessions/rosa/analysis_job_3004_havik_detachering.md", read(DOCUMENTS / "no_profile.md"))
    record.write("sessions/rosa/notes.md", "# Notes\n\nfor myself\n")
    record.report()


CASES = {
    **{f"edit_{name}": partial(edited, changes=changes) for name, changes in EDITS.items()},
    **{
        f"newer_{name}": partial(newer_version, changes=EDITS[name])
        for name in (
            "entry_removed",
            "entry_shortened",
            "entry_moved_to_another_code",
            "notes_on_places",
            "profile_removed",
        )
    },
    "edit_emptied": partial(_rewritten, text=""),
    "edit_cut_short": partial(_rewritten, text=CANONICAL[: CANONICAL.index("Llama 3") + 3]),
    "edit_cut_before_a_section": partial(_rewritten, text=CANONICAL[: CANONICAL.index("---\n\n## 3.")]),
    "edit_other_bullets": partial(_rewritten, text=CANONICAL.replace("\n- ", "\n-   ").replace("\n  - ", "\n    -   ")),
    "edit_crlf": partial(_rewritten, text=CANONICAL.replace("\n", "\r\n")),
    "edit_document_deleted": document_deleted,
    "edit_over_another_session": over_another_session,
    "edit_laid_out_document_goes_on": laid_out_document_goes_on,
    "edit_copied_document": copied_document,
}

"""Hand-written documents, each imported into a new study."""

from __future__ import annotations

from functools import partial

from .record import DOCUMENTS, Record, read

CANONICAL = read(DOCUMENTS / "canonical.md")
REASONING = "The assistant is *built on* language models, and most tasks are about them; see the RAG chain."


def changed(*changes: tuple[str, str], text: str = CANONICAL) -> str:
    """Return the text with each first text, which must occur once, replaced by the second."""
    for old, new in changes:
        assert text.count(old) == 1, (old, text)
        text = text.replace(old, new)
    return text


def imported(record: Record, name: str, text: str | bytes, codebook: str = "codebook.toml") -> None:
    """Import one document, report everything, and import it again, which must change nothing."""
    record.bring(name, text, codebook)
    record.report(codebook)
    record.import_documents(f"inbox/{name}", codebook=codebook)
    record.documents()


VARIANTS: dict[str, str | bytes] = {
    "crlf": CANONICAL.replace("\n", "\r\n"),
    "byte_order_mark": "\ufeff" + CANONICAL,
    "cr_only": CANONICAL.replace("\n", "\r"),
    "trailing_blanks_no_last_newline": CANONICAL.replace(":**\n", ":** \n").replace('."\n', '."  \n').rstrip("\n"),
    "latin_1": CANONICAL.replace("–", "-").replace("bewust", "bewúst").encode("latin-1"),
    "control_characters": changed(("`Mistral`", "`Mis\x1b[31mtral\x07`"), ('- "je bewaakt', '- "\x00je bewaakt')),
    "star_and_plus_bullets": CANONICAL.replace("\n- ", "\n* ").replace("\n  - ", "\n    + "),
    "numbered_bullets": CANONICAL.replace("\n  - ", "\n   1. "),
    "tabs": CANONICAL.replace("\n  - ", "\n\t- "),
    "no_break_spaces": CANONICAL.replace("Job Task", "Job\u00a0Task").replace("je bewaakt hoe", "je\u00a0bewaakt hoe"),
    "closed_headings": CANONICAL.replace("Analysis\n", "Analysis ##\n").replace("Engineering\n", "Engineering ###\n"),
    "conflict_marks": changed(
        (
            '  - "Je zorgt ervoor dat modellen veilig in productie komen"\n',
            '<<<<<<< HEAD\n  - "Je zorgt ervoor"\n=======\n  - "modellen veilig in productie"\n>>>>>>> theirs\n',
        )
    ),
    "cut_short": CANONICAL[: CANONICAL.index("Weaviate") + 3],
    "cut_before_a_section": CANONICAL[: CANONICAL.index("## 3.")],
    "ad_that_the_corpus_lacks": CANONICAL.replace("#3001 (Zilverlinde Bank)", "#9999 (Nergens B.V.)"),
    "another_ads_heading": CANONICAL.replace("#3001 (Zilverlinde Bank)", "#3002 (North Quay Robotics)"),
    "another_employer": CANONICAL.replace("#3001 (Zilverlinde Bank)", "#3001 (Zilver & Linde)"),
    "no_heading": CANONICAL.partition("\n\n")[2],
    "unknown_profile": changed(("`GenAI Specialist`", "`Prompt Wizard`")),
    "profile_without_reasoning": changed(
        (
            f"- **Reasoning:** {REASONING}\n",
            "",
        )
    ),
    "reasoning_without_profile": changed(("- **Assigned Profile:** `GenAI Specialist`\n", "")),
    "empty_reasoning": changed((f" {REASONING}", "")),
    "bare_profile": changed(("`GenAI Specialist`", "GenAI Specialist")),
    "same_words_under_two_codes": changed(
        ("(integration, so 1.A.1)\n", '(integration, so 1.A.1)\n  - "je bewaakt hoe ze het daar doen."\n'),
        ("  - `TypeScript`\n", "  - `TypeScript`\n  - `TypeScript`\n"),
    ),
    "repeated_phrases": changed(
        (
            '- "Je legt ingewikkelde',
            '- "Je werkt nauw samen met"\n  - "Je werkt nauw samen"\n  - "Je legt ingewikkelde',
        ),
        ("- `TypeScript`", "- `Python`"),
    ),
    "slips_of_the_pen": changed(
        ("Je ontwerpt en bouwt toepassingen", "Je ontwerp en bouwt toepasingen"),
        ("je koppelt ze via API's", "je koppelt ze via API’s"),
        ("Je zorgt ervoor dat modellen", "...dat Modellen"),
        ("uitsluitend baseert", "nooit baseert"),
        ("- `AWS`", "- `aws`"),
    ),
    "escapes_and_curly_quotes": changed(
        (
            '"Je zorgt ervoor dat modellen veilig in productie komen"',
            "“Je zorgt ervoor dat modellen veilig in productie komen”",
        ),
        ('"je bewaakt hoe ze het daar doen."', '\\"je bewaakt hoe ze het daar doen.\\"'),
        ("`Azure (OpenAI Service, ML Studio)`", "``Azure (OpenAI Service, ML Studio)``"),
        ("`Llama 3`", "**`Llama 3`**"),
        ("`Mistral`", "`Mistral`;"),
    ),
    "groups_and_codes_out_of_order": changed(
        ("### Macro-Category A: Core Software Engineering", "### Macro-Category ONE"),
        ("### Macro-Category B: GenAI Specialization", "### Macro-Category A: Core Software Engineering"),
        ("### Macro-Category ONE", "### Macro-Category B: GenAI Specialization"),
        ("- **2.5. Vector Databases & Search:**\n  - `Pinecone`\n  - `Weaviate`\n", ""),
        ("- **2.1. Programming", "- **2.5. Vector Databases & Search:**\n  - `Pinecone`\n- **2.1. Programming"),
    ),
    "empty": "",
    "only_a_heading": "# Manual Coding Analysis: Job Ad #3004 (Havik Detachering)\n",
}


def _whole(name: str) -> str:
    return read(DOCUMENTS / f"{name}.md")


def number_from_the_file_name(record: Record) -> None:
    """Import a document without a heading, whose file name contains the ad's id."""
    imported(record, "analysis_job_3001_mine.md", CANONICAL.partition("\n\n")[2])


def several_at_once(record: Record) -> None:
    """Import a folder, a missing file, and one that cannot be imported."""
    record.write("inbox/a.md", _whole("wide_bullets"))
    record.write("inbox/b.md", _whole("loose_lists"))
    record.write("inbox/c.md", VARIANTS["conflict_marks"])
    record.write("inbox/d.txt", "not a document\n")
    record.import_documents("inbox", "absent.md")
    record.report()
    record.tables()
    record.raw_exports()


def formulas(record: Record) -> None:
    """Export cells that a spreadsheet would treat as formulas."""
    text = CANONICAL.replace("#3001 (Zilverlinde Bank)", "#4002 (=Som & Zoon)")
    imported(record, "formulas.md", text.replace("`TypeScript`", "`Airflow` (=1+1)\n  - `@TypeScript` (-2 '=)"))
    record.raw_exports()


def two_coders(record: Record) -> None:
    """Let two coders code one ad, the second with a name that no folder may have."""
    record.write("inbox/mine.md", CANONICAL)
    record.write("inbox/theirs.md", _whole("notes"))
    record.import_documents("inbox/mine.md", coder="rosa")
    record.import_documents("inbox/theirs.md", coder="Jan / Piet")
    record.import_documents("inbox/theirs.md", coder=" ")
    record.report()
    record.tables()


def without_a_codebook(record: Record) -> None:
    """Run commands in a folder without a codebook, a corpus or sessions."""
    record.write("inbox/a.md", CANONICAL)
    record.import_documents("inbox/a.md", codebook="absent.toml")
    record.rows()
    record.status("absent.toml")
    record.check("absent.toml")
    record.run("status of a corpus that is absent", "status", "--corpus", "nowhere")
    record.run("check of a corpus that is absent", "check", "--corpus", "nowhere", "--json")
    record.run("open a corpus that is absent", "nowhere")
    record.run("a command that does not exist", "exprot")


CASES = {
    **{
        f"import_{name}": partial(imported, name=f"{name}.md", text=_whole(name))
        for name in ("canonical", "wide_bullets", "loose_lists", "no_profile", "notes", "misspelt", "foreign")
    },
    **{
        f"import_{name}": partial(imported, name=f"{name}.md", text=_whole(name))
        for name in ("quotations", "emoji", "jsonl_ad", "markdown_ad")
    },
    "import_odd_book": partial(imported, name="odd_book.md", text=_whole("odd_book"), codebook="odd.toml"),
    **{f"import_{name}": partial(imported, name=f"{name}.md", text=text) for name, text in VARIANTS.items()},
    "import_number_from_the_file_name": number_from_the_file_name,
    "import_several_at_once": several_at_once,
    "import_formulas": formulas,
    "import_two_coders": two_coders,
    "without_a_codebook": without_a_codebook,
}

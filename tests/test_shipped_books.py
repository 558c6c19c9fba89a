"""The shipped codebooks, ads and notes, and the template of a new study."""

import re
from pathlib import Path

import pytest

from codetui.core.codebook.index import CodebookIndex, groups, label
from codetui.formats.codebook.reader import parse_codebook
from codetui.model import Codebook, Problem
from codetui.storage.study_files import SAMPLE_AD, template

ROOT = Path(__file__).resolve().parent.parent
V3 = ROOT / "codebook.toml"
PILOT = ROOT / "examples" / "pilot" / "codebook.toml"
SECTION_TITLES = ["Job Task Analysis", "Technology & Tool Analysis", "Soft Skill Analysis"]


def book_at(path: Path) -> tuple[Codebook, list[Problem]]:
    book, problems = parse_codebook(path.read_text("utf-8"), path.name)
    assert book is not None
    return book, problems


def plain(text: str) -> str:
    return " ".join(text.split())


def sentences(text: str) -> set[str]:
    """Return sentences of some length, to detect that one book repeats the words of another."""
    return {plain(part).casefold() for part in re.split(r"(?<=[.:;])\s|\n", text) if len(plain(part).split()) > 5}


@pytest.mark.parametrize("path", [V3, PILOT], ids=["v3", "pilot"])
def test_a_shipped_book_has_at_most_notes(path: Path) -> None:
    assert {problem.severity for problem in book_at(path)[1]} == {"note"}


def test_the_v3_book_notes_a_missing_profile_and_evidence() -> None:
    messages = [problem.message for problem in book_at(V3)[1]]
    assert len(messages) == 2
    assert "no evidence" in messages[0]
    assert messages[1].startswith("profile 3 is missing between 2 and 4")


@pytest.mark.parametrize("path", [V3, PILOT], ids=["v3", "pilot"])
def test_every_shipped_code_has_unique_keys(path: Path) -> None:
    index = CodebookIndex(book_at(path)[0])
    keys = [index.short_keys[code.id] for code in index.book.codes]
    assert all(len(key) == 2 for key in keys)
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("path", [V3, PILOT], ids=["v3", "pilot"])
def test_the_sections_are_those_of_the_documents(path: Path) -> None:
    book, _ = book_at(path)
    assert [section.title for section in book.sections] == SECTION_TITLES
    assert [section.holds for section in book.sections] == ["quotations", "terms", "quotations"]


def test_the_v3_book_has_the_profiles_codes_and_examples_of_its_source(shared: Path) -> None:
    (source,) = (shared / "seeds").glob("003*")
    text = source.read_text("utf-8")
    book, _ = book_at(V3)
    profiles = re.findall(r"^### (\d)\. `(.+?)`", text, re.MULTILINE)
    assert [(profile.id, profile.name) for profile in book.profiles] == profiles
    codes = re.findall(r"^- (?:\*\*)?`(\w+): (.+?)`(?:.*?e\.g\., (.+?), etc\.\))?", text, re.MULTILINE)
    assert len(codes) == 21
    assert [(code.id, code.name, ", ".join(code.examples)) for code in book.codes] == codes


def test_the_pilot_book_has_the_codes_and_examples_of_its_source(shared: Path) -> None:
    text = (shared / "pilot" / "coding_book_pilot.md").read_text("utf-8")
    parts = re.split(r"^#### (\d(?:\.\w)+)\. (.+)$", text, flags=re.MULTILINE)[1:]
    book, _ = book_at(PILOT)
    assert len(parts) == 3 * len(book.codes)
    for code, id_, name, body in zip(book.codes, parts[::3], parts[1::3], parts[2::3], strict=True):
        examples = re.findall(r'^  - "(.+)"$', body, re.MULTILINE)
        examples += [
            term
            for line in re.findall(r"^- \*\*Examples:\*\*(.+)$", body, re.MULTILINE)
            for term in re.findall(r"`(.+?)`", line)
        ]
        assert (code.id, code.name, list(code.examples)) == (id_, name, examples)
    assert [group.title for group in groups(book, book.sections[0])] == [
        title for title in re.findall(r"^### (.+)$", text, re.MULTILINE) if "Macro" in title or "Over" in title
    ]


@pytest.mark.parametrize(
    ("path", "source"), [(V3, "seeds/003*"), (PILOT, "pilot/coding_book_pilot.md")], ids=["v3", "pilot"]
)
def test_definitions_are_not_copied(path: Path, source: str, shared: Path) -> None:
    (found,) = shared.glob(source)
    theirs = sentences(found.read_text("utf-8"))
    book, _ = book_at(path)
    ours = [
        text
        for part in (*book.codes, *book.groups, *book.profiles)
        for text in (part.definition, getattr(part, "evidence", ""))
    ]
    ours += [text for profile in book.profiles for text in (*profile.responsibilities, *profile.projects)]
    shared_words = {text for text in ours if sentences(text) & theirs}
    assert shared_words == set()


def documents(shared: Path) -> list[Path]:
    return [*sorted((shared / "seeds").glob("00[012]*")), *sorted((shared / "pilot" / "codings").glob("*.md"))]


def test_the_pilot_book_produces_the_labels_of_the_real_documents(shared: Path) -> None:
    book, _ = book_at(PILOT)
    known = {f"{label(book, code)}:" for code in book.codes}
    seen: set[str] = set()
    for document in documents(shared):
        seen |= set(re.findall(r"^- +\*\*(\d.*?)\*\*", document.read_text("utf-8"), re.MULTILINE))
    assert len(seen) > 15
    assert seen - known == {"2.8. Application Frameworks:", "2.9. Other Technical Skills:"}


def test_the_pilot_book_produces_the_headings_of_the_real_documents(shared: Path) -> None:
    book, _ = book_at(PILOT)
    known = {f"## {number}. {section.title}" for number, section in enumerate(book.sections, 1)}
    known |= {f"### {group.title}" for group in book.groups}
    seen: set[str] = set()
    for document in documents(shared):
        lines = document.read_text("utf-8").split("\n")
        seen |= {line.rstrip() for line in lines if line.startswith("##")}
    assert seen - known == {"### Macro-Gategory B: GenAI Specialization"}
    assert known <= seen


def test_the_pilot_book_has_the_profiles_of_the_real_documents(shared: Path) -> None:
    book, _ = book_at(PILOT)
    seen: set[str] = set()
    for document in documents(shared):
        seen |= set(re.findall(r"\*\*Assigned Profile:\*\* `(.+?)`", document.read_text("utf-8")))
    assert seen == {profile.name for profile in book.profiles}


@pytest.mark.parametrize("path", [V3, PILOT], ids=["v3", "pilot"])
def test_files_named_by_a_shipped_book_exist_beside_it(path: Path) -> None:
    book, _ = book_at(path)
    assert (path.parent / book.corpus.path).resolve() == ROOT / "ads"
    assert all((path.parent / reference.path).is_file() for reference in book.references)


def test_the_ads_have_an_id_an_employer_and_a_title_each() -> None:
    ads = sorted((ROOT / "ads").iterdir())
    assert len(ads) >= 8
    assert all(re.fullmatch(r"\d+_[a-z_]+\.(txt|md)", ad.name) for ad in ads)
    assert all(re.match(r"(# )?\w.*\n", ad.read_text("utf-8")) for ad in ads)


def test_no_shipped_ad_repeats_a_sentence_of_a_real_one(shared: Path) -> None:
    theirs = sentences((shared / "pilot" / "ads.csv").read_text("utf-8"))
    for ad in sorted((ROOT / "ads").iterdir()):
        assert sentences(ad.read_text("utf-8")) & theirs == set(), ad.name


def test_a_new_study_begins_with_a_codebook_without_problems() -> None:
    book, problems = parse_codebook(template("codebook.toml"), "codebook.toml")
    assert problems == []
    assert book is not None
    assert [len(part) for part in (book.profiles, book.sections, book.codes)] == [2, 3, 5]


def test_the_commented_out_parts_of_a_new_codebook_are_valid() -> None:
    fields = "id|title|path|section|columns|status|language|code|profile|definition|before|body|source|sources"
    text = re.sub(
        rf"^# (?=\[\[|\[words\]|(?:{fields}) = \S|1\. |\"\"\"$)", "", template("codebook.toml"), flags=re.MULTILINE
    )
    book, problems = parse_codebook(text, "codebook.toml")
    assert book is not None
    assert (len(book.references), len(book.groups), len(book.corpus.columns)) == (1, 1, 4)
    assert (book.status, book.language, book.groups[0].definition) == ("Draft", "nl", "The basis of all such work.")
    assert (book.words.source, book.words.sources) == ("interview", "interviews")
    assert (book.references[0].codes, book.references[0].profiles) == (("TASK1",), ("1",))
    assert (book.texts[0].before, book.texts[0].body) == ("tasks", "1. Read the whole ad first.")
    assert [problem.message for problem in problems] == ['group "core" has no codes; name it in a [[code]]']


def test_the_sample_ad_can_be_coded_with_the_new_codebook() -> None:
    text = template(SAMPLE_AD)
    book, _ = parse_codebook(template("codebook.toml"), "codebook.toml")
    assert book is not None
    assert re.fullmatch(r"\d+_[a-z_]+\.txt", SAMPLE_AD)
    coded = [code.id for code in book.codes if any(each.casefold() in text.casefold() for each in code.examples)]
    assert len(coded) >= 4

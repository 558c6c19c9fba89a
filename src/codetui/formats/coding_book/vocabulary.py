"""The English and Dutch words that a coding book is recognised by: names of fields and kinds of sections."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from codetui.model import Holds

CodeField = Literal["definition", "examples", "include", "exclude", "confused_with", "found_in", "retired"]
ProfileField = Literal["definition", "subtitle", "responsibilities", "projects", "evidence"]
FieldKey = Literal[CodeField, ProfileField]

CODE_FIELDS: set[FieldKey] = {"definition", "examples", "include", "exclude", "confused_with", "found_in", "retired"}
PROFILE_ONLY_FIELDS: set[FieldKey] = {"responsibilities", "projects", "evidence"}
PROFILE_FIELDS: set[FieldKey] = {"definition", "subtitle", *PROFILE_ONLY_FIELDS}
LIST_FIELDS: set[FieldKey] = {"examples", "responsibilities", "projects"}
PROSE_FIELDS: set[FieldKey] = {"definition", "evidence", "include", "exclude"}

FIELD_NAMES: tuple[tuple[FieldKey, str], ...] = (
    ("definition", r"(working |short |korte )?definiti(on|e)s?|(short |korte )?(description|beschrijving)"),
    ("definition", r"(korte )?omschrijving|meaning|betekenis"),
    ("exclude", r"(non|counter|negative)[- ]?examples?|tegenvoorbeeld(en)?|negatieve voorbeelden"),
    ("projects", r"((proto)?typical|example|sample|typische|voorbeeld)[- ]?(projects?|projecten)|projects|projecten"),
    ("examples", r"(\w+ )?(examples?|voorbeeld(en)?)([- ]?\w+)?( (phrases?|quotes?|terms?|sentences))?"),
    ("responsibilities", r"((core|key|main|primary|typical) )?(responsibilities|tasks|duties)"),
    ("responsibilities", r"(kern|(belangrijkste|typische) )?(taken|verantwoordelijkheden)"),
    ("evidence", r"(expected )?evidence( profile| pattern)?|bewijs(profiel|voering)?|verwacht bewijs"),
    ("include", r"includ(e|es|ed|ing)( when| if| criteria)?|inclusion( criteria| rules?)?|what counts"),
    ("include", r"(when to )?use( this code)?( when| if)?"),
    ("include", r"inclusie(criteria|regels?)?|insluiten|wel( coderen)?( als)?|wanneer wel|wat telt"),
    ("exclude", r"exclud(e|es|ed|ing)( when| if| criteria)?|exclusion( criteria| rules?)?"),
    ("exclude", r"not included|does not include|what does not count"),
    ("exclude", r"(when not to|do not|don't) use( this code)?( when| if)?"),
    ("exclude", r"exclusie(criteria|regels?)?|uitsluiten|niet( coderen)?( als)?|wanneer niet|wat niet telt"),
    ("confused_with", r"((often|easily|sometimes) )?(not to be |do not |don't )?confused? with|distinguish from"),
    ("confused_with", r"(niet )?te verwarren met|(niet verwarren|verwar niet) met|te onderscheiden van"),
    ("found_in", r"found in( ad)?|gevonden in( vacature)?"),
    ("retired", r"retired|deprecated|vervallen"),
    ("subtitle", r"subtitle|ondertitel"),
)
"""Patterns of names in lower case, without emphasis and brackets; the first pattern that matches counts."""

FIELD_PATTERNS = tuple((key, re.compile(pattern)) for key, pattern in FIELD_NAMES)
DUTCH = re.compile(
    r"\b(?:definitie|beschrijving|omschrijving|betekenis|voorbeeld|kern|taken|verantwoordelijk|projecten|bewijs|inclusie|"
    r"insluiten|wel|wanneer|uitsluiten|exclusie|niet|verwar|onderscheiden|gevonden|vervallen|ondertitel|tegenvoorbeeld)",
    re.IGNORECASE,
)
"""The stems of the Dutch names of fields."""

LONGEST_NAME = 300
"""Characters of a name that may match a field, brackets included."""

PROFILE = re.compile(r"\bprofi(?:le|el)(?:s|en)?\b", re.IGNORECASE)
ONLY_PROFILES = re.compile(r"profi(?:les|elen)", re.IGNORECASE)
YES = re.compile(r"(?:yes|true|ja|waar|retired|vervallen)?[.]?", re.IGNORECASE)
NO = {"no", "nee", "false", "onwaar"}

FOR_EXAMPLE = re.compile(
    r"(?:e\. ?g\.|eg\.?|for example|for instance|examples?:|such as|including|"
    r"bijv\.|bijvoorbeeld|b\.v\.|bv\.|zoals|o\.a\.|voorbeelden:)(?:\s*[,:]\s*|\s+)",
    re.IGNORECASE,
)
AND_SO_ON = re.compile(
    r"(?:[,;]\s*+|(?<!\s)\s++)?(?:(?:and|en)\s+)?"
    r"(?:etc\b\.?|enz\b\.?|enzovoorts?|and so on|and more|et cetera|\.\.\.|…)[.]?\s*$",
    re.IGNORECASE,
)


class SectionKind(NamedTuple):
    """A kind of section that session documents have, and the patterns that identify it in a coding book.

    `words` match in the section's title, `family` matches the letters of its codes' ids, as in `TECH7`.
    """

    id: str
    title: str
    holds: Holds
    words: re.Pattern[str]
    family: re.Pattern[str]


TASK_WORDS = r"\b(?:job[- ])?(?:tasks?|taken|taak(?:analyse|categorie\w*)?|functietaken|werkzaamheden)\b"
TECHNOLOGY_WORDS = (
    r"\b(?:technolog\w*|tool(?:s|ing)?|tech(?:[- ]?stack)?|gereedschap\w*|hulpmiddelen)\b"
    r"|^(?:middelen|software|systemen|applicaties)$"
)
SKILL_WORDS = (
    r"\bsoft[- ]?skills?\b|\b(?:non-technical|interpersonal|zachte|sociale|persoonlijke)\b|^skills?$|^vaardigheden$"
)
KIND_PATTERNS: tuple[tuple[str, str, Holds, str, str], ...] = (
    ("tasks", "Job Task Analysis", "quotations", TASK_WORDS, r"(?:TASK|TAAK)"),
    ("technologies", "Technology & Tool Analysis", "terms", TECHNOLOGY_WORDS, r"(?:TECH|TOOL)"),
    ("skills", "Soft Skill Analysis", "quotations", SKILL_WORDS, r"(?:SKILL|SOFT|VAARDIG)"),
)
SECTION_KINDS = tuple(
    SectionKind(id_, title, holds, re.compile(words, re.IGNORECASE), re.compile(family, re.IGNORECASE))
    for id_, title, holds, words, family in KIND_PATTERNS
)


def field_key(name: str) -> FieldKey | None:
    """Return the field that a name in bold, a heading or a column refers to; None if it refers to none."""
    if len(name) > LONGEST_NAME:
        return None
    plain = re.sub(r"[*_`:]+", "", name).strip().rstrip(".").casefold()
    plain = " ".join(re.sub(r"\(.*\)", "", plain).split())
    return next((key for key, pattern in FIELD_PATTERNS if pattern.fullmatch(plain)), None)

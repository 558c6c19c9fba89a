"""The words by which a coding book is understood, English and Dutch: names of fields, kinds of sections."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from codetui.model import Holds

FieldKey = Literal[
    "definition",
    "examples",
    "include",
    "exclude",
    "confused_with",
    "found_in",
    "retired",
    "subtitle",
    "responsibilities",
    "projects",
    "evidence",
]
PROFILE_FIELDS: set[FieldKey] = {"responsibilities", "projects", "evidence"}
CODE_FIELDS: set[FieldKey] = {"definition", "examples", "include", "exclude", "confused_with", "found_in", "retired"}
LISTS: set[FieldKey] = {"examples", "responsibilities", "projects"}
PROSE: set[FieldKey] = {"definition", "evidence", "include", "exclude"}

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
"""Names in lower case, without emphasis and what stands in brackets; the first pattern that fits counts."""

FIELD_PATTERNS = tuple((key, re.compile(pattern)) for key, pattern in FIELD_NAMES)
DUTCH = re.compile(
    r"\b(?:definitie|beschrijving|omschrijving|betekenis|voorbeeld|kern|taken|verantwoordelijk|projecten|bewijs|inclusie|"
    r"insluiten|wel|wanneer|uitsluiten|exclusie|niet|verwar|onderscheiden|gevonden|vervallen|ondertitel|tegenvoorbeeld)",
    re.IGNORECASE,
)
"""How the Dutch names of fields begin."""

LONGEST_NAME = 300
"""Characters of a name that may stand for a field, with what it says in brackets."""

SIGNS = re.compile(r"[*_`:]+")

PROFILE = re.compile(r"\bprofi(?:le|el)(?:s|en)?\b", re.IGNORECASE)
ONLY_PROFILES = re.compile(r"profi(?:les|elen)", re.IGNORECASE)
AFFIRMED = re.compile(r"(?:yes|true|ja|waar|retired|vervallen)?[.]?", re.IGNORECASE)

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
    """A section that documents know: its id and title there, what it holds, and how coding books betray it."""

    id: str
    title: str
    holds: Holds
    words: re.Pattern[str]
    family: re.Pattern[str]


SECTION_KINDS = (
    SectionKind(
        "tasks",
        "Job Task Analysis",
        "quotations",
        re.compile(r"\b(?:job[- ])?(?:tasks?|taken|taak(?:analyse|categorie\w*)?|functietaken|werkzaamheden)\b", re.I),
        re.compile(r"(?:TASK|TAAK)", re.I),
    ),
    SectionKind(
        "technologies",
        "Technology & Tool Analysis",
        "terms",
        re.compile(
            r"\b(?:technolog\w*|tool(?:s|ing)?|tech(?:[- ]?stack)?|gereedschap\w*|hulpmiddelen)\b"
            r"|^(?:middelen|software|systemen|applicaties)$",
            re.I,
        ),
        re.compile(r"(?:TECH|TOOL)", re.I),
    ),
    SectionKind(
        "skills",
        "Soft Skill Analysis",
        "quotations",
        re.compile(
            r"\bsoft[- ]?skills?\b|\b(?:non-technical|interpersonal|zachte|sociale|persoonlijke)\b"
            r"|^skills?$|^vaardigheden$",
            re.I,
        ),
        re.compile(r"(?:SKILL|SOFT|VAARDIG)", re.I),
    ),
)


def field_key(name: str) -> FieldKey | None:
    """The field that a name in bold, a heading or a column stands for; None for a name of another kind."""
    if len(name) > LONGEST_NAME:
        return None
    plain = SIGNS.sub("", name).strip().rstrip(".").casefold()
    plain = " ".join(re.sub(r"\(.*\)", "", plain).split())
    return next((key for key, pattern in FIELD_PATTERNS if pattern.fullmatch(plain)), None)

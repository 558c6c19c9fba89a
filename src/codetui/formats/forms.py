"""Check the fields that people write in TOML: codebook, migration map.

Unknown names and wrong types become problems with their line. Importing this module loads pydantic, which takes a tenth
of a second, so import it only to run a check.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, FailFast, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from codetui.formats.toml.syntax import KeyPath
from codetui.formats.toml.tables import Number, Sheet, Table, header, nearest, shown
from codetui.model import AgreedBy, Problem, ReasonFor


class Form(BaseModel):
    """The fields that one kind of table may have."""

    model_config = ConfigDict(extra="forbid", strict=True)


def _is_number(value: object) -> bool:
    return isinstance(value, Number) or (isinstance(value, int) and not isinstance(value, bool))


def _quoted(value: object) -> object:
    if _is_number(value):
        raise PydanticCustomError("number", "is a number; put it in quotes")
    return value


def _number_as_text(value: object) -> object:
    return str(value) if _is_number(value) else value


def _in_list(kind: type, but: type) -> BeforeValidator:
    """Put a value of one type, but not of another, into a list."""
    return BeforeValidator(lambda value: [value] if isinstance(value, kind) and not isinstance(value, but) else value)


def _only_table(value: object) -> object:
    return value[0] if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict) else value


F = TypeVar("F", bound=Form)
T = TypeVar("T")
Text = Annotated[str, BeforeValidator(_quoted)]
Id = Annotated[str, BeforeValidator(_number_as_text)]
"""A text or a number, which needs no quotes."""
Ids = Annotated[list[Id], FailFast(), _in_list(object, list)]
Texts = Annotated[list[Text], FailFast(), _in_list(str, Number)]
"""Lists of which the first wrong entry is reported: millions of errors would fill the memory."""
OneTable = Annotated[F, BeforeValidator(_only_table)]
Tables = Annotated[list[F], _in_list(dict, list)]
Named = Annotated[dict[str, T], BeforeValidator(_only_table)]
"""A table with any names."""


def check(form: type[Form], table: Table) -> None:
    """Report each field of `table` and of its inner tables that does not fit `form`."""
    try:
        form.model_validate(table.fields)
    except ValidationError as error:
        for each in error.errors(include_url=False):
            _report(form, table, each)


def check_text(form: type[Form], text: str, file: str) -> list[Problem]:
    """Return the problems with the fields of a text, in the order of their lines; none if it is not valid TOML."""
    sheet = Sheet(file)
    top = sheet.parse(text)
    if top is not None:
        check(form, top)
    return sorted(sheet.problems, key=lambda problem: problem.line) if top else []


def _report(form: type[Form], table: Table, error: ErrorDetails) -> None:
    if not table.sheet.has_room():
        return
    place = _place(table.fields, error["loc"])
    last = max((number for number, step in enumerate(place) if isinstance(step, str)), default=0)
    within, name = place[:last], str(place[last])
    if error["type"] == "extra_forbidden":
        known = [field.alias or each for each, field in _form_at(form, within).model_fields.items()]
        near = nearest(name, known)
        hint = f"did you mean {near}?" if near else f"known here: {', '.join(known)}"
        where = f" in {header(within)}" if within else ""
        table.report("warning", f"unknown field {shown(name)}{where}, ignored; {hint}", *place)
    elif isinstance(place[-1], int) and error["type"] == "model_type":
        table.report("error", f"{header(place)} contains something that is not a table; it is ignored", *place)
    else:
        where = f" of {header(within)}" if within else ""
        table.report("error", f"{name}{where} {_explained(form, place[: last + 1], error)}", *place)


def _explained(form: type[Form], place: KeyPath, error: ErrorDetails) -> str:
    """Return what is wrong with a field and what to write instead."""
    name = place[-1]
    match error["type"]:
        case "string_type":
            return "is not text; put it in quotes"
        case "int_type":
            return f"is not a number; write {name} = 40, without quotes"
        case "bool_type":
            return f"is neither true nor false; write {name} = true, without quotes"
        case "model_type" | "dict_type":
            return f"is not a table; write {header(place)} on a line of its own and its fields below"
        case "list_type" if _inner(form, place) is not None:
            return f"is not a table; write {header((*place, 0))} on a line of its own and its fields below"
        case "list_type":
            return f'is not a list of texts; write {name} = ["…", "…"]'
        case "literal_error":
            expected = str(error["ctx"]["expected"]).replace("'", '"')
            return f"is {shown(str(error['input']))}; write {expected}"
        case _:
            return error["msg"]


def _place(fields: object, loc: KeyPath) -> KeyPath:
    """Return the place of an error in the text, without the lists that validation has put around a value."""
    place: KeyPath = ()
    inside = fields
    for step in loc:
        if isinstance(inside, list) and isinstance(step, str):
            place, inside = (*place, 0), inside[0]
        if isinstance(inside, dict) and isinstance(step, str):
            place, inside = (*place, step), inside.get(step)
        elif isinstance(inside, list) and isinstance(step, int):
            place, inside = (*place, step), inside[step]
    return place or loc


def _form_at(form: type[Form], place: KeyPath) -> type[Form]:
    for step in place:
        form = _inner(form, (step,)) or form
    return form


def _inner(form: type[Form], place: KeyPath) -> type[Form] | None:
    """Return the form of the tables in a field; None if the field holds other values."""
    name = place[-1]
    field = _form_at(form, place[:-1]).model_fields.get(str(name))
    return None if field is None else _form_in(field.annotation)


def _form_in(annotation: object) -> type[Form] | None:
    if isinstance(annotation, type) and issubclass(annotation, Form):
        return annotation
    return next((found for each in get_args(annotation) if (found := _form_in(each))), None)


class ProfileForm(Form):
    """`[[profile]]`"""

    id: Id = ""
    name: Text = ""
    subtitle: Text = ""
    definition: Text = ""
    responsibilities: Texts = []
    projects: Texts = []
    evidence: Text = ""


class SectionForm(Form):
    """`[[section]]`"""

    id: Id = ""
    title: Text = ""
    holds: Literal["quotations", "terms"] = "quotations"
    key: Id = ""
    heading: Text = ""
    definition: Text = ""


class GroupForm(Form):
    """`[[group]]`"""

    id: Id = ""
    section: Id = ""
    title: Text = ""
    definition: Text = ""


class CodeForm(Form):
    """`[[code]]`"""

    id: Id = ""
    name: Text = ""
    section: Id = ""
    group: Id = ""
    key: Id = ""
    definition: Text = ""
    include: Text = ""
    exclude: Text = ""
    examples: Texts = []
    confused_with: Ids = []
    found_in: Id = ""
    retired: bool = False


class TextForm(Form):
    """`[[text]]`"""

    title: Text = ""
    before: Id = ""
    after: Id = ""
    body: Text = ""


class ReferenceForm(Form):
    """`[[reference]]`"""

    title: Text = ""
    path: Text = ""
    code: Ids = []
    profile: Ids = []


class ColumnsForm(Form):
    """`[corpus.columns]`"""

    id: Id = ""
    employer: Id = ""
    title: Id = ""
    body: Id = ""


class CorpusForm(Form):
    """`[corpus]`"""

    path: Text = ""
    columns: OneTable[ColumnsForm] = ColumnsForm()


class WordsForm(Form):
    """`[words]`"""

    source: Text = ""
    sources: Text = ""


class AdjudicationForm(Form):
    """`[adjudication]`"""

    agreed_by: AgreedBy = "all"
    reasons: Annotated[list[ReasonFor], FailFast(), _in_list(str, Number)] = []


class EditorsForm(Form):
    """`[codebook]`"""

    editors: Texts = []


class EvaluatorForm(Form):
    """`[evaluator]`"""

    irrelevant: Ids = []


class CodebookForm(Form):
    """The top table of a codebook file."""

    title: Text = ""
    version: Id = ""
    status: Text = ""
    language: Text = ""
    label: Text = ""
    words: OneTable[WordsForm] = WordsForm()
    synonyms: Named[Texts] = {}
    ui: Named[object] = {}
    corpus: OneTable[CorpusForm] = CorpusForm()
    adjudication: OneTable[AdjudicationForm] = AdjudicationForm()
    codebook: OneTable[EditorsForm] = EditorsForm()
    evaluator: OneTable[EvaluatorForm] = EvaluatorForm()
    profile: Tables[ProfileForm] = []
    section: Tables[SectionForm] = []
    group: Tables[GroupForm] = []
    code: Tables[CodeForm] = []
    text: Tables[TextForm] = []
    reference: Tables[ReferenceForm] = []


class MapForm(Form):
    """The top table of a migration map."""

    from_: Id = Field("", alias="from")
    to: Id = ""
    checked: bool = True
    profiles: Named[object] = {}
    sections: Named[object] = {}
    groups: Named[object] = {}
    codes: Named[object] = {}


class ReleaseForm(Form):
    """`[[released]]`"""

    source: Id
    coder: Text
    because: Text = ""
    by: Text = ""
    time: Text = ""


class SampleForm(Form):
    """The file of a sample."""

    version: int = 1
    seed: int
    size: int = 0
    overlap: int = 0
    by: Text = "all"
    stratify: Text = ""
    candidates: int = 0
    time: Text = ""
    blind: bool = True
    coders: Ids
    sources: dict[str, Ids]
    released: list[ReleaseForm] = []

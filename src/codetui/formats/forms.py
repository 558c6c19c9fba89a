"""The tables and fields of the files that people write, as pydantic checks them: codebook, migration map, settings."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from codetui.formats.toml.schema import Form, Id, Ids, Named, OneTable, Tables, Text, Texts


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


class CodebookForm(Form):
    """The top of the file."""

    title: Text = ""
    version: Id = ""
    status: Text = ""
    language: Text = ""
    label: Text = ""
    words: OneTable[WordsForm] = WordsForm()
    corpus: OneTable[CorpusForm] = CorpusForm()
    profile: Tables[ProfileForm] = []
    section: Tables[SectionForm] = []
    group: Tables[GroupForm] = []
    code: Tables[CodeForm] = []
    text: Tables[TextForm] = []
    reference: Tables[ReferenceForm] = []


class MapForm(Form):
    """The top of a migration map."""

    from_: Id = Field("", alias="from")
    to: Id = ""
    checked: bool = True
    profiles: Named[object] = {}
    sections: Named[object] = {}
    groups: Named[object] = {}
    codes: Named[object] = {}


class ThemeForm(Form):
    """`[theme]`"""

    name: Text = ""


class LayoutForm(Form):
    """`[layout]`"""

    text_width: int = 0
    codebook_width: int = 0
    reader_width: int = 0


class SettingsForm(Form):
    """The top of a settings file."""

    keys: Named[Text] = {}
    theme: OneTable[ThemeForm] = ThemeForm()
    layout: OneTable[LayoutForm] = LayoutForm()

"""The texts of one code or profile, changed in a codebook.toml as a form hands them back."""

from __future__ import annotations

from codetui.core.codebook.diff import Part
from codetui.formats import codebook_toml
from codetui.formats.codebook_editing import set_field
from codetui.formats.toml_editing import EditError
from codetui.model import Code, Profile

CODE_TEXTS = ("name", "definition", "include", "exclude", "examples")
PROFILE_TEXTS = ("subtitle", "definition", "responsibilities", "projects", "evidence")


def with_texts(text: str, known: Code | Profile, changed: Code | Profile) -> str:
    """The codebook with the texts of `changed` where they differ from those of `known`, which must stand there.

    Raises EditError, with what stands there now, where somebody else has changed one of them meanwhile.
    """
    is_code = isinstance(known, Code)
    names = CODE_TEXTS if is_code else PROFILE_TEXTS
    standing = _standing(text, known)
    theirs = [name for name in names if standing is not None and getattr(standing, name) != getattr(known, name)]
    if theirs:
        said = "; ".join(f"its {name} is now “{_shown(getattr(standing, name))}”" for name in theirs)
        raise EditError(f"somebody else has changed {known.id}: {said}; save again")
    for name in names:
        if getattr(changed, name) != getattr(known, name):
            text = set_field(text, Part("code" if is_code else "profile", known.id), name, getattr(changed, name))
    return text


def _standing(text: str, known: Code | Profile) -> Code | Profile | None:
    book, _ = codebook_toml.read(text, "")
    if book is None:
        return None
    parts: tuple[Code | Profile, ...] = book.codes if isinstance(known, Code) else book.profiles
    return next((one for one in parts if one.id == known.id), None)


def _shown(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else ", ".join(value)

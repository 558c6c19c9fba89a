"""From a disagreement to the codebook and back: edit the definition of a code, or add its words as an example."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from codetui.core.codebook.index import CodebookIndex
from codetui.core.session.commands import quoted
from codetui.model import CodeId
from codetui.tui.bench import Bench, RefusedError
from codetui.tui.workbench.codebook import CodebookController

Told = Callable[[str], None]
"""Receives what was done, or why not, in words for the screen that asked."""


class Training:
    """Changes the codebook for a screen of disagreements, each change as a step of its own."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._book = CodebookController(bench)

    @property
    def index(self) -> CodebookIndex:
        """The codebook as it is now."""
        return self._bench.index

    def edit(self, codes: Sequence[CodeId], told: Told) -> None:
        """Edit the texts of one of these codes, which is asked for if there are several."""

        def change(code: CodeId) -> None:
            try:
                self._book.change(code, lambda: told(f"{code} was changed; the next codings keep the new version."))
            except RefusedError as error:
                told(str(error))

        if len(codes) == 1:
            change(codes[0])
            return
        from codetui.tui.dialogs.confirm import ChoiceDialog, option

        options = [option(code, str(number), self._name(code)) for number, code in enumerate(codes, 1)]
        self._bench.ask(ChoiceDialog("Edit which code?", options), lambda code: change(CodeId(code)))

    def add_example(self, words: str, codes: Sequence[CodeId], told: Told) -> None:
        """Add words to a code as an example, or as a counter-example, or both to two codes; which one is asked for."""
        from codetui.tui.dialogs.confirm import ChoiceDialog, option

        if len(codes) == 1:
            (code,) = codes
            choices = {f"an example of {code}": ("", code), f"a counter-example of {code}": (code, "")}
        else:
            pairs = ((one, other) for one in codes for other in codes if one != other)
            choices = {f"{right}, and not {wrong}": (wrong, right) for right, wrong in pairs}
        options = [option(name, str(number), name) for number, name in enumerate(choices, 1)]

        def chosen(name: str) -> None:
            refused = self._write(words, name, *choices[name], told)
            if refused:
                told(refused)

        self._bench.ask(ChoiceDialog(f"{quoted(words)} is …", options), chosen)

    def _write(self, words: str, name: str, wrong: str, right: str, told: Told) -> str:
        """Add an example of the right code and a counter-example of the wrong one; return why that failed, if so."""
        from codetui.formats.codebook.editing import append_counter_example, append_example

        change = partial(append_example, code_id=right, example=words)
        if wrong:
            change = partial(append_counter_example, code_id=wrong, example=words, right=right)
        what = f"counter-example of {wrong}" if wrong else f"example of {right}"
        done = f"{quoted(words)} is now {name}, in the codebook."
        return self._book.write(what, change, lambda: told(done), told=told)

    def _name(self, code: CodeId) -> str:
        known = self.index.codes.get(code)
        return f"{code} {known.name}" if known else code

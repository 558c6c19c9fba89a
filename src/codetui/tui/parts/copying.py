"""Ads with the same text: it is said on opening one, and one key takes over what was coded in the other."""

from __future__ import annotations

from codetui.core.text.plural import counted
from codetui.study.source_index import DuplicateText
from codetui.tui.bench import Bench, Do

READING = "The ads' texts are still being read; try again in a moment."
ALONE = "No other ad has the text of this one."


class Copying:
    """What becomes of an ad whose text the coder may have coded already, under another id."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def actions(self) -> dict[str, Do]:
        """What to do for each action id."""
        return {"copy": self.take}

    def words(self) -> str:
        """What to say of the open ad when it is opened, or once the texts are known; empty where it has no twin."""
        twins = self._bench.workspace.twins()
        return said(twins, is_coded=bool(self._bench.state.live())) if twins else ""

    def take(self) -> None:
        """Takes over what this coder coded in the other ad."""
        workspace = self._bench.workspace
        twins = workspace.twins()
        if twins is None:
            self._bench.say(ALONE if workspace.has_read_texts else READING, "refusal")
            return
        try:
            command = workspace.copy_from(twins.ad)
        except OSError as error:
            why = f"{error.filename or 'it'} cannot be read ({error.strerror or error})"
            self._bench.say(f"Nothing is taken over from ad {twins.ad}: {why}. Mend it and press again.", "error")
            return
        if command.session.is_untouched:
            self._bench.say(f"You have coded nothing in ad {twins.ad}, which has the same text.", "refusal")
        else:
            self._bench.carry_out(command)


def said(twins: DuplicateText, *, is_coded: bool) -> str:
    """The line about the other ads with this text: what the coder has there is offered where nothing is coded here."""
    progress, codings = twins.status
    if codings and not is_coded:
        return f"Same text as {twins.ad} ({progress}, {counted(codings, 'coding')}): Y takes them over"
    more = f" and {twins.more} more" if twins.more else ""
    return f"Same text as {twins.ad}{more}"

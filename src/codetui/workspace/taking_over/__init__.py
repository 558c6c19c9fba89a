"""A document that a person wrote or edited becomes events of a session."""

from codetui.workspace.taking_over.taking import Taken, Tally, take_over

__all__ = ["Taken", "Tally", "take_over"]

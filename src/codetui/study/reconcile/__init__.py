"""A document that a person wrote or edited becomes events of a session.

It is loaded when one is taken over: the first ad is on the screen before that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codetui.study.reconcile.apply import Counts, Reconciliation, form_of, reconcile

__all__ = ["Counts", "Reconciliation", "form_of", "reconcile"]


def __getattr__(name: str) -> object:
    """Loads what takes over."""
    if name not in __all__:
        raise AttributeError(name)
    from codetui.study.reconcile import apply

    return getattr(apply, name)

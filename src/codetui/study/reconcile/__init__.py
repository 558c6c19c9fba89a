"""Reconcile a document that a person wrote or edited with a session.

The package loads slowly: modules needed for the first screen import it inside their functions.
"""

from __future__ import annotations

from codetui.study.reconcile.apply import Counts, Reconciliation, closest_base, reconcile

__all__ = ["Counts", "Reconciliation", "closest_base", "reconcile"]

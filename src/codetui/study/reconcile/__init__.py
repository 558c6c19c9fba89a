"""Reconcile a document that a person wrote or edited with a session.

The package loads slowly: modules that are needed for the first screen import it in their functions.
"""

from __future__ import annotations

from codetui.study.reconcile.apply import Counts, Reconciliation, closest_base, reconcile

__all__ = ["Counts", "Reconciliation", "closest_base", "reconcile"]

"""Hostile inputs for every reader: mutations, and shapes whose cost might grow faster than their size."""

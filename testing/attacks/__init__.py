"""Attacks on sessions: kills, losses of power, failing disks, and the ledger of confirmed commands."""

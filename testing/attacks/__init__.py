"""Attacks on sessions: kills, power losses, failing disks, and the ledger of confirmed commands."""

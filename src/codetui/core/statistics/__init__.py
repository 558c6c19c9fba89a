"""Figures of codings, on plain data."""

"""Widgets: they show what they are given and ask by messages."""

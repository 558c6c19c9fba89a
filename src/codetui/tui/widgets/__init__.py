"""Widgets: they show what they are given and make requests by messages."""

"""Figures of agreement between coders, as pure functions over plain data; they need the standard library alone."""

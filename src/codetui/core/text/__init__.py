"""Texts: words and sentences, rows and graphemes, normalization and display."""

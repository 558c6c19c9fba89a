"""Coding books in markdown: parsed as a codebook, rendered from one, and rendered as HTML."""

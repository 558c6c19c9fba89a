"""Coding books in markdown: read as a codebook, written from one, and rendered as HTML."""

"""Coding books in markdown: `read` makes a codebook of one, `write` makes one of a codebook, `page` prints it."""

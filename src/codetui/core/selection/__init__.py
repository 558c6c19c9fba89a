"""The selection in a text, and what changes it: motions, jump labels, search."""

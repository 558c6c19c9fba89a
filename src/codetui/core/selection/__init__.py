"""The selection in a text, and the ways to change it: motions, jump labels, search."""

"""Sessions: the state of one, the commands that change it, and merges."""

"""The formats codetui reads and writes: text to values and values to text."""

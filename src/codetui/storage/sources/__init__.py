"""Sources of text: files and tables, read one source at a time."""

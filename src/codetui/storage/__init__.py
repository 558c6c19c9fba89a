"""Files: the only package that opens them. Sources are read; logs, documents and codebooks are read and written."""

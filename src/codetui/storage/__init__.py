"""The only package that opens files: ads are read here, logs and documents are written here."""

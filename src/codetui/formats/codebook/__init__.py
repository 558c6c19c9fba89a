"""Codebooks as text: `codebook.toml` is read, checked, written, and edited in place."""

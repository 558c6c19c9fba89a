"""TOML that people write: parsed with line numbers, and edited in place."""

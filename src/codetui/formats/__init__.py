"""File formats: parse text into values, and render values as text."""

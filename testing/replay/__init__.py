"""Coding a real document again by keystrokes, and comparing what comes out."""

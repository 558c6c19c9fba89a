"""Replay: code a real document again by keystrokes, and compare the result."""

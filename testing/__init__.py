"""Helpers that tests and benchmarks share: terminals, invented studies, attacks, hostile inputs and replays."""

"""Pure decisions: no files, clock, randomness or screen."""

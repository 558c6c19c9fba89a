"""Pure decisions, without files, clock, randomness or screen."""

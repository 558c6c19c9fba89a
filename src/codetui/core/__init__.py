"""What codetui knows without files, clock, randomness or screen."""

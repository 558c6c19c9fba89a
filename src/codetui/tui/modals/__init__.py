"""Questions to the coder: each is dismissed with its answer, None where there is none."""

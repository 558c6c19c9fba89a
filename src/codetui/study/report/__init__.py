"""Reports of a study: what they are made from, their sections, and their verification."""

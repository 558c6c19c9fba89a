"""Reports of a study: their content, rendered as one HTML page or as markdown, and read back for a comparison."""

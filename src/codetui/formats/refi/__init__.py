"""REFI-QDA, the format in which programs for qualitative analysis exchange projects (.qdpx) and codebooks (.qdc)."""

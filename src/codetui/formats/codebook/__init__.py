"""Codebook."""

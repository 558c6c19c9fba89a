"""Whole screens, and the reader that stands beside the ad."""

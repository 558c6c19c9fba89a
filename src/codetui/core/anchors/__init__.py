"""Anchors: find quotations again in a text that may have changed."""

"""Queries: the language of searches, and what a query finds in a source with one session."""

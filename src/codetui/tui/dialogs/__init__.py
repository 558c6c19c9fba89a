"""Dialogs: questions to the coder, each dismissed with its answer, or with None when cancelled."""

"""Sessions: one coder's coding of one source, with its log and its document."""

"""The plain mode, for people who do not see a screen: sentence by sentence, in prompts and lines of text alone."""

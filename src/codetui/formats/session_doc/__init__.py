"""The parts of the manual-coding format; `codetui.formats.manual_coding` is the way in."""

"""Problems as they are found in one file, without letting a bad file flood the list."""

from __future__ import annotations

from codetui.model import Problem, Severity

LIMIT = 200


class ProblemCollector:
    """Collects the problems of one file: of each severity at most `LIMIT` are listed, others are counted."""

    def __init__(self, source: str) -> None:
        self.source = printable(source)
        self._waiting: list[Problem] = []
        self._counts: dict[Severity, int] = {}
        self._said: set[str] = set()
        self.failure: OSError | None = None
        """Why the file could not be read to its end, if it could not: what is lacking may be in it."""

    def add(self, line: int, severity: Severity, message: str) -> None:
        """Report a problem of a line; line 0 speaks of the whole file."""
        count = self._counts[severity] = self._counts.get(severity, 0) + 1
        if count <= LIMIT:
            self._waiting.append(Problem(self.source, line, severity, printable(message)))

    def once(self, about: str, line: int, severity: Severity, message: str) -> None:
        """Report a problem that a file has as a whole, at the first line where it shows."""
        if about not in self._said:
            self._said.add(about)
            self.add(line, severity, message)

    def taken(self) -> list[Problem]:
        """The problems since the last call."""
        waiting, self._waiting = self._waiting, []
        return waiting

    def overflow(self) -> list[Problem]:
        """How many problems were not listed, said when the file is done."""
        return [
            Problem(
                self.source,
                0,
                severity,
                f"{count - LIMIT} more {severity}s are not listed: see to the first ones",
            )
            for severity, count in self._counts.items()
            if count > LIMIT
        ]


def printable(text: str) -> str:
    """A text that a terminal can show on one line: what it would obey, or cannot encode, becomes U+FFFD."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)

"""Regular expressions that authors write, run against what anybody may send: each try has an end.

Python's `re` follows a pattern such as `(a+)+$` for hours on a message of forty letters. The `regex` package reads the
same language, and gives up after a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import regex

LONGEST: Final = 0.02
"""Seconds for one pattern and one message. A pattern without the fault needs some microseconds."""

_PROBE_LENGTH: Final = 1000
_PROBED: Final = "aA0 .,-_@/'\t"


class Pattern:
    """One pattern of an author's, whatever the case of the letters. Raises ValueError where it is none."""

    __slots__ = ("_compiled", "written")

    def __init__(self, written: str) -> None:
        self.written = written
        try:
            self._compiled: Any = regex.compile(written, regex.IGNORECASE)
        except regex.error as error:
            raise ValueError(str(error)) from error

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Where each match begins and ends, from left to right; those found before the time was over, if it is."""
        try:
            for match in self._compiled.finditer(text, timeout=LONGEST):
                yield match.span()
        except TimeoutError:
            return

    @property
    def wants_capitals(self) -> bool:
        """Whether its author wrote a class of capitals and none of small letters: `[A-Z]{3}`."""
        return "A-Z" in self.written and "a-z" not in self.written and "(?i" not in self.written

    def hangs(self) -> bool:
        """Whether some text of a thousand letters is followed for longer than `LONGEST`.

        It tries long rows of the pattern's own letters and of common ones, with an end that fits nothing; and then the
        pattern's own text, for a text without a letter that every match has is refused at once.
        """
        letters = {*self.written, *_PROBED}
        return any(self._hangs_on(f"{letter * _PROBE_LENGTH}\0{self.written}\0") for letter in letters)

    def _hangs_on(self, text: str) -> bool:
        try:
            self._compiled.search(text, timeout=LONGEST)
        except TimeoutError:
            return True
        return False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pattern) and other.written == self.written

    def __hash__(self) -> int:
        return hash(self.written)

    def __repr__(self) -> str:
        return f"Pattern({self.written!r})"


NamedPatterns = tuple[tuple[str, Pattern], ...]


def named(patterns: Iterable[tuple[str, str]]) -> NamedPatterns:
    """Patterns with the names that authors gave them, in this order."""
    return tuple((name, Pattern(written)) for name, written in patterns)

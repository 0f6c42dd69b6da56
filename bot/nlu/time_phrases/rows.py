"""What a phrase that says when is, and the kinds of such phrases.

Each row is the kind of phrase, a pattern, and its English. `{weekday}`, `{month}`, `{hour}`, `{minute}`, `{amount}`,
`{date}` and `{year}` stand for such words in both, `{said}` for minutes in words, `{nth}` for a date that is all that
is said of a day, `{numbered}` for a month's number, `{yy}` for a year that may have two digits, `{short}` for a
weekday's name that means other things as well, `{hour-1}` for the hour before, `{first}` and `{last}` for those of a
span, `{end}` for the end of a clause. Rows that come first go first.
"""

from __future__ import annotations

Row = tuple[str, str, str]

DAY, DATE, CLOCK, PART = "day", "date", "clock", "part"
DAY_CLOCK = "day, clock"
"""A day and an hour that only is one beside it: "jeudi neuf heures"."""
DAY_PART = "day, part"
"""A part of a day in one phrase: "stasera", "Freitagnachmittag"."""

OVER = "over"
"""Days that are over, and are no times that somebody wants."""

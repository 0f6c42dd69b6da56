"""What customers wrote, as commands list it."""

from __future__ import annotations

LONGEST = 200
"""Characters of a text that are shown."""


def on_one_line(text: str) -> str:
    """The text without line breaks and without what moves a terminal's cursor; a long one is cut short."""
    line = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"

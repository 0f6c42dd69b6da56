"""Times that a text names to leave them out: "any day but Friday", "next week, except on Monday"."""

from __future__ import annotations

import re
from typing import Final

_LEAVING_OUT: Final = re.compile(
    r"\bany ?(?:day|time|thing) but\b|\b(?:except|excluding|other than|apart from)\b"
    r"|\b(?:außer|ausser|ausgenommen)\b"
    r"|\b(?:sauf|hormis|excepté|à part|en dehors d[eu])(?!\w)"
    r"|\b(?:excepto|salvo|menos (?=el |los ))",
    re.IGNORECASE,
)
_DENIED: Final = re.compile(
    r"n['’]?t\b|\b(?:not|no|never|cannot|nothing)\b"
    r"|\b(?:nicht|nie|kein\w*)\b"
    r"|\b(?:pas|jamais|aucune?|rien|impossible)\b"
    r"|\b(?:nunca|ning[uú]n)\b",
    re.IGNORECASE,
)
"""In English, German, French and Spanish, whatever is spoken."""


def left_out_from(text: str) -> int:
    """Where the times begin that are left out, which is behind the text where none are. "I can't do any day but Friday"
    leaves out all others."""
    found = _LEAVING_OUT.search(text)
    return len(text) if found is None or _DENIED.search(text, 0, found.start()) else found.end()

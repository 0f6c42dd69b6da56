"""Texts as cells of a CSV file that a spreadsheet may open: none is taken for a formula, and each is read as it was."""

from __future__ import annotations

import re

_FORMULA = re.compile(r"[=@\t\r\n＝＠]|[+＋\-－](?!\d[\d.,]*\Z)")
_GUARDED = re.compile(r"'(?='*(?:[=@\t\r\n＝＠+＋\-－]|\d[\d ()./-]*\Z))")

_BEHIND = r"(?<=[;\t\r\n])"
_WITHIN = r"(?='*(?:[=@＝＠]|[+＋\-－](?!\d[\d.,]*(?:[;\t\r\n]|\Z))))"
"""What begins a cell where a spreadsheet takes something else than a comma for what stands between: in half of Europe
it is the semicolon, whether there are quotation marks around or not."""

_TO_GUARD, _GUARDED_WITHIN = re.compile(f"{_BEHIND}{_WITHIN}"), re.compile(f"{_BEHIND}'{_WITHIN}")


def guarded(text: str) -> str:
    """With an apostrophe before what a spreadsheet would take for a formula. A number with its sign stays as it is."""
    within = _TO_GUARD.sub("'", text)
    return f"'{within}" if _FORMULA.match(text) or _GUARDED.match(text) else within


def unguarded(text: str) -> str:
    """Without these apostrophes, of which Shopify writes one before phone numbers and ids, too."""
    within = _GUARDED_WITHIN.sub("", text)
    return within[1:] if _GUARDED.match(text) else within

"""Texts as cells of a CSV file that a spreadsheet may open: none is taken for a formula, and each is read as it was."""

from __future__ import annotations

import re

_FORMULA = re.compile(r"[=@\t\r\n＝＠]|[+＋\-－](?!\d[\d.,]*\Z)")
_GUARDED = re.compile(r"'(?='*(?:[=@\t\r\n＝＠+＋\-－]|\d[\d ()./-]*\Z))")


def guarded(text: str) -> str:
    """With an apostrophe before what a spreadsheet would take for a formula. A number with its sign stays as it is."""
    return f"'{text}" if _FORMULA.match(text) or _GUARDED.match(text) else text


def unguarded(text: str) -> str:
    """Without that apostrophe, which Shopify writes before phone numbers and ids, too."""
    return text[1:] if _GUARDED.match(text) else text

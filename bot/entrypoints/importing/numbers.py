"""Reads numbers as people and spreadsheets write them: 1.200 is one thing in Berlin and another in London."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

MARKS = (",", ".")
"""What may stand before the decimals."""

BETWEEN_THOUSANDS = re.compile(r"(?<=\d)[\s'\N{RIGHT SINGLE QUOTATION MARK}](?=\d{3}(?!\d))")
WRITTEN = re.compile(r"[+-]?\d[\d.,]*")
SCIENTIFIC = re.compile(r"[+-]?\d+(?:\.\d+)?e[+-]?\d{1,3}", re.IGNORECASE)
WHAT = "it must be a number, such as 50 or 1200.5"


def read_number(text: str, mark: str) -> int | float:
    """The number; raises ValueError where it is none, or may be two. `mark` is "," or ".", or empty where nobody
    knows."""
    plain = _plain(text)
    if SCIENTIFIC.fullmatch(plain):
        return _narrow(float(plain))
    if not WRITTEN.fullmatch(plain):
        raise ValueError(WHAT)
    decimal = mark or evident_mark(text)
    if not decimal:
        if any(mark in plain for mark in MARKS):
            one, other = (read_number(text, each) for each in MARKS)
            raise ValueError(
                f"{text[:40]} may be {one} or {other}, and no other number of its column says which. Say for the whole "
                'file what stands before the decimals (--decimal "," or --decimal ".")'
            )
        decimal = "."
    whole, _, decimals = plain.partition(decimal)
    group = re.escape(MARKS[1] if decimal == MARKS[0] else MARKS[0])
    if not re.fullmatch(rf"[+-]?(?:\d+|\d{{1,3}}(?:{group}\d{{3}})+)", whole) or not re.fullmatch(r"\d*", decimals):
        raise ValueError(f'{WHAT}; {text[:40]} is none with "{decimal}" before the decimals')
    return _narrow(float(f"{re.sub(group, '', whole)}.{decimals or '0'}"))


def _plain(text: str) -> str:
    """In digits as they are written here, without what separates thousands and is neither a comma nor a point."""
    return BETWEEN_THOUSANDS.sub("", unicodedata.normalize("NFKC", text).strip().replace("\N{MINUS SIGN}", "-"))


def evident_mark(text: str) -> str:
    """The decimal mark, where the number can only have this one; else empty."""
    plain = _plain(text)
    if not WRITTEN.fullmatch(plain):
        return ""
    there: Collection[str] = [one for one in MARKS if one in plain]
    if len(there) == 2:
        return max(MARKS, key=plain.rindex)
    for one in there:
        whole, *parts = plain.lstrip("+-").split(one)
        if len(parts) > 1:
            return MARKS[1] if one == MARKS[0] else MARKS[0]
        if len(parts[0]) != 3 or len(whole) > 3 or whole.startswith("0"):
            return one
    return ""


def _narrow(number: float) -> int | float:
    if number in (float("inf"), float("-inf")):
        raise ValueError(WHAT)
    return int(number) if number.is_integer() and abs(number) < 2**53 else number

"""Telephone numbers that are written in two ways, as their country has put a digit before them, or has dropped it.

Networks go by the numbering plan of today; WhatsApp goes on by what a number was when its owner registered it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class _Pair:
    """A number of one form, and what it is in the other; `is_dialled`: that other one is what networks take today."""

    written: re.Pattern[str]
    other: str
    is_dialled: bool = False


_PAIRS = (
    # Mexico had a 1 before numbers of mobiles until 3 August 2019. No number of ten digits begins with 1.
    _Pair(re.compile(r"\+521([2-9]\d{9})"), r"+52\1", is_dialled=True),
    _Pair(re.compile(r"\+52([2-9]\d{9})"), r"+521\1"),
    # Argentina has a 9 before those that are called as mobiles. Without it they are dialled as landlines are, and no
    # two subscribers differ by it alone; which of the two networks want cannot be told by the number.
    _Pair(re.compile(r"\+549([1-3]\d{9})"), r"+54\1"),
    _Pair(re.compile(r"\+54([1-3]\d{9})"), r"+549\1"),
    # Brazil put a 9 before mobile numbers, area by area, until November 2016. They had begun with 6 to 9 before, and
    # landlines, which begin with 2 to 5, have got none.
    _Pair(re.compile(r"\+55([1-9]{2})([6-9]\d{7})"), r"+55\g<1>9\2", is_dialled=True),
    _Pair(re.compile(r"\+55([1-9]{2})9([6-9]\d{7})"), r"+55\1\2"),
    # Benin put 01 before all of its numbers on 30 November 2024.
    _Pair(re.compile(r"\+229([2-9]\d{7})"), r"+22901\1", is_dialled=True),
    _Pair(re.compile(r"\+22901([2-9]\d{7})"), r"+229\1"),
)
"""Sources: decision 86."""

_BEGINNINGS = ("+229", "+52", "+54", "+55")


def forms_of(address: str) -> tuple[str, ...]:
    """The address as it is written, and behind it the other form of the same number, where its country has two."""
    pair = _pair_of(address)
    return (address,) if pair is None else (address, pair.written.sub(pair.other, address))


def one_form(address: str) -> str:
    """The same for both forms of a number; any other address as it is."""
    return min(forms_of(address))


def dialled(address: str) -> str:
    """The form that a network takes; an address of which that is not known stays as it is."""
    pair = _pair_of(address)
    return pair.written.sub(pair.other, address) if pair is not None and pair.is_dialled else address


def _pair_of(address: str) -> _Pair | None:
    return _found(address) if address.startswith(_BEGINNINGS) else None


@lru_cache(maxsize=4096)
def _found(address: str) -> _Pair | None:
    return next((one for one in _PAIRS if one.written.fullmatch(address)), None)

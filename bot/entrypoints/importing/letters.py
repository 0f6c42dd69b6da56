"""How the letters of a file are written, as its bytes show it."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

LOOKED_AT = 4096
"""Bytes from the beginning, by which UTF-16 is known."""

OF_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
LOST = re.compile("[\udc80-\udcff]")
"""What stands for a byte that is no UTF-8 (`surrogateescape`)."""

BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


def beginning_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LOOKED_AT)


def utf_16_of(begins: bytes) -> str:
    """Which UTF-16 it is by its first two bytes, or by zeros at every other place, as Latin letters, digits and what
    stands between cells have them there; empty where it is none."""
    if begins.startswith(OF_UTF_16):
        return "utf-16"
    high, low = begins[0::2].count(0), begins[1::2].count(0)
    few, many = sorted((high, low))
    if many * 8 < len(begins) or few * 4 > many or not many:
        return ""
    return "utf-16-le" if low > high else "utf-16-be"


class Utf8Check:
    """Looks at a file block by block: whether it is written in something else than UTF-8 throughout.

    In a file of UTF-8 into which others were copied most letters are right; the wrong ones are told of their rows.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._lost = self._right = 0

    def see(self, block: bytes, *, final: bool = False) -> None:
        if not (text := self._decoder.decode(block, final)).isascii():
            lost = len(LOST.findall(text))
            self._lost += lost
            self._right += len(BEYOND_ASCII.findall(text)) - lost

    @property
    def is_something_else(self) -> bool:
        return self._lost > self._right

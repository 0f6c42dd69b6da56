"""Reads numbers in Chinese characters, as Chinese and Japanese write them: "二百五十", "3万5千", "二〇二六"."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

_DIGITS = "〇零一二三四五六七八九两兩"
_UNITS = "十百千"
_GROUPS = "万萬億亿"
RUN = rf"(?:\d[\d,]{{0,15}}(?:\.\d{{1,9}})?(?=[{_UNITS}{_GROUPS}])|[{_DIGITS}{_UNITS}{_GROUPS}]){{1,20}}"
"""A stretch of such characters, and of digits before one that multiplies them, as a regular expression."""

CURRENCIES = {
    "円": "JPY", "日元": "JPY", "日圆": "JPY", "元": "¥", "块": "CNY", "塊": "TWD", "人民币": "CNY", "人民幣": "CNY",
    "ドル": "$", "米ドル": "USD", "美元": "USD", "美金": "USD", "ユーロ": "EUR", "欧元": "EUR", "歐元": "EUR",
    "ポンド": "GBP", "英镑": "GBP", "英鎊": "GBP", "ウォン": "KRW", "韩元": "KRW", "港元": "HKD", "港币": "HKD",
    "港幣": "HKD", "원": "KRW", "달러": "$", "유로": "EUR", "엔": "JPY", "위안": "CNY", "台币": "TWD", "台幣": "TWD",
}  # fmt: skip
"""What comes after an amount without a blank: the code of ISO 4217, or the sign of what depends on the country."""

CURRENCY = "|".join(sorted(CURRENCIES, key=len, reverse=True))

_COUNTERS = (
    "人名位个個箇件つ台本枚匹頭头冊册杯回次张張只隻支把条條辆輛家间間箱袋瓶盒套部双雙席室店社泊份组組ヶヵ"
    "年月日号號時时点點分秒天週周歳岁倍割度円元块塊"
)
_IS_COUNTED = re.compile(rf"\s?(?:[{_COUNTERS}]|{CURRENCY}|多)|\s?[-~〜～到至][\d{_DIGITS}{_UNITS}]")
_NO_NUMBER_AFTER = re.compile(r"[第数數几幾何]$")
"""An ordinal, or so many that nobody says how many."""

_ALONE_BEFORE = re.compile(r"(?:^|[^\w]|[\u3040-\u30ff])$")
_ALONE_AFTER = re.compile(r"$|[^\w]|[\u3040-\u309f]")
_PIECE = re.compile(r"\d[\d,]*(?:\.\d+)?|\D")
_NO_UNIT, _NO_SIZE = 1e4, 1e12
"""What every unit of a group, and every group, is smaller than."""
_KANA = re.compile(r"[\u3040-\u30ff]")


class Written(NamedTuple):
    """What a stretch is worth, from `low` to `high`: "三四" is three or four."""

    low: float
    high: float


def read_chinese_numeral(text: str, start: int, end: int) -> Written | None:
    """The number at that place of the text; None where the characters are part of a word, as in 千葉 and 一緒.

    So it takes something that is counted after it, or nothing but kana around it.
    """
    written, before = text[start:end], text[max(0, start - 1) : start]
    if _NO_NUMBER_AFTER.search(before):
        return None
    alone = _ALONE_BEFORE.search(before) is not None and _ALONE_AFTER.match(text, end) is not None
    if not (any(map(str.isdecimal, written)) or _IS_COUNTED.match(text, end) or alone):
        return None
    digits = "".join(str(int(unicodedata.numeric(_plain(one)))) for one in written if one in _DIGITS)
    if len(digits) == len(written) == 2 and int(digits[1]) == int(digits[0]) + 1:
        return Written(float(digits[0]), float(digits[1]))
    value = (
        float(digits)
        if len(digits) == len(written)
        else composed_numeral(written, all_units=_KANA.search(text) is not None)
    )
    return None if value is None else Written(value, value)


def _plain(character: str) -> str:
    return "二" if character == "两" else character


def composed_numeral(written: str, *, all_units: bool) -> float | None:
    """The sum of digits times their units, those of a group times 万 or 億; None where the order is no number's.

    `all_units`: the language leaves out no last unit, so that 百五 is 105.
    """
    total = group = 0.0
    unit, size = _NO_UNIT, _NO_SIZE
    digit: float | None = None
    pieces = _PIECE.findall(written)
    for piece in pieces:
        worth = unicodedata.numeric(_plain(piece)) if len(piece) == 1 else float(piece.replace(",", ""))
        if piece in _UNITS:
            if worth >= unit:
                return None
            group, digit, unit = group + (1 if digit is None else digit) * worth, None, worth
        elif piece in _GROUPS:
            group += digit or 0
            if worth >= size or not group:
                return None
            total, group, digit, unit, size = total + group * worth, 0.0, None, _NO_UNIT, worth
        elif digit is not None:
            return None
        elif worth:
            digit = worth
    if digit is not None and not all_units and len(pieces) > 1 and pieces[-2] in "百千万萬億亿":
        digit *= unicodedata.numeric(pieces[-2]) / 10  # Chinese leaves out the last unit: 一百五 is 150
    return total + group + (digit or 0)

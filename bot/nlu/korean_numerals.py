"""Reads numbers as Korean writes amounts: "3만", "1억 2천만", "5천", and in words before the currency, "오백만 원"."""

from __future__ import annotations

from bot.nlu.chinese_numerals import Written, composed_numeral
from bot.nlu.east_asian_writing import PARTICLES

_DIGITS = r"\d[\d,]{0,15}(?:\.\d{1,9})?"
CURRENCY_WORD = rf"(?:원|달러|유로|엔|위안)(?=(?:짜리|대|어치)?(?:{PARTICLES})?(?!\w))"
"""The currency after an amount, as a regular expression."""

KOREAN_RUN = (
    rf"(?<!\w){_DIGITS}[십백천]{{0,2}}[백천만억](?:\s?{_DIGITS}[십백천]{{0,2}}[백천만억]){{0,3}}"
    rf"(?:\s?\d{{1,4}}(?=\s?원))?(?=\s?(?:{CURRENCY_WORD}|[명개건대])|(?:{PARTICLES})?(?!\w))"
    rf"|(?<!\w)(?=[일이삼사오육칠팔구십백천만억]{{2}})[일이삼사오육칠팔구십백천만억]{{2,12}}(?=\s?{CURRENCY_WORD})"
)
"""A stretch of such a number; in words only right before the currency, since most of them are in other words, too."""

_IN_CHINESE = str.maketrans("일이삼사오육칠팔구십백천만억", "一二三四五六七八九十百千万億")


def read_korean_numeral(written: str) -> Written | None:
    """None where the order is no number's."""
    characters = "".join(written.split()).translate(_IN_CHINESE)
    leading = "一" if characters.startswith(("万", "億")) else ""  # 만오천 is 15,000
    value = composed_numeral(leading + characters, all_units=True)
    return None if value is None else Written(value, value)

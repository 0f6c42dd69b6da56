"""Finds durations in Chinese, Japanese and Korean: "两个半小时", "1時間半", "두 시간"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import NamedTuple

from bot.nlu.chinese_numerals import read_chinese_numeral
from bot.nlu.east_asian_writing import NATIVE, NUMBERS, PARTICLES
from bot.nlu.numerals import MOST_NUMERALS

_SCRIPTS = re.compile("[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]")
_KANA = re.compile("[\u3040-\u30ff]")
_DIGITS = "〇零一二两兩三四五六七八九十百"
NUMBER = rf"(?:\d{{1,3}}(?:[.．]\d)?|[{_DIGITS}]{{1,4}})"
_TO = r"(?:\s?(?:-|–|~|～|〜|到|至|から)\s?|(?<=\d)、(?=\d))"
_RATE = rf"\s?(?:[{_DIGITS}]+|\d+)\s?[次回遍趟顿頓头頭]"

_UNITS: Mapping[str, str] = {
    "second": "秒[钟鐘間]|秒(?![杀殺])",
    "minute": "分[钟鐘間]",
    "hour": "[个個]?(?:小时|小時|钟头|鐘頭)|[个個][钟鐘](?![头頭])|時間(?![目帯割])",
    "day": "天(?![气氣线線使然空才堂猫貓文窗台]|下(?![来來午]))|日間"
    "|日(?=[以之]?[内內]|程度|ほど|くらい|ぐらい|かか|待|経)",
    "week": "[个個](?:星期|礼拜|禮拜)|(?<!三)(?:星期|礼拜|禮拜)|週間|[周週](?![年岁歲末边邊期围圍])",
    "month": "[个個箇かヶカヵケ]月(?![亮饼餅])",
    "quarter": "[个個]季度",
    "year": rf"年[间間]?(?![级級度代生会會货貨末初底中終齢賀上下\d{_DIGITS}])",
}
_HALF_OF = "[个個]?(?:小时|小時|钟头|鐘頭)|時間|天|日|[个個]月|年"

_WITH_NUMBER = re.compile(
    rf"(?<![\d.:：/,第数數几幾{_DIGITS}])(?!(?<=[有某])一天)(?P<low>{NUMBER})(?:{_TO}(?P<high>{NUMBER}))?\s?"
    r"(?:[个個]半(?:(?P<half_hour>小时|小時|钟头|鐘頭)|(?P<half_month>月)|(?P<half_week>星期|礼拜|禮拜))"
    rf"|(?:{'|'.join(f'(?P<{unit}>{written})' for unit, written in _UNITS.items())})(?P<half>半)?)"
    rf"(?:(?<=[时時头頭間])\s?(?P<minutes>\d{{1,2}}|[{_DIGITS}]{{1,3}})\s?分[钟鐘間]?)?"
    rf"(?![之以]?前(?![后後])|{_RATE}|到晚|.?[营營][业業]|客服|在[线線]|営業|対応|サポート)"
)
_HALF = re.compile(
    rf"(?<![上下前后後多大小{_DIGITS}个個])(?<!了(?=半天))半(?P<of>{_HALF_OF})(?!前|[级級])"
    r"|(?<![\d点點])(?P<quarters>[一三])刻[钟鐘]"
)
_BARE_MINUTES = re.compile(
    rf"(?<![\d.:：/点點时時間头頭第打得满滿考扣{_DIGITS}])"
    r"(?P<low>\d{1,3}|[二三四五六七八九]?十[一二三四五六七八九]|[二三四五六]十)"
    rf"(?:{_TO}(?P<high>\d{{1,3}}))?\s?分"
    rf"(?![钟鐘間享类類组組析店期机機割野岐解别別配数數公部之前]|の[\d{_DIGITS}]|[かけ][れる])"
)
_SAYS_MINUTES = re.compile(r"\s?(?:左右|[以之]?[内內]|[后後])|\W*$")
"""What follows "30分" in Chinese where it is no points."""

_HALVES = {"天": (12, "hour"), "日": (12, "hour"), "月": (15, "day"), "年": (6, "month"),
           "년": (6, "month"), "시간": (30, "minute")}  # fmt: skip
_LONGEST_IN_YEARS = 50
"""More than that is a year: 85年."""

_SINO_TENS = "[이삼사오]?십[일이삼사오육칠팔구]?"
SOME = {"한두": (1, 2), "두세": (2, 3), "서너": (3, 4), "네다섯": (4, 5)}
_KOREAN = re.compile(
    r"(?<![\w.:/])(?<!(?:영업|근무)일 기준 )(?<!(?:영업|근무)일기준 )(?!24시간\s?(?:영업|상담|서비스|운영|고객|연중))"
    rf"(?:(?:(?P<low>\d{{1,3}}(?:\.\d)?|{'|'.join(SOME)}|{NATIVE})(?:\s?[-–~～]\s?(?P<high>\d{{1,3}}))?\s?"
    r"(?:(?P<second>초)|(?P<hour>시간)|(?P<week>주일?)|(?P<month>개월|달)|(?P<year>년)"
    r"|(?P<day>일(?=\s?(?:간|동안|이내|안에|정도|걸|무료|체험|환불))))"
    rf"|(?P<minutes_alone>\d{{1,3}}|{_SINO_TENS})(?:\s?[-–~～]\s?(?P<most>\d{{1,3}}))?\s?(?P<minute>분)(?!이서|께서)"
    r"|(?P<sino>[일이삼사오육칠팔구십])\s?(?:(?P<sino_month>개월)|(?P<sino_year>년)))"
    rf"(?P<half>\s?반)?(?:(?<=시간)\s?(?P<minutes>\d{{1,2}}|{_SINO_TENS})\s?분)?"
    r"|(?P<named>하루(?!에)|이틀|사흘|나흘|열흘|일주일)"
    r"|반\s?(?:(?P<half_hour>시간)|(?P<half_year>년)))"
    rf"(?=(?:간|\s?동안)?(?:짜리|씩|이내|{PARTICLES})?(?!\w))(?!\s?전(?!화|체))"
)
_NAMED = {"하루": 1, "이틀": 2, "사흘": 3, "나흘": 4, "열흘": 10, "일주일": 7}


class Length(NamedTuple):
    """So many units, said in `start` to `end`; `ends` are those of a range."""

    amount: float
    unit: str
    start: int
    end: int
    ends: Mapping[str, float]


def find_east_asian_durations(text: str) -> Iterator[Length]:
    """Kind by kind; no two overlap. A look says that a text in other scripts has none."""
    if not _SCRIPTS.search(text):
        return
    taken: list[Length] = []
    for one in islice(chain(_in_characters(text), _korean(text)), MOST_NUMERALS):
        if all(one.end <= other.start or other.end <= one.start for other in taken):
            taken.append(one)
            yield one


def _in_characters(text: str) -> Iterator[Length]:
    for match in _WITH_NUMBER.finditer(text):
        unit = next((one for one in _UNITS if match[one]), "")
        if match["half_hour"] or match["half_month"] or match["half_week"]:
            unit = "hour" if match["half_hour"] else "month" if match["half_month"] else "week"
            yield from _length(match, unit, half=True)
        else:
            yield from _length(match, unit, half=bool(match["half"]))
    for match in _HALF.finditer(text):
        amount, unit = _half(match)
        yield Length(amount, unit, *match.span(), {})
    for match in _BARE_MINUTES.finditer(text):
        if _KANA.search(text) or _SAYS_MINUTES.match(text, match.end()):
            yield from _length(match, "minute", half=False)


def _half(match: re.Match[str]) -> tuple[float, str]:
    if match["quarters"]:
        return (15 if match["quarters"] == "一" else 45), "minute"
    return _HALVES.get(match["of"][-1], (30, "minute"))


def _korean(text: str) -> Iterator[Length]:
    for match in _KOREAN.finditer(text):
        if match["half_hour"] or match["half_year"]:
            yield Length(*_HALVES["시간" if match["half_hour"] else "년"], *match.span(), {})
        elif match["named"]:
            yield Length(_NAMED[match["named"]], "day", *match.span(), {})
        elif match["sino"]:
            unit = "month" if match["sino_month"] else "year"
            yield Length(NUMBERS["ko"][match["sino"]] + 0.5 * bool(match["half"]), unit, *match.span(), {})
        else:
            unit = next(one for one in ("second", "hour", "week", "month", "year", "day", "minute") if match[one])
            yield from _length(match, unit, half=bool(match["half"]))


def _length(match: re.Match[str], unit: str, *, half: bool) -> Iterator[Length]:
    groups = match.groupdict()
    low = read_amount(groups["low"] or groups.get("minutes_alone") or "")
    high = read_amount(groups["high"] or groups.get("most") or "") or low
    minutes = read_amount(groups.get("minutes") or "")
    if low is None or high is None or (unit == "year" and high[1] > _LONGEST_IN_YEARS):
        return
    first, last = low[0], high[1]
    if first > last or (first == last == 1 and unit in {"second", "minute"}):
        return  # "one second please"
    ends = {"from": first, "to": last} if first < last else {}
    amount = (first + last) / 2 + 0.5 * half
    if minutes is not None and not ends:
        amount, unit = amount * 60 + minutes[0], "minute"
    yield Length(int(amount) if amount == int(amount) else amount, unit, *match.span(), ends)


def read_amount(written: str) -> tuple[float, float] | None:
    """What a number is worth, from the one to the other: "两三" is two to three."""
    digits = unicodedata.normalize("NFKC", written)
    if re.fullmatch(r"\d+(?:\.\d+)?", digits):
        value = float(digits)
        value = int(value) if value.is_integer() else value
        return value, value
    if written in SOME:
        return SOME[written]
    if written in NUMBERS["ko"]:
        return NUMBERS["ko"][written], NUMBERS["ko"][written]
    found = read_chinese_numeral(written, 0, len(written)) if written else None
    return None if found is None else (int(found.low), int(found.high))

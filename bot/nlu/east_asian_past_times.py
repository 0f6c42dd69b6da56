"""Says when something was, in Chinese, Japanese and Korean: "先週の金曜日", "三天前", "어제", "去年10月3日"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Literal, NamedTuple

from bot.nlu.east_asian_durations import NUMBER, SOME, read_amount
from bot.nlu.east_asian_writing import DIGITS, NATIVE, WRITINGS

Unit = Literal["day", "week", "month", "year"]

_SCRIPTS = re.compile("[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]")
_DATE = rf"\d{{1,2}}|[{DIGITS}]{{1,3}}"
_ZH_WEEK = "(?:星期|礼拜|禮拜|周|週)"
_NOT_AFTER = "(?<![早晚以线線网網路车車一上])"

_NAMED: Mapping[str, tuple[Unit, int]] = {
    "(?<![一昨])昨[天日晚夜晩]|きのう(?=[のはにも、 ]|$)|ゆうべ": ("day", 1),
    "(?<![大以之目提從从年月日周小时時])前天(?![天气氣])|一昨[日晩]|おととい|おとつい": ("day", 2),
    "大前天|さきおととい|一昨昨日": ("day", 3),
    "(?<![가-힣])(?:어제|어젯밤)": ("day", 1),
    "(?<![가-힣])(?:그저께|그제(?![야서])|엊그제|엊그저께)": ("day", 2),
    "(?<![가-힣])그끄저께": ("day", 3),
    rf"{_NOT_AFTER}上[个個]?{_ZH_WEEK}(?![末期年围圍岁歲边邊])|(?<!先)先週(?!末)|(?:(?<!지)지난|저번) ?주(?!말)": (
        "week",
        1,
    ),
    rf"(?<![早晚以线線])上上[个個]?{_ZH_WEEK}(?![末期年])|先々週(?!末)|지지난 ?주(?!말)": ("week", 2),
    rf"{_NOT_AFTER}上[个個]?月(?![亮饼餅租费費])|先月|(?<!지)지난 ?달|저번 ?달": ("month", 1),
    "(?<![早晚以线線])上上[个個]?月|先々月|지지난 ?달": ("month", 2),
    "(?<![回出过過一])[去昨]年(?!度)|(?<!재)작년|지난 ?해": ("year", 1),
    rf"(?<![\d{DIGITS}以之目])前年(?![度比同轻輕])|一昨年|おととし|재작년": ("year", 2),
    "今年(?!度)|(?<![가-힣])올해": ("year", 0),
}
_UNITS: Mapping[Unit, str] = {
    "day": "[天日]|일",
    "week": "[个個]?(?:星期|礼拜|禮拜)|週間?|周|주일?",
    "month": "[个個箇かヶカヵケ]月|개월|달",
    "year": "年|년",
}
_DAYS = {"하루": 1, "이틀": 2, "사흘": 3, "나흘": 4, "열흘": 10, "일주일": 7}

_WEEKDAY = (
    r"(?:\s?の?\s?(?P<ja>[月火水木金土日])曜日?|(?P<zh>[一二三四五六日天])(?![次个個])"
    r"|\s?(?P<ko>[월화수목금토일])요일)?"
)
_DAY_OF_A_MONTH = rf"(?:[\s的の]{{0,2}}(?P<day>{_DATE})\s?(?:[日号號](?![間间])|일(?!간)))?"
_MONTH_OF_A_YEAR = (
    rf"(?:[\s的の]{{0,2}}(?P<month>{_DATE})\s?[月월](?:\s?(?P<date>{_DATE})\s?(?:[日号號](?![間间])|일(?!간)))?)?"
)
_FOLLOWED_BY: Mapping[Unit, str] = {
    "day": "", "week": _WEEKDAY, "month": _DAY_OF_A_MONTH, "year": _MONTH_OF_A_YEAR,
}  # fmt: skip

_NAMED_RULES = tuple(
    (re.compile(rf"(?:{written}){_FOLLOWED_BY[unit]}"), unit, amount) for written, (unit, amount) in _NAMED.items()
)
_AGO = re.compile(
    rf"(?:(?<![\d.:：/,第の{DIGITS}百])(?P<amount>{NUMBER})|(?<![\w.:/])(?P<korean>\d{{1,3}}|{'|'.join(SOME)}|{NATIVE}))\s?"
    rf"(?:{'|'.join(f'(?P<{unit}>{written})' for unit, written in _UNITS.items())})"
    r"(?:[之以]?前(?![后後]|まで|に?予約)|\s?전(?=(?:에|쯤|부터|의|이|인)?(?!\w)))"
    r"|(?<![가-힣])(?P<named>하루|이틀|사흘|나흘|열흘|일주일)\s?전(?=(?:에|쯤|부터|의|이|인)?(?!\w))"
    r"|(?<![上下前后後多大小])(?P<half>半年[之以]?前(?![后後]|まで)|반년\s?전(?=(?:에|쯤|부터)?(?!\w)))"
)


class Past(NamedTuple):
    """So many units before now, said in `start` to `end`: the `weekday` of that week (0 is Monday), the `day` of that
    month, or the `month` of that year with its `day`, where they were named; else all of it. `ago`: so long ago, which
    counts days back from today."""

    start: int
    end: int
    unit: Unit
    amount: int
    ago: bool = False
    weekday: int | None = None
    month: int | None = None
    day: int | None = None


def find_east_asian_past_times(text: str) -> Iterator[Past]:
    """Kind by kind; no two overlap. A look says that a text in other scripts has none."""
    if not _SCRIPTS.search(text):
        return
    taken: list[Past] = []
    for one in chain(_named(text), _ago(text)):
        if all(one.end <= other.start or other.end <= one.start for other in taken):
            taken.append(one)
            yield one


def _named(text: str) -> Iterator[Past]:
    for pattern, unit, amount in _NAMED_RULES:
        for match in pattern.finditer(text):
            groups = match.groupdict()
            said = next((f"{code}{groups[code]}" for code in ("zh", "ja", "ko") if groups.get(code)), "")
            weekday = _weekday(said[:2], said[2:]) if said else None
            month, day = _number(groups.get("month")), _number(groups.get("day") or groups.get("date"))
            if unit != "year" or amount or month is None:  # a date of this year may be ahead
                yield Past(*match.span(), unit, amount, weekday=weekday, month=month, day=day)


def _ago(text: str) -> Iterator[Past]:
    for match in _AGO.finditer(text):
        if match["half"]:
            yield Past(*match.span(), "month", 6, ago=True)
        elif match["named"]:
            yield Past(*match.span(), "day", _DAYS[match["named"]], ago=True)
        elif amount_read := read_amount(match["amount"] or match["korean"]):
            unit = next(one for one in _UNITS if match[one])
            yield Past(*match.span(), unit, int(amount_read[1]), ago=True)


def _weekday(code: str, written: str) -> int:
    return list(WRITINGS[code].weekdays).index(written) % 7 if written != "天" else 6


def _number(written: str | None) -> int | None:
    read = read_amount(written) if written else None
    return None if read is None else int(read[0])

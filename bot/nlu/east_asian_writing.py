"""How Chinese, Japanese and Korean write times: where phrases begin and end, and what hours and numbers look like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Writing:
    """How a language writes that puts no blanks between words, or none before what belongs to a word.

    `script` are its letters, as a set in a regular expression has them: a text with none of them has no such time.
    `before` is where phrases may begin, `after` where they may end, `kinds` what stands for their marks.
    """

    script: str
    before: str
    after: str
    weekdays: Mapping[str, str]
    kinds: Mapping[str, str]


DIGITS = "〇零一二两兩三四五六七八九十"
_HOUR = rf"\d{{1,2}}|[{DIGITS}]{{1,3}}"
_CHINESE_DATE = "3[01]|[12]\\d|0?[1-9]|[０-９]{1,2}|三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九]"

ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "民国": 1911, "民國": 1911}
"""The year before the first of an era, by which Japan and Taiwan count years."""

_LOOK_BACK = 4
_REFUSED_BEFORE = re.compile(r"(?:(?<![要是用想])不[要是用想]|除了|(?<![特分区區个個级級])[别別](?:在|是)?)\s?$")
_REFUSED_AFTER = re.compile(
    r"(?:的[話话]|[就都也]){0,2}(?:之外|(?:不行|不可以|[没沒](?:空|[时時][间間])|不方便)(?![吗嗎么？?]))"
    r"|以外|(?:では?|じゃ)?なく(?:て|、)?|(?:では|じゃ)(?:ない|ありません)(?![かで])|は(?:無理|だめ|ダメ|駄目|難し|都合が(?:悪|つ)|避け)"
    r"|\s?(?:말고|빼고|제외|(?:에?[은는]|에|[이가])? ?(?:안 ?[돼되](?!나요|요\?)|어[려렵]|곤란|아니(?!나요|에요\?)))"
)
"""What stands at a time that somebody does not want: "火曜以外", "不要明天"."""

_DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_SINO_DIGITS = "일이삼사오육칠팔구"
_SINO = f"[이삼사오]?십[{_SINO_DIGITS}]?|[{_SINO_DIGITS}]"
_NATIVE_NUMBERS = {
    "한": 1, "두": 2, "세": 3, "네": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9, "열": 10, "열한": 11,
    "열두": 12, "스무": 20,
}  # fmt: skip
NATIVE = "|".join(sorted(_NATIVE_NUMBERS, key=len, reverse=True))
NUMBERS = {
    "ko": {
        **_NATIVE_NUMBERS, "시": 10, "유": 6,  # as October and June are called
        **{digit: at for at, digit in enumerate(_SINO_DIGITS, start=1)},
        **{
            f"{tens}십{digit}": (at or 1) * 10 + units
            for at, tens in enumerate(("", "", "이", "삼", "사", "오"))
            if at != 1
            for units, digit in enumerate(("", *_SINO_DIGITS))
        },
    }
}  # fmt: skip
"""Numbers in words, where no other reader knows them: of hours, and of minutes and days."""

_ONE_PARTICLE = (
    "에서|에는|에도|에만|에요|에|은|는|이나|이요|이|가|을|를|로|으로|의|만|도|나|요|면|예요|쯤|경|정도|까지|부터|께|랑|하고|와|과"
    "|밖에|보다|마다|처럼|중에?|안에|이?(?:인|입|에|라|죠|네|고|면|었|든)[가-힣]{0,4}"
)
PARTICLES = f"(?:{_ONE_PARTICLE}){{1,2}}"
"""What Korean writes right after a word, and is none of it."""


def _kinds(hour: str, unit: str, half: str, minute: str, after_minutes: str) -> dict[str, str]:
    """Hours with `unit` or a colon and minutes after them; the first of a span may go without."""
    written = rf"(?:{hour})\s?(?:{unit}\s?(?:{half}|(?:{minute})\s?{after_minutes})?|[:：]\d\d(?!\d))"
    return {"hour": hour, "minute": minute, "first": rf"{written}|{hour}", "last": written, "time": written}


def _in_characters(unit: str, half: str, after_minutes: str, weekdays: str) -> Writing:
    return Writing(
        script="\u3040-\u30ff\u4e00-\u9fff",
        before=rf"(?<![\d.:：/-])(?:(?<![第数數几幾百千万萬亿億{DIGITS}])|(?![\d{DIGITS}]))",
        after="",
        weekdays=dict(zip(weekdays, (*_DAY_NAMES, "sunday"), strict=False)),
        kinds={
            **_kinds(_HOUR, unit, half, rf"[0-5０-５]?\d(?!\d)|[{DIGITS}]{{1,3}}", after_minutes),
            "amount": rf"\d{{1,3}}|[{DIGITS}]{{1,3}}",
            "month": "1[0-2]|0?[1-9]|[０-９]{1,2}|十[一二]?|[一二三四五六七八九]",
            "date": _CHINESE_DATE,
            "nth": _CHINESE_DATE,
            "year": "(?:19|20)\\d\\d|二[〇零][〇零一二三四五六七八九]{2}"
            rf"|(?:{'|'.join(ERAS)})\s?(?:元|\d{{1,3}}|[{DIGITS}]{{1,3}})",
        },
    )


WRITINGS: dict[str, Writing] = {
    "zh": _in_characters("[点點时時](?![间間候])(?:钟|鐘|整)?", "半|一刻|三刻", "分?", "一二三四五六日天"),
    "ja": _in_characters("時(?!間)", "半", "分", "月火水木金土日"),
    "ko": Writing(
        script="\uac00-\ud7a3",
        before=r"(?<![\w.:/-])",
        after=rf"(?=(?:{PARTICLES})?(?!\w)|\d|(?:오전|오후|아침|저녁|밤|낮|새벽|정오|[월화수목금토일]요일))",
        weekdays=dict(zip("월화수목금토일", _DAY_NAMES, strict=True)),
        kinds={
            **_kinds(rf"\d{{1,2}}|{NATIVE}", "시(?!간)", "반", rf"[0-5０-５]?\d(?!\d)|{_SINO}", "분"),
            "amount": rf"\d{{1,3}}|{NATIVE}|{_SINO}",
            "month": "1[0-2]|0?[1-9]|십[일이]?|시|유|[일이삼사오칠팔구]",
            "date": rf"3[01]|[12]\d|0?[1-9]|{_SINO}",
            "nth": rf"3[01]|[12]\d|0?[1-9]|{_SINO}",
            "year": r"(?:19|20)\d\d",
        },
    ),
}


def is_refused(text: str, start: int, end: int) -> bool:
    """Whether the words around it say that somebody does not want that time."""
    before = text[max(0, start - _LOOK_BACK) : start]
    return _REFUSED_AFTER.match(text, end) is not None or _REFUSED_BEFORE.search(before) is not None

"""Finds quantities with a unit in Chinese, Japanese and Korean: "3公斤", "25センチ", "500밀리리터"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from bot.nlu.east_asian_durations import read_amount
from bot.nlu.east_asian_writing import DIGITS, PARTICLES

_SCRIPTS = re.compile("[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]")
_UNITS: Mapping[tuple[str, str], str] = {
    ("quantity", "square metre"): "平方?米|平方公尺|平方メートル|平米|제곱미터|평방미터",
    ("quantity", "kilogram"): "公斤|千克|キログラム|킬로그램",
    ("quantity", "milligram"): "毫克|ミリグラム|밀리그램",
    ("quantity", "gram"): "克(?![拉服隆])|グラム|그램",
    ("quantity", "tonne"): "[吨噸]|トン(?!ネル)|톤",
    ("distance", "kilometre"): "公里|キロメートル|킬로미터",
    ("distance", "centimetre"): "厘米|公分|センチ(?:メートル)?|센티미터|센티|센치",
    ("distance", "millimetre"): "毫米|ミリメートル|밀리미터",
    ("distance", "metre"): "米(?![饭飯粉线線酒其国國])|公尺|メートル|미터",
    ("volume", "millilitre"): "毫升|ミリリットル|밀리리터",
    ("volume", "litre"): "公升|升(?![级級职職学學])|リットル|리터",
    ("temperature", "celsius"): "[摄攝]氏度",
    ("temperature", "degree"): "[度도]",
}
_GROUPS = {f"unit_{at}": kind for at, kind in enumerate(_UNITS)}
_MEASURE = re.compile(
    rf"(?<![\d.:：/,第数數几幾{DIGITS}百千])(?P<number>\d{{1,3}}(?:,\d{{3}})+|\d{{1,6}}(?:\.\d{{1,3}})?|[{DIGITS}百]{{1,4}})\s?"
    rf"(?:{'|'.join(f'(?P<{group}>{_UNITS[kind]})' for group, kind in _GROUPS.items())})"
    rf"(?![/／每毎])(?![가-힣])|(?<![\w.:/])(?P<korean>\d{{1,3}}(?:,\d{{3}})+|\d{{1,6}}(?:\.\d{{1,3}})?)\s?"
    rf"(?:{'|'.join(f'(?P<{group}_ko>{_UNITS[kind]})' for group, kind in _GROUPS.items())})"
    rf"(?=(?:짜리|가량)?(?:{PARTICLES})?(?!\w))"
)
_SAYS_TEMPERATURE = re.compile("[气氣気]温|[温溫]度|[摄攝摂]氏|기온|온도|섭씨")
"""Without it, degrees are often times, angles and grades: 二度, 3도."""


class Measure(NamedTuple):
    """So many of a unit, said in `start` to `end`."""

    kind: str
    unit: str
    amount: float
    start: int
    end: int


def find_east_asian_measures(text: str) -> Iterator[Measure]:
    """From left to right. A look says that a text in other scripts has none."""
    if not _SCRIPTS.search(text):
        return
    for match in _MEASURE.finditer(text):
        said = next(name for name, written in match.groupdict().items() if name.startswith("unit_") and written)
        kind, unit = _GROUPS[said.removesuffix("_ko")]
        amount = _amount(match["number"] or match["korean"])
        if amount is not None and (unit != "degree" or _SAYS_TEMPERATURE.search(text)):
            yield Measure(kind, unit, amount, *match.span())


def _amount(written: str) -> float | None:
    if written[0].isdecimal():
        return float(written.replace(",", ""))
    read = read_amount(written)
    return None if read is None else (read[0] + read[1]) / 2

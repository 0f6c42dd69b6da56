from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu import east_asian_measures
from bot.nlu.east_asian_measures import find_east_asian_measures
from bot.nlu.measures import find_measures
from bot.nlu.numerals import read_numerals

MEASURES = {
    "这款重3公斤": ("3公斤", "quantity", 3, "kilogram"),
    "三公斤左右": ("三公斤", "quantity", 3, "kilogram"),
    "高25.5厘米": ("25.5厘米", "distance", 25.5, "centimetre"),
    "100平方米的房子": ("100平方米", "quantity", 100, "square metre"),
    "1,200平米": ("1,200平米", "quantity", 1200, "square metre"),
    "500毫升一瓶": ("500毫升", "volume", 500, "millilitre"),
    "今天气温25度": ("25度", "temperature", 25, "degree"),
    "高さは25センチです": ("25センチ", "distance", 25, "centimetre"),
    "3キログラムです": ("3キログラム", "quantity", 3, "kilogram"),
    "気温は25度です": ("25度", "temperature", 25, "degree"),
    "높이는 25센티예요": ("25센티", "distance", 25, "centimetre"),
    "무게는 3킬로그램이에요": ("3킬로그램", "quantity", 3, "kilogram"),
    "50톤짜리는": ("50톤", "quantity", 50, "tonne"),
    "기온이 25도예요": ("25도", "temperature", 25, "degree"),
}

NO_MEASURES = [
    *("二度と使いません", "一度ご相談したい", "25度の角度", "今年度", "3升级", "两米饭", "第3米", "几公斤"),
    *("3도 화음", "그램", "3キロくらい", "百科", "3克拉"),
]


@pytest.mark.parametrize(("text", "expected"), MEASURES.items())
def test_a_quantity_is_a_number_of_a_unit(text: str, expected: tuple[str, str, float, str]) -> None:
    found = [(one.text, one.name, one.value, (one.details or {})["unit"]) for one in find_measures(read_numerals(text))]
    assert found == [expected]


@pytest.mark.parametrize("text", NO_MEASURES)
def test_other_words_are_none(text: str) -> None:
    assert list(find_measures(read_numerals(text))) == []


def test_a_text_in_other_letters_is_not_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(east_asian_measures, "_MEASURE")
    assert list(find_east_asian_measures("3 kilos, 25 cm, 20 °C")) == []


@given(st.text(alphabet="三百两一0159.,公斤厘米平方度センチグラム킬로그램도센티이에요 気温", max_size=30))
def test_any_mix_can_be_searched(text: str) -> None:
    read_to = 0
    for one in find_east_asian_measures(text):
        assert read_to <= one.start < one.end <= len(text)
        read_to = one.end

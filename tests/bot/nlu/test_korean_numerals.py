from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.nlu.money import find_money
from bot.nlu.numbers import SURE, find_numbers
from bot.nlu.numerals import read_numerals

AMOUNTS = {
    "예산은 3만원 정도예요": 30_000,
    "예산은 500만 원이에요": 5_000_000,
    "오백만 원이요": 5_000_000,
    "월 5,000원 요금제": 5000,
    "1억 2천만 원": 120_000_000,
    "3만 5천원짜리": 35_000,
    "2천5백원": 2500,
    "1만 2500원": 12_500,
    "만오천 원만 주세요": 15_000,
    "50달러예요": 50,
    "100유로까지": 100,
}


def money(text: str) -> list[float]:
    return [one.value for one in find_money(read_numerals(text), region="KR")]


@pytest.mark.parametrize(("text", "value"), AMOUNTS.items())
def test_an_amount_is_read_with_what_multiplies_it(text: str, value: float) -> None:
    assert money(text) == [value]


@pytest.mark.parametrize(
    "text", ["만원 지하철이에요", "병원 3층", "3만족", "5원소", "원하는 것 2개", "이만 갈게요", "천만에요"]
)
def test_parts_of_words_are_no_amounts(text: str) -> None:
    assert money(text) == []


@pytest.mark.parametrize(
    ("text", "value"), [("직원이 250명 있어요", 250), ("3천 명입니다", 3000), ("2만5천명이에요", 25_000)]
)
def test_people_are_counted(text: str, value: float) -> None:
    assert [(one.value, one.confidence) for one in find_numbers(read_numerals(text))] == [(value, SURE)]


@given(st.integers(1, 99_999_999), st.booleans())
def test_an_amount_that_is_written_in_groups_is_read_as_that_amount(amount: int, blank: bool) -> None:
    large, small = divmod(amount, 10_000)
    written = (" " if blank else "").join([*([f"{large}만"] if large else []), *([str(small)] if small else [])])
    assert money(f"예산은 {written}원이에요") == [amount]


@example("0억")
@example("0,억")
@given(st.text(alphabet="0123,. 만억천백십원이오명에달러", max_size=30))
def test_any_mix_can_be_searched(text: str) -> None:
    for one in find_money(read_numerals(text), region="KR", asked=True):
        assert text[one.start : one.end] == one.text

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.chinese_numerals import RUN, read_chinese_numeral


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("四", 4),
        ("十", 10),
        ("二十五", 25),
        ("两百", 200),
        ("三千二百", 3200),
        ("一百零五", 105),
        ("三百五", 350),
        ("一万二", 12_000),
        ("二億三千万", 230_000_000),
        ("二〇二六", 2026),
        ("3万5千", 35_000),
        ("1.5億", 150_000_000),
        ("1,200万", 12_000_000),
    ],
)
def test_a_number_is_the_sum_of_its_groups(text: str, value: float) -> None:
    assert read_chinese_numeral(text, 0, len(text)) == (value, value)


def test_the_unit_that_chinese_leaves_out_japanese_does_not() -> None:
    assert read_chinese_numeral("三百五人", 0, 3) == (350, 350)
    assert read_chinese_numeral("三百五人です", 0, 3) == (305, 305)


def test_two_neighbouring_digits_are_a_range() -> None:
    assert read_chinese_numeral("五六人", 0, 2) == (5, 6)


@pytest.mark.parametrize("text", ["千葉", "一緒", "万一", "五百千", "十百", "二三十", "第三", "数十人", "几百人"])
def test_what_is_a_part_of_a_word_or_in_no_order_is_no_number(text: str) -> None:
    (match,) = re.finditer(RUN, text)
    assert read_chinese_numeral(text, *match.span()) is None


@given(st.text(alphabet="〇零一二两三十百千万億人0123456789,.です", max_size=30))
def test_any_text_can_be_read(text: str) -> None:
    for match in re.finditer(RUN, text):
        read_chinese_numeral(text, *match.span())

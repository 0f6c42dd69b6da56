from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.understanding import Entity
from bot.nlu.reading import LONGEST, read


def test_invisible_characters_go_and_forms_become_plain() -> None:
    assert read("s\u200btop  tex\u00adting\tme\x00 ｐｌｅａｓｅ don’t").text == "stop texting me please don't"


def test_a_place_in_the_reading_is_found_in_the_original() -> None:
    reading = read("\u200b\u200bwe are  8\u200b0 people")
    start = reading.text.index("80")
    entity = reading.place(Entity("number", 80, "80", start, start + 2))
    assert entity.text == "8\u200b0"
    assert reading.original[entity.start : entity.end] == entity.text


def test_an_accent_after_its_letter_is_one_letter_with_it() -> None:
    original = "man\u0303ana en el cafe\u0301, \u1112\u1161\u11ab\u1100\u1173\u11af"
    reading = read(original)
    assert reading.text == "mañana en el café, 한글"
    start = reading.text.index("café")
    entity = reading.place(Entity("place", "café", "café", start, start + 4))
    assert entity.text == "cafe\u0301"
    assert reading.place(Entity("place", "한글", "한글", 19, 21)).text == original[21:]


@pytest.mark.parametrize("original", ["İzmir'de", "I\u0307zmir'de"])
def test_a_turkish_capital_i_is_a_letter_and_stays_in_a_value_that_was_said(original: str) -> None:
    reading = read(original)
    assert reading.text == "Izmir'de"
    assert reading.place(Entity("city", "Izmir", "Izmir", 0, 5)).value == "İzmir"
    assert reading.place(Entity("city", "35", "Izmir", 0, 5)).value == "35"
    assert read("i\u0307zmir").text == "izmir"


@given(st.text(), st.data())
def test_what_is_marked_in_the_original_is_marked_in_what_is_read_of_it(text: str, data: st.DataObject) -> None:
    reading = read(text)
    if not reading.text:
        return
    start = data.draw(st.integers(0, len(reading.text) - 1))
    end = data.draw(st.integers(start + 1, len(reading.text)))
    placed = reading.place(Entity("x", "v", "", start, end))
    back = reading.reads(placed)
    assert back.start <= start < end <= back.end
    assert back.text == reading.text[back.start : back.end]


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    assert len(read("word " * 10_000).text) <= LONGEST


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    reading = read(text)
    assert len(reading.text) == len(reading.origin)
    assert list(reading.origin) == sorted(reading.origin)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_a_text_of_plain_letters_is_read_as_it_is_beside_others(text: str) -> None:
    alone, beside = read(text), read(text + "ж")
    assert (alone.text, list(alone.origin)) == (beside.text[:-1], list(beside.origin)[:-1])

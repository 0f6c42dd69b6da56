"""A number is read by what its column shows; what may be two is refused."""

from __future__ import annotations

import pytest

from bot.entrypoints.importing.evidence import Evidence
from bot.entrypoints.importing.numbers import evident_mark, read_number


@pytest.mark.parametrize(
    ("text", "mark", "number"),
    [
        ("50", "", 50), ("1200.5", "", 1200.5), ("1.200", ",", 1200), ("1.200", ".", 1.2), ("1,200", ".", 1200),
        ("1.234,5", "", 1234.5), ("1,234.5", "", 1234.5), ("1.234.567", "", 1234567), ("1,5", "", 1.5),
        ("0.125", "", 0.125), ("1234.567", "", 1234.567), ("1 200", "", 1200), ("1\N{NO-BREAK SPACE}200,5", "", 1200.5),
        ("1'200", "", 1200), ("−5", "", -5), ("１２", "", 12), ("1e3", "", 1000), ("-1.200", ",", -1200),
    ],
)  # fmt: skip
def test_a_number_is_read_as_it_was_meant(text: str, mark: str, number: float) -> None:
    assert read_number(text, mark) == number


@pytest.mark.parametrize(("text", "words"), [("1.200", "may be 1200 or 1.2"), ("1,200", "may be 1.2 or 1200")])
def test_what_may_be_two_numbers_is_none(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_number(text, "")


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("many", ""), ("nan", ""), ("inf", ""), ("1e999", ""), ("1_000", ""), ("", ""), ("1.5", ","), ("1.2.3", ""),
        ("12.34.567", ""), ("1,2,3.4", ""), ("1.200,5,5", ","), ("5 %", ""), ("1 20", ""),
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused(text: str, mark: str) -> None:
    with pytest.raises(ValueError, match="it must be a number"):
        read_number(text, mark)


def test_a_column_shows_its_decimal_mark_unless_it_shows_both_or_none() -> None:
    cells = [
        ("a", "1.200"), ("a", "1,5"), ("b", "1.200"), ("b", "2.5"), ("c", "1.200"), ("c", "many"), ("c", "7"),
        ("d", "1.5"), ("d", "1,5"),
    ]  # fmt: skip
    marks = Evidence(evident_mark)
    for column, text in cells:
        marks.see(column, text)
    assert marks.found() == {"a": ",", "b": "."}

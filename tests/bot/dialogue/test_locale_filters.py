from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.dialogue.locale_filters import date_and_time, day_in_words, short_day_and_time, weekday_and_time

OPENS = datetime(2027, 1, 4, 9, tzinfo=ZoneInfo("Asia/Tokyo"))


@pytest.mark.parametrize(
    ("language", "weekday", "day"),
    [
        ("de", "Montag 09:00", "Montag, 4. Januar 2027 09:00"),
        ("fr", "lundi 09:00", "lundi 4 janvier 2027 09:00"),
        ("ja", "月曜日 09:00", "2027年1月4日月曜日 09:00"),
        ("xx", "Monday 09:00", "Monday, January 4, 2027 09:00"),
    ],
)
def test_a_moment_is_told_by_its_own_clock_in_that_language(language: str, weekday: str, day: str) -> None:
    assert weekday_and_time(OPENS, language) == weekday
    assert date_and_time(OPENS, language) == day


def test_french_counts_the_first_of_a_month_and_no_other_day() -> None:
    first = datetime(2027, 1, 1, 11, tzinfo=ZoneInfo("Europe/Paris"))
    assert day_in_words(first.date(), "fr", "FR") == "1er janvier 2027"
    assert date_and_time(first, "fr") == "vendredi 1er janvier 2027 11:00"
    assert short_day_and_time(first, "fr") == "ven. 1er janv., 11:00"
    assert day_in_words(date(2027, 1, 11), "fr", "FR") == "11 janvier 2027"
    assert day_in_words(first.date(), "de", "DE") == "1. Januar 2027"

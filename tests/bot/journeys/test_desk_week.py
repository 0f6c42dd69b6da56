"""A week at a desk: who works on which day, and why not."""

from __future__ import annotations

from datetime import date, time

from bot.domain.routing import DaysOff, WorkingHours
from bot.domain.send_window import SendWindow
from bot.journeys.desk_week import monday_of, week_of

OFFICE = WorkingHours(SendWindow(time(9), time(17), frozenset(range(5)), "Europe/Berlin"))
MONDAY = date(2026, 12, 21)
CHRISTMAS = DaysOff(date(2026, 12, 24), date(2026, 12, 26))
AWAY = DaysOff(date(2026, 12, 22), date(2026, 12, 24))


def test_each_day_says_whether_they_work_and_why_not() -> None:
    assert monday_of(date(2026, 12, 27)) == monday_of(MONDAY) == MONDAY
    week = week_of(OFFICE, MONDAY, [CHRISTMAS], [AWAY])
    assert [one.state for one in week] == ["works", "away", "away", "closed", "closed", "free", "free"]
    assert (week[0].day, week[-1].day) == (MONDAY, date(2026, 12, 27))


def test_who_has_no_hours_works_whenever_it_is_not_closed() -> None:
    assert [one.state for one in week_of(None, MONDAY, [CHRISTMAS])] == [*["works"] * 3, *["closed"] * 3, "works"]

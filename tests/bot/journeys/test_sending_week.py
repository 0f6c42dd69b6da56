from __future__ import annotations

from datetime import date, time

from bot.domain.send_window import SendWindow
from bot.domain.sending_rules import SendingHours, SendingRules
from bot.journeys.sending_week import MIDNIGHT, sending_week

MONDAY = date(2026, 5, 11)
WEEKDAYS = frozenset(range(5))


def hours(name: str, where: str, window: SendWindow, starts: date = date(2026, 1, 1)) -> SendingHours:
    return SendingHours(name, where, starts, None, "a law", frozenset({"sms"}), window)


def test_the_hours_of_a_country_and_of_a_state_of_it_hold_together() -> None:
    rules = SendingRules(
        hours=(
            hours("us", "US", SendWindow(time(8), time(21))),
            hours("fl", "US-FL", SendWindow(time(9), time(20), WEEKDAYS)),
            hours("rest", "default", SendWindow(time(1), time(2))),
        )
    )
    week = sending_week(rules, "US", "sms", MONDAY, states={"US-FL"})
    assert [one.day.day for one in week] == [11, 12, 13, 14, 15, 16, 17]
    assert [one.open for one in week] == [*[((time(9), time(20)),)] * 5, (), ()]
    assert week[0].rules == ("us", "fl")
    assert sending_week(rules, "GB", "sms", MONDAY)[0].open == ((time(1), time(2)),)


def test_without_a_rule_all_of_the_day_is_open() -> None:
    assert [one.open for one in sending_week(SendingRules(), "GB", "sms", MONDAY)] == [((MIDNIGHT, MIDNIGHT),)] * 7


def test_hours_past_midnight_are_open_in_the_morning_after() -> None:
    night = SendWindow(time(22), time(6), frozenset({0}))
    monday, tuesday, *_ = sending_week(SendingRules(hours=(hours("n", "GB", night),)), "GB", "sms", MONDAY)
    assert monday.open == ((time(22), MIDNIGHT),)
    assert tuesday.open == ((MIDNIGHT, time(6)),)


def test_a_rule_holds_from_its_first_day_on() -> None:
    rules = SendingRules(hours=(hours("new", "GB", SendWindow(time(9), time(20)), starts=date(2026, 5, 13)),))
    week = sending_week(rules, "GB", "sms", MONDAY)
    assert [one.rules for one in week] == [(), (), *[("new",)] * 5]

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.domain.consent import Purpose
from bot.domain.send_window import SendWindow
from bot.domain.sending_rules import FrequencyCap, SendingHours, SendingRules
from bot.journeys.rule_trial import loosened

NOW = datetime(2026, 5, 13, 12, tzinfo=UTC)
SINCE, LAW, HOUSE = date(2020, 1, 1), "47 CFR 64.1200", "House rule: decent hours"
FEDERAL = SendingHours(
    "us", "US", SINCE, None, LAW, frozenset({"sms", "voice"}), SendWindow(time(8), time(21), frozenset(range(6)))
)
CAP = FrequencyCap("fl", "US-FL", SINCE, None, LAW, Purpose.MARKETING, frozenset({"sms"}), 3, timedelta(days=1))
RULES = SendingRules(hours=(FEDERAL,), caps=(CAP,))


def edited(**more: object) -> list[str]:
    """What an edit of the federal hours would make less strict."""
    return [*loosened(RULES, replace(RULES, hours=(replace(FEDERAL, **more),)), "us", NOW)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "window",
    [
        SendWindow(time(7), time(21), frozenset(range(6))),
        SendWindow(time(8), time(22), frozenset(range(6))),
        SendWindow(time(9), time(20)),
        SendWindow(time(0), time(0), frozenset(range(6))),
    ],
)
def test_hours_that_are_open_when_the_law_is_closed_are_less_strict(window: SendWindow) -> None:
    assert edited(window=window) == ["messages could leave at times at which they wait now"]


def test_narrower_hours_and_fewer_days_are_not() -> None:
    assert edited(window=SendWindow(time(9), time(20), frozenset(range(5)))) == []
    assert edited(channels=FEDERAL.channels | {"whatsapp"}) == []


def test_a_law_that_begins_later_ends_holds_for_less_or_becomes_a_house_rule_is_less_strict() -> None:
    less = "it would no longer hold for all that it holds for now"
    assert edited(starts=date(2026, 6, 1)) == [less, "it would begin later"]
    assert edited(ends=date(2027, 1, 1)) == ["it would end"]
    assert edited(channels=frozenset({"sms"})) == [less]
    assert "its source would be a house rule" in edited(source=HOUSE)


@pytest.mark.parametrize(
    ("at_most", "days", "is_looser"),
    [(2, 1, False), (3, 2, False), (4, 1, True), (4, 7, True), (1, 0.5, True)],
)
def test_a_cap_is_less_strict_with_more_messages_or_in_less_time(at_most: int, days: float, is_looser: bool) -> None:
    after = replace(RULES, caps=(replace(CAP, at_most=at_most, within=timedelta(days=days)),))
    assert loosened(RULES, after, "fl", NOW) == (["people could get more messages"] if is_looser else [])


def test_taking_out_a_law_is_told_and_a_house_rule_may_go() -> None:
    assert loosened(RULES, replace(RULES, hours=()), "us", NOW)
    house = replace(FEDERAL, source=HOUSE)
    assert loosened(replace(RULES, hours=(house,)), replace(RULES, hours=()), "us", NOW) == []


def test_a_countrys_own_rule_that_takes_the_place_of_a_law_for_all_is_told() -> None:
    everywhere = replace(RULES, hours=(replace(FEDERAL, id="law", jurisdiction="default"),))
    french = replace(FEDERAL, id="fr", jurisdiction="FR", source=HOUSE)
    after = replace(everywhere, hours=(*everywhere.hours, french))
    assert loosened(everywhere, after, "fr", NOW) == ["law would hold there no more"]


def test_what_takes_the_place_of_a_law_from_a_later_day_is_told_as_well() -> None:
    law = replace(FEDERAL, id="all", jurisdiction="default", window=SendWindow(time(9), time(20)))
    cap = replace(CAP, id="few", jurisdiction="default")
    rules = SendingRules(hours=(law,), caps=(cap,))
    for starts in (NOW.date(), date(2026, 5, 14)):
        own = replace(law, id="fr", jurisdiction="FR", source=HOUSE, starts=starts, window=SendWindow(time(0), time(0)))
        assert loosened(rules, replace(rules, hours=(law, own)), "fr", NOW) == ["all would hold there no more"]
        many = replace(cap, id="fr", jurisdiction="FR", source=HOUSE, starts=starts, at_most=100)
        assert loosened(rules, replace(rules, caps=(cap, many)), "fr", NOW) == ["few would hold there no more"]


def test_taking_out_a_law_that_is_still_to_begin_is_told() -> None:
    rules = SendingRules(hours=(replace(FEDERAL, starts=date(2026, 6, 1)),))
    assert loosened(rules, SendingRules(), "us", NOW) == ["it would no longer hold for all that it holds for now"]

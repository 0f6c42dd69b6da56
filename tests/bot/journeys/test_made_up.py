"""What is made up of people of whom nothing is said."""

from __future__ import annotations

from datetime import date

import pytest

from bot.journeys.made_up import days_for, tags_in, the_same_for, values_for
from bot.journeys.people import Day, OneOf, Spread, WholeNumber
from tests.bot.journeys.conftest import Reader

EITHER = OneOf((True, False), (1, 1))


@pytest.mark.parametrize(
    ("condition", "made_up"),
    [
        ("profile.size > 20", WholeNumber(0, 40)),
        ("5 <= default(profile.size, 0) and profile.size < 3", WholeNumber(0, 10)),
        ("profile.balance < -50", WholeNumber(-100, 10)),
        ("profile.stage == 'trial' or profile.stage in ['lead', 'trial']", OneOf(("trial", "lead", None), (1, 1, 1))),
        ("not profile.size", EITHER),
        ("profile.size == false and (event.x or not profile.size)", EITHER),
        ("profile.renews_on < '2026-12-01'", None),
        ("days_since(profile.last_visit) > 30", None),
        ("profile.size > profile.size", None),
        ("answer.size > 20", None),
        ("profile.size >", None),
    ],
)
def test_values_are_made_up_on_both_sides_of_a_condition(condition: str, made_up: Spread | None) -> None:
    assert list(values_for([condition], "profile").values()) == ([] if made_up is None else [made_up])


def test_values_of_several_conditions_serve_all_of_them() -> None:
    made_up = values_for(["profile.size > 20", "profile.size > 100", "event.size > 7 and profile.vip"], "profile")
    assert made_up == {"size": WholeNumber(0, 200), "vip": EITHER}
    assert values_for(["event.size > 7 and profile.vip"], "event") == {"size": WholeNumber(0, 14)}


def test_days_that_journeys_go_by_come_while_it_lasts(journey_of: Reader) -> None:
    before = journey_of("- add_to: x", enter="{schedule: {date: profile.visit, before: 1d}, again: always}")
    after = journey_of(
        "- wait: {until: profile.renews_on - 3d at 09:00}",
        enter="{schedule: {date: profile.visit, after: 182d}, again: always}",
    )
    of_an_event = journey_of("- wait: {until: event.starts_at - 1d}")
    yearly = journey_of("- add_to: x", enter="{schedule: {date: profile.birthday, every: year}, again: always}")
    start = date(2026, 12, 1)
    assert days_for([of_an_event], start, 90, of="event") == {"starts_at": Day(date(2026, 12, 2), date(2027, 3, 2))}
    assert days_for([before, after, yearly, of_an_event], start, 90) == {
        "visit": Day(date(2026, 6, 2), date(2027, 3, 2)),
        "renews_on": Day(date(2026, 12, 4), date(2027, 3, 4)),
        "birthday": Day(date(2025, 12, 1), date(2026, 12, 1)),
    }


def test_what_happens_later_is_about_what_people_came_in_with() -> None:
    made_up = the_same_for(["happened.order == event.number and happened.total > 5", "event.sku == happened.sku"])
    assert made_up == dict.fromkeys(("order", "number", "sku"), OneOf(("one",), (1,)))


def test_tags_are_those_that_conditions_look_for() -> None:
    assert tags_in(["'trial' in profile.tags and not ('vip' in profile.tags)", "profile.stage in ['x']"]) == {
        "trial",
        "vip",
    }

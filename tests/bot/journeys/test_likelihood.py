"""Scorecards: what they make of people, and their file."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.documents import parse
from bot.domain.access import Sensitivity
from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.domain.errors import ContentError
from bot.domain.likelihood import Bin, Characteristic, DriftBounds, Outcome, Rung, Scorecard
from bot.journeys.likelihood import depends_on, events_of, likelihood, read_scorecard, written
from bot.journeys.likelihood_plan import read_prediction_plan

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
SCHEMA = ProfileSchema(
    {
        "team_size": Attribute("team_size", AttributeType.NUMBER),
        "age": Attribute("age", AttributeType.NUMBER, sensitivity=Sensitivity.SENSITIVE),
        "renews_on": Attribute("renews_on", AttributeType.DATE),
    }
)
CARD = Scorecard(
    date(2026, 11, 1),
    True,
    'better than the rules: 0.81 against 0.70 ("time split")',
    (Rung(-20, 2), Rung(0, 10), Rung(12, 34), Rung(30, 70)),
    (
        Characteristic(
            "team_size",
            (
                Bin("profile.team_size >= 50", 25, "team size 50 or more", 1200),
                Bin("profile.team_size >= 10", 12, "team size 10 to 49", 3000),
            ),
        ),
        Characteristic(
            "pricing.viewed", (Bin("did('pricing.viewed', 30) >= 2", 7, "pricing.viewed twice in 30 days", 500),)
        ),
    ),
)


def test_the_first_bin_that_is_true_of_somebody_counts() -> None:
    found = likelihood(CARD, {"team_size": 60}, {"pricing.viewed": {date(2026, 11, 20): 2}}, NOW)
    assert (found.percent, found.points) == (70, 32)
    assert found.told() == ("70% likely to be won: +25 team size 50 or more, +7 pricing.viewed twice in 30 days")
    assert likelihood(CARD, {"team_size": 10}, {}, NOW).percent == 34
    assert likelihood(CARD, {}, {"pricing.viewed": {date(2026, 1, 1): 9}}, NOW).told() == "10% likely to be won"


def test_it_is_known_what_it_depends_on() -> None:
    assert events_of(CARD) == {"pricing.viewed"}
    assert depends_on(CARD) == {"profile.team_size", "did:pricing.viewed"}


def test_the_file_is_read_as_it_was_written() -> None:
    assert read_scorecard(parse("scorecard.yml", written(CARD)), SCHEMA) == CARD


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)


@given(st.lists(st.tuples(st.integers(-99, 99), TEXT.filter(str.strip)), max_size=4), TEXT)
def test_any_card_is_read_as_it_was_written(bins: list[tuple[int, str]], why: str) -> None:
    made = tuple(Bin("profile.team_size > 1", points, words, 1) for points, words in bins)
    card = Scorecard(date(2026, 1, 2), False, why, (Rung(0, 5),), (Characteristic("x", made),) if made else ())
    assert read_scorecard(parse("scorecard.yml", written(card)), SCHEMA) == card


@given(st.integers(-1000, 1000), st.integers(0, 1000))
def test_more_points_are_never_less_likely(points: int, more: int) -> None:
    assert CARD.percent(points) <= CARD.percent(points + more)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("ladder: [[0, 10], [0, 20]]", '"ladder" must be pairs'),
        ("ladder: [[0, 10], [5, 101]]", '"ladder" must be pairs'),
        ("ladder: many", '"ladder" must be pairs'),
        ("in_force: perhaps", '"perhaps"'),
        ("trained_on: yesterday", '"yesterday" is no day'),
        ('characteristics: [{name: a, bins: [{if: "lead.total > 3", points: 3}]}]', "not of a score"),
        ('characteristics: [{name: a, bins: [{if: "profile.size > 3", points: 3}]}]', 'no "profile.size"'),
        ('characteristics: [{name: a, bins: [{if: "profile.team_size > 3"}]}]', 'lacks "points"'),
    ],
)
def test_what_is_wrong_with_a_card_is_told(line: str, fault: str) -> None:
    lines = {
        "scorecard": "scorecard: likelihood", "trained_on": "trained_on: 2026-11-01", "in_force": "in_force: yes",
        "ladder": "ladder: [[0, 10]]", "characteristics": "characteristics: []",
    }  # fmt: skip
    lines[line.partition(":")[0]] = line
    with pytest.raises(ContentError) as caught:
        read_scorecard(parse("scorecard.yml", "\n".join(lines.values())), SCHEMA)
    assert fault in str(caught.value)


PLAN = """
predict: likelihood
won: {event: crm.stage_changed, if: "event.stage == 'customer'"}
lost: {event: crm.stage_changed, if: "event.stage == 'lost'"}
attributes: [team_size]
events: [pricing.viewed]
groups: [age]
ahead: 14d
"""


def test_a_plan_says_what_closes_leads_and_what_to_learn_from() -> None:
    plan = read_prediction_plan(parse("plan.yml", PLAN), SCHEMA)
    assert plan.won == Outcome("crm.stage_changed", "event.stage == 'customer'")
    assert (plan.attributes, plan.events, plan.groups, plan.ahead.days) == (
        ("team_size",),
        ("pricing.viewed",),
        ("age",),
        14,
    )


def test_a_plan_may_be_of_customers_who_leave() -> None:
    text = PLAN.replace(": likelihood", ": churn_risk").replace("won:", "left:").replace("lost:", "stayed:")
    plan = read_prediction_plan(parse("plan.yml", text), SCHEMA)
    assert (plan.predicts, plan.won, plan.wording.otherwise) == (
        "churn_risk",
        Outcome("crm.stage_changed", "event.stage == 'customer'"),
        "stayed",
    )
    with pytest.raises(ContentError, match='lacks "left"'):
        read_prediction_plan(parse("plan.yml", text.replace("left:", "won:")), SCHEMA)


def test_a_risk_of_leaving_is_told_as_one() -> None:
    card = replace(CARD, predicts="churn_risk")
    assert likelihood(card, {}, {}, NOW).told() == "10% likely to leave"
    assert read_scorecard(parse("scorecard.yml", written(card)), SCHEMA) == card


def test_a_plan_may_say_from_where_on_people_have_changed() -> None:
    read = read_prediction_plan(parse("plan.yml", f"{PLAN}drift: {{much: 0.5}}\n"), SCHEMA).drift
    assert read == DriftBounds(some=0.1, much=0.5)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("[team_size]", "[age]", '"age" is declared sensitive'),
        ("[team_size]", "[renews_on]", "is a date"),
        ("[team_size]", "[team_siz]", 'Did you mean "team_size"?'),
        ("[pricing.viewed]", "[crm.stage_changed]", "closes leads"),
        ("== 'lost'", "== 'customer'", "the same says that they won and that they lost"),
        ("lost: {", "gone: {", 'lacks "lost"'),
        ("event.stage == 'lost'", "event.stage ==", "cannot be used"),
        ("ahead: 14d", "drift: {some: 0.3, much: 0.2}", '"drift" wants two numbers above 0, the second one larger'),
        ("ahead: 14d", "drift: {some: little}", '"drift" wants two numbers'),
        ("ahead: 14d", "drift: {alarm: 0.3}", 'has no "alarm"'),
    ],
)
def test_what_is_wrong_with_a_plan_is_told(old: str, new: str, fault: str) -> None:
    with pytest.raises(ContentError) as caught:
        read_prediction_plan(parse("plan.yml", PLAN.replace(old, new)), SCHEMA)
    assert fault in str(caught.value)

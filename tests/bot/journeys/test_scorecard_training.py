"""Scorecards learnt from leads whose truth is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pytest

from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.domain.likelihood import ClosedLead
from bot.journeys.binning import characteristics_of
from bot.journeys.closed_leads import examples_of
from bot.journeys.expression import check
from bot.journeys.scorecard_training import Learnt, learn_scorecard, split_by_time
from tests.bot.journeys.made_up_leads import PLAN, made_up_leads

SCHEMA = ProfileSchema(
    {
        "team_size": Attribute("team_size", AttributeType.NUMBER),
        "country": Attribute("country", AttributeType.TEXT),
        "told_friends": Attribute("told_friends", AttributeType.YES_NO),
    }
)
TODAY = date(2026, 11, 27)


def learn(leads: list[ClosedLead]) -> Learnt:
    return learn_scorecard(examples_of(PLAN, leads), partial(characteristics_of, PLAN, SCHEMA), TODAY)


@pytest.fixture(scope="module")
def learnt() -> Learnt:
    return learn(made_up_leads(2400))


def test_a_card_that_knows_more_than_the_rules_is_put_in_force(learnt: Learnt) -> None:
    assert learnt.judgement is not None
    assert learnt.card.is_on, learnt.card.why
    assert learnt.judgement.better_by.low < learnt.judgement.better_by.value < learnt.judgement.better_by.high
    assert learnt.card.why.startswith("in force: on the leads that were closed last, AUC 0.")


def test_what_it_learns_is_what_is_true(learnt: Learnt) -> None:
    points = {one.condition: one.points for each in learnt.card.characteristics for one in each.bins}
    assert points["did('pricing.viewed', 30) >= 2"] > points["did('pricing.viewed', 30) >= 1"] > 0
    assert points["profile.country == 'GB'"] > points["profile.country == 'US'"] + 5
    sizes = [one.points for each in learnt.card.characteristics if each.name == "team_size" for one in each.bins]
    assert sizes == sorted(sizes, reverse=True)
    percents = [rung.percent for rung in learnt.card.ladder]
    assert percents == sorted(percents)
    assert percents[-1] > 60 > 30 > percents[0]


def test_what_only_who_was_won_has_is_left_out_as_written_down_too_late(learnt: Learnt) -> None:
    assert [name for name, _ in learnt.left_out] == ["told_friends"]
    assert all(one.name != "told_friends" for one in learnt.card.characteristics)


def test_nothing_that_happened_after_the_cut_is_looked_at() -> None:
    examples = examples_of(PLAN, made_up_leads(50))
    views = [sum(one.names["did"].get("pricing.viewed", {}).values()) for one in examples]
    assert max(views) <= 2
    assert max(one.rules for one in examples) < 99


def test_the_parts_follow_each_other_in_time() -> None:
    parts = split_by_time(examples_of(PLAN, made_up_leads(600)))
    for earlier, later in ((parts.learning, parts.calibrating), (parts.calibrating, parts.judging)):
        assert max(one.closed_at for one in earlier) <= min(one.cut for one in later)


def test_chance_is_not_put_in_force() -> None:
    found = learn(made_up_leads(1600, log_odds=lambda *_: -0.7))
    assert not found.card.is_on
    assert "not better than the score rules by 0.03" in found.card.why


def test_what_the_rules_know_as_well_is_not_put_in_force() -> None:
    found = learn(made_up_leads(1600, rules_know=50))
    assert not found.card.is_on
    assert "not better than the score rules" in found.card.why


def test_a_market_that_has_changed_since_is_not_put_in_force() -> None:
    found = learn(made_up_leads(2400, drift=2))
    assert not found.card.is_on
    assert "too far from what came" in found.card.why


def test_few_leads_teach_nothing() -> None:
    found = learn(made_up_leads(160))
    assert found.judgement is None
    assert not found.card.is_on
    assert "too few closed leads to calibrate by" in found.card.why
    assert learn([]).card.why.startswith("too few closed leads to learn from: 0 won and 0 lost")


def test_the_same_leads_teach_the_same(learnt: Learnt) -> None:
    assert learn(made_up_leads(2400)) == learnt


def test_all_that_is_learnt_can_be_said_in_the_expression_language(learnt: Learnt) -> None:
    known = {"profile": set(SCHEMA.attributes)}
    conditions = [one.condition for each in learnt.card.characteristics for one in each.bins]
    assert conditions
    assert [check(one, known) for one in conditions] == [None] * len(conditions)


def test_leads_that_were_not_known_at_their_cut_are_left_out() -> None:
    leads = made_up_leads(10)
    assert examples_of(replace(PLAN, ahead=timedelta(days=21)), leads) == []

"""Files of score rules: what they say, and what is wrong with them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.documents import parse
from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.domain.effects import Emit
from bot.domain.errors import ContentError
from bot.domain.score import Dimension, GroupCap, Score, ScoreCap, ScoreRule
from bot.journeys.score_rules import read_score_rules
from bot.journeys.scoring import points_for_attributes, points_for_event

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
SCHEMA = ProfileSchema({"team_size": Attribute("team_size", AttributeType.NUMBER)})


def rules(text: str) -> tuple[ScoreRule, ...]:
    return read_score_rules(parse("journeys/scores/interest.yml", text), SCHEMA)


def test_a_rule_says_what_gives_how_many_points_and_why() -> None:
    found = rules(
        """scores: interest
fit:
  - {id: large, if: profile.team_size > 50, points: 20, reason: a large team}
engagement:
  - id: prices
    event: pricing.viewed
    if: "event.plan == 'pro' and profile.team_size > 5"
    points: 5
    cap: {points: 15, within: 7d}
    half_life: 14d
    reason: looked at the prices
"""
    )
    assert found == (
        ScoreRule("score:interest:large", "fit", 20, "a large team", None, "profile.team_size > 50"),
        ScoreRule(
            "score:interest:prices", "engagement", 5, "looked at the prices", "pricing.viewed",
            "event.plan == 'pro' and profile.team_size > 5", ScoreCap(15, timedelta(days=7)), 14,
        ),
    )  # fmt: skip


def test_the_rules_of_a_group_may_have_a_cap_together() -> None:
    """Of those that events give points by: what is true of somebody counts once."""
    found = rules(
        """scores: interest
caps: {engagement: {points: 40, within: 7d}}
fit:
  - {id: large, if: profile.team_size > 50, points: 20, reason: a large team}
engagement:
  - {id: prices, event: pricing.viewed, points: 5, reason: looked at the prices}
  - {id: small, if: profile.team_size < 5, points: -5, reason: a small team}
  - {id: asked, event: demo.requested, points: 5, reason: asked}
"""
    )
    cap = GroupCap(ScoreCap(40, timedelta(days=7)), frozenset({"score:interest:prices", "score:interest:asked"}))
    assert {one.id.rpartition(":")[2]: one.group_cap for one in found} == {
        "large": None, "prices": cap, "small": None, "asked": cap,
    }  # fmt: skip


def test_a_file_may_say_nothing_but_grades() -> None:
    assert rules("scores: interest\ngrades: {fit: {A: 50, B: 10}}") == ()


FIT = "scores: interest\nfit:\n  - {id: x, reason: r, "
DID = "scores: interest\nengagement:\n  - {id: x, reason: r, "


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- a", "1:1: a file of score rules must be a mapping"),
        ("scores: interest", '1:1: a file of score rules lacks "engagement". List rules under fit'),
        ("scores: other\nfit: []", '1:1: the scores "other" stand in a file of another name. Name the file other.yml'),
        ("score: interest\nfit: []", '1:1: a file of score rules has no "score". Did you mean "scores"?'),
        ("scores: interest\nfit: {a: b}", '2:1: "fit" must be a list of rules.'),
        ("scores: interest\nfit: [a]", "2:7: a score rule must be a mapping"),
        (FIT + "points: 5}", 'lacks "event". Say what gives the points'),
        (FIT + "if: profile.teamsize > 2, points: 5}", '3:24: the condition "profile.teamsize > 2" cannot be used'),
        (FIT + "if: profile.teamsize > 2, points: 5}", 'Did you mean "team_size"?'),
        (FIT + "if: profile.team_size > 'x', points: 5}", "that is never true"),
        (FIT + "if: event.size > 5, points: 5}", 'there is no "event" to look at'),
        (FIT + "if: lead.fit > 5, points: 5}", 'there is no "lead" to look at'),
        (FIT + "if: profile.team_size >, points: 5}", "cannot be used"),
        (FIT + "if: ' ', points: 5}", '3:24: the condition is empty. Write one, or leave "if" out.'),
        (FIT + "if: \"did('a.b')\", points: 5}", "did() is not for score rules"),
        (FIT + "if: days_since(profile.created_on) > 5, points: 5}", "changes by itself"),
        (FIT + "if: profile.team_size > 5}", 'lacks "points". Write points: 10'),
        (FIT + "if: profile.team_size > 5, points: 0}", "a rule of 0 points changes nothing"),
        (FIT + "if: profile.team_size > 5, points: many}", '"points" must be a whole number, not "many"'),
        (FIT + "if: profile.team_size > 5, points: 5, half_life: 5d}", "who somebody is does not fade"),
        (FIT + "if: profile.team_size > 5, points: 5, cap: {points: 5, within: 7d}}", '"cap" is for events.'),
        (DID + "event: pricing, points: 5}", '"pricing" is no event.'),
        (DID + "event: segment.entered, points: 5}", "segments may look at the score"),
        (DID + "event: a.b, points: 5, half_live: 5d}", 'has no "half_live". Did you mean "half_life"?'),
        (DID + "event: a.b, points: 5, half_life: 12h}", "a half-life is of whole days"),
        (DID + "if: profile.team_size > 5, points: 5, half_life: 12d}", '"half_life" is for events'),
        (DID + "event: a.b, points: 5, cap: 7d}", "a cap must be a mapping"),
        (DID + "event: a.b, points: 5, cap: {points: 5}}", 'a cap lacks "within". Write within: 7d.'),
        (DID + "event: a.b, points: 5, cap: {within: 7d}}", "a cap needs points that are more than 0"),
        (DID + "event: a.b, points: 5}\n  - {id: x, event: a.c, points: 5, reason: r}", "4:6: there is another rule"),
        ("scores: interest\ncaps: {fit: {points: 5, within: 7d}}\nfit: []", '2:8: no rule under "fit" has an event'),
        ("scores: interest\ncaps: {size: {points: 5, within: 7d}}\nfit: []", '"caps" has no "size"'),
        ("scores: interest\ncaps: 7d\nfit: []", '2:1: "caps" must be a mapping'),
        ("scores: interest\ncaps: {fit: {points: 0, within: 7d}}\nfit: []", "the cap of fit needs points"),
        ("scores: interest\ncaps: {fit: {points: 5}}\nfit: []", 'the cap of fit lacks "within". Write within: 7d.'),
        ("scores: interest\nfit:\n  - {id: x, event: a.b, points: 5}", 'lacks "reason". Reps read it'),
    ],
)
def test_a_faulty_rule_is_told_with_its_place(text: str, told: str) -> None:
    with pytest.raises(ContentError) as failure:
        rules(text)
    assert "journeys/scores/interest.yml:" in str(failure.value)
    assert told in str(failure.value)


def test_events_that_nothing_else_names_are_no_fault() -> None:
    (rule,) = rules(DID + "event: something.unheard_of, points: 5}")
    assert rule.event == "something.unheard_of"


# ---------------------------------------------------------------- the sample's


@pytest.fixture(scope="module")
def of_the_sample() -> tuple[ScoreRule, ...]:
    path = "journeys/scores/lead.yml"
    return read_score_rules(parse(path, Path(path).read_text(encoding="utf-8")), None)


@given(team_size=st.integers(1, 1_000_000), timeline=st.sampled_from(["now", "this_quarter", "later"]))
def test_each_answer_to_the_demo_form_gives_points_by_one_rule(
    of_the_sample: tuple[ScoreRule, ...], team_size: int, timeline: str
) -> None:
    profile = {"team_size": team_size, "timeline": timeline, "company_address": False}
    points = points_for_attributes(of_the_sample, profile, [], NOW)
    assert [one.rule.dimension for one in points] == ["fit", "engagement"]


@pytest.mark.parametrize(
    ("profile", "score"),
    [
        ({"team_size": 50, "timeline": "this_quarter", "company_address": True}, Score(40, 30)),
        ({"team_size": 9, "timeline": "later", "company_address": False}, Score(5, 25)),
        ({"team_size": 250, "timeline": "now", "company_address": True}, Score(45, 35)),
    ],
)
def test_what_asking_for_a_demo_is_worth(
    of_the_sample: tuple[ScoreRule, ...], profile: dict[str, Any], score: Score
) -> None:
    asked = Emit("demo.requested", {})
    points = [
        *points_for_attributes(of_the_sample, profile, [], NOW),
        *points_for_event(of_the_sample, asked, profile, [], NOW),
    ]
    fit, engagement = (sum(one.points for one in points if one.rule.dimension == of) for of in get_args(Dimension))
    assert Score(fit, engagement) == score

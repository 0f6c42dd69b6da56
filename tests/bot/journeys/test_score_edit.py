"""The rules of a file of scores are edited one at a time, and all else stays."""

from __future__ import annotations

import pytest

from bot.documents import parse
from bot.journeys.score_edit import has_rules, new_scores, with_head, with_rule
from bot.journeys.score_rules import read_score_rules
from bot.yaml_lines import CannotEdit

SCORES = """\
# What gives points.
scores: interest

grades:
  fit: {A: 40, B: 20}   # as sales wants it
  engagement: {1: 30, 2: 10}

caps:
  engagement: {points: 60, within: 1w}

fit:
  - id: customer
    if: "profile.stage == 'customer'"
    points: -20
    reason: is a customer already

engagement:
  # Asked by the shop.
  - id: prices
    event: pricing.viewed
    points: 5
    cap: {points: 15, within: 1w}   # a week
    half_life: 2w
    reason: looked at the prices

  - {id: order, event: order.completed, points: 20, reason: ordered}
"""
PRICES = {
    "id": "prices",
    "event": "pricing.viewed",
    "points": 5,
    "cap": {"points": 15, "within": "7d"},
    "half_life": "14d",
    "reason": "looked at the prices",
}


def test_a_rule_says_something_else_and_its_lengths_stay_as_they_were_spelled() -> None:
    assert with_rule(SCORES, "engagement", "prices", PRICES) == SCORES
    text = with_rule(SCORES, "engagement", "prices", {**PRICES, "points": 8, "if": "event.plan == 'gold'"})
    assert text == SCORES.replace(
        "pricing.viewed\n    points: 5", "pricing.viewed\n    if: event.plan == 'gold'\n    points: 8"
    )
    longer = with_rule(SCORES, "engagement", "prices", {**PRICES, "cap": {"points": 15, "within": "8d"}})
    assert longer == SCORES.replace("{points: 15, within: 1w}", "{points: 15, within: 8d}")


def test_a_new_rule_stands_behind_the_others() -> None:
    rule = {"reason": "is in a large team", "points": 30, "if": "profile.team_size > 20", "id": "large"}
    text = with_rule(SCORES, "fit", "large", rule)
    new = "  - id: large\n    if: profile.team_size > 20\n    points: 30\n    reason: is in a large team\n"
    assert text == SCORES.replace("already\n", f"already\n{new}")
    assert read_score_rules(parse("interest.yml", text), None)[1].points == 30


def test_a_rule_is_taken_out_and_so_is_a_list_that_is_left_without_one() -> None:
    text = with_rule(SCORES, "engagement", "order", None)
    assert text == SCORES.replace("\n  - {id: order, event: order.completed, points: 20, reason: ordered}\n", "")
    none = with_rule(text, "engagement", "prices", None)
    assert (plain_keys(none), has_rules(none)) == (["scores", "grades", "fit"], True)
    assert not has_rules(with_rule("scores: a\nfit:\n  - id: b\n", "fit", "b", None))


def plain_keys(text: str) -> list[str]:
    return list(parse("", text).data)


def test_the_first_rule_of_a_new_file_begins_its_list() -> None:
    rule = {"id": "prices", "event": "pricing.viewed", "points": 5, "reason": "looked"}
    text = with_rule(new_scores("lead"), "engagement", "prices", rule)
    assert text == (
        "scores: lead\n\nengagement:\n  - id: prices\n    event: pricing.viewed\n    points: 5\n    reason: looked\n"
    )
    (read,) = read_score_rules(parse("lead.yml", text), None)
    assert (read.id, read.event) == ("score:lead:prices", "pricing.viewed")


def test_grades_and_caps_are_edited_and_begun() -> None:
    grades = {"fit": {"A": 50, "B": 20}, "engagement": {"1": 30, "2": 10}}
    assert with_head(SCORES, grades=grades) == SCORES.replace("A: 40", "A: 50")
    engaged = {"fit": {"A": 40, "B": 20}, "engagement": {"1": 30, "2": 12}}
    assert with_head(SCORES, grades=engaged) == SCORES.replace("2: 10", "2: 12")
    caps = {"engagement": {"points": 80, "within": "7d"}}
    assert with_head(SCORES, caps=caps) == SCORES.replace("points: 60", "points: 80")
    assert with_head(SCORES, caps={}) == SCORES.replace("caps:\n  engagement: {points: 60, within: 1w}\n", "")
    begun = with_head("scores: lead\n", grades=grades)
    assert begun.splitlines()[1:] == ["grades: {fit: {A: 50, B: 20}, engagement: {1: 30, 2: 10}}"]


@pytest.mark.parametrize("text", ["- a\n", "engagement: 5\n"])
def test_what_holds_no_list_of_rules_is_edited_as_text(text: str) -> None:
    with pytest.raises(CannotEdit, match="Edit"):
        with_rule(text, "engagement", "prices", PRICES)

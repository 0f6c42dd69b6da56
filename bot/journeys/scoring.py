"""Which points score rules give: by what just happened to a person, or by what is known of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.domain.effects import Emit
from bot.domain.likelihood import Likelihood, Predicts
from bot.domain.score import Grades, ScoreChange, ScoreRule, total_score
from bot.journeys.expression import is_true

NOTHING_FORETOLD: Mapping[Predicts, Likelihood] = {}

NO_LONGER = "no longer: "
"""Begins the reason of a line that takes points back."""


@dataclass(frozen=True, slots=True)
class Points:
    """What one rule gives now."""

    rule: ScoreRule
    points: int
    reason: str


def lead_facts(
    changes: Iterable[ScoreChange],
    now: datetime,
    foretold: Mapping[Predicts, Likelihood] = NOTHING_FORETOLD,
    *,
    grades: Grades,
) -> Mapping[str, Any]:
    """What expressions read as `lead`; what is foretold in per cent, null where it is not known."""
    score = total_score(changes, now)
    known = {"fit": score.fit, "engagement": score.engagement, "total": score.total, "grade": grades.of(score)}
    return {**known, **{name: one.percent for name, one in foretold.items()}}


def reasons_of(
    changes: Iterable[ScoreChange], foretold: Mapping[Predicts, Likelihood], now: datetime
) -> tuple[str, ...]:
    """Why the score is what it is, and what is foretold and why: a line for each, alike in dialogues, on cards of the
    desk and in CRMs."""
    return (*(change.told(now) for change in changes), *(one.told() for one in foretold.values()))


def on_event(rules: Iterable[ScoreRule], event: str) -> list[ScoreRule]:
    """The rules that an event of this name may give points by."""
    return [rule for rule in rules if rule.event == event]


def on_attributes(rules: Iterable[ScoreRule]) -> list[ScoreRule]:
    """The rules that look at what is known of a person."""
    return [rule for rule in rules if rule.event is None]


def points_for_event(
    rules: Iterable[ScoreRule], event: Emit, profile: Mapping[str, Any], log: Sequence[ScoreChange], at: datetime
) -> Iterator[Points]:
    """By the rules of this event; `log` is what the person was given before, `at` when it happened."""
    given: list[Points] = []
    names = {"profile": profile, "event": event.data, "now": at}
    for rule in on_event(rules, event.event):
        if rule.condition and not is_true(rule.condition, names):
            continue
        points = _within_group_cap(rule, _within_cap(rule, log, at), log, given, at)
        if points:
            given.append(Points(rule, points, rule.reason))
            yield given[-1]


def _within_cap(rule: ScoreRule, log: Sequence[ScoreChange], at: datetime) -> int:
    if rule.cap is None:
        return rule.points
    given = _most_in_a_window([one for one in log if one.rule == rule.id], rule.cap.within, at)
    left = min(abs(rule.points), max(rule.cap.points - given, 0))
    return left if rule.points > 0 else -left


def _within_group_cap(
    rule: ScoreRule, points: int, log: Sequence[ScoreChange], now_given: Sequence[Points], at: datetime
) -> int:
    """What still fits into the cap of the rule's group, which other rules of this event have been `now_given` of.

    It bounds what is given: points that are taken make no room for others, and are taken in full.
    """
    if rule.group_cap is None or points < 0:
        return points
    cap, rules = rule.group_cap.cap, rule.group_cap.rules
    given = _most_in_a_window([one for one in log if one.points > 0 and one.rule in rules], cap.within, at)
    given += sum(one.points for one in now_given if one.points > 0 and one.rule.id in rules)
    return min(points, max(cap.points - given, 0))


def _most_in_a_window(lines: Sequence[ScoreChange], within: timedelta, at: datetime) -> int:
    """The points of these lines in that window, of those which `at` is in, that has most.

    Where events are told in order, that is the one that ends there; one that is told late is in later windows, too.
    """
    near = [one for one in lines if at - within < one.at < at + within]
    ends = {at, *(one.at for one in near if one.at > at)}
    return max(abs(sum(one.points for one in near if end - within < one.at <= end)) for end in ends)


def points_of_nothing(rule: str, log: Sequence[ScoreChange]) -> Iterator[Points]:
    """What takes back the points of a rule that is no more, of either dimension."""
    given = [one for one in log if one.rule == rule]
    for dimension in dict.fromkeys(one.dimension for one in given):
        lines = [one for one in given if one.dimension == dimension]
        if left := sum(one.points for one in lines):
            reason = lines[-1].reason.removeprefix(NO_LONGER)
            yield Points(ScoreRule(rule, dimension, 0, reason), -left, f"{NO_LONGER}{reason}")


def points_for_attributes(
    rules: Iterable[ScoreRule], profile: Mapping[str, Any], log: Sequence[ScoreChange], at: datetime
) -> Iterator[Points]:
    """What brings each rule's points in the log to what it is to give: all of them, or none any more, and none of the
    other dimension, which it was of before an edit."""
    for rule in on_attributes(rules):
        due = rule.points if is_true(rule.condition, {"profile": profile, "now": at}) else 0
        yield from points_of_nothing(rule.id, [one for one in log if one.dimension != rule.dimension])
        missing = due - sum(one.points for one in log if one.rule == rule.id and one.dimension == rule.dimension)
        if missing:
            yield Points(rule, missing, rule.reason if due else f"{NO_LONGER}{rule.reason}")

"""Which points score rules give: by what just happened to a person, or by what is known of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.effects import Emit
from bot.domain.likelihood import Likelihood
from bot.domain.score import ScoreChange, ScoreRule, total_score
from bot.journeys.expression import is_true

NO_LONGER = "no longer: "
"""Begins the reason of a line that takes points back."""


@dataclass(frozen=True, slots=True)
class Points:
    """What one rule gives now."""

    rule: ScoreRule
    points: int
    reason: str


def lead_facts(
    changes: Iterable[ScoreChange], now: datetime, likelihood: Likelihood | None = None
) -> Mapping[str, Any]:
    """What expressions read as `lead`; `likelihood` in per cent, null where it is not known."""
    score = total_score(changes, now)
    known = {"fit": score.fit, "engagement": score.engagement, "total": score.total, "grade": score.grade}
    return known if likelihood is None else {**known, "likelihood": likelihood.percent}


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
    names = {"profile": profile, "event": event.data, "now": at}
    for rule in on_event(rules, event.event):
        if rule.condition and not is_true(rule.condition, names):
            continue
        points = _within_cap(rule, log, at)
        if points:
            yield Points(rule, points, rule.reason)


def _within_cap(rule: ScoreRule, log: Sequence[ScoreChange], at: datetime) -> int:
    if rule.cap is None:
        return rule.points
    since = at - rule.cap.within
    given = abs(sum(one.points for one in log if one.rule == rule.id and since < one.at <= at))
    left = min(abs(rule.points), max(rule.cap.points - given, 0))
    return left if rule.points > 0 else -left


def points_for_attributes(
    rules: Iterable[ScoreRule], profile: Mapping[str, Any], log: Sequence[ScoreChange], at: datetime
) -> Iterator[Points]:
    """What brings each rule's points in the log to what it is to give: all of them, or none any more."""
    for rule in on_attributes(rules):
        due = rule.points if is_true(rule.condition, {"profile": profile, "now": at}) else 0
        missing = due - sum(one.points for one in log if one.rule == rule.id)
        if missing:
            yield Points(rule, missing, rule.reason if due else f"{NO_LONGER}{rule.reason}")

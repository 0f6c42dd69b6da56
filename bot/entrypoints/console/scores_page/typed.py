"""Score rules, grades and caps as JSON, both ways."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, get_args

from bot.domain.errors import WebhookRejected
from bot.domain.score import Dimension, Grades, ScoreCap, ScoreRule
from bot.entrypoints.console.journeys_page.answers import text_of
from bot.entrypoints.console.segments_page.lines import criteria_of
from bot.journeys.criteria import written_criteria

LONGEST_CONDITION, LONGEST_LINE, LONGEST_LENGTH = 4_000, 300, 40
MOST_POINTS = 1_000_000


def rule_json(rule: ScoreRule) -> dict[str, Any]:
    """As a form has it; its id is told apart into the file's and its own."""
    _, file, name = rule.id.split(":", 2)
    return {
        "file": file,
        "rule": name,
        "part": rule.dimension,
        "event": rule.event,
        "condition": rule.condition,
        "points": rule.points,
        "cap": cap_json(rule.cap),
        "half_life": f"{rule.half_life}d" if rule.half_life is not None else None,
        "reason": rule.reason,
    }


def cap_json(cap: ScoreCap | None) -> Mapping[str, Any] | None:
    return None if cap is None else {"points": cap.points, "within": length_json(cap.within)}


def length_json(length: timedelta) -> str:
    """As files have it, in days where they are whole."""
    minutes = int(length.total_seconds()) // 60
    for unit, size in (("d", 1440), ("h", 60)):
        if minutes % size == 0:
            return f"{minutes // size}{unit}"
    return f"{minutes}m"


def grades_json(grades: Grades) -> Mapping[str, Any]:
    return {
        "fit": {"A": grades.a, "B": grades.b},
        "engagement": {"1": grades.one, "2": grades.two},
    }


def grades_of(body: Any) -> Grades:
    """Raises WebhookRejected where they are none."""
    match body:
        case {"fit": {"A": int() as a, "B": int() as b}, "engagement": {"1": int() as one, "2": int() as two}}:
            if all(not isinstance(each, bool) and abs(each) <= MOST_POINTS for each in (a, b, one, two)):
                return Grades(a, b, one, two)
    raise WebhookRejected(400, '"grades" want whole points: {"fit": {"A", "B"}, "engagement": {"1", "2"}}')


def caps_of(body: Any) -> dict[str, Any]:
    """Raises WebhookRejected where they are none."""
    match body:
        case dict() if set(body) <= set(get_args(Dimension)):
            return {part: _cap_of(cap) for part, cap in body.items() if cap is not None}
    raise WebhookRejected(400, '"caps" want "fit" and "engagement", or one of the two')


def part_of(body: Mapping[str, Any]) -> Dimension:
    """Which list the rule is of."""
    match body.get("part"):
        case "fit":
            return "fit"
        case "engagement":
            return "engagement"
    raise WebhookRejected(400, '"part" is fit or engagement')


def condition_of(body: Mapping[str, Any]) -> str:
    """What was typed, by lines or as text."""
    if body.get("criteria") is not None:
        return written_criteria(criteria_of(body["criteria"]))
    return text_of(body, "if", LONGEST_CONDITION).strip() if "if" in body else ""


def says_of(name: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """What the file is to say of the rule, without what goes without saying; raises WebhookRejected where that is of
    another kind."""
    event = text_of(body, "event", LONGEST_LINE).strip() if body.get("event") is not None else ""
    condition = condition_of(body)
    half_life = text_of(body, "half_life", LONGEST_LENGTH).strip() if body.get("half_life") is not None else ""
    cap = _cap_of(body["cap"]) if body.get("cap") is not None else None
    return {
        "id": name,
        **({"event": event} if event else {}),
        **({"if": condition} if condition or not event else {}),
        "points": _points(body.get("points")),
        **({"cap": cap} if cap is not None else {}),
        **({"half_life": half_life} if half_life else {}),
        "reason": " ".join(text_of(body, "reason", LONGEST_LINE).split()),
    }


def _cap_of(body: Any) -> Mapping[str, Any]:
    match body:
        case {"points": points, "within": str() as within} if len(within) <= LONGEST_LENGTH:
            return {"points": _points(points), "within": within.strip()}
    raise WebhookRejected(400, 'a cap wants "points", and "within", such as 7d')


def _points(points: Any) -> int:
    if isinstance(points, bool) or not isinstance(points, int) or abs(points) > MOST_POINTS:
        raise WebhookRejected(400, f"points are a whole number, of {MOST_POINTS:,} at most")
    return points

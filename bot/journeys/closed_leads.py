"""Closed leads as examples to learn from: as they were some time before their close, and nothing that came later."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.domain.likelihood import ClosedLead, Outcome, PredictionPlan
from bot.domain.score import total_score
from bot.domain.timeline import PersonEvent
from bot.journeys.expression import is_true

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Example:
    """One lead at the `cut`: what expressions read of them then, the points that rules had given, and what came."""

    won: bool
    closed_at: datetime
    cut: datetime
    names: Mapping[str, Any]
    rules: int
    groups: Mapping[str, str]


def examples_of(plan: PredictionPlan, leads: Sequence[ClosedLead]) -> list[Example]:
    """Those that were known at their cut, in the order of their closes; of several closes the first counts."""
    found = (_example(plan, lead) for lead in leads)
    return sorted((one for one in found if one is not None), key=lambda one: one.closed_at)


def _example(plan: PredictionPlan, lead: ClosedLead) -> Example | None:
    closing = next((event for event in lead.events if _fits(plan.won, event) or _fits(plan.lost, event)), None)
    if closing is None:
        return None
    cut = closing.at - plan.ahead
    if cut < lead.profile.created_at:
        return None
    did: dict[str, Counter[Any]] = {}
    for event in lead.events:
        if event.at <= cut and event.event in plan.events:
            did.setdefault(event.event, Counter())[event.at.astimezone(UTC).date()] += 1
    known = lead.profile.attributes
    return Example(
        won=_fits(plan.won, closing),
        closed_at=closing.at,
        cut=cut,
        names={"profile": {name: known.get(name) for name in plan.attributes}, "did": did, "now": cut},
        rules=_by_rules(plan, total_score((change for change in lead.changes if change.at <= cut), cut).total),
        groups={name: UNKNOWN if known.get(name) is None else str(known[name]) for name in plan.groups},
    )


def _by_rules(plan: PredictionPlan, points: int) -> int:
    """What the score rules say of it: who has more points is likelier to be won, and less likely to leave."""
    return -points if plan.predicts == "churn_risk" else points


def _fits(outcome: Outcome, event: PersonEvent) -> bool:
    if event.event != outcome.event:
        return False
    return not outcome.condition or is_true(outcome.condition, {"event": event.data, "now": event.at})

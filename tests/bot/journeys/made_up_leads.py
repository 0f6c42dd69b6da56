"""Closed leads with a known truth: who is won is drawn from a logistic curve that the tests know."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import exp

from bot.domain.ids import ProfileId
from bot.domain.likelihood import ClosedLead, Outcome, PredictionPlan
from bot.domain.person import Profile
from bot.domain.score import ScoreChange
from bot.domain.timeline import PersonEvent

START = datetime(2026, 1, 1, tzinfo=UTC)
PLAN = PredictionPlan(
    won=Outcome("crm.stage_changed", "event.stage == 'customer'"),
    lost=Outcome("crm.stage_changed", "event.stage == 'lost'"),
    attributes=("team_size", "country", "told_friends"),
    events=("pricing.viewed",),
    groups=("country",),
)


def made_up_leads(
    number: int,
    *,
    seed: int = 1,
    log_odds: Callable[[int, str, int], float] | None = None,
    rules_know: float = 0.3,
    drift: float = 0.0,
) -> list[ClosedLead]:
    """`log_odds` of team size, country and views of prices; `rules_know` is how far the rules' points follow it;
    `drift` is added to it over the whole time."""
    draw = random.Random(seed)
    truth = log_odds or (lambda size, country, views: -1.5 + 0.03 * size + 0.9 * (country == "GB") + 0.8 * views)
    leads = []
    for one in range(number):
        who = ProfileId(f"lead-{one:06}")
        created = START + timedelta(hours=2 * one)
        close = created + timedelta(days=20)
        size, country, views = draw.randint(1, 60), draw.choice(["GB", "US", "DE"]), draw.choice([0, 0, 0, 1, 2])
        odds = truth(size, country, views) + drift * one / number
        won = draw.random() < 1 / (1 + exp(-odds))
        events = [PersonEvent(who, "pricing.viewed", created + timedelta(days=day + 1), close) for day in range(views)]
        # After the close they look at prices a lot where they were won: whoever learns from it has looked ahead.
        later = [PersonEvent(who, "pricing.viewed", close - timedelta(days=1), close) for _ in range(9 * won)]
        stage = {"stage": "customer" if won else "lost"}
        events += [*later, PersonEvent(who, "crm.stage_changed", close, close, stage)]
        points = round(10 * (rules_know * odds + draw.gauss(0, 1)))
        changes = [ScoreChange(who, who, "fit", points, "", "", created)]
        changes.append(ScoreChange(who, f"{who}, late", "fit", 99 * won, "", "", close))
        known = {"team_size": size, "country": country, "told_friends": won if draw.random() < 0.99 else None}
        leads.append(ClosedLead(Profile(who, created, known), tuple(events), tuple(changes)))
    return leads

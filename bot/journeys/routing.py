"""Decides who of a desk is offered a hand-off, and says why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.domain.routing import BY_ROUTE, DeskPlan, Offer, Pick, Rep, Route, WorkingHours, Workload
from bot.journeys.expression import is_true
from bot.journeys.working_hours import after_working, is_at_work

NOBODY = "the whole desk is told"


def offer_to(plan: DeskPlan, facts: Mapping[str, Any], standing: Workload, now: datetime) -> Offer:
    """Exactly one outcome for each hand-off: somebody who is free, by the first route that has one, or the whole desk.

    `facts` are what conditions read: `profile`, `lead` and `customer`.
    """
    passed: list[str] = []
    for route in plan.routes:
        if route.condition and not is_true(route.condition, facts):
            continue
        free, busy = _free(plan, route, _language_of(facts), standing, now)
        if free:
            rep = _pick(route.pick, free, standing)
            return Offer(rep, route.id, _why(route, rep, free, [*passed, *busy], standing))
        passed += busy
    why = "; ".join(dict.fromkeys(passed))
    if not plan.routes:
        return Offer(None, "", NOBODY)
    return Offer(None, "", f"no route has anybody free, so {NOBODY}" + (f" ({why})" if why else ""))


def due_at(hours: WorkingHours | None, start: datetime, within: timedelta) -> datetime | None:
    """When so much of the desk's working time has gone since `start`; without hours it is always open."""
    return start + within if hours is None else after_working(hours, start, within)


def unfit(plan: DeskPlan, rep: Rep, language: str, standing: Workload, now: datetime) -> str:
    """Why this rep cannot be offered a hand-off now; empty where they can."""
    hours = rep.hours or plan.hours
    if hours is not None and not is_at_work(hours, now):
        return "is not at work"
    if language and rep.languages and language not in rep.languages:
        return f"does not speak {language}"
    has = standing.open.get(rep.name, 0)
    if rep.at_most is not None and has >= rep.at_most:
        return f"has {has} open of {rep.at_most}"
    return ""


def _free(
    plan: DeskPlan, route: Route, language: str, standing: Workload, now: datetime
) -> tuple[Sequence[Rep], Sequence[str]]:
    """Who of this route is free, in the file's order, and of the others why they are not."""
    free, busy = [], []
    for name in route.to:
        rep = plan.reps[name]
        why = unfit(plan, rep, language, standing, now)
        if why:
            busy.append(f"{rep.name} {why}")
        else:
            free.append(rep)
    return free, busy


def _pick(pick: Pick, free: Sequence[Rep], standing: Workload) -> Rep:
    """Of equals the one whose last turn is longest ago, then the one who stands first in the file."""
    if pick == "least_busy":
        return min(free, key=lambda rep: (standing.open.get(rep.name, 0), standing.turns.get(rep.name, 0)))
    return min(free, key=lambda rep: standing.turns.get(rep.name, 0))


def _why(route: Route, rep: Rep, free: Sequence[Rep], busy: Sequence[str], standing: Workload) -> str:
    words = f"{BY_ROUTE}{route.id}" + (f" ({route.reason})" if route.reason else "")
    if len(free) == 1:
        words += f"; {rep.name} is the only one who is free" if len(route.to) > 1 else ""
    elif route.pick == "least_busy":
        words += f"; {rep.name} has the fewest open: {standing.open.get(rep.name, 0)}"
    else:
        words += f"; it is the turn of {rep.name} among {len(free)}"
    return words + "".join(f"; {one}" for one in dict.fromkeys(busy))


def _language_of(facts: Mapping[str, Any]) -> str:
    customer = facts.get("customer")
    return str(customer.get("language") or "") if isinstance(customer, Mapping) else ""

"""Recall: the leads that were closed, as far as a prediction may learn from them."""

from __future__ import annotations

from bot.domain.likelihood import ClosedLead, PredictionPlan
from bot.ports import Store

PAGE = 500


async def closed_leads(store: Store, plan: PredictionPlan) -> list[ClosedLead]:
    """Everybody who was won or lost, without those who object or are restricted."""
    closing = {plan.won.event, plan.lost.event}
    found: list[ClosedLead] = []
    after: str | None = ""
    while after is not None:
        async with store.transaction() as uow:
            people = await uow.timeline.who_did(closing, after=after, limit=PAGE)
            events = await uow.timeline.of_many(people, closing | set(plan.events))
            uow.expect(people)
            for who in people:
                profile = await uow.profiles.get(who)
                if profile.objected_at is None and profile.restricted_at is None:
                    found.append(ClosedLead(profile, events.get(who, ()), await uow.scores.of(who)))
        after = people[-1] if len(people) == PAGE else None
    return found

"""Recall: what may be learnt from: the leads that were closed, and what is known of everybody."""

from __future__ import annotations

import random

from bot.domain.likelihood import ClosedLead, PredictionPlan
from bot.domain.person import Profile
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


async def known_people(store: Store, *, seed: int, most: int = 20_000) -> list[Profile]:
    """Everybody who neither objects nor is restricted; where there are more than `most`, so many by lot."""
    draw = random.Random(seed)  # noqa: S311  a lot, and no secret
    found: list[Profile] = []
    seen, after = 0, ""
    while True:
        async with store.transaction() as uow:
            page = await uow.profiles.page(after=after, limit=PAGE)
            uow.expect(page.people)
            for who in page.people:
                profile = await uow.profiles.get(who)
                if profile.objected_at is not None or profile.restricted_at is not None:
                    continue
                seen += 1
                place = len(found) if len(found) < most else draw.randrange(seen)
                if place == len(found):
                    found.append(profile)
                elif place < most:
                    found[place] = profile
        if page.reached is None:
            return found
        after = page.reached

"""Keep the score: give the points of score rules, in the transaction that stores what they are given for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from bot.domain.effects import Emit
from bot.domain.ids import ProfileId, new_id
from bot.domain.person import Profile
from bot.domain.score import ScoreChange
from bot.journeys.scoring import (
    Points,
    on_attributes,
    on_event,
    points_for_attributes,
    points_for_event,
    points_of_nothing,
)
from bot.ports import UnitOfWork
from bot.services.person_facts import profile_facts
from bot.services.runtime import Runtime

SCORED = frozenset({"lead"})
"""The names in conditions whose values points change."""


async def score_event(
    uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, event: Emit, at: datetime
) -> frozenset[str]:
    """Give the points for what happened to them then; returns which names in conditions changed."""
    rules = on_event(runtime.library.current().score_rules, event.event)
    if not rules:
        return frozenset()
    return await _give(
        uow, profile_id, lambda profile, log: points_for_event(rules, event, profile_facts(profile), log, at), at
    )


async def score_attributes(uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, now: datetime) -> frozenset[str]:
    """Give the points for what is known of them, and take back those for what is no longer true; what that changed."""
    rules = on_attributes(runtime.library.current().score_rules)
    if not rules:
        return frozenset()
    return await _give(
        uow, profile_id, lambda profile, log: points_for_attributes(rules, profile_facts(profile), log, now), now
    )


async def take_back(uow: UnitOfWork, profile_id: ProfileId, rule: str, now: datetime) -> frozenset[str]:
    """Take back what a rule that is no more has given for what is known of them; what that changed."""
    return await _give(uow, profile_id, lambda _, log: points_of_nothing(rule, log), now)


async def _give(
    uow: UnitOfWork,
    profile_id: ProfileId,
    deciding: Callable[[Profile, Sequence[ScoreChange]], Iterable[Points]],
    at: datetime,
) -> frozenset[str]:
    """One at a time for each person, for caps look at what was given before. Whoever objects is not scored."""
    profile = await uow.profiles.fresh(profile_id)
    if profile.objected_at is not None or profile.restricted_at is not None:
        return frozenset()
    given = list(deciding(profile, await uow.scores.of(profile_id)))
    for one in given:
        change = ScoreChange(
            profile_id=profile_id,
            key=f"{one.rule.id}:{new_id(at)}",
            dimension=one.rule.dimension,
            points=one.points,
            reason=one.reason,
            rule=one.rule.id,
            at=at,
            half_life=one.rule.half_life,
        )
        await uow.scores.add_at_end(change)
    return SCORED if given else frozenset()

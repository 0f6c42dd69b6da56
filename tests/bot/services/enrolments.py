"""Enrolments as tests meet them: where they stand, the tags that their steps add, and one that nobody can read."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.ids import EnrolmentId, ProfileId
from bot.domain.journey import Enrolment
from tests.bot.services.stage import ANA, Stage, journey_of, spoil

WAITS = """
- id: hold
  wait: {for: link.clicked, at_most: 2d}
- send: {response: utter_tip, channels: [sms]}
"""
UNREADABLE = EnrolmentId("unreadable")


async def unreadable(stage: Stage, sqlite_url: str, *, of: ProfileId = ANA) -> None:
    """An enrolment whose journey was written by a release that had other words."""
    journey = journey_of(WAITS, name="unreadable")
    now = stage.clock.now()
    async with stage.store.transaction() as uow:
        await uow.enrolments.publish(journey)
        waiting = Enrolment(
            UNREADABLE, journey.id, journey.version, of, now, "hold", due_at=now + timedelta(days=1),
            waiting_for=("link.clicked",), seq=1,
        )  # fmt: skip
        await uow.enrolments.add(waiting)
    spoil(sqlite_url, "UPDATE journey SET body = '{}' WHERE id = 'unreadable'")


async def places(stage: Stage) -> list[tuple[str, str]]:
    return [(one.journey, one.step) for one in await stage.enrolments()]


async def tags_of(stage: Stage, person: ProfileId = ANA) -> set[str]:
    async with stage.store.transaction() as uow:
        return set((await uow.profiles.get(person)).tags)

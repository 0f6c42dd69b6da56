"""What every store keeps of the hours at which people do something."""

from __future__ import annotations

from datetime import timedelta

from bot.adapters.tables import active_hour
from bot.domain.timeline import PersonEvent
from bot.ports import Store
from tests.contracts.samples import ANNA, BEN, NOON, profile

HOUR = timedelta(hours=1)


async def test_hours_are_kept_in_place_of_those_before(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.hours.put("link.clicked", {9: 5, 20: 1})
        await uow.hours.put("message.received", {3: 1})
    async with store.transaction() as uow:
        await uow.hours.put("link.clicked", {10: 2})
        assert await uow.hours.of("link.clicked") == {10: 2}
        await uow.hours.put("link.clicked", {})
        assert await uow.hours.of("link.clicked") == {}
        assert await uow.hours.of("message.received") == {3: 1}


async def test_the_latest_moments_of_everybody_and_of_one(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.profiles.add(profile(ANNA, time_zone="Europe/London"))
        await uow.profiles.add(profile(BEN, objected_at=NOON))
        for hours, who in ((0, ANNA), (1, ANNA), (2, BEN), (3, ANNA)):
            await uow.timeline.add(PersonEvent(who, "link.clicked", NOON + hours * HOUR, NOON))
        await uow.timeline.add(PersonEvent(ANNA, "page.viewed", NOON, NOON))
    async with store.transaction() as uow:
        found = await uow.hours.latest("link.clicked", NOON + HOUR, limit=9)
        assert found == [(NOON + 3 * HOUR, "Europe/London"), (NOON + HOUR, "Europe/London")]
        assert await uow.hours.latest("link.clicked", NOON, limit=1) == [(NOON + 3 * HOUR, "Europe/London")]
        assert await uow.hours.of_person(ANNA, "link.clicked", NOON, limit=2) == [NOON + 3 * HOUR, NOON + HOUR]


def test_nothing_in_it_says_who() -> None:
    assert set(active_hour.c.keys()) == {"event", "hour", "times"}

"""What every store keeps of timelines: each event once, in order, and how often what happened on which day."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta

from bot.domain.timeline import PersonEvent
from bot.ports import Store
from tests.contracts.samples import ANNA, BEN, NOON, profile

VIEWED = PersonEvent(ANNA, "pricing.viewed", NOON, NOON, {"plan": "pro"}, "api", "m1")


async def both(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.profiles.add(profile(ANNA))
        await uow.profiles.add(profile(BEN))


async def test_a_timeline_shows_the_latest_first(store: Store) -> None:
    await both(store)
    earlier = replace(VIEWED, at=NOON - timedelta(days=2), key="m2")
    own = PersonEvent(ANNA, "demo.requested", NOON + timedelta(hours=1), NOON, {"a": [1, {"b": "\0ü"}]})
    async with store.transaction() as uow:
        await uow.timeline.add_new([VIEWED, earlier, replace(VIEWED, profile_id=BEN, key="m3")])
        await uow.timeline.add(own)
        shown = replace(own, data={"a": [1, {"b": "\ufffdü"}]})
        assert list(await uow.timeline.of(ANNA, limit=10)) == [shown, VIEWED, earlier]
    async with store.transaction() as uow:
        assert list(await uow.timeline.of(ANNA, limit=2)) == [shown, VIEWED]


async def test_what_has_happened_is_told_by_its_names(store: Store) -> None:
    await both(store)
    async with store.transaction() as uow:
        assert await uow.timeline.names(limit=9) == []
        await uow.timeline.add_new([VIEWED, replace(VIEWED, profile_id=BEN, key="m2")])
        await uow.timeline.add(PersonEvent(BEN, "demo.requested", NOON, NOON))
        assert await uow.timeline.names(limit=9) == ["demo.requested", "pricing.viewed"]
        assert await uow.timeline.names(limit=1) == ["demo.requested"]


async def test_an_event_that_is_told_twice_is_kept_once(store: Store) -> None:
    await both(store)
    async with store.transaction() as uow:
        assert await uow.timeline.add_new([VIEWED, replace(VIEWED, key="m2")]) == {"m1", "m2"}
        assert await uow.timeline.add_new([]) == frozenset()
    async with store.transaction() as uow:
        again = [replace(VIEWED, event="other.thing"), replace(VIEWED, key="m3"), replace(VIEWED, key="m3")]
        assert await uow.timeline.add_new(again) == {"m3"}
        assert {one.event for one in await uow.timeline.of(ANNA, limit=10)} == {"pricing.viewed"}


async def test_the_same_event_told_twice_at_once_is_kept_once(store: Store) -> None:
    await both(store)

    async def tell() -> int:
        async with store.transaction() as uow:
            return len(await uow.timeline.add_new([VIEWED]))

    assert sorted(await asyncio.gather(tell(), tell(), tell())) == [0, 0, 1]


async def test_events_are_counted_by_day_in_utc(store: Store) -> None:
    await both(store)
    midnight = NOON.replace(hour=0, minute=0, second=0, microsecond=0)
    moments = [midnight, midnight - timedelta(microseconds=1), NOON, NOON.replace(year=1969), NOON.replace(year=2199)]
    async with store.transaction() as uow:
        for at in moments:
            await uow.timeline.add(replace(VIEWED, at=at, key=""))
        await uow.timeline.add(replace(VIEWED, event="other.thing", key=""))
        assert await uow.timeline.counts(ANNA, ["pricing.viewed", "never.happened"]) == {
            "pricing.viewed": {
                NOON.date(): 2,
                NOON.date() - timedelta(days=1): 1,
                date(1969, 11, 23): 1,
                date(2199, 11, 23): 1,
            }
        }
        assert await uow.timeline.counts(ANNA, []) == await uow.timeline.counts(BEN, ["pricing.viewed"]) == {}

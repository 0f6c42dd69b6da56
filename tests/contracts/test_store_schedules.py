"""What every store keeps of schedules: how far each has come, for one worker at a time; and whom they find."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.adapters.database import people
from bot.domain.ids import ProfileId
from bot.ports import Dated, Outside, Page, ScheduleState, Store
from tests.contracts.samples import NOON, opened, profile

HOUR = timedelta(hours=1)
KNOWN = ("welcome:weekly", "later", "unknown")
WEEKLY = ScheduleState("welcome:weekly", "welcome", NOON, NOON + HOUR)


async def test_a_schedule_comes_back_as_it_was_and_is_kept_once(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.schedules.add(WEEKLY)
        await uow.schedules.add(replace(WEEKLY, due_at=NOON))
        assert await uow.schedules.ids() == {WEEKLY.id}
        assert await uow.schedules.claim_due(NOON, KNOWN) is None
        assert await uow.schedules.claim_due(NOON + HOUR, KNOWN) == WEEKLY
        assert await uow.schedules.next_due(await uow.schedules.ids()) == NOON + HOUR


async def test_how_far_a_run_has_come_is_kept(store: Store) -> None:
    reached = replace(WEEKLY, reached="person 100")
    async with store.transaction() as uow:
        await uow.schedules.add(WEEKLY)
        await uow.schedules.save(reached)
    async with store.transaction() as uow:
        assert await uow.schedules.claim_due(NOON + HOUR, KNOWN) == reached
        await uow.schedules.save(replace(reached, due_at=None))
        assert await uow.schedules.claim_due(NOON + HOUR, KNOWN) is None
        assert await uow.schedules.next_due(await uow.schedules.ids()) is None


async def test_those_that_ran_by_a_clock_that_was_ahead_are_forgotten_and_what_is_over_is_not(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.schedules.add(WEEKLY)
        await uow.schedules.add(replace(WEEKLY, id="later", since=NOON + HOUR))
        await uow.schedules.add(replace(WEEKLY, id="over", since=NOON + HOUR, due_at=None))
        assert await uow.schedules.forget_those_ahead(NOON) == 1
        assert await uow.schedules.ids() == {WEEKLY.id, "over"}


async def test_the_one_that_is_due_longest_comes_first(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.schedules.add(replace(WEEKLY, id="later", due_at=NOON + 2 * HOUR))
        await uow.schedules.add(WEEKLY)
        found = await uow.schedules.claim_due(NOON + 3 * HOUR, KNOWN)
        other = await uow.schedules.claim_due(NOON + 3 * HOUR, ["later"])
        assert found is not None
        assert other is not None
        assert (found.id, other.id) == (WEEKLY.id, "later")
        assert await uow.schedules.claim_due(NOON + 3 * HOUR, []) is None


async def test_two_workers_never_claim_the_same_schedule(postgresql_url: str) -> None:
    async with opened(postgresql_url) as one, opened(postgresql_url) as other:
        async with one.transaction() as uow:
            await uow.schedules.add(WEEKLY)
        async with one.transaction() as mine, other.transaction() as yours:
            assert await mine.schedules.claim_due(NOON + HOUR, KNOWN) == WEEKLY
            assert await yours.schedules.claim_due(NOON + HOUR, KNOWN) is None


async def test_people_come_in_pages(store: Store) -> None:
    persons = [ProfileId(f"person {number}") for number in range(5)]
    async with store.transaction() as uow:
        for person in reversed(persons):
            await uow.profiles.add(profile(person))
        assert await uow.profiles.page(after="", limit=3) == Page(persons[:3], persons[2])
        assert await uow.profiles.page(after=persons[2], limit=3) == Page(persons[3:], None)
        assert await uow.profiles.page(after=persons[4], limit=3) == Page([], None)


async def test_people_are_found_by_a_day_that_an_attribute_names(store: Store) -> None:
    days = {"a": "2026-12-24", "b": "1990-12-24T08:00", "c": "2026-12-25", "d": None, "e": 20261224}
    async with store.transaction() as uow:
        for name, day in days.items():
            await uow.profiles.add(profile(ProfileId(name), attributes={"renewal": day, "other": "2026-12-24"}))
        await uow.profiles.add(profile(ProfileId("f"), attributes={"other": "2026-12-24"}))

        async def found(*days: str) -> list[str]:
            page = await uow.profiles.page(after="", limit=10, only=Dated("renewal", days))
            assert page.reached is None
            return list(page.people)

        assert await found("2026-12-24") == ["a"]
        assert await found("____-12-24", "2026-12-25") == ["a", "b", "c"]
        assert await found("____-__-24") == ["a", "b"]
        assert await found("2030-01-01") == []
        assert {"a", "b", "c"} <= set(await found(*(f"2026-12-{day:02}" for day in range(1, 20))))


async def test_a_page_looks_at_so_many_profiles_and_finds_who_is_among_them(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "LOOKS", 4)
    async with store.transaction() as uow:
        for number in range(10):
            day = "2026-12-24" if number in (2, 3, 9) else "2027-01-01"
            await uow.profiles.add(profile(ProfileId(f"p{number}"), attributes={"renewal": day}))
        dated, after, pages = Dated("renewal", ["2026-12-24"]), "", []
        while True:
            page = await uow.profiles.page(after=after, limit=1, only=dated)
            pages.append((list(page.people), page.reached))
            if page.reached is None:
                break
            after = page.reached
    assert pages == [(["p2"], "p2"), (["p3"], "p3"), ([], "p7"), (["p9"], "p9"), ([], None)]


async def test_people_of_other_time_zones_are_left_out(store: Store) -> None:
    a, b, c, d, e = everybody = [ProfileId(name) for name in "abcde"]
    zones = {a: "Asia/Tokyo", b: "Europe/London", c: None, d: "Mars/Olympus", e: "Asia/Tokyo"}
    elsewhere = Outside(["Asia/Tokyo", "America/Denver"])
    async with store.transaction() as uow:
        for person, zone in zones.items():
            await uow.profiles.add(replace(profile(person), time_zone=zone))
        assert await uow.profiles.page(after="", limit=2, only=elsewhere) == Page([b, c], c)
        assert await uow.profiles.page(after=c, limit=2, only=elsewhere) == Page([d], None)
        assert await uow.profiles.page(after="", limit=9, only=Outside([])) == Page(everybody, None)

"""What every store keeps of journeys: versions for ever, one enrolment at a time, due ones for one worker."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.adapters.database.sealing import Sealing
from bot.domain.consent import Purpose
from bot.domain.delivery import Decision, Verdicts
from bot.domain.errors import Conflict
from bot.domain.journey import Enrolment, EnrolmentStatus
from bot.ports import Store, UnitOfWork
from tests.contracts.samples import ANNA, BEN, NOON, enrolment, journey, opened, profile

HOUR = timedelta(hours=1)


async def add_people(uow: UnitOfWork) -> None:
    """Anna and Ben, and two journeys."""
    await uow.profiles.add(profile(ANNA))
    await uow.profiles.add(profile(BEN))
    await uow.enrolments.publish(journey())
    await uow.enrolments.publish(journey(id_="renewal"))


async def due(uow: UnitOfWork, *, after: timedelta = timedelta(), limit: int = 100) -> list[str]:
    return [one.id for one in await uow.enrolments.claim_due(NOON + after, limit)]


async def test_of_those_who_are_due_the_last_may_be_claimed_first(store: Store) -> None:
    async with store.transaction() as uow:
        await add_people(uow)
        for number, hours in enumerate((3, 1, 2, 9)):
            person = ANNA if number % 2 else BEN
            journey_id = "welcome" if number < 2 else "renewal"
            one = enrolment(f"e{hours}", profile_id=person, journey=journey_id, due_at=NOON + timedelta(hours=hours))
            assert await uow.enrolments.add(one)
        latest = await uow.enrolments.claim_due(NOON + timedelta(hours=4), 2, latest_first=True)
        assert [one.id for one in latest] == ["e3", "e2"]
        assert await due(uow, after=timedelta(hours=4)) == ["e1", "e2", "e3"]


async def test_every_published_version_stays(store: Store, store_url: str, sealing: Sealing) -> None:
    async with store.transaction() as uow:
        await uow.enrolments.publish(journey("1"))
        await uow.enrolments.publish(journey("2"))
        await uow.enrolments.publish(journey("1"))
        assert await uow.enrolments.version("welcome", "1") == journey("1")
    async with opened(store_url, sealing) as another, another.transaction() as uow:
        await uow.enrolments.publish(journey("1"))
        assert await uow.enrolments.version("welcome", "2") == journey("2")
        with pytest.raises(LookupError, match='"3" of journey "welcome"'):
            await uow.enrolments.version("welcome", "3")


async def test_a_version_whose_publishing_was_rolled_back_is_published_again(
    store: Store, store_url: str, sealing: Sealing
) -> None:
    with pytest.raises(ZeroDivisionError):  # noqa: PT012
        async with store.transaction() as uow:
            await uow.enrolments.publish(journey("1"))
            raise ZeroDivisionError
    async with store.transaction() as uow:
        await uow.enrolments.publish(journey("1"))
    async with opened(store_url, sealing) as another, another.transaction() as uow:
        assert await uow.enrolments.version("welcome", "1") == journey("1")


async def test_an_enrolment_comes_back_as_it_was(store: Store) -> None:
    full = enrolment(
        "e1",
        waiting_for=("link.clicked", "meeting.booked"),
        arrived_at=NOON,
        reminded=1,
        data={"event": {"size": 50.0}, "answer": {"when": None}},
        entry="key-1",
        lane="e1",
        goal_at=NOON,
    )
    async with store.transaction() as uow:
        await add_people(uow)
        assert await uow.enrolments.add(full)
    async with store.transaction() as uow:
        assert await uow.enrolments.get(full.id) == full
        assert await uow.enrolments.waiting(ANNA) == [full]
        assert await uow.enrolments.waiting(BEN) == []
        with pytest.raises(LookupError, match="e9"):
            await uow.enrolments.get(enrolment("e9").id)


async def test_a_person_is_in_a_journey_once_at_a_time(store: Store) -> None:
    async with store.transaction() as uow:
        await add_people(uow)
        assert await uow.enrolments.add(enrolment("e1"))
        assert not await uow.enrolments.add(enrolment("e2"))
        assert await uow.enrolments.add(enrolment("e3", into="renewal"))
        assert await uow.enrolments.add(enrolment("e4", of=BEN))
        await uow.enrolments.save(enrolment("e1", status=EnrolmentStatus.DONE, due_at=None, seq=1))
        assert await uow.enrolments.add(enrolment("e5", entered_at=NOON + HOUR))
        assert await uow.enrolments.last_entry(ANNA, "welcome") == NOON + HOUR
        assert await uow.enrolments.last_entry(BEN, "renewal") is None


async def test_a_person_may_be_in_one_journey_in_several_lanes(store: Store) -> None:
    async with store.transaction() as uow:
        await add_people(uow)
        assert await uow.enrolments.add(enrolment("e1"))
        assert await uow.enrolments.add(enrolment("e2", lane="e2"))
        assert await uow.enrolments.add(enrolment("e3", lane="e3"))
        assert not await uow.enrolments.add(enrolment("e4", lane="e3"))
        assert [one.id for one in await uow.enrolments.waiting(ANNA)] == ["e1", "e2", "e3"]


async def test_an_entry_that_happens_once_lets_one_person_in_for_ever(store: Store) -> None:
    async with store.transaction() as uow:
        await add_people(uow)
        first = enrolment("e1", entry="key-1")
        assert await uow.enrolments.add(first)
        await uow.enrolments.save(replace(first, status=EnrolmentStatus.DONE, due_at=None, seq=1))
        assert not await uow.enrolments.add(enrolment("e2", entry="key-1"))
        assert await uow.enrolments.add(enrolment("e3", entry="key-1", into="renewal"))
        found = await uow.enrolments.by_entry("welcome", "key-1")
        assert found is not None
        assert found.id == "e1"
        assert await uow.enrolments.by_entry("welcome", "key-2") is None


async def test_a_goal_counts_for_those_who_have_left_lately_and_once(store: Store) -> None:
    held = enrolment("held", status=EnrolmentStatus.HELD_OUT, due_at=None)
    async with store.transaction() as uow:
        await add_people(uow)
        await uow.enrolments.add(held)
        await uow.enrolments.add(enrolment("old", entered_at=NOON - HOUR, status=EnrolmentStatus.DONE, due_at=None))
        await uow.enrolments.add(enrolment("inside"))
        await uow.enrolments.add(enrolment("other", into="renewal", status=EnrolmentStatus.DONE, due_at=None))
        assert await uow.enrolments.reach_goal(ANNA, "welcome", since=NOON, at=NOON + HOUR) == 1
        assert await uow.enrolments.reach_goal(ANNA, "welcome", since=NOON, at=NOON + 2 * HOUR) == 0
        assert (await uow.enrolments.get(held.id)).goal_at == NOON + HOUR
        for name in ("old", "inside", "other"):
            assert (await uow.enrolments.get(enrolment(name).id)).goal_at is None


async def test_due_enrolments_are_claimed_in_the_order_of_their_times(store: Store) -> None:
    async with store.transaction() as uow:
        await add_people(uow)
        await uow.enrolments.add(enrolment("now"))
        await uow.enrolments.add(enrolment("before", of=BEN, due_at=NOON - HOUR))
        await uow.enrolments.add(enrolment("later", into="renewal", due_at=NOON + HOUR))
        await uow.enrolments.add(enrolment("never", of=BEN, into="renewal", due_at=None))
    async with store.transaction() as uow:
        assert await uow.enrolments.next_due() == NOON - HOUR
        assert await due(uow, limit=1) == ["before"]
        assert await due(uow) == ["before", "now"]
        assert await due(uow, after=HOUR) == ["before", "now", "later"]


async def test_what_is_done_or_parked_is_not_due(store: Store) -> None:
    async with store.transaction() as uow:
        await add_people(uow)
        await uow.enrolments.add(enrolment("e1"))
        await uow.enrolments.add(enrolment("e2", of=BEN))
        await uow.enrolments.save(enrolment("e1", status=EnrolmentStatus.DONE, seq=1))
        await uow.enrolments.save(enrolment("e2", of=BEN, status=EnrolmentStatus.PARKED, reason="it broke", seq=1))
        assert await due(uow) == []
        assert await uow.enrolments.next_due() is None


async def test_a_claim_that_failed_finds_the_same_again(store: Store) -> None:
    async with store.transaction() as uow:
        await add_people(uow)
        await uow.enrolments.add(enrolment("e1", due_at=NOON - HOUR))
    with pytest.raises(ZeroDivisionError):  # noqa: PT012
        async with store.transaction() as uow:
            assert await due(uow) == ["e1"]
            await uow.enrolments.save(enrolment("e1", due_at=NOON + HOUR, seq=1))
            raise ZeroDivisionError
    async with store.transaction() as uow:
        assert await due(uow) == ["e1"]


async def test_what_is_due_before_the_last_look_is_found_all_the_same(store: Store) -> None:
    async with store.transaction() as uow:
        await add_people(uow)
        assert await due(uow) == []
        await uow.enrolments.add(enrolment("late", due_at=NOON - HOUR))
        assert await due(uow) == ["late"]


async def test_what_another_process_makes_due_in_the_past_is_found_within_a_minute(
    store: Store, store_url: str, sealing: Sealing
) -> None:
    async with store.transaction() as uow:
        await add_people(uow)
        assert await due(uow) == []
    async with opened(store_url, sealing) as another, another.transaction() as uow:
        await uow.enrolments.add(enrolment("late", due_at=NOON - HOUR))
    async with store.transaction() as uow:
        assert await due(uow, after=timedelta(minutes=1)) == ["late"]


async def test_of_a_reply_and_a_timer_one_moves_the_enrolment(store: Store) -> None:
    async with store.transaction() as uow:
        await add_people(uow)
        await uow.enrolments.add(enrolment("e1"))
    moved: Enrolment = enrolment("e1", step="next", visit=2, due_at=None, waiting_for=("reply",), seq=1)
    async with store.transaction() as uow:
        await uow.enrolments.save(moved)
    with pytest.raises(Conflict, match="e1"):
        async with store.transaction() as uow:
            await uow.enrolments.save(replace(moved, step="other"))
    async with store.transaction() as uow:
        assert await uow.enrolments.get(moved.id) == moved


async def test_two_workers_never_claim_the_same_enrolment(postgresql_url: str) -> None:
    async with opened(postgresql_url) as one, opened(postgresql_url) as other:
        async with one.transaction() as uow:
            await add_people(uow)
            await uow.enrolments.add(enrolment("e1"))
            await uow.enrolments.add(enrolment("e2", of=BEN))
        async with one.transaction() as mine, other.transaction() as yours:
            (first,) = await due(mine, limit=1)
            (second,) = await due(yours)
            assert {first, second} == {"e1", "e2"}


async def test_workers_share_what_is_due(store: Store, store_url: str, sealing: Sealing) -> None:
    async with store.transaction() as uow:
        await add_people(uow)
        for number in range(40):
            await uow.enrolments.publish(journey(id_=f"j{number}"))
            await uow.enrolments.add(enrolment(f"e{number}", into=f"j{number}"))
    moved: list[str] = []

    async def work(database: Store) -> None:
        for _ in range(20):
            async with database.transaction() as uow:
                for one in await uow.enrolments.claim_due(NOON, 5):
                    await uow.enrolments.save(replace(one, due_at=None, seq=one.seq + 1))
                    moved.append(one.id)

    async with opened(store_url, sealing) as other:
        await asyncio.gather(work(store), work(other))
    assert len(moved) == len(set(moved)) == 40


async def test_people_are_counted_where_they_stand(store: Store) -> None:
    async with store.transaction() as uow:
        await add_people(uow)
        await uow.enrolments.publish(journey("2"))
        await uow.enrolments.add(enrolment("e1"))
        await uow.enrolments.add(enrolment("e2", of=BEN))
        left: dict[str, Any] = {"status": EnrolmentStatus.DONE, "due_at": None, "reason": "meeting.booked happened"}
        await uow.enrolments.add(enrolment("e3", **left, goal_at=NOON))
        await uow.enrolments.add(enrolment("e4", **left))
        for number, reason in enumerate(("no such step", "no such slot")):
            stopped: dict[str, Any] = {"status": EnrolmentStatus.PARKED, "due_at": None, "reason": reason}
            await uow.enrolments.add(enrolment(f"p{number}", entered_at=NOON + number * HOUR, **stopped))
        await uow.enrolments.add(enrolment("e5", version="2", of=BEN, lane="e5"))
        await uow.enrolments.add(enrolment("e6", into="renewal"))
    async with store.transaction() as uow:
        found = {
            (one.version, one.status.value, one.reason): (one.people, one.goals)
            for one in await uow.enrolments.headcounts()
            if one.journey == "welcome"
        }
        assert found == {
            ("1", "waiting", ""): (2, 0),
            ("1", "done", "meeting.booked happened"): (2, 1),
            ("1", "parked", ""): (2, 0),
            ("2", "waiting", ""): (1, 0),
        }
        assert {one.journey for one in await uow.enrolments.headcounts()} == {"welcome", "renewal"}
        parked = await uow.enrolments.parked("welcome", 10)
        assert [(one.id, one.reason) for one in parked] == [("p1", "no such slot"), ("p0", "no such step")]
        assert [one.id for one in await uow.enrolments.parked("welcome", 1)] == ["p1"]
        assert await uow.enrolments.parked("renewal", 10) == []


async def test_who_is_at_a_step_is_told_whoever_goes_on_first_first(store: Store) -> None:
    async with store.transaction() as uow:
        await add_people(uow)
        await uow.enrolments.publish(journey("2"))
        await uow.enrolments.add(enrolment("later", due_at=NOON + 2 * HOUR))
        await uow.enrolments.add(enrolment("soon", of=BEN, due_at=NOON + HOUR))
        await uow.enrolments.add(enrolment("stuck", due_at=None, status=EnrolmentStatus.PARKED, reason="no such slot"))
        await uow.enrolments.add(enrolment("left", due_at=None, status=EnrolmentStatus.DONE))
        await uow.enrolments.add(enrolment("elsewhere", step="end", lane="elsewhere"))
        await uow.enrolments.add(enrolment("newer", version="2", lane="newer"))
    async with store.reading() as uow:
        inside = await uow.enrolments.inside("welcome", "1", "begin", 10)
        assert [one.id for one in inside] == ["soon", "later", "stuck"]
        assert [one.id for one in await uow.enrolments.inside("welcome", "1", "begin", 1)] == ["soon"]
        assert await uow.enrolments.inside("renewal", "1", "begin", 10) == []


async def test_it_is_told_what_was_decided_last_on_each_message_of_a_step(store: Store) -> None:
    sent = Decision(NOON, "one:tip:1", ANNA, Purpose.MARKETING, "sms", "send", "consent")
    async with store.transaction() as uow:
        await add_people(uow)
        await uow.enrolments.publish(journey("2"))
        await uow.enrolments.add(enrolment("one"))
        await uow.enrolments.add(enrolment("two", of=BEN))
        await uow.enrolments.add(enrolment("new", of=BEN, version="2", lane="new"))
        await uow.consents.decided_all(
            [
                replace(sent, outcome="later", why="quiet hours"),
                sent,
                replace(sent, entry_key="one:tip:2", outcome="withhold", why="no consent"),
                replace(sent, entry_key="two:tip:1", profile_id=BEN, outcome="withhold", why="no consent"),
                replace(sent, entry_key="two:tipp:1", profile_id=BEN),
                replace(sent, entry_key="new:tip:1", profile_id=BEN),
            ]
        )
    async with store.reading() as uow:
        found = await uow.enrolments.decided("welcome", "1", "tip")
        assert set(found) == {Verdicts("send", "consent", 1), Verdicts("withhold", "no consent", 2)}
        assert await uow.enrolments.decided("welcome", "1", "t") == []

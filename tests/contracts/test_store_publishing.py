"""What every store does with everybody inside a journey at once, and keeps of what is in force."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.delivery import OutboxStatus
from bot.domain.journey import ENDED, MOVED, Enrolment, EnrolmentStatus
from bot.domain.publishing import InForce, JourneyChange, Move, Resting, Running, Version
from bot.domain.send_window import SendWindow
from bot.ports import Store, UnitOfWork
from tests.contracts.samples import ANNA, BEN, NOON, enrolment, entry, journey, profile

DAY = timedelta(days=1)
HERE = "paused"


async def add_people(uow: UnitOfWork) -> None:
    await uow.profiles.add(profile(ANNA))
    await uow.profiles.add(profile(BEN))
    await uow.enrolments.publish(journey("1"))
    await uow.enrolments.publish(journey("2"))
    await uow.enrolments.publish(journey("1", id_="renewal"))


async def test_a_state_is_kept_and_replaced(store: Store) -> None:
    first = InForce("welcome", Running.RUNNING, NOON, "1")
    async with store.transaction() as uow:
        assert await uow.journeys.states() == {}
        await uow.journeys.put(first)
        assert await uow.journeys.states() == {"welcome": first}
    paused = InForce("welcome", Running.PAUSED, NOON + DAY, "2")
    async with store.transaction() as uow:
        await uow.journeys.put(paused)
    async with store.transaction() as uow:
        assert await uow.journeys.states() == {"welcome": paused}


async def test_the_history_begins_with_the_latest(store: Store) -> None:
    changes = [JourneyChange("welcome", NOON + DAY * n, "Ana", "publish", str(n), n) for n in range(3)]
    async with store.transaction() as uow:
        for change in changes:
            await uow.journeys.note(change)
        await uow.journeys.note(JourneyChange("renewal", NOON, "Ben", "stop", None, 0))
    async with store.transaction() as uow:
        assert await uow.journeys.history("welcome", 2) == [changes[2], changes[1]]


async def test_versions_are_drained_but_for_one(store: Store) -> None:
    async with store.transaction() as uow:
        await add_people(uow)
        await uow.journeys.drain("welcome", but="2")
        assert await uow.journeys.versions("welcome") == [Version("1", drained=True), Version("2")]
        assert await uow.journeys.versions("renewal") == [Version("1")]
        await uow.journeys.undrain("welcome", "1")
        assert await uow.journeys.versions("welcome") == [Version("1"), Version("2")]


async def test_a_census_counts_by_step_and_by_outcome(store: Store) -> None:
    async with store.transaction() as uow:
        await add_people(uow)
        for row in (
            enrolment("e1", step="rest", seq=3),
            enrolment("e2", of=BEN, step="rest", seq=1),
            enrolment("e3", lane="x"),
            enrolment("e4", lane="y", status=EnrolmentStatus.PARKED, reason="broken"),
            enrolment("e5", lane="y", status=EnrolmentStatus.DONE, goal_at=NOON),
            enrolment("e6", lane="y", status=EnrolmentStatus.HELD_OUT),
            enrolment("e7", into="renewal"),
        ):
            assert await uow.enrolments.add(row)
        census = await uow.journeys.census("welcome")
        assert census.resting == (Resting("1", "begin", False, 1), Resting("1", "rest", True, 2))
        assert (census.done, census.held_out, census.goals, census.parked) == (1, 1, 1, {"broken": 1})
        assert await uow.journeys.names() == {"welcome", "renewal"}


async def test_each_way_moves_those_whom_it_concerns_and_no_others(store: Store) -> None:
    waits = enrolment("e1", step="rest", seq=3, waiting_for=("link.clicked",), arrived_at=NOON)
    new = enrolment("e2", of=BEN)
    gone = enrolment("e3", step="gone", seq=1, lane="a")
    run = enrolment("e4", step="gone", seq=1, lane="a:b:1")
    runs = enrolment("e5", step="gone", seq=1, lane="c", waiting_for=(ENDED, "outcome"))
    elsewhere = enrolment("e6", into="renewal", step="rest", seq=3)
    everybody = (waits, new, gone, run, runs, elsewhere)
    later = NOON + DAY
    async with store.transaction() as uow:
        await add_people(uow)
        for row in everybody:
            assert await uow.enrolments.add(row)
        group = Resting("1", "rest", True, 1)
        assert await uow.journeys.chunk_end("welcome", "", 10) == "e5"
        for move, moved in (
            (Move(group, "moves", "rest"), 1),
            (Move(Resting("1", "begin", False, 1), "begins", "first"), 1),
            (Move(Resting("1", "gone", True, 3), "lost", why="is gone"), 3),
        ):
            assert await uow.journeys.move("welcome", move, "2", "", "e5", later) == moved
            assert await uow.journeys.move("welcome", move, "2", "", "e5", later) == 0
    async with store.transaction() as uow:
        found = [await uow.enrolments.get(one.id) for one in everybody]

    def by_timer(one: Enrolment) -> Enrolment:
        return replace(one, version="2", seq=2, due_at=later, waiting_for=(MOVED,))

    assert found == [
        replace(waits, version="2", seq=4),
        replace(new, version="2", step="first"),
        replace(
            gone,
            status=EnrolmentStatus.PARKED,
            reason="a version was published, and step gone is gone",
            due_at=None,
            seq=2,
        ),
        by_timer(run),
        by_timer(runs),
        elsewhere,
    ]


async def test_what_was_left_of_a_time_is_left_after_a_pause(store: Store) -> None:
    waits = enrolment("e1", due_at=NOON + DAY, arrived_at=NOON)
    for_ever = enrolment("e2", of=BEN, due_at=None)
    async with store.transaction() as uow:
        await add_people(uow)
        for one in (waits, for_ever):
            assert await uow.enrolments.add(one)
        assert await uow.journeys.pause("welcome", "", "e2", NOON + DAY / 2) == 2
        assert await uow.journeys.pause("welcome", "", "e2", NOON + DAY) == 0
        assert await uow.enrolments.claim_due(NOON + DAY * 9, 10) == []
        assert await uow.enrolments.next_due() is None
    async with store.transaction() as uow:
        assert await uow.journeys.resume("welcome", "", "e2", NOON + DAY * 10) == 2
        stood_still = DAY * 9.5
        shifted = replace(waits, due_at=NOON + DAY + stood_still, arrived_at=NOON + stood_still, seq=2)
        assert await uow.enrolments.get(waits.id) == shifted
        assert await uow.enrolments.get(for_ever.id) == replace(for_ever, seq=2)


async def test_a_time_of_the_clock_comes_as_it_would_have_after_a_pause(store: Store) -> None:
    later, past = enrolment("e1", due_at=NOON + DAY * 9, arrived_at=NOON), enrolment("e2", of=BEN, due_at=NOON + DAY)
    async with store.transaction() as uow:
        await add_people(uow)
        for one in (later, past):
            assert await uow.enrolments.add(one)
        await uow.journeys.pause("welcome", "", "e2", NOON)
        by_the_clock = [(later.version, later.step)]
        now = NOON + DAY * 2
        assert await uow.journeys.resume("welcome", "", "e2", now, by_the_clock=by_the_clock) == 2
        assert await uow.enrolments.get(later.id) == replace(later, seq=2)
        assert await uow.enrolments.get(past.id) == replace(past, due_at=now, seq=2)


async def test_a_time_that_a_pause_would_move_behind_the_calendar_is_its_end(store: Store) -> None:
    end = datetime.max.replace(tzinfo=UTC)
    async with store.transaction() as uow:
        await add_people(uow)
        assert await uow.enrolments.add(enrolment("e1", due_at=end - DAY, arrived_at=NOON))
        await uow.journeys.pause("welcome", "", "e1", NOON)
        await uow.journeys.resume("welcome", "", "e1", NOON + DAY * 2)
        assert [one.due_at for one in await uow.enrolments.waiting(ANNA)] == [end]


async def test_who_stops_leaves_at_once_and_who_is_tied_to_another_journey_is_due(store: Store) -> None:
    alone, run = enrolment("e1", due_at=NOON + DAY), enrolment("e2", of=BEN, due_at=NOON + DAY, lane="a:b:1")
    async with store.transaction() as uow:
        await add_people(uow)
        for one in (alone, run):
            assert await uow.enrolments.add(one)
        assert await uow.journeys.stop("welcome", "", "e2", "stopped", NOON) == 2
        stopped = replace(alone, status=EnrolmentStatus.DONE, reason="stopped", due_at=None, seq=1)
        assert await uow.enrolments.get(alone.id) == stopped
        assert await uow.enrolments.get(run.id) == replace(run, due_at=NOON, seq=1)


async def test_queued_messages_of_a_journey_are_withheld_or_released(store: Store) -> None:
    mine = enrolment("e1")
    window = SendWindow(NOON.time(), NOON.time())
    async with store.transaction() as uow:
        await add_people(uow)
        assert await uow.enrolments.add(mine)
        for key, reason, closed in (("a", HERE, "wait"), ("b", HERE, "skip"), ("c", "too early", "skip")):
            held = entry(key, due_at=NOON + DAY, reason=reason, enrolment_id=mine.id)
            await uow.outbox.add(replace(held, window=replace(window, closed=closed)))  # type: ignore[arg-type]
        await uow.outbox.add(entry("d", due_at=NOON + DAY, reason=HERE))
        released = await uow.journeys.release_queued("welcome", held=HERE, skipped="too late", now=NOON)
        assert released == (1, 1)
        found = [await uow.outbox.by_key(key) for key in "abcd"]
        assert [(one.status, one.reason, one.due_at) for one in found if one] == [
            (OutboxStatus.WAITING, "", NOON),
            (OutboxStatus.WITHHELD, "too late", NOON + DAY),
            (OutboxStatus.WAITING, "too early", NOON + DAY),
            (OutboxStatus.WAITING, HERE, NOON + DAY),
        ]
        assert await uow.journeys.withhold_queued("welcome", "stopped") == 2
        assert await uow.outbox.count(OutboxStatus.WITHHELD) == 3


async def test_the_gate_reads_how_the_journey_of_a_run_stands(store: Store) -> None:
    mine = enrolment("e1")
    async with store.transaction() as uow:
        await add_people(uow)
        await uow.enrolments.add(mine)
        assert await uow.journeys.running_of_run(mine.id) is Running.RUNNING
        await uow.journeys.put(InForce("welcome", Running.PAUSED, NOON))
        assert await uow.journeys.running_of_run(mine.id) is Running.PAUSED


async def test_who_is_parked_waits_again_where_they_did_or_comes_to_their_step_anew(store: Store) -> None:
    parked: dict[str, Any] = {"status": EnrolmentStatus.PARKED, "reason": "no such response"}
    waited = replace(enrolment("e1", due_at=NOON + DAY, arrived_at=NOON), **parked, waiting_for=("link.clicked",))
    for_nothing = replace(enrolment("e2", of=BEN, due_at=None, arrived_at=NOON), **parked, waiting_for=())
    elsewhere = replace(enrolment("e3", due_at=None), **parked, journey="renewal")
    async with store.transaction() as uow:
        await add_people(uow)
        for one in (waited, for_nothing, elsewhere):
            assert await uow.enrolments.add(one)
        assert await uow.journeys.unpark("welcome", 1, NOON + DAY) == 1
        assert await uow.journeys.unpark("welcome", 9, NOON + DAY) == 1
        assert await uow.journeys.unpark("welcome", 9, NOON + DAY) == 0
    async with store.transaction() as uow:
        again: dict[str, Any] = {"status": EnrolmentStatus.WAITING, "reason": "", "seq": 1}
        assert await uow.enrolments.get(waited.id) == replace(waited, **again)
        anew = replace(for_nothing, **again, due_at=NOON + DAY, waiting_for=(MOVED,), arrived_at=None)
        assert await uow.enrolments.get(for_nothing.id) == anew
        assert await uow.enrolments.get(elsewhere.id) == elsewhere


async def test_of_one_person_nobody_goes_on_beside_a_run_that_waits_and_only_the_last_of_several(store: Store) -> None:
    parked: dict[str, Any] = {"status": EnrolmentStatus.PARKED, "reason": "no such response"}
    first, last = (replace(enrolment(name, due_at=NOON), **parked) for name in ("e1", "e2"))
    behind, waits = replace(enrolment("e3", of=BEN, due_at=NOON), **parked), enrolment("e4", of=BEN, due_at=NOON)
    async with store.transaction() as uow:
        await add_people(uow)
        for one in (first, last, behind, waits):
            assert await uow.enrolments.add(one)
        assert await uow.journeys.unpark("welcome", 9, NOON) == 1
        assert await uow.journeys.unpark("welcome", 9, NOON) == 0
        assert [(await uow.enrolments.get(one.id)).status for one in (first, last, behind, waits)] == [
            *("parked", "waiting", "parked", "waiting"),
        ]

"""Whatever two processes do at the same moment, in whatever order: nothing is lost, doubled, out of order or sent after
a no, and nobody is left half moved."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any, cast

import pytest
from sqlalchemy import text

from bot.adapters.database import Database
from bot.adapters.memory import MemoryLeases, MemoryWakeups
from bot.adapters.tables import metadata
from bot.domain.audience import Segment
from bot.domain.consent import ConsentRecord, Purpose
from bot.domain.effects import AddTag, RequestHandoff, SetAttribute
from bot.domain.errors import CannotMerge, Conflict
from bot.domain.ids import ConversationId, ProfileId
from bot.domain.message import CustomerMessage
from bot.domain.person import Identity
from bot.ports import Store, UnitOfWork
from bot.services.advance import advance_due
from bot.services.converse import converse
from bot.services.deliver import deliver_due
from bot.services.erase_person import erase_person
from bot.services.merge_people import part_people
from bot.services.publish import Publisher, pause, resume
from bot.services.receive import receive
from bot.services.respect_wishes import note_objection
from bot.services.runtime import Runtime
from bot.services.take_events import Told, take_events
from bot.services.work_out_segments import work_on_segments
from tests.bot.services.fakes import FakeChannel
from tests.bot.services.stage import Stage, journey_of
from tests.manual_clock import ManualClock

SEEDS, ROUNDS = 6, 20
PHONES = ("+447700900101", "+447700900102", "+447700900103")
PLACES = (*(("sms", one) for one in PHONES), ("webchat", "visitor-a"), ("webchat", "visitor-b"))
WORDS = ("greet", "greet", "book", "lead", "five", "stop", "start")
EVENTS = ("demo.requested", "demo.requested", "meeting.booked", "pricing.viewed")
KNOWN = Segment("known", "'known' in profile.tags")
JOURNEYS = (
    journey_of(
        """
        - wait: 20m
        - send: {response: utter_tip, channels: [sms]}
        - run: {journey: inner}
        - ask: {form: size_form, channels: [sms, webchat], need: [team_size]}
          silent: {after: 2h, go: end}
        - add_to: asked
        """,
        "enter: {event: demo.requested, again: always}\nexit: {goal: event meeting.booked}",
    ),
    journey_of(
        "- wait: {for: [meeting.booked, segment.entered], at_most: 30m}\n- add_to: known",
        "enter: {api: true}",
        name="inner",
    ),
    journey_of(
        "- wait: 20m\n- send: {response: utter_offer, channels: [sms]}",
        "enter: {event: segment.entered, again: always}\nexit: {when: \"'asked' in profile.tags\"}",
        name="outer",
    ),
)

STUCK = text(
    "SELECT id, step, reason FROM enrolment WHERE status = 'parked'"
    " OR (status = 'waiting' AND (due_at IS NULL OR due_at <= :now OR paused_at IS NOT NULL))"
)
UNSETTLED = text("SELECT key, status, reason FROM outbox WHERE status NOT IN ('sent', 'withheld')")
MISPLACED = text(
    "SELECT p.id FROM profile p LEFT JOIN segment_member m ON m.profile_id = p.id"
    " WHERE (CAST(p.tags AS text) LIKE '%\"known\"%') <> (m.profile_id IS NOT NULL)"
)
INBOX = text("SELECT vendor_id, status, position FROM inbox WHERE vendor_id LIKE 'said-%'")


class Hasty:
    """A store whose transactions let others run before they begin and before they end."""

    def __init__(self, store: Database, chance: Random) -> None:
        self._store, self._chance = store, chance

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[UnitOfWork]:
        await asyncio.sleep(self._chance.random() / 500)
        async with self._store.transaction() as uow:
            yield uow
            await asyncio.sleep(self._chance.random() / 500)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


class World:
    """People who do things, and two processes that work for them and do not know of each other."""

    def __init__(self, store: Database, clock: ManualClock, seed: int) -> None:
        self.chance = Random(seed)
        self.store, self.clock = store, clock
        self.stage = stage = Stage(store, clock)
        stage.runtime = replace(stage.runtime, crms={})
        stage.play(*JOURNEYS)
        stage.library.playbook = replace(stage.library.playbook, segments={KNOWN.id: KNOWN})
        stage.actions.effects["action_lead"] = (SetAttribute("size", 5), AddTag("known"), RequestHandoff("asked"))
        hasty = cast(Store, Hasty(store, self.chance))
        self.processes = [
            replace(stage.runtime, store=hasty, wakeups=MemoryWakeups(), leases=MemoryLeases()) for _ in range(2)
        ]
        self.said: list[str] = []
        self.left_alone: set[str] = set()
        """What was said before its sender was erased, or is a STOP of somebody who was: nothing of it is kept."""
        self.events = 0

    @property
    def runtime(self) -> Runtime:
        return self.chance.choice(self.processes)

    # ------------------------------------------------------------ what people do

    async def write(self) -> None:
        channel, address = self.chance.choice(PLACES)
        words, name = self.chance.choice(WORDS), f"said-{len(self.said):04}"
        self.said.append(name)
        if words == "stop":
            self.left_alone.add(name)
        proves = channel == "webchat" and self.chance.random() < 0.4
        vouched = (Identity("phone", self.chance.choice(PHONES), verified=True),) if proves else ()
        runtime = self.runtime
        message = CustomerMessage(channel, name, address, words, identities=vouched)
        await receive(runtime, runtime.channel(channel), [message])

    async def happen(self) -> None:
        self.events += 1
        phone = Identity("phone", self.chance.choice(PHONES))
        told = Told(self.chance.choice(EVENTS), self.clock.now(), f"event-{self.events}", identities=(phone,))
        [outcome] = await take_events(self.runtime, [told])
        assert outcome.result == "taken"

    async def consent(self) -> None:
        async with self._about_somebody() as (uow, _, person):
            now = self.clock.now()
            await uow.consents.add(ConsentRecord(person, Purpose.MARKETING, "sms", True, now, "a test", "May we?"))

    async def object(self) -> None:
        async with self._about_somebody() as (uow, runtime, person):
            await note_objection(uow, runtime, person, how="by letter", now=self.clock.now())

    async def part(self) -> None:
        async with self._about_somebody() as (uow, runtime, person):
            await part_people(uow, runtime, person, now=self.clock.now())

    async def erase(self) -> None:
        """What is said at the same moment is erased with it, or is not."""
        async with self._about_somebody() as (uow, runtime, person):
            await erase_person(uow, runtime, person, who="a test", now=self.clock.now())
        self.left_alone.update(self.said)

    @asynccontextmanager
    async def _about_somebody(self) -> AsyncIterator[tuple[UnitOfWork, Runtime, ProfileId]]:
        async with self.store.transaction() as uow:
            people = (await uow.profiles.page(after="", limit=20)).people
        if not people:
            raise CannotMerge("there is nobody yet")
        runtime = self.runtime
        async with runtime.store.transaction() as uow:
            yield uow, runtime, self.chance.choice(list(people))

    # ------------------------------------------------------------ what processes do

    async def take_turns(self) -> None:
        runtime = self.runtime
        async with runtime.store.transaction() as uow:
            waiting = await uow.inbox.waiting_conversations(self.clock.now(), 20)
        await asyncio.gather(*(converse(runtime, ConversationId(one)) for one in waiting))

    async def advance(self) -> None:
        await advance_due(self.runtime)

    async def deliver(self) -> None:
        await deliver_due(self.runtime)

    async def sort(self) -> None:
        await work_on_segments(self.runtime)

    async def pause(self) -> None:
        publisher = Publisher(self.runtime.store, self.clock, "Ana")
        await pause(publisher, "welcome")
        await resume(publisher, "welcome")

    # ------------------------------------------------------------ all of it

    async def live(self) -> None:
        often = [self.write, self.take_turns, self.deliver] * 3 + [self.happen, self.advance] * 2
        seldom = [self.consent, self.sort, self.object, self.part, self.erase, self.pause]
        for _ in range(ROUNDS):
            deeds = self.chance.choices([*often, *seldom], k=self.chance.randint(2, 6))
            await asyncio.gather(*map(self._do, deeds))
            if self.chance.random() < 0.3:
                self.clock.forward(timedelta(minutes=self.chance.randint(1, 25)))

    async def _do(self, deed: Callable[[], Awaitable[None]]) -> None:
        with suppress(Conflict, CannotMerge):
            await deed()

    async def come_to_rest(self) -> None:
        for _ in range(10):
            await self.stage.settle()
            while await work_on_segments(self.stage.runtime):
                pass
            self.clock.forward(timedelta(minutes=25))
        for _ in range(3):  # what met somebody else at the last moment is tried again a little later
            await self.stage.settle()
            self.clock.forward(timedelta(seconds=10))

    async def rows(self, statement: Any, **values: Any) -> list[Any]:
        async with self.store.transaction() as uow:
            return list(await uow.session.execute(statement, values))


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_whatever_happens_at_once_nothing_is_lost_doubled_or_left_behind(
    store: Database, clock: ManualClock, seed: int
) -> None:
    world = World(store, clock, seed)
    await world.live()
    await world.come_to_rest()
    kept = {row.vendor_id: row for row in await world.rows(INBOX)}
    assert set(world.said) - set(kept) <= world.left_alone, "lost"
    assert {row.status for row in kept.values()} <= {"done"}
    now = int(clock.now().timestamp() * 1_000_000)
    assert await world.rows(STUCK, now=now) == []
    assert await world.rows(UNSETTLED) == []
    assert await world.rows(MISPLACED) == []
    for table in (one for one in metadata.sorted_tables if "profile_id" in one.c):
        orphaned = f"SELECT * FROM {table.name} WHERE profile_id <> '' AND profile_id NOT IN (SELECT id FROM profile)"
        assert await world.rows(text(orphaned)) == [], table.name
    for channel in (world.stage.sms, world.stage.webchat):
        assert_in_order_and_once(channel, {name: row.position for name, row in kept.items()})


def assert_in_order_and_once(channel: FakeChannel, positions: dict[str, int]) -> None:
    twice = [key for key, times in Counter(one.key for one in channel.taken).items() if times > 1]
    assert twice == []
    for address in {one.address for one in channel.taken}:
        answered = [one.key.split(":")[1] for one in channel.taken if one.address == address and ":said-" in one.key]
        places = [positions[one] for one in answered if one in positions]
        assert places == sorted(places)

"""Two workers, and somebody who opts out while they work: nothing is decided on a consent that has ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import Any, cast

import pytest

from bot.adapters.database import Database
from bot.adapters.memory import MemoryLeases, MemoryWakeups
from bot.domain.consent import Purpose
from bot.domain.delivery import OutboxStatus
from bot.domain.effects import AddTag, RecordConsent, SetAttribute
from bot.domain.errors import CannotMerge, CannotPublish
from bot.domain.ids import ConversationId, ProfileId
from bot.domain.message import OutboundMessage, PageReport
from bot.domain.publishing import Running
from bot.ports import Store, UnitOfWork
from bot.services.converse import converse
from bot.services.deliver import deliver_due
from bot.services.merge_people import merge_people, part_people
from bot.services.publish import Publisher, pause, plan_publishing, publish
from bot.services.respect_wishes import note_objection
from bot.services.runtime import Runtime
from tests.bot.services.stage import ANA, PHONE, Stage, capped, journey_of
from tests.manual_clock import ManualClock

OPT_OUT, WORKER = "opt-out", "worker"


@dataclass
class Gate:
    """Holds up the first transaction that reaches it, until it is opened."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    opened: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, _: UnitOfWork | None = None) -> None:
        if not self.reached.is_set():
            self.reached.set()
            await self.opened.wait()


@dataclass
class Watched:
    """A store that notes whose transactions were committed, in order; one may be held up `before_commit`, the second
    of all `before_second`, and the third `before_third`."""

    store: Store
    name: str
    log: list[str]
    before_commit: Callable[[UnitOfWork], Awaitable[None]] | None = None
    before_second: Gate | None = None
    before_third: Gate | None = None
    begun: int = 0

    def transaction(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return self._noted()

    @asynccontextmanager
    async def _noted(self) -> AsyncIterator[UnitOfWork]:
        self.begun += 1
        gate = {2: self.before_second, 3: self.before_third}.get(self.begun)
        if gate is not None:
            await gate()
        async with self.store.transaction() as uow:
            yield uow
            if self.before_commit is not None:
                await self.before_commit(uow)
        self.log.append(self.name)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


@pytest.fixture
def stage(store: Database, clock: ManualClock) -> Stage:
    return Stage(store, clock)


def process(stage: Stage, name: str, log: list[str]) -> tuple[Runtime, Watched]:
    """Another process on the same store; what two of them share beside it does not matter here."""
    watched = Watched(stage.store, name, log)
    runtime = replace(stage.runtime, store=watched, wakeups=MemoryWakeups(), leases=MemoryLeases())
    return runtime, watched


async def ready(stage: Stage, offers: int) -> ConversationId:
    """Ana has consented, offers wait, and her STOP is in the inbox."""
    conversation = await stage.meet()
    await stage.consent()
    stage.clock.forward(timedelta(minutes=1))
    for number in range(offers):
        await stage.queue(f"offer-{number}")
    await stage.hear("stop")
    return conversation.id


async def still_blocked(task: asyncio.Task[Any]) -> bool:
    done, _ = await asyncio.wait([task], timeout=0.2)
    return not done


async def test_an_opt_out_waits_for_a_decision_that_is_being_written(stage: Stage) -> None:
    conversation, log, gate = await ready(stage, 1), list[str](), Gate()
    worker, at_work = process(stage, WORKER, log)
    other, _ = process(stage, OPT_OUT, log)

    async def at_its_decision(uow: UnitOfWork) -> None:
        if await uow.consents.decisions(ANA):
            await gate(uow)

    at_work.before_commit = at_its_decision
    delivering = asyncio.create_task(deliver_due(worker))
    await gate.reached.wait()
    stopping = asyncio.create_task(converse(other, conversation))
    blocked = await still_blocked(stopping)
    gate.opened.set()
    await asyncio.gather(delivering, stopping)
    assert blocked, "else it would be committed before what was decided without it"
    assert (await stage.decisions())[0].outcome == "send"
    assert (await stage.entry("offer-0")).status is OutboxStatus.SENT


@pytest.mark.parametrize("how", ["STOP", "a no in a talk"])
async def test_a_decision_waits_for_an_opt_out_that_is_being_written(stage: Stage, how: str) -> None:
    conversation, log, gate = await ready(stage, 1), list[str](), Gate()
    worker, at_work = process(stage, WORKER, log)
    other, stopper = process(stage, OPT_OUT, log)
    at_work.before_second = claimed = Gate()

    async def at_the_refusal(uow: UnitOfWork) -> None:
        if not all(one.granted for one in await uow.consents.of(ANA)):
            await gate(uow)

    async def refuse() -> int:
        refusal = RecordConsent(Purpose.MARKETING, "sms", granted=False, text="May we?", how="said no")
        async with stopper.transaction() as uow:
            await stage.do_in(uow, refusal)
        return 1

    stopper.before_commit = at_the_refusal
    delivering = asyncio.create_task(deliver_due(worker))
    await claimed.reached.wait()
    stopping = asyncio.create_task(converse(other, conversation) if how == "STOP" else refuse())
    await gate.reached.wait()
    claimed.opened.set()
    blocked = await still_blocked(delivering)
    gate.opened.set()
    await asyncio.gather(delivering, stopping)
    assert blocked, "else it would decide on what it can still see"
    assert not [one for one in stage.sms.taken if one.key == "offer-0"]
    assert (await stage.entry("offer-0")).status is OutboxStatus.WITHHELD


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_the_order_nothing_is_let_go_after_the_opt_out(stage: Stage, seed: int) -> None:
    chance, log = Random(seed), list[str]()
    conversation = await ready(stage, 8)
    let_go: set[str] = set()
    wrong: set[str] = set()

    def noting() -> Callable[[UnitOfWork], Awaitable[None]]:
        async def note(uow: UnitOfWork) -> None:
            await asyncio.sleep(chance.random() / 200)
            decisions = [one for one in await uow.consents.decisions(ANA) if one.purpose is Purpose.MARKETING]
            new = {one.entry_key for one in decisions if one.outcome == "send"} - let_go
            if not all(one.granted for one in await uow.consents.of(ANA)):
                wrong.update(new)
            let_go.update(new)

        return note

    workers = [process(stage, WORKER, log) for _ in range(2)]
    other, _ = process(stage, OPT_OUT, log)
    for _, watched in workers:
        watched.before_commit = noting()

    async def stop() -> None:
        await asyncio.sleep(chance.random() / 20)
        await converse(other, conversation)

    async def work(runtime: Runtime) -> None:
        while await deliver_due(runtime):
            pass

    await asyncio.gather(stop(), *(work(runtime) for runtime, _ in workers))
    assert wrong == set()
    assert {one.key for one in stage.sms.taken if one.key.startswith("offer")} == let_go
    for number in range(8):
        entry = await stage.entry(f"offer-{number}")
        assert entry.status in (OutboxStatus.SENT, OutboxStatus.WITHHELD)
    assert not await stage.may_send()


async def test_two_workers_keep_a_cap_together(stage: Stage) -> None:
    stage.rule(capped(1))
    await stage.meet()
    await stage.consent()
    both = asyncio.Barrier(2)

    async def wait_for_the_other(_: OutboundMessage) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await both.wait()

    stage.sms.on_send = wait_for_the_other
    await stage.queue("one")
    first = asyncio.create_task(deliver_due(process(stage, WORKER, [])[0]))
    while not stage.sms.tries:  # noqa: ASYNC110  the vendor has the first, and has not answered
        await asyncio.sleep(0.005)
    await stage.queue("two")
    await deliver_due(process(stage, WORKER, [])[0])
    await first
    assert [one.key for one in stage.sms.taken] == ["one"]
    assert (await stage.entry("two")).reason == "the cap of 1 within 1 week is reached (rule cap)"


async def test_a_merge_does_not_hold_up_the_feeds_while_it_waits_for_a_delivery(stage: Stage) -> None:
    """Else the delivery, which writes to a feed as the last it does, and the merge would wait for each other."""
    bob, settling = ProfileId("bob"), asyncio.Event()
    stage.play(journey_of("- wait: 1d"))
    await stage.meet()
    await stage.meet(bob, phone="+447700900124")
    for person in (ANA, bob):
        await stage.happens("demo.requested", to=person)
    await stage.queue("k", profile_id=bob)

    async def settle() -> None:
        async with stage.store.transaction() as uow:
            entry, now = await uow.outbox.by_key("k"), stage.clock.now()
            assert entry is not None
            await uow.outbox.settle(replace(entry, status=OutboxStatus.DEAD))
            settling.set()
            await asyncio.sleep(0.3)  # the merge begins meanwhile
            await uow.feeds.append("decisions", "k:dead", {"key": "k"}, now)

    async def merge() -> None:
        await settling.wait()
        async with stage.store.transaction() as uow:
            await merge_people(uow, stage.runtime, ANA, bob, who="a test", why="a test", now=stage.clock.now())

    await asyncio.gather(settle(), merge())
    assert (await stage.entry("k")).profile_id == ANA


async def test_of_two_who_publish_at_once_the_second_is_told(stage: Stage) -> None:
    first, second = journey_of("- wait: 1d"), journey_of("- wait: 2d")
    log, gate = list[str](), Gate()
    _, held = process(stage, "first", log)
    held.before_commit = gate
    plans = {}
    for journey in (first, second):
        async with stage.store.transaction() as uow:
            plans[journey.version] = await plan_publishing(uow, journey)
    one = asyncio.create_task(publish(Publisher(cast(Store, held), stage.clock, "Ana"), plans[first.version]))
    await gate.reached.wait()
    other = asyncio.create_task(publish(Publisher(stage.store, stage.clock, "Ben"), plans[second.version]))
    assert await still_blocked(other)
    gate.opened.set()
    await one
    with pytest.raises(CannotPublish, match="meanwhile"):
        await other


async def test_a_pause_at_the_moment_of_publishing_keeps_what_is_published(stage: Stage) -> None:
    journey, log, gate = journey_of("- wait: 1d"), list[str](), Gate()
    _, held = process(stage, "first", log)
    held.before_commit = gate
    async with stage.store.transaction() as uow:
        plan = await plan_publishing(uow, journey)
    publishing = asyncio.create_task(publish(Publisher(cast(Store, held), stage.clock, "Ana"), plan))
    await gate.reached.wait()
    pausing = asyncio.create_task(pause(Publisher(stage.store, stage.clock, "Ben"), "welcome"))
    assert await still_blocked(pausing)
    gate.opened.set()
    await asyncio.gather(publishing, pausing)
    async with stage.store.transaction() as uow:
        state = (await uow.journeys.states())["welcome"]
    assert (state.running, state.version) == (Running.PAUSED, journey.version)


@pytest.mark.parametrize("what", ["an attribute", "a tag", "a page's language"])
async def test_what_becomes_known_at_the_same_moment_takes_no_wish_back(stage: Stage, what: str) -> None:
    """Both write the whole profile: whoever reads it waits for the other."""
    conversation, log, gate = await stage.meet(), list[str](), Gate()
    _, held = process(stage, "first", log)
    held.before_commit = gate

    async def note() -> None:
        async with held.transaction() as uow:
            await note_objection(uow, stage.runtime, ANA, how="by letter", now=stage.clock.now())

    async def become_known() -> None:
        if what == "a page's language":
            async with stage.store.transaction() as uow:
                report = PageReport("sms", "report", PHONE, locale="de")
                await uow.inbox.add(conversation.id, report, stage.clock.now())
            await converse(stage.runtime, conversation.id)
        else:
            await stage.do(SetAttribute("size", 5) if what == "an attribute" else AddTag("keen"))

    noting = asyncio.create_task(note())
    await gate.reached.wait()
    becoming = asyncio.create_task(become_known())
    assert await still_blocked(becoming)
    gate.opened.set()
    await asyncio.gather(noting, becoming)
    async with stage.store.transaction() as uow:
        profile = await uow.profiles.get(ANA)
    assert profile.objected_at is not None
    known = {"an attribute": profile.attributes, "a tag": profile.tags, "a page's language": profile.locale}[what]
    assert known


async def test_who_is_merged_while_an_answer_waits_for_the_gate_has_it_and_its_decision_record(stage: Stage) -> None:
    """By the record another process knows after a crash that it was let go."""
    bob = ProfileId("bob")
    await stage.meet()
    stage.clock.forward(timedelta(minutes=1))
    await stage.meet(bob, phone="+447700900124")
    await stage.queue("answer", purpose=Purpose.REPLY, profile_id=bob)
    worker, watched = process(stage, WORKER, [])
    watched.before_second = claimed = Gate()
    delivering = asyncio.create_task(deliver_due(worker))
    await claimed.reached.wait()
    async with stage.store.transaction() as uow:
        await merge_people(uow, stage.runtime, ANA, bob, who="a test", why="a test", now=stage.clock.now())
    claimed.opened.set()
    await delivering
    stage.clock.forward(timedelta(seconds=2))
    await stage.settle()
    assert [one.key for one in stage.sms.taken] == ["answer"]
    async with stage.store.transaction() as uow:
        assert await uow.consents.was_let_go(ANA, "answer")
        assert await uow.consents.decisions(bob) == []


async def test_who_is_merged_while_the_gate_decides_on_an_answer_has_its_decision_record(stage: Stage) -> None:
    """Else it would name somebody whom there is no more, and would outlive even the erasure of who they are now."""
    bob, gate = ProfileId("bob"), Gate()
    await stage.meet()
    stage.clock.forward(timedelta(minutes=1))
    await stage.meet(bob, phone="+447700900124")
    await stage.queue("answer", purpose=Purpose.REPLY, profile_id=bob)
    worker, watched = process(stage, WORKER, [])

    async def at_its_decision(uow: UnitOfWork) -> None:
        if await uow.consents.decisions(bob):
            await gate(uow)

    async def merge() -> None:
        async with stage.store.transaction() as uow:
            await merge_people(uow, stage.runtime, ANA, bob, who="a test", why="a test", now=stage.clock.now())

    watched.before_commit = at_its_decision
    delivering = asyncio.create_task(deliver_due(worker))
    await gate.reached.wait()
    merging = asyncio.create_task(merge())
    await still_blocked(merging)
    gate.opened.set()
    await asyncio.gather(delivering, merging)
    async with stage.store.transaction() as uow:
        assert [one.entry_key for one in await uow.consents.decisions(ANA)] == ["answer"]
        assert await uow.consents.decisions(bob) == []


async def test_of_two_who_undo_a_merge_at_once_the_second_is_told(stage: Stage) -> None:
    bob, gate = ProfileId("bob"), Gate()
    await stage.meet()
    stage.clock.forward(timedelta(minutes=1))
    await stage.meet(bob, phone="+447700900124")
    async with stage.store.transaction() as uow:
        await merge_people(uow, stage.runtime, ANA, bob, who="a test", why="a test", now=stage.clock.now())
    first, held = process(stage, "first", [])
    held.before_commit = gate

    async def part(runtime: Runtime) -> None:
        async with runtime.store.transaction() as uow:
            await part_people(uow, runtime, ANA, now=stage.clock.now())

    one = asyncio.create_task(part(first))
    await gate.reached.wait()
    other = asyncio.create_task(part(stage.runtime))
    await still_blocked(other)
    gate.opened.set()
    await one
    with pytest.raises(CannotMerge, match=r"by somebody else|with nobody"):
        await other

"""Publish: put a version of a journey in force, and pause, resume, stop or take back what is, for every process.

What concerns everybody inside goes in chunks, each in its own transaction. Whoever is interrupted asks again: what was
done stays done, and the rest follows.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from bot.domain.audit import Deed
from bot.domain.errors import CannotPublish
from bot.domain.journey import Journey
from bot.domain.publishing import InForce, JourneyChange, Move, OnEdit, Running
from bot.journeys.judge import JOURNEY_PAUSED, JOURNEY_STOPPED, held_question
from bot.journeys.migrate import back_from, plan_moves
from bot.journeys.resting import goes_by_the_clock
from bot.ports import Clock, Store, UnitOfWork
from bot.services.read_version import read_version

CHUNK = 20_000
"""People in one transaction: some tenths of a second."""

PAST_DUE = "it was due while the journey was paused, and its window says to leave it out then"
LONGEST_HISTORY = 1000
MOST_ROUNDS = 5
"""Of looking for those who have gone on meanwhile; each finds a few of those who did in the one before."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What publishing `journey` would do: `moves` says it of everybody who is inside."""

    journey: Journey
    on_edit: OnEdit
    moves: tuple[Move, ...]
    before: InForce | None

    @property
    def lost(self) -> tuple[Move, ...]:
        return tuple(move for move in self.moves if move.way == "lost")

    @property
    def people_moved(self) -> int:
        return sum(move.resting.people for move in self.moves if move.way != "stays")


@dataclass(frozen=True, slots=True)
class Publisher:
    """Where it is done, by whom; `by` and `origin` are who that is in the audit log, and from which address."""

    store: Store
    clock: Clock
    who: str
    by: str = "terminal"
    origin: str = ""

    async def note(self, uow: UnitOfWork, change: JourneyChange) -> None:
        """In the journey's history, and in the audit log."""
        await uow.journeys.note(change)
        detail = {"version": change.version, "people": change.people}
        await uow.audit.note(Deed(f"journey.{change.what}", self.by, change.journey, self.origin, detail), change.at)


async def plan_publishing(uow: UnitOfWork, journey: Journey, on_edit: OnEdit | None = None) -> Plan:
    """Where everybody would go if this version were published now. Changes nothing."""
    on_edit = journey.on_edit if on_edit is None else on_edit
    census = await uow.journeys.census(journey.id)
    drained = {one.version for one in await uow.journeys.versions(journey.id) if one.drained}
    others = {group.version for group in census.resting} - {journey.version}
    read = {one: await read_version(uow, journey.id, one, otherwise="nobody on it can be moved") for one in others}
    versions = {one: version for one, version in read.items() if version is not None}
    moves = plan_moves(journey, versions, drained, census.resting, on_edit)
    return Plan(journey, on_edit, moves, (await uow.journeys.states()).get(journey.id))


async def plan_rollback(uow: UnitOfWork, name: str, version: str | None = None) -> Plan:
    """Back to this version, or to the one that was in force before the present one.

    Raises CannotPublish where that was not in force before.
    """
    state = (await uow.journeys.states()).get(name)
    if state is None or state.version is None:
        raise CannotPublish(f'the journey "{name}" was never published, so there is nothing to go back from.')
    stack = _stack(await uow.journeys.history(name, LONGEST_HISTORY))
    before = stack[:-1] if stack and stack[-1] == state.version else []
    if not before:
        raise CannotPublish(f'the journey "{name}" has one published version only. Edit it, and publish that.')
    back_to = version or before[-1]
    if back_to not in before:
        raise CannotPublish(f'version {back_to[:8]} of "{name}" was not in force before the present one.')
    passed = stack[_last(before, back_to) + 1 :]
    left = [await uow.enrolments.version(name, one) for one in reversed(passed)]
    return await plan_publishing(uow, await uow.enrolments.version(name, back_to), back_from(*left))


async def versions_before(uow: UnitOfWork, name: str) -> list[str]:
    """The versions that a rollback can go to, the latest first."""
    return list(dict.fromkeys(reversed(_stack(await uow.journeys.history(name, LONGEST_HISTORY))[:-1])))


def _stack(history: Sequence[JourneyChange]) -> list[str]:
    """Publishing puts a version on top, and a rollback takes off what is above the one that it goes to."""
    stack: list[str] = []
    for change in reversed(history):
        if change.version is None:
            continue
        if change.what == "publish" and (not stack or stack[-1] != change.version):
            stack.append(change.version)
        elif change.what == "rollback" and change.version in stack[:-1]:
            del stack[_last(stack[:-1], change.version) + 1 :]
    return stack


def _last(stack: Sequence[str], version: str) -> int:
    return len(stack) - 1 - list(reversed(stack)).index(version)


async def publish(
    publisher: Publisher, plan: Plan, *, park: bool = False, what: Literal["publish", "rollback"] = "publish"
) -> int:
    """Put the version in force and do what the plan says; how many people were moved, to a step or out of theirs.

    Raises CannotPublish, before anything is changed, where people would be lost and are not to be parked, or where
    somebody has changed what is in force since the plan was made.
    """
    journey = plan.journey
    if plan.lost and not park:
        raise CannotPublish(_told_of_the_lost(plan))
    async with publisher.store.transaction() as uow:
        await uow.journeys.lock()
        now = publisher.clock.now()
        if (await uow.journeys.states()).get(journey.id) != plan.before:
            raise CannotPublish(f'somebody has changed what is in force of "{journey.id}" meanwhile. Look again.')
        await uow.enrolments.publish(journey)
        await uow.journeys.undrain(journey.id, journey.version)
        if plan.on_edit.policy == "drain":
            await uow.journeys.drain(journey.id, but=journey.version)
        was_stopped = plan.before is None or plan.before.running is Running.STOPPED
        running = Running.RUNNING if was_stopped or plan.before is None else plan.before.running
        await uow.journeys.put(InForce(journey.id, running, now, journey.version))
        await publisher.note(
            uow, JourneyChange(journey.id, now, publisher.who, what, journey.version, plan.people_moved)
        )

    people = await _carry_out(publisher, journey, plan.moves) if plan.people_moved else 0
    return people + await _move_on(publisher, plan, park=park)


async def _move_on(publisher: Publisher, plan: Plan, *, park: bool) -> int:
    """Move those who have gone on, or come in, on an earlier version since the plan was made, to where nobody stood
    then. Who would be lost there stays on it, unless they are to be parked."""
    people = 0
    for _ in range(MOST_ROUNDS):
        async with publisher.store.transaction() as uow:
            rest = await plan_publishing(uow, plan.journey, plan.on_edit)
        moves = [one for one in rest.moves if one.way != "stays" and (park or one.way != "lost")]
        moved = await _carry_out(publisher, plan.journey, moves) if moves else 0
        if not moved:
            break
        people += moved
    return people


async def _carry_out(publisher: Publisher, journey: Journey, moves: Sequence[Move]) -> int:
    async def move(uow: UnitOfWork, after: str, upto: str, now: datetime) -> int:
        return sum([await _move(uow, journey, one, after, upto, now) for one in moves])

    return await _in_chunks(publisher, journey.id, move)


async def _move(uow: UnitOfWork, journey: Journey, move: Move, after: str, upto: str, now: datetime) -> int:
    people = await uow.journeys.move(journey.id, move, journey.version, after, upto, now)
    if people and move.way in ("moves", "arrives"):
        uow.passages.add(journey.id, journey.version, [(move.resting.step, move.to)], times=people, moved=True)
    return people


def _told_of_the_lost(plan: Plan) -> str:
    steps = "; ".join(f'{move.resting.people} at "{move.resting.step}", which {move.why}' for move in plan.lost)
    return (
        f'publishing "{plan.journey.id}" would lose people: {steps}. Say where they go, such as '
        f"on_edit: {{map: {{{plan.lost[0].resting.step}: <a step>}}}}, or stop their runs with --park."
    )


async def pause(publisher: Publisher, name: str) -> int:
    """Nobody enters, and times stand still; how many people are inside."""
    state = await _change(publisher, name, Running.PAUSED, "pause")

    async def work(uow: UnitOfWork, after: str, upto: str, now: datetime) -> int:
        if not await uow.journeys.stays_paused(name):
            return 0  # somebody has let it go on, and does not look for those who are paused after that
        return await uow.journeys.pause(name, after, upto, state.since)

    return await _noted(publisher, state, "pause", await _in_chunks(publisher, name, work))


async def resume(publisher: Publisher, name: str) -> tuple[int, int, int]:
    """Go on: how many people do, how many held-back messages are due now, and how many are left out. Questions that
    were to be asked meanwhile are asked now."""
    state = await _change(publisher, name, Running.RUNNING, "resume")
    async with publisher.store.transaction() as uow:
        now = publisher.clock.now()
        released, left_out = await uow.journeys.release_queued(name, held=JOURNEY_PAUSED, skipped=PAST_DUE, now=now)
        await uow.inbox.resume([held_question(name)], now)
        by_the_clock = await _steps_by_the_clock(uow, name)

    async def work(uow: UnitOfWork, after: str, upto: str, now: datetime) -> int:
        return await uow.journeys.resume(name, after, upto, now, by_the_clock=by_the_clock)

    people = await _in_chunks(publisher, name, work)
    await _noted(publisher, state, "resume", people)
    return people, released, left_out


async def _steps_by_the_clock(uow: UnitOfWork, name: str) -> list[tuple[str, str]]:
    """Each version with a step of it at which people wait for a time of the clock."""
    found = []
    for group in (await uow.journeys.census(name)).resting:
        journey = await read_version(uow, name, group.version, otherwise="its people's time goes on with what was left")
        if journey is not None and goes_by_the_clock(journey.steps.get(group.step)):
            found.append((group.version, group.step))
    return found


async def stop(publisher: Publisher, name: str) -> tuple[int, int]:
    """Everybody inside leaves, nobody enters until it is published again, and what is queued of it is not sent.

    How many people left, and how many messages were withheld.
    """
    state = await _change(publisher, name, Running.STOPPED, "stop")

    async def work(uow: UnitOfWork, after: str, upto: str, now: datetime) -> int:
        return await uow.journeys.stop(name, after, upto, JOURNEY_STOPPED, now)

    people = await _in_chunks(publisher, name, work)
    async with publisher.store.transaction() as uow:
        withheld = await uow.journeys.withhold_queued(name, JOURNEY_STOPPED)
    await _noted(publisher, state, "stop", people)
    return people, withheld


async def unpark(publisher: Publisher, name: str) -> tuple[int, int]:
    """Let those go on who are parked, once what stopped them is mended: how many, and how many stay, since they are in
    it again. Whom the same stops once more is parked once more."""
    async with publisher.store.transaction() as uow:
        state = (await uow.journeys.states()).get(name) or InForce(name, Running.RUNNING, publisher.clock.now())
    if state.running is Running.STOPPED:
        raise CannotPublish(f'the journey "{name}" was stopped, so nobody goes on in it. Publish it first.')
    people = 0
    while True:
        async with publisher.store.transaction() as uow:
            some = await uow.journeys.unpark(name, CHUNK, publisher.clock.now())
            if not some:
                stay = sum((await uow.journeys.census(name)).parked.values())
                break
        people += some
    return await _noted(publisher, state, "unpark", people) if people else 0, stay


async def _change(publisher: Publisher, name: str, running: Running, what: str) -> InForce:
    """Asked for a second time, it goes on with what the first has not done."""
    async with publisher.store.transaction() as uow:
        await uow.journeys.lock()
        state = (await uow.journeys.states()).get(name)
        now = publisher.clock.now()
        if state is None and running is Running.RUNNING:
            raise CannotPublish(f'the journey "{name}" is not paused.')
        if state is None:
            state = InForce(name, running, now)
        elif state.running is Running.STOPPED and running is not Running.STOPPED:
            raise CannotPublish(f'the journey "{name}" was stopped, so there is nothing to {what}. Publish it first.')
        elif state.running is not running:
            state = replace(state, running=running, since=now)
        await uow.journeys.put(state)
    return state


async def _noted(
    publisher: Publisher, state: InForce, what: Literal["pause", "resume", "stop", "unpark"], people: int
) -> int:
    async with publisher.store.transaction() as uow:
        now = publisher.clock.now()
        await publisher.note(uow, JourneyChange(state.journey, now, publisher.who, what, state.version, people))
    return people


async def _in_chunks(
    publisher: Publisher, name: str, work: Callable[[UnitOfWork, str, str, datetime], Awaitable[int]]
) -> int:
    people, after = 0, ""
    while True:
        async with publisher.store.transaction() as uow:
            upto = await uow.journeys.chunk_end(name, after, CHUNK)
            if upto is None:
                return people
            people += await work(uow, after, upto, publisher.clock.now())
        after = upto

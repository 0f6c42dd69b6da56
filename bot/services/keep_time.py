"""Keep time: notice when the clock of this machine is put forward or back, or is not the database's."""

from __future__ import annotations

from datetime import timedelta
from time import monotonic

import structlog

from bot.domain.delivery import Lane
from bot.services.runtime import INBOX, OUTBOX, TIMERS, Runtime

log = structlog.get_logger()

WORTH_TELLING = timedelta(seconds=2)
FARTHEST_APART = timedelta(seconds=30)
"""From the database's clock. Two minutes after an entry was claimed it is taken for left by a crash, so a worker whose
clock is ahead by more than that would send what another is just sending."""


class TimeKeeper:
    """Holds the clock against one that is never put forward or back, and against the database's."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._told, self._passed = runtime.clock.now(), monotonic()
        self._has_looked = False
        self._was_right = True
        self._goes_on_alone = False

    async def look(self) -> bool:
        """Whether we may work by this clock. What a step back, now or before we began, makes wait is made due again."""
        await self._follow()
        told, passed = self._runtime.clock.now(), monotonic()
        step = (told - self._told) - timedelta(seconds=passed - self._passed)
        self._told, self._passed = told, passed
        if abs(step) > WORTH_TELLING:
            log.warning("the clock was put forward or back", seconds=round(step.total_seconds(), 1))
        may_have_been_ahead = step < -WORTH_TELLING or not self._has_looked
        if may_have_been_ahead:
            await _make_due_again(self._runtime)
        self._has_looked = True
        is_right = await self._is_right()
        if is_right and may_have_been_ahead:
            await _bring_back_claims(self._runtime)
            await _begin_schedules_anew(self._runtime)
        if is_right and self._runtime.store.shared:
            await _make_others_due(self._runtime)
        return is_right

    async def _follow(self) -> None:
        """Follow the machine's clock where it was put forward or back, but not away from the database's."""
        step = self._runtime.clock.step
        apart = await self._apart() if step else timedelta()
        if abs(apart - step) > FARTHEST_APART >= abs(apart):
            if not self._goes_on_alone:
                log.error(
                    "the machine's clock was put forward or back, away from the database's; time goes on as before",
                    seconds=round(step.total_seconds(), 1),
                    do="set up NTP (timedatectl set-ntp true)",
                )
            self._goes_on_alone = True
        else:
            self._runtime.clock.follow()
            self._goes_on_alone = False

    async def _apart(self) -> timedelta:
        """How far the database's clock is ahead of ours."""
        of_the_machine = await self._runtime.store.clock_difference() or timedelta()
        return of_the_machine + self._runtime.clock.step

    async def _is_right(self) -> bool:
        apart = await self._apart()
        is_right = abs(apart) <= FARTHEST_APART
        if not is_right and self._was_right:
            log.error(
                "this machine's clock is wrong, and it takes no work until it is right",
                seconds_behind_the_database=round(apart.total_seconds(), 1),
                do="set up NTP (timedatectl set-ntp true)",
            )
        if is_right and not self._was_right:
            log.info("this machine's clock is right again")
        self._was_right = is_right
        return is_right


async def _make_others_due(runtime: Runtime) -> None:
    """What a process took or answered whose clock is ahead would wait until ours is there; the little that clocks
    always differ by is no trouble."""
    now = runtime.clock.now()
    async with runtime.store.transaction() as uow:
        turns = await uow.inbox.make_due_again(now, ahead=WORTH_TELLING)
        answers = await uow.outbox.make_due_again(now, ahead=WORTH_TELLING, lane=Lane.REPLIES)
    if turns or answers:
        log.warning(
            "a process took or answered messages by a clock that is ahead of ours",
            turns=turns,
            answers=answers,
            do="overture doctor",
        )
    for topic, found in ((INBOX, turns), (OUTBOX, answers)):
        if found:
            await runtime.wakeups.notify(topic)


async def _bring_back_claims(runtime: Runtime) -> None:
    """What such a clock claimed and left would be taken for left by a crash only when the clock is there again."""
    async with runtime.store.transaction() as uow:
        claims = await uow.outbox.bring_back_claims(runtime.clock.now())
    if claims:
        log.warning("messages were being sent by a clock that was ahead; what is left of them comes up", claims=claims)


async def _begin_schedules_anew(runtime: Runtime) -> None:
    """Those that have run by such a clock would wait until it is there again. Nobody is let in twice by one run."""
    async with runtime.store.transaction() as uow:
        schedules = await uow.schedules.forget_those_ahead(runtime.clock.now() + FARTHEST_APART)
    if schedules:
        log.warning("schedules had run by a clock that was ahead, and begin anew", schedules=schedules)
        await runtime.wakeups.notify(TIMERS)


async def _make_due_again(runtime: Runtime) -> None:
    """What was due when it was written, by a clock that was ahead, would wait until the clock is there again."""
    now = runtime.clock.now()
    async with runtime.store.transaction() as uow:
        turns = await uow.inbox.make_due_again(now, ahead=timedelta())
        messages = await uow.outbox.make_due_again(now, ahead=timedelta())
    if turns or messages:
        log.info("what was due is due again", turns=turns, messages=messages)
    for topic in (INBOX, OUTBOX):
        await runtime.wakeups.notify(topic)

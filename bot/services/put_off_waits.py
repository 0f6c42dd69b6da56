"""Put off waits: the wait behind a step's message that is held back begins when that may leave."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.delivery import OutboxEntry, sent_by
from bot.domain.journey import Enrolment
from bot.domain.steps import WaitStep
from bot.journeys.resting import put_off_wait, waits_behind
from bot.ports import UnitOfWork
from bot.services.read_facts import read_facts
from bot.services.read_version import read_version
from bot.services.runtime import Runtime

NO_MATTER = timedelta(minutes=10)
"""A message that leaves so much later leaves at once, as far as a wait is concerned."""


async def put_off_waits(
    uow: UnitOfWork, runtime: Runtime, held: Sequence[tuple[OutboxEntry, datetime]], now: datetime
) -> None:
    """`held` names entries, each with when it is looked at again."""
    until = {
        (entry.enrolment_id, ":".join(sent_by(entry))): at
        for entry, at in held
        if entry.enrolment_id is not None and at - now >= NO_MATTER
    }
    runs = await uow.enrolments.get_all({run for run, _ in until})
    found = {run.id: run for run in runs}
    for (run_id, message), at in until.items():
        if run_id in found and (step := await _wait_behind(uow, found[run_id], message)) is not None:
            await _put_off(uow, runtime, found[run_id], step, at, now)


async def _put_off(
    uow: UnitOfWork, runtime: Runtime, run: Enrolment, step: WaitStep, until: datetime, now: datetime
) -> None:
    if step.until is None:
        after = put_off_wait(step, run, until, {}, ())
    else:
        known = await read_facts(uow, runtime, run.profile_id, now)
        after = put_off_wait(step, run, until, known.profile, known.zones)
    if after is not run:
        await uow.enrolments.save_at_end(after)


async def _wait_behind(uow: UnitOfWork, run: Enrolment, message: str) -> WaitStep | None:
    if not run.data.get("behind"):
        return None
    journey = await read_version(uow, run.journey, run.version, otherwise="the wait behind its message is not put off")
    return None if journey is None else waits_behind(journey, run, message)

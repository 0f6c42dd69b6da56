"""Enrol: let people into journeys, and move those who are in one on, when something happens."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog

from bot.domain.effects import AskForm, Emit, PersonEffect, SendResponse
from bot.domain.handoff import HandoffState
from bot.domain.ids import EnrolmentId, ProfileId, new_id
from bot.domain.journey import Enrolment, EnrolmentStatus, Entered, Facts, Happened, Journey, Trigger
from bot.journeys.expression import is_true
from bot.journeys.interpreter import advance, begin
from bot.ports import UnitOfWork
from bot.services.perform import Cause, perform
from bot.services.person_facts import person_facts
from bot.services.runtime import Runtime

log = structlog.get_logger()

LONGEST_CHAIN = 50
"""How many events one cause may lead to: journeys that set each other off would never end."""


async def carry_out(
    uow: UnitOfWork, runtime: Runtime, effects: Iterable[PersonEffect], cause: Cause, now: datetime
) -> None:
    """Perform the effects, and let the events that they emit move journeys on."""
    await tell_journeys(uow, runtime, cause.profile_id, await perform(uow, runtime, effects, cause, now), now)


async def tell_journeys(
    uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, events: Iterable[Emit], now: datetime
) -> None:
    """Let the events move this person's journeys on, and the events that those emit, until all is still."""
    waiting = deque(events)
    for _ in range(LONGEST_CHAIN):
        if not waiting:
            return
        waiting.extend(await _happened(uow, runtime, profile_id, waiting.popleft(), now))
    if waiting:
        log.error("events set each other off without end", event_name=waiting[0].event, profile=profile_id)


async def step(uow: UnitOfWork, runtime: Runtime, enrolment: Enrolment, trigger: Trigger, now: datetime) -> None:
    """Move one enrolment on, on the version of its journey that it entered, and do what that asks for."""
    emitted = await _step(uow, runtime, enrolment, trigger, now)
    await carry_out(uow, runtime, emitted, Cause(enrolment.id, enrolment.profile_id), now)


async def _happened(
    uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, event: Emit, now: datetime
) -> Sequence[Emit]:
    """Tell every journey that the person is in, then let them enter those that begin with this event."""
    emitted: list[Emit] = []
    for enrolment in await uow.enrolments.waiting(profile_id):
        emitted += await _step(uow, runtime, enrolment, Happened(event.event, event.data), now)
    for journey in runtime.library.current().journeys.values():
        if journey.enter_event == event.event:
            emitted += await _enter(uow, runtime, journey, profile_id, event.data, now)
    return emitted


async def _enter(
    uow: UnitOfWork,
    runtime: Runtime,
    journey: Journey,
    profile_id: ProfileId,
    data: Mapping[str, Any],
    now: datetime,
) -> Sequence[Emit]:
    last = await uow.enrolments.last_entry(profile_id, journey.id)
    if last is not None and (journey.again_after is None or now - last < journey.again_after):
        return ()
    if journey.enter_if is not None:
        profile, lead = await person_facts(uow, profile_id)
        if not is_true(journey.enter_if, {"profile": profile, "lead": lead, "event": data, "now": now}):
            return ()
    enrolment = begin(journey, EnrolmentId(new_id(now)), profile_id, data, now)
    await uow.enrolments.publish(journey)
    if not await uow.enrolments.add(enrolment):
        return ()
    return await _step(uow, runtime, enrolment, Entered(), now)


async def _step(
    uow: UnitOfWork, runtime: Runtime, enrolment: Enrolment, trigger: Trigger, now: datetime
) -> Sequence[Emit]:
    profile, lead = await person_facts(uow, enrolment.profile_id)
    handoff = await uow.handoffs.open_for(enrolment.profile_id)
    rep_has_the_floor = handoff is not None and handoff.state is HandoffState.CLAIMED
    facts = Facts(trigger, profile, lead, rep_has_the_floor=rep_has_the_floor)
    try:
        journey = await uow.enrolments.version(enrolment.journey, enrolment.version)
        result = advance(journey, enrolment, facts, now)
        _check_content(runtime, result.effects)
    except Exception as error:
        # A journey's fault stops this run of it, and not the customer's turn or the batch that it came up in.
        log.exception("an enrolment is parked", enrolment=enrolment.id, journey=enrolment.journey, step=enrolment.step)
        await park(uow, enrolment, f"step {enrolment.step} failed: {error}")
        return ()
    if result.enrolment is enrolment:
        return ()
    await uow.enrolments.save(result.enrolment)
    cause = Cause(
        key=f"{enrolment.id}:{result.enrolment.seq}",
        profile_id=enrolment.profile_id,
        enrolment_id=enrolment.id,
        purpose=journey.purpose,
        window=journey.window,
    )
    emitted = await perform(uow, runtime, result.effects, cause, now)
    item = {
        "type": "step",
        "journey": journey.id,
        "enrolment": enrolment.id,
        "status": result.enrolment.status.value,
        "trail": [{"step": name, "did": did} for name, did in result.trail],
    }
    await uow.feeds.append("explain", cause.key, item, now)
    return emitted


def _check_content(runtime: Runtime, effects: Iterable[PersonEffect]) -> None:
    """Raises LookupError where a step names what the assistant has no more; people stay on the version they entered."""
    assistant = runtime.library.current().assistant
    for effect in effects:
        match effect:
            case SendResponse(response=response) if response not in assistant.responses:
                raise LookupError(f'there is no response "{response}" any more')
            case AskForm(form=form) if form not in assistant.forms:
                raise LookupError(f'there is no form "{form}" any more')


async def park(uow: UnitOfWork, enrolment: Enrolment, reason: str) -> None:
    """Stop one enrolment where it is, with a reason that a marketer sees; the others go on."""
    parked = replace(
        enrolment, status=EnrolmentStatus.PARKED, reason=reason, due_at=None, waiting_for=(), seq=enrolment.seq + 1
    )
    await uow.enrolments.save(parked)

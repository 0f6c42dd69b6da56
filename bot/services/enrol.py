"""Enrol: let people into journeys, and move those who are in one on, when something happens."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.domain.consent import Purpose
from bot.domain.effects import AskForm, Emit, JourneyEffect, SendResponse, StartAction, StartJourney, StopJourney
from bot.domain.entries import Entry
from bot.domain.errors import Conflict
from bot.domain.handoff import HandoffState
from bot.domain.ids import EnrolmentId, ProfileId, new_id
from bot.domain.journey import (
    ENDED,
    Enrolment,
    EnrolmentStatus,
    Entered,
    Facts,
    Failed,
    Finished,
    Happened,
    Journey,
    TimerFired,
    Trigger,
)
from bot.domain.provenance import Origin, Source
from bot.journeys.entering import is_too_soon, meets_condition, opened_by
from bot.journeys.expression import counted_events
from bot.journeys.hearing import may_count
from bot.journeys.interpreter import Advance, advance, begin, gone_on, word_of_end
from bot.journeys.judge import JOURNEY_STOPPED
from bot.journeys.resting import OUTER_IS_OVER
from bot.journeys.selection import counting
from bot.ports import UnitOfWork
from bot.services.cause import CannotPerform, Cause
from bot.services.count_goals import count_goals
from bot.services.count_splits import count_metrics, count_splits, read_tallies
from bot.services.end_run import end_run, explain_run
from bot.services.in_force import is_paused, is_stopped, journeys_in_force, open_journeys
from bot.services.keep_score import score_event
from bot.services.keep_segments import keep_segments
from bot.services.note_event import note_event
from bot.services.perform import perform
from bot.services.read_facts import read_facts
from bot.services.runtime import Runtime
from bot.services.withdraw_messages import withdraw_messages

log = structlog.get_logger()

LOOK_AGAIN = timedelta(days=1)
LONGEST_CHAIN = 50
"""How many events one cause may lead to: journeys that set each other off would never end."""

MOST_FAILURES = 20
"""How often in a row a run may go another way because its step failed at once: one that comes back would never end."""


async def carry_out(
    uow: UnitOfWork, runtime: Runtime, effects: Iterable[JourneyEffect], cause: Cause, now: datetime
) -> None:
    """Perform the effects, and let the events that they emit move journeys on."""
    await tell_journeys(uow, runtime, cause.profile_id, await perform(uow, runtime, effects, cause, now), now)


async def tell_journeys(
    uow: UnitOfWork,
    runtime: Runtime,
    profile_id: ProfileId,
    events: Iterable[Emit],
    now: datetime,
    *,
    noted: bool = False,
) -> None:
    """Let the events move this person's segments and journeys on, and the events that those emit, until all is still.

    Each goes onto the person's timeline; `noted`: these are there already.
    """
    waiting = deque(events)
    there_already = len(waiting) if noted else 0
    for number in range(LONGEST_CHAIN):
        if not waiting:
            return
        event = waiting.popleft()
        if number >= there_already:
            await note_event(uow, profile_id, event, now)
        waiting.extend(await _happened(uow, runtime, profile_id, event, now))
    if waiting:
        log.error("events set each other off without end", event_name=waiting[0].event, profile=profile_id)


async def step(uow: UnitOfWork, runtime: Runtime, enrolment: Enrolment, trigger: Trigger, now: datetime) -> None:
    """Move one enrolment on, on the version of its journey that it entered, and do what that asks for."""
    emitted = await _step(uow, runtime, enrolment, trigger, now)
    await tell_journeys(uow, runtime, enrolment.profile_id, emitted, now)


async def tell_step(
    uow: UnitOfWork, runtime: Runtime, enrolment_id: EnrolmentId, outcome: Finished | Failed, now: datetime
) -> None:
    """Tell a run of a journey what came of something that one of its steps started."""
    await step(uow, runtime, await uow.enrolments.get(enrolment_id), outcome, now)


async def let_in(
    uow: UnitOfWork,
    runtime: Runtime,
    journey: Journey,
    entry: Entry,
    profile_id: ProfileId,
    data: Mapping[str, Any],
    now: datetime,
    *,
    key: str | None = None,
) -> Enrolment | None:
    """Let the person in, if the entry does; their enrolment, which has still to begin. `key` lets in once, for ever."""
    if await _is_too_soon(uow, journey, entry, profile_id, now):
        return None
    profile = await uow.profiles.get(profile_id)
    if profile.restricted_at is not None or (profile.objected_at is not None and journey.purpose is Purpose.MARKETING):
        return None
    if entry.condition is not None:
        known = await read_facts(uow, runtime, profile_id, now, counted=counted_events(entry.condition))
        if not meets_condition(entry, known.profile, known.lead, data, now, counts=known.did):
            return None
    if key is None and await _was_let_in_meanwhile(uow, runtime, journey, entry, profile_id, now):
        return None
    enrolment = begin(journey, EnrolmentId(new_id(now)), profile_id, data, now, entry=key)
    await uow.enrolments.publish(journey)
    return enrolment if await uow.enrolments.add(enrolment) else None


async def _is_too_soon(uow: UnitOfWork, journey: Journey, entry: Entry, profile_id: ProfileId, now: datetime) -> bool:
    return is_too_soon(entry, await uow.enrolments.last_entry(profile_id, journey.id), now)


async def _was_let_in_meanwhile(
    uow: UnitOfWork, runtime: Runtime, journey: Journey, entry: Entry, profile_id: ProfileId, now: datetime
) -> bool:
    """By another transaction that told them of something else. The store keeps out whoever is inside; this one, those
    whose run is over already."""
    if not runtime.store.shared or entry.again_after == timedelta():
        return False
    await uow.profiles.lock(profile_id)
    return await _is_too_soon(uow, journey, entry, profile_id, now)


async def park(uow: UnitOfWork, runtime: Runtime, enrolment: Enrolment, reason: str, now: datetime) -> None:
    """Stop one enrolment where it is, with a reason that a marketer sees; the others go on."""
    emitted = await end_run(uow, enrolment, EnrolmentStatus.PARKED, reason, now)
    await tell_journeys(uow, runtime, enrolment.profile_id, emitted, now)


# ---------------------------------------------------------------- something happened to somebody


async def _happened(
    uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, event: Emit, now: datetime
) -> Sequence[Emit]:
    """Tell every journey that the person is in, then let them enter those that begin with this event."""
    changed = {counting(event.event), *await score_event(uow, runtime, profile_id, event, now)}
    emitted = [*await keep_segments(uow, runtime, profile_id, changed, now)]
    for enrolment in _outer_first(await uow.enrolments.waiting(profile_id)):
        emitted += await _step(uow, runtime, enrolment, Happened(event.event, event.data), now)
    in_force = [one for one in (await journeys_in_force(uow, runtime)).values() if may_count(one, event)]
    await count_goals(uow, runtime, in_force, profile_id, event, now)
    await count_metrics(uow, in_force, profile_id, event.event, now)
    opened = opened_by((await open_journeys(uow, runtime)).values(), event.event, event.data)
    for journey, entry in opened:
        entered = await let_in(uow, runtime, journey, entry, profile_id, event.data, now)
        if entered is not None:
            emitted += await _step(uow, runtime, entered, Entered(), now)
    return emitted


def _outer_first(runs: Sequence[Enrolment]) -> list[Enrolment]:
    """In the order in which they began; whoever runs another hears before that one, which may be over with it."""
    by_id = {one.id: one for one in runs}

    def depth(run: Enrolment) -> int:
        outer = by_id.get(EnrolmentId(run.lane.partition(":")[0])) if run.lane != run.id else None
        return 0 if outer is None else depth(outer) + 1

    return sorted(runs, key=lambda one: (one.entered_at, depth(one), one.id))


# ---------------------------------------------------------------- one step of one run


@dataclass(frozen=True, slots=True)
class _Stuck:
    """A run whose step waits for something that could not be begun."""

    enrolment: Enrolment
    why: str

    @property
    def failed(self) -> Failed:
        return Failed(f"{self.enrolment.id}:{self.enrolment.step}:{self.enrolment.visit}", self.why)


async def _step(
    uow: UnitOfWork, runtime: Runtime, enrolment: Enrolment, trigger: Trigger, now: datetime
) -> Sequence[Emit]:
    """Move the run on, and on again where what its step is to wait for fails at once.

    Of several that are told of one event, or are due together, one may have moved or ended another meanwhile.
    """
    enrolment = uow.enrolments.moved(enrolment)
    emitted: list[Emit] = []
    why = ""
    for _ in range(MOST_FAILURES):
        more, stuck = await _step_once(uow, runtime, enrolment, trigger, now)
        emitted += more
        if stuck is None:
            return emitted
        enrolment, trigger, why = stuck.enrolment, stuck.failed, stuck.why
    reason = f"{MOST_FAILURES} times in a row it failed at once, the last time because {why}; put a wait into the loop"
    return [*emitted, *await end_run(uow, enrolment, EnrolmentStatus.PARKED, reason, now)]


async def _step_once(
    uow: UnitOfWork, runtime: Runtime, enrolment: Enrolment, trigger: Trigger, now: datetime
) -> tuple[Sequence[Emit], _Stuck | None]:
    if enrolment.status is not EnrolmentStatus.WAITING:
        return (), None
    if await is_stopped(uow, enrolment.journey):
        return await end_run(uow, enrolment, EnrolmentStatus.DONE, JOURNEY_STOPPED, now), None
    paused = await is_paused(uow, enrolment.journey)
    if paused and isinstance(trigger, TimerFired | Entered):
        if await uow.journeys.stays_paused(enrolment.journey):  # else its timer is still to come
            await uow.enrolments.save(replace(enrolment, paused_at=now, seq=enrolment.seq + 1))
        return (), None
    try:
        journey = await uow.enrolments.version(enrolment.journey, enrolment.version)
        enrolment = enrolment if paused else gone_on(journey, enrolment, now)
        facts = await _facts(uow, runtime, journey, enrolment, trigger, now)
        if facts is None:
            await _stand_still(uow, enrolment, trigger, now)
            return (), None
        result = advance(journey, enrolment, facts, now)
        _check_content(runtime, result.effects)
    except Conflict:
        raise  # somebody else is faster, such as a merge
    except Exception as error:
        if runtime.store.is_away(error):
            raise
        # A journey's fault stops this run of it, and not the customer's turn or the batch that it came up in.
        log.exception("an enrolment is parked", enrolment=enrolment.id, journey=enrolment.journey, step=enrolment.step)
        reason = f"step {enrolment.step} failed: {error}"
        return await end_run(uow, enrolment, EnrolmentStatus.PARKED, reason, now), None
    after = result.enrolment
    if after is enrolment:
        return (), None
    moved = (after.step, after.visit) != (enrolment.step, enrolment.visit)
    if paused and moved and await uow.journeys.stays_paused(enrolment.journey):  # else nobody would wake it
        result = replace(result, enrolment=replace(after, paused_at=now))
    return await _keep(uow, runtime, journey, result, now)


async def _facts(
    uow: UnitOfWork, runtime: Runtime, journey: Journey, enrolment: Enrolment, trigger: Trigger, now: datetime
) -> Facts | None:
    """What a step looks at; None where what is known of the person may only be kept."""
    known = await read_facts(uow, runtime, enrolment.profile_id, now, counted=journey.counted)
    if known.is_restricted:
        return None
    handoff = await uow.handoffs.open_for(enrolment.profile_id)
    return Facts(
        trigger=trigger,
        profile=known.profile,
        lead=known.lead,
        rep_has_the_floor=handoff is not None and handoff.state is HandoffState.CLAIMED,
        zones=known.zones,
        scored=known.scored,
        did=known.did,
        tallies=await read_tallies(uow, journey, now),
        grades=runtime.library.current().grades,
    )


async def _keep(
    uow: UnitOfWork, runtime: Runtime, journey: Journey, result: Advance, now: datetime
) -> tuple[Sequence[Emit], _Stuck | None]:
    """Where the enrolment is now, how it got there, and what to do on the way."""
    after = result.enrolment
    await uow.enrolments.save_at_end(after)
    uow.passages.add(journey.id, journey.version, result.ways)
    count_splits(uow, journey.id, result.counted)
    await explain_run(uow, journey, after, result.trail, now)
    cause = Cause(
        key=f"{after.id}:{after.seq}",
        profile_id=after.profile_id,
        enrolment_id=after.id,
        purpose=journey.purpose,
        window=journey.window,
        priority=journey.priority,
        told=Origin(Source.JOURNEY, now, journey.id),
    )
    emitted, stuck = await _do(uow, runtime, after, result.effects, cause, now)
    return [*emitted, *word_of_end(after)], stuck


async def _stand_still(uow: UnitOfWork, enrolment: Enrolment, trigger: Trigger, now: datetime) -> None:
    """Nothing may be done with what is known of the person: what comes due is looked at again tomorrow."""
    if isinstance(trigger, TimerFired | Entered):
        due_at = now + LOOK_AGAIN if isinstance(trigger, TimerFired) else enrolment.due_at
        await uow.enrolments.save(replace(enrolment, due_at=due_at, seq=enrolment.seq + 1))


async def _do(
    uow: UnitOfWork,
    runtime: Runtime,
    enrolment: Enrolment,
    effects: Sequence[JourneyEffect],
    cause: Cause,
    now: datetime,
) -> tuple[Sequence[Emit], _Stuck | None]:
    """Carry out the effects of a step. What has to wait for something outside comes last, and may fail at once."""
    own = [effect for effect in effects if not isinstance(effect, StartJourney | StopJourney)]
    emitted: list[Emit] = []
    try:
        emitted += await perform(uow, runtime, own, cause, now)
        for effect in effects:
            match effect:
                case StartJourney():
                    emitted += await _start(uow, runtime, enrolment, effect, now)
                case StopJourney(key=key):
                    emitted += await _stop(uow, enrolment.profile_id, key, now)
    except CannotPerform as failure:
        return emitted, _Stuck(enrolment, str(failure))
    return emitted, None


async def _start(
    uow: UnitOfWork, runtime: Runtime, parent: Enrolment, effect: StartJourney, now: datetime
) -> Sequence[Emit]:
    """Begin the journey that a step runs, in a lane of its own, whoever else is in that journey already."""
    journey = (await journeys_in_force(uow, runtime)).get(effect.journey)
    if journey is None:
        raise CannotPerform(f'there is no journey "{effect.journey}" any more')
    child = begin(journey, EnrolmentId(new_id(now)), parent.profile_id, effect.data, now, entry=effect.key)
    child = replace(child, lane=effect.key, data={**child.data, "parent": effect.key})
    await uow.enrolments.publish(journey)
    if not await uow.enrolments.add(child):
        return ()
    if child.status is not EnrolmentStatus.WAITING:
        return word_of_end(child)
    return await _step(uow, runtime, child, Entered(), now)


async def _stop(uow: UnitOfWork, profile_id: ProfileId, key: str, now: datetime) -> Sequence[Emit]:
    """End the run that this step started, and what that runs in its turn."""
    emitted: list[Emit] = []
    for enrolment in await uow.enrolments.waiting(profile_id):
        if enrolment.lane == key:
            emitted += await end_run(uow, enrolment, EnrolmentStatus.DONE, OUTER_IS_OVER, now)
            await withdraw_messages(uow, profile_id, enrolment.id, OUTER_IS_OVER, now)
            inner = f"{enrolment.id}:{enrolment.step}:{enrolment.visit}"
            emitted += await _stop(uow, profile_id, inner, now) if ENDED in enrolment.waiting_for else ()
    return emitted


def _check_content(runtime: Runtime, effects: Iterable[JourneyEffect]) -> None:
    """Raises LookupError where a step names what the assistant has no more; people stay on the version they entered."""
    assistant = runtime.library.current().assistant
    for effect in effects:
        match effect:
            case SendResponse(response=response) if response not in assistant.responses:
                raise LookupError(f'there is no response "{response}" any more')
            case AskForm(form=form) if form not in assistant.forms:
                raise LookupError(f'there is no form "{form}" any more')
            case StartAction(action=action) if action not in assistant.actions:
                raise LookupError(f'there is no action "{action}" any more')

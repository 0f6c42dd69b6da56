"""Tell of a message: what became of one that a journey sent is an event of the person's, where content names it."""

from __future__ import annotations

from datetime import datetime

from bot.domain.delivery import ChannelMessage, OutboxEntry, sent_by
from bot.domain.effects import Emit
from bot.domain.ids import EnrolmentId, ProfileId
from bot.domain.journey import MESSAGE_DELIVERED, MESSAGE_FAILED, MESSAGE_READ, Enrolment, Journey
from bot.domain.message import DeliveryState
from bot.domain.timeline import PersonEvent
from bot.journeys.named_events import named_in_journey, named_in_rules
from bot.ports import UnitOfWork
from bot.services.enrol import tell_journeys
from bot.services.in_force import journeys_in_force
from bot.services.read_version import read_version
from bot.services.runtime import Runtime
from bot.services.take_refusal import key_elsewhere

TOLD_BY = {
    DeliveryState.DELIVERED: (MESSAGE_DELIVERED,),
    DeliveryState.READ: (MESSAGE_DELIVERED, MESSAGE_READ),  # vendors leave out the first, or tell it later
    DeliveryState.FAILED: (MESSAGE_FAILED,),
}


async def is_listened_to(uow: UnitOfWork, runtime: Runtime, state: DeliveryState, key: str) -> bool:
    """Whether a journey, segment or score rule names what that is, or a version that the person is in whose message
    this `key` is of: else the message is not looked up, and nothing kept."""
    events = frozenset(TOLD_BY.get(state, ()))
    return await _is_named_in_force(uow, runtime, events) or await _is_named_in_run(uow, runtime, events, key)


async def _is_named_in_force(uow: UnitOfWork, runtime: Runtime, events: frozenset[str]) -> bool:
    playbook = runtime.library.current()
    if any(events & _named_in(runtime, journey) for journey in playbook.journeys.values()):
        return True
    if events & named_in_rules(playbook.score_rules, playbook.segments.values()):
        return True
    if runtime.publishing == "at_once":
        return False
    published = (await journeys_in_force(uow, runtime)).values()
    return any(events & _named_in(runtime, journey) for journey in published)


async def _is_named_in_run(uow: UnitOfWork, runtime: Runtime, events: frozenset[str], key: str) -> bool:
    """By its key, so that of what no journey's step has sent nothing is looked up; that of a reply begins with its
    channel."""
    match key.split(":"):
        case [run_id, _, visit, *_] if visit.isdecimal() and run_id not in runtime.channels:
            run = await _run_of(uow, EnrolmentId(run_id))
            return run is not None and await _is_named_in_runs(uow, runtime, events, run, run.profile_id)
    return False


async def _is_named_in_runs(
    uow: UnitOfWork, runtime: Runtime, events: frozenset[str], run: Enrolment, person: ProfileId
) -> bool:
    """In the version of the run that sent it, or of another in which the person waits: it may be for that message."""
    if await _is_named_in_version(uow, runtime, events, run):
        return True
    others = {(one.journey, one.version): one for one in await uow.enrolments.waiting(person)}
    others.pop((run.journey, run.version), None)
    return any([await _is_named_in_version(uow, runtime, events, one) for one in others.values()])


async def _is_named_in_version(uow: UnitOfWork, runtime: Runtime, events: frozenset[str], run: Enrolment) -> bool:
    journey = await read_version(uow, run.journey, run.version, otherwise="what became of its messages is not told")
    return journey is not None and bool(events & _named_in(runtime, journey))


async def _run_of(uow: UnitOfWork, run_id: EnrolmentId) -> Enrolment | None:
    """None where it was kept less long than the vendor took."""
    try:
        return await uow.enrolments.get(run_id)
    except LookupError:
        return None


def _named_in(runtime: Runtime, journey: Journey) -> frozenset[str]:
    """A vendor tells of each message of a campaign, so journeys are not looked through for each."""
    if journey.version not in runtime.named:
        runtime.named[journey.version] = named_in_journey(journey)
    return runtime.named[journey.version]


async def tell_of_message(
    uow: UnitOfWork, runtime: Runtime, entry: OutboxEntry, state: DeliveryState, now: datetime, why: str = ""
) -> None:
    """Let what became of a step's message move journeys on: each state once, in whatever order vendors tell of it."""
    message, person = entry.dispatch, entry.profile_id
    if not isinstance(message, ChannelMessage) or not message.response or entry.enrolment_id is None or person is None:
        return
    events = TOLD_BY[state]
    run, named = await _run_of(uow, entry.enrolment_id), frozenset(events)
    if run is None:
        return
    if not await _is_named_in_force(uow, runtime, named) and not await _is_named_in_runs(
        uow, runtime, named, run, person
    ):
        return
    if state is DeliveryState.FAILED and await _went_elsewhere(uow, entry, message):
        return
    data = {**of_message(entry, message, run.journey), **({"why": why} if why else {})}
    lines = [PersonEvent(person, event, now, now, data, key=f"{entry.key}:{event}") for event in events]
    new = await uow.timeline.add_new(lines)
    await tell_journeys(
        uow, runtime, person, [Emit(one.event, data) for one in lines if one.key in new], now, noted=True
    )


def of_message(entry: OutboxEntry, message: ChannelMessage, journey: str) -> dict[str, str]:
    """What an event that is about a step's message says of it."""
    run, step, visit = sent_by(entry)
    return {
        "channel": message.channel,
        "journey": journey,
        "step": step,
        "response": message.response,
        "enrolment": run,
        "message": f"{run}:{step}:{visit}",
    }


async def _went_elsewhere(uow: UnitOfWork, entry: OutboxEntry, message: ChannelMessage) -> bool:
    """Whether the next of its channels has it now: then it has not failed yet."""
    return await uow.outbox.by_key(key_elsewhere(entry, message)) is not None

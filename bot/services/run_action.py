"""Run an action: take the turn of one that a journey's step wants run, and tell the step of its end."""

from __future__ import annotations

from datetime import datetime
from time import perf_counter
from typing import Any

from bot.domain.conversation import FollowupAction, SlotSet
from bot.domain.ids import EnrolmentId, MessageId
from bot.domain.journey import Enrolment, Failed, Finished
from bot.domain.message import ExecuteAction
from bot.journeys.hearing import OUTCOME
from bot.journeys.judge import LOOK_AGAIN
from bot.ports import InboxEntry
from bot.services.ask import finish
from bot.services.enrol import tell_step
from bot.services.runtime import Runtime
from bot.services.situation import Situation, begin_session, read_situation
from bot.services.think import answer
from bot.services.thought import Thought
from bot.services.write_turn import of_journey, write_turn


async def run_action(runtime: Runtime, entry: InboxEntry, wanted: ExecuteAction) -> None:
    """Run it, say what it says under the journey's purpose, and tell the step; while a colleague talks, look later."""
    begun = perf_counter()
    now = runtime.clock.now()
    async with runtime.store.transaction() as uow:
        enrolment = await uow.enrolments.get(EnrolmentId(wanted.enrolment_id))
        journey = await uow.enrolments.version(enrolment.journey, enrolment.version)
        situation = await read_situation(uow, runtime, entry.conversation_id)
        if not _is_wanted(enrolment, wanted):
            await finish(uow, entry, now)
            return
        if situation.rep_has_the_floor:
            await uow.inbox.put_off(entry.position, now + LOOK_AGAIN)
            return
    thought = await _think(runtime, situation, wanted, now)
    if thought.failures:
        thought.says.clear()  # the customer has asked for nothing, so nobody apologises to them
    async with runtime.store.transaction() as uow:
        key = wanted.vendor_id
        turn = of_journey(
            situation, thought, key, enrolment=enrolment, journey=journey, purpose=journey.purpose, begun=begun
        )
        await write_turn(uow, runtime, turn, now)
        outcome = Failed(key, thought.failures[0]) if thought.failures else Finished(key, _slots(thought))
        await tell_step(uow, runtime, enrolment.id, outcome, now)
        await finish(uow, entry, now)


def _is_wanted(enrolment: Enrolment, wanted: ExecuteAction) -> bool:
    """Whether the enrolment still waits at the step that wants this."""
    here = f"{enrolment.id}:{enrolment.step}:{enrolment.visit}"
    return OUTCOME in enrolment.waiting_for and wanted.vendor_id == here


async def _think(runtime: Runtime, situation: Situation, wanted: ExecuteAction, now: datetime) -> Thought:
    thought = Thought(situation.conversation.tracker, wanted.channel, situation.conversation.address, now)
    message_id = MessageId(wanted.vendor_id)
    await begin_session(runtime, thought, situation, message_id)
    thought.apply(FollowupAction(wanted.action))
    await answer(runtime, thought, situation.profile, message_id, only=wanted.action)
    return thought


def _slots(thought: Thought) -> dict[str, Any]:
    """What the action set, as it was last set."""
    return {event.name: event.value for event in thought.events if isinstance(event, SlotSet)}

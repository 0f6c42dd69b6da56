"""Check in: ask once whether the customer is still there, when a form has waited some minutes for an answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from time import perf_counter

from bot.domain.conversation import REQUESTED_SLOT, ActionExecuted, Tracker, UserUttered
from bot.domain.ids import MessageId
from bot.domain.message import CheckIn
from bot.domain.understanding import LEAVING_INTENTS
from bot.ports import InboxEntry, UnitOfWork
from bot.services.ask import finish
from bot.services.runtime import Runtime
from bot.services.situation import Situation, read_situation, spoke_here_since
from bot.services.thought import Thought
from bot.services.weigh import DIALOGUE_STAYS_OPEN
from bot.services.write_turn import Turn, unasked, write_turn

STILL_THERE = "utter_still_there"

GRACE = timedelta(minutes=1)
"""How late a check-in may come where the silence is shorter than that; else as late as the silence is long."""


async def plan_check_in(uow: UnitOfWork, runtime: Runtime, turn: Turn, now: datetime) -> None:
    """After a customer's turn that left a form waiting: have it looked at again when that will have been too long.

    Whatever was planned after the message before is void: they have not gone quiet.
    """
    playbook = runtime.library.current()
    before = turn.conversation.tracker
    if before.loop is not None and before.latest_message is not None:
        await uow.inbox.call_off(turn.conversation.channel, _key_of(before.latest_message.message_id), now)
    tracker = turn.thought.tracker
    slot = tracker.slots.get(REQUESTED_SLOT)
    if playbook.silence is None or STILL_THERE not in playbook.assistant.responses:
        return
    if tracker.loop is None or not isinstance(slot, str) or turn.handoff is not None:
        return
    abilities = runtime.channel(turn.conversation.channel).abilities
    if abilities.spoken:
        return  # a call that goes quiet is asked again at once, by its channel, and is over long before
    if abilities.correspondence:
        return  # nobody is expected to answer a letter within minutes
    conversation = turn.conversation
    planned = CheckIn(conversation.channel, _key_of(turn.key), conversation.address, tracker.loop.name, slot)
    await uow.inbox.add(conversation.id, planned, now, due_at=now + playbook.silence)


def _key_of(message_id: str) -> str:
    return f"{message_id}:check-in"


async def check_in(runtime: Runtime, entry: InboxEntry, planned: CheckIn) -> None:
    """Take the turn of a check-in that has come due: ask, or find that there is nothing to ask any more."""
    begun = perf_counter()
    now = runtime.clock.now()
    async with runtime.store.transaction() as uow:
        situation = await read_situation(uow, runtime, entry.conversation_id)
        if not _has_gone_quiet(runtime, entry, planned, situation, now):
            await finish(uow, entry, now)
            return
    thought = Thought(situation.conversation.tracker, planned.channel, situation.conversation.address, now)
    thought.say_response(runtime.library.current().assistant, STILL_THERE)
    thought.apply(ActionExecuted(STILL_THERE, policy="silence"))
    turn = unasked(situation, thought, planned.vendor_id, begun=begun)
    async with runtime.store.transaction() as uow:
        await write_turn(uow, runtime, turn, now)
        await finish(uow, entry, now)


def _has_gone_quiet(runtime: Runtime, entry: InboxEntry, planned: CheckIn, situation: Situation, now: datetime) -> bool:
    """Whether the form still waits for this very answer, nobody else is to speak, and it is not too late to ask."""
    if planned.channel not in runtime.channels:
        return False
    silence = runtime.library.current().silence
    conversation = situation.conversation
    tracker = conversation.tracker
    quiet_for = now - entry.received_at
    if (
        silence is None
        or quiet_for > max(2 * silence, silence + GRACE)
        or spoke_here_since(conversation, entry.received_at)
    ):
        return False
    if situation.handoff is not None or situation.suppressed or tracker.paused or situation.profile.restricted_at:
        return False
    latest = tracker.latest_message
    if latest is None or _left(tracker, latest.message_id):
        return False
    if runtime.channel(planned.channel).abilities.identity == "phone" and quiet_for > DIALOGUE_STAYS_OPEN:
        return False
    waits_for = tracker.loop.name if tracker.loop is not None else None, tracker.slots.get(REQUESTED_SLOT)
    return waits_for == (planned.form, planned.slot)


def _left(tracker: Tracker, message_id: MessageId) -> bool:
    """Whether this message ends marketing, and maybe asks for something besides."""
    said = (one for one in tracker.recent if isinstance(one, UserUttered) and one.message_id == message_id)
    return any(one.understood.intent.name in LEAVING_INTENTS for one in said)

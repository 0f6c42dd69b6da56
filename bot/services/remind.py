"""Remind: take the turn of a reminder that an action scheduled, if it still stands when it is due."""

from __future__ import annotations

from time import perf_counter

from bot.domain.conversation import ReminderCancelled, Tracker, UserUttered
from bot.domain.ids import MessageId
from bot.domain.message import Reminder
from bot.domain.understanding import REMINDED, IntentScore, Understood
from bot.journeys.judge import LOOK_AGAIN
from bot.ports import InboxEntry
from bot.services.ask import finish
from bot.services.runtime import Runtime
from bot.services.situation import begin_session, read_situation
from bot.services.think import answer
from bot.services.thought import Thought
from bot.services.write_turn import unasked, write_turn


async def remind(runtime: Runtime, entry: InboxEntry, reminder: Reminder) -> None:
    """Go on as if the customer had meant the reminder's intent; while a colleague has the floor, look again later.

    Nobody whose data may only be kept is reminded of anything.
    """
    begun = perf_counter()
    now = runtime.clock.now()
    async with runtime.store.transaction() as uow:
        situation = await read_situation(uow, runtime, entry.conversation_id)
        if not stands(situation.conversation.tracker, reminder) or situation.profile.restricted_at is not None:
            await finish(uow, entry, now)
            return
        if situation.rep_has_the_floor:
            await uow.inbox.put_off(entry.position, now + LOOK_AGAIN)
            return
    thought = Thought(situation.conversation.tracker, reminder.channel, situation.conversation.address, now)
    await begin_session(runtime, thought, situation, MessageId(reminder.vendor_id))
    thought.apply(ReminderCancelled(reminder.name))
    text = f"EXTERNAL: {reminder.intent}"
    understood = Understood(text, IntentScore(reminder.intent, 1.0), reminder.entities, stage=REMINDED)
    message_id = MessageId(reminder.vendor_id)
    thought.apply(UserUttered(text, understood, message_id, now, reminder.channel))
    await answer(runtime, thought, situation.profile, message_id)
    turn = unasked(situation, thought, reminder.vendor_id, understood=understood, begun=begun)
    async with runtime.store.transaction() as uow:
        await write_turn(uow, runtime, turn, now)
        await finish(uow, entry, now)


def stands(tracker: Tracker, reminder: Reminder) -> bool:
    """Whether it was neither called off, nor replaced, nor made void by a message since."""
    return any(one.name == reminder.name and one.due_at == reminder.due_at for one in tracker.reminders)

"""Leave to a colleague: one has written to a customer past us, so the floor is theirs until they hand it back."""

from __future__ import annotations

from datetime import datetime

from bot.domain.conversation import BotUttered, Conversation
from bot.domain.ids import MessageId
from bot.domain.message import ColleagueMessage
from bot.domain.provenance import Origin, Source
from bot.ports import InboxEntry, UnitOfWork
from bot.services.ask import finish
from bot.services.desk_action import claim
from bot.services.hand_off import relay, request_handoff
from bot.services.know_person import Wanted, know_person
from bot.services.runtime import Runtime
from bot.services.situation import begin_session, read_situation
from bot.services.start_conversation import start_conversation
from bot.services.thought import Thought
from bot.services.write_turn import unasked, write_turn


async def conversation_written_in(
    uow: UnitOfWork, runtime: Runtime, message: ColleagueMessage, now: datetime
) -> Conversation:
    """The conversation with whom they wrote to, a new one if need be: an answer to that is not for the assistant."""
    found = await uow.conversations.at(message.channel, message.address)
    if found is not None:
        return found
    told = Origin(Source.CONVERSATION, now, message.channel, f"message {message.channel}:{message.vendor_id}")
    profile_id = await know_person(uow, runtime, Wanted(identity=message.to), told)
    found = await uow.conversations.at(message.channel, message.address)  # begun while that waited for another
    return found or await start_conversation(uow, profile_id, message.channel, message.address, now)


async def leave_to_colleague(runtime: Runtime, entry: InboxEntry, message: ColleagueMessage) -> None:
    """Keep what they wrote, and let them have the floor, unless another rep has it. Without a desk, at which they could
    hand it back, the assistant goes on."""
    now, key = runtime.clock.now(), f"{message.channel}:{message.vendor_id}"
    async with runtime.store.reading() as uow:
        situation = await read_situation(uow, runtime, entry.conversation_id)
    conversation, handoff = situation.conversation, situation.handoff
    thought = Thought(conversation.tracker, message.channel, conversation.address, now)
    await begin_session(runtime, thought, situation, MessageId(key))
    thought.apply(BotUttered(message.text, speaker=message.rep))
    thought.acted.append(("listen", f"{message.rep} writes in {message.app}"))
    async with runtime.store.transaction() as uow:
        await write_turn(uow, runtime, unasked(situation, thought, key), now)
        if handoff is not None:
            await relay(uow, handoff, key, f"{message.rep} in {message.app}", message.text, now)
        else:
            conversation = await uow.conversations.get(conversation.id)
            why = f"{message.rep} writes in {message.app}"
            handoff = await request_handoff(uow, runtime, conversation, why, now, taken_by=message.rep)
        if handoff is not None and not handoff.floor:
            await claim(uow, runtime, handoff, message.rep, now, aloud=False)
        await finish(uow, entry, now)

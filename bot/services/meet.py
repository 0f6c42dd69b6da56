"""Meet: whose address a message came from, and the conversation with it, begun where there is none."""

from __future__ import annotations

from datetime import datetime

from bot.domain.conversation import Conversation, Tracker
from bot.domain.ids import ConversationId, ProfileId, new_id
from bot.domain.message import CustomerMessage
from bot.domain.person import Identity, Profile
from bot.ports import Channel, UnitOfWork
from bot.services.keep_segments import meet_segments
from bot.services.runtime import Runtime


async def meet(
    uow: UnitOfWork, runtime: Runtime, channel: Channel, message: CustomerMessage, now: datetime
) -> Conversation:
    """The conversation with this address; a first message starts it, and proves that the address is the person's."""
    identity = Identity(channel.abilities.identity, message.address, verified=True)
    conversation = await uow.conversations.at(channel.name, message.address)
    if conversation is not None:
        if conversation.tracker.latest_message is None:
            await uow.profiles.claim(conversation.profile_id, identity, now)
        return conversation
    profile = await uow.profiles.owner_of(identity.kind, identity.value)
    if profile is None:
        profile = Profile(ProfileId(new_id(now)), now, time_zone=message.time_zone, locale=message.locale)
        await uow.profiles.add(profile)
        await meet_segments(uow, runtime, profile.id, now)
    await uow.profiles.claim(profile.id, identity, now)
    return await start_conversation(uow, profile.id, channel.name, message.address, now)


async def start_conversation(
    uow: UnitOfWork, profile_id: ProfileId, channel: str, address: str, now: datetime
) -> Conversation:
    """A new, empty conversation with somebody who is already known."""
    conversation_id = ConversationId(new_id(now))
    conversation = Conversation(
        id=conversation_id,
        profile_id=profile_id,
        channel=channel,
        address=address,
        tracker=Tracker(conversation_id),
        started_at=now,
    )
    await uow.conversations.add(conversation)
    return conversation

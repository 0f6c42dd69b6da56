"""Meet: whose address a message came from, and the conversation with it, begun where there is none."""

from __future__ import annotations

from datetime import datetime

from bot.domain.conversation import Conversation
from bot.domain.ids import ProfileId, new_id
from bot.domain.message import CustomerMessage, PageReport
from bot.domain.person import Identity, Profile
from bot.domain.provenance import Origin, Source
from bot.ports import Channel, UnitOfWork
from bot.services.keep_segments import meet_segments
from bot.services.merge_people import prove
from bot.services.runtime import Runtime
from bot.services.start_conversation import start_conversation


async def meet(
    uow: UnitOfWork, runtime: Runtime, channel: Channel, message: CustomerMessage | PageReport, now: datetime
) -> Conversation:
    """The conversation with this address; a first message starts it, and proves that the address is the person's."""
    identity = Identity(channel.abilities.identity, message.address, verified=True)
    said = message if isinstance(message, CustomerMessage) else None
    device = Origin(Source.PAGE, now, channel.name)
    wrote = Origin(Source.CONVERSATION, now, channel.name, f"message {said.message_id}") if said is not None else device
    nameless = said is not None and said.nameless
    conversation = await uow.conversations.at(channel.name, message.address)
    if conversation is not None:
        if conversation.tracker.latest_message is not None or nameless:
            return conversation
        await prove(uow, runtime, conversation.profile_id, identity, wrote)
        return await uow.conversations.get(conversation.id)
    profile = None if nameless else await uow.profiles.owner_of(identity.kind, identity.value)
    if profile is None:
        time_zone = said.time_zone if said is not None else None
        profile = Profile(ProfileId(new_id(now)), now).told(
            device, runtime.trust_in, time_zone=time_zone, locale=message.locale
        )
        await uow.profiles.add(profile)
        await meet_segments(uow, runtime, profile.id, now)
    profile_id = profile.id if nameless else await prove(uow, runtime, profile.id, identity, wrote)
    return await start_conversation(uow, profile_id, channel.name, message.address, now)

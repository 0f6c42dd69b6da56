"""Meet: whose address a message came from, and the conversation with it, a new one if need be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
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
    said = message if isinstance(message, CustomerMessage) else None
    device = Origin(Source.PAGE, now, channel.name)
    wrote = Origin(Source.CONVERSATION, now, channel.name, f"message {said.message_id}") if said is not None else device
    vouched = said.identities if said is not None else ()
    nameless = said is not None and said.nameless
    proved = vouched if nameless else (Identity(channel.abilities.identity, message.address, verified=True), *vouched)
    conversation = await uow.conversations.at(channel.name, message.address)
    if conversation is None:
        # Of two first messages at once the later waits here, and then finds what the other began.
        await uow.profiles.lock_identities([Identity(channel.abilities.identity, message.address), *vouched])
        conversation = await uow.conversations.at(channel.name, message.address)
    if conversation is not None:
        if conversation.address != message.address:  # the other form of the number: where it came from, it is answered
            await uow.conversations.readdress(conversation, message.address)
            conversation = replace(conversation, address=message.address)
        person = conversation.profile_id
        latest = conversation.tracker.latest_message
        begins = latest is None or not latest.is_theirs
        new = proved if begins else [one for one in vouched if not await _has_proved(uow, person, one)]
        await _prove(uow, runtime, person, new, wrote)
        return await uow.conversations.get(conversation.id) if new else conversation
    owners = [await uow.profiles.owner_of(one.kind, one.value) for one in proved]
    profile = next((one for one in owners if one is not None), None)
    if profile is None:
        time_zone = said.time_zone if said is not None else None
        profile = Profile(ProfileId(new_id(now)), now).told(
            device, runtime.trust_in, time_zone=time_zone, locale=message.locale
        )
        await uow.profiles.add(profile)
        await meet_segments(uow, runtime, profile.id, now)
    profile_id = await _prove(uow, runtime, profile.id, proved, wrote)
    return await start_conversation(uow, profile_id, channel.name, message.address, now)


async def _prove(
    uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, identities: Sequence[Identity], how: Origin
) -> ProfileId:
    for identity in identities:
        profile_id = await prove(uow, runtime, profile_id, identity, how)
    return profile_id


async def _has_proved(uow: UnitOfWork, profile_id: ProfileId, identity: Identity) -> bool:
    return profile_id in await uow.profiles.provers_of(identity.kind, identity.value)

"""Disown an address: whoever answers there is not the person whom we took them for, and nothing more is sent to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import structlog

from bot.domain.consent import (
    ConsentRecord,
    Consequence,
    Purpose,
    Suppression,
    Wish,
    outranking,
    standing_consent,
)
from bot.domain.conversation import Conversation, Event, ReminderCancelled, Restarted, SlotSet
from bot.domain.effects import Emit
from bot.domain.ids import ProfileId, new_id
from bot.domain.journey import ADDRESS_DISOWNED
from bot.domain.languages import LANGUAGE_SLOT
from bot.domain.message import CustomerMessage
from bot.domain.person import Identity, Profile
from bot.domain.phone_forms import forms_of
from bot.domain.provenance import Origin, Source
from bot.domain.timeline import PersonEvent
from bot.ports import UnitOfWork
from bot.services.keep_segments import meet_segments
from bot.services.runtime import Runtime
from bot.services.start_conversation import start_conversation
from bot.services.sync_crm import tell_crms_of_consent

log = structlog.get_logger()

MOST_HOLDERS = 50
"""People who have one address; it is nobody's any more, and the suppression holds for whoever is left."""


async def disown_address(
    uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, channel: str, address: str, wish: Wish
) -> Sequence[Emit]:
    """Suppress the address on every channel that reaches it, and take it from whoever has it; what this person's
    journeys are told of it.

    They stay reachable at other addresses, by the consent that they gave themselves. The conversations there are over;
    whoever writes from there next is somebody new, who is told nothing of what was known.
    """
    known = {one.cause: one for one in await uow.consents.in_the_way(channel, address)}.get(Consequence.DISOWNED)
    await spare_disowned(uow, runtime, channel, address, wish)
    if known is not None and (await uow.profiles.get(profile_id)).created_at >= known.at:
        return ()  # the stranger says it again
    kind = runtime.marketed[channel]
    reaching = _reaching(runtime, kind)
    here = [found for name in reaching if (found := await uow.conversations.at(name, address)) is not None]
    holders = await uow.profiles.holders_of([Identity(kind, address)], limit=MOST_HOLDERS)
    theirs = {profile_id, *holders, *(one.profile_id for one in here)}
    for person in sorted(theirs):
        await uow.profiles.lock(person)
        for form in forms_of(address):
            await uow.profiles.disclaim(person, Identity(kind, form))
        await _note_in_ledger(uow, runtime, person, kind, channel, address, wish)
        await tell_crms_of_consent(uow, runtime, person, wish.at)
    if here:
        await _meet_the_stranger(uow, runtime, here, Identity(kind, address, verified=True), wish)
    log.info("an address is not whose it was taken for", channel=channel, people=len(theirs))
    told = Emit(ADDRESS_DISOWNED, {"channel": channel, "kind": kind, "address": address, "how": wish.how})
    for person in sorted(theirs - {profile_id}):
        await uow.timeline.add(PersonEvent(person, told.event, wish.at, wish.at, told.data))
    return (told,)


async def spare_disowned(uow: UnitOfWork, runtime: Runtime, channel: str, address: str, wish: Wish) -> None:
    """Send nothing there unasked, on whatever channel."""
    for name in _reaching(runtime, runtime.marketed[channel]):
        await uow.consents.suppress_anew(Suppression(name, address, wish.how, wish.at, Consequence.DISOWNED))


def _reaching(runtime: Runtime, kind: str) -> Sequence[str]:
    """The channels to addresses of this kind, also such as are not set up."""
    return sorted(name for name, one in runtime.marketed.items() if one == kind)


async def _note_in_ledger(
    uow: UnitOfWork, runtime: Runtime, person: ProfileId, kind: str, channel: str, address: str, wish: Wish
) -> None:
    """A line for each channel that they had consented to, and the one that was written on.

    Consent ends where no other address of theirs is left, or where it was this one that had confirmed it: the consent
    was another's, then.
    """
    records = await uow.consents.of(person)
    others = any(one.kind == kind for one in await uow.profiles.identities(person))
    for name in _reaching(runtime, kind):
        stood = standing_consent(records, Purpose.MARKETING, name)
        if stood is not None and stood.granted and others and stood.address not in forms_of(address):
            await uow.consents.add(_kept(stood, wish))
        elif name == channel or (stood is not None and stood.granted):
            refusal = replace(wish.record(person, name, granted=False), address=address)
            await uow.consents.add(outranking(refusal, records))


def _kept(stood: ConsentRecord, wish: Wish) -> ConsentRecord:
    """The consent that stands on for their other addresses."""
    how = f"{wish.how}; it stands for their other addresses. Before that: {stood.how}"
    return replace(stood, at=wish.at, how=how)


async def _meet_the_stranger(
    uow: UnitOfWork, runtime: Runtime, here: Sequence[Conversation], identity: Identity, wish: Wish
) -> None:
    """Whoever answers there is somebody of whom nothing is known, and their conversations begin with what they said.

    What was said before stays with the person whom we took them for, and is over.
    """
    stranger = Profile(ProfileId(new_id(wish.at)), wish.at)
    await uow.profiles.add(stranger)
    for one in here:
        await _end(uow, one, wish)
        begun = await start_conversation(uow, stranger.id, one.channel, one.address, wish.at)
        await _begin(uow, begun, one, wish)
        for entry in await uow.inbox.waiting(one.id, wish.at):
            if isinstance(entry.inbound, CustomerMessage) and entry.inbound.message_id != wish.message_id:
                await uow.inbox.move(entry.position, begun.id)
    told = Origin(Source.CONVERSATION, wish.at, here[0].channel, wish.message_id or "")
    await uow.profiles.claim(stranger.id, identity, wish.at, told)
    await meet_segments(uow, runtime, stranger.id, wish.at)


async def _end(uow: UnitOfWork, conversation: Conversation, wish: Wish) -> None:
    """Nothing of it waits any more, and nobody writes there, a colleague at the desk included."""
    events: list[Event] = [ReminderCancelled(), Restarted()]
    await uow.conversations.log(conversation.id, events, wish.at)
    tracker = conversation.tracker.apply_all(events)
    over = replace(conversation, tracker=tracker, asking_enrolment=None, version=conversation.version + 1)
    await uow.conversations.save(over)
    former = f"{conversation.address} until {wish.at.isoformat()}"
    await uow.conversations.readdress(conversation, former)
    await uow.consents.suppress(Suppression(conversation.channel, former, wish.how, wish.at, Consequence.DISOWNED))


async def _begin(uow: UnitOfWork, begun: Conversation, before: Conversation, wish: Wish) -> None:
    """With the language that was spoken, and the message that said whose address it is not."""
    language, said = before.tracker.slots.get(LANGUAGE_SLOT), before.tracker.latest_message
    events: list[Event] = [SlotSet(LANGUAGE_SLOT, language)] if language else []
    if said is not None and said.message_id == wish.message_id:
        events.append(said)
    if events:
        await uow.conversations.log(begun.id, events, wish.at)
        await uow.conversations.save(replace(begun, tracker=begun.tracker.apply_all(events), version=begun.version + 1))

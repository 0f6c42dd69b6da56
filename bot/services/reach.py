"""Reach a person: find the conversation that a journey's message, question or action belongs to, and put it there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.dialogue.personal import Personal, Unsayable
from bot.dialogue.responses import find_words
from bot.domain.consent import Purpose, all_standing, standing_consent, willing_first
from bot.domain.conversation import Conversation
from bot.domain.delivery import ChannelMessage, EndpointCall, OutboxEntry
from bot.domain.effects import AskForm, CallWebhook, SendResponse, StartAction
from bot.domain.ids import OutboxId, ProfileId, new_id
from bot.domain.languages import base_language
from bot.domain.message import ExecuteAction, OpenForm
from bot.ports import UnitOfWork
from bot.services.cause import CannotPerform, Cause
from bot.services.choose_time import at_chosen_time
from bot.services.note_decision import Matter, note_decision
from bot.services.other_languages import language_kept, language_of
from bot.services.put_off_waits import put_off_waits
from bot.services.read_facts import read_facts
from bot.services.runtime import Runtime
from bot.services.start_conversation import start_conversation
from bot.services.weigh import not_set_up


async def send_response(uow: UnitOfWork, runtime: Runtime, effect: SendResponse, cause: Cause, now: datetime) -> None:
    """Queue the response on the first channel that reaches the person."""
    conversation = await reach(uow, runtime, cause.profile_id, effect.channels, now, cause.purpose)
    if conversation is None:
        await _note_unreachable(uow, runtime, effect, cause, now)
        return
    assistant = runtime.library.current().assistant
    response = assistant.responses[effect.response]
    personal = None
    if response.is_personal:
        known = await read_facts(uow, runtime, cause.profile_id, now)
        personal = Personal(
            known.profile,
            known.lead,
            known.profile["locale"],
            assistant.configuration.language,
            runtime.links.preferences(cause.profile_id, now),
            effect.event,
            known.zones,
            runtime.country_at(conversation.channel, conversation.address),
        )
    content = find_words(response, conversation.tracker, conversation.channel, values=effect.values, personal=personal)
    if isinstance(content, Unsayable):
        await _note_withheld(uow, effect, cause, f"{effect.response}: {content.why}", now, conversation)
        return
    further = effect.channels[effect.channels.index(conversation.channel) + 1 :]
    message = ChannelMessage(
        conversation.channel,
        conversation.address,
        content,
        response=effect.response,
        fallbacks=further,
        follows_links=effect.follows_links,
    )
    entry = OutboxEntry(
        id=OutboxId(new_id(now)),
        key=effect.key,
        dispatch=message,
        purpose=cause.purpose,
        profile_id=cause.profile_id,
        conversation_id=conversation.id,
        enrolment_id=cause.enrolment_id,
        created_at=now,
        due_at=now,
        window=effect.window or cause.window,
        priority=cause.priority,
        cap=effect.cap,
    )
    due_at = await at_chosen_time(uow, runtime, effect, entry, message, now)
    await uow.outbox.add_at_end(replace(entry, due_at=due_at))
    await put_off_waits(uow, runtime, [(entry, due_at)], now)


async def ask_form(uow: UnitOfWork, runtime: Runtime, effect: AskForm, cause: Cause, now: datetime) -> None:
    """Put the question into the inbox of the conversation that will ask it."""
    conversation = await reach(uow, runtime, cause.profile_id, effect.channels, now, cause.purpose)
    if conversation is None:
        await _note_unreachable(uow, runtime, effect, cause, now)
        return
    question = OpenForm(
        channel=conversation.channel,
        vendor_id=effect.key,
        address=conversation.address,
        form=effect.form,
        enrolment_id=cause.enrolment_id or "",
        purpose=cause.purpose,
        again=effect.again,
    )
    await uow.inbox.add(conversation.id, question, now)


async def start_action(uow: UnitOfWork, runtime: Runtime, effect: StartAction, cause: Cause, now: datetime) -> None:
    """Let the action take its turn in the person's conversation; raises CannotPerform where they have none."""
    if effect.channels:
        conversation = await reach(uow, runtime, cause.profile_id, effect.channels, now, cause.purpose)
    else:
        conversation = await latest_conversation(uow, cause.profile_id)
    if conversation is None:
        no_conversation = "this person has no conversation to run it in"
        raise CannotPerform(_why_unreached(runtime, effect.channels) if effect.channels else no_conversation)
    wanted = ExecuteAction(
        channel=conversation.channel,
        vendor_id=effect.key,
        address=conversation.address,
        action=effect.action,
        aloud=True,
        enrolment_id=cause.enrolment_id or "",
    )
    await uow.inbox.add(conversation.id, wanted, now)


async def call_webhook(uow: UnitOfWork, runtime: Runtime, effect: CallWebhook, cause: Cause, now: datetime) -> None:
    """Queue the call; raises CannotPerform where the settings do not know the endpoint any more."""
    if runtime.endpoints is None or effect.endpoint not in runtime.endpoints.names:
        raise CannotPerform(f'OVERTURE_ENDPOINTS has no "{effect.endpoint}" any more')
    await uow.outbox.add_at_end(
        OutboxEntry(
            id=OutboxId(new_id(now)),
            key=effect.key,
            dispatch=EndpointCall(effect.endpoint, effect.body),
            purpose=Purpose.DESK,
            profile_id=cause.profile_id,
            enrolment_id=cause.enrolment_id,
            created_at=now,
            due_at=now,
        )
    )


async def _note_unreachable(
    uow: UnitOfWork, runtime: Runtime, effect: SendResponse | AskForm, cause: Cause, now: datetime
) -> None:
    """A message that goes nowhere leaves a decision record, too."""
    await _note_withheld(uow, effect, cause, _why_unreached(runtime, effect.channels), now)


def _why_unreached(runtime: Runtime, channels: Sequence[str]) -> str:
    missing = [name for name in channels if name not in runtime.channels]
    there = [name for name in channels if name in runtime.channels]
    no_address = [f"no address of this person on {' or '.join(there)}"] if there else []
    return ", and ".join([*no_address, *([not_set_up(missing)] if missing else [])])


async def _note_withheld(
    uow: UnitOfWork,
    effect: SendResponse | AskForm,
    cause: Cause,
    why: str,
    now: datetime,
    conversation: Conversation | None = None,
) -> None:
    unreached = effect.channels[0] if effect.channels else ""
    matter = Matter(
        key=effect.key,
        purpose=cause.purpose,
        channel=conversation.channel if conversation is not None else unreached,
        address=conversation.address if conversation is not None else "",
        profile_id=cause.profile_id,
        enrolment_id=cause.enrolment_id,
    )
    await note_decision(uow, matter, "withhold", why, now)


async def latest_conversation(uow: UnitOfWork, profile_id: ProfileId) -> Conversation | None:
    """The one in which something was said last."""
    return _latest(await uow.conversations.of(profile_id))


def _latest(conversations: Iterable[Conversation]) -> Conversation | None:
    return max(conversations, key=lambda one: one.last_message_at or one.started_at, default=None)


async def reach(
    uow: UnitOfWork,
    runtime: Runtime,
    profile_id: ProfileId,
    channels: Sequence[str],
    now: datetime,
    purpose: Purpose = Purpose.SERVICE,
) -> Conversation | None:
    """The person's conversation on the first of `channels` that they have an address on; started if need be. Of
    marketing, those that they have agreed to come first."""
    if purpose is Purpose.MARKETING and len(channels) > 1:
        records = all_standing(await uow.consents.of(profile_id))
        channels = willing_first(channels, {name: records.get((purpose, name)) for name in channels}, now)
    for name in channels:
        if name not in runtime.channels:
            continue
        address = await address_on(uow, runtime, profile_id, name)
        if address is None:
            continue
        found = await uow.conversations.at_of(profile_id, name, address)
        if found is None:
            begun = await start_conversation(uow, profile_id, name, address, now)
            several = len(runtime.library.current().languages) > 1
            return await _in_their_language(uow, runtime, begun, now) if several else begun
        if found.profile_id == profile_id:
            return found
    return None


async def address_on(uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, channel: str) -> str | None:
    """Where they are written to on this channel; None where they have no address there.

    What they were asked about comes first, then a proved address; else the latest, for people correct what they have
    mistyped.
    """
    kind = runtime.channel(channel).abilities.identity
    addresses = [one for one in await uow.profiles.identities(profile_id) if one.kind == kind]
    if not addresses:
        return None
    shown = await _shown(uow, profile_id, channel) if len(addresses) > 1 else frozenset[str]()
    return max(reversed(addresses), key=lambda identity: (identity.value in shown, identity.verified)).value


async def _in_their_language(uow: UnitOfWork, runtime: Runtime, begun: Conversation, now: datetime) -> Conversation:
    """The conversation in the language that they spoke elsewhere, or else in that of their locale, where the assistant
    speaks it."""
    playbook = runtime.library.current()
    before = _latest(one for one in await uow.conversations.of(begun.profile_id) if one.id != begun.id)
    spoken = language_of(before.tracker) if before is not None else ""
    if not spoken:
        spoken = base_language((await uow.profiles.get(begun.profile_id)).locale or "")
    set_to = language_kept(playbook, begun.tracker, spoken) if spoken in playbook.languages else None
    if set_to is None:
        return begun
    await uow.conversations.log(begun.id, [set_to], now)
    known = replace(begun, tracker=begun.tracker.apply_all([set_to]), version=begun.version + 1)
    await uow.conversations.save(known)
    return known


async def _shown(uow: UnitOfWork, profile_id: ProfileId, channel: str) -> frozenset[str]:
    """The numbers that stood in the question to which they said yes."""
    standing = standing_consent(await uow.consents.of(profile_id), Purpose.MARKETING, channel)
    return standing.numbers_shown if standing is not None and standing.granted else frozenset()

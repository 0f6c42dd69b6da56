"""Perform: carry out what an engine or an action wants done to a person, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.dialogue.personal import Personal, Unsayable
from bot.dialogue.responses import find_words
from bot.domain.consent import ConsentRecord, Purpose
from bot.domain.conversation import Conversation
from bot.domain.delivery import ChannelMessage, OutboxEntry
from bot.domain.effects import (
    AddTag,
    AskForm,
    CancelReminder,
    ChangeScore,
    ClaimIdentity,
    Emit,
    OptIn,
    OptOut,
    PersonEffect,
    RecordConsent,
    RequestHandoff,
    ScheduleReminder,
    SendResponse,
    SetAttribute,
    SyncCrm,
)
from bot.domain.ids import ConversationId, EnrolmentId, MessageId, OutboxId, ProfileId, new_id
from bot.domain.journey import SendWindow
from bot.domain.message import OpenForm, Reminder
from bot.domain.person import Identity
from bot.domain.score import ScoreChange
from bot.ports import UnitOfWork
from bot.services.hand_off import request_handoff
from bot.services.keep_segments import changed_by, keep_segments
from bot.services.opt_out import opt_in, opt_out
from bot.services.person_facts import person_facts
from bot.services.receive import start_conversation
from bot.services.runtime import Runtime
from bot.services.sync_crm import sync_crm
from bot.services.weigh import Matter, note_decision

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Cause:
    """What the effects came from. `key` is unique for ever and makes a second try harmless.

    `message_id` is the customer's message, `text` what they wrote; a journey's step names its enrolment, purpose and
    send window instead.
    """

    key: str
    profile_id: ProfileId
    conversation_id: ConversationId | None = None
    message_id: MessageId | None = None
    text: str = ""
    enrolment_id: EnrolmentId | None = None
    purpose: Purpose = Purpose.SERVICE
    window: SendWindow | None = None


async def perform(
    uow: UnitOfWork, runtime: Runtime, effects: Iterable[PersonEffect], cause: Cause, now: datetime
) -> tuple[Emit, ...]:
    """Do each effect in order; the events that they emit, and segments entered or left, are the caller's to pass on."""
    effects = tuple(effects)
    emitted = []
    for number, effect in enumerate(effects):
        if isinstance(effect, Emit):
            emitted.append(effect)
        else:
            await _do(uow, runtime, effect, replace(cause, key=f"{cause.key}:{number}"), now)
    if changed := frozenset().union(*map(changed_by, effects)):
        emitted.extend(await keep_segments(uow, runtime, cause.profile_id, changed, now))
    return tuple(emitted)


async def _do(uow: UnitOfWork, runtime: Runtime, effect: PersonEffect, cause: Cause, now: datetime) -> None:
    match effect:
        case SetAttribute(name=name, value=value):
            _note_another_type(runtime, name, value)
            profile = await uow.profiles.get(cause.profile_id)
            await uow.profiles.save(profile.with_attribute(name, value))
        case AddTag(tag=tag):
            profile = await uow.profiles.get(cause.profile_id)
            await uow.profiles.save(replace(profile, tags=profile.tags | {tag}))
        case ClaimIdentity(identity=kind, value=value):
            await uow.profiles.claim(cause.profile_id, Identity(kind, value), now)
        case ChangeScore():
            await uow.scores.add(_score_change(effect, cause, now))
        case RecordConsent():
            await uow.consents.add(_consent(effect, cause, now))
        case OptOut(how=how):
            await opt_out(
                uow, runtime, cause.profile_id, how=how, text=cause.text, message_id=cause.message_id, now=now
            )
        case OptIn(channel=channel, address=address, how=how):
            await opt_in(
                uow,
                cause.profile_id,
                channel=channel,
                address=address,
                how=how,
                text=cause.text,
                message_id=cause.message_id,
                now=now,
            )
        case RequestHandoff(reason=reason):
            await _request_handoff(uow, runtime, reason, cause, now)
        case SyncCrm(note=note):
            await sync_crm(
                uow,
                runtime,
                cause.profile_id,
                key=cause.key,
                note=note,
                now=now,
                conversation_id=cause.conversation_id,
            )
        case SendResponse():
            await _send_response(uow, runtime, effect, cause, now)
        case AskForm():
            await _ask_form(uow, runtime, effect, cause, now)
        case ScheduleReminder():
            await _schedule_reminder(uow, effect, cause, now)
        case CancelReminder():
            pass  # its tracker has forgotten it, which the reminder finds out when it is due


def _note_another_type(runtime: Runtime, name: str, value: object) -> None:
    """A value that is not as declared is kept all the same: conditions take it for what it is, of another type."""
    schema = runtime.library.current().profile
    attribute = schema.attributes.get(name) if schema is not None else None
    if attribute is not None and not attribute.takes(value):
        log.warning(
            "an attribute is not as journeys/profile.yml declares it", attribute=name, type=attribute.type.value
        )


def _score_change(effect: ChangeScore, cause: Cause, now: datetime) -> ScoreChange:
    once = f"{cause.profile_id}:{effect.rule}"
    return ScoreChange(
        profile_id=cause.profile_id,
        key=f"{once}:{cause.key}" if effect.again else once,
        dimension=effect.dimension,
        points=effect.points,
        reason=effect.reason,
        rule=effect.rule,
        at=now,
    )


def _consent(effect: RecordConsent, cause: Cause, now: datetime) -> ConsentRecord:
    return ConsentRecord(
        profile_id=cause.profile_id,
        purpose=effect.purpose,
        channel=effect.channel,
        granted=effect.granted,
        at=now,
        how=effect.how,
        text=effect.text,
        message_id=cause.message_id,
    )


async def _request_handoff(uow: UnitOfWork, runtime: Runtime, reason: str, cause: Cause, now: datetime) -> None:
    conversations = await uow.conversations.of(cause.profile_id)
    here = [one for one in conversations if one.id == cause.conversation_id]
    chosen = here or sorted(conversations, key=lambda one: one.last_message_at or one.started_at)[-1:]
    if not chosen:
        log.warning("no conversation to hand over", profile=cause.profile_id)
        return
    await request_handoff(uow, runtime, chosen[0], reason, now)


async def _send_response(uow: UnitOfWork, runtime: Runtime, effect: SendResponse, cause: Cause, now: datetime) -> None:
    conversation = await reach(uow, runtime, cause.profile_id, effect.channels, now)
    if conversation is None:
        await _note_unreachable(uow, effect, cause, now)
        return
    assistant = runtime.library.current().assistant
    response = assistant.responses[effect.response]
    personal = None
    if response.is_personal:
        profile, lead = await person_facts(uow, cause.profile_id)
        personal = Personal(profile, lead, profile["locale"], assistant.configuration.language)
    content = find_words(response, conversation.tracker, conversation.channel, personal=personal)
    if isinstance(content, Unsayable):
        await _note_withheld(uow, effect, cause, f"{effect.response}: {content.why}", now, conversation)
        return
    await uow.outbox.add(
        OutboxEntry(
            id=OutboxId(new_id(now)),
            key=effect.key,
            dispatch=ChannelMessage(conversation.channel, conversation.address, content),
            purpose=cause.purpose,
            profile_id=cause.profile_id,
            conversation_id=conversation.id,
            enrolment_id=cause.enrolment_id,
            created_at=now,
            due_at=now,
            window=cause.window,
        )
    )


async def _ask_form(uow: UnitOfWork, runtime: Runtime, effect: AskForm, cause: Cause, now: datetime) -> None:
    conversation = await reach(uow, runtime, cause.profile_id, effect.channels, now)
    if conversation is None:
        await _note_unreachable(uow, effect, cause, now)
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


async def _schedule_reminder(uow: UnitOfWork, effect: ScheduleReminder, cause: Cause, now: datetime) -> None:
    if cause.conversation_id is None:
        log.warning("no conversation to remind in", profile=cause.profile_id)
        return
    conversation = await uow.conversations.get(cause.conversation_id)
    reminder = Reminder(
        channel=conversation.channel,
        vendor_id=f"{conversation.id}:{effect.name}:{effect.due_at.isoformat()}",
        address=conversation.address,
        name=effect.name,
        intent=effect.intent,
        due_at=effect.due_at,
        entities=effect.entities,
    )
    await uow.inbox.add(conversation.id, reminder, now, due_at=effect.due_at)


async def _note_unreachable(uow: UnitOfWork, effect: SendResponse | AskForm, cause: Cause, now: datetime) -> None:
    """A message that goes nowhere leaves a decision record, too."""
    await _note_withheld(uow, effect, cause, f"no address of this person on {' or '.join(effect.channels)}", now)


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


async def reach(
    uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, channels: Iterable[str], now: datetime
) -> Conversation | None:
    """The person's conversation on the first of `channels` that they have an address on; started if need be."""
    identities = await uow.profiles.identities(profile_id)
    for name in channels:
        if name not in runtime.channels:
            continue
        kind = runtime.channel(name).abilities.identity
        addresses = [identity for identity in identities if identity.kind == kind]
        if not addresses:
            continue
        # A proved address comes first; else the latest, for people correct what they have mistyped.
        best = max(reversed(addresses), key=lambda identity: identity.verified)
        found = await uow.conversations.at(name, best.value)
        if found is None:
            return await start_conversation(uow, profile_id, name, best.value, now)
        if found.profile_id == profile_id:
            return found
    return None

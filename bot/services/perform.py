"""Perform: carry out what an engine or an action wants done to a person, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from bot.domain.consent import ConsentRecord, Wish
from bot.domain.effects import (
    AddTag,
    AskForm,
    AskOfOptOut,
    CallWebhook,
    CancelReminder,
    ChangeScore,
    ChoosePause,
    ClaimIdentity,
    DisownAddress,
    Emit,
    JourneyEffect,
    NoteRequest,
    OptIn,
    OptOut,
    PauseUntil,
    RecordConsent,
    RemoveTag,
    RequestHandoff,
    ScheduleReminder,
    SendResponse,
    SetAttribute,
    StartAction,
    StartJourney,
    StopJourney,
    SyncCrm,
    WithdrawMessages,
)
from bot.domain.journey import OUT_OF_HOURS
from bot.domain.message import Reminder
from bot.domain.person import Identity
from bot.domain.provenance import Origin, Source
from bot.domain.score import ScoreChange
from bot.journeys.told.addresses import in_one_form
from bot.journeys.told.countries import country_if_known
from bot.ports import UnitOfWork
from bot.services.cause import Cause
from bot.services.choose_pause import choose_pause, pause_until
from bot.services.disown_address import disown_address
from bot.services.hand_off import request_handoff
from bot.services.keep_segments import changed_by, keep_segments
from bot.services.note_question import note_question
from bot.services.note_request import hear_request
from bot.services.offer import desk_at, opening_of
from bot.services.opt_out import opt_in, opt_out
from bot.services.reach import ask_form, call_webhook, latest_conversation, send_response, start_action
from bot.services.runtime import Runtime
from bot.services.sync_crm import sync_crm, tell_crms_of_consent
from bot.services.take_consent import take_consent
from bot.services.withdraw_messages import withdraw_messages

__all__ = ["Cause", "perform"]

log = structlog.get_logger()


async def perform(
    uow: UnitOfWork, runtime: Runtime, effects: Iterable[JourneyEffect], cause: Cause, now: datetime
) -> tuple[Emit, ...]:
    """Do each effect in order; the events that they emit, and segments entered or left, are the caller's to pass on.

    Raises CannotPerform where something that a journey's step is to wait for cannot be begun.
    """
    effects = tuple(effects)
    emitted: list[Emit] = []
    for number, effect in enumerate(effects):
        emitted += await _do(uow, runtime, effect, replace(cause, key=f"{cause.key}:{number}"), now)
    if changed := frozenset().union(*map(changed_by, effects)):
        emitted += await keep_segments(uow, runtime, cause.profile_id, changed, now)
    return tuple(emitted)


async def _do(uow: UnitOfWork, runtime: Runtime, effect: JourneyEffect, cause: Cause, now: datetime) -> Sequence[Emit]:
    match effect:
        case Emit():
            return (effect,)
        case SetAttribute() | AddTag() | RemoveTag() | ClaimIdentity():
            await _change_profile(uow, runtime, effect, cause, now)
        case ChangeScore():
            profile = await uow.profiles.get(cause.profile_id)
            if profile.objected_at is None and profile.restricted_at is None:
                await uow.scores.add_at_end(_score_change(effect, cause, now))
        case RecordConsent():
            await take_consent(uow, runtime, _consent(effect, cause, now), cause.key, now)
        case OptOut(how=how, keeping=keeping):
            wish = _wish(how, cause, now)
            return await opt_out(uow, runtime, cause.profile_id, wish, keeping=keeping)
        case DisownAddress(channel=channel, address=address, how=how):
            return await disown_address(uow, runtime, cause.profile_id, channel, address, _wish(how, cause, now))
        case AskOfOptOut():
            await note_question(uow, runtime, effect, cause, now)
        case NoteRequest(request=kind, how=how, due=due):
            await hear_request(uow, runtime, cause.profile_id, kind, how=how, now=now, told=due)
        case OptIn(channel=channel, address=address, how=how):
            if await opt_in(uow, runtime, cause.profile_id, channel, address, _wish(how, cause, now)):
                await tell_crms_of_consent(uow, runtime, cause.profile_id, now)
        case ChoosePause(pause=pause, how=how):
            return await choose_pause(uow, cause.profile_id, pause, how)
        case PauseUntil(until=until, how=how):
            return await pause_until(uow, cause.profile_id, until, how)
        case RequestHandoff():
            return await _request_handoff(uow, runtime, effect, cause, now)
        case SyncCrm():
            await _sync_crm(uow, runtime, effect, cause, now)
        case SendResponse():
            await send_response(uow, runtime, effect, cause, now)
        case AskForm():
            await ask_form(uow, runtime, effect, cause, now)
        case StartAction():
            await start_action(uow, runtime, effect, cause, now)
        case CallWebhook():
            await call_webhook(uow, runtime, effect, cause, now)
        case ScheduleReminder():
            await _schedule_reminder(uow, effect, cause, now)
        case CancelReminder():
            pass  # its tracker has forgotten it, which the reminder finds out when it is due
        case WithdrawMessages(why=why) if cause.enrolment_id is not None:
            await withdraw_messages(uow, cause.profile_id, cause.enrolment_id, why, now)
        case StartJourney() | StopJourney() | WithdrawMessages():
            raise TypeError("journeys are begun and ended by enrol.py, which knows them")
    return ()


async def _change_profile(
    uow: UnitOfWork,
    runtime: Runtime,
    effect: SetAttribute | AddTag | RemoveTag | ClaimIdentity,
    cause: Cause,
    now: datetime,
) -> None:
    if isinstance(effect, ClaimIdentity):
        origin = _origin(cause, now, by=effect.by, slot=effect.slot)
        claimed = in_one_form(Identity(effect.identity, effect.value))
        await uow.profiles.claim(cause.profile_id, claimed, now, origin)
        return
    profile = await uow.profiles.fresh(cause.profile_id)
    match effect:
        case SetAttribute(name=name, value=value):
            origin = _origin(cause, now, by=effect.by, slot=effect.slot, empties=value in (None, ""))
            value = country_if_known(name, value, runtime.library.current().profile)
            await uow.profiles.save(profile.told(origin, runtime.trust_in, attributes={name: value}))
            _note_another_type(runtime, name, value)
        case AddTag(tag=tag):
            origin = _origin(cause, now, by=effect.by)
            await uow.profiles.save(profile.told(origin, runtime.trust_in, tags=[tag]))
        case RemoveTag(tag=tag):
            await uow.profiles.save(profile.without_tag(tag))


def _wish(how: str, cause: Cause, now: datetime) -> Wish:
    return Wish(how, now, cause.text, cause.message_id)


def _origin(cause: Cause, now: datetime, *, by: str, slot: str = "", empties: bool = False) -> Origin:
    """The source of what an effect sets: what is in a slot is the person's own word, and so is that a value does not
    hold any more, as when they call off a time that they chose."""
    told = cause.told or Origin(Source.SERVICE, now)
    if empties and told.source is Source.ACTION:
        told = replace(told, source=Source.CONVERSATION)
    if slot and told.source is Source.ACTION:
        told, by = replace(told, source=Source.CONVERSATION), f"slot {slot}"
    return replace(told, where=", ".join(one for one in (by, told.where) if one))


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


async def _request_handoff(
    uow: UnitOfWork, runtime: Runtime, effect: RequestHandoff, cause: Cause, now: datetime
) -> Sequence[Emit]:
    """The event that nobody is at the desk now, if so; journeys may wait for it."""
    conversations = await uow.conversations.of(cause.profile_id)
    here = next((one for one in conversations if one.id == cause.conversation_id), None)
    chosen = here or await latest_conversation(uow, cause.profile_id)
    if chosen is None:
        log.warning("no conversation to hand over", profile=cause.profile_id)
        return ()
    if effect.crm:
        await _sync_crm(uow, runtime, SyncCrm(), cause, now, only=effect.crm)
    asked_here = cause.message_id if here is not None else None
    handoff = await request_handoff(
        uow,
        runtime,
        chosen,
        effect.reason,
        now,
        to=effect.desk,
        crm=effect.crm,
        asked=cause.message_id is not None,
        message_id=asked_here,
    )
    if handoff is None or handoff.created_at != now:
        return ()
    desk = desk_at(runtime, handoff.desk, handoff.desk_address)
    opens = opening_of(runtime, desk, now) if desk is not None else None
    if opens is None:
        return ()
    return (Emit(OUT_OF_HOURS, {"desk": handoff.desk, "reason": effect.reason, "opens": opens.isoformat()}),)


async def _sync_crm(
    uow: UnitOfWork, runtime: Runtime, effect: SyncCrm, cause: Cause, now: datetime, *, only: str = ""
) -> None:
    await sync_crm(
        uow,
        runtime,
        cause.profile_id,
        key=cause.key,
        wanted=effect,
        now=now,
        conversation_id=cause.conversation_id,
        only=only,
    )


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

"""Hand off: a person takes over from the bot, and gives back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.dialogue.responses import render
from bot.domain.consent import Purpose
from bot.domain.conversation import Conversation, Tracker
from bot.domain.delivery import ChannelMessage, CrmNote, OutboxEntry
from bot.domain.handoff import Handoff
from bot.domain.ids import HandoffId, OutboxId, new_id
from bot.domain.languages import LANGUAGE_SLOT
from bot.domain.message import (
    Author,
    Content,
    DeskLine,
    SnoozeOver,
    Suggestion,
    Text,
    Transfer,
    Unattended,
    said_by_one,
)
from bot.domain.understanding import KnowledgeAnswer
from bot.journeys.send_window import is_zone
from bot.ports import UnitOfWork
from bot.services.desk_page import refresh_pages
from bot.services.draw_card import SILENT, draw_card, files_so_far, offered_in, recent_lines
from bot.services.offer import desk_at, hours_of, offer, opening_of, start_clock
from bot.services.runtime import Desk, Runtime

log = structlog.get_logger()

FACTS_ALOUD = 4
"""What is known of a customer that a person is told by voice: nobody keeps more in mind."""

A_WEEK = timedelta(days=7)


async def request_handoff(
    uow: UnitOfWork,
    runtime: Runtime,
    conversation: Conversation,
    reason: str,
    now: datetime,
    *,
    to: str = "",
    crm: str = "",
    asked: bool = False,
    message_id: str | None = None,
    taken_by: str = "",
) -> Handoff | None:
    """Tell a sales desk about this conversation, unless one has been told; None where there is no desk.

    `to` names the desk, `crm` the one CRM that gets a note, where it is not every one. With `asked` the customer is
    in the conversation, and hears when somebody will be there if nobody is now. Whoever asked for a person by the
    message of this id is put through to one, where the channel can do that and somebody is there. `taken_by` is the
    rep who begins it: nobody else is offered it, whatever the hours.
    """
    desk = runtime.desk_named(to)
    handoff = await uow.handoffs.open_in(conversation.id)
    if handoff is None and desk is not None:
        handoff = await _tell_desk(
            uow, runtime, desk, conversation, reason, now, crm=crm, asked=asked, taken_by=taken_by
        )
    if handoff is None or message_id is None or not _is_open(runtime, handoff, now):
        return handoff
    if runtime.channel(conversation.channel).abilities.transfers:
        await _transfer(uow, runtime, handoff, conversation, message_id, now)
    return handoff


async def _tell_desk(
    uow: UnitOfWork,
    runtime: Runtime,
    desk: Desk,
    conversation: Conversation,
    reason: str,
    now: datetime,
    *,
    crm: str,
    asked: bool,
    taken_by: str,
) -> Handoff:
    opens = None if taken_by else opening_of(runtime, desk, now)
    handoff = _new_handoff(runtime, desk, conversation, reason, now, out_of_hours=opens is not None)
    card = await draw_card(uow, runtime, handoff, now)
    so_far = {f"handoff:{handoff.id}:transcript": await recent_lines(uow, conversation)}
    so_far |= await files_so_far(uow, runtime, handoff)
    is_offered = opens is None and not taken_by
    if is_offered:  # from here on other hand-offs to this desk wait for our commit, so there is little left to do
        handoff = await offer(uow, runtime, handoff, now)
        card = offered_in(runtime, handoff, card)
    await uow.handoffs.add(handoff)
    entries = [_entry(handoff, handoff.card_key, _message(handoff, card, in_thread=False), Purpose.DESK, now)]
    entries += [_entry(handoff, key, _message(handoff, line), Purpose.DESK, now) for key, line in so_far.items()]
    for name in [crm] if crm in runtime.crms else runtime.crms:
        note = CrmNote(name, handoff.id, f"Handed over to sales: {handoff.summary}")
        entries.append(_entry(handoff, f"handoff:{handoff.id}:note:{name}", note, Purpose.DESK, now))
    for entry in entries:
        await uow.outbox.add_at_end(entry)
    await refresh_pages(uow, handoff, {handoff.offered_to}, now)
    if is_offered:
        await start_clock(uow, runtime, handoff, now)
        if asked and runtime.desk_answers_within and runtime.channel(conversation.channel).abilities.extras:
            late = Unattended(handoff.desk, f"unattended:{handoff.id}", handoff.id)
            await uow.inbox.add(conversation.id, late, now, due_at=now + runtime.desk_answers_within)
    elif opens is not None:
        await bring_up_at(uow, handoff, opens, now)
        if asked:
            language = language_told(runtime, conversation.tracker)
            opens_at = await _in_their_time(uow, runtime, handoff, desk, opens, language, now)
            await announce(uow, runtime, handoff, "utter_desk_closed", now, opens=opens_at)
    return handoff


def _new_handoff(
    runtime: Runtime, desk: Desk, conversation: Conversation, reason: str, now: datetime, *, out_of_hours: bool
) -> Handoff:
    handoff_id = HandoffId(new_id(now))
    verb = "calls" if runtime.channel(conversation.channel).abilities.spoken else "writes"
    return Handoff(
        id=handoff_id,
        conversation_id=conversation.id,
        profile_id=conversation.profile_id,
        desk=desk.channel,
        desk_address=desk.address,
        reason=reason,
        summary=f"{reason}; {verb} on {conversation.channel}" + ("; came out of hours" if out_of_hours else ""),
        created_at=now,
        card_key=f"handoff:{handoff_id}:card",
    )


def _is_open(runtime: Runtime, handoff: Handoff, now: datetime) -> bool:
    """Whether somebody is at the hand-off's desk."""
    desk = desk_at(runtime, handoff.desk, handoff.desk_address)
    return desk is None or opening_of(runtime, desk, now) is None


async def _transfer(
    uow: UnitOfWork, runtime: Runtime, handoff: Handoff, conversation: Conversation, message_id: str, now: datetime
) -> None:
    """What the person hears first is what the card says: who it is, why, and what is known of them."""
    card = await draw_card(uow, runtime, handoff, now)
    facts = [f"{name}: {value}" for name, value in card.facts if name not in SILENT]
    transfer = Transfer(handoff.id, ". ".join([card.title, *facts[:FACTS_ALOUD]]))
    dispatch = ChannelMessage(conversation.channel, conversation.address, transfer)
    await uow.outbox.add(_entry(handoff, transfer_key(message_id), dispatch, Purpose.REPLY, now))


def transfer_key(message_id: str) -> str:
    """The key of the transfer that comes of the message of this id."""
    return f"{message_id}:transfer"


async def bring_up_at(uow: UnitOfWork, handoff: Handoff, at: datetime, now: datetime) -> None:
    """Have the card brought up again then, unless something is done to the hand-off before."""
    over = SnoozeOver(handoff.desk, snooze_key(handoff), handoff.id, handoff.version)
    await uow.inbox.add(handoff.conversation_id, over, now, due_at=at)


def snooze_key(handoff: Handoff) -> str:
    """By which it waits in the inbox that this version is brought up again."""
    return f"snooze:{handoff.id}:{handoff.version}"


def language_told(runtime: Runtime, tracker: Tracker) -> str:
    """In which language the customer is told something: the one that they spoke last, else the assistant's own."""
    return str(tracker.slots.get(LANGUAGE_SLOT) or runtime.library.current().assistant.configuration.language)


async def opening_told(uow: UnitOfWork, runtime: Runtime, handoff: Handoff, tracker: Tracker, now: datetime) -> str:
    """When somebody is at the hand-off's desk again, as the customer reads it; empty while somebody is there."""
    desk = desk_at(runtime, handoff.desk, handoff.desk_address)
    opens = opening_of(runtime, desk, now) if desk is not None else None
    if desk is None or opens is None:
        return ""
    return await _in_their_time(uow, runtime, handoff, desk, opens, language_told(runtime, tracker), now)


async def _in_their_time(
    uow: UnitOfWork, runtime: Runtime, handoff: Handoff, desk: Desk, at: datetime, language: str, now: datetime
) -> str:
    """The moment by the customer's clock, in their language; by the desk's, with its zone, where theirs is unknown."""
    theirs = (await uow.profiles.get(handoff.profile_id)).time_zone
    if theirs and is_zone(theirs):
        return _day_and_time(at, ZoneInfo(theirs), language, now)
    hours = hours_of(runtime, desk)
    zone = hours.window.zone if hours is not None else "UTC"
    return f"{_day_and_time(at, ZoneInfo(zone), language, now)} ({zone.replace('_', ' ')})"


def _day_and_time(moment: datetime, zone: ZoneInfo, language: str, now: datetime) -> str:
    """With its date where the weekday alone would be taken for a nearer one."""
    at = moment.astimezone(zone)
    is_near = at.date() - now.astimezone(zone).date() < A_WEEK
    if language == "en":
        return f"{at:%A at %H:%M}" if is_near else f"{at:%A} {at.day} {at:%B at %H:%M}"
    from bot.dialogue.locale_filters import date_and_time, weekday_and_time  # they take 0.2 seconds to load

    return weekday_and_time(at, language) if is_near else date_and_time(at, language)


async def relay(uow: UnitOfWork, handoff: Handoff, key: str, speaker: str, text: str, now: datetime) -> None:
    """Show the desk a line of the conversation in the hand-off's thread."""
    await to_desk(uow, handoff, f"relay:{key}", DeskLine(speaker, said_by_one(text)), now)


async def suggest(uow: UnitOfWork, handoff: Handoff, key: str, answer: KnowledgeAnswer, now: datetime) -> None:
    """Show the rep who has the floor what the knowledge pages answer, with a button that sends it."""
    suggestion = Suggestion(handoff.id, key, answer.text, answer.title, answer.url)
    await to_desk(uow, handoff, suggestion_key(key), suggestion, now)


def suggestion_key(key: str) -> str:
    """The outbox key of what was suggested to the message of this key."""
    return f"suggestion:{key}"


async def say_to_customer(uow: UnitOfWork, conversation: Conversation, key: str, content: Text, now: datetime) -> None:
    """What a rep wrote, or word of who is here, to the customer on their own channel."""
    entry = OutboxEntry(
        id=OutboxId(new_id(now)),
        key=key,
        dispatch=ChannelMessage(conversation.channel, conversation.address, content),
        purpose=Purpose.SERVICE,
        profile_id=conversation.profile_id,
        conversation_id=conversation.id,
        created_at=now,
        due_at=now,
    )
    await uow.outbox.add(entry)


async def announce(
    uow: UnitOfWork, runtime: Runtime, handoff: Handoff, response: str, now: datetime, *, key: str = "", **values: str
) -> None:
    """Tell the customer of the rep, in the words of this response; once for each version, or for each `key`."""
    conversation = await uow.conversations.get(handoff.conversation_id)
    template = runtime.library.current().assistant.responses.get(response)
    if template is None:
        return
    words = render(template, conversation.tracker, conversation.channel, values={"rep": handoff.rep, **values})
    content = Text(words.text, author=Author.SYSTEM, author_name=handoff.rep, extras=words.extras, floor=handoff.floor)
    await say_to_customer(uow, conversation, f"handoff:{handoff.id}:{response}:{key or handoff.version}", content, now)


async def show_as_sent(uow: UnitOfWork, handoff: Handoff, suggestion: Suggestion, rep: str, now: datetime) -> None:
    """Have the suggestion say who sent it, in place of its button."""
    key = suggestion_key(suggestion.key)
    sent = replace(suggestion, sent_by=rep)
    message = ChannelMessage(handoff.desk, handoff.desk_address, sent, replaces_of=key)
    await _queue(uow, handoff, f"{key}:sent", message, Purpose.DESK, now)


async def refresh_card(
    uow: UnitOfWork,
    runtime: Runtime,
    handoff: Handoff,
    now: datetime,
    *,
    standing: str = "",
    was: str = "",
    key: str = "",
) -> None:
    """Bring the card at the desk up to date with the hand-off, and the pages of who has it or is offered it, and of
    who `was`; once for each version of it, or for each `key`."""
    await refresh_pages(uow, handoff, {handoff.rep or handoff.offered_to, was}, now, key=key)
    card = replace(await draw_card(uow, runtime, handoff, now), standing=standing)
    message = ChannelMessage(handoff.desk, handoff.desk_address, card, replaces_of=handoff.card_key)
    await _queue(uow, handoff, f"{handoff.card_key}:{key}" if key else shown_key(handoff), message, Purpose.DESK, now)


def shown_key(handoff: Handoff) -> str:
    """The outbox key of the card as it shows this version of the hand-off."""
    return f"{handoff.card_key}:{handoff.version}"


async def to_desk(
    uow: UnitOfWork,
    handoff: Handoff,
    key: str,
    content: Content,
    now: datetime,
    *,
    expires_at: datetime | None = None,
) -> None:
    """Put this onto the desk, in the hand-off's thread."""
    message = _message(handoff, content)
    await _queue(uow, handoff, key, message, Purpose.DESK, now, expires_at=expires_at)


async def to_other_desk(uow: UnitOfWork, handoff: Handoff, key: str, message: ChannelMessage, now: datetime) -> None:
    """Tell a desk that has no card of it."""
    await _queue(uow, handoff, key, message, Purpose.DESK, now)


async def _queue(
    uow: UnitOfWork,
    handoff: Handoff,
    key: str,
    dispatch: ChannelMessage | CrmNote,
    purpose: Purpose,
    now: datetime,
    *,
    expires_at: datetime | None = None,
) -> None:
    await uow.outbox.add(_entry(handoff, key, dispatch, purpose, now, expires_at=expires_at))


def _message(handoff: Handoff, content: Content, *, in_thread: bool = True) -> ChannelMessage:
    thread = handoff.card_key if in_thread else None
    return ChannelMessage(handoff.desk, handoff.desk_address, content, thread_of=thread)


def _entry(
    handoff: Handoff,
    key: str,
    dispatch: ChannelMessage | CrmNote,
    purpose: Purpose,
    now: datetime,
    *,
    expires_at: datetime | None = None,
) -> OutboxEntry:
    return OutboxEntry(
        id=OutboxId(new_id(now)),
        key=key,
        dispatch=dispatch,
        purpose=purpose,
        profile_id=handoff.profile_id,
        conversation_id=handoff.conversation_id,
        created_at=now,
        due_at=now,
        expires_at=expires_at,
    )

"""Tell of a meeting: the customer in their conversation and for their calendar, journeys, and the rep's page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.dialogue.responses import render
from bot.domain.consent import Purpose
from bot.domain.conversation import BotUttered, Conversation, UserUttered
from bot.domain.delivery import ChannelMessage, OutboxEntry
from bot.domain.effects import Emit
from bot.domain.handoff import Handoff
from bot.domain.ids import ConversationId, OutboxId, ProfileId, new_id
from bot.domain.meeting import Meeting, MeetingState
from bot.domain.message import Author, Button, Text
from bot.journeys.calendar_file import calendar_file
from bot.journeys.send_window import is_zone
from bot.ports import UnitOfWork
from bot.services.desk_page import refresh_pages
from bot.services.enrol import tell_journeys
from bot.services.hand_off import language_told, say_to_customer
from bot.services.runtime import Runtime

PICK = "/meeting"
"""What a button of ours begins with: /meeting{"do": "book", ...}."""

Told = Mapping[str, str | datetime]
"""What stands between a response's braces; a time is on the clock on which it is told, and is put into words."""


@dataclass(frozen=True, slots=True)
class Option:
    """A button in the language of whoever reads it: its title is such a time, or what a response says."""

    title: datetime | str
    payload: str


async def tell(
    uow: UnitOfWork, runtime: Runtime, handoff: Handoff, meeting: Meeting, event: str, by: str, now: datetime
) -> None:
    """What is the same whoever did it (`by`): the customer's calendar, the rep's page, and journeys."""
    await _mail(uow, runtime, meeting, now)
    await refresh_pages(uow, handoff, {meeting.rep}, now, key=f"meeting:{meeting.id}:{meeting.state}")
    data = {"meeting": meeting.id, "rep": meeting.rep, "starts_at": meeting.starts_at.isoformat(), "by": by}
    await tell_journeys(uow, runtime, meeting.profile_id, [Emit(event, data)], now)


async def call_off(uow: UnitOfWork, runtime: Runtime, meeting: Meeting, now: datetime) -> None:
    """The place of this one is taken by another: it is out of the customer's calendar, and no journey is told."""
    await uow.meetings.cancel(meeting.id)
    await _mail(uow, runtime, replace(meeting, state=MeetingState.CANCELLED), now)


async def say(
    uow: UnitOfWork,
    runtime: Runtime,
    conversation_id: ConversationId,
    response: str,
    options: Sequence[Option | Button],
    key: str,
    now: datetime,
    told: Told,
) -> Sequence[Button]:
    """In the words of this response, kept with what was said, so that a typed title is known for a button; returns
    those."""
    conversation = await uow.conversations.get(conversation_id)
    words = _words(runtime, conversation, response, told)
    buttons = tuple(one if isinstance(one, Button) else _button(runtime, conversation, one) for one in options)
    if not runtime.channel(conversation.channel).abilities.buttons and buttons and buttons[0].is_link:
        words, buttons = f"{words} {buttons[0].payload}", ()
    await keep(uow, conversation, BotUttered(words, response, at=now, buttons=buttons), now)
    language = language_told(runtime, conversation.tracker)
    content = Text(words, buttons, author=Author.SYSTEM, author_name=str(told["rep"]), language=language)
    await say_to_customer(uow, conversation, f"{key}:{response}", content, now)
    return buttons


def _button(runtime: Runtime, conversation: Conversation, option: Option) -> Button:
    if isinstance(option.title, datetime):
        return Button(in_words(option.title, language_told(runtime, conversation.tracker)), option.payload)
    return Button(_words(runtime, conversation, option.title), option.payload)


def _words(runtime: Runtime, conversation: Conversation, response: str, told: Told | None = None) -> str:
    template, tracker = runtime.library.current().assistant.responses[response], conversation.tracker
    language = language_told(runtime, tracker)
    values = {name: in_words(one, language) if isinstance(one, datetime) else one for name, one in (told or {}).items()}
    return render(template, tracker, conversation.channel, values=values).text


async def keep(uow: UnitOfWork, conversation: Conversation, event: UserUttered | BotUttered, now: datetime) -> None:
    await uow.conversations.log(conversation.id, [event], now)
    tracker = conversation.tracker.apply(event)
    await uow.conversations.save(replace(conversation, tracker=tracker, version=conversation.version + 1))


async def _mail(uow: UnitOfWork, runtime: Runtime, meeting: Meeting, now: datetime) -> None:
    """An entry for their calendar, where we can write to an address of theirs that they have proved."""
    identities = await uow.profiles.identities(meeting.profile_id)
    to = next((one.value for one in reversed(identities) if one.kind == "email" and one.verified), None)
    if to is None or "email" not in runtime.channels:
        return
    zone = await zone_of(uow, meeting.profile_id, "UTC")
    tracker = (await uow.conversations.get(meeting.conversation_id)).tracker
    when = in_words(on_clock(meeting.starts_at, zone), language_told(runtime, tracker), year=True)
    responses, told = runtime.library.current().assistant.responses, {"rep": meeting.rep, "when": when, "zone": zone}
    name = "cancelled" if meeting.state is MeetingState.CANCELLED else "booked"
    mail = render(responses[f"utter_meeting_mail_{name}"], tracker, "email", values=told)
    summary = render(responses["utter_meeting_summary"], tracker, "email", values=told).text
    extras = {"calendar": calendar_file(meeting, summary, now)}
    content = replace(mail, author=Author.SYSTEM, author_name=meeting.rep, extras=extras)
    entry = OutboxEntry(
        id=OutboxId(new_id(now)),
        key=f"meeting:{meeting.id}:{meeting.state}:mail",
        dispatch=ChannelMessage("email", to, content),
        purpose=Purpose.SERVICE,
        profile_id=meeting.profile_id,
        conversation_id=None,
        created_at=now,
        due_at=now,
    )
    await uow.outbox.add(entry)


async def zone_of(uow: UnitOfWork, customer: ProfileId, reps: str) -> str:
    """The customer's time zone; the rep's where theirs is unknown."""
    theirs = (await uow.profiles.get(customer)).time_zone
    return theirs if theirs and is_zone(theirs) else reps


def on_clock(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone))


def in_words(at: datetime, language: str = "en", *, year: bool = False) -> str:
    """`Tue 24 Nov, 10:00`, by the clock of `at`; the desk reads English."""
    if language == "en":
        return f"{at:%a %d %b %Y, %H:%M}" if year else f"{at:%a %d %b, %H:%M}"
    from bot.dialogue.locale_filters import short_day_and_time  # it takes 0.2 seconds to load

    return short_day_and_time(at, language, year=year)


def payload(do: str, about: dict[str, str], at: datetime | None = None) -> str:
    return PICK + json.dumps({"do": do, **about, **({"at": at.isoformat()} if at else {})}, separators=(",", ":"))


def about(meeting: Meeting) -> dict[str, str]:
    return {"handoff": meeting.handoff_id, "meeting": meeting.id}


def options_of(meeting: Meeting) -> Sequence[Option]:
    """What the customer can do with a meeting that is booked."""
    this = about(meeting)
    move, cancel = payload("move", this), payload("cancel", this)
    return Option("utter_meeting_another_time", move), Option("utter_meeting_cancel", cancel)

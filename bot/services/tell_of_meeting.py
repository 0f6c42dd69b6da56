"""Tell of a meeting: the customer in their conversation and for their calendar, journeys, and the rep's page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
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
from bot.services.hand_off import say_to_customer
from bot.services.runtime import Runtime

PICK = "/meeting"
"""What a button of ours begins with: /meeting{"do": "book", ...}."""


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
    buttons: tuple[Button, ...],
    key: str,
    now: datetime,
    told: Mapping[str, str],
) -> None:
    """In the words of this response, kept with what was said, so that a typed title is known for a button."""
    conversation = await uow.conversations.get(conversation_id)
    template = runtime.library.current().assistant.responses[response]
    words = render(template, conversation.tracker, conversation.channel, values=told).text
    if not runtime.channel(conversation.channel).abilities.buttons and buttons and buttons[0].is_link:
        words, buttons = f"{words} {buttons[0].payload}", ()
    await keep(uow, conversation, BotUttered(words, response, at=now, buttons=buttons), now)
    content = Text(words, buttons, author=Author.SYSTEM, author_name=told["rep"])
    await say_to_customer(uow, conversation, f"{key}:{response}", content, now)


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
    summary = f"Meeting with {meeting.rep}"
    state = "Cancelled" if meeting.state is MeetingState.CANCELLED else "Booked"
    zone = await zone_of(uow, meeting.profile_id, "UTC")
    when = f"{meeting.starts_at.astimezone(ZoneInfo(zone)):%a %d %b %Y, %H:%M} ({zone})"
    words = f"{state}: {summary}, {when}. The file is for your calendar."
    extras = {"calendar": calendar_file(meeting, summary, now)}
    content = Text(words, author=Author.SYSTEM, author_name=meeting.rep, subject=f"{state}: {summary}", extras=extras)
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


def in_words(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%a %d %b, %H:%M}"


def payload(do: str, about: dict[str, str], at: datetime | None = None) -> str:
    return PICK + json.dumps({"do": do, **about, **({"at": at.isoformat()} if at else {})}, separators=(",", ":"))


def about(meeting: Meeting) -> dict[str, str]:
    return {"handoff": meeting.handoff_id, "meeting": meeting.id}


def buttons_of(meeting: Meeting) -> tuple[Button, ...]:
    """What the customer can do with a meeting that is booked."""
    this = about(meeting)
    return (Button("Another time", payload("move", this)), Button("Cancel the meeting", payload("cancel", this)))

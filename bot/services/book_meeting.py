"""Book a meeting: a rep has times offered, the customer picks one, and may put it off or call it off."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.dialogue.responses import render
from bot.domain.consent import Purpose
from bot.domain.conversation import BotUttered, Conversation, UserUttered
from bot.domain.delivery import ChannelMessage, OutboxEntry
from bot.domain.effects import Emit
from bot.domain.handoff import Handoff
from bot.domain.ids import HandoffId, MessageId, OutboxId, new_id
from bot.domain.journey import MEETING_BOOKED, MEETING_CANCELLED
from bot.domain.meeting import Meeting, MeetingState
from bot.domain.message import Author, Button, CustomerMessage, Text
from bot.domain.routing import Rep, WorkingHours
from bot.domain.understanding import IntentScore, Understood
from bot.journeys.calendar_file import calendar_file
from bot.journeys.meeting_slots import free_slots, is_free
from bot.journeys.send_window import is_zone
from bot.ports import InboxEntry, UnitOfWork
from bot.services.ask import finish
from bot.services.enrol import tell_journeys
from bot.services.hand_off import relay, say_to_customer
from bot.services.offer import plan_of
from bot.services.other_languages import title_pressed
from bot.services.runtime import Runtime

MOST_OFFERED = 5
PICK = "/meeting"
"""What a button of ours begins with: /meeting{"do": "book", ...}."""


@dataclass(frozen=True, slots=True)
class Picked:
    """What a customer pressed: `book` at a time, `move` to see others, `cancel`; `meeting` is what it is about."""

    do: str
    handoff_id: HandoffId
    rep: str = ""
    at: datetime | None = None
    meeting: str = ""


# ---------------------------------------------------------------- the rep offers


async def offer_times(
    uow: UnitOfWork, runtime: Runtime, handoff: Handoff, rep_name: str, key: str, now: datetime, *, instead: str = ""
) -> str:
    """Send the customer the times at which this rep is free, or the rep's own page; what the desk is told of it."""
    plan = plan_of(runtime, handoff.desk, handoff.desk_address)
    rep = plan.rep_called(rep_name) if plan is not None else None
    if plan is None or rep is None or rep.meetings is None:
        return f'journeys/desks has no "meetings" for {rep_name}, so nothing was sent. Send your link in the thread.'
    conversation = await uow.conversations.get(handoff.conversation_id)
    if rep.meetings.link:
        button = Button("Choose a time", rep.meetings.link)
        await _say(uow, runtime, conversation, "utter_meeting_link", (button,), key, now, rep=rep.name)
        return f"{rep.name}'s page for meetings was sent: {rep.meetings.link}"
    hours = plan.meeting_hours(rep)
    times = await _free_times(uow, rep, hours, now) if hours is not None else ()
    if hours is None or not times:
        return f"{rep.name} has no free time in the days that can be booked, so nothing was sent."
    zone = await _zone(uow, conversation, hours)
    about = {"handoff": handoff.id, "rep": rep.id} | ({"instead": instead} if instead else {})
    buttons = tuple(Button(_in_words(at, zone), _payload("book", about, at)) for at in times)
    await _say(uow, runtime, conversation, "utter_meeting_times", buttons, key, now, rep=rep.name, zone=zone)
    return f"Times with {rep.name} were sent: {', '.join(button.title for button in buttons)} ({zone})."


async def _free_times(uow: UnitOfWork, rep: Rep, hours: WorkingHours, now: datetime) -> Sequence[datetime]:
    assert rep.meetings is not None  # noqa: S101  whoever has none is offered by nobody
    taken = await uow.meetings.taken(rep.name, now, now + rep.meetings.ahead + timedelta(days=1))
    return free_slots(hours, rep.meetings, taken, now, most=MOST_OFFERED)


# ---------------------------------------------------------------- the customer picks


def picked(conversation: Conversation, message: CustomerMessage) -> Picked | None:
    """What of a meeting the message picks: by a button, or by its title where buttons are typed."""
    payload = message.payload or title_pressed(conversation.tracker, message.text) or ""
    if not payload.startswith(PICK + "{"):
        return None
    try:
        said = json.loads(payload.removeprefix(PICK))
        at = datetime.fromisoformat(said["at"]) if "at" in said else None
        found = Picked(str(said["do"]), HandoffId(str(said["handoff"])), str(said.get("rep", "")), at, "")
        found = replace(found, meeting=str(said.get("meeting") or said.get("instead") or ""))
    except (ValueError, KeyError, TypeError):
        return None
    return found if at is None or at.tzinfo is not None else None


async def take_pick(runtime: Runtime, entry: InboxEntry, message: CustomerMessage, pick: Picked) -> None:
    """The turn of somebody who pressed a button of ours. What is not theirs, or not made by us, does nothing."""
    now = runtime.clock.now()
    async with runtime.store.transaction() as uow:
        conversation = await uow.conversations.get(entry.conversation_id)
        message_id = MessageId(f"{message.channel}:{message.vendor_id}")
        said = Understood(message.text, IntentScore("meeting", 1.0), stage="button")
        await _keep(uow, conversation, UserUttered(message.text, said, message_id, now, message.channel), now)
        handoff = await _handoff_of(uow, pick, conversation)
        if handoff is not None:
            if message.text:
                await relay(uow, handoff, f"{message_id}:in", "Customer", message.text, now)
            told = await _do(uow, runtime, handoff, pick, message_id, now)
            if told:
                await relay(uow, handoff, f"{message_id}:meeting", "Overture", told, now)
        await finish(uow, entry, now)


async def _handoff_of(uow: UnitOfWork, pick: Picked, conversation: Conversation) -> Handoff | None:
    """The hand-off that the button names, if it is this person's."""
    try:
        handoff = await uow.handoffs.get(pick.handoff_id)
    except LookupError:
        return None
    return handoff if handoff.profile_id == conversation.profile_id else None


async def _do(uow: UnitOfWork, runtime: Runtime, handoff: Handoff, pick: Picked, key: str, now: datetime) -> str:
    meeting = await uow.meetings.get(pick.meeting) if pick.meeting else None
    if meeting is not None and meeting.profile_id != handoff.profile_id:
        return ""
    match pick.do:
        case "book" if pick.at is not None:
            return await _book(uow, runtime, handoff, pick, pick.at, meeting, key, now)
        case "move" if meeting is not None and meeting.state is MeetingState.BOOKED:
            return await offer_times(uow, runtime, handoff, meeting.rep, f"{key}:times", now, instead=meeting.id)
        case "cancel" if meeting is not None:
            return await _cancel(uow, runtime, handoff, meeting, key, now)
    return ""


async def _book(
    uow: UnitOfWork,
    runtime: Runtime,
    handoff: Handoff,
    pick: Picked,
    at: datetime,
    instead: Meeting | None,
    key: str,
    now: datetime,
) -> str:
    """Book it, and only then give back the time that it takes the place of."""
    plan = plan_of(runtime, handoff.desk, handoff.desk_address)
    rep = plan.reps.get(pick.rep) if plan is not None else None
    hours = plan.meeting_hours(rep) if plan is not None and rep is not None else None
    if rep is None or rep.meetings is None or rep.meetings.link or hours is None:
        return ""
    if instead is not None and (instead.state is not MeetingState.BOOKED or instead.starts_at == at):
        instead = None
    conversation = await uow.conversations.get(handoff.conversation_id)
    meeting = Meeting(
        new_id(now), rep.name, handoff.id, handoff.profile_id, conversation.id, at, at + rep.meetings.length, now
    )
    free = is_free(hours, rep.meetings, await uow.meetings.taken(rep.name, at, meeting.ends_at), at, now)
    if not free or not await uow.meetings.book(meeting):
        await _say(uow, runtime, conversation, "utter_meeting_taken", (), f"{key}:taken", now, rep=rep.name)
        about = instead.id if instead is not None else ""
        return await offer_times(uow, runtime, handoff, rep.name, f"{key}:times", now, instead=about)
    if instead is not None:
        await uow.meetings.cancel(instead.id)
        await _mail(uow, runtime, replace(instead, state=MeetingState.CANCELLED), now)
    zone = await _zone(uow, conversation, hours)
    when = _in_words(at, zone)
    this = {"handoff": handoff.id, "meeting": meeting.id}
    buttons = (Button("Another time", _payload("move", this)), Button("Cancel the meeting", _payload("cancel", this)))
    told = {"rep": rep.name, "when": when, "zone": zone}
    await _say(uow, runtime, conversation, "utter_meeting_booked", buttons, key, now, **told)
    await _mail(uow, runtime, meeting, now)
    await _tell(uow, runtime, meeting, MEETING_BOOKED, now)
    instead_of = f" instead of {instead.starts_at:%a %d %b, %H:%M} UTC" if instead is not None else ""
    return f"Booked: {rep.name} on {when} ({zone}){instead_of}."


async def _cancel(
    uow: UnitOfWork, runtime: Runtime, handoff: Handoff, meeting: Meeting, key: str, now: datetime
) -> str:
    if not await uow.meetings.cancel(meeting.id):
        return ""
    conversation = await uow.conversations.get(handoff.conversation_id)
    await _say(uow, runtime, conversation, "utter_meeting_cancelled", (), key, now, rep=meeting.rep)
    cancelled = replace(meeting, state=MeetingState.CANCELLED)
    await _mail(uow, runtime, cancelled, now)
    await _tell(uow, runtime, cancelled, MEETING_CANCELLED, now)
    return f"The customer has cancelled the meeting of {meeting.starts_at:%a %d %b, %H:%M} UTC with {meeting.rep}."


# ---------------------------------------------------------------- what is said of it


async def _tell(uow: UnitOfWork, runtime: Runtime, meeting: Meeting, event: str, now: datetime) -> None:
    data = {"meeting": meeting.id, "rep": meeting.rep, "starts_at": meeting.starts_at.isoformat()}
    await tell_journeys(uow, runtime, meeting.profile_id, [Emit(event, data)], now)


async def _say(
    uow: UnitOfWork,
    runtime: Runtime,
    conversation: Conversation,
    response: str,
    buttons: tuple[Button, ...],
    key: str,
    now: datetime,
    **values: str,
) -> None:
    """In the words of this response, kept with what was said, so that a typed title is known for a button."""
    conversation = await uow.conversations.get(conversation.id)
    template = runtime.library.current().assistant.responses[response]
    words = render(template, conversation.tracker, conversation.channel, values=values).text
    if not runtime.channel(conversation.channel).abilities.buttons and len(buttons) == 1:
        words, buttons = f"{words} {buttons[0].payload}", ()
    await _keep(uow, conversation, BotUttered(words, response, at=now, buttons=buttons), now)
    content = Text(words, buttons, author=Author.SYSTEM, author_name=values["rep"])
    await say_to_customer(uow, conversation, f"{key}:{response}", content, now)


async def _keep(uow: UnitOfWork, conversation: Conversation, event: UserUttered | BotUttered, now: datetime) -> None:
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
    words = f"{state}: {summary}, {meeting.starts_at:%a %d %b %Y, %H:%M} UTC. The file is for your calendar."
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


async def _zone(uow: UnitOfWork, conversation: Conversation, hours: WorkingHours) -> str:
    """The customer's time zone; the rep's where theirs is unknown."""
    theirs = (await uow.profiles.get(conversation.profile_id)).time_zone
    return theirs if theirs and is_zone(theirs) else hours.window.zone


def _in_words(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%a %d %b, %H:%M}"


def _payload(do: str, about: dict[str, str], at: datetime | None = None) -> str:
    return PICK + json.dumps({"do": do, **about, **({"at": at.isoformat()} if at else {})}, separators=(",", ":"))

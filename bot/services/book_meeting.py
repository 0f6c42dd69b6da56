"""Book a meeting: a rep has times offered, the customer picks one, and may put it off or call it off."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.chosen_time import chosen_time
from bot.domain.conversation import Conversation, UserUttered
from bot.domain.handoff import Handoff
from bot.domain.ids import HandoffId, new_id
from bot.domain.journey import MEETING_BOOKED, MEETING_CANCELLED
from bot.domain.meeting import Meeting, MeetingState
from bot.domain.message import Button, CustomerMessage
from bot.domain.routing import Rep
from bot.domain.understanding import IntentScore, Understood
from bot.ports import InboxEntry, UnitOfWork
from bot.services.ask import finish
from bot.services.free_times import Diary, diary_of
from bot.services.hand_off import relay
from bot.services.offer import desk_time, plan_of
from bot.services.press_button import last_buttons, title_pressed
from bot.services.runtime import Runtime
from bot.services.tell_of_meeting import PICK, buttons_of, call_off, in_words, keep, payload, say, tell, zone_of

MOST_OFFERED = 5


@dataclass(frozen=True, slots=True)
class Picked:
    """What a customer pressed: `book` at a time, `move` or `offer` to see others, `cancel`; `meeting` is what it is
    about."""

    do: str
    handoff_id: HandoffId
    rep: str = ""
    at: datetime | None = None
    meeting: str = ""


# ---------------------------------------------------------------- the rep offers


async def offer_times(
    uow: UnitOfWork, runtime: Runtime, handoff: Handoff, rep_name: str, key: str, now: datetime, *, instead: str = ""
) -> str:
    """Send the customer the times at which this rep is free, or the rep's own page; returns what to tell the desk."""
    plan = plan_of(runtime, handoff.desk, handoff.desk_address)
    rep = plan.rep_called(rep_name) if plan is not None else None
    if rep is None or rep.meetings is None:
        return f'journeys/desks has no "meetings" for {rep_name}, so nothing was sent. Send your link in the thread.'
    if rep.meetings.link:
        button = Button("Choose a time", rep.meetings.link)
        await say(uow, runtime, handoff.conversation_id, "utter_meeting_link", (button,), key, now, {"rep": rep.name})
        return f"{rep.name}'s page for meetings was sent: {rep.meetings.link}"
    diary = diary_of(runtime, handoff, rep.name)
    times = await diary.free(uow, now, most=MOST_OFFERED) if diary is not None else ()
    if diary is None or not times:
        return f"{rep.name} has no free time in the days that can be booked, so nothing was sent."
    zone = await zone_of(uow, handoff.profile_id, diary.zone)
    about = {"handoff": handoff.id, "rep": rep.id} | ({"instead": instead} if instead else {})
    shown = [at.astimezone(ZoneInfo(zone)) for at in times]
    buttons = tuple(Button(in_words(at, zone), payload("book", about, at)) for at in shown)
    told = {"rep": rep.name, "zone": zone}
    await say(uow, runtime, handoff.conversation_id, "utter_meeting_times", buttons, key, now, told)
    return f"Times with {rep.name} were sent: {', '.join(button.title for button in buttons)} ({zone})."


# ---------------------------------------------------------------- the customer picks


def picked(conversation: Conversation, message: CustomerMessage, now: datetime) -> Picked | None:
    """What of a meeting the message picks: by a button, by its title where buttons are typed, or by naming a time that
    was just offered."""
    if pressed := message.payload or title_pressed(conversation.tracker, message.text):
        return _read(pressed)
    picks = (_read(button.payload) for button in last_buttons(conversation.tracker))
    offered = {pick.at: pick for pick in picks if pick is not None and pick.at is not None}
    at = chosen_time(message.text, offered, now) if offered else None
    return None if at is None else offered[at]


def _read(payload: str) -> Picked | None:
    """What one of our buttons says."""
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
    """The turn of somebody who pressed one of our buttons. A forged one, or somebody else's, does nothing."""
    now = runtime.clock.now()
    async with runtime.store.transaction() as uow:
        conversation = await uow.conversations.get(entry.conversation_id)
        message_id = message.message_id
        said = Understood(message.text, IntentScore("meeting", 1.0), stage="button")
        await keep(uow, conversation, UserUttered(message.text, said, message_id, now, message.channel), now)
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
        case "offer" if (rep := _rep_of(runtime, handoff, pick)) is not None:
            return await offer_times(uow, runtime, handoff, rep.name, f"{key}:times", now)
    return ""


def _rep_of(runtime: Runtime, handoff: Handoff, pick: Picked) -> Rep | None:
    plan = plan_of(runtime, handoff.desk, handoff.desk_address)
    return plan.reps.get(pick.rep) if plan is not None else None


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
    rep = _rep_of(runtime, handoff, pick)
    diary = diary_of(runtime, handoff, rep.name) if rep is not None else None
    if diary is None:
        return ""
    rep = diary.rep
    if instead is not None and (instead.state is not MeetingState.BOOKED or instead.starts_at == at):
        instead = None
    meeting = await put_in_diary(uow, runtime, handoff, diary, at, instead, now)
    if meeting is None:
        await say(
            uow, runtime, handoff.conversation_id, "utter_meeting_taken", (), f"{key}:taken", now, {"rep": rep.name}
        )
        about = instead.id if instead is not None else ""
        return await offer_times(uow, runtime, handoff, rep.name, f"{key}:times", now, instead=about)
    zone = await zone_of(uow, handoff.profile_id, diary.zone)
    told = {"rep": rep.name, "when": in_words(at, zone), "zone": zone}
    buttons = buttons_of(handoff, meeting)
    await say(uow, runtime, meeting.conversation_id, "utter_meeting_booked", buttons, key, now, told)
    await tell(uow, runtime, handoff, meeting, MEETING_BOOKED, "customer", now)
    instead_of = f" instead of {in_words(instead.starts_at, diary.zone)}" if instead is not None else ""
    return f"Booked: {rep.name} on {in_words(at, diary.zone)} ({diary.zone}){instead_of}."


async def put_in_diary(
    uow: UnitOfWork,
    runtime: Runtime,
    handoff: Handoff,
    diary: Diary,
    at: datetime,
    instead: Meeting | None,
    now: datetime,
) -> Meeting | None:
    """Book it, and only then give back the time of the one whose place it takes; None where the time is not free."""
    meeting = Meeting(
        id=new_id(now),
        rep=diary.rep.name,
        handoff_id=handoff.id,
        profile_id=handoff.profile_id,
        conversation_id=handoff.conversation_id,
        starts_at=at,
        ends_at=at + diary.terms.length,
        booked_at=now,
    )
    if not await diary.is_free(uow, at, now) or not await uow.meetings.book(meeting):
        return None
    if instead is not None:
        await call_off(uow, runtime, instead, now)
    return meeting


async def _cancel(
    uow: UnitOfWork, runtime: Runtime, handoff: Handoff, meeting: Meeting, key: str, now: datetime
) -> str:
    if not await uow.meetings.cancel(meeting.id):
        return ""
    await say(uow, runtime, handoff.conversation_id, "utter_meeting_cancelled", (), key, now, {"rep": meeting.rep})
    cancelled = replace(meeting, state=MeetingState.CANCELLED)
    await tell(uow, runtime, handoff, cancelled, MEETING_CANCELLED, "customer", now)
    when = desk_time(runtime, handoff, meeting.starts_at)
    return f"The customer has cancelled the meeting of {when} with {meeting.rep}."

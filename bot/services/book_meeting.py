"""Book a meeting: a rep has times offered, the customer picks one, and may put it off or call it off."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.conversation import BotUttered, Conversation, Tracker, UserUttered
from bot.domain.handoff import Handoff
from bot.domain.ids import HandoffId, new_id
from bot.domain.journey import MEETING_BOOKED, MEETING_CANCELLED
from bot.domain.meeting import Meeting, MeetingState
from bot.domain.message import Button, CustomerMessage
from bot.domain.routing import Rep
from bot.domain.understanding import IntentScore, Understood
from bot.journeys.meeting_slots import Hindrance
from bot.nlu.chosen_time import any_of_them, chosen_times, none_of_them
from bot.ports import InboxEntry, UnitOfWork
from bot.services.ask import finish
from bot.services.free_times import Diary, diary_of
from bot.services.hand_off import relay
from bot.services.offer import desk_time, plan_of
from bot.services.press_button import title_pressed
from bot.services.runtime import Runtime
from bot.services.tell_of_meeting import (
    PICK,
    Option,
    Told,
    call_off,
    in_words,
    keep,
    on_clock,
    options_of,
    payload,
    say,
    tell,
    zone_of,
)

MOST_OFFERED = 5
MOST_READ = 20
"""Of the meetings of one person that are to come."""

TIMES, LINK = "utter_meeting_times", "utter_meeting_link"
JUST_NOW = timedelta(seconds=10)
"""In which whoever asks for times once more has clicked twice, or a colleague with them."""

WHICH = "utter_meeting_which"
HINDERED: Mapping[Hindrance, str] = {
    Hindrance.OUTSIDE_HOURS: "utter_meeting_outside_hours",
    Hindrance.NOT_THEN: "utter_meeting_not_then",
    Hindrance.TAKEN: "utter_meeting_taken",
}
"""What is said of a time that cannot be booked."""


@dataclass(frozen=True, slots=True)
class Picked:
    """What a customer pressed: `book` at a time, `move` or `offer` to see others, `cancel`; or what they said: `show`
    the meeting, `shift` it to a time, `ask` which of the buttons `among` is meant, `others` than any, of which `at` is
    the last. `meeting` is what it is about; `offered_at` says when the times were offered of which this is one."""

    do: str
    handoff_id: HandoffId
    rep: str = ""
    at: datetime | None = None
    meeting: str = ""
    offered_at: datetime | None = None
    among: tuple[Option | Button, ...] = ()


# ---------------------------------------------------------------- the rep offers


async def offer_times(
    uow: UnitOfWork, runtime: Runtime, handoff: Handoff, rep_name: str, key: str, now: datetime
) -> str:
    """Send the customer the times at which this rep is free, or the rep's own page; returns what to tell the desk."""
    last = (await uow.conversations.get(handoff.conversation_id)).tracker.last_uttered
    if last is not None and last.response in (TIMES, LINK) and last.at is not None and now - last.at < JUST_NOW:
        return "That was sent just now, so nothing was sent again."
    sent, told = await _offer(uow, runtime, handoff, rep_name, key, now)
    return told if sent else f"{told}, so nothing was sent. You can propose a time in your own words."


async def _offer_other(
    uow: UnitOfWork,
    runtime: Runtime,
    handoff: Handoff,
    rep_name: str,
    key: str,
    now: datetime,
    *,
    instead: str = "",
    after: datetime | None = None,
) -> str:
    """The same where the customer asks for them, who is told where there are none."""
    sent, told = await _offer(uow, runtime, handoff, rep_name, f"{key}:times", now, instead=instead, after=after)
    if sent:
        return told
    await say(uow, runtime, handoff.conversation_id, "utter_meeting_no_times", (), key, now, {"rep": rep_name})
    return f"{told}. The customer wants another time, and was told that you will write to them."


async def _offer(
    uow: UnitOfWork,
    runtime: Runtime,
    handoff: Handoff,
    rep_name: str,
    key: str,
    now: datetime,
    *,
    instead: str = "",
    after: datetime | None = None,
) -> tuple[bool, str]:
    """Whether something was sent, and what to tell the desk of it."""
    plan = plan_of(runtime, handoff.desk, handoff.desk_address)
    rep = plan.rep_called(rep_name) if plan is not None else None
    if rep is None or rep.meetings is None:
        return False, f'journeys/desks has no "meetings" for {rep_name}'
    if rep.meetings.link:
        page = Option("utter_meeting_choose", rep.meetings.link)
        await say(uow, runtime, handoff.conversation_id, LINK, (page,), key, now, {"rep": rep.name})
        return True, f"{rep.name}'s page for meetings was sent: {rep.meetings.link}"
    diary = diary_of(runtime, handoff, rep.name)
    nothing = f"{rep.name} has no free time in the days that can be booked"
    if diary is None:
        return False, nothing
    zone = await zone_of(uow, handoff.profile_id, diary.zone)
    times = await diary.free(uow, now, most=MOST_OFFERED, after=after, customer=ZoneInfo(zone))
    if not times:
        return False, nothing
    about = {"handoff": handoff.id, "rep": rep.id, "offered": now.isoformat()}
    about |= {"instead": instead} if instead else {}
    options = [Option(at, payload("book", about, at)) for at in (on_clock(one, zone) for one in times)]
    told = {"rep": rep.name, "zone": zone}
    await say(uow, runtime, handoff.conversation_id, TIMES, options, key, now, told)
    sent = ", ".join(in_words(on_clock(at, diary.zone)) for at in times)
    return True, f"Times with {rep.name} were sent: {sent} ({diary.zone})."


# ---------------------------------------------------------------- the customer picks


def picked(
    conversation: Conversation, message: CustomerMessage, now: datetime, languages: Collection[str] = ()
) -> Picked | None:
    """What of a meeting the message picks: by a button, by its title where buttons are typed, or by naming a time that
    was just offered, in English or one of `languages`; where it may name several, they are to be asked about. Whoever
    takes any of them gets the first; whoever takes none, others."""
    if pressed := message.payload or title_pressed(conversation.tracker, message.text):
        return read_pick(pressed)
    for offered in _offers(conversation.tracker):
        if times := chosen_times(message.text, offered, now, languages):
            return one_of([offered[at] for at in times])
        if times := any_of_them(message.text, offered, now, languages):
            return read_pick(offered[times[0]].payload)
        if offered and none_of_them(message.text, languages):
            last = read_pick(offered[max(offered)].payload)
            return replace(last, do="others") if last is not None else None
    return None


def _offers(tracker: Tracker) -> Iterator[Mapping[datetime, Button]]:
    """The times that were just offered; after the question which of them is meant, first those that it was about."""
    for said in (event for event in reversed(tracker.recent) if isinstance(event, BotUttered)):
        picks = ((read_pick(button.payload), button) for button in said.buttons)
        yield {pick.at: button for pick, button in picks if pick is not None and pick.at is not None}
        if said.response != WHICH:
            return


def one_of(options: Sequence[Option | Button]) -> Picked | None:
    """What the one says; of several it is to be asked which is meant."""
    pick = read_pick(options[0].payload)
    return pick if pick is None or len(options) == 1 else replace(pick, do="ask", among=tuple(options))


def read_pick(payload: str) -> Picked | None:
    """What one of our buttons says."""
    if not payload.startswith(PICK + "{"):
        return None
    try:
        said = json.loads(payload.removeprefix(PICK))
        at, offered_at = (datetime.fromisoformat(said[key]) if key in said else None for key in ("at", "offered"))
        meeting = str(said.get("meeting") or said.get("instead") or "")
        found = Picked(
            str(said["do"]), HandoffId(str(said["handoff"])), str(said.get("rep", "")), at, meeting, offered_at
        )
    except (ValueError, KeyError, TypeError):
        return None
    return found if all(time is None or time.tzinfo is not None for time in (at, offered_at)) else None


async def take_pick(runtime: Runtime, entry: InboxEntry, message: CustomerMessage, pick: Picked) -> None:
    """The turn of somebody who pressed one of our buttons, or said what it says; the answer is given where they did. A
    forged one, or somebody else's, does nothing."""
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
    """The hand-off that the button names, if it is this person's, as if it were of this conversation of theirs."""
    try:
        handoff = await uow.handoffs.get(pick.handoff_id)
    except LookupError:
        return None
    return replace(handoff, conversation_id=conversation.id) if handoff.profile_id == conversation.profile_id else None


async def _do(uow: UnitOfWork, runtime: Runtime, handoff: Handoff, pick: Picked, key: str, now: datetime) -> str:
    meeting = await uow.meetings.get(pick.meeting) if pick.meeting else None
    if meeting is not None and meeting.profile_id != handoff.profile_id:
        return ""
    match pick.do:
        case "ask":
            return await _ask_which(uow, runtime, handoff, pick, key, now)
        case "book" if pick.at is not None:
            return await _book(uow, runtime, handoff, pick, pick.at, meeting, key, now)
        case "offer" if (rep := _rep_of(runtime, handoff, pick)) is not None:
            return await _offer_other(uow, runtime, handoff, rep.name, key, now)
        case "others" if (rep := _rep_of(runtime, handoff, pick)) is not None:
            about = meeting.id if meeting is not None and meeting.is_to_come(now) else ""
            return await _offer_other(uow, runtime, handoff, rep.name, key, now, instead=about, after=pick.at)
        case _ if meeting is not None and not meeting.is_to_come(now):
            return await _say_it_is_over(uow, runtime, handoff, meeting, pick, key, now)
        case "move" if meeting is not None:
            return await _offer_other(uow, runtime, handoff, meeting.rep, key, now, instead=meeting.id)
        case "shift" if meeting is not None and pick.at is not None:
            return await _shift(uow, runtime, handoff, meeting, pick.at, key, now)
        case "show" if meeting is not None:
            return await _show(uow, runtime, handoff, meeting, key, now)
        case "cancel" if meeting is not None:
            return await _cancel(uow, runtime, handoff, meeting, key, now)
    return ""


async def _ask_which(uow: UnitOfWork, runtime: Runtime, handoff: Handoff, pick: Picked, key: str, now: datetime) -> str:
    rep = _rep_of(runtime, handoff, pick)
    told = {"rep": rep.name if rep is not None else handoff.rep}
    await say(uow, runtime, handoff.conversation_id, WHICH, pick.among, key, now, told)
    return f"The customer was asked which they mean: {', '.join(map(_for_the_desk, pick.among))}."


def _for_the_desk(option: Option | Button) -> str:
    """A time as the customer is shown it, in the desk's language."""
    at = option.title if isinstance(option.title, datetime) else None
    if at is None and (pick := read_pick(option.payload)) is not None:
        at = pick.at
    return str(option.title) if at is None else in_words(at)


async def _say_it_is_over(
    uow: UnitOfWork, runtime: Runtime, handoff: Handoff, meeting: Meeting, pick: Picked, key: str, now: datetime
) -> str:
    """A button outlives its meeting. Where another has taken the place of that, it is shown with buttons of its own;
    else who wants another time is offered some."""
    told = {"rep": meeting.rep}
    await say(uow, runtime, handoff.conversation_id, "utter_meeting_over", (), key, now, told)
    others = await uow.meetings.of_person(handoff.profile_id, now, limit=1)
    if others:
        await _show(uow, runtime, handoff, others[0], key, now)
    elif pick.do == "move":
        return await _offer_other(uow, runtime, handoff, meeting.rep, key, now)
    return f"The customer was told that the meeting of {desk_time(runtime, handoff, meeting.starts_at)} is not booked."


async def _show(uow: UnitOfWork, runtime: Runtime, handoff: Handoff, meeting: Meeting, key: str, now: datetime) -> str:
    diary = diary_of(runtime, handoff, meeting.rep)
    zone = await zone_of(uow, handoff.profile_id, diary.zone if diary is not None else "UTC")
    told: Told = {"rep": meeting.rep, "when": on_clock(meeting.starts_at, zone), "zone": zone}
    await say(uow, runtime, handoff.conversation_id, "utter_meeting_stands", options_of(meeting), key, now, told)
    return "The customer was asked whether they want another time, or to cancel the meeting."


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
    theirs = [
        one for one in await uow.meetings.of_person(handoff.profile_id, now, limit=MOST_READ) if one.rep == rep.name
    ]
    if (same := next((one for one in theirs if one.starts_at == at), None)) is not None:
        return await _show(uow, runtime, handoff, same, key, now)
    if instead is None or not instead.is_to_come(now):
        instead = _of_the_same_offer(theirs, pick)
    return await _book_with(uow, runtime, handoff, diary, at, instead, key, now)


async def _book_with(
    uow: UnitOfWork,
    runtime: Runtime,
    handoff: Handoff,
    diary: Diary,
    at: datetime,
    instead: Meeting | None,
    key: str,
    now: datetime,
) -> str:
    """Book it, or say what is in the way of that time, and offer others."""
    rep = diary.rep
    meeting = await put_in_diary(uow, runtime, handoff, diary, at, instead, now)
    if isinstance(meeting, Hindrance):
        told = {"rep": rep.name}
        await say(uow, runtime, handoff.conversation_id, HINDERED[meeting], (), f"{key}:taken", now, told)
        about = instead.id if instead is not None else ""
        return await _offer_other(uow, runtime, handoff, rep.name, key, now, instead=about)
    zone = await zone_of(uow, handoff.profile_id, diary.zone)
    booked: Told = {"rep": rep.name, "when": on_clock(at, zone), "zone": zone}
    await say(uow, runtime, meeting.conversation_id, "utter_meeting_booked", options_of(meeting), key, now, booked)
    await tell(uow, runtime, handoff, meeting, MEETING_BOOKED, "customer", now)
    instead_of = f" instead of {in_words(on_clock(instead.starts_at, diary.zone))}" if instead is not None else ""
    return f"Booked: {rep.name} on {in_words(on_clock(at, diary.zone))} ({diary.zone}){instead_of}."


async def _shift(
    uow: UnitOfWork, runtime: Runtime, handoff: Handoff, meeting: Meeting, at: datetime, key: str, now: datetime
) -> str:
    """To that time where the rep is free then; else others are offered."""
    diary = diary_of(runtime, handoff, meeting.rep)
    if diary is None:
        return await _offer_other(uow, runtime, handoff, meeting.rep, key, now, instead=meeting.id)
    return await _book_with(uow, runtime, handoff, diary, at, meeting, key, now)


def _of_the_same_offer(theirs: Sequence[Meeting], pick: Picked) -> Meeting | None:
    """The one that was booked since these times were offered: whoever takes another of them means that instead."""
    since = pick.offered_at
    return next((one for one in theirs if since is not None and one.booked_at > since), None)


async def put_in_diary(
    uow: UnitOfWork,
    runtime: Runtime,
    handoff: Handoff,
    diary: Diary,
    at: datetime,
    instead: Meeting | None,
    now: datetime,
) -> Meeting | Hindrance:
    """Book it, and only then give back the time of the one whose place it takes; or what is in the way."""
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
    if (hindered := await diary.hindrance(uow, at, now, instead=instead)) is not None:
        return hindered
    if not await uow.meetings.book(meeting, instead=instead):
        return Hindrance.TAKEN
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

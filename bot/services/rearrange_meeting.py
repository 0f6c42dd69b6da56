"""Rearrange a meeting: a rep calls it off, or moves it to another of their times; the customer is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.handoff import Handoff
from bot.domain.journey import MEETING_BOOKED, MEETING_CANCELLED
from bot.domain.meeting import Meeting, MeetingState
from bot.domain.message import DeskAction, DeskVerb
from bot.journeys.meeting_slots import Hindrance
from bot.ports import UnitOfWork
from bot.services.book_meeting import put_in_diary
from bot.services.desk_page import refresh_pages
from bot.services.free_times import diary_of
from bot.services.hand_off import relay
from bot.services.offer import plan_of
from bot.services.runtime import Runtime
from bot.services.tell_of_meeting import Option, Told, in_words, on_clock, options_of, payload, say, tell, zone_of

REP = "rep"
"""Who did it, in what journeys are told."""


async def rearrange_meeting(
    uow: UnitOfWork, runtime: Runtime, handoff: Handoff, action: DeskAction, now: datetime
) -> None:
    """What a rep pressed beside a meeting; a hand-off that is over keeps its meetings. The thread says what came of
    it, and the page of whose meeting it is shows how things are."""
    meeting_id, _, when = action.words.partition(" ")
    meeting = await uow.meetings.get(meeting_id)
    if meeting is None or meeting.profile_id != handoff.profile_id:
        return
    if not meeting.is_to_come(now):
        await refresh_pages(uow, handoff, {meeting.rep}, now, key=action.vendor_id)
        return
    if action.verb is DeskVerb.CANCEL_MEETING:
        told = await _cancel(uow, runtime, handoff, meeting, action, now)
    else:
        told = await _move(uow, runtime, handoff, meeting, datetime.fromisoformat(when), action, now)
    await relay(uow, handoff, f"{action.vendor_id}:meeting", "Overture", told, now)


async def _cancel(
    uow: UnitOfWork, runtime: Runtime, handoff: Handoff, meeting: Meeting, action: DeskAction, now: datetime
) -> str:
    """Their time is free again, and the customer can choose another one."""
    if not await uow.meetings.cancel(meeting.id):
        await refresh_pages(uow, handoff, {meeting.rep}, now, key=action.vendor_id)
        return f"Nothing was cancelled: {_whose(meeting, action)} was not booked any more."
    plan = plan_of(runtime, handoff.desk, handoff.desk_address)
    rep = plan.rep_called(meeting.rep) if plan is not None else None
    again = {"handoff": handoff.id, "rep": rep.id} if rep is not None and rep.meetings is not None else None
    options = (Option("utter_meeting_choose_again", payload("offer", again)),) if again is not None else ()
    diary = diary_of(runtime, handoff, meeting.rep)
    reps = diary.zone if diary is not None else "UTC"
    zone = await zone_of(uow, meeting.profile_id, reps)
    told: Told = {"rep": meeting.rep, "when": on_clock(meeting.starts_at, zone), "zone": zone}
    key = action.vendor_id
    await say(uow, runtime, handoff.conversation_id, "utter_meeting_called_off", options, key, now, told)
    cancelled = replace(meeting, state=MeetingState.CANCELLED)
    await tell(uow, runtime, handoff, cancelled, MEETING_CANCELLED, REP, now)
    when = in_words(on_clock(meeting.starts_at, reps))
    return f"{action.rep} has cancelled {_whose(meeting, action)} of {when} ({reps})."


async def _move(
    uow: UnitOfWork,
    runtime: Runtime,
    handoff: Handoff,
    meeting: Meeting,
    at: datetime,
    action: DeskAction,
    now: datetime,
) -> str:
    diary = diary_of(runtime, handoff, meeting.rep)
    moved = await put_in_diary(uow, runtime, handoff, diary, at, meeting, now) if diary is not None else None
    if diary is None or moved is None or isinstance(moved, Hindrance):
        await refresh_pages(uow, handoff, {meeting.rep}, now, key=action.vendor_id)
        return f"{meeting.rep} is not free any more at the time that you chose, so the meeting stays where it is."
    zone = await zone_of(uow, meeting.profile_id, diary.zone)
    told: Told = {"rep": meeting.rep, "when": on_clock(at, zone), "zone": zone}
    options, key = options_of(moved), action.vendor_id
    await say(uow, runtime, handoff.conversation_id, "utter_meeting_moved", options, key, now, told)
    await tell(uow, runtime, handoff, moved, MEETING_BOOKED, REP, now)
    was, is_now = (in_words(on_clock(one, diary.zone)) for one in (meeting.starts_at, at))
    return f"{action.rep} has moved {_whose(meeting, action)} from {was} to {is_now} ({diary.zone})."


def _whose(meeting: Meeting, action: DeskAction) -> str:
    return "the meeting" if meeting.rep == action.rep else f"the meeting with {meeting.rep}"

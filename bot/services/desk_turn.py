"""Desk turn: what a sales rep wrote or pressed at the desk takes its turn in the customer's conversation."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.handoff import Handoff, HandoffState
from bot.domain.message import (
    DeskAction,
    DeskReply,
    DeskRevision,
    FileReady,
    FromDesk,
    ReplyOverdue,
    SnoozeOver,
    TakeUp,
    Text,
    Unattended,
)
from bot.journeys.judge import LOOK_AGAIN
from bot.journeys.routing import due_at
from bot.ports import InboxEntry, UnitOfWork
from bot.services.ask import finish
from bot.services.capture_contact import ask_for_contact
from bot.services.desk_action import bring_back, claim, desk_action, rep_says, said_key
from bot.services.escalate import escalate
from bot.services.hand_off import relay, request_handoff
from bot.services.offer import desk_at, hours_of, opening_of, plan_of
from bot.services.pass_on_file import pass_on, queue_files, take_back
from bot.services.runtime import Runtime
from bot.services.tell_desk import OURSELVES
from bot.services.weigh import only_kept_since

TAKEN_UP = "Taken up by a colleague"
"""Why there is a hand-off that nobody asked for."""


async def take_desk_turn(runtime: Runtime, entry: InboxEntry, deed: FromDesk) -> None:
    now = runtime.clock.now()
    async with runtime.store.transaction() as uow:
        handoff = await _handoff_of(uow, runtime, deed, now)
        if handoff is not None and (since := await _rests_since(uow, handoff, deed)) is not None:
            await _tell_that_it_rests(uow, handoff, since, now)
            if not isinstance(deed, Unattended):
                await uow.inbox.put_off(entry.position, now + LOOK_AGAIN)
                return
        elif handoff is not None and (until := _waits_until(runtime, handoff, entry, deed, now)) is not None:
            await uow.inbox.put_off(entry.position, until)
            return
        elif handoff is not None:
            await _do(uow, runtime, handoff, deed, now)
        await finish(uow, entry, now)


async def _rests_since(uow: UnitOfWork, handoff: Handoff, deed: FromDesk) -> datetime | None:
    """Since when nothing becomes due of itself here: what is known of the customer may only be kept, and an answer
    would not reach them before they write. What they write and what a rep does take their turns as ever."""
    match deed:
        case ReplyOverdue() | Unattended() if handoff.state is not HandoffState.REQUESTED:
            return None
        case ReplyOverdue() | SnoozeOver() if handoff.version != deed.version or handoff.state is HandoffState.CLOSED:
            return None
        case ReplyOverdue() | SnoozeOver() | Unattended():
            return await only_kept_since(uow, handoff.profile_id)
        case _:
            return None


def _waits_until(
    runtime: Runtime, handoff: Handoff, entry: InboxEntry, deed: FromDesk, now: datetime
) -> datetime | None:
    """Until when nobody is reminded of what nobody has, where the desk has other hours by now than when the time was
    set: it may be closed today. None: they are reminded now."""
    desk = desk_at(runtime, handoff.desk, handoff.desk_address)
    if desk is None or handoff.state is not HandoffState.REQUESTED:
        return None
    match deed:
        case SnoozeOver(version=handoff.version):
            return opening_of(runtime, desk, now)
        case ReplyOverdue(version=handoff.version, number=number):
            plan = plan_of(runtime, handoff.desk, handoff.desk_address)
            steps = plan.escalations[number : number + 1] if plan is not None else ()
            due = (due_at(hours_of(runtime, desk), entry.received_at, step.within) for step in steps)
            return next((at for at in due if at is not None and at > now), None)
        case _:
            return None


async def _tell_that_it_rests(uow: UnitOfWork, handoff: Handoff, since: datetime, now: datetime) -> None:
    """Once for each restriction, so that nobody at the desk thinks that it was forgotten."""
    words = (
        f"What is kept of this customer may only be kept since {since.day} {since:%B %Y}, and they have not written "
        "since. An answer would not reach them, so nobody is reminded of this until they write or the restriction is "
        "lifted."
    )
    await relay(uow, handoff, f"{handoff.id}:rests:{since.isoformat()}", OURSELVES, words, now)


async def _handoff_of(uow: UnitOfWork, runtime: Runtime, deed: FromDesk, now: datetime) -> Handoff | None:
    match deed:
        case DeskAction() | SnoozeOver() | ReplyOverdue() | Unattended() | FileReady():
            return await uow.handoffs.get(deed.handoff_id)
        case DeskReply() | DeskRevision():
            return await uow.handoffs.in_thread(deed.channel, deed.thread)
        case TakeUp():
            talk = await uow.conversations.get(deed.conversation_id)
            return await request_handoff(uow, runtime, talk, TAKEN_UP, now, taken_by=deed.rep)


async def _do(uow: UnitOfWork, runtime: Runtime, handoff: Handoff, deed: FromDesk, now: datetime) -> None:
    deed = _by_name(runtime, handoff, deed)
    match deed:
        case TakeUp():
            await claim(uow, runtime, handoff, deed.rep, now)
        case DeskAction():
            await desk_action(uow, runtime, handoff, deed, now)
        case DeskReply():
            await _rep_replies(uow, runtime, handoff, deed, now)
        case DeskRevision():
            await _rep_revises(uow, runtime, handoff, deed, now)
        case SnoozeOver():
            await bring_back(uow, runtime, handoff, deed, now)
        case ReplyOverdue():
            await escalate(uow, runtime, handoff, deed, now)
        case FileReady():
            await pass_on(uow, runtime, handoff, deed, now)
        case Unattended():
            await ask_for_contact(uow, runtime, handoff, now)


def _by_name(runtime: Runtime, handoff: Handoff, deed: FromDesk) -> FromDesk:
    """Whoever did it by the name that the desk's file has for them: customers and colleagues read that one."""
    if not isinstance(deed, DeskAction | DeskReply | TakeUp):
        return deed
    plan = plan_of(runtime, handoff.desk, handoff.desk_address)
    rep = plan.rep_known_as(deed.rep_member) if plan is not None else None
    return deed if rep is None else replace(deed, rep=rep.name)


async def _rep_replies(uow: UnitOfWork, runtime: Runtime, handoff: Handoff, reply: DeskReply, now: datetime) -> None:
    """A reply in the thread takes the floor and goes to the customer; the thread of a closed hand-off says so."""
    key = said_key(reply.channel, reply.vendor_id)
    if handoff.state is HandoffState.CLOSED:
        words = "This conversation is closed, so the customer did not get your message."
        await relay(uow, handoff, f"{key}:closed", "Overture", words, now)
        return
    await queue_files(uow, runtime, handoff, reply, now)
    if not reply.text:
        if reply.attachments:
            await claim(uow, runtime, handoff, reply.rep, now)
        return
    await rep_says(uow, runtime, handoff, reply.rep, key, Text(reply.text), now)


async def _rep_revises(
    uow: UnitOfWork, runtime: Runtime, handoff: Handoff, revision: DeskRevision, now: datetime
) -> None:
    """No words are sent again, or taken back, and the rep is told so. Files are: their links open no more."""
    await take_back(uow, runtime, handoff, revision, now)
    words = "Deleting a message here does not take it back from the customer."
    if revision.withdrawn:
        words = "The customer cannot open the file any more, unless it has reached a phone. Words stay with them."
    elif revision.text:
        words = "The customer does not see edits. Write what should be put right as a new message."
    await relay(uow, handoff, f"{revision.channel}:{revision.vendor_id}", "Overture", words, now)

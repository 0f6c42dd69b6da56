"""Offer: find the rep who is asked to take a hand-off, and set the clock by which somebody must have claimed it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.effects import Emit
from bot.domain.handoff import Handoff
from bot.domain.journey import OFFERED
from bot.domain.languages import LANGUAGE_SLOT
from bot.domain.message import ReplyOverdue
from bot.domain.person import Identity, Profile
from bot.domain.routing import DeskPlan, Rep, WorkingHours
from bot.journeys.routing import due_at, offer_to
from bot.journeys.send_window import country_of
from bot.journeys.working_hours import next_at_work
from bot.ports import UnitOfWork
from bot.services.note_event import note_event
from bot.services.person_facts import person_facts
from bot.services.runtime import Desk, Runtime


def desk_at(runtime: Runtime, channel: str, address: str) -> Desk | None:
    return next((one for one in runtime.desks if (one.channel, one.address) == (channel, address)), None)


def plan_of(runtime: Runtime, channel: str, address: str) -> DeskPlan | None:
    """How the desk at this address works, where a file says so."""
    desk = desk_at(runtime, channel, address)
    names = desk.names if desk is not None else (f"{channel}:{address}",)
    return next((plan for plan in runtime.library.current().desk_plans if plan.desk in names), None)


def rep_known_as(runtime: Runtime, channel: str, member: str) -> Rep | None:
    """Whom one of this channel's desks has under this id in its file: hand-offs are held under the name there."""
    plans = (plan_of(runtime, desk.channel, desk.address) for desk in runtime.desks if desk.channel == channel)
    reps = (plan.rep_known_as(member) for plan in plans if plan is not None)
    return next((rep for rep in reps if rep is not None), None)


def hours_of(runtime: Runtime, desk: Desk) -> WorkingHours | None:
    """When somebody is there: as the desk's file says, else as the settings do; None: always."""
    plan = plan_of(runtime, desk.channel, desk.address)
    if plan is not None and plan.hours is not None:
        return plan.hours
    return desk.hours


def desk_time(runtime: Runtime, handoff: Handoff, at: datetime) -> str:
    """The moment as the desk's clock shows it, with its zone."""
    desk = desk_at(runtime, handoff.desk, handoff.desk_address)
    hours = hours_of(runtime, desk) if desk is not None else None
    zone = hours.window.zone if hours is not None else "UTC"
    return f"{at.astimezone(ZoneInfo(zone)):%a %d %b, %H:%M} ({zone})"


def opening_of(runtime: Runtime, desk: Desk, now: datetime) -> datetime | None:
    """When somebody will be there next; None if somebody is there now."""
    hours = hours_of(runtime, desk)
    opens = next_at_work(hours, now) if hours is not None else None
    return opens if opens is not None and opens > now else None


async def offer(uow: UnitOfWork, runtime: Runtime, handoff: Handoff, now: datetime) -> Handoff:
    """The hand-off with whom it is offered to, by the desk's file; it is for the caller to store. One at a time for
    each desk, so that turns and loads are as they were when the last one was decided."""
    plan = plan_of(runtime, handoff.desk, handoff.desk_address)
    if plan is None or not plan.routes:
        return handoff
    facts = await _facts(uow, runtime, handoff, now)
    number, standing = await uow.handoffs.begin_turn(handoff.desk, handoff.desk_address)
    found = offer_to(plan, facts, standing, now)
    name = found.rep.name if found.rep is not None else ""
    if name:
        await uow.handoffs.took_turn(handoff.desk, handoff.desk_address, name, number)
    told = {"desk": handoff.desk, "rep": name, "route": found.route, "why": found.why}
    await note_event(uow, handoff.profile_id, Emit(OFFERED, told), now)
    return replace(handoff, offered_to=name, offered_why=found.why)


async def start_clock(uow: UnitOfWork, runtime: Runtime, handoff: Handoff, now: datetime) -> None:
    """Have others told where nobody claims it in time; whatever is done to it before calls that off."""
    plan = plan_of(runtime, handoff.desk, handoff.desk_address)
    desk = desk_at(runtime, handoff.desk, handoff.desk_address)
    hours = hours_of(runtime, desk) if desk is not None else None
    for number, step in enumerate(plan.escalations if plan is not None else ()):
        at = due_at(hours, now, step.within)
        if at is not None:
            key = f"overdue:{handoff.id}:{handoff.version}:{number}"
            overdue = ReplyOverdue(handoff.desk, key, handoff.id, handoff.version, number)
            await uow.inbox.add(handoff.conversation_id, overdue, now, due_at=at)


async def _facts(uow: UnitOfWork, runtime: Runtime, handoff: Handoff, now: datetime) -> Mapping[str, Any]:
    playbook = runtime.library.current()
    profile, lead = await person_facts(uow, handoff.profile_id, now, playbook.scorecards, grades=playbook.grades)
    person = await uow.profiles.get(handoff.profile_id)
    conversation = await uow.conversations.get(handoff.conversation_id)
    identities = await uow.profiles.identities(handoff.profile_id)
    language = conversation.tracker.slots.get(LANGUAGE_SLOT) or person.locale or ""
    customer = {
        "country": _country(person, identities),
        "language": str(language)[:2].lower(),
        "channel": conversation.channel,
        "reason": handoff.reason,
    }
    return {"profile": profile, "lead": lead, "customer": customer, "now": now}


def _country(person: Profile, identities: Sequence[Identity]) -> str | None:
    """What they said, else where their number is from."""
    said = person.attributes.get("country")
    if isinstance(said, str) and len(said) == 2:
        return said.upper()
    phones = [one.value for one in identities if one.kind == "phone"]
    claimed = person.attributes.get("phone")
    number = phones[-1] if phones else claimed if isinstance(claimed, str) else None
    return country_of(number, "") or None

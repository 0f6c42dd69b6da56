"""Desk digest: once a working day, a desk reads what came since the day before, and what has been open longest, and
sees how many came on each day of the last week."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.consent import Purpose
from bot.domain.delivery import ChannelMessage, OutboxEntry
from bot.domain.handoff import Handoff
from bot.domain.ids import OutboxId, new_id
from bot.domain.message import DeskChart, DeskLine
from bot.domain.routing import DeskPlan
from bot.journeys.desk_digest import Tally, chart_begins, chart_ends, chart_of, latest_digest, tally
from bot.ports import UnitOfWork
from bot.services.escalate import in_words
from bot.services.offer import plan_of
from bot.services.runtime import OUTBOX, Desk, Runtime

LATEST = timedelta(hours=6)
"""A digest that is later, because the service was down, is left out: the next one is near."""

MOST_COUNTED = 5000
MOST_SHOWN = 5
SOON = timedelta(minutes=15)
"""In which somebody should have claimed it, where the desk's file says nothing of that."""

PRIORITY = 1
"""Behind everything that somebody waits for, and behind what journeys send."""


async def send_digests(runtime: Runtime) -> int:
    """Put the digests that are due into the outbox. The day is in the key, so one process does it, once."""
    now = runtime.clock.now()
    sent = 0
    for desk, plan in _desks(runtime):
        async with runtime.store.transaction() as uow:
            sent += await _send(uow, runtime, desk, plan, now)
    if sent:
        await runtime.wakeups.notify(OUTBOX)
    return sent


async def digests_here(uow: UnitOfWork, runtime: Runtime, now: datetime) -> Sequence[DeskLine]:
    """The latest digest of each desk that is on our own page, where nobody else shows it."""
    found = []
    for desk, plan in _desks(runtime):
        if plan.hours is None or plan.digest is None or not runtime.channel(desk.channel).abilities.kept_here:
            continue
        latest = latest_digest(plan.hours, plan.digest, now)
        told = await uow.outbox.by_key(_key(desk, latest[0])) if latest is not None else None
        if told is not None and isinstance(told.dispatch, ChannelMessage):
            content = told.dispatch.content
            found += [content] if isinstance(content, DeskLine) else []
    return found


def _desks(runtime: Runtime) -> list[tuple[Desk, DeskPlan]]:
    found = ((desk, plan_of(runtime, desk.channel, desk.address)) for desk in runtime.desks)
    return [(desk, plan) for desk, plan in found if plan is not None and plan.digest is not None]


async def _send(uow: UnitOfWork, runtime: Runtime, desk: Desk, plan: DeskPlan, now: datetime) -> bool:
    """False where it is not due, was sent, or has nothing to say."""
    if plan.hours is None or plan.digest is None:
        return False
    found = latest_digest(plan.hours, plan.digest, now)
    if found is None or now - found[1] > LATEST:
        return False
    day, due, since = found
    key = _key(desk, day)
    if await uow.outbox.by_key(key) is not None:
        return False
    words = await _words(uow, runtime, desk, plan, since, due)
    if not words:
        return False
    if not await uow.outbox.add(_entry(key, desk, DeskLine("Daily digest", words), due, now)):
        return False
    chart = await _chart(uow, desk, plan, day)
    if chart is not None:
        await uow.outbox.add(_entry(f"{key}:chart", desk, chart, due, now))
    return True


def _key(desk: Desk, day: date) -> str:
    return f"digest:{desk.channel}:{desk.address}:{day}"


def _entry(key: str, desk: Desk, content: DeskLine | DeskChart, due: datetime, now: datetime) -> OutboxEntry:
    return OutboxEntry(
        id=OutboxId(new_id(now)),
        key=key,
        dispatch=ChannelMessage(desk.channel, desk.address, content),
        purpose=Purpose.DESK,
        profile_id=None,
        created_at=now,
        due_at=now,
        expires_at=due + LATEST,
        priority=PRIORITY,
    )


async def _words(
    uow: UnitOfWork, runtime: Runtime, desk: Desk, plan: DeskPlan, since: datetime, until: datetime
) -> str:
    """Without names of customers: whoever is erased is not in what was sent either."""
    place = (desk.channel, desk.address)
    asked = await uow.handoffs.asked_between(*place, since, until, limit=MOST_COUNTED)
    oldest = await uow.handoffs.open_longest(*place, until, limit=MOST_SHOWN)
    if not asked and not oldest:
        return ""
    meetings = await _meetings(uow, plan, until)
    within = _soon(plan)
    lines = [_counted(tally(asked, within), within, _at(plan, since))]
    if oldest:
        lines += ["Open longest:", *(_open(runtime, plan, one) for one in oldest)]
    if meetings:
        lines += ["Next meetings:", *meetings]
    return "\n".join(lines)


async def _chart(uow: UnitOfWork, desk: Desk, plan: DeskPlan, day: date) -> DeskChart | None:
    """Numbers alone; None where nobody came in the whole week."""
    zone = plan.hours.window.zone if plan.hours is not None else "UTC"
    since, until = chart_begins(zone, day), chart_ends(zone, day)
    came = await uow.handoffs.asked_between(desk.channel, desk.address, since, until, limit=MOST_COUNTED)
    chart = chart_of(came, _soon(plan), in_words(_soon(plan)), zone, day)
    return None if chart is None else DeskChart(chart)


def _soon(plan: DeskPlan) -> timedelta:
    return plan.escalations[0].within if plan.escalations else SOON


def _counted(found: Tally, within: timedelta, since: str) -> str:
    if not found.asked:
        return f"Nobody has asked for you since {since}."
    leads = "1 lead" if found.asked == 1 else f"{found.asked} leads"
    left = f"; nobody has claimed {found.left} of them yet" if found.left else ""
    return f"{leads} since {since}; {found.claimed} claimed, {found.in_time} within {in_words(within)}{left}."


def _open(runtime: Runtime, plan: DeskPlan, one: Handoff) -> str:
    who = one.rep or (f"offered to {one.offered_to}" if one.offered_to else "nobody has claimed it")
    since = _at(plan, one.created_at)
    return f"• {one.reason}, since {since} ({who}): {runtime.links.transcript(one.conversation_id)}"


async def _meetings(uow: UnitOfWork, plan: DeskPlan, now: datetime) -> list[str]:
    found = [
        one
        for rep in plan.reps.values()
        for one in await uow.meetings.of_rep(rep.name, now, limit=MOST_SHOWN)
        if one.starts_at < now + timedelta(days=1)
    ]
    found.sort(key=lambda one: one.starts_at)
    return [f"• {_at(plan, one.starts_at)}, {one.rep}" for one in found[:MOST_SHOWN]]


def _at(plan: DeskPlan, moment: datetime) -> str:
    zone = plan.hours.window.zone if plan.hours is not None else "UTC"
    return f"{moment.astimezone(ZoneInfo(zone)):%a %d %b, %H:%M}"

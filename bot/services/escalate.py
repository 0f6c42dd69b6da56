"""Escalate: nobody has claimed a hand-off in the time that its desk has for it, so others are told."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.delivery import ChannelMessage
from bot.domain.effects import Emit
from bot.domain.handoff import Handoff, HandoffState
from bot.domain.journey import OVERDUE
from bot.domain.message import DeskLine, ReplyOverdue
from bot.domain.routing import EVERYBODY, DeskPlan, Escalation
from bot.ports import UnitOfWork
from bot.services.enrol import tell_journeys
from bot.services.hand_off import to_desk, to_other_desk
from bot.services.name_customer import name_customer
from bot.services.offer import plan_of
from bot.services.runtime import Runtime
from bot.services.tell_desk import OURSELVES


async def escalate(uow: UnitOfWork, runtime: Runtime, handoff: Handoff, overdue: ReplyOverdue, now: datetime) -> None:
    """Tell colleagues, at the times of the desk's file. What the customer reads meanwhile is `ask_for_contact`'s."""
    plan = plan_of(runtime, handoff.desk, handoff.desk_address)
    if handoff.state is not HandoffState.REQUESTED or handoff.version != overdue.version or plan is None:
        return
    if overdue.number >= len(plan.escalations):
        return
    step = plan.escalations[overdue.number]
    said = f"Nobody has claimed {await name_customer(uow, runtime, handoff.profile_id)} within {in_words(step.within)}"
    if handoff.offered_to:
        said += f"; it was offered to {handoff.offered_to}"
    if step.tell or not step.desk:
        mentions = _mentions(plan, step)
        called = "" if mentions else f" {', '.join(plan.names_of(step.tell))}: please look into it."
        line = DeskLine(OURSELVES, f"{said}.{called}", to_all=True, mentions=mentions)
        await to_desk(uow, handoff, f"relay:{overdue.vendor_id}", line, now)
    if step.desk and (desk := runtime.desk_named(step.desk)) is not None:
        where = f"{said}. The conversation: {runtime.links.transcript(handoff.conversation_id)}"
        message = ChannelMessage(desk.channel, desk.address, DeskLine(OURSELVES, where))
        await to_other_desk(uow, handoff, f"elsewhere:{overdue.vendor_id}", message, now)
    told = {"desk": handoff.desk, "within": int(step.within.total_seconds()), "offered_to": handoff.offered_to}
    await tell_journeys(uow, runtime, handoff.profile_id, [Emit(OVERDUE, told)], now)


def _mentions(plan: DeskPlan, step: Escalation) -> tuple[str, ...]:
    if step.tell == (EVERYBODY,):
        return step.tell
    return tuple(plan.reps[one].member for one in step.tell if one in plan.reps and plan.reps[one].member)


def in_words(length: timedelta) -> str:
    """`1 hour`, `15 minutes`: in the largest unit that it is whole in."""
    for unit, word in ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute")):
        if length % unit == timedelta():
            count = length // unit
            return f"{count} {word}" + ("" if count == 1 else "s")
    return f"{length.total_seconds():g} seconds"

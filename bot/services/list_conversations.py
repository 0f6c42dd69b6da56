"""List conversations: those in which customers wrote last, and those that want a person or have one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.access import Role
from bot.domain.audience import ProfileSchema
from bot.domain.handoff import Handoff, HandoffState
from bot.domain.ids import ConversationId, ProfileId
from bot.domain.message import CUSTOMER
from bot.journeys.routing import due_at
from bot.ports import Glimpse, UnitOfWork
from bot.services.name_customer import NAMELESS, name_customer
from bot.services.offer import desk_at, hours_of, plan_of
from bot.services.runtime import Runtime

AT_ONCE = 30
MOST_CALLS = 20
MOST_OPEN = 300
"""Hand-offs that nobody has closed; who has more cannot read through them anyway."""


class Which(StrEnum):
    ALL = "all"
    WAITING = "waiting"
    TAKEN = "taken"


STATES: Mapping[Which, HandoffState] = {Which.WAITING: HandoffState.REQUESTED, Which.TAKEN: HandoffState.CLAIMED}


@dataclass(frozen=True, slots=True)
class ListedConversation:
    """`at` is when the customer wrote last; of what was handed over, when that was."""

    glimpse: Glimpse
    customer: str
    at: datetime
    handoff: Handoff | None


@dataclass(frozen=True, slots=True)
class Call:
    """A customer who calls for a rep: they wait for a person, or have `written` to the one who has them. `key` is of
    this call and no other."""

    key: str
    conversation_id: ConversationId
    customer: str
    written: bool


@dataclass(frozen=True, slots=True)
class ConversationList:
    """`waiting` and `taken` count all of these, whatever is listed; behind `more_before` there are more. `calls` are
    for whoever looks."""

    listed: Sequence[ListedConversation]
    waiting: int
    taken: int
    calls: Sequence[Call]
    more_before: datetime | None = None


async def list_conversations(
    uow: UnitOfWork, runtime: Runtime, which: Which, *, before: datetime, rep: str = "", limit: int = AT_ONCE
) -> ConversationList:
    """What waits, and what somebody has, in the order in which it was handed over; all, the latest first. `rep` is the
    name of whoever looks, where they have one."""
    handoffs = await uow.handoffs.all_open(limit=MOST_OPEN)
    handed_over = {one.conversation_id: one for one in handoffs}
    if which is Which.ALL:
        heard = await uow.conversations.heard_lately(before=before, limit=limit)
    else:
        heard = {one.conversation_id: one.created_at for one in handoffs if one.state is STATES[which]}
    listed = await _listed(uow, runtime, heard, handed_over)
    return ConversationList(
        listed,
        waiting=sum(one.state is HandoffState.REQUESTED for one in handoffs),
        taken=sum(one.state is HandoffState.CLAIMED for one in handoffs),
        calls=await _calls(uow, runtime, handoffs, rep),
        more_before=min(heard.values()) if which is Which.ALL and len(heard) == limit else None,
    )


def _is_for(runtime: Runtime, handoff: Handoff, rep: str, now: datetime) -> bool:
    """What is offered to a colleague is for them alone, until others are told that they have not claimed it."""
    if not rep or handoff.offered_to in ("", rep):
        return True
    desk = desk_at(runtime, handoff.desk, handoff.desk_address)
    plan = plan_of(runtime, handoff.desk, handoff.desk_address)
    if desk is None or plan is None or not plan.escalations:
        return False
    due = due_at(hours_of(runtime, desk), handoff.created_at, plan.escalations[0].within)
    return due is not None and due <= now


async def _calls(uow: UnitOfWork, runtime: Runtime, handoffs: Sequence[Handoff], rep: str) -> Sequence[Call]:
    """The latest first."""
    now, latest = runtime.clock.now(), sorted(handoffs, key=lambda one: one.created_at, reverse=True)
    waiting = [one for one in latest if one.state is HandoffState.REQUESTED and _is_for(runtime, one, rep, now)]
    held = [one for one in latest if one.state is HandoffState.CLAIMED and one.rep == rep][:MOST_CALLS]
    glimpses = await uow.conversations.glimpses([one.conversation_id for one in held]) if held else {}
    said = {one.id: glimpse.last for one in held if (glimpse := glimpses.get(one.conversation_id)) is not None}
    found = [(one.id, one, False) for one in waiting[:MOST_CALLS]] + [
        (f"{one.id}:{last.at.isoformat()}", one, True)
        for one in held
        if (last := said.get(one.id)) is not None and last.speaker == CUSTOMER
    ]
    uow.expect({one.profile_id for _, one, _ in found})
    return [
        Call(key, one.conversation_id, await call_customer(uow, runtime, one.profile_id), written)
        for key, one, written in found
    ]


async def _listed(
    uow: UnitOfWork,
    runtime: Runtime,
    heard: Mapping[ConversationId, datetime],
    handed_over: Mapping[ConversationId, Handoff],
) -> list[ListedConversation]:
    glimpses = await uow.conversations.glimpses(heard)
    uow.expect({one.profile_id for one in glimpses.values()})
    return [
        ListedConversation(one, await call_customer(uow, runtime, one.profile_id), at, handed_over.get(conversation))
        for conversation, at in heard.items()
        if (one := glimpses.get(conversation)) is not None
    ]


async def call_customer(uow: UnitOfWork, runtime: Runtime, customer: ProfileId) -> str:
    """As `name_customer`; whoever has no name by their number, so that a list has few who are all called alike, unless
    a rep may not see it."""
    name = await name_customer(uow, runtime, customer)
    if name != NAMELESS:
        return name
    if "phone" in (runtime.library.current().profile or ProfileSchema()).hidden_from(Role.REP):
        return NAMELESS
    known = await uow.profiles.identities(customer)
    return next((one.value for one in known if one.kind == "phone"), NAMELESS)

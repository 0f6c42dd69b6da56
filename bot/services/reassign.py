"""Reassign: a rep gives a hand-off to a colleague, and both read so."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.handoff import Handoff, HandoffState
from bot.domain.message import DeskAction, DeskLine
from bot.ports import UnitOfWork
from bot.services.hand_off import announce, refresh_card, relay, to_desk
from bot.services.offer import plan_of, start_clock
from bot.services.runtime import Runtime
from bot.services.tell_desk import OURSELVES


async def assign(uow: UnitOfWork, runtime: Runtime, handoff: Handoff, action: DeskAction, now: datetime) -> None:
    """A rep with the floor passes it on; an unclaimed hand-off is offered to the colleague, who has yet to claim it."""
    plan = plan_of(runtime, handoff.desk, handoff.desk_address)
    known = plan.rep_known_as(action.member) if plan is not None else None
    name = known.name if known is not None else action.words
    key = f"{handoff.id}:assigned:{handoff.version + 1}"
    if not name:
        words = (
            "Nobody here knows the name of that colleague yet, so nothing was changed. List them in journeys/desks, or "
            "let them press Take over."
        )
        await relay(uow, handoff, f"{handoff.id}:nameless:{action.vendor_id}", "Overture", words, now)
        return
    holder = handoff.rep or handoff.offered_to
    if name == holder:
        await relay(uow, handoff, f"{key}:{action.vendor_id}", "Overture", f"{name} has this already.", now)
        return
    given = replace(handoff, version=handoff.version + 1)
    if handoff.state is HandoffState.CLAIMED:
        given = replace(given, rep=name)
        words = f"{action.rep} has given this conversation to {name}."
    else:
        given = replace(given, offered_to=name, offered_why=f"{action.rep} asks for them")
        words = f"{action.rep} asks {name} to take this conversation."
    await uow.handoffs.save(given)
    await refresh_card(uow, runtime, given, now, was=holder)
    before = mentions_of(runtime, handoff, holder) if holder != action.rep else ()
    if before:
        words += f" {holder} had it before."
    line = DeskLine(OURSELVES, words, mentions=(action.member, *before))
    await to_desk(uow, given, f"relay:{key}", line, now)
    if given.state is HandoffState.CLAIMED:
        await announce(uow, runtime, given, "utter_rep_joined", now)
    else:
        await start_clock(uow, runtime, given, now)


def mentions_of(runtime: Runtime, handoff: Handoff, name: str) -> tuple[str, ...]:
    """The desk's id of the rep of this name, where its file has one."""
    plan = plan_of(runtime, handoff.desk, handoff.desk_address)
    rep = plan.rep_called(name) if plan is not None else None
    return (rep.member,) if rep is not None and rep.member else ()

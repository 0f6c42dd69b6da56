"""Capture contact: where nobody is there to answer, ask how the customer can be reached, and tell the desk."""

from __future__ import annotations

from datetime import datetime

from bot.domain.handoff import Handoff, HandoffState
from bot.domain.ids import ConversationId
from bot.domain.message import PageReport
from bot.ports import UnitOfWork
from bot.services.hand_off import announce, opening_told, refresh_card, relay
from bot.services.offer import plan_of
from bot.services.runtime import Runtime


async def ask_for_contact(uow: UnitOfWork, runtime: Runtime, handoff: Handoff, now: datetime) -> None:
    """Nobody has taken over in the time that a customer is let wait.

    This is for the customer; that the desk is late is said by `escalate`, at the times of the desk's file. Where it has
    none of those, the thread reads it here.
    """
    if handoff.state is not HandoffState.REQUESTED:
        return
    await announce(uow, runtime, handoff, "utter_nobody_yet", now)
    plan = plan_of(runtime, handoff.desk, handoff.desk_address)
    if plan is None or not plan.escalations:
        await relay(uow, handoff, f"{handoff.id}:unattended", "Overture", "Nobody has taken this over yet.", now)


async def note_contact(
    uow: UnitOfWork, runtime: Runtime, conversation_id: ConversationId, report: PageReport, now: datetime
) -> None:
    """It is in the profile already; an open hand-off shows it, and the customer reads when they will be answered."""
    handoff = await uow.handoffs.open_in(conversation_id)
    if handoff is None:
        return
    told = " or ".join(str(value) for value in report.attributes.values())
    key = f"{report.channel}:{report.vendor_id}"
    await relay(uow, handoff, f"{key}:contact", "Customer", f"can be reached at {told} (as they say)", now)
    await refresh_card(uow, runtime, handoff, now, key=key)
    tracker = (await uow.conversations.get(conversation_id)).tracker
    if opens := await opening_told(uow, runtime, handoff, tracker, now):
        await announce(uow, runtime, handoff, "utter_contact_noted_closed", now, key=key, opens=opens)
    else:
        await announce(uow, runtime, handoff, "utter_contact_noted", now, key=key)

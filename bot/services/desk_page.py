"""Desk page: a rep's own leads and meetings at the desk, shown when they look, and anew when one of them changes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from itertools import takewhile

from bot.domain.consent import Purpose
from bot.domain.delivery import ChannelMessage, OutboxEntry
from bot.domain.handoff import Handoff, HandoffState
from bot.domain.ids import OutboxId, new_id
from bot.domain.meeting import Meeting
from bot.domain.message import CUSTOMER, DeskLead, DeskMeeting, DeskOpened, DeskPage
from bot.domain.score import total_score
from bot.ports import UnitOfWork
from bot.services.free_times import diary_of
from bot.services.name_customer import name_customer
from bot.services.offer import rep_known_as
from bot.services.runtime import Runtime

MOST_SHOWN, MOST_MEETINGS = 10, 5
MOST_TIMES = 10
"""How many times a meeting can be moved to."""

LINES = 20
"""How many last lines of a conversation are read: after so many without an answer somebody has waited long enough."""


async def open_page(uow: UnitOfWork, runtime: Runtime, opened: DeskOpened, now: datetime) -> bool:
    """Show it; False where this was asked for before."""
    known = rep_known_as(runtime, opened.channel, opened.rep_member)
    name = known.name if known is not None else opened.rep
    rep = await uow.desk_pages.open(opened.channel, opened.address, name, now)
    return await _show(uow, opened.channel, opened.address, rep, f"{opened.channel}:{opened.vendor_id}", now)


async def refresh_pages(
    uow: UnitOfWork, handoff: Handoff, reps: Collection[str], now: datetime, *, key: str = ""
) -> None:
    """Show these reps their pages anew, since this hand-off changed; those only who have looked at theirs once."""
    for rep in sorted({*reps}):
        for address in await uow.desk_pages.of(handoff.desk, [rep]):
            once = f"{handoff.card_key}:{key or handoff.version}:page:{address}"
            await _show(uow, handoff.desk, address, rep, once, now)


async def page_of(uow: UnitOfWork, runtime: Runtime, channel: str, rep: str) -> DeskPage:
    """The page as it is now, whatever it was when it was asked for."""
    if not rep:
        return DeskPage(rep)
    now = runtime.clock.now()
    booked = await uow.meetings.of_rep(rep, now, limit=MOST_MEETINGS)
    meetings = tuple([await _meeting(uow, runtime, one, now) for one in booked])
    held = await uow.handoffs.held_by(channel, rep, limit=MOST_SHOWN + 1)
    leads = [await _lead(uow, runtime, one, now) for one in held[:MOST_SHOWN]]
    leads.sort(key=_longest_wait)
    return DeskPage(rep, tuple(leads), more=len(held) > MOST_SHOWN, meetings=meetings)


def _longest_wait(lead: DeskLead) -> tuple[bool, datetime]:
    return lead.waiting_since is None, lead.waiting_since or lead.handed_over_at


async def _lead(uow: UnitOfWork, runtime: Runtime, handoff: Handoff, now: datetime) -> DeskLead:
    score = total_score(await uow.scores.of(handoff.profile_id), now)
    said = await uow.conversations.transcript(handoff.conversation_id, last=LINES)
    unanswered = [*takewhile(lambda one: one.speaker == CUSTOMER, reversed(said))]
    return DeskLead(
        handoff_id=handoff.id,
        customer=await name_customer(uow, runtime, handoff.profile_id),
        reason=handoff.reason,
        score=score.total,
        grade=runtime.library.current().grades.of(score),
        handed_over_at=handoff.created_at,
        transcript_url=runtime.links.transcript(handoff.conversation_id),
        desk_address=handoff.desk_address,
        card=await _card_of(uow, handoff),
        waiting_since=unanswered[-1].at if unanswered else None,
        claimed=handoff.state is HandoffState.CLAIMED,
    )


async def _meeting(uow: UnitOfWork, runtime: Runtime, meeting: Meeting, now: datetime) -> DeskMeeting:
    handoff = await uow.handoffs.get(meeting.handoff_id)
    diary = diary_of(runtime, handoff, meeting.rep)
    times = await diary.free(uow, now, most=MOST_TIMES) if diary is not None else ()
    return DeskMeeting(
        meeting_id=meeting.id,
        handoff_id=handoff.id,
        customer=await name_customer(uow, runtime, meeting.profile_id),
        starts_at=meeting.starts_at,
        transcript_url=runtime.links.transcript(handoff.conversation_id),
        desk_address=handoff.desk_address,
        card=await _card_of(uow, handoff),
        times=tuple(times),
        zone=diary.zone if diary is not None else "UTC",
    )


async def _card_of(uow: UnitOfWork, handoff: Handoff) -> str:
    card = await uow.outbox.by_key(handoff.card_key)
    return (card.vendor_id or "") if card is not None else ""


async def _show(uow: UnitOfWork, channel: str, address: str, rep: str, key: str, now: datetime) -> bool:
    entry = OutboxEntry(
        id=OutboxId(new_id(now)),
        key=key,
        dispatch=ChannelMessage(channel, address, DeskPage(rep)),
        purpose=Purpose.DESK,
        profile_id=None,
        created_at=now,
        due_at=now,
    )
    return await uow.outbox.add(entry)

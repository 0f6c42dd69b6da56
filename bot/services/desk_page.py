"""Desk page: a rep's own leads at the desk, shown when they look, and anew when one of them changes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from itertools import takewhile

from bot.domain.consent import Purpose
from bot.domain.delivery import ChannelMessage, OutboxEntry
from bot.domain.handoff import Handoff, HandoffState
from bot.domain.ids import OutboxId, new_id
from bot.domain.message import DeskLead, DeskOpened, DeskPage
from bot.domain.score import total_score
from bot.ports import UnitOfWork
from bot.services.offer import rep_known_as
from bot.services.runtime import Runtime

MOST_SHOWN = 10
LINES = 20
"""Of the end of a conversation. Who has written that much without an answer has waited long enough."""

CUSTOMER = "Customer"
"""Who speaks in a transcript, where no rep or bot does."""


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
    held = await uow.handoffs.held_by(channel, rep, limit=MOST_SHOWN + 1)
    leads = [await _lead(uow, runtime, one, runtime.clock.now()) for one in held[:MOST_SHOWN]]
    return DeskPage(rep, tuple(sorted(leads, key=_longest_wait)), more=len(held) > MOST_SHOWN)


def _longest_wait(lead: DeskLead) -> tuple[bool, datetime]:
    return lead.waiting_since is None, lead.waiting_since or lead.handed_over_at


async def _lead(uow: UnitOfWork, runtime: Runtime, handoff: Handoff, now: datetime) -> DeskLead:
    profile = await uow.profiles.get(handoff.profile_id)
    score = total_score(await uow.scores.of(handoff.profile_id), now)
    card = await uow.outbox.by_key(handoff.card_key)
    said = await uow.conversations.transcript(handoff.conversation_id, last=LINES)
    unanswered = [*takewhile(lambda one: one.speaker == CUSTOMER, reversed(said))]
    return DeskLead(
        handoff_id=handoff.id,
        customer=str(profile.attributes.get("name") or profile.attributes.get("email") or "A visitor"),
        reason=handoff.reason,
        score=score.total,
        grade=runtime.library.current().grades.of(score),
        handed_over_at=handoff.created_at,
        transcript_url=runtime.transcript_url(handoff.conversation_id),
        desk_address=handoff.desk_address,
        card=(card.vendor_id or "") if card is not None else "",
        waiting_since=unanswered[-1].at if unanswered else None,
        claimed=handoff.state is HandoffState.CLAIMED,
    )


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

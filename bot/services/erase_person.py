"""Erase a person: delete all that is kept of them, and never write to their addresses again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from bot.domain.consent import Consequence, Purpose, Suppression, has_opted_out, standing_consent
from bot.domain.delivery import ChannelMessage, OutboxEntry
from bot.domain.handoff import Handoff
from bot.domain.ids import OutboxId, ProfileId, new_id
from bot.domain.meeting import Meeting
from bot.domain.message import DeskLine
from bot.domain.person import Identity
from bot.domain.privacy import ErasedPlace, ErasedState, Erasure
from bot.ports import UnitOfWork
from bot.services.desk_page import refresh_pages
from bot.services.erase_elsewhere import Held, erase_elsewhere, held_elsewhere
from bot.services.offer import desk_time
from bot.services.opt_out import marketed_addresses
from bot.services.reassign import mentions_of
from bot.services.runtime import Runtime
from bot.services.tell_desk import OURSELVES
from bot.services.tell_of_erasure import last_word, say_last_word

log = structlog.get_logger()

ERASED = "erased at their request"
MOST_MEETINGS = 100


async def erase_person(
    uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, *, who: str, now: datetime, asked: bool = True
) -> Erasure:
    """The receipt. Whoever `asked` for it is left alone at every address; else only those stay so that were.

    What others hold is queued for erasure there, where they let us; the receipt has a line for each. Who asked for it
    themselves is told that it is done. Files go first:
    should the rest fail, it is done again, while files whose rows are gone would stay for ever.
    """
    await uow.profiles.lock(profile_id, alone=True)
    uow.expect({profile_id})
    held = [*await _drop_files(uow, runtime, profile_id)]
    held += await held_elsewhere(uow, runtime, profile_id, asked=asked)
    word = await last_word(uow, runtime, profile_id) if asked else None
    handoffs, meetings = await _open_handoffs(uow, profile_id), await _meetings(uow, profile_id, now)
    suppressions = await _suppressions(uow, runtime, profile_id, now)
    if not asked:
        suppressions = [one for one in suppressions if one.reason != ERASED or one.at != now]
    receipt = await uow.personal_data.erase(profile_id, suppressions, who=who, at=now)
    if asked:
        await _spare_those_of_others(uow, runtime, suppressions)
    places = await erase_elsewhere(uow, receipt.id, held, now)
    if word is not None:
        places = (*places, await say_last_word(uow, receipt.id, word, now))
    for handoff in handoffs:
        await refresh_pages(uow, handoff, [handoff.rep or handoff.offered_to], now, key="erased")
    for handoff, meeting in meetings:
        await refresh_pages(uow, handoff, [meeting.rep], now, key="erased")
        await _tell_rep(uow, runtime, handoff, meeting, now)
    log.info("a person was erased", erasure=receipt.id, rows=sum(receipt.rows.values()), elsewhere=len(places))
    return replace(receipt, places=places)


async def _open_handoffs(uow: UnitOfWork, profile_id: ProfileId) -> Sequence[Handoff]:
    found = [await uow.handoffs.open_in(one.id) for one in await uow.conversations.of(profile_id)]
    return [one for one in found if one is not None]


async def _meetings(uow: UnitOfWork, profile_id: ProfileId, now: datetime) -> Sequence[tuple[Handoff, Meeting]]:
    """Those that are to come, each with the hand-off in which it came about, which may be over."""
    booked = await uow.meetings.of_person(profile_id, now, limit=MOST_MEETINGS)
    return [(await uow.handoffs.get(one.handoff_id), one) for one in booked]


async def _tell_rep(uow: UnitOfWork, runtime: Runtime, handoff: Handoff, meeting: Meeting, now: datetime) -> None:
    """Else they would wait for somebody who does not come. Whom it was with is not said any more."""
    when = desk_time(runtime, handoff, meeting.starts_at)
    words = f"The meeting of {when} with {meeting.rep} is cancelled: whom it was with has been erased."
    line = DeskLine(OURSELVES, words, mentions=mentions_of(runtime, handoff, meeting.rep))
    await uow.outbox.add(
        OutboxEntry(
            id=OutboxId(new_id(now)),
            key=f"erasure:meeting:{meeting.id}",
            dispatch=ChannelMessage(handoff.desk, handoff.desk_address, line),
            purpose=Purpose.DESK,
            profile_id=None,
            created_at=now,
            due_at=now,
        )
    )


async def _drop_files(uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId) -> Sequence[Held]:
    """The line of the receipt that says so, where there were any."""
    files = [one for one in await uow.files.of(profile_id) if one.place]
    if not files or runtime.attachments is None:
        return ()
    for file in files:
        await runtime.attachments.drop(file.place)
    return [Held(ErasedPlace("files", f"files: {len(files)}", ErasedState.DONE))]


async def _spare_those_of_others(uow: UnitOfWork, runtime: Runtime, suppressions: Sequence[Suppression]) -> None:
    """Whoever asked may be somebody else to us as well. Of addresses that nobody has any more a digest is kept alone,
    by which they are found once they are told again."""
    for one in suppressions:
        if await uow.profiles.holders_of([Identity(runtime.marketed[one.channel], one.address)], limit=1):
            await uow.consents.suppress(one)


async def _suppressions(uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, now: datetime) -> list[Suppression]:
    """Each of their addresses on each channel, with the reason for which it is left alone already, where it is: it was
    refused there, or at another one before they told this."""
    records = await uow.consents.of(profile_id)
    refusals = {at: await uow.consents.refusal(*at) for at in await marketed_addresses(uow, runtime, profile_id)}
    theirs = [one for one in refusals.values() if one is not None and one.cause is not Consequence.DISOWNED]
    opted_out = [one for one in theirs if one.cause is Consequence.OPTED_OUT] if has_opted_out(records) else []
    found = []
    for (channel, address), here in refusals.items():
        standing = standing_consent(records, Purpose.MARKETING, channel)
        is_refused = standing is not None and not standing.granted
        on_channel = [one for one in theirs if is_refused and one.channel == channel]
        said = here or next(iter((*on_channel, *opted_out)), None)
        reason, at = (said.reason, said.at) if said is not None else (ERASED, now)
        found.append(Suppression(channel, address, reason, at))
    return found

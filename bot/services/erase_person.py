"""Erase a person: delete all that is kept of them, and never write to their addresses again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from bot.domain.consent import Consequence, Purpose, Suppression, has_opted_out, standing_consent
from bot.domain.ids import ProfileId
from bot.domain.privacy import ErasedPlace, ErasedState, Erasure
from bot.ports import UnitOfWork
from bot.services.desk_page import refresh_pages
from bot.services.erase_elsewhere import Held, erase_elsewhere, held_elsewhere
from bot.services.opt_out import marketed_addresses
from bot.services.runtime import Runtime
from bot.services.tell_of_erasure import last_word, say_last_word

log = structlog.get_logger()

ERASED = "erased at their request"


async def erase_person(
    uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, *, who: str, now: datetime, asked: bool = True
) -> Erasure:
    """The receipt. Whoever `asked` for it is left alone at every address; else only those stay so that were.

    What others hold is queued for erasure there, where they let us; the receipt has a line for each. Who asked for it
    themselves is told that it is done. Files go first:
    should the rest fail, it is done again, while files whose rows are gone would stay for ever.
    """
    await uow.profiles.lock(profile_id, alone=True)
    held = [*await _drop_files(uow, runtime, profile_id)]
    held += await held_elsewhere(uow, runtime, profile_id, asked=asked)
    word = await last_word(uow, runtime, profile_id) if asked else None
    shown = await uow.handoffs.open_for(profile_id)
    suppressions = await _suppressions(uow, runtime, profile_id, now)
    if not asked:
        suppressions = [one for one in suppressions if one.reason != ERASED or one.at != now]
    receipt = await uow.personal_data.erase(profile_id, suppressions, who=who, at=now)
    places = await erase_elsewhere(uow, receipt.id, held, now)
    if word is not None:
        places = (*places, await say_last_word(uow, receipt.id, word, now))
    if shown is not None:
        await refresh_pages(uow, shown, [shown.rep or shown.offered_to], now, key="erased")
    log.info("a person was erased", erasure=receipt.id, rows=sum(receipt.rows.values()), elsewhere=len(places))
    return replace(receipt, places=places)


async def _drop_files(uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId) -> Sequence[Held]:
    """The line of the receipt that says so, where there were any."""
    files = [one for one in await uow.files.of(profile_id) if one.place]
    if not files or runtime.attachments is None:
        return ()
    for file in files:
        await runtime.attachments.drop(file.place)
    return [Held(ErasedPlace("files", f"files: {len(files)}", ErasedState.DONE))]


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

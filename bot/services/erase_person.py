"""Erase a person: delete all that is kept of them, and never write to their addresses again."""

from __future__ import annotations

from datetime import datetime

import structlog

from bot.domain.consent import Suppression
from bot.domain.ids import ProfileId
from bot.domain.privacy import Erasure
from bot.ports import UnitOfWork
from bot.services.runtime import Runtime

log = structlog.get_logger()

ERASED = "erased at their request"


async def erase_person(uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, *, who: str, now: datetime) -> Erasure:
    """The receipt. What vendors and CRMs hold is theirs to erase; the receipt names the records in CRMs.

    Files go first: should the rest fail, it is done again, while files whose rows are gone would stay for ever.
    """
    await uow.profiles.lock(profile_id, alone=True)
    if runtime.attachments is not None:
        for file in await uow.files.of(profile_id):
            await runtime.attachments.drop(file.place)
    suppressions = await _suppressions(uow, runtime, profile_id, now)
    receipt = await uow.personal_data.erase(profile_id, suppressions, who=who, at=now)
    log.info("a person was erased", erasure=receipt.id, rows=sum(receipt.rows.values()))
    return receipt


async def _suppressions(uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, now: datetime) -> list[Suppression]:
    """Each of their addresses on each channel, with the reason for which it is left alone already, where it is."""
    addresses = {(one.kind, one.value) for one in await uow.profiles.identities(profile_id)}
    conversations = {(one.channel, one.address) for one in await uow.conversations.of(profile_id)}
    found = []
    for channel in runtime.channels.values():
        if channel.abilities.desk:
            continue
        own = {value for kind, value in addresses if kind == channel.abilities.identity}
        own |= {address for name, address in conversations if name == channel.name}
        for address in sorted(own):
            standing = await uow.consents.suppression(channel.name, address)
            found.append(standing or Suppression(channel.name, address, ERASED, now))
    return found

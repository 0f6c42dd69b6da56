"""Spare an address: its owner wants no more marketing there, or a vendor says that nothing arrives."""

from __future__ import annotations

from datetime import datetime

from bot.domain.consent import Consequence, Suppression, Wish, has_opted_out
from bot.domain.message import SpareAddress
from bot.domain.person import Profile
from bot.ports import UnitOfWork
from bot.services.enrol import tell_journeys
from bot.services.leave_alone import leave_alone
from bot.services.opt_out import opt_out
from bot.services.runtime import Runtime
from bot.services.watch_complaints import watch_complaints


async def spare_address(uow: UnitOfWork, runtime: Runtime, word: SpareAddress, now: datetime) -> bool:
    """Suppress it at once; an opt-out ends all marketing to its owner, and so does a complaint: also what they have
    agreed to elsewhere since an earlier one. False if that was known."""
    if word.cause not in (Consequence.OPTED_OUT, Consequence.COMPLAINED):
        bars = await uow.consents.in_the_way(word.channel, word.address)
        await uow.consents.suppress(Suppression(word.channel, word.address, word.how, now, word.cause))
        return all(one.cause is not word.cause for one in bars)
    known = await uow.consents.suppression(word.channel, word.address)
    owner = await _owner_of(uow, runtime, word)
    if owner is None and await uow.consents.erased(word.address):
        return known is None and await leave_alone(uow, runtime, word.channel, word.address, word.how, now)
    if word.cause is Consequence.COMPLAINED:
        await uow.consents.suppress(Suppression(word.channel, word.address, word.how, now, word.cause))
        await watch_complaints(uow, runtime, word.channel, now)
    if known is not None and (owner is None or has_opted_out(await uow.consents.of(owner.id))):
        return False
    await uow.consents.suppress_anew(Suppression(word.channel, word.address, word.how, now))
    if owner is not None:
        ended = await opt_out(uow, runtime, owner.id, Wish(word.how, now))
        await tell_journeys(uow, runtime, owner.id, ended, now)
    return True


async def _owner_of(uow: UnitOfWork, runtime: Runtime, word: SpareAddress) -> Profile | None:
    """Whose address it is, or whom the vendor knows by it where it is an id of its own: a number may be hidden."""
    kind = runtime.channel(word.channel).abilities.identity
    owner = await uow.profiles.owner_of(kind, word.address)
    return owner or await uow.profiles.owner_of(word.channel, word.address)

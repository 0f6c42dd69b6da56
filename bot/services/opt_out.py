"""Opt out: end all marketing to a person, at once, or all but what they say that they keep."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from bot.domain.consent import REFUSALS, Purpose, Suppression, Wish, outranking, standing_consent
from bot.domain.delivery import ChannelMessage
from bot.domain.effects import Emit
from bot.domain.ids import ProfileId
from bot.domain.journey import Enrolment, EnrolmentStatus
from bot.domain.opt_out_question import Settled
from bot.ports import UnitOfWork
from bot.services.end_run import end_run
from bot.services.note_decision import Matter, note_decision
from bot.services.read_version import read_version
from bot.services.runtime import Runtime
from bot.services.sync_crm import tell_crms_of_consent, tell_crms_of_opt_out
from bot.services.take_consent import lasting, rule_for


async def opt_out(
    uow: UnitOfWork,
    runtime: Runtime,
    profile_id: ProfileId,
    wish: Wish,
    *,
    answered_on: str = "",
    keeping: Collection[str] = (),
) -> Sequence[Emit]:
    """Withdraw consent, suppress every address, purge the queue, tell the CRMs, end the journeys; word of those that
    others run.

    Whoever sends marketing takes the same lock on the person, so that nothing is decided on consent that has ended.
    Any reasonable means counts, and silence about the scope means all of it (47 CFR 64.1200(a)(10)-(12)). Channels that
    they said they are `keeping` stay as they are, and where they have agreed to one, so do their journeys, which reach
    them there alone.
    A channel on which it is still to be `answered_on` suppresses the address with the answer, which else were not sent.
    """
    await uow.profiles.lock(profile_id)
    for channel, address in await marketed_addresses(uow, runtime, profile_id):
        if channel in keeping or channel == answered_on:
            continue
        await uow.consents.suppress_anew(Suppression(channel, address, wish.how, wish.at))
    refused = runtime.refused_with({one.kind for one in await uow.profiles.identities(profile_id)})
    records = await uow.consents.of(profile_id)
    said = {one.channel for one in records if one.purpose is Purpose.MARKETING}
    said -= set(keeping)  # what they said of others than `refused`: these were loaded once, or are a CRM's
    for name in sorted(refused.difference(keeping) | said):
        await uow.consents.add(outranking(wish.record(profile_id, name, granted=False), records))
    await _withhold_waiting(uow, runtime, profile_id, keeping, wish.at)
    for question in await uow.opt_out_questions.unsettled(profile_id):
        await uow.opt_out_questions.settle(question.id, Settled.IN_PART if keeping else Settled.OPTED_OUT, wish.at)
    if keeping:
        await tell_crms_of_consent(uow, runtime, profile_id, wish.at)
        standing = [standing_consent(await uow.consents.of(profile_id), Purpose.MARKETING, one) for one in keeping]
        if any(one is not None and one.counts(wish.at) for one in standing):
            return ()
    else:
        await tell_crms_of_opt_out(uow, runtime, profile_id, wish.at)
    return await _end_journeys(uow, profile_id, wish.at)


async def _withhold_waiting(
    uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, keeping: Collection[str], now: datetime
) -> None:
    """Whatever of marketing waits for a channel that is not kept does not leave."""
    channels = sorted({*runtime.marketed, *runtime.channels}.difference(keeping)) if keeping else [None]
    for channel in channels:
        for entry in await uow.outbox.purge(profile_id, Purpose.MARKETING, "the customer opted out", channel=channel):
            if isinstance(entry.dispatch, ChannelMessage):
                matter = Matter(entry.key, entry.purpose, entry.dispatch.channel, entry.dispatch.address, profile_id)
                await note_decision(uow, matter, "withhold", "the customer opted out", now)


async def _end_journeys(uow: UnitOfWork, profile_id: ProfileId, now: datetime) -> Sequence[Emit]:
    """End those of marketing; word of them."""
    emitted: list[Emit] = []
    for enrolment in await uow.enrolments.waiting(profile_id):
        if await may_be_marketing(uow, enrolment):
            emitted += await end_run(uow, enrolment, EnrolmentStatus.DONE, "the customer opted out", now)
    return emitted


async def marketed_addresses(uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId) -> Sequence[tuple[str, str]]:
    """Each of their addresses with each channel on which they may refuse marketing there; also one that says nothing of
    who it is, as they write from it."""
    identities = await uow.profiles.identities(profile_id)
    talks = {(one.channel, one.address) for one in await uow.conversations.of(profile_id)}
    found = []
    for channel, kind in runtime.marketed.items():
        own = {one.value for one in identities if one.kind == kind}
        own |= {address for name, address in talks if name == channel}
        found += [(channel, address) for address in sorted(own)]
    return found


async def may_be_marketing(uow: UnitOfWork, enrolment: Enrolment) -> bool:
    """Whether its journey is of marketing. One that cannot be read (another release wrote it) counts as such."""
    journey = await read_version(uow, enrolment.journey, enrolment.version, otherwise="it counts as marketing")
    return journey is None or journey.purpose is Purpose.MARKETING


async def is_opted_out(uow: UnitOfWork, profile_id: ProfileId, channel: str, address: str) -> bool:
    """Whether the address gets no marketing, or the person has refused it on its channel."""
    standing = standing_consent(await uow.consents.of(profile_id), Purpose.MARKETING, channel)
    refused = standing is not None and not standing.granted
    return refused or await uow.consents.refusal(channel, address) is not None


async def opt_in(
    uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, channel: str, address: str, wish: Wish
) -> bool:
    """START takes back an opt-out where it is written: lift its suppression. False when there was none."""
    if not await is_opted_out(uow, profile_id, channel, address):
        return False
    await lift_refusal(uow, channel, address)
    rule = rule_for(runtime, Purpose.MARKETING, channel, address, wish.at)
    await uow.consents.add(lasting(wish.record(profile_id, channel, granted=True), rule))
    return True


async def lift_refusal(uow: UnitOfWork, channel: str, address: str) -> None:
    """Its owner wants marketing there again, or there is another one."""
    for cause in REFUSALS:
        await uow.consents.lift(channel, address, cause)

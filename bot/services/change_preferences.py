"""Change preferences: a person says, channel by channel, whether they want marketing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.consent import Consequence, Purpose, Suppression, Wish, all_standing, outranking, standing_consent
from bot.domain.delivery import ChannelMessage
from bot.domain.effects import Emit
from bot.domain.ids import ProfileId
from bot.domain.journey import OPT_OUT_SIGNAL
from bot.domain.person import Identity
from bot.ports import UnitOfWork
from bot.services.enrol import tell_journeys
from bot.services.note_decision import Matter, note_decision
from bot.services.opt_out import marketed_addresses, opt_in, opt_out
from bot.services.runtime import Runtime
from bot.services.sync_crm import tell_crms_of_consent
from bot.services.take_consent import lasting, rule_for

NOT_WANTED = "the customer wants no marketing on this channel"
PAUSES = (None, timedelta(days=7), timedelta(days=30))
"""What somebody may want between two messages of marketing."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Whether marketing on this channel is `wanted`. Only at a proved address may it be asked for (`may_want`):
    whoever typed somebody else's must not consent for them."""

    channel: str
    addresses: tuple[str, ...]
    wanted: bool
    may_want: bool


async def choices_of(uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId) -> list[Choice]:
    """One for each channel on which the person may get marketing at an address of theirs."""
    profile = await uow.profiles.get(profile_id)
    identities = await uow.profiles.identities(profile_id)
    records = await uow.consents.of(profile_id)
    choices = []
    for channel in runtime.channels.values():
        theirs = [one for one in identities if one.kind == channel.abilities.identity]
        if channel.abilities.desk or not channel.abilities.proactive or not theirs:
            continue
        consent = standing_consent(records, Purpose.MARKETING, channel.name)
        wanted = consent is not None and consent.counts(runtime.clock.now()) and profile.objected_at is None
        may_want = profile.objected_at is None and any(one.verified for one in theirs)
        reached = await _reached(uow, channel.name, theirs)
        choices.append(Choice(channel.name, tuple(one.value for one in theirs), wanted and reached, may_want))
    return choices


async def _reached(uow: UnitOfWork, channel: str, identities: Sequence[Identity]) -> bool:
    """Whether some address gets marketing there, if it is wanted."""
    return not all([await uow.consents.refusal(channel, one.value) for one in identities])


async def change_preferences(
    uow: UnitOfWork,
    runtime: Runtime,
    profile_id: ProfileId,
    *,
    shown: Collection[str],
    wanted: Collection[str],
    texts: Mapping[str, str],
    wish: Wish,
) -> None:
    """`shown` are the channels that stood as wanted when the person chose: only what differs from that is a choice.

    Each change is a line of the consent ledger: their `wish`, in the words that were shown, `texts` by channel. Whoever
    turns off the last one has opted out.
    """
    await uow.profiles.lock(profile_id)
    choices = await choices_of(uow, runtime, profile_id)
    turned_on = [one for one in choices if one.channel in wanted and one.channel not in shown and one.may_want]
    turned_off = [one for one in choices if one.channel in shown and one.channel not in wanted]
    for choice in turned_on:
        await _want(uow, runtime, profile_id, choice, replace(wish, text=texts[choice.channel]))
    stays = [one for one in choices if one.wanted and one not in turned_off]
    if turned_off and not stays and not turned_on:
        text = "\n".join(texts[one.channel] for one in turned_off)
        await stop_marketing(uow, runtime, profile_id, replace(wish, text=text))
        return
    for choice in turned_off:
        await _refuse(uow, profile_id, choice.channel, choice.addresses, replace(wish, text=texts[choice.channel]))
    if turned_on or turned_off:
        await tell_crms_of_consent(uow, runtime, profile_id, wish.at)


async def _want(uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, choice: Choice, wish: Wish) -> None:
    """Lift what an earlier opt-out has left on the proved addresses, and record the consent once."""
    if choice.wanted:
        return
    recorded = False
    for identity in await uow.profiles.identities(profile_id):
        if identity.verified and identity.value in choice.addresses:
            recorded |= await opt_in(uow, runtime, profile_id, choice.channel, identity.value, wish)
    if not recorded:
        rule = rule_for(runtime, Purpose.MARKETING, choice.channel, choice.addresses[0], wish.at)
        await uow.consents.add(lasting(wish.record(profile_id, choice.channel, granted=True), rule))


async def refuse_channel(
    uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, channel: str, wish: Wish
) -> Sequence[Emit]:
    """They want no marketing on this channel, be it set up here or not. Whoever wants it on no other has opted out;
    word of the journeys that end by that."""
    await uow.profiles.lock(profile_id)
    standing = all_standing(await uow.consents.of(profile_id))
    marketing = {name: one for (purpose, name), one in standing.items() if purpose is Purpose.MARKETING}
    if not any(one.granted for name, one in marketing.items() if name != channel):
        return await opt_out(uow, runtime, profile_id, wish)
    addresses = [address for name, address in await marketed_addresses(uow, runtime, profile_id) if name == channel]
    await _refuse(uow, profile_id, channel, addresses, wish)
    await tell_crms_of_consent(uow, runtime, profile_id, wish.at)
    return ()


async def _refuse(uow: UnitOfWork, profile_id: ProfileId, channel: str, addresses: Collection[str], wish: Wish) -> None:
    """Whoever else has one of the addresses gets no marketing there, either."""
    refusal = wish.record(profile_id, channel, granted=False)
    await uow.consents.add(outranking(refusal, await uow.consents.of(profile_id)))
    for address in addresses:
        await uow.consents.suppress(Suppression(channel, address, wish.how, wish.at, Consequence.UNWANTED))
    await withhold_waiting(uow, profile_id, channel, wish.at)


async def withhold_waiting(uow: UnitOfWork, profile_id: ProfileId, channel: str, now: datetime) -> None:
    """Whatever of marketing waits for this channel does not leave."""
    for entry in await uow.outbox.purge(profile_id, Purpose.MARKETING, NOT_WANTED, channel=channel):
        if isinstance(entry.dispatch, ChannelMessage):
            matter = Matter(entry.key, entry.purpose, channel, entry.dispatch.address, profile_id)
            await note_decision(uow, matter, "withhold", NOT_WANTED, now)


async def stop_marketing(uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, wish: Wish) -> None:
    """As if they had written STOP."""
    await uow.profiles.lock(profile_id)
    ended = await opt_out(uow, runtime, profile_id, wish)
    await tell_journeys(uow, runtime, profile_id, ended, wish.at)


async def heed_signal(uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, how: str, now: datetime) -> None:
    """Note once that the person's browser asks for nothing of theirs to be sold or shared (GPC).

    We do neither; segments and journeys that pass people on can leave out whoever `did` this.
    """
    await uow.profiles.lock(profile_id)
    if not (await uow.timeline.counts(profile_id, {OPT_OUT_SIGNAL})).get(OPT_OUT_SIGNAL):
        await tell_journeys(uow, runtime, profile_id, [Emit(OPT_OUT_SIGNAL, {"how": how})], now)

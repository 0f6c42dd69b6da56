"""Take consent: a yes counts at once where it came from the address itself, else once it is confirmed from there."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.dialogue.personal import Unsayable
from bot.dialogue.responses import find_words
from bot.domain.challenge import MOST_A_DAY, Asked, Challenge, ChallengeId, Outcome
from bot.domain.consent import ConsentRecord, Consequence, LegalBasis, Purpose, outranking, standing_consent
from bot.domain.conversation import Tracker
from bot.domain.delivery import ChannelMessage, OutboxEntry
from bot.domain.ids import ConversationId, OutboxId, ProfileId, new_id
from bot.domain.languages import LANGUAGE_SLOT
from bot.domain.person import Identity
from bot.domain.sending_rules import ConsentRule
from bot.ports import UnitOfWork
from bot.services.note_decision import Matter, note_decision
from bot.services.reach import latest_conversation
from bot.services.runtime import Runtime
from bot.services.sync_crm import tell_crms_of_consent
from bot.services.weigh import CHALLENGE_KEY, NOT_TO_BE_ASKED, not_set_up

ASK = "utter_confirm_consent"
NO_ADDRESS = "consent has to be confirmed, and there is no address of this person to ask at"
TOO_OFTEN = f"this address was asked {MOST_A_DAY} times within a day already"


async def take_consent(uow: UnitOfWork, runtime: Runtime, record: ConsentRecord, key: str, now: datetime) -> None:
    """Put it into the ledger; a yes that has to be confirmed first waits outside it, and its address is asked.

    `key` names what this comes of: two tries ask once.
    """
    if not record.granted or record.channel not in runtime.marketed:
        await uow.profiles.lock(record.profile_id)
        before = () if record.granted else await uow.consents.of(record.profile_id)
        await uow.consents.add(outranking(record, before))
        await tell_crms_of_consent(uow, runtime, record.profile_id, now)
        return
    address = await _address(uow, runtime, record.profile_id, record.channel)
    rule = rule_for(runtime, record.purpose, record.channel, address.value if address else None, now)
    is_proved = address is not None and address.verified
    if rule is None or rule.confirm_within is None or is_proved:
        await uow.consents.add(lasting(record, rule))
        if address is not None and is_proved:
            await uow.consents.lift(record.channel, address.value, Consequence.UNWANTED)
        await tell_crms_of_consent(uow, runtime, record.profile_id, now)
        return
    why_not = await _why_not_ask(uow, runtime, record, address, now)
    if why_not or address is None:
        where = address.value if address is not None else ""
        matter = Matter(f"{CHALLENGE_KEY}{key}", Purpose.SERVICE, record.channel, where, record.profile_id)
        await note_decision(uow, matter, "withhold", why_not or NO_ADDRESS, now)
        return
    await _replace_open(uow, record, now)
    challenge = Challenge(
        id=ChallengeId(new_id(now)),
        profile_id=record.profile_id,
        channel=record.channel,
        address=address.value,
        asked_at=now,
        ends_at=now + rule.confirm_within,
        consent=Asked(record.purpose, record.text, record.how, record.message_id),
    )
    await uow.challenges.add(challenge)
    await _ask(uow, runtime, challenge, now, now)
    if rule.remind_after is not None:
        await _ask(uow, runtime, challenge, now + rule.remind_after, now)


async def take_soft_opt_in(
    uow: UnitOfWork,
    runtime: Runtime,
    profile_id: ProfileId,
    channel: str,
    *,
    bought: str,
    text: str,
    how: str,
    now: datetime,
) -> str | None:
    """Note that a customer may be written to of similar products; else why not.

    `text` is what they were told at the sale, with the way to say no. Whoever has said no is not asked by a sale.
    """
    address = await _address(uow, runtime, profile_id, channel)
    if address is None:
        return f"they have no address on {channel}"
    rule = rule_for(runtime, Purpose.MARKETING, channel, address.value, now)
    if rule is None or not rule.soft_opt_in:
        return f"no rule in force lets customers be written to by {channel} without their consent"
    if not bought.strip() or not text.strip():
        return "say what they bought, and in which words they were told how to say no"
    standing = standing_consent(await uow.consents.of(profile_id), Purpose.MARKETING, channel)
    if standing is not None and not standing.granted:
        return "they have refused or withdrawn their consent"
    if standing is not None and standing.basis is LegalBasis.CONSENT and not standing.has_expired(now):
        return "they have consented already"
    record = ConsentRecord(
        profile_id, Purpose.MARKETING, channel, True, now, f"bought {bought}; {how}", text, basis=LegalBasis.SOFT_OPT_IN
    )
    await uow.consents.add(lasting(record, rule))
    return None


# ---------------------------------------------------------------- the question


async def _ask(uow: UnitOfWork, runtime: Runtime, challenge: Challenge, due_at: datetime, now: datetime) -> None:
    """Queue the question; the second time is the reminder. The gate looks whether it is awaited still."""
    assistant = runtime.library.current().assistant
    talk = await latest_conversation(uow, challenge.profile_id)
    tracker = talk.tracker if talk is not None else Tracker(ConversationId(challenge.id))
    profile = await uow.profiles.get(challenge.profile_id)
    language = tracker.slots.get(LANGUAGE_SLOT) or (profile.locale or "").replace("_", "-").partition("-")[0] or None
    link = runtime.links.confirmation(challenge.id)
    words = find_words(assistant.responses[ASK], tracker, challenge.channel, values={"link": link}, language=language)
    name = "ask" if due_at == now else "remind"
    key = f"{CHALLENGE_KEY}{challenge.id}:{name}"
    if isinstance(words, Unsayable):
        matter = Matter(key, Purpose.SERVICE, challenge.channel, challenge.address, challenge.profile_id)
        await note_decision(uow, matter, "withhold", f"{ASK}: {words.why}", now)
        return
    entry = OutboxEntry(
        id=OutboxId(new_id(now)),
        key=key,
        dispatch=ChannelMessage(challenge.channel, challenge.address, words, response=ASK),
        purpose=Purpose.SERVICE,
        profile_id=challenge.profile_id,
        created_at=now,
        due_at=due_at,
        expires_at=challenge.ends_at,
    )
    await uow.outbox.add(entry)


async def _replace_open(uow: UnitOfWork, record: ConsentRecord, now: datetime) -> None:
    for one in await uow.challenges.of(record.profile_id):
        if one.is_open(now) and one.channel == record.channel and one.consent is not None:
            await uow.challenges.settle(one.id, Outcome.REPLACED, now)


async def _why_not_ask(
    uow: UnitOfWork, runtime: Runtime, record: ConsentRecord, address: Identity | None, now: datetime
) -> str:
    if record.channel not in runtime.channels:
        return f"consent has to be confirmed, and {not_set_up([record.channel])}"
    if address is None:
        return NO_ADDRESS
    profile = await uow.profiles.get(record.profile_id)
    if profile.objected_at is not None or profile.restricted_at is not None:
        return NOT_TO_BE_ASKED
    asked = await uow.challenges.at(record.channel, address.value, now - timedelta(days=1))
    return TOO_OFTEN if len(asked) >= MOST_A_DAY else ""


async def _address(uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, channel: str) -> Identity | None:
    """Where messages to the person would go: a proved address before a claimed one, else the latest."""
    kind = runtime.marketed[channel]
    theirs = [one for one in await uow.profiles.identities(profile_id) if one.kind == kind]
    return max(reversed(theirs), key=lambda one: one.verified, default=None)


def rule_for(
    runtime: Runtime, purpose: Purpose, channel: str, address: str | None, now: datetime
) -> ConsentRule | None:
    country = runtime.region if address is None else runtime.country_at(channel, address)
    return runtime.library.current().rules.consent_rule(purpose, country, channel, now)


def lasting(record: ConsentRecord, rule: ConsentRule | None) -> ConsentRecord:
    """A grant with its end, where the rule says how long it counts."""
    return record if rule is None or rule.lasts is None else replace(record, expires_at=record.at + rule.lasts)

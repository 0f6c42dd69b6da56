"""Weigh a message: load what the gate looks at, and ask it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypedDict

from bot.domain.challenge import Challenge, ChallengeId
from bot.domain.consent import (
    WRITTEN_TO,
    ConsentRecord,
    Consequence,
    LegalBasis,
    Purpose,
    Suppression,
    standing_consent,
)
from bot.domain.delivery import Verdict, Withhold
from bot.domain.handoff import HandoffState
from bot.domain.ids import ProfileId
from bot.domain.opt_out_question import Asking
from bot.domain.person import Profile
from bot.domain.phone_forms import forms_of
from bot.domain.publishing import Running
from bot.domain.send_window import SendWindow
from bot.domain.sending_rules import FrequencyCap, SendingHours
from bot.domain.understanding import LEAVING_INTENTS
from bot.journeys.caps import CapFacts, cap_facts
from bot.journeys.how_to_stop import says_how_to_stop
from bot.journeys.judge import SendFacts, judge
from bot.journeys.us_states import STATE, UNITED_STATES, states_of
from bot.ports import UnitOfWork
from bot.services.note_decision import Matter
from bot.services.person_zones import zones_of_person
from bot.services.runtime import Runtime

CHALLENGE_KEY = "challenge:"
"""What keys of messages begin with that ask somebody to prove an address, or to confirm their consent."""

PREFERENCES_KEY = "preferences-link:"
"""What keys of messages begin with that bring the link to their preferences to whoever asks for it."""

ERASED_KEY = "erasure-told:"
"""What keys of messages begin with that tell whoever has asked to be erased that it is done, as nobody's."""

ANSWERED = "what it asks was answered, or has ended"

NOT_TO_BE_ASKED = "this person objects to marketing, or is restricted, so that nobody asks them to confirm"

DIALOGUE_STAYS_OPEN = timedelta(minutes=30)
"""A form that was last answered longer ago than this no longer keeps a journey from writing."""


def not_set_up(channels: Sequence[str]) -> str:
    """Why nothing leaves by these: the settings have lost what they need, or never had it."""
    return f"{' and '.join(channels)} {'is' if len(channels) == 1 else 'are'} not set up here"


async def weigh(uow: UnitOfWork, runtime: Runtime, matter: Matter, now: datetime) -> Verdict:
    """The gate's verdict on this matter at this moment.

    For marketing it locks the person until the transaction ends, and so does whoever withdraws consent: what was
    decided before may leave, and nothing after.
    """
    if matter.channel not in runtime.channels:
        return Withhold(not_set_up([matter.channel]), elsewhere=True)
    if matter.purpose is Purpose.DESK:
        return judge(SendFacts(matter.purpose, matter.channel, expires_at=matter.expires_at), now)
    if matter.purpose is Purpose.REPLY:
        return await _weigh_reply(uow, runtime, matter, now)
    if matter.key.startswith(CHALLENGE_KEY) and not await _is_awaited(uow, matter, now):
        return Withhold(ANSWERED)
    if matter.key.startswith(CHALLENGE_KEY) and await _may_not_be_asked(uow, matter):
        return Withhold(NOT_TO_BE_ASKED)
    if matter.purpose is Purpose.MARKETING and matter.profile_id is not None:
        await uow.profiles.lock(matter.profile_id)
        return judge(await marketing_facts(uow, runtime, matter, now), now)
    bars = await _bars(uow, matter)
    facts = SendFacts(matter.purpose, matter.channel, expires_at=matter.expires_at, **_left_alone(bars))
    if matter.key.startswith(ERASED_KEY):  # asking for it was the opt-out
        facts = replace(facts, suppression=None)
    if matter.profile_id is None:
        return judge(facts, now)
    suppression = facts.suppression
    if suppression is not None and await _wrote_since(uow, matter, suppression.last_at):
        facts = replace(facts, suppression=None)
    facts = replace(facts, **await _channel_facts(uow, runtime, matter, bars))
    return await _weigh_service(uow, runtime, matter, facts, now)


async def weigh_all(uow: UnitOfWork, runtime: Runtime, matters: Sequence[Matter], now: datetime) -> Sequence[Verdict]:
    """The verdicts on many matters; what they need is read of all at once.

    Of what counts for a person's cap there is one among them, for it is not counted yet when the next is weighed. The
    people are locked in the order of their ids, so that of two who weigh one waits for the other, and not both.
    """
    people = {one.profile_id for one in matters if one.profile_id is not None}
    if len(matters) > 1:
        await uow.profiles.lock_all(
            {one.profile_id for one in matters if one.purpose is Purpose.MARKETING and one.profile_id is not None}
        )
        uow.expect(people)
        addresses = {(one.channel, one.address) for one in matters}
        uow.consents.expect(people, addresses)
        uow.opt_out_questions.expect(people)
        uow.outbox.expect(people, addresses)
        uow.journeys.expect_runs({one.enrolment_id for one in matters if one.enrolment_id is not None})
    return [await weigh(uow, runtime, one, now) for one in matters]


async def _is_awaited(uow: UnitOfWork, matter: Matter, now: datetime) -> bool:
    """Whether what the message asks is still to be answered."""
    challenge = await _challenge_of(uow, matter)
    return challenge is None or await is_awaited(uow, challenge, now)


async def _challenge_of(uow: UnitOfWork, matter: Matter) -> Challenge | None:
    return await uow.challenges.get(ChallengeId(matter.key.removeprefix(CHALLENGE_KEY).rpartition(":")[0]))


async def _may_not_be_asked(uow: UnitOfWork, matter: Matter) -> bool:
    """Whether it asks for consent somebody who has objected, or was restricted, since the question was queued."""
    challenge = await _challenge_of(uow, matter)
    if challenge is None or challenge.consent is None:
        return False
    profile = await uow.profiles.get(challenge.profile_id)
    return profile.objected_at is not None or profile.restricted_at is not None


async def is_awaited(uow: UnitOfWork, challenge: Challenge, now: datetime) -> bool:
    """Whether it may still be met: it is open, and nobody has said no since it was asked: neither who was asked, nor
    whose address it is, who may be somebody else to us."""
    if not challenge.is_open(now):
        return False
    if challenge.consent is None:
        return True
    refusal = await uow.consents.refusal(challenge.channel, challenge.address)
    if refusal is not None and refusal.last_at >= challenge.asked_at:
        return False
    owner = await uow.profiles.owner_of(WRITTEN_TO.get(challenge.channel, challenge.channel), challenge.address)
    for person in {challenge.profile_id, owner.id if owner is not None else challenge.profile_id}:
        standing = standing_consent(await uow.consents.of(person), challenge.consent.purpose, challenge.channel)
        if standing is not None and not standing.granted and standing.at >= challenge.asked_at:
            return False
    return True


async def _weigh_reply(uow: UnitOfWork, runtime: Runtime, matter: Matter, now: datetime) -> Verdict:
    """Who asks by text to be left alone is not sent what was queued before."""
    is_texted = _is_texted(runtime, matter)
    bars = await _bars(uow, matter) if is_texted or runtime.channel(matter.channel).abilities.failures else {}
    facts = SendFacts(
        matter.purpose,
        matter.channel,
        expires_at=matter.expires_at,
        **await _channel_facts(uow, runtime, matter, bars),
    )
    if is_texted:
        facts = replace(facts, **_left_alone(bars), queued_at=matter.queued_at)
    return judge(facts, now)


async def _weigh_service(uow: UnitOfWork, runtime: Runtime, matter: Matter, facts: SendFacts, now: datetime) -> Verdict:
    """What somebody asked for comes at any hour; what a journey sends keeps to its window and to caps on service."""
    assert matter.profile_id is not None  # noqa: S101  what is nobody's was judged before
    profile = await uow.profiles.get(matter.profile_id)
    if profile.restricted_at is not None and not await _is_asked_for(uow, matter, profile.restricted_at):
        facts = replace(facts, restricted_at=profile.restricted_at)
    if matter.enrolment_id is not None:
        facts = replace(
            facts,
            windows=(matter.window,) if matter.window else (),
            zones=_zones(runtime, matter, profile, now),
            journey=await _running(uow, matter),
            at_cap=matter.cap,
            **await _cap(uow, runtime, matter, profile, now),
        )
    return judge(facts, now)


async def _is_asked_for(uow: UnitOfWork, matter: Matter, since: datetime) -> bool:
    """Whether what this person gets, of whom all else is only kept, is by their own will (GDPR article 18(2)): they
    have written to us since, or want to say what they want to get. A journey asks nobody."""
    assert matter.profile_id is not None  # noqa: S101  it is somebody's
    if matter.enrolment_id is not None:
        return False
    if matter.key.startswith(PREFERENCES_KEY):
        return True
    return await have_written_since(uow, matter.profile_id, since)


async def only_kept_since(uow: UnitOfWork, profile_id: ProfileId) -> datetime | None:
    """From when on what is known of them may only be kept: they were restricted then, and have not written to us since.
    None where it may be used for what they ask for."""
    since = (await uow.profiles.get(profile_id)).restricted_at
    return None if since is None or await have_written_since(uow, profile_id, since) else since


async def have_written_since(uow: UnitOfWork, profile_id: ProfileId, since: datetime) -> bool:
    """Whether the person has written to us since then, on any channel."""
    for talk in await uow.conversations.of(profile_id):
        heard_at = await uow.conversations.heard_at(talk.channel, talk.address)
        if heard_at is not None and heard_at >= since:
            return True
    return False


async def marketing_facts(uow: UnitOfWork, runtime: Runtime, matter: Matter, now: datetime) -> SendFacts:
    """What the gate looks at of a message of marketing."""
    assert matter.profile_id is not None  # noqa: S101  marketing always has somebody it is for
    rules = runtime.library.current().rules
    records = await uow.consents.of(matter.profile_id)
    handoff = await uow.handoffs.open_for(matter.profile_id)
    profile = await uow.profiles.get(matter.profile_id)
    bars = await _bars(uow, matter) if runtime.channel(matter.channel).abilities.failures else {}
    told = rules.consent_rule(matter.purpose, runtime.country_at(matter.channel, matter.address), matter.channel, now)
    standing = standing_consent(records, matter.purpose, matter.channel)
    refusal = await uow.consents.refusal(matter.channel, matter.address)
    return SendFacts(
        purpose=matter.purpose,
        channel=matter.channel,
        consent=standing,
        for_another_number=await _is_for_another_number(uow, matter, standing),
        doubted_at=await doubted_at(uow, matter.profile_id, standing),
        soft_opt_in=told is not None and told.soft_opt_in,
        no_way_out=_leaves_no_way_out(runtime, matter, standing),
        suppression=refusal if refusal is None or refusal.cause is not Consequence.DISOWNED else None,
        disowned=refusal if refusal is not None and refusal.cause is Consequence.DISOWNED else None,
        objected_at=profile.objected_at,
        restricted_at=profile.restricted_at,
        rep_has_the_floor=handoff is not None and handoff.state is HandoffState.CLAIMED,
        in_dialogue=await _in_dialogue(uow, matter, now),
        hours=_hours(runtime, matter, profile, now),
        windows=(matter.window,) if matter.window else (),
        zones=_zones(runtime, matter, profile, now),
        expires_at=matter.expires_at,
        journey=await _running(uow, matter),
        at_cap=matter.cap,
        pause=profile.marketing_pause,
        paused_until=profile.paused_until,
        marketed_at=await _marketed_at(uow, runtime, profile, now),
        **await _cap(uow, runtime, matter, profile, now),
        **await _channel_facts(uow, runtime, matter, bars),
    )


async def _is_for_another_number(uow: UnitOfWork, matter: Matter, standing: ConsentRecord | None) -> bool:
    """Whether the question showed another number of theirs, and not this one, which an import, say, has told since."""
    shown = standing.numbers_shown if standing is not None and standing.granted else frozenset[str]()
    if matter.profile_id is None or not shown or not shown.isdisjoint(forms_of(matter.address)):
        return False
    return any(one.value in shown for one in await uow.profiles.identities(matter.profile_id))


def _leaves_no_way_out(runtime: Runtime, matter: Matter, standing: ConsentRecord | None) -> bool:
    """Whether somebody is texted by a soft opt-in without a word on how to stop it. E-mail has a link, and calls say
    it, whatever is written."""
    if standing is None or standing.basis is not LegalBasis.SOFT_OPT_IN or matter.text is None:
        return False
    return _is_texted(runtime, matter) and not says_how_to_stop(matter.text, runtime.library.current().rules)


def _is_texted(runtime: Runtime, matter: Matter) -> bool:
    abilities = runtime.channel(matter.channel).abilities
    return abilities.identity == "phone" and not abilities.spoken


async def doubted_at(uow: UnitOfWork, profile_id: ProfileId, standing: ConsentRecord | None) -> datetime | None:
    """Since when the person may have opted out; None where they have answered, or have consented since."""
    questions = await uow.opt_out_questions.unsettled(profile_id)
    doubt = next((one for one in questions if one.asking is Asking.DOUBT), None)
    if doubt is None or (standing is not None and standing.granted and standing.at > doubt.asked_at):
        return None
    return doubt.asked_at


class _LeftAlone(TypedDict):
    suppression: Suppression | None
    disowned: Suppression | None


_Bars = Mapping[Consequence, Suppression]


async def _bars(uow: UnitOfWork, matter: Matter) -> _Bars:
    """What keeps messages from the address, by its cause."""
    return {one.cause: one for one in await uow.consents.in_the_way(matter.channel, matter.address)}


def _left_alone(bars: _Bars) -> _LeftAlone:
    """That the address asked for it, or is not whose it was taken for."""
    return {"suppression": bars.get(Consequence.OPTED_OUT), "disowned": bars.get(Consequence.DISOWNED)}


class _ChannelFacts(TypedDict, total=False):
    reply_window: timedelta | None
    heard_at: datetime | None
    stopped: Suppression | None
    unreachable: Suppression | None


async def _channel_facts(uow: UnitOfWork, runtime: Runtime, matter: Matter, bars: _Bars) -> _ChannelFacts:
    """What the channel's vendor would not deliver: too late a text, from a stopped sender, to where nothing arrives."""
    abilities = runtime.channel(matter.channel).abilities
    found = _ChannelFacts()
    if abilities.failures:
        found["stopped"] = bars.get(Consequence.SENDER_STOPPED)
        found["unreachable"] = bars.get(Consequence.UNREACHABLE)
    if abilities.reply_window is not None and not matter.template:
        found["reply_window"] = abilities.reply_window
    if found.get("reply_window") or found.get("unreachable"):
        found["heard_at"] = await uow.conversations.heard_at(matter.channel, matter.address)
    return found


async def _running(uow: UnitOfWork, matter: Matter) -> Running:
    return Running.RUNNING if matter.enrolment_id is None else await uow.journeys.running_of_run(matter.enrolment_id)


async def _cap(uow: UnitOfWork, runtime: Runtime, matter: Matter, profile: Profile, now: datetime) -> CapFacts:
    """How many such messages the person may get on this channel where they are, and how many they got; and whoever was
    taken to have this address before, for one phone rings."""
    caps, sent = await caps_and_sent(uow, runtime, matter, profile, now)
    return cap_facts(caps, sent, now)


async def caps_and_sent(
    uow: UnitOfWork, runtime: Runtime, matter: Matter, profile: Profile, now: datetime
) -> tuple[Sequence[FrequencyCap], Sequence[datetime]]:
    """Every cap that holds for the message, and when such ones were sent within the longest of them."""
    rules, states = runtime.library.current().rules, _states(runtime, matter, profile)
    caps = rules.caps_for(
        matter.purpose, runtime.country_at(matter.channel, matter.address), matter.channel, now, states=states
    )
    if not caps:
        return (), ()
    since = now - max(cap.within for cap in caps)
    return caps, await uow.outbox.sent_since(profile.id, matter.address, matter.purpose, matter.channel, since)


async def _marketed_at(uow: UnitOfWork, runtime: Runtime, profile: Profile, now: datetime) -> datetime | None:
    """When somebody who wants a pause between messages of marketing last got one within it, on whatever channel."""
    if profile.marketing_pause is None:
        return None
    return await uow.outbox.last_sent(profile.id, Purpose.MARKETING, runtime.channels, now - profile.marketing_pause)


def windows_and_zones(
    runtime: Runtime, matter: Matter, profile: Profile, now: datetime
) -> tuple[tuple[SendWindow, ...], tuple[str, ...]]:
    """The hours in which it may go, the law's and the journey's, and every time zone that they are looked at in."""
    hours = _hours(runtime, matter, profile, now) if matter.purpose is Purpose.MARKETING else ()
    windows = (*(one.window for one in hours), *([matter.window] if matter.window else []))
    return windows, _zones(runtime, matter, profile, now)


def _hours(runtime: Runtime, matter: Matter, profile: Profile, now: datetime) -> tuple[SendingHours, ...]:
    rules, country = runtime.library.current().rules, runtime.country_at(matter.channel, matter.address)
    return rules.hours_for(country, matter.channel, now, states=_states(runtime, matter, profile))


def _zones(runtime: Runtime, matter: Matter, profile: Profile, now: datetime) -> tuple[str, ...]:
    phone = runtime.phone_at(matter.channel, matter.address)
    return zones_of_person(profile, phone, runtime.region, now)


def _states(runtime: Runtime, matter: Matter, profile: Profile) -> frozenset[str]:
    """The states of the United States whose rules bind it, too."""
    if runtime.country_at(matter.channel, matter.address) != UNITED_STATES:
        return frozenset()
    return states_of(runtime.phone_at(matter.channel, matter.address), profile.attributes.get(STATE))


async def _wrote_since(uow: UnitOfWork, matter: Matter, moment: datetime) -> bool:
    """Whether the customer has written from this address after `moment`: then they want to be answered there again."""
    conversation = await uow.conversations.at(matter.channel, matter.address)
    latest = conversation.tracker.latest_message if conversation is not None else None
    if latest is None or latest.at is None or not latest.is_theirs:
        return False
    if latest.understood.intent.name in LEAVING_INTENTS:
        return False
    return latest.at > moment


async def _in_dialogue(uow: UnitOfWork, matter: Matter, now: datetime) -> bool:
    """Whether the person is filling in a form somewhere, other than the one that this run of the journey asks."""
    assert matter.profile_id is not None  # noqa: S101  marketing always has somebody it is for
    for conversation in await uow.conversations.of(matter.profile_id):
        if conversation.tracker.loop is None or conversation.last_message_at is None:
            continue
        if matter.enrolment_id is not None and conversation.asking_enrolment == matter.enrolment_id:
            continue
        if now - conversation.last_message_at < DIALOGUE_STAYS_OPEN:
            return True
    return False

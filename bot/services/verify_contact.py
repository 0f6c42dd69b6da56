"""Verify contact: a code goes to an address that somebody says is theirs, and telling it proves that it is."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from bot.dialogue.builtin import SEND_CODE
from bot.dialogue.personal import Unsayable
from bot.dialogue.responses import find_words
from bot.domain.challenge import CODE_LASTS, CODE_TRIES, MOST_A_DAY, Challenge, ChallengeId, Outcome
from bot.domain.consent import Purpose
from bot.domain.conversation import Event, FollowupAction, SlotSet, Tracker
from bot.domain.delivery import ChannelMessage, OutboxEntry
from bot.domain.effects import ActionResult, Say
from bot.domain.ids import MessageId, OutboxId, ProfileId, new_id
from bot.domain.languages import LANGUAGE_SLOT
from bot.domain.message import Content, Text
from bot.domain.person import Identity, Profile
from bot.domain.provenance import Origin, Source
from bot.nlu.contacts import find_emails, find_phones
from bot.ports import UnitOfWork
from bot.services.merge_people import prove
from bot.services.runtime import OUTBOX, Runtime
from bot.services.weigh import CHALLENGE_KEY

CONTACT_SLOT, CODE_SLOT, VERIFIED_SLOT = "contact", "verification_code", "contact_verified"
CODE = "utter_verification_code"
DIGITS = 6
LONGEST_TOLD = 100
MOST_A_PERSON = 5
"""Codes that one person may ask for within a day, to whichever addresses."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of a code: right, wrong with so many tries left, or no longer valid."""

    outcome: Literal["right", "wrong", "ended"]
    tries_left: int = 0
    address: str = ""


async def send_code(
    uow: UnitOfWork,
    runtime: Runtime,
    profile_id: ProfileId,
    channel: str,
    address: str,
    *,
    asked_by: MessageId,
    tracker: Tracker,
    now: datetime,
) -> bool:
    """Queue a code for the address; False where no more may go there, or for this person, today.

    `asked_by` is the message that asks for it: a turn that is taken again sends no second one. The address is a claim
    from then on.
    """
    await uow.profiles.lock(profile_id)
    theirs = await uow.challenges.of(profile_id)
    if any(asked_by == one.asked_by for one in theirs):
        return True
    day = now - timedelta(days=1)
    lately = [one for one in theirs if one.code and one.asked_at > day]
    if len(lately) >= MOST_A_PERSON or len(await uow.challenges.at(channel, address, day)) >= MOST_A_DAY:
        return False
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    response, language = runtime.library.current().assistant.responses[CODE], tracker.slots.get(LANGUAGE_SLOT)
    words = find_words(response, tracker, channel, values={"code": code}, language=language)
    if isinstance(words, Unsayable):
        return False
    for one in lately:
        await uow.challenges.settle(one.id, Outcome.REPLACED, now)
    told = Origin(Source.CONVERSATION, now, channel, f"message {asked_by}")
    await uow.profiles.claim(profile_id, Identity(runtime.channel(channel).abilities.identity, address), now, told)
    challenge_id = ChallengeId(new_id(now))
    challenge = Challenge(
        id=challenge_id,
        profile_id=profile_id,
        channel=channel,
        address=address,
        asked_at=now,
        ends_at=now + CODE_LASTS,
        code=_sealed(runtime, challenge_id, code),
        tries_left=CODE_TRIES,
        asked_by=asked_by,
    )
    await uow.challenges.add(challenge)
    await uow.outbox.add(_letter(challenge, words))
    return True


def _letter(challenge: Challenge, words: Content) -> OutboxEntry:
    return OutboxEntry(
        id=OutboxId(new_id(challenge.asked_at)),
        key=f"{CHALLENGE_KEY}{challenge.id}:ask",
        dispatch=ChannelMessage(challenge.channel, challenge.address, words, response=CODE),
        purpose=Purpose.SERVICE,
        profile_id=challenge.profile_id,
        created_at=challenge.asked_at,
        due_at=challenge.asked_at,
        expires_at=challenge.ends_at,
    )


async def check_code(uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, told: str, now: datetime) -> Checked:
    """Whether it is the code that went out last. A right one proves the address, and merges who else has proved it."""
    await uow.profiles.lock(profile_id)
    codes = [one for one in await uow.challenges.of(profile_id) if one.code]
    if not codes:
        return Checked("ended")
    latest, digits = codes[-1], "".join(str(int(one)) for one in told[:LONGEST_TOLD] if one.isdecimal())
    right = hmac.compare_digest(_sealed(runtime, latest.id, digits), latest.code)
    if latest.outcome is Outcome.PROVED and right and now < latest.ends_at:
        return Checked("right", address=latest.address)  # a turn that is taken again finds it met
    if not latest.is_open(now) or not await uow.challenges.take_try(latest.id):
        return Checked("ended")
    if not right:
        if latest.tries_left > 1:
            return Checked("wrong", latest.tries_left - 1)
        await uow.challenges.settle(latest.id, Outcome.SPENT, now)
        return Checked("ended")
    await uow.challenges.settle(latest.id, Outcome.PROVED, now)
    kind = runtime.channel(latest.channel).abilities.identity
    proof = Origin(Source.CONVERSATION, now, latest.channel, "code")
    await prove(uow, runtime, profile_id, Identity(kind, latest.address, verified=True), proof)
    return Checked("right", address=latest.address)


# ---------------------------------------------------------------- in a conversation


async def verify_in_talk(
    runtime: Runtime, action: str, tracker: Tracker, profile: Profile, channel: str, now: datetime
) -> ActionResult:
    """What the two actions do: each in a transaction of its own, for a try counts even where the turn fails."""
    if action == SEND_CODE:
        return ActionResult(says=(await _send(runtime, tracker, profile, channel, now),))
    said, events = await _check(runtime, tracker, profile, now)
    slots = runtime.library.current().assistant.slots
    kept = tuple(one for one in events if not isinstance(one, SlotSet) or one.name in slots)
    return ActionResult(kept, (said,))


async def _send(runtime: Runtime, tracker: Tracker, profile: Profile, here: str, now: datetime) -> Say:
    told = str(tracker.slots.get(CONTACT_SLOT) or "")
    kind, address = address_in(told, runtime.region)
    fitting = channels_for(runtime, kind)
    latest = tracker.latest_message
    if not address or not fitting or latest is None:
        return _say("utter_code_not_sent")
    async with runtime.store.transaction() as uow:
        sent = await send_code(
            uow,
            runtime,
            profile.id,
            here if here in fitting else fitting[0],
            address,
            asked_by=latest.message_id,
            tracker=tracker,
            now=now,
        )
    if not sent:
        return _say("utter_code_not_sent")
    await runtime.wakeups.notify(OUTBOX)
    return _say("utter_code_sent", address=address)


async def _check(runtime: Runtime, tracker: Tracker, profile: Profile, now: datetime) -> tuple[Say, list[Event]]:
    async with runtime.store.transaction() as uow:
        checked = await check_code(uow, runtime, profile.id, str(tracker.slots.get(CODE_SLOT) or ""), now)
    forgotten = SlotSet(CODE_SLOT, None)
    match checked.outcome:
        case "right":
            return _say("utter_contact_verified", address=checked.address), [forgotten, SlotSet(VERIFIED_SLOT, True)]
        case "wrong":
            forms = runtime.library.current().assistant.forms.values()
            again = next((one.name for one in forms if CODE_SLOT in one.required_slots), None)
            ask = [FollowupAction(again)] if again is not None else []
            return _say("utter_code_wrong", tries=checked.tries_left), [forgotten, *ask]
        case "ended":
            return _say("utter_code_ended"), [forgotten, SlotSet(VERIFIED_SLOT, False)]


def channels_for(runtime: Runtime, kind: str) -> list[str]:
    """The channels by which such an address may be written to first."""
    channels = [one for one in runtime.channels.values() if one.abilities.proactive and not one.abilities.desk]
    return [one.name for one in channels if one.abilities.identity == kind and one.abilities.reply_window is None]


def address_in(text: str, region: str) -> tuple[str, str]:
    """The kind and value of the one e-mail address or phone number in the text; empty if there is none."""
    if found := next(find_emails(text), None):
        return "email", str(found.value).lower()
    if found := next(find_phones(text, region), None):
        return "phone", str(found.value)
    return "", ""


def _say(response: str, **values: Any) -> Say:
    return Say(Text(""), response, values)


def _sealed(runtime: Runtime, challenge_id: ChallengeId, code: str) -> str:
    """What is kept of a code: whoever reads the database alone cannot try them out."""
    return runtime.seal(f"{challenge_id}:{code}")

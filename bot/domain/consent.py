"""Who may be sent what, and how we know."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from bot.domain.ids import MessageId, ProfileId

_NUMBER: Final = re.compile(r"\+\d{7,15}\b")
"""In E.164."""


class Purpose(StrEnum):
    """Why a message leaves. Only marketing needs consent; the gate knows the rest."""

    REPLY = "reply"  # the answer to what the customer just wrote
    SERVICE = "service"  # asked for by the customer: a confirmation, a rep's answer
    MARKETING = "marketing"
    DESK = "desk"  # to our own sales desk, or our own CRM


class LegalBasis(StrEnum):
    """What lets us write."""

    CONSENT = "consent"
    SOFT_OPT_IN = "soft_opt_in"  # they bought, were told how to say no, and get news of similar products of ours


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """One line of the append-only ledger: what was asked, in which words, and what was answered.

    `text` is the exact question shown; `message_id` the customer's message that answered it (GDPR article 7(1): the
    controller must be able to demonstrate consent). From `expires_at` on it counts no more. `address` is the one that
    they confirmed it from, where they were asked to; `ip` the network address that the form was sent from, where it
    was one.
    """

    profile_id: ProfileId
    purpose: Purpose
    channel: str
    granted: bool
    at: datetime
    how: str
    text: str
    message_id: MessageId | None = None
    basis: LegalBasis = LegalBasis.CONSENT
    expires_at: datetime | None = None
    address: str | None = None
    ip: str | None = None

    def counts(self, now: datetime) -> bool:
        """Whether it is a consent that has not ended."""
        return self.granted and not self.has_expired(now)

    @property
    def numbers_shown(self) -> frozenset[str]:
        """The telephone numbers in the words that were agreed to: it is for them that consent was given."""
        return frozenset(_NUMBER.findall(self.text))

    def has_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now


@dataclass(frozen=True, slots=True)
class Wish:
    """Whether somebody wants marketing, as they said it: how and when it reached us, in which words, by which message
    or from which network address."""

    how: str
    at: datetime
    text: str = ""
    message_id: MessageId | None = None
    ip: str | None = None

    def record(self, profile_id: ProfileId, channel: str, *, granted: bool) -> ConsentRecord:
        """Its line in the ledger."""
        return ConsentRecord(
            profile_id, Purpose.MARKETING, channel, granted, self.at, self.how, self.text, self.message_id, ip=self.ip
        )


class Consequence(StrEnum):
    """Why nothing more is sent to an address; also what follows from a message that its vendor will not deliver."""

    OPTED_OUT = "opted_out"  # the person wants no more, whichever of us they told
    COMPLAINED = "complained"  # they called what came spam, which is an opt-out, and counts against the sender
    UNWANTED = "unwanted"  # they want no marketing there, and may get what they ask for
    DISOWNED = "disowned"  # who answers there is not the person whom we took them for, so that nothing is sent unasked
    UNREACHABLE = "unreachable"  # nothing ever arrives there, until somebody writes from it
    SENDER_STOPPED = "sender_stopped"  # nothing of our sender arrives anywhere, until an operator has seen to it


REFUSALS = (Consequence.OPTED_OUT, Consequence.DISOWNED, Consequence.UNWANTED)
"""For each of these an address gets no marketing; the first that there is says why."""


EVERY_ADDRESS = "*"
"""The address of a suppression that holds for the whole channel."""


WRITTEN_TO: Mapping[str, str] = {"sms": "phone", "whatsapp": "phone", "voice": "phone", "email": "email"}
"""Channels of connectors by which people are written to or called, each with the kind of its addresses.

Who opts out has opted out of these, too, where they are not set up: they may be tomorrow.
"""


@dataclass(frozen=True, slots=True)
class Suppression:
    """An address that must not be sent marketing, whoever owns it and whatever they consented to before.

    `reason` and `at` stay those of the first time; `again_at` is when it was last asked for anew.
    """

    channel: str
    address: str
    reason: str
    at: datetime
    cause: Consequence = Consequence.OPTED_OUT
    again_at: datetime | None = None

    @property
    def last_at(self) -> datetime:
        return self.again_at or self.at


def standing_consent(records: Iterable[ConsentRecord], purpose: Purpose, channel: str) -> ConsentRecord | None:
    """The latest record on this purpose and channel; at one instant a refusal outranks a grant."""
    return all_standing(records).get((purpose, channel))


def all_standing(records: Iterable[ConsentRecord]) -> Mapping[tuple[Purpose, str], ConsentRecord]:
    """The record that counts of each purpose and channel of which there is one."""
    found: dict[tuple[Purpose, str], ConsentRecord] = {}
    for record in records:
        place = record.purpose, record.channel
        before = found.get(place)
        if before is None or (record.at, not record.granted) > (before.at, not before.granted):
            found[place] = record
    return found


def outranking(refusal: ConsentRecord, records: Iterable[ConsentRecord]) -> ConsentRecord:
    """The refusal, no earlier than what it takes back: clocks differ, and one may have been put back since."""
    stood = standing_consent(records, refusal.purpose, refusal.channel)
    return refusal if stood is None or stood.at <= refusal.at else replace(refusal, at=stood.at)


def willing_first(
    channels: Iterable[str], standing: Mapping[str, ConsentRecord | None], now: datetime
) -> Sequence[str]:
    """The channels by which they have agreed to be written to, and then the others, each in their order."""
    agreed = {name for name, record in standing.items() if record is not None and record.counts(now)}
    return sorted(channels, key=lambda name: name not in agreed)


def has_opted_out(records: Iterable[ConsentRecord]) -> bool:
    """Whether they withdrew their consent to marketing, and have given it anew on no channel since."""
    standing = [one for (purpose, _), one in all_standing(records).items() if purpose is Purpose.MARKETING]
    return bool(standing) and not any(one.granted for one in standing)

"""Landing: what becomes of those whom a file or a CRM tells of, decided from what is known of them and not yet written.

Nobody becomes reachable who was not: a consent is taken with its proof alone, and never against a refusal, an opt-out,
an objection or an erasure that is there already.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.consent import (
    ConsentRecord,
    Consequence,
    Purpose,
    Suppression,
    has_opted_out,
    outranking,
    standing_consent,
)
from bot.domain.ids import ProfileId, new_id
from bot.domain.importing import IMPORTED, Arrival, GivenConsent, Landing, Taking
from bot.domain.merging import Claim
from bot.domain.person import Identity, Profile
from bot.domain.provenance import Trust
from bot.domain.timeline import PersonEvent


@dataclass(slots=True)
class Someone:
    """A person whom arrivals tell of, as they come to be. `before` is None for somebody new."""

    profile: Profile
    before: Profile | None
    identities: set[Identity] = field(default_factory=set)
    records: list[ConsentRecord] = field(default_factory=list)
    opts_out: str = ""

    def goes_by(self, kind: str) -> list[str]:
        return [one.value for one in self.identities if one.kind == kind]

    @property
    def state(self) -> tuple[Profile, frozenset[Identity], int, str]:
        """Differs where something was learnt of them."""
        return self.profile, frozenset(self.identities), len(self.records), self.opts_out

    def changes(self) -> frozenset[str]:
        """What conditions look at of what has changed of somebody who was known."""
        before, after = self.before, self.profile
        if before is None:
            return frozenset()
        there = before.attributes
        changed = {f"profile.{name}" for name, value in after.attributes.items() if value != there.get(name)}
        changed |= {"profile.time_zone"} if after.time_zone != before.time_zone else set()
        changed |= {"profile.locale"} if after.locale != before.locale else set()
        return frozenset(changed | ({"profile.tags"} if after.tags != before.tags else set()))


@dataclass(frozen=True, slots=True)
class Known:
    """Whom arrivals may be about: by their id, by what they go by, and by their record in the CRM. Of addresses, the
    channels on which they opted out (`silent`) or want no marketing (`unwanted`)."""

    people: dict[ProfileId, Someone]
    owners: dict[tuple[str, str], ProfileId]
    links: dict[str, Sequence[ProfileId]]
    silent: dict[str, frozenset[str]]
    unwanted: dict[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds on this installation. `channels` are those on which marketing may be refused, each with the kind of
    its addresses; `refused_with` says for which of them an opt-out is noted of somebody with addresses of such kinds;
    `lasting` puts an end to a grant at this address, where a rule says how long it counts."""

    channels: Mapping[str, str]
    refused_with: Callable[[Collection[str]], frozenset[str]]
    trust_in: Callable[[str], Trust]
    lasting: Callable[[ConsentRecord, str | None], ConsentRecord]


class Landings:
    """The arrivals of one transaction, one after the other; what is to be written in the end is what has gathered here.

    What one of them tells is known to the next: `known` grows with them.
    """

    def __init__(self, known: Known, terms: Terms, taking: Taking, now: datetime) -> None:
        self.known = known
        self._terms = terms
        self._taking = taking
        self._now = now
        self.claims: list[Claim] = []
        self.records: list[ConsentRecord] = []
        self.suppressions: list[Suppression] = []
        self.refused_on: list[tuple[ProfileId, str]] = []
        self.linked: dict[ProfileId, str] = {}
        self.lines: list[PersonEvent] = []

    def land(self, arrival: Arrival) -> Landing:
        """Of whom is restricted only what they refuse is taken (GDPR article 18(2)): it protects them, and would else
        be forgotten when the restriction ends."""
        warnings: list[str] = list(arrival.left_out)
        candidates = self._known(arrival)
        who = candidates[0] if candidates else self._meet()
        someone, others = self.known.people[who], [self.known.people[one] for one in candidates[1:]]
        before = someone.state
        is_restricted = someone.profile.restricted_at is not None
        if not is_restricted:
            warnings += self._learn(someone, arrival)
            warnings += self._claim(who, someone, arrival)
        self._spare_addresses(someone, arrival)
        for consent in arrival.consents:
            if consent.granted and is_restricted:
                continue
            warnings += self._consent(someone, others, consent)
            if not consent.granted:
                self._spare({*arrival.identities, *someone.identities}, consent)
        if arrival.record and who not in self.known.links.get(arrival.record, ()) and not is_restricted:
            self.known.links[arrival.record] = [who]
            self.linked[who] = arrival.record
        is_changed = before != someone.state
        if not candidates or is_changed:
            told = {"from": self._taking.source, "row": arrival.row}
            self.lines.append(PersonEvent(who, IMPORTED, self._now, self._now, told))
        if not candidates:
            return Landing(arrival.row, "new", who, tuple(warnings))
        if is_restricted:
            taken = "what they refuse was taken, and nothing else" if is_changed else "nothing was changed"
            warnings = [f"what is kept of them is restricted: {taken} (overture people restrict --lift)"]
            return Landing(arrival.row, "changed" if is_changed else "left alone", who, tuple(warnings))
        return Landing(arrival.row, "changed" if is_changed else "same", who, tuple(warnings))

    def _spare_addresses(self, someone: Someone, arrival: Arrival) -> None:
        """Those that get no more, and those at which nothing arrives."""
        if arrival.opted_out:
            self._opt_out(someone, arrival)
        unheard = [one for one in arrival.silent if not self.known.silent.get(one.value)]
        self._silence(unheard, f"opted out in {self._taking.source}")
        if arrival.unreachable:
            self.suppressions += [
                Suppression("email", one.value, arrival.unreachable, self._now, Consequence.UNREACHABLE)
                for one in arrival.identities
                if one.kind == "email"
            ]

    def _known(self, arrival: Arrival) -> list[ProfileId]:
        """Everybody whom it may be about; the first is whom it is taken to be about."""
        found = list(self.known.links.get(arrival.record, ())) if arrival.record else []
        found += [
            self.known.owners[pair]
            for one in arrival.identities
            if (pair := (one.kind, one.value)) in self.known.owners
        ]
        return list(dict.fromkeys(found))

    def _meet(self) -> ProfileId:
        who = ProfileId(new_id(self._now))
        self.known.people[who] = Someone(Profile(who, self._now), None)
        return who

    def _learn(self, someone: Someone, arrival: Arrival) -> Iterable[str]:
        """What is not taken, because somebody's word counts for more."""
        before = someone.profile
        told = {name: value for name, value in arrival.attributes.items() if value is not None}
        for name in arrival.halves & told.keys():
            if _is_whole(str(before.attributes.get(name) or "").strip(), str(told[name])):
                del told[name]
        if self._taking.fill:
            told = {name: value for name, value in told.items() if before.attributes.get(name) is None}
        fills_only = self._taking.fill
        someone.profile = after = before.told(
            self._taking.origin(arrival, self._now),
            self._terms.trust_in,
            attributes=told,
            time_zone=None if fills_only and before.time_zone else arrival.time_zone,
            locale=None if fills_only and before.locale else arrival.locale,
            tags=arrival.tags,
        )
        for name, value in told.items():
            if after.attributes[name] != value:
                yield f"{name} stays as it is: it is known from somebody whose word counts for more"

    def _claim(self, who: ProfileId, someone: Someone, arrival: Arrival) -> Iterable[str]:
        """What somebody else goes by stays theirs: an import merges nobody."""
        there = {(one.kind, one.value) for one in someone.identities}
        for one in arrival.identities:
            pair = (one.kind, one.value)
            owner = self.known.owners.setdefault(pair, who)
            if owner != who:
                yield (
                    f"the {one.kind.replace('_', ' ')} is known as that of {owner}, and this is {who}: if both are "
                    f"one person, make them one (overture people merge {owner} {who})"
                )
            elif pair not in there:
                someone.identities.add(one)
                self.claims.append(Claim(who, one, self._now, self._taking.origin(arrival, self._now)))

    def _opt_out(self, someone: Someone, arrival: Arrival) -> None:
        """End all marketing: every address is suppressed, and so are new ones of somebody who had opted out before."""
        who = someone.profile.id
        self._silence(someone.identities, arrival.opted_out)
        if has_opted_out(someone.records):
            return
        someone.opts_out = arrival.opted_out
        for channel in sorted(self._terms.refused_with({one.kind for one in someone.identities})):
            record = ConsentRecord(who, Purpose.MARKETING, channel, False, self._now, arrival.opted_out, "")
            someone.records.append(record)
            if someone.before is None:
                self.records.append(record)  # of others it is written by their opting out

    def _silence(self, addresses: Iterable[Identity], why: str) -> None:
        for one in addresses:
            for channel, kind in self._terms.channels.items():
                if kind == one.kind and channel not in self.known.silent.get(one.value, frozenset()):
                    self.suppressions.append(Suppression(channel, one.value, why, self._now))
                    self.known.silent[one.value] = self.known.silent.get(one.value, frozenset()) | {channel}

    def _consent(self, someone: Someone, others: Sequence[Someone], told: GivenConsent) -> Iterable[str]:
        who = someone.profile.id
        standing = standing_consent(someone.records, told.purpose, told.channel)
        if not told.granted:
            if standing is None or standing.granted:
                # The stricter counts, whenever it was said: at one instant a refusal outranks a grant.
                self._note(someone, outranking(_record(who, told), someone.records))
                self.refused_on.append((who, told.channel))
            return
        why = self._why_not(someone, others, told)
        if why:
            yield f"{told.purpose} by {told.channel} is not taken: {why}"
            return
        address = next(iter(sorted(someone.goes_by(self._terms.channels[told.channel]))), None)
        record = self._terms.lasting(_record(who, told), address)
        if record not in someone.records:
            self._note(someone, record)

    def _spare(self, addresses: Iterable[Identity], told: GivenConsent) -> None:
        """A refusal is of the addresses, too: whoever else has one gets no marketing there, either."""
        if told.purpose is not Purpose.MARKETING:
            return
        for one in addresses:
            channels = self.known.unwanted.get(one.value, frozenset())
            if one.kind == self._terms.channels.get(told.channel) and told.channel not in channels:
                unwanted = Suppression(told.channel, one.value, told.how, told.at, Consequence.UNWANTED)
                self.suppressions.append(unwanted)
                self.known.unwanted[one.value] = channels | {told.channel}

    def _note(self, someone: Someone, record: ConsentRecord) -> None:
        someone.records.append(record)
        self.records.append(record)

    def _why_not(self, someone: Someone, others: Sequence[Someone], told: GivenConsent) -> str:
        """Why the stricter counts; empty where nothing stands against the grant."""
        for one in (someone, *others):
            standing = standing_consent(one.records, told.purpose, told.channel)
            if one.profile.objected_at is not None:
                return "they object to marketing"
            if standing is not None and not standing.granted:
                return f"they refused it on {standing.at:%Y-%m-%d}"
            if has_opted_out(one.records):
                return "they have opted out of marketing"
        kind = self._terms.channels.get(told.channel, "")
        refused = [
            said.get(one, ()) for said in (self.known.silent, self.known.unwanted) for one in someone.goes_by(kind)
        ]
        if any(told.channel in channels for channels in refused):
            return "this address has opted out"
        if someone.before is None and any(self.known.silent.get(one.value) for one in someone.identities):
            return "an address of theirs has opted out"
        return ""


def _record(who: ProfileId, told: GivenConsent) -> ConsentRecord:
    return ConsentRecord(who, told.purpose, told.channel, told.granted, told.at, told.how, told.text, ip=told.ip)


def _is_whole(known: str, half: str) -> bool:
    """Whether more of a name is known than this half: names of many languages are written without a space."""
    return " " in known or half in known

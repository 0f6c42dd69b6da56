"""Import people: take whom a file or a CRM tells of, many in one transaction, without wronging what they had refused.

Nobody becomes reachable by an import who was not: a consent is taken with its proof alone, and never against a refusal,
an opt-out, an objection or an erasure that is there already.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain.audit import Deed
from bot.domain.consent import ConsentRecord, Consequence, Purpose, Suppression, Wish, standing_consent
from bot.domain.errors import Conflict
from bot.domain.ids import ProfileId, new_id
from bot.domain.importing import IMPORTED, Arrival, GivenConsent, ImportProgress, Landing
from bot.domain.merging import Claim
from bot.domain.person import Identity, Profile
from bot.domain.provenance import Origin, Source
from bot.domain.score import ScoreChange, ScoreRule
from bot.domain.timeline import PersonEvent
from bot.journeys.scoring import on_attributes, points_for_attributes
from bot.ports import UnitOfWork
from bot.services.change_preferences import withhold_waiting
from bot.services.enrol import tell_journeys
from bot.services.keep_segments import keep_segments
from bot.services.know_person import owners_at_last
from bot.services.opt_out import opt_out
from bot.services.person_facts import profile_facts
from bot.services.runtime import OUTBOX, SEGMENTS, TIMERS, Runtime
from bot.services.sync_crm import has_opted_out, tell_crms_of_consent
from bot.services.take_consent import lasting, rule_for

MOST_TRIES = 5


class Foreseen:
    """Whom the arrivals of a dry run would have made known so far. Nothing is kept of them, so that whoever is told of
    once more in a later transaction would count as new again."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], int] = {}

    def see(self, arrivals: Sequence[Arrival], landings: Sequence[Landing]) -> Sequence[Landing]:
        """The same landings; of whoever was new before, they say so no more."""
        return [self._seen(*both) for both in zip(arrivals, landings, strict=True)]

    def _seen(self, arrival: Arrival, landing: Landing) -> Landing:
        names = [(one.kind, one.value) for one in arrival.identities] + [("record", arrival.record)]
        before = {self._told[name] for name in names if name in self._told}
        told = hash(repr(replace(arrival, row=0)))
        self._told.update({name: told for name in names if name[1] and landing.result == "new"})
        if landing.result != "new" or not before:
            return landing
        return replace(landing, result="same" if before == {told} else "changed")


@dataclass(frozen=True, slots=True)
class Taking:
    """How arrivals are taken. `crm` is the one whose records they are; `fill`: values that are there already stay.

    `key` is of whoever tells of them over HTTP.
    """

    source: str
    crm: str = ""
    fill: bool = False
    dry_run: bool = False
    key: str = ""
    foreseen: Foreseen = field(default_factory=Foreseen)

    def origin(self, arrival: Arrival, now: datetime) -> Origin:
        if self.key:
            return Origin(Source.API, now, self.key)
        if self.crm:
            return Origin(Source.CRM, now, self.crm, f"record {arrival.record}" if arrival.record else "")
        return Origin(Source.IMPORT, now, self.source, f"row {arrival.row}")


class _NothingIsKept(Exception):
    """A dry run ends its transaction by this."""


async def import_people(
    runtime: Runtime,
    arrivals: Sequence[Arrival],
    taking: Taking,
    reached: ImportProgress,
    report: Callable[[Sequence[Landing]], int] = lambda _: 0,
) -> ImportProgress:
    """Take them in one transaction, which also keeps how far the import has come then: `reached`, with these counted.

    `report` writes down what became of them, before the transaction ends, and says how long the report is then. It may
    be called again for the same arrivals, where two transactions got into each other's way.
    """
    done = reached

    async def keep(uow: UnitOfWork, landings: Sequence[Landing]) -> None:
        nonlocal done
        done = replace(_counted(reached, landings), reported=report(landings))
        if not taking.dry_run:
            await uow.imports.save(done)

    await _take(runtime, arrivals, taking, keep)
    return done


async def take_people(runtime: Runtime, arrivals: Sequence[Arrival], taking: Taking, deed: Deed) -> Sequence[Landing]:
    """Take a few whom another system tells of, in one transaction, with its entry in the audit log."""

    async def note(uow: UnitOfWork, landings: Sequence[Landing]) -> None:
        results = Counter(one.result.replace(" ", "_") for one in landings)
        await uow.audit.note(replace(deed, detail=dict(results)), runtime.clock.now())

    return await _take(runtime, arrivals, taking, note)


async def _take(
    runtime: Runtime,
    arrivals: Sequence[Arrival],
    taking: Taking,
    before_commit: Callable[[UnitOfWork, Sequence[Landing]], Awaitable[None]],
) -> Sequence[Landing]:
    """Again, where two transactions got into each other's way."""
    landings: Sequence[Landing] = ()
    for tried in range(MOST_TRIES):
        try:
            with suppress(_NothingIsKept):
                async with runtime.store.transaction() as uow:
                    landings = await _Chunk(uow, runtime, taking).take(arrivals)
                    if taking.dry_run:
                        landings = taking.foreseen.see(arrivals, landings)
                    await before_commit(uow, landings)
                    if taking.dry_run:
                        raise _NothingIsKept
            break
        except Conflict:
            if tried == MOST_TRIES - 1:
                raise
    if not taking.dry_run:
        for topic in (OUTBOX, TIMERS, SEGMENTS):
            await runtime.wakeups.notify(topic)
    return landings


def _counted(reached: ImportProgress, landings: Sequence[Landing]) -> ImportProgress:
    results = Counter(one.result for one in landings)
    return replace(
        reached,
        new=reached.new + results["new"],
        changed=reached.changed + results["changed"],
        same=reached.same + results["same"] + results["left alone"],
        warned=reached.warned + sum(bool(one.warnings) for one in landings),
    )


@dataclass(slots=True)
class _Someone:
    """A person whom arrivals tell of, as they come to be. `before` is None for somebody new."""

    profile: Profile
    before: Profile | None
    identities: set[Identity] = field(default_factory=set)
    records: list[ConsentRecord] = field(default_factory=list)
    opts_out: str = ""

    def goes_by(self, kind: str) -> list[str]:
        return [one.value for one in self.identities if one.kind == kind]


class _Chunk:
    """The arrivals of one transaction: what is known of all of them is read first, and what is new written last."""

    def __init__(self, uow: UnitOfWork, runtime: Runtime, taking: Taking) -> None:
        self._uow = uow
        self._runtime = runtime
        self._taking = taking
        self._now = runtime.clock.now()
        self._channels = runtime.marketed
        self._people: dict[ProfileId, _Someone] = {}
        self._owners: dict[tuple[str, str], ProfileId] = {}
        self._links: dict[str, Sequence[ProfileId]] = {}
        self._silent: dict[str, frozenset[str]] = {}
        self._unwanted: dict[str, frozenset[str]] = {}
        self._claims: list[Claim] = []
        self._records: list[ConsentRecord] = []
        self._suppressions: list[Suppression] = []
        self._refused_on: list[tuple[ProfileId, str]] = []
        self._linked: dict[ProfileId, str] = {}
        self._lines: list[PersonEvent] = []

    async def take(self, arrivals: Sequence[Arrival]) -> Sequence[Landing]:
        await self._read(arrivals)
        landings = [self._land(one) for one in arrivals]
        await self._write()
        return landings

    # ------------------------------------------------------------ what is known

    async def _read(self, arrivals: Sequence[Arrival]) -> None:
        named = {one for arrival in arrivals for one in arrival.identities}
        owners = await owners_at_last(self._uow, named)
        self._owners = {(one.kind, one.value): who for one, who in owners.items()}
        if self._taking.crm:
            records = {one.record for one in arrivals if one.record}
            self._links = dict(await self._uow.crm_links.people(self._taking.crm, records))
        known = {*owners.values(), *(who for people in self._links.values() for who in people)}
        await self._uow.profiles.lock_all(known)
        self._uow.expect(known)
        consents = await self._uow.consents.of_all(known)
        for who in sorted(known):
            profile = await self._uow.profiles.get(who)
            identities = set(await self._uow.profiles.identities(who))
            self._people[who] = _Someone(profile, profile, identities, list(consents.get(who, ())))
        addresses = {one.value for one in (*named, *(one for arrival in arrivals for one in arrival.silent))}
        addresses |= {one.value for someone in self._people.values() for one in someone.identities}
        self._silent = dict(await self._uow.consents.opted_out(addresses))
        self._unwanted = dict(await self._uow.consents.opted_out(addresses, Consequence.UNWANTED))

    # ------------------------------------------------------------ one arrival

    def _land(self, arrival: Arrival) -> Landing:
        warnings: list[str] = list(arrival.left_out)
        candidates = self._known(arrival)
        if candidates and self._people[candidates[0]].profile.restricted_at is not None:
            why = "what is kept of them is restricted: nothing was changed (overture people restrict --lift)"
            return Landing(arrival.row, "left alone", candidates[0], (why,))
        who = candidates[0] if candidates else self._meet()
        someone, others = self._people[who], [self._people[one] for one in candidates[1:]]
        before = (someone.profile, frozenset(someone.identities), len(someone.records), someone.opts_out)
        warnings += self._learn(someone, arrival)
        warnings += self._claim(who, someone, arrival)
        if arrival.opted_out:
            self._opt_out(someone, arrival)
        unheard = [one for one in arrival.silent if not self._silent.get(one.value)]
        self._silence(unheard, f"opted out in {self._taking.source}")
        if arrival.unreachable:
            self._suppressions += [
                Suppression("email", one.value, arrival.unreachable, self._now, Consequence.UNREACHABLE)
                for one in arrival.identities
                if one.kind == "email"
            ]
        for consent in arrival.consents:
            warnings += self._consent(someone, others, consent)
            if not consent.granted:
                self._spare({*arrival.identities, *someone.identities}, consent)
        if arrival.record and who not in self._links.get(arrival.record, ()):
            self._links[arrival.record] = [who]
            self._linked[who] = arrival.record
        after = (someone.profile, frozenset(someone.identities), len(someone.records), someone.opts_out)
        if not candidates or before != after:
            told = {"from": self._taking.source, "row": arrival.row}
            self._lines.append(PersonEvent(who, IMPORTED, self._now, self._now, told))
        if not candidates:
            return Landing(arrival.row, "new", who, tuple(warnings))
        return Landing(arrival.row, "changed" if before != after else "same", who, tuple(warnings))

    def _known(self, arrival: Arrival) -> list[ProfileId]:
        """Everybody whom it may be about; the first is whom it is taken to be about."""
        found = list(self._links.get(arrival.record, ())) if arrival.record else []
        found += [self._owners[pair] for one in arrival.identities if (pair := (one.kind, one.value)) in self._owners]
        return list(dict.fromkeys(found))

    def _meet(self) -> ProfileId:
        who = ProfileId(new_id(self._now))
        self._people[who] = _Someone(Profile(who, self._now), None)
        return who

    def _learn(self, someone: _Someone, arrival: Arrival) -> Iterable[str]:
        """What is not taken, because somebody's word counts for more."""
        before = someone.profile
        told = {name: value for name, value in arrival.attributes.items() if value is not None}
        if self._taking.fill:
            told = {name: value for name, value in told.items() if before.attributes.get(name) is None}
        fills_only = self._taking.fill
        someone.profile = after = before.told(
            self._taking.origin(arrival, self._now),
            self._runtime.trust_in,
            attributes=told,
            time_zone=None if fills_only and before.time_zone else arrival.time_zone,
            locale=None if fills_only and before.locale else arrival.locale,
            tags=arrival.tags,
        )
        for name, value in told.items():
            if after.attributes[name] != value:
                yield f"{name} stays as it is: it is known from somebody whose word counts for more"

    def _claim(self, who: ProfileId, someone: _Someone, arrival: Arrival) -> Iterable[str]:
        """What somebody else goes by stays theirs: an import merges nobody."""
        there = {(one.kind, one.value) for one in someone.identities}
        for one in arrival.identities:
            pair = (one.kind, one.value)
            owner = self._owners.setdefault(pair, who)
            if owner != who:
                yield (
                    f"the {one.kind.replace('_', ' ')} is known as that of {owner}, and this is {who}: if both are "
                    f"one person, make them one (overture people merge {owner} {who})"
                )
            elif pair not in there:
                someone.identities.add(one)
                self._claims.append(Claim(who, one, self._now, self._taking.origin(arrival, self._now)))

    def _opt_out(self, someone: _Someone, arrival: Arrival) -> None:
        """End all marketing: every address is suppressed, and so are new ones of somebody who had opted out before."""
        who = someone.profile.id
        self._silence(someone.identities, arrival.opted_out)
        if has_opted_out(someone.records):
            return
        someone.opts_out = arrival.opted_out
        for channel in sorted(self._runtime.refused_with({one.kind for one in someone.identities})):
            record = ConsentRecord(who, Purpose.MARKETING, channel, False, self._now, arrival.opted_out, "")
            someone.records.append(record)
            if someone.before is None:
                self._records.append(record)  # of others it is written by their opting out

    def _silence(self, addresses: Iterable[Identity], why: str) -> None:
        for one in addresses:
            for channel, kind in self._channels.items():
                if kind == one.kind and channel not in self._silent.get(one.value, frozenset()):
                    self._suppressions.append(Suppression(channel, one.value, why, self._now))
                    self._silent[one.value] = self._silent.get(one.value, frozenset()) | {channel}

    def _consent(self, someone: _Someone, others: Sequence[_Someone], told: GivenConsent) -> Iterable[str]:
        who = someone.profile.id
        standing = standing_consent(someone.records, told.purpose, told.channel)
        if not told.granted:
            if standing is None or standing.granted:
                # The stricter counts, whenever it was said: at one instant a refusal outranks a grant.
                at = max(told.at, standing.at) if standing is not None else told.at
                self._note(someone, _record(who, replace(told, at=at)))
                self._refused_on.append((who, told.channel))
            return
        why = self._why_not(someone, others, told)
        if why:
            yield f"{told.purpose} by {told.channel} is not taken: {why}"
            return
        address = next(iter(sorted(someone.goes_by(self._channels[told.channel]))), None)
        rule = rule_for(self._runtime, told.purpose, told.channel, address, self._now)
        record = lasting(_record(who, told), rule)
        if record not in someone.records:
            self._note(someone, record)

    def _spare(self, addresses: Iterable[Identity], told: GivenConsent) -> None:
        """A refusal is of the addresses, too: whoever else has one gets no marketing there, either."""
        if told.purpose is not Purpose.MARKETING:
            return
        for one in addresses:
            channels = self._unwanted.get(one.value, frozenset())
            if one.kind == self._channels.get(told.channel) and told.channel not in channels:
                unwanted = Suppression(told.channel, one.value, told.how, told.at, Consequence.UNWANTED)
                self._suppressions.append(unwanted)
                self._unwanted[one.value] = channels | {told.channel}

    def _note(self, someone: _Someone, record: ConsentRecord) -> None:
        someone.records.append(record)
        self._records.append(record)

    def _why_not(self, someone: _Someone, others: Sequence[_Someone], told: GivenConsent) -> str:
        """Why the stricter counts; empty where nothing stands against the grant."""
        for one in (someone, *others):
            standing = standing_consent(one.records, told.purpose, told.channel)
            if one.profile.objected_at is not None:
                return "they object to marketing"
            if standing is not None and not standing.granted:
                return f"they refused it on {standing.at:%Y-%m-%d}"
            if has_opted_out(one.records):
                return "they have opted out of marketing"
        kind = self._channels.get(told.channel, "")
        refused = [said.get(one, ()) for said in (self._silent, self._unwanted) for one in someone.goes_by(kind)]
        if any(told.channel in channels for channels in refused):
            return "this address has opted out"
        if someone.before is None and any(self._silent.get(one.value) for one in someone.identities):
            return "an address of theirs has opted out"
        return ""

    # ------------------------------------------------------------ what is written

    async def _write(self) -> None:
        new = [one for one in self._people.values() if one.before is None]
        changed = [one for one in self._people.values() if one.before is not None and one.profile != one.before]
        await self._uow.profiles.add_all([one.profile for one in new])
        for someone in changed:
            await self._uow.profiles.save(someone.profile)
        await self._uow.profiles.claim_all(self._claims)
        await self._uow.consents.add_all(self._records)
        await self._uow.consents.suppress_all(self._suppressions)
        if self._taking.crm:
            await self._uow.crm_links.put_all(self._taking.crm, self._linked)
        for line in self._lines:
            await self._uow.timeline.add(line)
        await self._welcome([one.profile for one in new])
        for someone in changed:
            moved = await keep_segments(self._uow, self._runtime, someone.profile.id, _changes(someone), self._now)
            await tell_journeys(self._uow, self._runtime, someone.profile.id, moved, self._now)
        for who, channel in self._refused_on:
            if self._people[who].before is not None:
                await withhold_waiting(self._uow, who, channel, self._now)
                await tell_crms_of_consent(self._uow, self._runtime, who, self._now)
        for someone in self._people.values():
            if someone.opts_out and someone.before is not None:
                await self._withdraw(someone)

    async def _welcome(self, new: Sequence[Profile]) -> None:
        """Points and segments of those who are new; journeys are told a moment later, by the worker."""
        if not new:
            return
        playbook = self._runtime.library.current()
        rules = on_attributes(playbook.score_rules)
        if rules:
            changes = [change for one in new for change in _points(one, rules, self._now)]
            await self._uow.scores.add_all(changes)
        last = max(one.id for one in new)
        for segment in playbook.segments.values():
            # Ids are made of the time, so those who are new stand together, behind everybody who was known before.
            behind: str | None = min(one.id for one in new)[:-1]
            while behind is not None and behind < last:
                behind, _ = await self._uow.segments.work_out(segment, behind, self._now, limit=len(new))

    async def _withdraw(self, someone: _Someone) -> None:
        who = someone.profile.id
        ended = await opt_out(self._uow, self._runtime, who, Wish(someone.opts_out, self._now))
        await tell_journeys(self._uow, self._runtime, who, ended, self._now)


def _points(profile: Profile, rules: Iterable[ScoreRule], now: datetime) -> Iterable[ScoreChange]:
    for one in points_for_attributes(rules, profile_facts(profile), (), now):
        yield ScoreChange(
            profile_id=profile.id,
            key=f"{one.rule.id}:{new_id(now)}",
            dimension=one.rule.dimension,
            points=one.points,
            reason=one.reason,
            rule=one.rule.id,
            at=now,
            half_life=one.rule.half_life,
        )


def _changes(someone: _Someone) -> frozenset[str]:
    """What conditions look at of what has changed."""
    before, after = someone.before, someone.profile
    if before is None:
        return frozenset()
    changed = {f"profile.{name}" for name in after.attributes if after.attributes[name] != before.attributes.get(name)}
    changed |= {"profile.time_zone"} if after.time_zone != before.time_zone else set()
    changed |= {"profile.locale"} if after.locale != before.locale else set()
    return frozenset(changed | ({"profile.tags"} if after.tags != before.tags else set()))


def _record(who: ProfileId, told: GivenConsent) -> ConsentRecord:
    return ConsentRecord(who, told.purpose, told.channel, told.granted, told.at, told.how, told.text, ip=told.ip)

"""Import people: take whom a file or a CRM tells of, many in one transaction. `bot/domain/landing.py` decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from bot.domain.audit import Deed
from bot.domain.consent import ConsentRecord, Consequence, Wish
from bot.domain.errors import Conflict
from bot.domain.ids import ProfileId, new_id
from bot.domain.importing import Arrival, ImportProgress, Landing, Taking
from bot.domain.landing import Known, Landings, Someone, Terms
from bot.domain.person import Profile
from bot.domain.score import ScoreChange, ScoreRule
from bot.journeys.scoring import on_attributes, points_for_attributes
from bot.ports import UnitOfWork
from bot.services.change_preferences import withhold_waiting
from bot.services.enrol import tell_journeys
from bot.services.keep_segments import keep_segments
from bot.services.know_person import owners_at_last
from bot.services.opt_out import opt_out
from bot.services.person_facts import profile_facts
from bot.services.runtime import OUTBOX, SEGMENTS, TIMERS, Runtime
from bot.services.sync_crm import tell_crms_of_consent
from bot.services.take_consent import lasting, rule_for

MOST_TRIES = 5


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


class _Chunk:
    """The arrivals of one transaction: what is known of all of them is read first, and what is new written last."""

    def __init__(self, uow: UnitOfWork, runtime: Runtime, taking: Taking) -> None:
        self._uow = uow
        self._runtime = runtime
        self._taking = taking
        self._now = runtime.clock.now()

    async def take(self, arrivals: Sequence[Arrival]) -> Sequence[Landing]:
        landings = Landings(await self._read(arrivals), self._terms(), self._taking, self._now)
        landed = [landings.land(one) for one in arrivals]
        await self._write(landings)
        return landed

    def _terms(self) -> Terms:
        runtime = self._runtime

        def until_it_ends(record: ConsentRecord, address: str | None) -> ConsentRecord:
            return lasting(record, rule_for(runtime, record.purpose, record.channel, address, self._now))

        return Terms(runtime.marketed, runtime.refused_with, runtime.trust_in, until_it_ends)

    async def _read(self, arrivals: Sequence[Arrival]) -> Known:
        named = {one for arrival in arrivals for one in arrival.identities}
        owners = await owners_at_last(self._uow, named)
        links: Mapping[str, Sequence[ProfileId]] = {}
        if self._taking.crm:
            records = {one.record for one in arrivals if one.record}
            links = await self._uow.crm_links.people(self._taking.crm, records)
        known = {*owners.values(), *(who for people in links.values() for who in people)}
        await self._uow.profiles.lock_all(known)
        self._uow.expect(known)
        consents = await self._uow.consents.of_all(known)
        people: dict[ProfileId, Someone] = {}
        for who in sorted(known):
            profile = await self._uow.profiles.get(who)
            identities = set(await self._uow.profiles.identities(who))
            people[who] = Someone(profile, profile, identities, list(consents.get(who, ())))
        addresses = {one.value for one in (*named, *(one for arrival in arrivals for one in arrival.silent))}
        addresses |= {one.value for someone in people.values() for one in someone.identities}
        return Known(
            people=people,
            owners={(one.kind, one.value): who for one, who in owners.items()},
            links=dict(links),
            silent=dict(await self._uow.consents.opted_out(addresses)),
            unwanted=dict(await self._uow.consents.opted_out(addresses, Consequence.UNWANTED)),
        )

    async def _write(self, landings: Landings) -> None:
        people = landings.known.people
        new = [one for one in people.values() if one.before is None]
        changed = [one for one in people.values() if one.before is not None and one.profile != one.before]
        await self._uow.profiles.add_all([one.profile for one in new])
        for someone in changed:
            await self._uow.profiles.save(someone.profile)
        await self._uow.profiles.claim_all(landings.claims)
        await self._uow.consents.add_all(landings.records)
        await self._uow.consents.suppress_all(landings.suppressions)
        if self._taking.crm:
            await self._uow.crm_links.put_all(self._taking.crm, landings.linked)
        for line in landings.lines:
            await self._uow.timeline.add(line)
        await self._welcome([one.profile for one in new])
        for someone in changed:
            moved = await keep_segments(self._uow, self._runtime, someone.profile.id, someone.changes(), self._now)
            await tell_journeys(self._uow, self._runtime, someone.profile.id, moved, self._now)
        for who, channel in landings.refused_on:
            if people[who].before is not None:
                await withhold_waiting(self._uow, who, channel, self._now)
                await tell_crms_of_consent(self._uow, self._runtime, who, self._now)
        for someone in people.values():
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

    async def _withdraw(self, someone: Someone) -> None:
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

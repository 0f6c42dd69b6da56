"""Merge people: make two profiles of one person one, and part them again where that was wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog

from bot.domain.consent import ConsentRecord, Purpose, outranking, standing_consent
from bot.domain.effects import Emit
from bot.domain.errors import CannotMerge
from bot.domain.ids import ProfileId, new_id
from bot.domain.journey import Enrolment, EnrolmentStatus
from bot.domain.merging import MERGED, PARTED, Claim, Merge
from bot.domain.person import Identity, Profile
from bot.domain.privacy import PrivacyRequest, RequestKind
from bot.domain.provenance import Origin
from bot.domain.score import ScoreChange
from bot.ports import UnitOfWork
from bot.services.end_run import end_run
from bot.services.enrol import tell_journeys
from bot.services.join_profiles import joined, of_the_other, parted, parted_off
from bot.services.keep_segments import sort_into_segments
from bot.services.opt_out import may_be_marketing
from bot.services.runtime import Runtime
from bot.services.withdraw_messages import withdraw_messages

log = structlog.get_logger()

TWICE = "they were in it twice, as two people who are one"
OBJECTED = "two profiles of one person were merged, and one of them objects to marketing"
OPTED_OUT = "two profiles of one person were merged, and one of them had opted out"
STRICTER = "two profiles of one person were merged, and one of them had refused"
SINCE_THE_MERGE = "refused while two profiles were one, and the merge was undone"
ASKED_TWICE = "asked for twice, as two people who are one"
BOTH_PROVED = "both have proved the same address"


@dataclass(frozen=True, slots=True)
class MergePlan:
    """What a merge would do: who is kept, which runs of journeys end as they are in them twice (`ended`) or, for
    `stopped_for`, as one of them wants no marketing (`stopped`), which consents end, what is moved."""

    kept: Profile
    merged: Profile
    ended: tuple[Enrolment, ...]
    stopped: tuple[Enrolment, ...]
    stopped_for: str
    withdrawn: tuple[ConsentRecord, ...]
    rows: Mapping[str, int]
    theirs: tuple[str, ...]

    @property
    def conflicts(self) -> Mapping[str, tuple[Any, Any]]:
        return Merge("", self.kept, self.merged, self.kept.created_at, "", "", theirs=self.theirs).conflicts


async def plan_merge(uow: UnitOfWork, runtime: Runtime, one: ProfileId, other: ProfileId) -> MergePlan:
    """Whoever has been known longer is kept, whichever is named first. Raises CannotMerge, and PersonGone where
    another merge was quicker."""
    if one == other:
        raise CannotMerge(f'"{one}" is one person already')
    for profile_id in sorted((one, other)):
        await uow.profiles.lock(profile_id, alone=True)
    both = [await uow.profiles.fresh(one), await uow.profiles.fresh(other)]
    kept, merged = sorted(both, key=lambda profile: (profile.created_at, profile.id))
    mine, theirs = await uow.enrolments.waiting(kept.id), await uow.enrolments.waiting(merged.id)
    ended = _in_twice(mine, theirs)
    consents = await uow.consents.of(kept.id), await uow.consents.of(merged.id)
    objects = kept.objected_at is not None or merged.objected_at is not None
    stopped_for = OBJECTED if objects else OPTED_OUT if _is_all_refused(runtime, _refused_channels(*consents)) else ""
    go_on = [run for run in (*mine, *theirs) if run not in ended] if stopped_for else []
    return MergePlan(
        kept,
        merged,
        ended=ended,
        stopped=tuple([run for run in go_on if await may_be_marketing(uow, run)]),
        stopped_for=stopped_for,
        withdrawn=refused_by_the_other(*consents),
        rows={table: count for table, count in (await uow.merges.count(merged.id)).items() if count},
        theirs=of_the_other(kept, merged, runtime.trust_in),
    )


async def merge_people(
    uow: UnitOfWork, runtime: Runtime, one: ProfileId, other: ProfileId, *, who: str, why: str, now: datetime
) -> Merge:
    """Make them one: everything of the one becomes the other's. Raises CannotMerge and PersonGone.

    An attribute that both have keeps the value of the one who stays, unless the other one's was told by somebody whose
    word counts for more; the other value is kept beside it, and in the merge. Of two runs of one journey the older goes
    on, and none of marketing where one of them objects to it or has opted out. Consent that either has refused is
    refused. Of what both have asked for by law, what is due first stays to be done.
    """
    plan = await plan_merge(uow, runtime, one, other)
    kept, merged = plan.kept, plan.merged
    merge_id = new_id(now)
    claims = (*await uow.merges.claims(kept.id), *await uow.merges.claims(merged.id))
    over = [*((run, TWICE) for run in plan.ended), *((run, plan.stopped_for) for run in plan.stopped)]
    emitted = [word for run, why in over for word in await end_run(uow, run, EnrolmentStatus.DONE, why, now)]
    for run in plan.ended:
        await withdraw_messages(uow, run.profile_id, run.id, TWICE, now)
    links = await uow.crm_links.of(merged.id)
    mine, theirs = await uow.scores.of(kept.id), await uow.scores.of(merged.id)
    rekeyed, twice = _counted_once(mine, theirs, kept.id, merged.id)
    moved = await uow.merges.carry(merged.id, kept.id)
    await uow.merges.rekey(rekeyed)
    uncounted = tuple(_taken_back(change, kept.id, merge_id, now) for change in twice)
    for change in uncounted:
        await uow.scores.add(change)
    for record in plan.withdrawn:
        refusal = replace(record, profile_id=kept.id, granted=False, at=now, how=STRICTER)
        await uow.consents.add(outranking(refusal, [record]))
    await uow.merges.remove(merged.id)
    for claim in claims:
        if claim.profile_id == merged.id:
            await _claim_as_before(uow, kept.id, claim)
    await _link(uow, kept.id, links)
    for request in asked_twice(await uow.privacy_requests.of(kept.id)):
        await uow.privacy_requests.done(request.id, ASKED_TWICE, now)
    await uow.profiles.save(joined(kept, merged, plan.theirs))
    done = Merge(
        merge_id, kept, merged, now, who, why, claims, links, (*plan.ended, *plan.stopped), plan.withdrawn, moved,
        rekeyed, tuple(change.key for change in uncounted), theirs=plan.theirs,
    )  # fmt: skip
    await uow.merges.add(done)
    emitted += await sort_into_segments(uow, runtime, kept.id, now)
    await tell_journeys(uow, runtime, kept.id, [Emit(MERGED, {"merged": merged.id, "why": why}), *emitted], now)
    log.info("two people were merged", kept=kept.id, merged=merged.id, merge=merge_id)
    return done


async def part_people(uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, *, now: datetime) -> Merge:
    """Undo the latest merge that this person was in; what has come since stays where it is. Raises CannotMerge.

    Nobody can tell which of the two it was who refused something since, so it holds for both.
    """
    merge = await uow.merges.latest(profile_id)
    if merge is None:
        raise CannotMerge(f'"{profile_id}" was merged with nobody')
    kept, merged = merge.kept.id, merge.merged.id
    await uow.profiles.lock(kept)
    later = await uow.merges.latest(kept)
    if later is None:
        raise CannotMerge(f'"{kept}" and "{merged}" have just been parted by somebody else')
    if later.id != merge.id:
        raise CannotMerge(
            f'"{kept}" was merged with "{(later.merged if later.kept.id == kept else later.kept).id}" since. '
            "Undo that first."
        )
    now_known = await uow.profiles.fresh(kept)
    refused = refused_since(await uow.consents.of(kept), merge.at)
    await uow.profiles.add(parted_off(now_known, merge))
    await uow.merges.uncount(merge.uncounted)
    await uow.merges.rekey({new: old for old, new in merge.rekeyed.items()})
    await uow.merges.carry_back(merge.moved, kept, merged)
    await uow.merges.carry_back({"opt_out_question": await _asked_of(uow, merge)}, kept, merged)
    await _give_back_identities(uow, merge)
    for crm, crm_id in merge.crm_links.items():
        await uow.crm_links.put(crm, merged, crm_id)
    await uow.profiles.save(parted(now_known, merge))
    await _grant_again(uow, merge, now)
    await _ask_again(uow, merge, now)
    for record in refused:
        refusal = replace(record, profile_id=merged, at=now, how=f"{SINCE_THE_MERGE}: {record.how}")
        await uow.consents.add(outranking(refusal, await uow.consents.of(merged)))
    await _let_go_on(uow, runtime, merge, {one.channel for one in refused})
    await uow.merges.undone(merge.id, now)
    for who, other in ((kept, merged), (merged, kept)):
        emitted = await sort_into_segments(uow, runtime, who, now)
        await tell_journeys(uow, runtime, who, [Emit(PARTED, {"from": other}), *emitted], now)
    log.info("two people were parted", kept=kept, merged=merged, merge=merge.id)
    return merge


async def prove(uow: UnitOfWork, runtime: Runtime, profile_id: ProfileId, identity: Identity, how: Origin) -> ProfileId:
    """Note that they have proved the identity, and merge whoever else has proved it with them; returns who is left."""
    now = how.at
    await uow.profiles.claim(profile_id, replace(identity, verified=True), now, how)
    others = [one for one in await uow.profiles.provers_of(identity.kind, identity.value) if one != profile_id]
    for other in others:
        merge = await merge_people(uow, runtime, profile_id, other, who="overture", why=BOTH_PROVED, now=now)
        profile_id = merge.kept.id
    return profile_id


# ---------------------------------------------------------------- what becomes of what both have


def _in_twice(mine: Iterable[Enrolment], theirs: Iterable[Enrolment]) -> tuple[Enrolment, ...]:
    """Of two runs in one lane of a journey the one that is to end: the younger."""
    places = {(run.journey, run.lane): run for run in mine}
    pairs = [(places[run.journey, run.lane], run) for run in theirs if (run.journey, run.lane) in places]
    return tuple(max(pair, key=lambda run: (run.entered_at, run.id)) for pair in pairs)


def refused_by_the_other(mine: Sequence[ConsentRecord], theirs: Sequence[ConsentRecord]) -> tuple[ConsentRecord, ...]:
    """The grants that would count after the merge although the other one had refused."""
    found = []
    for purpose, channel in dict.fromkeys((one.purpose, one.channel) for one in (*mine, *theirs)):
        standing = [standing_consent(records, purpose, channel) for records in (mine, theirs)]
        after = standing_consent((*mine, *theirs), purpose, channel)
        if after is not None and after.granted and any(one is not None and not one.granted for one in standing):
            found.append(after)
    return tuple(found)


def _refused_channels(mine: Sequence[ConsentRecord], theirs: Sequence[ConsentRecord]) -> set[str]:
    """Those on which either wants no marketing."""
    found = set()
    for records in (mine, theirs):
        for channel in {one.channel for one in records}:
            standing = standing_consent(records, Purpose.MARKETING, channel)
            if standing is not None and not standing.granted:
                found.add(channel)
    return found


def _is_all_refused(runtime: Runtime, refused: Collection[str]) -> bool:
    """Whether that leaves no channel for marketing, as after an opt-out."""
    marketed = {name for name, one in runtime.channels.items() if not one.abilities.desk}
    return bool(marketed) and marketed.issubset(refused)


def refused_since(records: Sequence[ConsentRecord], merged_at: datetime) -> tuple[ConsentRecord, ...]:
    """The refusals that stand and came after the merge, except those that it made itself."""
    places = dict.fromkeys((one.purpose, one.channel) for one in records)
    standing = [standing_consent(records, *place) for place in places]
    return tuple(
        one
        for one in standing
        if one is not None
        and not one.granted
        and one.at >= merged_at
        and not (one.how == STRICTER and one.at == merged_at)
    )


def asked_twice(requests: Iterable[PrivacyRequest]) -> list[PrivacyRequest]:
    """Of several of one kind that are still to be done, all but the one that is due first."""
    first: set[RequestKind] = set()
    twice = []
    for request in sorted(requests, key=lambda one: (one.due_at, one.id)):
        if request.done_at is None and request.kind in first:
            twice.append(request)
        elif request.done_at is None:
            first.add(request.kind)
    return twice


def _counted_once(
    mine: Iterable[ScoreChange], theirs: Iterable[ScoreChange], kept: ProfileId, merged: ProfileId
) -> tuple[dict[str, str], list[ScoreChange]]:
    """New keys for what gives points once to a person, so that it does not again; and what both have got points for."""
    keys, rekeyed, twice = {change.key for change in mine}, {}, []
    for change in theirs:
        new = kept + change.key.removeprefix(merged)
        if not change.key.startswith(f"{merged}:"):
            continue
        if new in keys:
            twice.append(change)
        else:
            rekeyed[change.key] = new
    return rekeyed, twice


def _taken_back(change: ScoreChange, kept: ProfileId, merge_id: str, now: datetime) -> ScoreChange:
    return replace(
        change,
        profile_id=kept,
        key=f"merge:{merge_id}:{change.key}",
        points=-change.points,
        reason=f"counted once: {change.reason}",
        at=now,
    )


async def _claim_as_before(uow: UnitOfWork, who: ProfileId, claim: Claim) -> None:
    """Keep the time at which it was claimed, which decides whose it is; if both have it, either has proved it."""
    await uow.profiles.claim(who, claim.identity, claim.at, claim.origin)


async def _link(uow: UnitOfWork, kept: ProfileId, links: Mapping[str, str]) -> None:
    """A record in a CRM where there was none; of two records the one that was linked stays so."""
    there = await uow.crm_links.of(kept)
    for crm, crm_id in links.items():
        if crm not in there:
            await uow.crm_links.put(crm, kept, crm_id)


# ---------------------------------------------------------------- and how it is undone


async def _asked_of(uow: UnitOfWork, merge: Merge) -> Sequence[str]:
    """What was asked since in a conversation that is the other one's again: it is held until it is answered there."""
    found = []
    for question in await uow.opt_out_questions.unsettled(merge.kept.id):
        talk = await uow.conversations.at(question.channel, question.address)
        if question.asked_at >= merge.at and talk is not None and talk.profile_id == merge.merged.id:
            found.append(question.id)
    return found


async def _give_back_identities(uow: UnitOfWork, merge: Merge) -> None:
    kept = merge.kept.id
    own = {(one.identity.kind, one.identity.value): one for one in merge.claims if one.profile_id == kept}
    for claim in merge.claims:
        if claim.profile_id == kept:
            continue
        await uow.profiles.disclaim(kept, claim.identity)
        if (claim.identity.kind, claim.identity.value) in own:
            before = own[claim.identity.kind, claim.identity.value]
            await _claim_as_before(uow, kept, before)
        await _claim_as_before(uow, merge.merged.id, claim)


async def _grant_again(uow: UnitOfWork, merge: Merge, now: datetime) -> None:
    """A consent that ended by the merge alone stands again for whoever had given it."""
    for record in merge.withdrawn:
        standing = standing_consent(await uow.consents.of(merge.kept.id), record.purpose, record.channel)
        ended_by_merge = standing is not None and standing.how == STRICTER and standing.at == merge.at
        if ended_by_merge and record.profile_id == merge.kept.id:
            await uow.consents.add(replace(record, at=now, how=f"the merge that ended it was undone: {record.how}"))


async def _ask_again(uow: UnitOfWork, merge: Merge, now: datetime) -> None:
    """Reopen requests that only the merge had closed, with the due date that they had."""
    for who in (merge.kept.id, merge.merged.id):
        for request in await uow.privacy_requests.of(who):
            if (request.outcome, request.done_at) == (ASKED_TWICE, merge.at):
                await uow.privacy_requests.add(replace(request, id=new_id(now), done_at=None, outcome=""))


async def _let_go_on(uow: UnitOfWork, runtime: Runtime, merge: Merge, refused: Collection[str]) -> None:
    """Runs that ended by the merge alone go on where they were, and what they had queued waits again; but none of
    marketing, where all of it was stopped since, and none of a journey into which the person has come anew."""
    stopped = _is_all_refused(runtime, refused)
    for before in merge.ended:
        run = await uow.enrolments.get(before.id)
        if run.status is not EnrolmentStatus.DONE or run.reason not in (TWICE, OBJECTED, OPTED_OUT):
            continue
        if _in_twice([run], await uow.enrolments.waiting(run.profile_id)):
            continue
        if not stopped or not await may_be_marketing(uow, run):
            await uow.enrolments.save(replace(before, profile_id=run.profile_id, seq=run.seq + 1))
            await uow.outbox.give_back(run.profile_id, run.id, TWICE)

"""Put scores right: give everybody the points of rules that look at what is known, and take back those that are due no
more, chunk by chunk.

What becomes known of somebody gives points at once (`keep_score`). This is for what changes for many at once: a
marketer edits a rule, or takes it out; and days go by. Each rule is worked out once a day (UTC) and after an edit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.domain.audience import Working
from bot.domain.errors import Conflict
from bot.domain.ids import ProfileId
from bot.domain.score import ScoreRule
from bot.journeys.scoring import on_attributes
from bot.journeys.selection import check_selection
from bot.ports import UnitOfWork
from bot.services.enrol import tell_journeys
from bot.services.keep_score import SCORED, score_attributes, take_back
from bot.services.keep_segments import keep_segments
from bot.services.runtime import INBOX, OUTBOX, Runtime
from bot.services.work_out_segments import is_due

log = structlog.get_logger()

CHUNK = 5_000
"""People who are looked at in one transaction."""

BATCH = 100
"""Those of them whose points are put right in it."""

NOBODY = "false"
NO_MORE = ""
"""The version of a rule whose points are taken back."""


@dataclass(frozen=True, slots=True)
class _Chunk:
    """The `people` whose points by this rule are not right. `rule`: None for one that is no more. `last`: up to where
    that looked, None at the end."""

    working: Working
    rule: ScoreRule | None
    people: Sequence[ProfileId]
    last: str | None


async def work_on_scores(runtime: Runtime) -> int:
    """Put right one batch of people; 0 when there is nothing to do."""
    now = runtime.clock.now()
    chunk: _Chunk | None = None
    try:
        async with runtime.store.transaction() as uow:
            chunk = await _next_chunk(uow, runtime, now)
            if chunk is None:
                return 0
            for person in chunk.people:
                await _put_right(uow, runtime, chunk, person, now)
            await _keep(uow, chunk, now)
    except Conflict:
        if chunk is None:
            return 1
        log.info("somebody else was faster with one of a batch of scores; going one by one")
        await _one_by_one(runtime, chunk, now)
    except Exception as error:
        if chunk is None or runtime.store.is_away(error):
            raise
        log.exception("a batch of scores failed; going one by one", people=len(chunk.people))
        await _one_by_one(runtime, chunk, now)
    if chunk.people:
        log.info("points were put right", rule=chunk.working.name, people=len(chunk.people))
        await runtime.wakeups.notify(INBOX)
        await runtime.wakeups.notify(OUTBOX)
    return 1


async def _next_chunk(uow: UnitOfWork, runtime: Runtime, now: datetime) -> _Chunk | None:
    rules = _by_what_is_known(runtime)
    of_events = {one.id for one in runtime.library.current().score_rules if one.event is not None}
    workings = {one.name: one for one in await uow.scores.workings()}
    for name in sorted({*rules, *workings}):
        if name in of_events:  # whose points stay; it was of what is known before
            await uow.scores.drop(name)
            continue
        rule = rules.get(name)
        if rule is not None and not _is_answered(runtime, rule):
            if name not in workings:  # it is remembered, for its points are taken back once it is no more
                await uow.scores.save(Working(name, rule.version, now, finished_at=now))
            continue
        version = rule.version if rule is not None else None
        if not is_due(version, workings.get(name), now):
            continue
        working = await uow.scores.claim(name)
        if (working is None and name in workings) or not is_due(version, working, now):
            continue  # somebody else is at it, or has just done it
        if working is None or working.finished_at is not None or working.version != (version or NO_MORE):
            working = Working(name, version or NO_MORE, now)
        due = rule or ScoreRule(name, "fit", 0, "", condition=NOBODY)
        people, last = await uow.scores.not_right(
            name, due.condition, due.points, due.dimension, working.after, now, among=CHUNK, limit=BATCH
        )
        return _Chunk(working, rule, people, last)
    return None


def _by_what_is_known(runtime: Runtime) -> Mapping[str, ScoreRule]:
    return {one.id: one for one in on_attributes(runtime.library.current().score_rules)}


def _is_answered(runtime: Runtime, rule: ScoreRule) -> bool:
    """Whether the database can; else it is put right when something is next learnt of somebody."""
    return check_selection(rule.condition, runtime.library.current().profile) is None


async def _put_right(uow: UnitOfWork, runtime: Runtime, chunk: _Chunk, person: ProfileId, now: datetime) -> None:
    """All rules that look at what is known of them, not this one alone; then their segments, and what journeys hear."""
    if chunk.rule is None:
        changed = await take_back(uow, person, chunk.working.name, now)
    else:
        changed = await score_attributes(uow, runtime, person, now)
    if not changed:
        return
    moved = await keep_segments(uow, runtime, person, SCORED, now)
    if moved:
        await tell_journeys(uow, runtime, person, moved, now)


async def _one_by_one(runtime: Runtime, chunk: _Chunk, now: datetime) -> None:
    """Whoever fails is left out, and looked at again on the next day."""
    for person in chunk.people:
        try:
            async with runtime.store.transaction() as uow:
                await _put_right(uow, runtime, chunk, person, now)
        except Conflict:
            log.info("somebody's points were changed meanwhile", profile=person)
        except Exception as error:
            if runtime.store.is_away(error):
                raise
            log.exception("somebody's points could not be put right", profile=person)
    async with runtime.store.transaction() as uow:
        await _keep(uow, chunk, now)


async def _keep(uow: UnitOfWork, chunk: _Chunk, now: datetime) -> None:
    if chunk.last is not None:
        await uow.scores.save(replace(chunk.working, after=chunk.last))
    elif chunk.rule is not None:
        await uow.scores.save(replace(chunk.working, after="", finished_at=now))
    else:
        await uow.scores.drop(chunk.working.name)

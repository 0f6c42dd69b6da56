"""The way of a run in virtual time, as it is noted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from bot.domain.journey import Enrolment, EnrolmentStatus
from bot.domain.steps import END
from bot.journeys.virtual_world import Noted


def way_of(
    before: Enrolment, after: Enrolment, trail: Sequence[tuple[str, str]], now: datetime, *, with_what_it_did: bool
) -> Iterator[Noted]:
    """Each step come to, with where from; what was done; and how it ended, where it did."""
    way = [before.step] if before.seq else [""]
    for step, did in trail:
        if step != way[-1]:
            way.append(step)
        if with_what_it_did:
            yield Noted(now, "did", after, step, why=did)
    if after.step == END:
        way.append(END)
    for source, target in pairwise(way):
        yield Noted(now, "went", after, source, target)
    if after.goal_at is not None and before.goal_at is None:
        yield Noted(now, "goal", after, before.step)
    yield from end_of(after, now)


def end_of(run: Enrolment, now: datetime) -> Iterator[Noted]:
    match run.status:
        case EnrolmentStatus.PARKED:
            yield Noted(now, "parked", run, run.step, why=run.reason)
        case EnrolmentStatus.DONE:
            yield Noted(now, "ended" if run.step == END else "left", run, run.step, why=run.reason)
        case _:
            pass

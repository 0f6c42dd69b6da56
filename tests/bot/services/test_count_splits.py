"""Count splits: what came of each way, and how those who come later are sent the best one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from bot.domain.ids import ProfileId
from bot.domain.journey import SplitCount, Tally
from tests.bot.services.stage import Stage, journey_of

PARTS = """
- id: offer_test
  split:
    - {name: tip, weight: 50, do: [add_to: tipped]}
    - {name: nothing, weight: 50, do: [add_to: left-alone]}
  metric: event meeting.booked
  within: 2d
  choose: best
"""


async def tags_of(stage: Stage, person: ProfileId) -> set[str]:
    async with stage.store.transaction() as uow:
        return set((await uow.profiles.get(person)).tags)


async def tallies_of(stage: Stage) -> Mapping[str, Tally]:
    day = stage.clock.now().date()
    async with stage.store.transaction() as uow:
        return (await uow.splits.of("welcome", day - timedelta(days=99), day + timedelta(days=1)))["offer_test"]


async def test_what_comes_of_a_way_counts_for_those_who_have_left_too(stage: Stage) -> None:
    """The journey is over as soon as it has begun; a meeting is booked after a day, one too late, one twice."""
    people = [ProfileId(f"person-{number}") for number in range(3)]
    stage.play(journey_of(PARTS))
    for number, person in enumerate(people):
        await stage.meet(person, phone=f"+4477009002{number:02}")
        await stage.happens("demo.requested", to=person)
    stage.clock.forward(timedelta(days=1))
    for _ in range(2):
        await stage.happens("meeting.booked", to=people[0])
    stage.clock.forward(timedelta(days=2))
    await stage.happens("meeting.booked", to=people[1])
    found = (await tallies_of(stage)).values()
    assert (sum(one.went for one in found), sum(one.reached for one in found)) == (3, 1)


@pytest.mark.parametrize("waits", ["", "- wait: 9d"])
async def test_a_reply_counts_as_what_a_way_is_for_though_nobody_waits_for_it(stage: Stage, waits: str) -> None:
    """It is the metric of whatever is sent at the best hour, where its author names none."""
    stage.play(journey_of(f"{PARTS.replace('meeting.booked', 'message.received')}{waits}"))
    await stage.meet()
    await stage.happens("demo.requested")
    stage.clock.forward(timedelta(hours=1))
    await stage.says("greet")
    found = (await tallies_of(stage)).values()
    assert (sum(one.went for one in found), sum(one.reached for one in found)) == (1, 1)


async def test_the_way_that_did_best_is_chosen_once_the_time_of_enough_people_is_over(stage: Stage) -> None:
    stage.play(journey_of(PARTS))
    day = stage.clock.now().date()
    async with stage.store.transaction() as uow:
        for number in range(200):
            uow.splits.count("welcome", SplitCount("offer_test", "tip", day))
            uow.splits.count("welcome", SplitCount("offer_test", "nothing", day))
            if number < 100:
                uow.splits.count("welcome", SplitCount("offer_test", "tip", day, reached=True))
    people = [ProfileId(f"person-{number}") for number in range(80)]
    for number, person in enumerate(people):
        await stage.meet(person, phone=f"+4477009002{number:02}")
    for person in people[:40]:
        await stage.happens("demo.requested", to=person)
    soon = [await tags_of(stage, person) for person in people[:40]]
    assert soon.count({"tipped"}) < 32, "two days are not over yet: half go each way"
    stage.clock.forward(timedelta(days=3))
    for person in people[40:]:
        await stage.happens("demo.requested", to=person)
    later = [await tags_of(stage, person) for person in people[40:]]
    assert later.count({"tipped"}) >= 34
    assert later.count({"left-alone"}) == 40 - later.count({"tipped"})

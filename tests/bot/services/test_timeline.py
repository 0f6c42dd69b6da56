"""What the service tells is on the person's timeline, and is counted by segments and journeys."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.domain.audience import Segment
from bot.domain.timeline import PersonEvent
from bot.services.work_out_segments import work_on_segments
from tests.bot.services.stage import ANA, Stage, journey_of

KEEN = Segment("keen", "did('pricing.viewed', 30) >= 2")


def divide(stage: Stage, *segments: Segment) -> None:
    stage.library.playbook = replace(stage.library.playbook, segments={one.id: one for one in segments})


async def timeline(stage: Stage) -> list[PersonEvent]:
    """Oldest first."""
    async with stage.store.transaction() as uow:
        return list(reversed(await uow.timeline.of(ANA, limit=100)))


async def events(stage: Stage) -> list[str]:
    return [one.event for one in await timeline(stage)]


async def segments_of(stage: Stage) -> frozenset[str]:
    async with stage.store.transaction() as uow:
        return frozenset(await uow.segments.of(ANA))


async def work_out(stage: Stage) -> None:
    while await work_on_segments(stage.runtime):
        pass


async def test_what_happens_to_somebody_moves_them_into_segments_that_count_it(stage: Stage) -> None:
    await stage.meet()
    divide(stage, KEEN)
    stage.play(journey_of("- add_to: keen", "enter: {segment: big-teams}"))
    await stage.happens("pricing.viewed", plan="pro")
    assert await segments_of(stage) == frozenset()
    await stage.happens("pricing.viewed")
    assert await segments_of(stage) == {"keen"}
    assert await events(stage) == ["pricing.viewed", "pricing.viewed", "segment.entered"]
    assert (await timeline(stage))[0].data == {"plan": "pro"}


async def test_days_that_go_by_take_people_out_of_segments(stage: Stage) -> None:
    await stage.meet()
    divide(stage, KEEN)
    for _ in range(2):
        await stage.happens("pricing.viewed")
    await work_out(stage)
    stage.clock.forward(timedelta(days=29))
    await work_out(stage)
    assert await segments_of(stage) == {"keen"}
    stage.clock.forward(timedelta(days=1))
    await work_out(stage)
    assert await segments_of(stage) == frozenset()
    assert (await events(stage))[-2:] == ["segment.entered", "segment.left"]


async def test_a_segment_that_nobody_listens_to_is_on_the_timeline_all_the_same(stage: Stage) -> None:
    await stage.meet(attributes={"team_size": 50})
    divide(stage, Segment("big-teams", "profile.team_size > 20"))
    await work_out(stage)
    found = await timeline(stage)
    assert [(one.event, dict(one.data), one.source) for one in found] == [
        ("segment.entered", {"segment": "big-teams"}, "service")
    ]


async def test_a_journey_counts_what_happened_before_and_now(stage: Stage) -> None:
    await stage.meet()
    steps = """
    - wait: {for: pricing.viewed, at_most: 3d}
    - branch:
        - if: did('pricing.viewed') == 2
          do: [add_to: twice]
    - emit: {event: interest.shown, with: {times: "= did('pricing.viewed', 7)"}}
    """
    stage.play(
        journey_of(steps, "enter: {event: demo.requested, if: did('pricing.viewed') == 1}"),
        journey_of("- set: {times: = event.times}", "enter: {event: interest.shown}", name="outer"),
    )
    await stage.happens("demo.requested")
    assert await stage.enrolments() == []
    await stage.happens("pricing.viewed")
    await stage.happens("demo.requested")
    assert len(await stage.enrolments()) == 1
    await stage.happens("pricing.viewed")
    async with stage.store.transaction() as uow:
        profile = await uow.profiles.get(ANA)
    assert (set(profile.tags), profile.attributes["times"]) == ({"twice"}, 2)
    assert (await events(stage))[-2:] == ["pricing.viewed", "interest.shown"]


async def test_a_message_is_on_the_timeline_without_its_words(stage: Stage) -> None:
    await stage.meet()
    await stage.says("greet")
    divide(stage, Segment("talks", "did('message.received') == 2"))
    await stage.says("greet once more")
    assert await segments_of(stage) == {"talks"}
    received = [one for one in await timeline(stage) if one.event == "message.received"]
    assert len(received) == 2
    assert received[0].data == {"channel": "sms", "intent": "greet", "enrolment": ""}

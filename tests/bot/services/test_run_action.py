"""Actions that journeys run: in the conversation, under the journey's purpose, with their end told to the step."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.conversation import SlotSet
from bot.domain.delivery import OutboxStatus
from bot.domain.effects import Say, SetAttribute
from bot.domain.journey import EnrolmentStatus
from bot.domain.message import DeskVerb, Text
from tests.bot.services.stage import ANA, Stage, journey_of

RUNS = """
- id: run
  action: action_lead
  failed: {do: [add_to: failed]}
- add_to: done
- set: {size: "= answer.team_size"}
"""


async def tags_of(stage: Stage) -> set[str]:
    async with stage.store.transaction() as uow:
        return set((await uow.profiles.get(ANA)).tags)


async def test_an_action_runs_and_the_journey_goes_on_with_its_slots(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    stage.play(journey_of(RUNS))
    stage.actions.effects["action_lead"] = (SetAttribute("seen", True),)
    stage.actions.events["action_lead"] = (SlotSet("team_size", "40"),)
    stage.actions.says["action_lead"] = (Say(Text("Here is your quote.")),)
    await stage.happens("demo.requested")
    await stage.settle()
    assert await tags_of(stage) == {"done"}
    async with stage.store.transaction() as uow:
        assert (await uow.profiles.get(ANA)).attributes == {"seen": True, "size": "40"}
    assert stage.sms.texts() == ["I am a machine. Here is your quote."]
    assert stage.actions.ran == ["action_lead"]


async def test_what_it_says_is_marketing_where_the_journey_is(stage: Stage) -> None:
    await stage.meet()
    stage.play(journey_of(RUNS))
    stage.actions.effects["action_lead"] = ()
    stage.actions.says["action_lead"] = (Say(Text("Buy now.")),)
    await stage.happens("demo.requested")
    await stage.settle()
    assert stage.sms.texts() == []
    (decision,) = await stage.decisions()
    assert decision.outcome == "withhold"
    assert await tags_of(stage) == {"done"}


async def test_an_action_that_fails_goes_its_way_and_nobody_apologises(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    stage.play(journey_of(RUNS))
    stage.actions.broken.add("action_lead")
    await stage.happens("demo.requested")
    await stage.settle()
    assert await tags_of(stage) == {"failed", "done"}
    assert stage.sms.texts() == []


async def test_without_a_way_for_failures_its_run_is_parked_with_the_reason(stage: Stage) -> None:
    await stage.meet()
    stage.play(journey_of("- action: action_lead"))
    stage.actions.broken.add("action_lead")
    await stage.happens("demo.requested")
    (before,) = await stage.enrolments()
    await stage.settle()
    parked = await stage.enrolment(before.id)
    assert parked.status is EnrolmentStatus.PARKED
    assert "action_lead" in parked.reason


async def test_somebody_who_cannot_be_reached_fails_at_once(stage: Stage) -> None:
    await stage.meet()
    stage.play(journey_of(RUNS.replace("action_lead", "{name: action_lead, channels: [webchat]}")))
    await stage.happens("demo.requested")
    assert await tags_of(stage) == {"failed", "done"}
    assert stage.actions.ran == []


async def test_an_action_that_the_assistant_has_no_more_parks_its_run(stage: Stage) -> None:
    await stage.meet()
    stage.play(journey_of("- wait: 1d\n- action: action_lead"))
    await stage.happens("demo.requested")
    (before,) = await stage.enrolments()
    assistant = stage.library.playbook.assistant
    stage.library.playbook = replace(
        stage.library.playbook, assistant=replace(assistant, actions=frozenset({"action_more"}))
    )
    await stage.later(days=1)
    assert "there is no action" in (await stage.enrolment(before.id)).reason


async def test_while_a_colleague_talks_no_action_runs(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    stage.play(journey_of("- handoff: {reason: hot}\n- wait: 1h\n" + RUNS.strip()))
    stage.actions.effects["action_lead"] = ()
    await stage.happens("demo.requested")
    await stage.settle()
    await stage.later(hours=1)
    assert stage.actions.ran == ["action_lead"]


async def test_a_step_that_was_left_runs_nothing(stage: Stage) -> None:
    await stage.meet()
    stage.play(journey_of(RUNS, "exit: {goal: event meeting.booked}"))
    stage.actions.effects["action_lead"] = ()
    await stage.happens("demo.requested")
    await stage.happens("meeting.booked")
    await stage.settle()
    assert stage.actions.ran == []


async def test_an_action_waits_until_the_colleague_hands_back(stage: Stage) -> None:
    await stage.meet()
    stage.play(journey_of("- handoff: {reason: hot}\n- wait: {for: link.clicked, at_most: 1d}\n" + RUNS.strip()))
    stage.actions.effects["action_lead"] = ()
    await stage.happens("demo.requested")
    await stage.settle()
    handoff = await stage.handoff()
    await stage.click(handoff, DeskVerb.CLAIM)
    await stage.happens("link.clicked")
    await stage.settle()
    assert stage.actions.ran == []
    await stage.click(await stage.handoff(), DeskVerb.HAND_BACK)
    await stage.later(minutes=15)
    assert stage.actions.ran == ["action_lead"]
    assert {entry.status for entry in [await stage.entry(handoff.card_key)]} == {OutboxStatus.SENT}

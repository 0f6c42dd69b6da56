"""What custom actions answer, as a turn takes it over."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.domain.assistant import Response, Variation
from bot.domain.conversation import ReminderScheduled, SlotSet
from bot.domain.effects import Say, ScheduleReminder
from bot.domain.message import Button, Text
from tests.bot.dialogue.chat import assistant_of
from tests.bot.services.stage import ASSISTANT, Stage


async def acted(stage: Stage) -> list[tuple[str, str]]:
    (turn,) = [item for item in await stage.feed("explain") if item["type"] == "turn"]
    return [(one["action"], one["why"]) for one in turn["acted"]]


async def test_an_empty_message_is_not_said_and_the_action_has_run(stage: Stage) -> None:
    stage.actions.effects["action_lead"] = ()
    stage.actions.says["action_lead"] = (Say(Text("")), Say(Text("Found.")))
    assert await stage.says("lead") == ["I am a machine. Found."]


async def test_an_actions_own_text_goes_before_that_of_the_response_whose_buttons_it_takes(stage: Stage) -> None:
    playbook = stage.library.playbook
    tip = Response("utter_tip", (Variation("A tip.", buttons=(Button("Book", "/book"),)),))
    responses = {**playbook.assistant.responses, "utter_tip": tip}
    stage.library.playbook = replace(playbook, assistant=replace(playbook.assistant, responses=responses))
    stage.actions.effects["action_lead"] = ()
    stage.actions.says["action_lead"] = (Say(Text("Take it?", (Button("No", "/greet"),)), response="utter_tip"),)
    await stage.says("lead", channel="webchat")
    said = stage.webchat.taken[-1].content
    assert isinstance(said, Text)
    assert (said.text, [one.title for one in said.buttons]) == ("Take it?", ["Book", "No"])


async def test_a_response_that_nobody_wrote_is_told_to_the_author(stage: Stage) -> None:
    stage.actions.effects["action_lead"] = ()
    stage.actions.says["action_lead"] = (Say(Text(""), response="utter_tipp"),)
    assert await stage.says("lead") == []
    assert ("action_lead", 'names the response "utter_tipp", which the domain has not') in await acted(stage)


async def test_a_slot_that_nobody_declared_is_told_to_the_author(stage: Stage) -> None:
    stage.actions.effects["action_lead"] = ()
    stage.actions.events["action_lead"] = (SlotSet("buget", 5), SlotSet("requested_slot", None))
    await stage.says("lead")
    told = [why for action, why in await acted(stage) if action == "action_lead"]
    assert 'sets the slot "buget", which the domain has not' in told
    assert not any("requested_slot" in one for one in told)


async def test_a_reminder_of_an_intent_that_nobody_declared_is_told_to_the_author_and_never_due(stage: Stage) -> None:
    due_at = stage.clock.now() + timedelta(hours=1)
    effects, events = [], []
    for intent in ("greeet", "greet"):
        events.append(ReminderScheduled(intent, intent, due_at))
        effects.append(ScheduleReminder(intent, intent, due_at))
    stage.actions.events["action_lead"], stage.actions.effects["action_lead"] = tuple(events), tuple(effects)
    await stage.says("lead")
    assert ("action_lead", 'reminds of the intent "greeet", which the domain has not') in await acted(stage)
    assert [one.intent for one in (await stage.at()).tracker.reminders] == ["greet"]


async def test_an_action_that_fails_to_fill_a_slot_fails_without_an_apology(stage: Stage) -> None:
    slot = "slots: {budget: {type: text, mappings: [{type: custom, action: action_more}]}}"
    stage.library.playbook = replace(stage.library.playbook, assistant=assistant_of(ASSISTANT, slot))
    stage.actions.broken.add("action_more")
    assert await stage.says("greet") == ["I am a machine. Hello!"]
    assert "action_more" in stage.actions.ran

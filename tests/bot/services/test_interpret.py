"""A language model says what nothing else has understood, and what it says goes the way of everything else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from bot.adapters.language_model import HttpLanguageModel
from bot.domain.consent import Purpose
from bot.domain.effects import OptIn, RecordConsent, RequestHandoff
from bot.domain.language_model import ModelTerms
from bot.domain.message import DeskVerb
from bot.domain.privacy import RequestKind
from bot.domain.sending_rules import RequestWords
from bot.services.interpret import SHORT_ANSWER
from tests.bot.dialogue.chat import assistant_of
from tests.bot.services.fakes import FakeNlu
from tests.bot.services.stage import ASSISTANT, PHONE, Stage
from tests.scripted_model import Answer, ScriptedModel, Trouble, commands

MORE = """
version: "3.1"
intents: [inform, affirm, talk_to_person]
entities: [number]
slots:
  seats:
    type: float
    influence_conversation: false
    mappings: [{type: from_entity, entity: number}]
  sms_consent:
    type: bool
    influence_conversation: false
    mappings:
      - type: from_intent
        intent: affirm
        value: true
        conditions: [{active_loop: text_form, requested_slot: sms_consent}]
actions: [action_hand_off, action_record]
responses:
  utter_ask_sms_consent: [{text: "May we text you offers?"}]
  utter_noted: [{text: "Noted."}]
forms:
  text_form: {required_slots: [sms_consent]}
rules:
  - rule: told
    condition: [{active_loop: null}]
    steps: [{intent: inform}, {action: utter_noted}]
  - rule: person
    steps: [{intent: talk_to_person}, {action: action_hand_off}]
  - rule: texts
    condition: [{active_loop: text_form}]
    steps:
      - action: text_form
      - active_loop: null
      - slot_was_set: [{requested_slot: null}]
      - action: action_record
"""
ODD = "could one perchance reserve a table for fifty of us?"
ANSWER = "How many are you?"


@pytest.fixture
async def stage(stage: Stage, client: HttpLanguageModel) -> Stage:
    assistant = assistant_of(ASSISTANT, MORE)
    stage.library.playbook = replace(
        stage.library.playbook, assistant=assistant, nlu=FakeNlu(*assistant.intents), said=frozenset(assistant.intents)
    )
    stage.runtime = replace(stage.runtime, model=client)
    await stage.says("greet")
    return stage


async def explained(stage: Stage) -> list[dict[str, object]]:
    """What the explanation of the last turn says of the model."""
    turn = (await stage.feed("explain"))[-1]
    return list(turn["model"])


async def test_what_nothing_has_understood_the_model_may(stage: Stage, model: ScriptedModel) -> None:
    model.play(commands(["start", "book"], ["set", "seats", "50"]))
    assert await stage.says(f"{ODD} 50") == [ANSWER]
    tracker = (await stage.at()).tracker
    assert tracker.loop is not None
    assert tracker.slots["seats"] == 50.0
    message = tracker.latest_message
    assert message is not None
    assert (message.understood.intent.name, message.understood.stage) == ("book", "language model")
    (call,) = await explained(stage)
    assert call["kept"] == ["start book", "set seats"]
    assert (call["use"], call["outcome"], call["tokens"]) == ("commands", "answered", 110)


@pytest.mark.parametrize("text", ["greet", "book", "stop", "help", "opt_out", "/book", "?!", "🎉", ""])
async def test_what_the_ladder_reads_costs_no_call(stage: Stage, model: ScriptedModel, text: str) -> None:
    await stage.says(text)
    assert model.calls == 0


async def test_a_button_costs_no_call(stage: Stage, model: ScriptedModel) -> None:
    await stage.says("Book", payload="/book")
    assert model.calls == 0


async def test_a_short_answer_to_a_forms_question_costs_no_call(stage: Stage, model: ScriptedModel) -> None:
    await stage.says("book")
    assert await stage.says(" ".join(["some"] * SHORT_ANSWER)) == ["Thank you."]
    assert model.calls == 0


async def test_while_a_colleague_has_the_floor_the_model_hears_nothing(stage: Stage, model: ScriptedModel) -> None:
    model.play(commands(["hand_off"]))

    stage.actions.effects["action_hand_off"] = (RequestHandoff("Asked for a person"),)
    await stage.says("get me somebody with a pulse")
    await stage.click(await stage.handoff(), DeskVerb.CLAIM)
    await stage.says("hello there, who might you be?")
    assert model.calls == 1


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        (("429", {"Retry-After": "60"}), "answered 429"),
        (("401",), "OVERTURE_MODEL_KEY"),
        (("cut off",), "cut off"),
        (("declined",), "answered nothing"),
        (("not JSON",), "OVERTURE_MODEL_DIALECT"),
    ],
)
async def test_whatever_is_wrong_with_the_model_the_local_answer_is_given(
    stage: Stage, model: ScriptedModel, line: tuple[Trouble], outcome: str
) -> None:
    model.play(line)
    with capture_logs() as logs:
        assert await stage.says(ODD) == ["Pardon?"]
    (call,) = await explained(stage)
    assert outcome in str(call["outcome"])
    assert ODD not in str(logs)
    assert [log for log in logs if log["event"] == "the language model gave no answer"]


@pytest.mark.parametrize("answer", ["Sure! I have booked it.", commands(["grant_score", "fit", "100"]), commands()])
async def test_an_answer_that_says_nothing_of_use_changes_nothing(
    stage: Stage, model: ScriptedModel, answer: Answer
) -> None:
    model.play(answer)
    assert await stage.says(ODD) == ["Pardon?"]
    assert model.calls == 1


async def test_a_conversation_has_a_budget_of_calls_that_a_new_day_renews(stage: Stage, model: ScriptedModel) -> None:
    stage.runtime = replace(stage.runtime, model_terms=ModelTerms(calls=2))
    for _ in range(3):
        assert await stage.says(ODD) == ["Pardon?"]
    assert model.calls == 2
    (call,) = await explained(stage)
    assert "budget" in str(call["outcome"])
    await stage.says(ODD, channel="webchat", address="somebody-else")
    assert model.calls == 3, "another conversation has its own"
    await stage.later(days=1)
    await stage.says(ODD)
    assert model.calls == 4


async def test_a_conversation_has_a_budget_of_tokens_that_failures_count_against(
    stage: Stage, model: ScriptedModel
) -> None:
    stage.runtime = replace(stage.runtime, model_terms=ModelTerms(tokens=200))
    model.play(("cut off",))
    for _ in range(3):
        await stage.says(ODD)
    assert model.calls == 2


async def test_what_the_circuit_breaker_spares_is_not_counted(stage: Stage, model: ScriptedModel) -> None:
    stage.runtime = replace(stage.runtime, model_terms=ModelTerms(calls=4))
    model.play(("401",), ("401",), ("401",))
    for _ in range(6):
        assert await stage.says(ODD) == ["Pardon?"]
    assert model.calls == 3
    (call,) = await explained(stage)
    assert "left alone" in str(call["outcome"])


async def test_what_was_spent_outlives_a_restart(stage: Stage, model: ScriptedModel) -> None:
    stage.runtime = replace(stage.runtime, model_terms=ModelTerms(calls=1))
    await stage.says(ODD)
    again = Stage(stage.store, stage.clock)
    again.library = stage.library
    again.runtime = replace(stage.runtime, library=stage.library)
    await again.says(ODD, vendor_id="after the restart")
    assert model.calls == 1


async def test_a_use_that_is_not_wanted_costs_nothing(stage: Stage, model: ScriptedModel) -> None:
    stage.runtime = replace(stage.runtime, model_terms=ModelTerms(uses=frozenset({"answers"})))
    await stage.says(ODD)
    assert model.calls == 0


# ---------------------------------------------------------------- consent


async def test_to_stop_in_any_words_is_heeded(stage: Stage, model: ScriptedModel) -> None:
    here = (await stage.at()).profile_id
    await stage.consent(of=here)
    model.play(commands(["revoke_consent"]))
    assert await stage.says("kindly let my pocket rest from now on") == ["You will get no more of these."]
    assert not await stage.may_send(of=here)


async def test_an_opt_out_that_only_the_model_reads_counts_beside_a_request(stage: Stage, model: ScriptedModel) -> None:
    since = stage.clock.now().date()
    row = RequestWords("copy", "default", since, None, "a test", RequestKind.ACCESS, "en", words=("copy of my data",))
    stage.rule(replace(stage.library.playbook.rules, request_words=(row,)))
    here = (await stage.at()).profile_id
    await stage.consent(of=here)
    model.play(commands(["revoke_consent"]))
    await stage.says("I want peace from you henceforth, and a copy of my data")
    assert not await stage.may_send(of=here)


async def test_to_want_messages_only_has_the_question_asked(stage: Stage, model: ScriptedModel) -> None:
    model.play(commands(["grant_consent"]))
    assert await stage.says("do keep my pocket buzzing with your finest") == ["May we text you offers?"]
    assert not await stage.may_send(of=(await stage.at()).profile_id)


async def test_no_model_reads_the_answer_to_a_question_on_consent(stage: Stage, model: ScriptedModel) -> None:
    model.play(commands(["grant_consent"]), commands(["start", "affirm"]))
    await stage.says("do keep my pocket buzzing with your finest")
    await stage.says("that would be a splendid idea of yours")
    assert model.calls == 1
    assert (await stage.at()).tracker.slots.get("sms_consent") is None
    stage.actions.effects["action_record"] = (RecordConsent(Purpose.MARKETING, "sms", True, "May we?", "chat"),)
    await stage.says("yes")
    assert await stage.may_send(of=(await stage.at()).profile_id), "what the customer says themselves counts"


async def test_no_consent_comes_of_what_a_model_has_read_whatever_an_action_makes_of_it(
    stage: Stage, model: ScriptedModel
) -> None:
    stage.actions.effects["action_lead"] = (
        RecordConsent(Purpose.MARKETING, "sms", True, "", "an action that asks nobody"),
        OptIn("sms", PHONE, "an action that asks nobody"),
        RecordConsent(Purpose.MARKETING, "webchat", False, "", "a no is kept"),
    )
    model.play(commands(["start", "lead"]))
    await stage.says("I am as warm a lead as they come")
    here = (await stage.at()).profile_id
    async with stage.store.transaction() as uow:
        assert [record.granted for record in await uow.consents.of(here)] == [False]
    turn = (await stage.feed("explain"))[-1]
    assert {"action": "consent withheld", "why": "a language model's reading is nobody's consent"} in turn["acted"]

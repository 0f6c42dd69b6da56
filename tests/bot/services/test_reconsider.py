"""An answer to a question on consent is taken back in the messages after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.adapters.content.built_in_responses import with_built_in_responses
from bot.domain.challenge import Asked, Challenge, ChallengeId
from bot.domain.consent import ConsentRecord, Purpose
from bot.domain.effects import RequestHandoff
from bot.domain.ids import MessageId
from bot.domain.message import DeskVerb
from bot.domain.person import Identity
from bot.services.weigh import is_awaited
from tests.bot.dialogue.chat import assistant_of
from tests.bot.services.fakes import FakeNlu
from tests.bot.services.stage import ANA, ASSISTANT, PHONE, RULES, VISITOR, Stage, keyword_row

ASKS_FOR_TEXTS = """
slots:
  sms_consent:
    type: bool
    influence_conversation: false
    mappings: [{type: from_intent, intent: greet, value: true, conditions: [{active_loop: texts_form}]}]
responses:
  utter_ask_sms_consent: [{text: "May we text you offers?"}]
forms:
  texts_form: {required_slots: [sms_consent]}
"""
QUESTION, HOW = (
    "May we text you offers?",
    "You have opted out, so we send you none. If you want them again, write START",
)


async def _agreed(stage: Stage, *, message: MessageId) -> None:
    async with stage.store.transaction() as uow:
        now = stage.clock.now()
        await uow.consents.add(
            ConsentRecord(ANA, Purpose.MARKETING, "sms", True, now, "answered in sms", "May we text you?", message)
        )


async def _latest(stage: Stage) -> MessageId:
    message = (await stage.at()).tracker.latest_message
    assert message is not None
    return message.message_id


@pytest.fixture
async def stage(stage: Stage) -> Stage:
    await stage.meet()
    await stage.says("greet")
    await _agreed(stage, message=await _latest(stage))
    await stage.later(minutes=1)
    return stage


@pytest.mark.parametrize(
    "said", ["actually no", "sorry, wrong button", "I changed my mind", "doch nicht", "but only by e-mail"]
)
async def test_a_yes_is_taken_back_and_the_ledger_says_so(stage: Stage, said: str) -> None:
    await stage.says(said)
    async with stage.store.transaction() as uow:
        last = (await uow.consents.of(ANA))[-1]
    assert (last.granted, last.channel, last.text) == (False, "sms", "May we text you?")
    assert "took back on sms" in last.how
    assert not await stage.may_send()


@pytest.mark.parametrize("said", ["greet", "no thanks, that's all", "is that so?", "yes"])
async def test_other_messages_leave_it(stage: Stage, said: str) -> None:
    await stage.says(said)
    assert await stage.may_send()


async def test_a_plain_no_to_a_colleague_leaves_it(stage: Stage) -> None:
    stage.rule(replace(RULES, keywords=(*RULES.keywords, keyword_row("deny", "nope"))))
    await stage.do(RequestHandoff("Asked for a person"))
    await stage.click(await stage.handoff(), DeskVerb.CLAIM)
    await stage.says("nope")
    assert await stage.may_send()


async def test_a_condition_that_comes_later_is_about_something_else(stage: Stage) -> None:
    await stage.says("greet")
    await stage.says("but only by e-mail")
    assert await stage.may_send()


async def test_what_is_said_much_later_is_about_something_else(stage: Stage) -> None:
    for _ in range(3):
        await stage.says("greet")
    await stage.says("actually no")
    assert await stage.may_send()


async def test_a_consent_that_is_to_be_confirmed_is_taken_back_as_well(stage: Stage) -> None:
    asked = Asked(Purpose.MARKETING, "May we write to you?", "answered in sms", await _latest(stage))
    async with stage.store.transaction() as uow:
        now = stage.clock.now()
        challenge = Challenge(ChallengeId("c"), ANA, "whatsapp", PHONE, now, now + timedelta(days=3), asked)
        await uow.challenges.add(challenge)
    await stage.later(minutes=1)
    await stage.says("I changed my mind")
    async with stage.store.transaction() as uow:
        assert not await is_awaited(uow, challenge, stage.clock.now())
        assert {one.channel for one in await uow.consents.of(ANA) if not one.granted} == {"sms", "whatsapp"}


@pytest.fixture
async def chatting(stage: Stage) -> Stage:
    """Ana's other self, of whom nothing is known but the page they chat on; a form there asks for texts."""
    assistant = with_built_in_responses(assistant_of(ASSISTANT, ASKS_FOR_TEXTS))
    nlu = FakeNlu(*assistant.intents)
    stage.library.playbook = replace(stage.library.playbook, assistant=assistant, nlu=nlu)
    await stage.says("greet", channel="webchat")
    return stage


async def test_start_on_a_page_puts_the_question_to_whom_an_opt_out_has_ended_all(chatting: Stage) -> None:
    await chatting.says("opt out", channel="webchat")
    assert await chatting.says("START", channel="webchat") == [QUESTION]


async def test_start_of_somebody_who_has_ended_nothing_is_a_word_like_others(chatting: Stage) -> None:
    await chatting.consent(False, of=(await chatting.at("webchat", VISITOR)).profile_id)
    assert await chatting.says("start", channel="webchat") == ["Pardon?"]
    assert await chatting.says("subscribe", channel="webchat") == [QUESTION]


async def test_start_in_a_form_says_how_to_come_back_and_the_form_goes_on(chatting: Stage) -> None:
    await chatting.says("opt out", channel="webchat")
    await chatting.says("book", channel="webchat")
    how, question = await chatting.says("start", channel="webchat")
    assert how.startswith(HOW)
    assert question == "How many are you?"


async def test_where_a_number_has_opted_out_it_is_told_that_start_has_to_come_from_there(chatting: Stage) -> None:
    visitor = (await chatting.at("webchat", VISITOR)).profile_id
    async with chatting.store.transaction() as uow:
        await uow.profiles.claim(visitor, Identity("phone", "+447700900999"), chatting.clock.now())
    await chatting.says("opt out", channel="webchat")
    (how,) = await chatting.says("START", channel="webchat")
    assert how.startswith(HOW)


async def test_on_a_page_each_opt_out_is_confirmed(chatting: Stage) -> None:
    first = await chatting.says("opt out", channel="webchat")
    await chatting.later(minutes=1)
    assert await chatting.says("opt out", channel="webchat") == first

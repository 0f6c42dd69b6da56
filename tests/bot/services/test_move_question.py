"""A journey's question that is answered on another channel than it was asked on."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.journey import EnrolmentStatus
from bot.domain.message import DeskVerb
from bot.domain.person import Identity
from bot.services.hand_off import request_handoff
from tests.bot.services.fakes import FakeNlu
from tests.bot.services.stage import ANA, VISITOR, Stage, journey_of

ASKS = """
- id: ask
  ask: {form: size_form, channels: [sms]}
  silent: {after: 9d, go: end}
- set: {size: "= answer.team_size"}
"""


async def asked_by_text(stage: Stage) -> None:
    """Ana, whom we know on the website, too, has been asked by text message how many they are."""
    await stage.meet()
    await stage.consent()
    async with stage.store.transaction() as uow:
        await uow.profiles.claim(ANA, Identity("webchat", VISITOR, verified=True), stage.clock.now())
    stage.play(journey_of(ASKS))
    await stage.happens("demo.requested")
    await stage.settle()
    assert stage.sms.texts() == ["I am a machine. How many are you?"]


async def size(stage: Stage) -> object:
    async with stage.store.transaction() as uow:
        return (await uow.profiles.get(ANA)).attributes.get("size")


async def test_the_answer_on_the_website_moves_the_journey_on(stage: Stage) -> None:
    await asked_by_text(stage)
    (enrolment,) = await stage.enrolments()
    assert await stage.says("fifty", channel="webchat", address=VISITOR) == ["I am a machine.", "Thank you."]
    assert await size(stage) == "fifty"
    assert (await stage.enrolment(enrolment.id)).status is EnrolmentStatus.DONE
    by_text, by_web = await stage.at(), await stage.at("webchat", VISITOR)
    assert (by_text.tracker.loop, by_text.asking_enrolment, by_web.asking_enrolment) == (None, None, None)


async def test_a_message_that_answers_it_is_understood_once(stage: Stage) -> None:
    await asked_by_text(stage)
    nlu = FakeNlu(*stage.library.playbook.assistant.intents)
    stage.library.playbook = replace(stage.library.playbook, nlu=nlu)
    await stage.says("fifty", channel="webchat", address=VISITOR)
    assert nlu.read == ["fifty"]


async def test_another_request_on_the_website_is_answered_and_the_question_stays_where_it_is(stage: Stage) -> None:
    await asked_by_text(stage)
    assert await stage.says("greet", channel="webchat", address=VISITOR) == ["I am a machine.", "Hello!"]
    assert (await stage.at()).asking_enrolment is not None
    await stage.says("fifty")
    assert await size(stage) == "fifty"


async def test_an_old_question_is_not_taken_to_be_meant(stage: Stage) -> None:
    await asked_by_text(stage)
    await stage.later(days=4)
    await stage.says("fifty", channel="webchat", address=VISITOR)
    assert await size(stage) is None


async def test_what_is_said_to_a_colleague_answers_nothing(stage: Stage) -> None:
    await asked_by_text(stage)
    await stage.says("greet", channel="webchat", address=VISITOR)
    async with stage.store.transaction() as uow:
        conversation = await uow.conversations.at("webchat", VISITOR)
        assert conversation is not None
        handoff = await request_handoff(uow, stage.runtime, conversation, "hot", stage.clock.now())
    assert handoff is not None
    await stage.settle()
    await stage.click(handoff, DeskVerb.CLAIM)
    await stage.says("fifty", channel="webchat", address=VISITOR)
    assert await size(stage) is None


async def test_the_answer_of_somebody_else_is_none(stage: Stage) -> None:
    await asked_by_text(stage)
    await stage.says("fifty", channel="webchat", address="another visitor")
    assert await size(stage) is None

"""Ask: a journey's question is put in its turn, if the gate lets it and somebody still waits for the answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from bot.domain.assistant import SlotMapping
from bot.domain.consent import Purpose
from bot.domain.effects import OptOut, RequestHandoff
from bot.domain.journey import Enrolment, EnrolmentStatus
from bot.domain.message import DeskVerb
from bot.domain.person import Identity
from bot.services.converse import converse
from tests.bot.dialogue.chat import assistant_of
from tests.bot.services.fakes import FakeNlu
from tests.bot.services.stage import ANA, ASSISTANT, PHONE, VISITOR, Stage, journey_of, open_between

ASKS = """
- id: ask-size
  ask: {form: size_form, channels: [sms], need: [team_size]}
  remind: [1d]
  silent: {after: 3d, go: end}
  refuse: {go: end}
- set: {company_size: "= answer.team_size"}
- send: {response: utter_tip, channels: [sms]}
"""
QUESTION = "How many are you?"
FROM_A_WORD = "from_text, not_intent: ask_day, "


async def asked(stage: Stage, *, consent: bool = True) -> Enrolment:
    """Ana has entered a journey that begins with a question."""
    await stage.meet()
    if consent:
        await stage.consent()
    stage.play(journey_of(ASKS))
    await stage.happens("demo.requested")
    (enrolment,) = await stage.enrolments()
    return enrolment


async def test_a_question_is_put_and_its_answer_moves_the_journey_on(stage: Stage) -> None:
    enrolment = await asked(stage)
    await stage.settle()
    assert stage.sms.texts() == [f"I am a machine. {QUESTION}"]
    conversation = await stage.at()
    assert conversation.asking_enrolment == enrolment.id
    assert await stage.says("fifty") == ["Thank you.", "A tip."]
    assert (await stage.enrolment(enrolment.id)).status is EnrolmentStatus.DONE
    async with stage.store.transaction() as uow:
        assert (await uow.profiles.get(ANA)).attributes["company_size"] == "fifty"
    assert (await stage.at()).asking_enrolment is None


DAY_FORM = """
intents: [ask_day]
actions: [action_go_on]
slots:
  day:
    type: text
    influence_conversation: false
    mappings: [{type: from_text, conditions: [{active_loop: day_form, requested_slot: day}]}]
responses:
  utter_ask_day: [{text: "When?"}]
  utter_go_on: [{text: "Back to it."}]
forms:
  day_form: {required_slots: [day]}
rules:
  - rule: day
    steps: [{intent: ask_day}, {action: day_form}, {active_loop: day_form}]
"""


async def test_a_question_that_was_left_for_another_form_is_put_again_and_its_answer_moves_the_journey_on(
    stage: Stage,
) -> None:
    playbook, assistant = stage.library.playbook, assistant_of(ASSISTANT.replace("from_text, ", FROM_A_WORD), DAY_FORM)
    stage.library.playbook = replace(playbook, assistant=assistant, nlu=FakeNlu(*assistant.intents))
    enrolment = await asked(stage)
    await stage.settle()
    assert await stage.says("ask day") == ["When?"]
    assert (await stage.enrolment(enrolment.id)).status is EnrolmentStatus.WAITING
    assert await stage.says("monday") == ["Back to it.", QUESTION]
    assert await stage.says("fifty") == ["Thank you.", "A tip."]
    assert (await stage.enrolment(enrolment.id)).status is EnrolmentStatus.DONE


async def test_a_question_is_refused_by_whoever_leaves_the_form_that_came_between(stage: Stage) -> None:
    playbook, assistant = stage.library.playbook, assistant_of(ASSISTANT.replace("from_text, ", FROM_A_WORD), DAY_FORM)
    stage.library.playbook = replace(playbook, assistant=assistant, nlu=FakeNlu(*assistant.intents))
    enrolment = await asked(stage)
    await stage.settle()
    await stage.says("ask day")
    await stage.says("opt out")
    assert (await stage.enrolment(enrolment.id)).status is EnrolmentStatus.DONE


BY_MESSAGE = "enter: {message: true, intent: [greet], again: always}"


async def test_what_the_message_said_that_let_them_in_is_not_asked_again(stage: Stage) -> None:
    await stage.meet()
    playbook = stage.library.playbook
    size = playbook.assistant.slots["team_size"]
    told = SlotMapping("from_intent", value="fifty", intents=("greet",))
    slots = {**playbook.assistant.slots, "team_size": replace(size, mappings=(*size.mappings, told))}
    stage.library.playbook = replace(playbook, assistant=replace(playbook.assistant, slots=slots))
    stage.play(journey_of(ASKS, BY_MESSAGE, purpose="service"))
    assert (await stage.says("greet"))[1:] == ["Thank you.", "A tip."]
    assert await stage.enrolments() == []
    assert (await stage.at()).asking_enrolment is None
    async with stage.store.transaction() as uow:
        assert (await uow.profiles.get(ANA)).attributes["company_size"] == "fifty"


async def test_what_was_said_before_they_came_in_is_asked_again(stage: Stage) -> None:
    await stage.meet()
    stage.play(journey_of(ASKS, BY_MESSAGE, purpose="service"))
    await stage.says("book")
    await stage.says("fifty")
    assert (await stage.at()).tracker.slots["team_size"] == "fifty"
    assert QUESTION in " ".join(await stage.says("greet"))


async def test_the_question_is_marketing_like_the_journey_and_the_answer_to_it_a_reply(stage: Stage) -> None:
    await asked(stage)
    await stage.settle()
    question = await stage.entry(stage.sms.taken[0].key)
    assert question.purpose is Purpose.MARKETING
    await stage.says("fifty")
    thanks = next(one for one in stage.sms.taken if one.content.kind == "text" and one.content.text == "Thank you.")
    assert (await stage.entry(thanks.key)).purpose is Purpose.REPLY


async def test_without_consent_the_question_is_withheld_and_no_form_opens(stage: Stage) -> None:
    await asked(stage, consent=False)
    await stage.settle()
    assert stage.sms.tries == []
    assert (await stage.at()).tracker.loop is None
    (decision,) = await stage.decisions()
    assert (decision.outcome, decision.why) == ("withhold", "no consent to marketing by sms on record")


async def test_a_question_is_not_put_after_an_opt_out(stage: Stage) -> None:
    enrolment = await asked(stage)
    await stage.do(OptOut("told us on the phone"))
    await stage.later(days=2)
    assert stage.sms.tries == []
    assert (await stage.enrolment(enrolment.id)).reason == "the customer opted out"
    assert await converse(stage.runtime, (await stage.at()).id) == 0, "the question is done with"


async def test_a_question_waits_for_its_hours(stage: Stage) -> None:
    stage.clock.set(datetime(2026, 11, 23, 22, tzinfo=UTC))
    stage.rule(open_between(time(9), time(20)))
    await asked(stage)
    await stage.settle()
    assert stage.sms.tries == []
    await stage.later(hours=11)
    assert stage.sms.texts() == [f"I am a machine. {QUESTION}"]


async def test_silence_counts_from_when_the_law_lets_the_question_go_out(stage: Stage) -> None:
    """Not from the evening before: a journey whose patience is shorter than the night would have asked nobody."""
    stage.clock.set(datetime(2026, 11, 23, 22, tzinfo=UTC))
    stage.rule(open_between(time(9), time(20)))
    await stage.meet()
    await stage.consent()
    stage.play(journey_of(ASKS.replace("remind: [1d]", "remind: [2h]").replace("after: 3d", "after: 4h")))
    await stage.happens("demo.requested")
    await stage.settle()
    await stage.later(hours=10)
    (enrolment,) = await stage.enrolments()
    assert enrolment.due_at == datetime(2026, 11, 24, 11, tzinfo=UTC)
    await stage.later(hours=1)
    assert stage.sms.texts() == [f"I am a machine. {QUESTION}"]
    await stage.later(hours=2)
    assert len(stage.sms.texts()) == 2, "reminded"
    (enrolment,) = await stage.enrolments()
    assert enrolment.due_at == datetime(2026, 11, 24, 13, tzinfo=UTC)


async def test_a_question_waits_until_the_rep_has_handed_back(stage: Stage) -> None:
    await stage.meet()
    await stage.do(RequestHandoff("Asked for a person"))
    await stage.settle()
    handoff = await stage.handoff()
    await stage.click(handoff, DeskVerb.CLAIM)
    await stage.consent()
    stage.play(journey_of(ASKS))
    await stage.happens("demo.requested")
    await stage.settle()
    assert stage.sms.texts() == ["Ana Rep has joined."]
    await stage.click(handoff, DeskVerb.HAND_BACK)
    await stage.later(minutes=15)
    assert stage.sms.texts()[-1] == f"I am a machine. {QUESTION}"


async def test_a_question_waits_while_another_form_is_open(stage: Stage) -> None:
    await stage.meet()
    async with stage.store.transaction() as uow:
        await uow.profiles.claim(ANA, Identity("webchat", VISITOR, verified=True), stage.clock.now())
    await stage.consent()
    await stage.says("book", channel="webchat")
    stage.play(journey_of(ASKS))
    await stage.happens("demo.requested")
    await stage.settle()
    assert stage.sms.tries == []
    await stage.later(minutes=30)
    assert stage.sms.texts() == [f"I am a machine. {QUESTION}"]


async def test_an_old_answer_is_not_taken_for_the_new_one(stage: Stage) -> None:
    await stage.says("book")
    await stage.says("five")
    conversation = await stage.at()
    await stage.consent(of=conversation.profile_id)
    stage.play(journey_of(ASKS))
    await stage.happens("demo.requested", to=conversation.profile_id)
    await stage.settle()
    assert stage.sms.texts()[-1] == QUESTION
    await stage.says("fifty")
    async with stage.store.transaction() as uow:
        assert (await uow.profiles.get(conversation.profile_id)).attributes["company_size"] == "fifty"


async def test_whoever_is_silent_is_reminded_once_and_then_left_in_peace(stage: Stage) -> None:
    enrolment = await asked(stage)
    await stage.later(days=1)
    assert stage.sms.texts() == [f"I am a machine. {QUESTION}", QUESTION]
    await stage.later(days=2)
    assert (await stage.enrolment(enrolment.id)).status is EnrolmentStatus.DONE
    assert len(stage.sms.texts()) == 2


async def test_a_reminder_is_withheld_when_something_was_said_since_it_was_due(stage: Stage) -> None:
    """It waited for its hours, and in the meantime the customer wrote."""
    await asked(stage)
    await stage.settle()
    stage.rule(open_between(time(13), time(20)))
    await stage.later(hours=24)
    assert len(stage.sms.texts()) == 1
    stage.clock.forward(timedelta(minutes=5))
    async with stage.store.transaction() as uow:
        conversation = await uow.conversations.at("sms", PHONE)
        assert conversation is not None
        spoken = replace(conversation, last_message_at=stage.clock.now(), version=conversation.version + 1)
        await uow.conversations.save(spoken)
    await stage.later(hours=1)
    assert len(stage.sms.texts()) == 1
    assert (await stage.decisions())[-1].why == "something was said here since this reminder was due"


async def test_a_reminder_is_withheld_after_an_opt_out(stage: Stage) -> None:
    await asked(stage)
    await stage.settle()
    await stage.says("stop")
    before = stage.sms.texts()
    await stage.later(days=4)
    assert stage.sms.texts() == before


async def test_a_question_whose_form_is_gone_parks_its_run(stage: Stage) -> None:
    enrolment = await asked(stage)
    assistant = stage.library.playbook.assistant
    stage.library.playbook = replace(stage.library.playbook, assistant=replace(assistant, forms={}))
    await stage.settle()
    parked = await stage.enrolment(enrolment.id)
    assert parked.status is EnrolmentStatus.PARKED
    assert parked.reason == 'step ask-size asks "size_form"; there is no such form any more'
    assert stage.sms.tries == []


async def test_a_journey_that_ended_while_its_question_waited_does_not_ask(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    stage.play(journey_of(ASKS, "exit: {goal: event meeting.booked}"))
    await stage.happens("demo.requested")
    await stage.happens("meeting.booked")
    await stage.settle()
    assert stage.sms.tries == []

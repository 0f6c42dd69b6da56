"""Whose a reply is where several journeys wait for one, and what the decision record says of it."""

from __future__ import annotations

import pytest

from bot.domain.delivery import Decision
from bot.domain.journey import Journey
from bot.domain.message import DeskVerb
from bot.domain.person import Identity
from bot.services.publish import Publisher, pause
from tests.bot.services.stage import ANA, VISITOR, Stage, journey_of

WAITS_FOR_REPLY = """
- send: {{response: {response}, channels: [sms]}}
- id: hold
  wait: {{for: reply, at_most: 3d}}
- branch:
    - if: exists(happened.text)
      do: [add_to: replied-to-{name}]
"""
ASKS = """
- id: ask
  ask: {form: size_form, channels: [sms]}
  silent: {after: 3d, go: end}
- add_to: answered
"""


def waits(name: str, response: str = "utter_tip", event: str = "demo.requested") -> Journey:
    steps = WAITS_FOR_REPLY.format(response=response, name=name)
    return journey_of(steps, f"enter: {{event: {event}}}", name=name)


async def tags_of(stage: Stage) -> set[str]:
    async with stage.store.transaction() as uow:
        return set((await uow.profiles.get(ANA)).tags)


async def replies(stage: Stage) -> list[Decision]:
    return [one for one in await stage.decisions() if one.outcome == "reply"]


async def test_a_reply_ends_the_wait_for_it_and_can_be_read(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    stage.play(waits("welcome"))
    await stage.happens("demo.requested")
    await stage.settle()
    await stage.says("greet")
    assert await tags_of(stage) == {"replied-to-welcome"}
    assert await replies(stage) == []


async def test_a_yes_goes_to_the_journey_that_asked_last_and_the_record_says_so(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    stage.play(waits("inner"), waits("outer", event="call.missed"))
    await stage.happens("call.missed")
    await stage.settle()
    await stage.later(hours=1)
    await stage.happens("demo.requested")
    await stage.settle()
    await stage.says("yes")
    assert await tags_of(stage) == {"replied-to-inner"}
    (decision,) = await replies(stage)
    assert decision.why == 'the reply goes to the journey "inner", which asked last; "outer" waits for one, too'
    assert (decision.channel, decision.profile_id) == ("sms", ANA)
    await stage.says("yes")
    assert await tags_of(stage) == {"replied-to-inner", "replied-to-outer"}


async def test_the_answer_to_a_form_is_no_reply_to_a_journey_that_waits_for_one(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    stage.play(waits("outer"), journey_of(ASKS, "enter: {event: call.missed}", name="inner"))
    await stage.happens("demo.requested")
    await stage.settle()
    await stage.later(hours=1)
    await stage.happens("call.missed")
    await stage.settle()
    await stage.says("fifty")
    assert await tags_of(stage) == {"answered"}
    (decision,) = await replies(stage)
    assert decision.why == 'the reply goes to the journey "inner", which asked last; "outer" waits for one, too'


async def test_an_answer_is_no_reply_to_what_its_own_journey_does_next(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    stage.play(journey_of(ASKS + "\n- wait: {for: reply, at_most: 1d}\n- add_to: replied"))
    await stage.happens("demo.requested")
    await stage.settle()
    await stage.says("fifty")
    assert await tags_of(stage) == {"answered"}
    await stage.says("greet")
    assert await tags_of(stage) == {"answered", "replied"}


async def test_of_two_questions_on_one_number_the_later_is_answered(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    early = journey_of(ASKS.replace("answered", "early"), "enter: {event: call.missed}", name="inner")
    late = journey_of(ASKS.replace("answered", "late"), name="outer")
    stage.play(early, late)
    await stage.happens("call.missed")
    await stage.settle()
    await stage.later(hours=1)
    await stage.happens("demo.requested")
    await stage.settle()
    await stage.says("fifty")
    assert await tags_of(stage) == {"late"}
    (decision,) = await replies(stage)
    assert decision.why == 'the reply goes to the journey "outer", which asked last; "inner" waits for one, too'


async def test_a_message_lets_people_into_the_journeys_that_begin_with_it(stage: Stage) -> None:
    await stage.meet()
    text = "- set: {said: '= event.text', by: '= event.channel'}"
    stage.play(
        journey_of(text, "enter: {message: {channels: [sms]}, intent: greet}", name="inner"),
        journey_of("- add_to: by-webchat", "enter: {message: {channels: [webchat]}}", name="outer"),
        journey_of("- add_to: booked", "enter: {intent: [book]}"),
    )
    await stage.says("greet")
    async with stage.store.transaction() as uow:
        profile = await uow.profiles.get(ANA)
    assert (profile.attributes, profile.tags) == ({"said": "greet", "by": "sms"}, frozenset())


@pytest.mark.parametrize("leaving", ["event: message.received", "when: did('message.received') > 0"])
@pytest.mark.parametrize("how", ["in force", "paused", "of the version before"])
async def test_a_message_ends_the_journeys_that_it_is_to_end(stage: Stage, leaving: str, how: str) -> None:
    await stage.meet()
    stage.play(journey_of("- wait: 9d", f"exit: {{{leaving}}}"))
    await stage.happens("demo.requested")
    await stage.settle()
    if how == "paused":
        await pause(Publisher(stage.store, stage.clock, "Ana"), "welcome")
    if how == "of the version before":
        stage.play(journey_of("- wait: 8d"))
    await stage.says("greet")
    assert await stage.enrolments() == []


async def test_opt_outs_keywords_and_words_to_a_colleague_are_no_replies(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    service = journey_of(WAITS_FOR_REPLY.format(response="utter_tip", name="welcome") + "- wait: 1d", purpose="service")
    stage.play(service)
    await stage.happens("demo.requested")
    await stage.settle()
    await stage.says("help")
    await stage.says("stop")
    assert await tags_of(stage) == set()
    assert [one.step for one in await stage.enrolments()] == ["hold"]


async def test_what_is_said_to_a_colleague_is_no_reply(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    steps = WAITS_FOR_REPLY.format(response="utter_tip", name="welcome")
    stage.play(journey_of("- handoff: {reason: hot}\n" + steps.strip()))
    await stage.happens("demo.requested")
    await stage.settle()
    await stage.click(await stage.handoff(), DeskVerb.CLAIM)
    await stage.says("greet")
    assert await tags_of(stage) == set()
    async with stage.runtime.store.transaction() as uow:
        told = [one.event for one in await uow.timeline.of(ANA, limit=20)]
    assert (told.count("message.to_rep"), told.count("message.received")) == (1, 0)
    await stage.click(await stage.handoff(), DeskVerb.HAND_BACK)
    await stage.says("greet")
    assert await tags_of(stage) == {"replied-to-welcome"}


async def test_a_reply_may_come_on_another_channel(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    stage.play(waits("welcome"))
    await stage.happens("demo.requested")
    await stage.settle()
    async with stage.store.transaction() as uow:
        await uow.profiles.claim(ANA, Identity("webchat", VISITOR, verified=True), stage.clock.now())
    await stage.says("greet", channel="webchat", address=VISITOR)
    assert await tags_of(stage) == {"replied-to-welcome"}

"""A button of an earlier message answers that message, and never what is asked now; least of all a consent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.consent import ConsentRecord, Purpose
from bot.domain.message import Text
from bot.ports import Playbook
from tests.bot.dialogue.chat import assistant_of
from tests.bot.services.fakes import FakeNlu
from tests.bot.services.stage import ANA, ASSISTANT, RULES, Stage

FORM = """
version: "3.1"
intents: [affirm, deny, begin]
slots:
  has_shifts:
    type: bool
    mappings:
      - &yes
        type: from_intent
        intent: affirm
        value: true
        conditions: &first [{active_loop: shop_form, requested_slot: has_shifts}]
      - &no {type: from_intent, intent: deny, value: false, conditions: *first}
  newsletter:
    type: bool
    mappings:
      - {<<: *yes, conditions: &asked [{active_loop: shop_form, requested_slot: newsletter}]}
      - {<<: *no, conditions: *asked}
responses:
  utter_ask_has_shifts:
    - text: "Do you work in shifts?"
      buttons: &both [{title: "Yes", payload: /affirm}, {title: "No", payload: /deny}]
  utter_ask_newsletter: [{text: "May we send you our newsletter?", buttons: *both}]
forms: {shop_form: {required_slots: [has_shifts, newsletter]}}
rules:
  - rule: begin
    steps: [{intent: begin}, {action: shop_form}, {active_loop: shop_form}]
  - rule: filled in
    condition: [{active_loop: shop_form}]
    steps:
      - action: shop_form
      - active_loop: null
      - slot_was_set: [{requested_slot: null}]
      - action: utter_thanks
  - rule: no
    steps: [{intent: deny}, {action: utter_tip}]
"""
SHIFTS, NEWSLETTER = "Do you work in shifts?", "May we send you our newsletter?"


@pytest.fixture
async def stage(stage: Stage) -> Stage:
    assistant = assistant_of(ASSISTANT, FORM)
    stage.library.playbook = Playbook(assistant, FakeNlu(*assistant.intents), {}, RULES)
    await stage.meet()
    assert (await stage.says("begin"))[-1].endswith(SHIFTS)
    return stage


def named(stage: Stage, text: str) -> str:
    """What the vendor calls our message with this text."""
    keys = (one.key for one in stage.sms.taken if isinstance(one.content, Text) and one.content.text.endswith(text))
    return f"sms-{next(keys)}"


async def press(stage: Stage, title: str, payload: str, below: str) -> list[str]:
    return await stage.says(title, payload=payload, pressed_on=named(stage, below))


async def newsletter_of(stage: Stage) -> object:
    return (await stage.at()).tracker.slots.get("newsletter")


async def test_a_button_of_the_question_that_is_open_answers_it(stage: Stage) -> None:
    assert await press(stage, "Yes", "/affirm", SHIFTS) == [NEWSLETTER]
    assert await press(stage, "Yes", "/affirm", NEWSLETTER) == ["Thank you."]
    assert await newsletter_of(stage) is True


async def test_a_yes_below_an_earlier_question_is_no_consent_and_the_question_is_asked_again(stage: Stage) -> None:
    await press(stage, "Yes", "/affirm", SHIFTS)
    assert (await press(stage, "Yes", "/affirm", SHIFTS))[-1] == NEWSLETTER
    assert await newsletter_of(stage) is None


async def test_nor_is_one_of_which_only_the_title_is_known(stage: Stage) -> None:
    await press(stage, "Yes", "/affirm", SHIFTS)
    assert (await stage.says("affirm", pressed_on=named(stage, SHIFTS)))[-1] == NEWSLETTER
    assert await newsletter_of(stage) is None


async def test_neither_is_a_no(stage: Stage) -> None:
    await press(stage, "Yes", "/affirm", SHIFTS)
    assert (await press(stage, "No", "/deny", SHIFTS))[-1] == NEWSLETTER
    assert await newsletter_of(stage) is None


async def test_after_an_aside_the_open_question_is_answered_by_its_button(stage: Stage) -> None:
    await press(stage, "Yes", "/affirm", SHIFTS)
    await stage.says("greet")
    await press(stage, "Yes", "/affirm", NEWSLETTER)
    assert await newsletter_of(stage) is True


async def test_a_thumb_below_an_earlier_message_does_not_answer_the_question_that_is_open(stage: Stage) -> None:
    await stage.says("greet")
    await stage.says("zzz")
    assert await stage.says("👍", reaction=True, pressed_on=named(stage, "Hello!")) == []
    assert (await stage.at()).tracker.slots.get("has_shifts") is None
    assert await stage.says("👍", reaction=True, pressed_on=named(stage, SHIFTS)) == [NEWSLETTER]


async def test_a_yes_that_quotes_an_earlier_message_is_no_consent_either(stage: Stage) -> None:
    await press(stage, "Yes", "/affirm", SHIFTS)
    assert (await stage.says("Yes", quotes=named(stage, SHIFTS)))[-1] == NEWSLETTER
    assert await newsletter_of(stage) is None
    assert await stage.says("Yes", quotes=named(stage, NEWSLETTER)) == ["Thank you."]
    assert await newsletter_of(stage) is True


async def test_what_else_is_said_to_an_earlier_message_is_answered(stage: Stage) -> None:
    await press(stage, "Yes", "/affirm", SHIFTS)
    assert await stage.says("greet", quotes=named(stage, SHIFTS)) == ["Hello!", NEWSLETTER]
    assert (await stage.says("stop", quotes=named(stage, SHIFTS)))[0] == "You will get no more of these."


async def test_nor_is_one_that_quotes_what_we_do_not_know_but_a_no_counts(stage: Stage) -> None:
    await press(stage, "Yes", "/affirm", SHIFTS)
    assert (await stage.says("Yes", quotes="a colleague's"))[-1] == NEWSLETTER
    assert not await newsletter_of(stage)
    assert (await stage.says("deny", quotes="a colleague's"))[-1] != NEWSLETTER
    assert not await newsletter_of(stage)


async def test_a_no_that_quotes_the_question_takes_back_the_consent_to_its_words(stage: Stage) -> None:
    await press(stage, "Yes", "/affirm", SHIFTS)
    await press(stage, "Yes", "/affirm", NEWSLETTER)
    async with stage.store.transaction() as uow:
        now = stage.clock.now()
        await uow.consents.add(ConsentRecord(ANA, Purpose.MARKETING, "sms", True, now, "asked", NEWSLETTER))
    await stage.says("deny", quotes=named(stage, NEWSLETTER))
    assert not await stage.may_send()


async def test_a_message_that_is_not_known_changes_nothing(stage: Stage) -> None:
    assert await stage.says("Yes", payload="/affirm", pressed_on="of somebody else") == [NEWSLETTER]


@pytest.mark.parametrize(("below", "stands"), [(NEWSLETTER, False), (SHIFTS, True)])
async def test_a_no_below_the_question_takes_back_the_consent_to_its_words(
    stage: Stage, below: str, stands: bool
) -> None:
    await press(stage, "Yes", "/affirm", SHIFTS)
    await press(stage, "Yes", "/affirm", NEWSLETTER)
    async with stage.store.transaction() as uow:
        now = stage.clock.now()
        await uow.consents.add(ConsentRecord(ANA, Purpose.MARKETING, "sms", True, now, "asked", NEWSLETTER))
    await press(stage, "No", "/deny", below)
    assert await stage.may_send() is stands


async def test_what_it_takes_back_has_its_proof(stage: Stage) -> None:
    await press(stage, "Yes", "/affirm", SHIFTS)
    await press(stage, "Yes", "/affirm", NEWSLETTER)
    async with stage.store.transaction() as uow:
        now = stage.clock.now()
        given = ConsentRecord(ANA, Purpose.MARKETING, "sms", True, now, "asked", NEWSLETTER)
        await uow.consents.add(given)
    await press(stage, "No", "/deny", NEWSLETTER)
    async with stage.store.transaction() as uow:
        [refusal] = [one for one in await uow.consents.of(ANA) if not one.granted]
    assert (refusal.how, refusal.text) == ('pressed "No" below the question, on sms', NEWSLETTER)
    assert refusal.message_id is not None
    assert replace(refusal, granted=True, how=given.how, at=given.at, message_id=None) == given

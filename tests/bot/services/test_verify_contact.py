"""What somebody types is a claim; a code that went to the address, told here, proves it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.adapters.content.built_in_responses import with_built_in_responses
from bot.domain.challenge import CODE_LASTS, CODE_TRIES, MOST_A_DAY
from bot.domain.ids import MessageId, ProfileId
from bot.domain.person import Identity
from bot.services.verify_contact import send_code
from tests.bot.dialogue.chat import assistant_of
from tests.bot.services.fakes import FakeNlu
from tests.bot.services.stage import ANA, PHONE, VISITOR, Stage

ASSISTANT = """
version: "3.1"
intents: [prove]
slots:
  contact: {type: text, influence_conversation: false, mappings: [{type: from_text, conditions: [{active_loop: contact_form, requested_slot: contact}]}]}
  verification_code: {type: text, influence_conversation: false, mappings: [{type: from_text, conditions: [{active_loop: code_form, requested_slot: verification_code}]}]}
  contact_verified: {type: bool, influence_conversation: false, mappings: [{type: custom}]}
forms:
  contact_form: {required_slots: [contact]}
  code_form: {required_slots: [verification_code]}
responses:
  utter_ask_contact: [{text: "Where can we reach you?"}]
  utter_ask_verification_code: [{text: "The code?"}]
rules:
  - {rule: ask, steps: [{intent: prove}, {action: contact_form}, {active_loop: contact_form}]}
  - rule: send
    condition: [{active_loop: contact_form}]
    steps:
      [{action: contact_form}, {active_loop: null}, {action: action_send_code}, {action: code_form}, {active_loop: code_form}]
  - rule: check
    condition: [{active_loop: code_form}]
    steps: [{action: code_form}, {active_loop: null}, {action: action_check_code}]
"""  # noqa: E501


@pytest.fixture(autouse=True)
def content(stage: Stage) -> None:
    assistant = with_built_in_responses(assistant_of(ASSISTANT))
    stage.library.playbook = replace(stage.library.playbook, assistant=assistant, nlu=FakeNlu("prove"))


async def says(stage: Stage, text: str, **more: str) -> str:
    stage.clock.forward(timedelta(seconds=5))
    return " ".join(await stage.says(text, channel="webchat", **more))


async def ask_for_code(stage: Stage, number: str = "07700 900123", **more: str) -> str:
    """The code that came to the phone."""
    before = len(stage.sms.texts())
    await says(stage, "prove", **more)
    await says(stage, number, **more)
    sent = stage.sms.texts()[before:]
    return re.findall(r"\b\d{6}\b", sent[-1])[0] if sent else ""


async def identities(stage: Stage) -> list[Identity]:
    conversation = await stage.at("webchat", VISITOR)
    async with stage.store.transaction() as uow:
        return [one for one in await uow.profiles.identities(conversation.profile_id) if one.kind == "phone"]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


async def test_the_code_proves_the_address_and_is_kept_nowhere_but_in_the_message(stage: Stage) -> None:
    code = await ask_for_code(stage)
    assert await identities(stage) == [Identity("phone", PHONE)]
    conversation = await stage.at("webchat", VISITOR)
    async with stage.store.transaction() as uow:
        [challenge] = await uow.challenges.of(conversation.profile_id)
    assert challenge.code != code
    assert "is confirmed as yours" in await says(stage, f"It is {code[:3]} {code[3:]}")
    assert await identities(stage) == [Identity("phone", PHONE, verified=True)]
    assert (await stage.at("webchat", VISITOR)).tracker.slots["contact_verified"] is True


async def test_a_wrong_code_is_asked_again_a_few_times_and_then_even_the_right_one_is_too_late(stage: Stage) -> None:
    code = await ask_for_code(stage)
    for left in range(CODE_TRIES - 1, 0, -1):
        assert f"Tries left: {left}" in await says(stage, wrong(code))
    assert "no longer valid" in await says(stage, wrong(code))
    await says(stage, code)
    assert await identities(stage) == [Identity("phone", PHONE)]


async def test_a_code_ends_after_some_minutes(stage: Stage) -> None:
    code = await ask_for_code(stage)
    stage.clock.forward(CODE_LASTS)
    assert "no longer valid" in await says(stage, code)
    assert await identities(stage) == [Identity("phone", PHONE)]


async def test_only_the_latest_code_counts(stage: Stage) -> None:
    first = await ask_for_code(stage)
    await says(stage, "no idea")
    for _ in range(CODE_TRIES - 1):
        await says(stage, wrong(first))
    second = await ask_for_code(stage)
    assert "is confirmed as yours" in await says(stage, second)


async def test_a_code_that_cannot_be_worded_replaces_none_that_was_sent(stage: Stage) -> None:
    code = await ask_for_code(stage)
    unsayable = ASSISTANT.replace(
        "responses:",
        'responses:\n  utter_verification_code: [{text: "{{ 1 | divided_by: 0 }}", metadata: {liquid: true}}]',
    )
    assistant = with_built_in_responses(assistant_of(unsayable))
    stage.library.playbook = replace(stage.library.playbook, assistant=assistant)
    here = await stage.at("webchat", VISITOR)
    async with stage.store.transaction() as uow:
        again = MessageId("asked again")
        assert not await send_code(
            uow,
            stage.runtime,
            here.profile_id,
            "sms",
            PHONE,
            asked_by=again,
            tracker=here.tracker,
            now=stage.clock.now(),
        )
    assert "is confirmed as yours" in await says(stage, code)


async def test_an_address_gets_a_few_codes_a_day_whoever_asks(stage: Stage) -> None:
    for number in range(MOST_A_DAY + 2):
        await ask_for_code(stage, address=f"visitor-{number}")
    assert len(stage.sms.texts()) == MOST_A_DAY


async def test_no_address_gets_no_code(stage: Stage) -> None:
    assert await ask_for_code(stage, "call me maybe") == ""
    assert stage.sms.texts() == []


async def test_who_proved_it_before_is_the_same_person(stage: Stage) -> None:
    await stage.meet()
    await says(stage, "prove")
    assert (await stage.at("webchat", VISITOR)).profile_id != ANA
    await says(stage, PHONE)
    code = re.findall(r"\b\d{6}\b", stage.sms.texts()[-1])[0]
    assert (await stage.at("webchat", VISITOR)).profile_id != ANA, "a claim merges nobody"
    await says(stage, code)  # the merge moves the conversation, so the turn is taken again
    await stage.settle()
    assert "is confirmed as yours" in stage.webchat.texts()[-1]
    assert (await stage.at("webchat", VISITOR)).profile_id == ProfileId(ANA)

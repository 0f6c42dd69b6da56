"""Where nobody is there, the customer is asked how to be reached, and told when; the desk and the profile have it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.effects import RequestHandoff
from bot.domain.message import Author, DeskVerb, PageReport, Text
from bot.domain.person import Identity
from bot.services.receive import receive
from tests.bot.dialogue.chat import assistant_of
from tests.bot.services.stage import ASSISTANT, VISITOR, Stage

MONDAY, SATURDAY = datetime(2026, 11, 23, 12, tzinfo=UTC), datetime(2026, 11, 28, 12, tzinfo=UTC)
RESPONSES = """
responses:
  utter_nobody_yet: [{text: "Still busy.", custom: {widget: {show: contact}}}]
  utter_contact_noted: [{text: "Thank you."}]
  utter_contact_noted_closed: [{text: "We get in touch {opens}."}]
"""
FORM = {"custom": {"widget": {"show": "contact"}}}


@pytest.fixture
def stage(stage: Stage) -> Stage:
    assistant = assistant_of(ASSISTANT, RESPONSES)
    stage.library.playbook = replace(stage.library.playbook, assistant=assistant)
    stage.webchat.abilities = replace(stage.webchat.abilities, extras=True)
    stage.runtime = replace(stage.runtime, desk_answers_within=timedelta(minutes=5))
    return stage


async def ask(stage: Stage, at: datetime, *, channel: str = "webchat") -> None:
    stage.actions.effects["action_lead"] = (RequestHandoff("Asked for a person", desk="support"),)
    stage.clock.set(at)
    await stage.says("lead", channel=channel)


async def leave(stage: Stage, key: str = "c1", **contact: str) -> None:
    claimed = tuple(Identity(kind, value) for kind, value in contact.items())
    report = PageReport("webchat", key, VISITOR, identities=claimed, attributes=contact, left_contact=True)
    await receive(stage.runtime, stage.webchat, [report])
    await stage.settle()


def said(stage: Stage) -> list[Text]:
    return [one.content for one in stage.webchat.taken if isinstance(one.content, Text)]


async def test_whom_nobody_answers_in_time_is_asked_how_to_be_reached(stage: Stage) -> None:
    await ask(stage, MONDAY)
    await stage.later(minutes=4)
    assert "Still busy." not in stage.webchat.texts()
    await stage.later(minutes=1)
    assert said(stage)[-1] == Text("Still busy.", author=Author.SYSTEM, extras=FORM, floor="")
    assert stage.desk_texts()[-1] == "Nobody has taken this over yet."
    await stage.later(hours=3)
    assert stage.webchat.texts().count("Still busy.") == 1


async def test_whoever_has_been_answered_is_asked_nothing(stage: Stage) -> None:
    await ask(stage, MONDAY)
    await stage.click(await stage.handoff("webchat", VISITOR), DeskVerb.CLAIM)
    await stage.later(minutes=10)
    assert "Still busy." not in stage.webchat.texts()


async def test_by_text_message_and_without_a_time_nobody_is_asked(stage: Stage) -> None:
    await ask(stage, MONDAY, channel="sms")
    stage.runtime = replace(stage.runtime, desk_answers_within=timedelta(0))
    await ask(stage, MONDAY)
    await stage.later(hours=1)
    assert "Still busy." not in [*stage.webchat.texts(), *stage.sms.texts()]


async def test_what_they_leave_is_a_claim_in_the_profile_and_stands_on_the_card(stage: Stage) -> None:
    await ask(stage, SATURDAY)
    await leave(stage, email="ana@example.com", phone="+447700900123")
    assert stage.webchat.texts()[-1] == "We get in touch Monday at 09:00 (Europe/Berlin)."
    assert "can be reached at ana@example.com or +447700900123 (as they say)" in stage.desk_texts()
    card = stage.card()
    assert ("Email", "ana@example.com") in card.facts
    async with stage.store.transaction() as uow:
        profile = await uow.profiles.owner_of("webchat", VISITOR)
        assert profile is not None
        identities = await uow.profiles.identities(profile.id)
    assert (profile.attributes["email"], profile.attributes["phone"]) == ("ana@example.com", "+447700900123")
    assert {one.kind: one.verified for one in identities if one.kind != "webchat"} == {"email": False, "phone": False}


async def test_an_assistant_of_another_language_says_in_that_when_they_are_answered(stage: Stage) -> None:
    assistant = stage.library.playbook.assistant
    german = replace(assistant, configuration=replace(assistant.configuration, language="de"))
    stage.library.playbook = replace(stage.library.playbook, assistant=german)
    await ask(stage, SATURDAY)
    await leave(stage, email="ana@example.com")
    assert stage.webchat.texts()[-1] == "We get in touch Montag 09:00 (Europe/Berlin)."


async def test_it_is_told_once_and_a_second_address_once_more(stage: Stage) -> None:
    await ask(stage, MONDAY)
    for key in ("c1", "c1", "c2"):
        await leave(stage, key, email="ana@example.com")
    assert stage.webchat.texts().count("Thank you.") == 2


async def test_without_a_hand_off_it_is_kept_and_nothing_is_said(stage: Stage) -> None:
    await stage.says("greet", channel="webchat")
    before = stage.webchat.texts()
    await leave(stage, email="ana@example.com")
    assert stage.webchat.texts() == before

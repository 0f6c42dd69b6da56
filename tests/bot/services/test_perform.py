"""Perform: each effect is done to the right person, once for each cause."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.domain.assistant import Response, Variation
from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.domain.consent import Purpose
from bot.domain.conversation import SlotSet
from bot.domain.effects import (
    AddTag,
    ChangeScore,
    ClaimIdentity,
    Emit,
    PersonEffect,
    RecordConsent,
    RequestHandoff,
    SendResponse,
    SetAttribute,
)
from bot.domain.ids import MessageId, ProfileId
from bot.domain.person import Identity, Profile
from bot.domain.provenance import Origin, Source
from bot.services.perform import Cause, perform
from bot.services.reach import reach
from tests.bot.services.stage import ANA, PHONE, VISITOR, Stage

TIP = SendResponse("utter_tip", ("webchat", "sms"), "e1:tip:1")


async def test_what_is_learnt_of_a_person_is_kept(stage: Stage) -> None:
    await stage.meet(attributes={"name": "Ana"})
    await stage.do(SetAttribute("country", "GB"), AddTag("nurture"), ClaimIdentity("email", "ana@example.com"))
    async with stage.store.transaction() as uow:
        profile = await uow.profiles.get(ANA)
        identities = await uow.profiles.identities(ANA)
    assert (profile.attributes, profile.tags) == ({"name": "Ana", "country": "GB"}, frozenset({"nurture"}))
    assert Identity("email", "ana@example.com", verified=False) in identities


async def test_a_value_of_another_type_than_declared_is_kept(stage: Stage) -> None:
    await stage.meet()
    schema = ProfileSchema({"team_size": Attribute("team_size", AttributeType.NUMBER)})
    stage.library.playbook = replace(stage.library.playbook, profile=schema)
    with capture_logs() as logs:
        await stage.do(SetAttribute("team_size", "fifty"), SetAttribute("nickname", "An"))
    async with stage.store.transaction() as uow:
        assert (await uow.profiles.get(ANA)).attributes == {"team_size": "fifty", "nickname": "An"}
    assert [(one["attribute"], one["log_level"]) for one in logs] == [("team_size", "warning")]


async def test_what_an_action_empties_does_not_hold_any_more_though_they_had_said_it(stage: Stage) -> None:
    await stage.meet()
    cause = Cause("sms:SM1", ANA, told=Origin(Source.ACTION, stage.clock.now(), "sms"))
    await stage.do(SetAttribute("meeting_time", "Tuesday at 10", slot="meeting_time"), cause=cause)
    await stage.do(SetAttribute("meeting_time", "Friday"), cause=cause)
    async with stage.store.transaction() as uow:
        assert (await uow.profiles.get(ANA)).attributes == {"meeting_time": "Tuesday at 10"}, "they count for more"
    await stage.do(SetAttribute("meeting_time", ""), cause=cause)
    async with stage.store.transaction() as uow:
        assert (await uow.profiles.get(ANA)).attributes == {"meeting_time": ""}


def word(stage: Stage, text: str) -> None:
    """Give utter_tip these words in Liquid."""
    playbook = stage.library.playbook
    tip = Response("utter_tip", (Variation(text, liquid=True),))
    assistant = replace(playbook.assistant, responses={**playbook.assistant.responses, "utter_tip": tip})
    stage.library.playbook = replace(playbook, assistant=assistant)


async def test_a_message_says_what_is_known_of_the_person(stage: Stage) -> None:
    word(
        stage, "{{ profile.name }}, {{ profile.tags | join: ', ' }}: {{ lead.fit }}, {{ profile.price | money: 'EUR' }}"
    )
    await stage.meet(attributes={"name": "Ana", "price": 9.5})
    await stage.do(AddTag("vip"), ChangeScore("fit", 10, "r", "r"), TIP)
    await stage.settle()
    assert stage.sms.texts() == ["I am a machine. Ana, vip: 10, €9.50"]


async def test_a_message_may_lead_to_the_persons_preferences(stage: Stage) -> None:
    word(stage, "Choose what you get: {{ preferences_link }}")
    await stage.meet()
    await stage.do(TIP)
    await stage.settle()
    assert stage.sms.texts()[0].endswith("Choose what you get: https://chat.example.com/preferences/ana")


async def test_a_message_says_what_the_event_brought_that_let_the_person_in(stage: Stage) -> None:
    word(
        stage,
        "{% if event.cart.items %}{% for one in event.cart.items %}{{ one.name }}, {% endfor %}{% endif %}"
        "{% if event.total %}{{ event.total | money: 'EUR' }}{% endif %} {{ event.code | default: 'no code' }}",
    )
    await stage.meet()
    cart = {"items": [{"name": "Scarf"}, {"name": "Hat"}]}
    await stage.do(replace(TIP, event={"cart": cart, "total": 59.9, "code": " "}))
    await stage.settle()
    assert stage.sms.texts() == ["I am a machine. Scarf, Hat, €59.90 no code"]


async def test_a_message_that_lacks_a_value_is_withheld_and_it_is_recorded_which(stage: Stage) -> None:
    word(stage, "Hi {{ profile.last_name }},")
    await stage.meet(attributes={"last_name": ""})
    await stage.do(TIP)
    await stage.settle()
    assert stage.sms.texts() == []
    (decision,) = await stage.decisions()
    assert (decision.outcome, decision.channel) == ("withhold", "sms")
    assert decision.why == "utter_tip: profile.last_name is missing, and has no default"


async def test_a_consent_record_names_the_message_that_gave_it(stage: Stage) -> None:
    await stage.meet()
    cause = Cause("sms:SM1", ANA, message_id=MessageId("sms:SM1"), text="yes")
    await stage.do(RecordConsent(Purpose.MARKETING, "sms", True, "May we text you?", "answered"), cause=cause)
    async with stage.store.transaction() as uow:
        (record,) = await uow.consents.of(ANA)
    assert (record.text, record.how, record.message_id) == ("May we text you?", "answered", "sms:SM1")
    assert record.at == stage.clock.now()


async def test_events_are_handed_back_in_their_order(stage: Stage) -> None:
    await stage.meet()
    effects: list[PersonEffect] = [Emit("demo.requested"), SetAttribute("name", "Ana"), Emit("meeting.booked")]
    async with stage.store.transaction() as uow:
        emitted = await perform(uow, stage.runtime, effects, Cause("k", ANA), stage.clock.now())
    assert emitted == (Emit("demo.requested"), Emit("meeting.booked"))


async def test_a_message_goes_to_the_first_channel_that_reaches_the_person(stage: Stage) -> None:
    await stage.meet()
    await stage.do(TIP)
    await stage.settle()
    assert (stage.sms.texts(), stage.webchat.texts()) == (["I am a machine. A tip."], [])


async def test_a_message_of_the_same_key_is_sent_once_whatever_caused_it(stage: Stage) -> None:
    await stage.meet()
    for cause in ("one", "two"):
        await stage.do(TIP, cause=Cause(cause, ANA))
    await stage.settle()
    assert len(stage.sms.taken) == 1


async def test_a_conversation_is_begun_with_whoever_only_gave_an_address(stage: Stage) -> None:
    await stage.hear("greet", channel="webchat")
    person = (await stage.at("webchat", VISITOR)).profile_id
    await stage.do(ClaimIdentity("phone", PHONE), SendResponse("utter_tip", ("sms",), "k"), cause=Cause("form", person))
    assert (await stage.at()).profile_id == person


def teach_spanish(stage: Stage) -> None:
    playbook = stage.library.playbook
    tip = Response("utter_tip", (Variation("A tip."), Variation("Un consejo.", language="es")))
    words = Response("utter_disclosure", (Variation("A machine."), Variation("Una máquina.", language="es")))
    responses = {**playbook.assistant.responses, "utter_tip": tip, "utter_disclosure": words}
    assistant = replace(playbook.assistant, responses=responses)
    stage.library.playbook = replace(playbook, assistant=assistant, languages=frozenset({"en", "es"}))


@pytest.mark.parametrize(
    ("locale", "said", "told"),
    [
        ("es-ES", "", "Una máquina. Un consejo."),
        ("es-ES", "en", "A machine. A tip."),
        ("en-GB", "es", "Una máquina. Un consejo."),
        ("fr-FR", "", "A machine. A tip."),
        (None, "", "A machine. A tip."),
    ],
)
async def test_a_conversation_is_begun_in_the_language_that_they_spoke_elsewhere_or_in_that_of_their_locale(
    stage: Stage, locale: str | None, said: str, told: str
) -> None:
    teach_spanish(stage)
    await stage.hear("greet", channel="webchat")
    await stage.settle()
    talk = await stage.at("webchat", VISITOR)
    async with stage.store.transaction() as uow:
        profile = await uow.profiles.fresh(talk.profile_id)
        await uow.profiles.save(replace(profile, locale=locale))
        tracker = talk.tracker.apply_all([SlotSet("language", said)] if said else [])
        await uow.conversations.save(replace(talk, tracker=tracker, version=talk.version + 1))
    cause = Cause("form", talk.profile_id)
    await stage.do(ClaimIdentity("phone", PHONE), SendResponse("utter_tip", ("sms",), "k"), cause=cause)
    await stage.settle()
    assert stage.sms.texts() == [told]


async def test_whoever_corrects_their_number_is_reached_on_the_corrected_one(stage: Stage) -> None:
    await stage.hear("greet", channel="webchat")
    person = (await stage.at("webchat", VISITOR)).profile_id
    for number in ("+447700900999", "+447700900124"):
        await stage.do(ClaimIdentity("phone", number), cause=Cause(number, person))
        stage.clock.forward(timedelta(seconds=10))
    async with stage.store.transaction() as uow:
        found = await reach(uow, stage.runtime, person, ("sms",), stage.clock.now())
        assert found is not None
        assert found.address == "+447700900124"


async def test_a_proved_number_comes_before_one_that_was_only_typed(stage: Stage) -> None:
    await stage.meet()
    stage.clock.forward(timedelta(seconds=10))
    await stage.do(ClaimIdentity("phone", "+447700900124"))
    async with stage.store.transaction() as uow:
        found = await reach(uow, stage.runtime, ANA, ("sms",), stage.clock.now())
        assert found is not None
        assert found.address == PHONE


async def test_nobody_is_written_to_in_somebody_elses_conversation(stage: Stage) -> None:
    await stage.meet()
    await stage.hear("greet", channel="webchat")
    person = (await stage.at("webchat", VISITOR)).profile_id
    await stage.do(ClaimIdentity("phone", PHONE), cause=Cause("form", person))
    async with stage.store.transaction() as uow:
        assert await reach(uow, stage.runtime, person, ("sms",), stage.clock.now()) is None


async def test_a_channel_that_is_not_here_reaches_nobody(stage: Stage) -> None:
    await stage.meet()
    async with stage.store.transaction() as uow:
        assert await reach(uow, stage.runtime, ANA, ("fax",), stage.clock.now()) is None


async def test_a_handoff_of_somebody_without_a_conversation_tells_nobody(stage: Stage) -> None:
    await stage.meet()
    async with stage.store.transaction() as uow:
        await uow.profiles.add(Profile(ProfileId("ben"), stage.clock.now()))
    await stage.do(RequestHandoff("Wants a demo"), cause=Cause("k", ProfileId("ben")))
    await stage.settle()
    assert stage.slack.taken == []

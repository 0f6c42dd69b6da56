"""Disown an address: "wrong number" ends what goes to that address, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.consent import ConsentRecord, Consequence, Purpose, Wish, standing_consent
from bot.domain.delivery import OutboxStatus
from bot.domain.effects import RequestHandoff
from bot.domain.errors import TemporarySendError
from bot.domain.ids import ProfileId
from bot.domain.person import Identity, Profile
from bot.domain.sending_rules import WrongNumberWords
from bot.domain.understanding import IntentScore, Understood
from bot.domain.wrong_number import About
from bot.services.give_data import all_data
from bot.services.opt_out import opt_in
from tests.bot.dialogue.chat import assistant_of
from tests.bot.services.fakes import FakeNlu
from tests.bot.services.stage import ANA, ASSISTANT, PHONE, RULES, SINCE, VISITOR, Stage, journey_of

OTHER = "+447700900999"
BEN = ProfileId("ben")
WORDS = WrongNumberWords(
    "wrong",
    "default",
    SINCE,
    None,
    "a test",
    "en",
    {About.NUMBER: ("wrong number", "this isn't {name}'s number"), About.PERSON: ("I'm not {name}",)},
    ("sorry", "stop"),
)
SORRY = "Not here any more."
WAITS = """
- wait: 1d
- send: {response: utter_tip, channels: [sms, webchat]}
"""


@pytest.fixture(autouse=True)
def words(stage: Stage) -> None:
    stage.rule(replace(RULES, wrong_numbers=(WORDS,)))


class AllOptOuts(FakeNlu):
    """Reads every message as an opt-out."""

    def parse(self, text: str, **context: Any) -> Understood:
        return Understood(text, IntentScore("opt_out", 1.0), stage="classifier")


async def ana_on_both(stage: Stage) -> None:
    """Ana, with consent on her phone and in the chat."""
    await stage.meet(attributes={"name": "Ana Pérez"})
    async with stage.store.transaction() as uow:
        await uow.profiles.claim(ANA, Identity("webchat", VISITOR, verified=True), stage.clock.now())
    await stage.consent()
    await stage.consent(channel="webchat")
    stage.clock.forward(timedelta(minutes=1))


@pytest.mark.parametrize(
    "text", ["Wrong number", "sorry, wrong number!", "I'm not Ana", "This isn't Ana's number, stop"]
)
async def test_a_wrong_number_ends_what_goes_to_it_and_nothing_else(stage: Stage, text: str) -> None:
    await ana_on_both(stage)
    assert await stage.says(text) == [f"I am a machine. {SORRY}"]
    async with stage.store.transaction() as uow:
        bars = {name: await uow.consents.refusal(name, PHONE) for name in ("sms", "whatsapp", "voice")}
        identities = await uow.profiles.identities(ANA)
        records = await uow.consents.of(ANA)
    assert {bar.cause for bar in bars.values() if bar} == {Consequence.DISOWNED}
    assert all(bars.values()), "the number is reached by WhatsApp and calls, too"
    assert [one.kind for one in identities] == ["webchat"], "the number is hers no more, and not proved by her"
    assert await stage.may_send(channel="webchat", address=VISITOR)
    (line,) = [one for one in records if one.how == "said on sms that it is a wrong number"]
    assert (line.channel, line.granted, line.address, line.text) == ("sms", False, PHONE, text)


async def test_what_a_journey_sends_goes_to_another_address_of_theirs(stage: Stage) -> None:
    await ana_on_both(stage)
    stage.play(journey_of(WAITS))
    await stage.happens("demo.requested")
    await stage.says("wrong number")
    assert [one.journey for one in await stage.enrolments()] == ["welcome"], "it goes on"
    await stage.later(days=2)
    assert "A tip." in stage.webchat.texts()
    assert "A tip." not in " ".join(stage.sms.texts())


@pytest.mark.parametrize("purpose", [Purpose.MARKETING, Purpose.SERVICE])
async def test_nothing_that_waits_for_it_leaves_not_even_what_was_asked_for(stage: Stage, purpose: Purpose) -> None:
    await ana_on_both(stage)
    await stage.queue("k", purpose=purpose, due_at=stage.clock.now() + timedelta(days=1))
    await stage.says("wrong number")
    await stage.says("greet")
    await stage.later(days=2)
    status, why = await stage.outcome()
    assert status is OutboxStatus.WITHHELD
    assert why.startswith("whoever answers at this address has said that it is not this person's, on ")


async def test_it_holds_for_everybody_who_has_the_address(stage: Stage) -> None:
    await ana_on_both(stage)
    async with stage.store.transaction() as uow:
        await uow.profiles.add(Profile(BEN, stage.clock.now()))
        await uow.profiles.claim(BEN, Identity("phone", PHONE), stage.clock.now())
    await stage.consent(of=BEN)
    await stage.says("wrong number")
    async with stage.store.transaction() as uow:
        assert await uow.profiles.identities(BEN) == []
        standing = standing_consent(await uow.consents.of(BEN), Purpose.MARKETING, "sms")
        told = [one.event for one in await uow.timeline.of(BEN, limit=9)]
    assert standing is not None
    assert not standing.granted
    assert "address.disowned" in told


async def test_consent_stands_for_another_number_of_theirs_unless_this_one_had_confirmed_it(stage: Stage) -> None:
    await ana_on_both(stage)
    async with stage.store.transaction() as uow:
        now = stage.clock.now()
        await uow.profiles.claim(ANA, Identity("phone", OTHER, verified=True), now)
        confirmed = ConsentRecord(ANA, Purpose.MARKETING, "whatsapp", True, now, "confirmed", "May we?", address=PHONE)
        await uow.consents.add(confirmed)
    await stage.says("wrong number")
    async with stage.store.transaction() as uow:
        records = await uow.consents.of(ANA)
    texts = standing_consent(records, Purpose.MARKETING, "sms")
    whatsapp = standing_consent(records, Purpose.MARKETING, "whatsapp")
    assert texts is not None
    assert whatsapp is not None
    assert (texts.granted, whatsapp.granted) == (True, False)
    said = "said on sms that it is a wrong number"
    assert texts.how == f"{said}; it stands for their other addresses. Before that: a test"
    assert await stage.may_send(address=OTHER)


async def test_an_opt_out_that_says_so_in_one_clause_is_of_the_address(stage: Stage) -> None:
    await ana_on_both(stage)
    stage.library.playbook = replace(stage.library.playbook, nlu=AllOptOuts())
    await stage.says("who dis, wrong number, enough of the sneakers")
    assert await stage.may_send(channel="webchat", address=VISITOR)
    async with stage.store.transaction() as uow:
        told = [one.event for one in await uow.timeline.of(ANA, limit=9)]
        assert "message.received" not in told, "it is no reply to a journey"
        assert await uow.consents.refusal("sms", PHONE) is not None


async def test_whoever_writes_from_there_next_is_somebody_new(stage: Stage) -> None:
    await ana_on_both(stage)
    await stage.says("wrong number")
    stage.clock.forward(timedelta(minutes=1))
    assert await stage.says("greet") == ["I am a machine. Hello!"]
    stranger = (await stage.at()).profile_id
    assert stranger != ANA
    assert await stage.says("wrong number") == [SORRY]
    assert await stage.says("wrong number") == [], "who says it on and on may be a machine"
    assert (await stage.at()).profile_id == stranger
    assert await stage.says("start") == ["Welcome back."]
    assert await stage.may_send(of=stranger)
    assert not await stage.may_send(of=ANA), "their consent is not hers"


async def test_the_stranger_who_says_it_again_gets_no_answer_that_still_waited(stage: Stage) -> None:
    await ana_on_both(stage)
    await stage.says("wrong number")
    stage.sms.faults.append(TemporarySendError("busy"))
    assert await stage.says("greet") == []
    stage.clock.forward(timedelta(seconds=1))
    await stage.says("wrong number")
    stage.clock.forward(timedelta(minutes=2))
    await stage.settle()
    assert "Hello!" not in " ".join(stage.sms.texts())


async def test_what_was_said_there_before_stays_with_the_person_and_is_over(stage: Stage) -> None:
    await ana_on_both(stage)
    await stage.says("greet")
    hers = (await stage.at()).id
    await stage.says("wrong number")
    theirs = await stage.at()
    async with stage.store.transaction() as uow:
        before = await uow.conversations.get(hers)
        told = [one.text for one in await uow.conversations.transcript(theirs.id)]
        kept = [one.text for one in await uow.conversations.transcript(hers)]
        data = str(await all_data(uow, theirs.profile_id, stage.clock.now()))
    assert before.profile_id == ANA
    assert before.address.startswith(f"{PHONE} until 2026-")
    assert told == ["wrong number"]
    assert kept == ["greet", "Hello!", "wrong number", SORRY]
    assert "greet" not in data


async def test_what_the_stranger_wrote_meanwhile_is_answered_to_them(stage: Stage) -> None:
    await ana_on_both(stage)
    await stage.hear("wrong number")
    await stage.hear("greet")
    await stage.settle()
    assert stage.sms.texts() == [f"I am a machine. {SORRY}", "I am a machine. Hello!"]
    theirs = await stage.at()
    async with stage.store.transaction() as uow:
        told = await uow.conversations.transcript(theirs.id)
    assert [one.text for one in told] == ["wrong number", "greet", "Hello!"]


async def test_a_colleague_who_had_the_conversation_is_told_that_nothing_reaches_anybody(stage: Stage) -> None:
    await ana_on_both(stage)
    await stage.do(RequestHandoff("asks for a person"))
    await stage.settle()
    await stage.says("wrong number")
    assert await stage.reply("Hello Ana, how may I help?")
    assert not any("Hello Ana" in one for one in stage.sms.texts())
    assert "did not reach the customer: whoever answers at this address" in stage.desk_texts()[-1]


async def test_the_last_word_arrives_where_only_answers_may_be_sent(stage: Stage) -> None:
    await ana_on_both(stage)
    stage.open_whatsapp()
    assert await stage.says("wrong number", channel="whatsapp") == [f"I am a machine. {SORRY}"]
    assert await stage.says("greet", channel="whatsapp") == ["I am a machine. Hello!"]


async def test_a_form_that_asks_for_a_phone_number_hears_a_correction(stage: Stage) -> None:
    await ana_on_both(stage)
    assistant = assistant_of(ASSISTANT.replace("team_size", "phone"))
    stage.library.playbook = replace(stage.library.playbook, assistant=assistant)
    assert (await stage.says("book"))[-1].endswith("How many are you?")
    assert await stage.says("wrong number") == ["Thank you."]
    assert await stage.may_send()
    assert await stage.says("sorry, wrong number") != [SORRY], "the number that was told last"
    assert await stage.may_send()


async def test_a_form_that_asks_for_something_else_does_not(stage: Stage) -> None:
    await ana_on_both(stage)
    assert (await stage.says("book"))[-1].endswith("How many are you?")
    assert (await stage.says("wrong number"))[-1] == SORRY, "the size of a team is no reason to speak of a number"
    async with stage.store.transaction() as uow:
        assert await uow.consents.refusal("sms", PHONE) is not None


async def test_an_opt_out_taken_back_there_lifts_it(stage: Stage) -> None:
    await ana_on_both(stage)
    await stage.says("wrong number")
    async with stage.store.transaction() as uow:
        stranger = (await uow.conversations.at("sms", PHONE)) or await stage.at()
        wish = Wish("wrote START", stage.clock.now())
        assert await opt_in(uow, stage.runtime, stranger.profile_id, "sms", PHONE, wish)
        assert await uow.consents.refusal("sms", PHONE) is None

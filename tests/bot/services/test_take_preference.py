"""Who asks what they have agreed to is told so, who wants fewer messages gets fewer, and neither opts out by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.adapters.content.built_in_responses import with_built_in_responses
from bot.domain.challenge import Asked, Challenge, ChallengeId
from bot.domain.consent import ConsentRecord, LegalBasis, Purpose
from bot.domain.delivery import OutboxStatus
from bot.domain.message import Text
from tests.bot.services.fakes import FakeNlu
from tests.bot.services.stage import ANA, PHONE, Stage

YES = "Yes: you have agreed to marketing from us by text message (since {}). Say STOP at any time to end that."
NONE = "Nothing that you have agreed to is in force here, so we send you no marketing."
OFFER = "You can have less: how much marketing from us is right for you, on all channels together?"
DAY = "23 November 2026"


@pytest.fixture
async def stage(stage: Stage) -> Stage:
    """Ana, who knows that she talks with a machine, and of whose words any may be taken for an opt-out."""
    playbook = stage.library.playbook
    nlu = FakeNlu(*playbook.assistant.intents)
    stage.library.playbook = replace(playbook, assistant=with_built_in_responses(playbook.assistant), nlu=nlu)
    await stage.meet()
    await stage.says("greet")
    return stage


async def pause(stage: Stage) -> timedelta | None:
    async with stage.store.transaction() as uow:
        return (await uow.profiles.fresh(ANA)).marketing_pause


async def test_who_asks_what_they_have_agreed_to_is_told_from_the_ledger(stage: Stage) -> None:
    assert await stage.says("did I consent to texts?") == [NONE]
    await stage.consent()
    assert await stage.says("Am I subscribed?") == [YES.format(DAY)]
    assert await stage.may_send()
    await stage.later(days=1)
    await stage.consent(False)
    (no,) = await stage.says("do you have my permission to text me?")
    assert no.startswith("On 24 November 2026 you said no to marketing from us")


async def test_it_is_answered_in_the_language_of_the_question(stage: Stage) -> None:
    await stage.consent()
    (answer,) = await stage.says("Habe ich SMS zugestimmt?")
    assert answer.startswith("Ja: Sie haben Werbung von uns zugestimmt, und zwar per SMS (seit 23. November 2026).")


async def test_what_is_not_sent_is_not_said_to_be_agreed(stage: Stage) -> None:
    await stage.consent()
    await stage.says("stop")
    await stage.later(minutes=1)
    await stage.consent()
    (answer,) = await stage.says("am I subscribed?")
    assert answer.startswith("On 23 November 2026 you said no"), "the address is left alone, whatever the ledger says"


async def test_a_consent_that_is_to_be_confirmed_and_a_soft_opt_in_are_told_as_what_they_are(stage: Stage) -> None:
    now = stage.clock.now()
    asked = Asked(Purpose.MARKETING, "May we?", "answered in sms", None)
    async with stage.store.transaction() as uow:
        challenge = Challenge(ChallengeId("c"), ANA, "sms", PHONE, now, now + timedelta(days=3), asked)
        await uow.challenges.add(challenge)
    (answer,) = await stage.says("did I consent?")
    assert answer.startswith("You have been asked to confirm")
    async with stage.store.transaction() as uow:
        soft = ConsentRecord(ANA, Purpose.MARKETING, "sms", True, now, "bought", "", basis=LegalBasis.SOFT_OPT_IN)
        await uow.consents.add(soft)
    (answer,) = await stage.says("did I consent?")
    assert answer.startswith("You have bought from us and have not objected")


async def test_who_wants_fewer_is_offered_how_often_and_gets_that(stage: Stage) -> None:
    await stage.consent()
    assert await stage.says("fewer texts, please") == [OFFER]
    content = stage.sms.taken[-1].content
    assert isinstance(content, Text)
    assert [one.payload for one in content.buttons] == ["At most once a week", "At most once a month", "/opt_out"]
    (done,) = await stage.says("monthly")
    assert "at most one message of marketing from us in 30 days" in done
    assert await pause(stage) == timedelta(days=30)
    assert await stage.may_send()


async def test_the_offer_is_answered_also_where_more_was_said_behind_it(stage: Stage) -> None:
    await stage.consent()
    assert await stage.says("fewer texts please. greet") == [OFFER, "Hello!"]
    await stage.says("weekly")
    assert await pause(stage) == timedelta(days=7)


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
async def test_each_button_of_the_offer_is_understood(stage: Stage, language: str) -> None:
    await stage.consent()
    offer = stage.library.playbook.assistant.responses["utter_fewer_offered"]
    (words,) = [one for one in offer.variations if (one.language or "en") == language]
    for button, days in zip(words.buttons, (7, 30), strict=False):
        await stage.says(button.title, payload=button.payload)
        assert await pause(stage) == timedelta(days=days)


async def test_who_says_how_often_gets_that_at_once(stage: Stage) -> None:
    await stage.consent()
    await stage.says("you text me too much, once a week is enough")
    assert await pause(stage) == timedelta(days=7)


async def paused_until(stage: Stage) -> datetime | None:
    async with stage.store.transaction() as uow:
        return (await uow.profiles.fresh(ANA)).paused_until


async def test_who_wants_none_until_a_day_gets_none_before_that_and_has_not_opted_out(stage: Stage) -> None:
    await stage.consent()
    said = await stage.says("No texts until January please")
    assert said == ["Noted: you get no marketing from us before 1 January 2027. Say STOP to end it altogether."]
    assert await paused_until(stage) == datetime(2027, 1, 1, tzinfo=UTC)
    assert await stage.may_send()
    await stage.queue("before")
    await stage.settle()
    assert await stage.outcome("before") == (
        OutboxStatus.WITHHELD,
        "this person wants no marketing before 1 January 2027",
    )
    stage.clock.forward(datetime(2027, 1, 1, 9, tzinfo=UTC) - stage.clock.now())
    await stage.queue("after")
    await stage.settle()
    assert (await stage.outcome("after"))[0] is OutboxStatus.SENT


async def test_until_which_day_is_said_in_the_language_of_the_wish_and_the_rest_is_answered(stage: Stage) -> None:
    await stage.consent()
    said = await stage.says("Bitte keine SMS bis Februar. greet")
    assert said == [
        "Notiert: Vor dem 1. Februar 2027 erhalten Sie von uns keine Werbung. Sagen Sie STOPP, um sie ganz zu beenden.",
        "Hello!",
    ]


async def test_not_until_monday_in_answer_to_marketing_is_a_pause(stage: Stage) -> None:
    await stage.consent()
    stage.clock.forward(timedelta(minutes=1))
    await stage.queue("offer")
    await stage.settle()
    assert await stage.says("Not until Monday") == [
        "Noted: you get no marketing from us before 30 November 2026. Say STOP to end it altogether."
    ]
    assert await paused_until(stage) == datetime(2026, 11, 30, tzinfo=UTC)


async def test_in_answer_to_anything_else_it_is_none(stage: Stage) -> None:
    await stage.consent()
    await stage.says("Not until Monday")
    assert await paused_until(stage) is None


async def test_who_gets_none_anyway_is_told_that_also_where_they_want_none_until_a_day(stage: Stage) -> None:
    assert await stage.says("no texts until January") == [NONE]
    assert await paused_until(stage) is None


@pytest.mark.parametrize("text", ["no texts until January. stop", "stop. no texts until January, please"])
async def test_an_opt_out_beside_a_pause_counts(stage: Stage, text: str) -> None:
    await stage.consent()
    await stage.says(text)
    stage.clock.forward(timedelta(days=60))
    assert not await stage.may_send()


async def test_who_wants_other_hours_is_told_that_there_are_none_and_offered_less_and_is_in_no_doubt(
    stage: Stage,
) -> None:
    await stage.consent()
    assert await stage.says("don't text me before nine") == [
        "I can't set hours of your own for marketing, sorry.",
        OFFER,
    ]
    assert await stage.may_send()
    assert not await stage.is_in_doubt()


async def test_who_gets_no_marketing_is_told_that(stage: Stage) -> None:
    assert await stage.says("you text me too much") == [NONE]
    assert await pause(stage) is None


async def test_a_form_asks_again_behind_the_answer(stage: Stage) -> None:
    await stage.says("book")
    assert await stage.says("am I subscribed?") == [NONE, "How many are you?"]
    assert await stage.says("not so often") == ["Thank you."], "it may be the answer to the form's question"


@pytest.mark.parametrize("text", ["did I consent to texts? stop", "you text me too much, opt out"])
async def test_an_opt_out_beside_it_counts(stage: Stage, text: str) -> None:
    await stage.consent()
    await stage.says(text)
    assert not await stage.may_send()


async def test_who_asks_where_we_have_their_number_from_and_opts_out_is_told_and_opted_out(stage: Stage) -> None:
    await stage.consent()
    assert await stage.says("who gave you my number? stop") == [YES.format(DAY), "You will get no more of these."]
    assert not await stage.may_send()


async def test_an_opt_out_ends_more_than_the_hours_that_it_wants_besides(stage: Stage) -> None:
    await stage.consent()
    assert await stage.says("no texts before 9. stop") == ["You will get no more of these."]
    assert not await stage.may_send()


async def test_what_is_asked_besides_is_answered(stage: Stage) -> None:
    assert await stage.says("did I consent? greet") == [NONE, "Hello!"]
    assert await stage.says("did I consent? whatever this is") == [NONE]

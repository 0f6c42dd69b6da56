"""Weigh: the gate sees what is in the store at the moment of sending."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.domain.consent import ConsentRecord, Purpose, Suppression, Wish
from bot.domain.conversation import OpenLoop
from bot.domain.delivery import ChannelMessage, Later, Send, Verdict, Withhold
from bot.domain.effects import RequestHandoff
from bot.domain.ids import EnrolmentId, ProfileId
from bot.domain.message import DeskVerb, Text
from bot.domain.person import Identity, Profile
from bot.services.change_preferences import stop_marketing
from bot.services.note_decision import Matter
from bot.services.reach import reach
from bot.services.start_conversation import start_conversation
from bot.services.weigh import DIALOGUE_STAYS_OPEN, weigh
from tests.bot.services.stage import ANA, PHONE, VISITOR, Stage, capped, open_between

OFFER = Matter("k", Purpose.MARKETING, "sms", PHONE, ANA)


async def verdict_on(stage: Stage, matter: Matter = OFFER) -> Verdict:
    async with stage.store.transaction() as uow:
        return await weigh(uow, stage.runtime, matter, stage.clock.now())


async def suppress(stage: Stage, channel: str = "sms", address: str = PHONE) -> None:
    async with stage.store.transaction() as uow:
        await uow.consents.suppress(Suppression(channel, address, "wrote STOP", stage.clock.now()))


async def test_marketing_needs_consent_on_the_same_channel(stage: Stage) -> None:
    await stage.meet()
    await stage.consent(channel="webchat")
    assert await verdict_on(stage) == Withhold("no consent to marketing by sms on record")
    await stage.consent()
    assert await verdict_on(stage) == Send("consent of 23 November 2026: a test")


async def test_the_latest_word_counts_and_a_refusal_outranks_a_grant_of_the_same_instant(stage: Stage) -> None:
    await stage.meet()
    await stage.consent(False)
    await stage.consent(True)
    assert isinstance(await verdict_on(stage), Withhold)
    stage.clock.forward(timedelta(seconds=1))
    await stage.consent(True)
    assert isinstance(await verdict_on(stage), Send)


async def test_a_suppressed_address_gets_no_marketing_whoever_consents_for_it(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    await suppress(stage)
    assert isinstance(await verdict_on(stage), Withhold)
    assert isinstance(await verdict_on(stage, replace(OFFER, address="+447700900124")), Send)


async def test_a_suppressed_address_gets_service_messages_again_once_its_owner_has_written(stage: Stage) -> None:
    service = replace(OFFER, purpose=Purpose.SERVICE)
    await stage.meet()
    assert isinstance(await verdict_on(stage, service), Send)
    await stage.says("stop")
    assert isinstance(await verdict_on(stage, service), Withhold), "the last word was to be left alone"
    await stage.later(minutes=1)
    await stage.says("greet")
    assert isinstance(await verdict_on(stage, service), Send)
    assert isinstance(await verdict_on(stage), Withhold), "which is no consent to marketing"
    await stage.later(minutes=1)
    async with stage.store.transaction() as uow:
        await stop_marketing(uow, stage.runtime, ANA, Wish("on the preference page", stage.clock.now()))
    assert isinstance(await verdict_on(stage, service), Withhold), "they have asked for it once more"


@pytest.mark.parametrize("purpose", [Purpose.REPLY, Purpose.DESK])
async def test_answers_and_our_own_desk_need_nobodys_consent(stage: Stage, purpose: Purpose) -> None:
    await stage.meet()
    await suppress(stage)
    assert isinstance(await verdict_on(stage, replace(OFFER, purpose=purpose)), Send)


async def test_marketing_waits_while_a_rep_talks_and_not_while_one_is_only_asked_for(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    await stage.do(RequestHandoff("Asked for a person"))
    await stage.settle()
    assert isinstance(await verdict_on(stage), Send)
    handoff = await stage.handoff()
    await stage.click(handoff, DeskVerb.CLAIM)
    assert await verdict_on(stage) == Later(
        stage.clock.now() + timedelta(minutes=15), "a colleague is talking with this person"
    )
    await stage.click(handoff, DeskVerb.HAND_BACK)
    assert isinstance(await verdict_on(stage), Send)


async def test_marketing_waits_while_a_rep_talks_although_another_is_asked_for_elsewhere(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    await stage.do(RequestHandoff("Asked for a person"))
    await stage.settle()
    await stage.click(await stage.handoff(), DeskVerb.CLAIM)
    await stage.later(minutes=1)
    stage.actions.effects["action_lead"] = (RequestHandoff("Qualified lead"),)
    async with stage.store.transaction() as uow:
        await uow.profiles.claim(ANA, Identity("webchat", VISITOR, verified=True), stage.clock.now())
    await stage.says("lead", channel="webchat")
    assert (await stage.handoff("webchat", VISITOR)).profile_id == ANA
    assert isinstance(await verdict_on(stage), Later)


async def test_marketing_waits_while_a_form_is_open_anywhere_and_not_for_ever(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    await stage.says("book")
    assert isinstance(await verdict_on(stage), Later)
    stage.clock.forward(DIALOGUE_STAYS_OPEN)
    assert isinstance(await verdict_on(stage), Send)


async def test_the_form_that_a_journey_asks_does_not_stand_in_its_own_way(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    async with stage.store.transaction() as uow:
        conversation = await uow.conversations.at("sms", PHONE)
        assert conversation is not None
        tracker = replace(conversation.tracker, loop=OpenLoop("size_form"))
        asked = replace(conversation, tracker=tracker, asking_enrolment="e1", last_message_at=stage.clock.now())
        await uow.conversations.save(replace(asked, version=1))
    assert isinstance(await verdict_on(stage, replace(OFFER, enrolment_id=EnrolmentId("e1"))), Send)
    assert isinstance(await verdict_on(stage, replace(OFFER, enrolment_id=EnrolmentId("e2"))), Later)


async def test_what_was_queued_for_a_channel_that_is_no_longer_set_up_is_withheld(stage: Stage) -> None:
    await stage.meet()
    await stage.consent(channel="whatsapp")
    verdict = await verdict_on(stage, replace(OFFER, channel="whatsapp"))
    assert verdict == Withhold("whatsapp is not set up here", elsewhere=True)


async def test_at_night_marketing_waits_for_the_morning_of_the_person(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    stage.rule(open_between(time(9), time(20)))
    stage.clock.set(datetime(2026, 11, 23, 23, tzinfo=UTC))
    verdict = await verdict_on(stage)
    assert isinstance(verdict, Later)
    assert verdict.at == datetime(2026, 11, 24, 9, tzinfo=UTC)


async def test_a_person_without_a_time_zone_is_where_their_number_may_be(stage: Stage) -> None:
    ben, number = ProfileId("ben"), "+12125550123"
    async with stage.store.transaction() as uow:
        await uow.profiles.add(Profile(ben, stage.clock.now()))
        await start_conversation(uow, ben, "sms", number, stage.clock.now())
    await stage.consent(of=ben)
    stage.rule(open_between(time(9), time(20)))
    verdict = await verdict_on(stage, replace(OFFER, profile_id=ben, address=number))
    assert isinstance(verdict, Later), "people take their numbers along, and on the Pacific coast it is four o'clock"
    assert verdict.at == datetime(2026, 11, 23, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "state", "opens"),
    [
        ("+13055550123", None, 10),  # issued in Florida
        ("+12125550123", None, 8),
        ("+12125550123", "Florida", 10),
        ("+447700900123", "FL", 8),
    ],
)
async def test_the_hours_of_a_state_hold_for_whoever_may_live_there(
    stage: Stage, number: str, state: str | None, opens: int
) -> None:
    ben = ProfileId("ben")
    attributes = {"state": state} if state else {}
    async with stage.store.transaction() as uow:
        await uow.profiles.add(Profile(ben, stage.clock.now(), attributes, time_zone="America/New_York"))
        await start_conversation(uow, ben, "sms", number, stage.clock.now())
    await stage.consent(of=ben)
    everywhere = open_between(time(8), time(20))
    (hours,) = open_between(time(10), time(20)).hours
    stage.rule(replace(everywhere, hours=(*everywhere.hours, replace(hours, id="florida", jurisdiction="US-FL"))))
    stage.clock.set(datetime(2026, 11, 23, 3, tzinfo=UTC))
    verdict = await verdict_on(stage, replace(OFFER, profile_id=ben, address=number))
    assert isinstance(verdict, Later)
    assert verdict.at == datetime(2026, 11, 23, opens + 5, tzinfo=UTC)


@pytest.mark.parametrize(("country", "held"), [("GB", True), ("US", False)])
async def test_a_cap_of_one_country_holds_for_numbers_of_that_country(stage: Stage, country: str, held: bool) -> None:
    await stage.meet()
    await stage.consent()
    (everywhere,) = capped(2).caps
    theirs = replace(everywhere, id="theirs", jurisdiction=country, at_most=1)
    stage.rule(replace(capped(2), caps=(everywhere, theirs)))
    await stage.queue("sent", dispatch=ChannelMessage("sms", PHONE, Text("An offer.")))
    await stage.settle()
    verdict = await verdict_on(stage)
    reached = Withhold("the cap of 1 within 1 week is reached (rule theirs)")
    assert verdict == reached if held else isinstance(verdict, Send)


@pytest.mark.parametrize(("channel", "address"), [("sms", PHONE), ("webchat", VISITOR)])
async def test_a_cap_holds_for_its_person_channel_and_purpose_and_for_no_other(
    stage: Stage, channel: str, address: str
) -> None:
    await stage.meet()
    for name in ("sms", "webchat"):
        await stage.consent(channel=name)
    (sms_cap,) = capped(1).caps
    stage.rule(replace(capped(1), caps=(replace(sms_cap, channels=frozenset({channel})),)))
    await stage.queue("sent", dispatch=ChannelMessage(channel, address, Text("An offer.")))
    await stage.settle()
    capped_one = Matter("k", Purpose.MARKETING, channel, address, ANA)
    assert await verdict_on(stage, capped_one) == Withhold("the cap of 1 within 1 week is reached (rule cap)")
    waits = await verdict_on(stage, replace(capped_one, cap="wait"))
    assert isinstance(waits, Later)
    assert waits.at == stage.clock.now() + timedelta(days=7, seconds=1)
    other, elsewhere = ("webchat", VISITOR) if channel == "sms" else ("sms", PHONE)
    assert isinstance(await verdict_on(stage, Matter("k", Purpose.MARKETING, other, elsewhere, ANA)), Send)
    assert isinstance(await verdict_on(stage, replace(capped_one, purpose=Purpose.SERVICE)), Send)


@pytest.mark.parametrize(("channel", "address"), [("sms", PHONE), ("webchat", VISITOR)])
async def test_whoever_wants_marketing_once_a_week_gets_the_next_a_week_later_on_whatever_channel(
    stage: Stage, channel: str, address: str
) -> None:
    await stage.meet()
    for name in ("sms", "webchat"):
        await stage.consent(channel=name)
    async with stage.store.transaction() as uow:
        await uow.profiles.save(replace(await uow.profiles.fresh(ANA), marketing_pause=timedelta(days=7)))
    await stage.queue("sent", dispatch=ChannelMessage("sms", PHONE, Text("An offer.")))
    await stage.settle()
    another = Matter("k", Purpose.MARKETING, channel, address, ANA)
    assert await verdict_on(stage, another) == Withhold("this person wants marketing at most once in 7 days")
    waits = await verdict_on(stage, replace(another, cap="wait"))
    assert isinstance(waits, Later)
    assert waits.at == stage.clock.now() + timedelta(days=7, seconds=1)
    assert isinstance(await verdict_on(stage, replace(another, purpose=Purpose.SERVICE)), Send)
    stage.clock.forward(timedelta(days=7, seconds=1))
    assert isinstance(await verdict_on(stage, another), Send)


async def test_two_profiles_of_one_number_share_its_cap(stage: Stage) -> None:
    stage.rule(capped(1))
    here = await stage.meet()
    await stage.consent()
    other = ProfileId("ben")
    async with stage.store.transaction() as uow:
        await uow.profiles.add(Profile(other, stage.clock.now(), time_zone="Europe/London"))
        await uow.profiles.claim(other, Identity("phone", PHONE), stage.clock.now())
    await stage.consent(of=other)
    await stage.queue("first", conversation_id=here.id)
    await stage.queue("second", profile_id=other)
    await stage.settle()
    outcomes = {(await stage.outcome(one))[1] for one in ("first", "second")}
    assert len([one for one in stage.sms.texts() if "An offer." in one]) == 1, "also where both are due at once"
    assert "the cap of 1 within 1 week is reached (rule cap)" in outcomes


async def test_consent_for_a_number_that_was_shown_is_none_for_another_that_is_told_since(stage: Stage) -> None:
    await stage.meet()
    other = "+447700900199"
    async with stage.store.transaction() as uow:
        await uow.profiles.claim(ANA, Identity("phone", other), stage.clock.now())
        shown = ConsentRecord(
            ANA, Purpose.MARKETING, "sms", True, stage.clock.now(), "a test", f"May we send texts to {PHONE}?"
        )
        await uow.consents.add(shown)
        reached = await reach(uow, stage.runtime, ANA, ["sms"], stage.clock.now())
    assert reached is not None
    assert reached.address == PHONE
    assert isinstance(await verdict_on(stage), Send)
    why = "consent to marketing by sms was given for another number of theirs"
    assert await verdict_on(stage, replace(OFFER, address=other)) == Withhold(why)
    async with stage.store.transaction() as uow:
        now = stage.clock.now() + timedelta(seconds=1)
        await uow.consents.add(replace(shown, at=now, text="May we text you? Questions: +448081570000."))
    assert isinstance(await verdict_on(stage, replace(OFFER, address=other)), Send), "a number of ours says nothing"


async def test_the_number_that_was_shown_is_written_to_before_one_that_is_proved(stage: Stage) -> None:
    await stage.meet()
    asked = "+447700900199"
    async with stage.store.transaction() as uow:
        now = stage.clock.now()
        await uow.profiles.claim(ANA, Identity("phone", PHONE, verified=True), now)
        await uow.profiles.claim(ANA, Identity("phone", asked), now)
        question = f"May we send texts to {asked}?"
        await uow.consents.add(ConsentRecord(ANA, Purpose.MARKETING, "sms", True, now, "a test", question))
        reached = await reach(uow, stage.runtime, ANA, ["sms"], now)
    assert reached is not None
    assert reached.address == asked

"""Opt out: one word ends all marketing at once, and one word takes that back on its address."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.consent import Purpose, Suppression
from bot.domain.delivery import ChannelMessage, OutboxStatus
from bot.domain.effects import OptOut, RequestHandoff
from bot.domain.errors import TemporarySendError
from bot.domain.ids import ProfileId
from bot.domain.journey import EnrolmentStatus
from bot.domain.message import DeskVerb, Text, TriggerIntent
from bot.domain.person import Identity
from bot.services.receive import receive
from bot.services.respect_wishes import note_objection, restrict
from tests.bot.services.enrolments import unreadable
from tests.bot.services.stage import ANA, PHONE, VISITOR, Stage, journey_of

WAITS = """
- id: hold
  wait: {for: link.clicked, at_most: 2d}
- send: {response: utter_tip, channels: [sms]}
"""
ASKS = """
- ask: {form: size_form, channels: [sms], need: [team_size]}
  silent: {after: 3d, go: end}
"""
GOODBYE = "You will get no more of these."


async def reachable_on_both(stage: Stage) -> None:
    """Ana with consent on her phone and in the chat."""
    await stage.meet()
    async with stage.store.transaction() as uow:
        await uow.profiles.claim(ANA, Identity("webchat", VISITOR, verified=True), stage.clock.now())
    await stage.consent()
    await stage.consent(channel="webchat")
    stage.clock.forward(timedelta(minutes=1))


async def test_a_stop_withdraws_consent_and_suppresses_every_address_on_every_channel(stage: Stage) -> None:
    await reachable_on_both(stage)
    vendor_id = await stage.hear("STOP.")
    await stage.settle()
    assert not await stage.may_send()
    assert not await stage.may_send(channel="webchat", address=VISITOR)
    async with stage.store.transaction() as uow:
        latest = {one.channel: one for one in await uow.consents.of(ANA)}
        places = [(name, PHONE) for name in ("sms", "whatsapp", "voice")] + [("webchat", VISITOR)]
        suppressed = [await uow.consents.suppression(*at) for at in places]
    assert all(suppressed)
    assert set(latest) == {"sms", "webchat", "whatsapp", "voice"}, (
        "the desk's channel has no customers, what reaches their number may be set up tomorrow, and they have no e-mail"
    )
    for record in latest.values():
        assert (record.granted, record.text, record.message_id) == (False, "STOP.", f"sms:{vendor_id}")
        assert record.how == "wrote so on sms"


async def test_a_stop_is_confirmed_once(stage: Stage) -> None:
    await stage.says("greet")
    assert await stage.says("stop") == [GOODBYE]
    assert await stage.says("stop") == []
    assert await stage.says("greet") == ["Hello!"], "who writes is answered"


async def test_who_looks_at_the_chat_is_answered_each_time(stage: Stage) -> None:
    assert (await stage.says("opt out", channel="webchat"))[-1] == GOODBYE
    assert await stage.says("opt out", channel="webchat") == [GOODBYE]


async def test_an_opt_out_in_other_words_counts_as_much(stage: Stage) -> None:
    await reachable_on_both(stage)
    assert (await stage.says("opt out", channel="webchat"))[-1] == GOODBYE
    assert not await stage.may_send()


async def test_a_stop_withholds_what_waits_and_says_so_in_the_decision_record(stage: Stage) -> None:
    await reachable_on_both(stage)
    tomorrow = stage.clock.now() + timedelta(days=1)
    await stage.queue("offer", due_at=tomorrow)
    await stage.queue("confirmation", purpose=Purpose.SERVICE, due_at=tomorrow)
    await stage.says("stop")
    offer = await stage.entry("offer")
    assert (offer.status, offer.reason) == (OutboxStatus.WITHHELD, "the customer opted out")
    assert (await stage.entry("confirmation")).status is OutboxStatus.WAITING
    records = [one for one in await stage.decisions() if one.entry_key == "offer"]
    assert [(one.outcome, one.why) for one in records] == [("withhold", "the customer opted out")]


async def test_a_stop_ends_every_journey_of_marketing_and_no_other(stage: Stage) -> None:
    await reachable_on_both(stage)
    stage.play(
        journey_of(WAITS), journey_of(WAITS, name="offers"), journey_of(WAITS, name="booking", purpose="service")
    )
    await stage.happens("demo.requested")
    before = await stage.enrolments()
    assert len(before) == 3
    await stage.says("stop")
    assert [one.journey for one in await stage.enrolments()] == ["booking"]

    ended = [await stage.enrolment(one.id) for one in before if one.journey != "booking"]
    assert {(one.status, one.reason) for one in ended} == {(EnrolmentStatus.DONE, "the customer opted out")}
    await stage.later(days=3)
    assert "A tip." not in " ".join(stage.sms.texts()), "not even what was asked for, to an address that said stop"


async def test_whoever_looks_on_is_told_that_a_stop_has_ended_the_journey(stage: Stage) -> None:
    await reachable_on_both(stage)
    stage.play(journey_of(WAITS))
    await stage.happens("demo.requested")
    await stage.says("stop")
    last = [item for item in await stage.feed("explain") if item["type"] == "step"][-1]
    (line,) = last["trail"]
    assert (line["title"], line["did"]) == ("Wait for link.clicked", "leaves: the customer opted out")
    assert last["status"] == "done"


async def test_a_journey_that_cannot_be_read_does_not_keep_a_stop_from_counting(stage: Stage, sqlite_url: str) -> None:
    await reachable_on_both(stage)
    await unreadable(stage, sqlite_url)
    assert await stage.says("stop") == [f"I am a machine. {GOODBYE}"]
    assert not await stage.may_send()
    assert await stage.enrolments() == []


async def test_a_stop_closes_the_form_that_a_journey_asks(stage: Stage) -> None:
    await reachable_on_both(stage)
    stage.play(journey_of(ASKS))
    await stage.happens("demo.requested")
    await stage.settle()
    assert stage.sms.texts() == ["I am a machine. How many are you?"]
    assert await stage.says("stop") == [GOODBYE]
    conversation = await stage.at()
    assert (conversation.tracker.loop, conversation.asking_enrolment) == (None, None)


async def test_a_stop_counts_while_a_rep_has_the_floor(stage: Stage) -> None:
    await reachable_on_both(stage)
    await stage.do(RequestHandoff("Asked for a person"))
    await stage.settle()
    await stage.click(await stage.handoff(), DeskVerb.CLAIM)
    assert await stage.says("greet") == [], "the rep answers"
    assert await stage.says("stop") == [f"I am a machine. {GOODBYE}"]
    assert not await stage.may_send()


async def test_start_takes_a_stop_back_where_it_is_written_and_nowhere_else(stage: Stage) -> None:
    await reachable_on_both(stage)
    await stage.says("stop")
    stage.clock.forward(timedelta(minutes=1))
    assert await stage.says("Start") == ["Welcome back."]
    assert await stage.may_send()
    assert not await stage.may_send(channel="webchat", address=VISITOR)
    async with stage.store.transaction() as uow:
        assert (await uow.consents.of(ANA))[-1].how == "wrote START on sms"


async def test_start_without_an_opt_out_is_a_word_like_others_and_no_consent(stage: Stage) -> None:
    await stage.meet()
    assert await stage.says("start") == ["I am a machine. Pardon?"]
    assert not await stage.may_send()


async def test_start_takes_back_what_was_refused_otherwise_than_by_a_stop(stage: Stage) -> None:
    """By a form of an assistant's own, say."""
    await stage.meet()
    await stage.consent(granted=False)
    stage.clock.forward(timedelta(minutes=1))
    assert await stage.says("START") == ["I am a machine. Welcome back."]
    assert await stage.may_send()


async def test_a_stop_counts_for_an_address_that_does_not_say_whose_it_is(stage: Stage) -> None:
    """A name at WhatsApp's in the place of a number."""
    stage.open_whatsapp()
    name = "US.13491208655302741918"

    async def says(text: str) -> list[str]:
        return await stage.says(text, channel="whatsapp", address=name, nameless=True)

    await says("greet")
    assert await says("stop") == [GOODBYE]
    assert await says("stop") == [], "it was confirmed"
    stage.clock.forward(timedelta(minutes=1))
    assert await says("start") == ["Welcome back."]
    person = (await stage.at("whatsapp", name)).profile_id
    assert await stage.may_send(of=person, channel="whatsapp", address=name)


async def test_a_stop_of_one_channel_alone_lifts_what_it_ended_at_such_an_address(stage: Stage) -> None:
    stage.open_whatsapp()
    stage.doubt()
    name = "US.13491208655302741918"
    ana = (Identity("user_id", "ana", verified=True),)
    await stage.hear("greet", channel="whatsapp", address=name, nameless=True, identities=ana)
    await stage.hear("greet", identities=ana)
    await stage.settle()
    person = (await stage.at()).profile_id
    for channel in ("sms", "whatsapp"):
        await stage.consent(of=person, channel=channel)
    stage.clock.forward(timedelta(minutes=1))
    assert await stage.says("stop") == [f"{GOODBYE} Only here? Answer 1."]
    assert not await stage.may_send(of=person, channel="whatsapp", address=name)
    stage.clock.forward(timedelta(minutes=1))
    await stage.says("1")
    assert await stage.may_send(of=person, channel="whatsapp", address=name)


async def test_a_button_that_is_called_start_is_no_consent(stage: Stage) -> None:
    await stage.meet()
    await stage.says("stop")
    stage.clock.forward(timedelta(minutes=1))
    assert await stage.says("Start", payload="/greet") == ["Hello!"]
    assert not await stage.may_send()


@pytest.mark.parametrize("wish", ["objection", "restriction"])
async def test_who_is_still_left_alone_after_start_is_told_so(stage: Stage, wish: str) -> None:
    await stage.meet()
    async with stage.store.transaction() as uow:
        if wish == "objection":
            await note_objection(uow, stage.runtime, ANA, how="by letter", now=stage.clock.now())
        else:
            await restrict(uow, ANA, now=stage.clock.now())
            await uow.consents.suppress(Suppression("sms", PHONE, "STOP", stage.clock.now()))
    stage.clock.forward(timedelta(minutes=1))
    assert await stage.says("START") == ["I am a machine. Still none."]
    if wish == "objection":
        assert await stage.says("START", metadata={"opt_out_type": "START"}) == ["Still none."]
    await stage.queue("offer")
    await stage.settle()
    assert (await stage.outcome("offer"))[0] is OutboxStatus.WITHHELD


async def test_help_is_answered_on_the_phone(stage: Stage) -> None:
    assert await stage.says("HELP") == ["I am a machine. Write STOP to stop."]


@pytest.mark.parametrize("word", ["STOP", "START", "HELP"])
async def test_what_the_vendor_has_answered_itself_is_done_without_words(stage: Stage, word: str) -> None:
    await reachable_on_both(stage)
    if word == "START":
        await stage.says("stop")
        stage.clock.forward(timedelta(minutes=1))
    assert await stage.says("whatever", metadata={"opt_out_type": word}) == []
    assert await stage.may_send() == (word != "STOP")


async def test_a_keyword_is_one_only_where_people_write_to_a_number(stage: Stage) -> None:
    assert (await stage.says("stop", channel="webchat"))[-1] == "Pardon?"


async def test_an_opt_out_of_one_person_is_none_of_another(stage: Stage) -> None:
    ben, number = ProfileId("ben"), "+447700900124"
    await reachable_on_both(stage)
    await stage.meet(ben, phone=number)
    await stage.consent(of=ben)
    await stage.says("stop")
    assert await stage.may_send(of=ben, address=number)


async def test_a_question_that_was_queued_before_the_opt_out_is_not_put(stage: Stage) -> None:
    await reachable_on_both(stage)
    stage.play(journey_of(ASKS))
    await stage.happens("demo.requested")
    await stage.do(OptOut("told us on the phone"))
    await stage.settle()
    assert stage.sms.taken == []


async def test_an_answer_that_still_waited_when_they_asked_to_be_left_alone_is_not_sent(stage: Stage) -> None:
    await stage.meet()
    stage.sms.faults.append(TemporarySendError("busy"))
    assert await stage.says("greet") == []
    stage.clock.forward(timedelta(seconds=1))
    await stage.says("stop")
    stage.clock.forward(timedelta(minutes=2))
    await stage.settle()
    assert [one.removeprefix("I am a machine. ") for one in stage.sms.texts()] == [GOODBYE]
    assert await stage.says("greet") == ["Hello!"], "who writes after it is answered"


async def test_a_second_stop_holds_back_an_answer_as_the_first_does(stage: Stage) -> None:
    await stage.meet()
    await stage.says("stop")
    stage.sms.faults.append(TemporarySendError("busy"))
    assert await stage.says("greet") == []
    stage.clock.forward(timedelta(seconds=1))
    await stage.says("stop")
    stage.clock.forward(timedelta(minutes=2))
    await stage.settle()
    assert [one.removeprefix("I am a machine. ") for one in stage.sms.texts()] == [GOODBYE]
    assert await stage.says("greet") == ["Hello!"], "who writes after it is answered"


async def test_an_answer_in_the_chat_is_seen_though_they_opted_out_after_the_question(stage: Stage) -> None:
    stage.webchat.faults += [TemporarySendError("busy")]
    assert await stage.says("greet", channel="webchat") == []
    stage.clock.forward(timedelta(minutes=1))
    await stage.says("opt out", channel="webchat")
    assert stage.webchat.texts() == ["I am a machine.", "Hello!", GOODBYE]


async def test_a_confirmation_that_could_not_leave_within_five_minutes_is_left_out(stage: Stage) -> None:
    await stage.meet()
    stage.sms.faults.append(TemporarySendError("busy"))
    assert await stage.says("stop") == []
    stage.clock.forward(timedelta(minutes=6))
    await stage.settle()
    assert stage.sms.texts() == []
    assert not await stage.may_send()


async def test_a_stop_holds_for_the_other_form_of_the_number(stage: Stage) -> None:
    stage.open_whatsapp()
    dialled, by_whatsapp = "+525512345678", "+5215512345678"
    await stage.meet(phone=dialled)
    for channel in ("sms", "whatsapp"):
        await stage.consent(channel=channel)
        message = ChannelMessage(channel, dialled, Text("An offer."))
        await stage.queue(channel, dispatch=message, due_at=stage.clock.now() + timedelta(days=1))
    assert (await stage.says("stop", channel="whatsapp", address=by_whatsapp))[-1].endswith(GOODBYE)
    for channel in ("sms", "whatsapp"):
        assert (await stage.entry(channel)).reason == "the customer opted out"
        assert not await stage.may_send(channel=channel, address=dialled)
        assert not await stage.may_send(channel=channel, address=by_whatsapp)


async def test_who_writes_from_the_other_form_is_answered_there_in_the_same_conversation(stage: Stage) -> None:
    stage.open_whatsapp()
    stage.play(journey_of("- send: {response: utter_tip, channels: [whatsapp]}", purpose="service"))
    await stage.meet(phone="+5531988887777")
    begun = await stage.at("sms", "+553188887777")
    await stage.happens("demo.requested")
    await stage.settle()
    talk = await stage.at("whatsapp", "+5531988887777")
    assert (await stage.says("greet", channel="whatsapp", address="+553188887777"))[-1].endswith("Hello!")
    assert stage.whatsapp.taken[-1].address == "+553188887777"
    answered = await stage.at("whatsapp", "+5531988887777")
    assert (answered.id, answered.profile_id) == (talk.id, begun.profile_id)


async def test_what_another_system_triggers_is_no_word_of_theirs_after_a_stop(stage: Stage) -> None:
    await stage.says("greet")
    await stage.says("stop")
    stage.clock.forward(timedelta(minutes=1))
    wanted = TriggerIntent("sms", "trigger:1", PHONE, "greet", aloud=True)
    await receive(stage.runtime, stage.sms, [wanted])
    before = len(stage.sms.texts())
    await stage.settle()
    assert stage.sms.texts()[before:] == []
    conversation = await stage.at()
    assert "asked to be left alone" in (await stage.decisions(of=conversation.profile_id))[-1].why
    assert await stage.says("greet") == ["Hello!"]


async def test_a_stop_counts_though_the_clock_was_put_back_since_they_consented(stage: Stage) -> None:
    """So it does where the machine that takes it is behind the one that took the consent."""
    await stage.meet()
    await stage.consent()
    stage.clock.forward(timedelta(seconds=-20))
    await stage.says("STOP")
    number = "+447700900777"
    async with stage.store.transaction() as uow:
        await uow.profiles.claim(ANA, Identity("phone", number, verified=True), stage.clock.now())
    await stage.queue("k", dispatch=ChannelMessage("sms", number, Text("An offer.")))
    await stage.settle()
    status, why = await stage.outcome()
    assert (status, "was refused or withdrawn" in why) == (OutboxStatus.WITHHELD, True)

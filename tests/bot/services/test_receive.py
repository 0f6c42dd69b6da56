"""Receive: what comes in is kept once and in order, whoever it is from."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from bot.adapters.database import Database
from bot.domain.consent import Purpose
from bot.domain.ids import HandoffId, ProfileId
from bot.domain.message import (
    CustomerMessage,
    DeliveryState,
    DeliveryStatus,
    DeskAction,
    DeskReply,
    DeskVerb,
    OpenForm,
    TriggerIntent,
)
from bot.domain.person import Identity, Profile
from bot.services.receive import receive
from bot.services.runtime import INBOX
from bot.services.take_events import Told, take_events
from tests.bot.services.stage import ANA, PHONE, VISITOR, Stage
from tests.bot.services.test_races import Gate, Watched, still_blocked
from tests.contracts.samples import opened
from tests.manual_clock import ManualClock


async def waiting_texts(stage: Stage, channel: str = "sms", address: str = PHONE) -> list[str]:
    conversation = await stage.at(channel, address)
    async with stage.store.transaction() as uow:
        entries = await uow.inbox.waiting(conversation.id, stage.clock.now())
    return [entry.inbound.text for entry in entries if isinstance(entry.inbound, CustomerMessage)]


async def test_a_first_message_starts_a_conversation_and_proves_the_address(stage: Stage) -> None:
    await stage.hear("hello", time_zone="Europe/London", locale="en-GB")
    conversation = await stage.at()
    async with stage.store.transaction() as uow:
        profile = await uow.profiles.get(conversation.profile_id)
        assert await uow.profiles.identities(profile.id) == [Identity("phone", PHONE, verified=True)]
    assert (profile.time_zone, profile.locale) == ("Europe/London", "en-GB")


async def test_a_message_that_comes_twice_is_kept_once(stage: Stage) -> None:
    message = CustomerMessage("sms", "SM1", PHONE, "hello")
    assert await receive(stage.runtime, stage.sms, [message, message]) == 1
    assert await receive(stage.runtime, stage.sms, [message]) == 0
    assert await waiting_texts(stage) == ["hello"]


async def test_the_same_vendor_id_on_another_channel_is_another_message(stage: Stage) -> None:
    await stage.hear("hello", vendor_id="1")
    await stage.hear("hi", channel="webchat", vendor_id="1")
    assert await waiting_texts(stage) == ["hello"]
    assert await waiting_texts(stage, "webchat", VISITOR) == ["hi"]


async def test_messages_wait_in_the_order_in_which_they_came(stage: Stage) -> None:
    for text in ("one", "two", "three"):
        await stage.hear(text)
    assert await waiting_texts(stage) == ["one", "two", "three"]


async def test_only_what_is_new_wakes_anybody(stage: Stage) -> None:
    message = CustomerMessage("sms", "SM1", PHONE, "hello")
    async with stage.runtime.wakeups.listen(INBOX) as listener:
        await receive(stage.runtime, stage.sms, [message])
        assert await listener.wait(timedelta())
        await receive(stage.runtime, stage.sms, [message])
        assert not await listener.wait(timedelta(milliseconds=10))


async def test_two_first_messages_at_once_make_one_conversation(postgresql_url: str, clock: ManualClock) -> None:
    async with opened(postgresql_url) as one, opened(postgresql_url) as other:
        here, there = Stage(one, clock), Stage(other, clock)
        await asyncio.gather(
            *(stage.hear(f"from {n}", vendor_id=f"SM{n}") for n in range(4) for stage in (here, there))
        )
        assert sorted(await waiting_texts(here)) == [f"from {n}" for n in range(4)]
        conversation = await here.at()
        async with one.transaction() as uow:
            assert [found.id for found in await uow.conversations.of(conversation.profile_id)] == [conversation.id]


async def test_a_first_message_waits_for_another_that_is_being_kept_and_does_not_try_in_vain(
    postgresql_url: str, clock: ManualClock
) -> None:
    gate, begun = Gate(), list[str]()
    async with opened(postgresql_url) as one, opened(postgresql_url) as other:
        here, there = Stage(one, clock), Stage(other, clock)
        here.runtime = replace(here.runtime, store=Watched(one, "here", begun, before_commit=gate))
        later = Watched(other, "there", begun)
        there.runtime = replace(there.runtime, store=later)
        first = asyncio.create_task(here.hear("hello", vendor_id="SM1"))
        await gate.reached.wait()
        second = asyncio.create_task(there.hear("again", vendor_id="SM2"))
        assert await still_blocked(second)
        gate.opened.set()
        await asyncio.gather(first, second)
        assert await waiting_texts(here) == ["hello", "again"]
    assert later.begun == 1


async def test_two_events_at_once_of_somebody_new_are_of_one_person(postgresql_url: str, clock: ManualClock) -> None:
    named = (Identity("user_id", "u1"), Identity("email", "u@example.com"))
    async with opened(postgresql_url) as one, opened(postgresql_url) as other:
        runtimes = [Stage(one, clock).runtime, Stage(other, clock).runtime]
        told = [Told("seen", clock.now(), f"k{number}", identities=named) for number in range(6)]
        outcomes = await asyncio.gather(
            *(take_events(runtimes[number % 2], [event]) for number, event in enumerate(told))
        )
    assert len({outcome.profile_id for (outcome,) in outcomes}) == 1


async def test_whoever_gave_us_their_number_before_is_known_when_they_text(stage: Stage) -> None:
    async with stage.store.transaction() as uow:
        await uow.profiles.add(Profile(ProfileId("ben"), stage.clock.now()))
        await uow.profiles.claim(ProfileId("ben"), Identity("phone", PHONE), stage.clock.now())
    await stage.hear("hello")
    assert (await stage.at()).profile_id == "ben"
    async with stage.store.transaction() as uow:
        assert await uow.profiles.identities(ProfileId("ben")) == [Identity("phone", PHONE, verified=True)]


USER = Identity("whatsapp", "GB.1502576394655843", verified=True)


async def test_whoever_hides_a_number_that_we_knew_is_known_by_what_the_vendor_calls_them(stage: Stage) -> None:
    with_number = CustomerMessage("sms", "SM1", PHONE, "hello", identities=(USER,))
    hidden = CustomerMessage("sms", "SM2", USER.value, "it's me", nameless=True, identities=(USER,))
    await receive(stage.runtime, stage.sms, [with_number, hidden])
    known = (await stage.at()).profile_id
    assert (await stage.at("sms", USER.value)).profile_id == known
    async with stage.store.transaction() as uow:
        assert set(await uow.profiles.identities(known)) == {Identity("phone", PHONE, verified=True), USER}


async def test_two_whom_the_vendor_knows_to_be_one_are_one_once_it_says_so(stage: Stage) -> None:
    await stage.hear("hello")
    hidden = CustomerMessage("sms", "SM2", USER.value, "hello", nameless=True, identities=(USER,))
    await receive(stage.runtime, stage.sms, [hidden])
    assert (await stage.at("sms", USER.value)).profile_id != (await stage.at()).profile_id
    again = CustomerMessage("sms", "SM3", PHONE, "hello again", identities=(USER,))
    await receive(stage.runtime, stage.sms, [again])
    assert (await stage.at("sms", USER.value)).profile_id == (await stage.at()).profile_id


async def test_an_answer_in_a_conversation_that_we_began_proves_the_address(stage: Stage) -> None:
    await stage.meet()
    async with stage.store.transaction() as uow:
        await uow.profiles.add(Profile(ProfileId("ben"), stage.clock.now()))
        await uow.profiles.claim(ProfileId("ben"), Identity("phone", PHONE), stage.clock.now())
    await stage.hear("hello")
    assert (await stage.at()).profile_id == ANA


async def test_a_page_with_its_own_lines_shows_what_the_visitor_wrote_once(stage: Stage) -> None:
    await stage.hear("", channel="webchat", opened=True)
    for _ in range(2):
        await stage.hear("hi", channel="webchat", vendor_id="v1")
    lines = await stage.feed(f"webchat:{VISITOR}")
    assert [(line["from"], line["text"]) for line in lines] == [("visitor", "hi")]
    await stage.hear("hello")
    assert await stage.feed(f"sms:{PHONE}") == []


async def test_a_reply_in_a_thread_that_is_no_handoff_is_nobodys(stage: Stage) -> None:
    reply = DeskReply("slack", "ts1", "unknown thread", "lunch?", "Ana Rep")
    assert await receive(stage.runtime, stage.slack, [reply]) == 0


async def test_a_button_of_an_unknown_handoff_is_nobodys_and_costs_the_others_nothing(stage: Stage) -> None:
    await stage.meet()
    click = DeskAction("slack", "c1", HandoffId("gone"), DeskVerb.CLAIM, "Ana Rep")
    assert await receive(stage.runtime, stage.slack, [click, CustomerMessage("sms", "SM1", PHONE, "hello")]) == 1


async def test_a_question_to_an_address_without_a_conversation_is_nobodys(stage: Stage) -> None:
    question = OpenForm("sms", "e:ask:1", PHONE, "size_form", "e", Purpose.MARKETING)
    assert await receive(stage.runtime, stage.sms, [question]) == 0


async def test_a_delivery_status_moves_what_was_sent_and_an_unknown_one_nothing(stage: Stage) -> None:
    await stage.meet()
    await stage.queue("k", purpose=Purpose.REPLY)
    await stage.settle()
    delivered = DeliveryStatus("sms", "s1", "sms-k", DeliveryState.DELIVERED)
    assert await receive(stage.runtime, stage.sms, [delivered]) == 1
    assert await receive(stage.runtime, stage.sms, [delivered]) == 0
    assert await receive(stage.runtime, stage.sms, [DeliveryStatus("sms", "s2", "?", DeliveryState.READ)]) == 0


async def test_what_was_received_outlives_the_process(
    sqlite_store: Database, sqlite_url: str, clock: ManualClock
) -> None:
    await Stage(sqlite_store, clock).hear("hello")
    async with opened(sqlite_url) as after:
        assert await waiting_texts(Stage(after, clock)) == ["hello"]


async def test_what_a_machine_wrote_is_kept_and_not_answered(stage: Stage) -> None:
    await stage.says("greet")
    said = len(stage.sms.texts())
    await stage.hear("I am away until Monday.", vendor_id="away", automatic=True)
    assert await waiting_texts(stage) == ["I am away until Monday."]
    await stage.settle()
    assert len(stage.sms.texts()) == said
    assert await waiting_texts(stage) == []
    async with stage.store.transaction() as uow:
        kept = await uow.inbox.find("sms", "away")
    assert isinstance(kept, CustomerMessage)
    assert kept.text == "I am away until Monday."


async def test_what_a_machine_wrote_starts_no_conversation(stage: Stage) -> None:
    automatic = CustomerMessage("sms", "m1", "+447700900999", "Undeliverable", automatic=True)
    assert await receive(stage.runtime, stage.sms, [automatic]) == 0
    async with stage.store.transaction() as uow:
        assert await uow.profiles.owner_of("phone", "+447700900999") is None


async def test_what_another_system_triggers_proves_no_address(stage: Stage) -> None:
    await stage.meet()
    async with stage.store.transaction() as uow:
        await uow.profiles.disclaim(ANA, Identity("phone", PHONE))
        await uow.profiles.claim(ANA, Identity("phone", PHONE), stage.clock.now())
    await receive(stage.runtime, stage.sms, [TriggerIntent("sms", "trigger:1", PHONE, "greet", aloud=True)])
    await stage.settle()
    async with stage.store.transaction() as uow:
        assert await uow.profiles.provers_of("phone", PHONE) == []
    await stage.says("greet")
    async with stage.store.transaction() as uow:
        assert await uow.profiles.provers_of("phone", PHONE) == [ANA], "their own first message does"


async def test_whoever_goes_on_writing_is_told_again_that_it_is_a_machine(stage: Stage) -> None:
    stage.runtime = replace(stage.runtime, disclose_every=timedelta(hours=3))
    said = []
    for hours in (0, 2, 1, 1):
        stage.clock.forward(timedelta(hours=hours))
        said += await stage.says("greet")
    assert said == ["I am a machine. Hello!", "Hello!", "I am a machine. Hello!", "Hello!"]
    stage.clock.forward(timedelta(days=1))
    talk = await stage.at()
    await stage.queue("told", purpose=Purpose.SERVICE, conversation_id=talk.id, profile_id=talk.profile_id)
    await stage.settle()
    assert stage.sms.texts()[-1] == "An offer.", "what we send by ourselves is no talk"


async def test_the_opt_out_signal_of_a_browser_is_noted_of_the_person_once(stage: Stage) -> None:
    await stage.hear("hello", channel="webchat")
    person = (await stage.at("webchat", VISITOR)).profile_id
    for _ in range(2):
        await stage.hear("hello", channel="webchat", metadata={"gpc": True})
    async with stage.store.transaction() as uow:
        told = [one for one in await uow.timeline.of(person, limit=9) if one.event == "privacy.opt_out_signal"]
    assert [one.data for one in told] == [{"how": "Global Privacy Control, on webchat"}]

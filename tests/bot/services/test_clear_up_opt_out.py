"""An opt-out is cleared up: how far it goes, and whether it was one; silence is taken for the stricter of two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.consent import ConsentRecord, Purpose, Suppression, standing_consent
from bot.domain.delivery import ChannelMessage, OutboxStatus
from bot.domain.effects import RequestHandoff
from bot.domain.message import DeskVerb, Text
from bot.domain.opt_out_question import Settled
from bot.domain.person import Identity
from bot.domain.sending_rules import OptOutWords
from bot.services.respect_wishes import note_objection
from tests.bot.services.stage import ANA, PHONE, SINCE, VISITOR, Stage, journey_of
from tests.manual_clock import ManualClock

GOODBYE, ONLY_HERE = "You will get no more of these.", "Only here? Answer 1."
ASKED = "Did you mean to stop? YES or NO."


@pytest.fixture
async def asking(stage: Stage) -> Stage:
    """Ana, reachable on her phone and in the chat, where rules ask what an opt-out meant."""
    stage.doubt("no more numbers", "greet")
    await stage.meet()
    async with stage.store.transaction() as uow:
        await uow.profiles.claim(ANA, Identity("webchat", VISITOR, verified=True), stage.clock.now())
    await stage.consent()
    await stage.consent(channel="webchat")
    stage.clock.forward(timedelta(minutes=1))
    return stage


async def may_chat(stage: Stage) -> bool:
    return await stage.may_send(channel="webchat", address=VISITOR)


async def records(stage: Stage) -> Sequence[ConsentRecord]:
    async with stage.store.transaction() as uow:
        return await uow.consents.of(ANA)


async def outcomes(stage: Stage) -> list[Settled | None]:
    async with stage.store.transaction() as uow:
        return [one.outcome for one in await uow.opt_out_questions.of(ANA)]


# ---------------------------------------------------------------- how far it goes


async def test_the_one_confirmation_asks_how_far_it_goes_and_silence_means_all(asking: Stage) -> None:
    assert await asking.says("stop") == [f"I am a machine. {GOODBYE} {ONLY_HERE}"]
    await asking.later(days=2)
    assert not await asking.may_send()
    assert not await may_chat(asking)
    assert await asking.says("1") == ["Pardon?"], "the answer came too late, and is one to nothing"
    assert not await may_chat(asking)


async def test_who_meant_this_channel_only_keeps_the_others_with_a_line_of_the_ledger(asking: Stage) -> None:
    await asking.says("stop")
    asking.clock.forward(timedelta(minutes=1))
    assert await asking.says(" 1. ") == ["Only here."]
    assert not await asking.may_send()
    assert await may_chat(asking)
    standing = standing_consent(await records(asking), Purpose.MARKETING, "webchat")
    assert standing is not None
    assert standing.how == "had meant sms only; before that: a test"
    assert standing.text.endswith(ONLY_HERE)
    assert standing.message_id is not None
    assert await outcomes(asking) == [Settled.THIS_CHANNEL]


async def test_where_nothing_else_would_end_nothing_is_asked(asking: Stage) -> None:
    await asking.consent(False, channel="webchat")
    assert await asking.says("stop") == [f"I am a machine. {GOODBYE}"]
    assert await outcomes(asking) == []


async def test_the_answer_counts_only_where_the_question_was_said_last(asking: Stage) -> None:
    await asking.says("stop")
    await asking.says("book")
    assert await asking.says("1") == ["Thank you."], "it answers how many they are"
    assert not await may_chat(asking)


async def test_the_answer_brings_back_nothing_that_was_refused_before_or_since(asking: Stage) -> None:
    asking.open_whatsapp()
    await asking.consent(channel="whatsapp")
    async with asking.store.transaction() as uow:
        earlier = Suppression("whatsapp", PHONE, "wrote STOP there", asking.clock.now())
        await uow.consents.suppress(earlier)
    asking.clock.forward(timedelta(minutes=1))
    await asking.says("stop")
    asking.clock.forward(timedelta(minutes=1))
    await asking.consent(False, channel="webchat")
    await asking.says("1")
    assert not await may_chat(asking)
    assert not await asking.may_send(channel="whatsapp")


def named(stage: Stage, words: str) -> None:
    """Have these words, which name a channel, be an opt-out."""
    stage.scope()
    row = OptOutWords("en", "default", SINCE, None, "a test", "en", words=(words,))
    stage.rule(replace(stage.library.playbook.rules, opt_out_words=(row,)))


async def test_who_has_named_another_channel_is_not_asked_whether_this_one_was_meant(asking: Stage) -> None:
    """ "1" would keep what they want to end, and end what they want to keep."""
    named(asking, "no more chats")
    (said,) = await asking.says("no more chats")
    assert said == f"I am a machine. {GOODBYE}"
    assert await asking.says("1") == ["Pardon?"]
    assert not await may_chat(asking)
    assert await outcomes(asking) == []


async def test_who_has_named_this_channel_is_asked(asking: Stage) -> None:
    named(asking, "no more texts")
    (said,) = await asking.says("no more texts")
    assert said.endswith(ONLY_HERE)


# ---------------------------------------------------------------- what it keeps by its own words


async def test_what_an_opt_out_says_that_it_keeps_stays_and_all_else_ends(asking: Stage) -> None:
    asking.scope()
    asking.open_whatsapp()
    await asking.consent(channel="whatsapp")
    asking.clock.forward(timedelta(minutes=1))
    assert await asking.says("stop the texts, keep the chats") == ["I am a machine. Only what you keep."]
    assert await may_chat(asking)
    assert not await asking.may_send()
    assert not await asking.may_send(channel="whatsapp"), "what they do not name ends, too"
    async with asking.store.transaction() as uow:
        assert await uow.consents.suppression("sms", PHONE) is not None
    latest = {one.channel: one for one in await records(asking)}
    assert (latest["sms"].granted, latest["sms"].text) == (False, "stop the texts, keep the chats")
    assert latest["webchat"].how == "a test", "what stays is no new consent"
    assert await outcomes(asking) == [], "they have said how far it goes"
    assert await asking.says("1") == ["Pardon?"]


async def test_it_keeps_the_channel_that_it_is_written_on(asking: Stage) -> None:
    asking.scope()
    await asking.says("keep texting me, no more chats")
    assert await asking.may_send()
    assert not await may_chat(asking)
    assert await asking.says("stop") == [GOODBYE], "the confirmation of an opt-out, which this is the first of"
    assert not await asking.may_send()


async def test_what_waits_for_an_ended_channel_is_withheld_and_what_waits_for_a_kept_one_leaves(asking: Stage) -> None:
    asking.scope()
    soon = asking.clock.now() + timedelta(minutes=5)
    await asking.queue("text", due_at=soon)
    await asking.queue("chat", dispatch=ChannelMessage("webchat", VISITOR, Text("An offer.")), due_at=soon)
    await asking.says("stop the texts, keep the chats")
    assert (await asking.entry("text")).status is OutboxStatus.WITHHELD
    await asking.later(minutes=10)
    assert (await asking.entry("chat")).status is OutboxStatus.SENT


async def test_a_journey_goes_on_where_a_channel_is_kept(asking: Stage) -> None:
    asking.scope()
    asking.play(journey_of("- wait: 1d\n- send: {response: utter_tip, channels: [webchat, sms]}"))
    await asking.happens("demo.requested")
    await asking.says("stop the texts, keep the chats")
    assert len(await asking.enrolments()) == 1
    await asking.later(days=2)
    assert asking.webchat.texts()[-1].endswith("A tip.")
    assert "A tip." not in " ".join(asking.sms.texts())


async def test_what_they_have_not_agreed_to_is_left_as_it_is_and_no_consent_by_being_kept(asking: Stage) -> None:
    asking.scope()
    asking.play(journey_of("- wait: 1d\n- send: {response: utter_tip, channels: [sms]}"))
    await asking.happens("demo.requested")
    async with asking.store.transaction() as uow:
        await uow.profiles.claim(ANA, Identity("email", "ana@example.com", verified=True), asking.clock.now())
    assert await asking.says("no more texts, emails fine") == ["I am a machine. Only what you keep."]
    assert {one.channel for one in await records(asking) if one.channel == "email"} == set()
    assert not await asking.may_send()
    assert not await asking.enrolments(), "no channel is left on which it may reach them"
    async with asking.store.transaction() as uow:
        assert await uow.consents.suppression("email", "ana@example.com") is None


async def test_what_was_refused_before_is_not_kept_and_then_all_ends(asking: Stage) -> None:
    asking.scope()
    await asking.consent(False, channel="webchat")
    assert await asking.says("stop the texts, keep the chats") == [f"I am a machine. {GOODBYE}"]
    assert not await may_chat(asking)
    assert not await asking.may_send()


async def test_who_says_what_they_keep_leaves_no_doubt_that_it_is_an_opt_out(asking: Stage) -> None:
    asking.scope()
    await asking.says("no more numbers", channel="webchat")
    await asking.says("stop the texts, keep the chats", channel="webchat")
    await asking.later(days=4)
    assert await may_chat(asking), "the hold is over with it"
    assert not await asking.may_send()
    assert await outcomes(asking) == [Settled.IN_PART]


async def test_a_crm_is_told_what_is_kept(asking: Stage) -> None:
    asking.scope()
    async with asking.store.transaction() as uow:
        await uow.crm_links.put("crm", ANA, "record-1")
    asking.crm.fields[ANA] = {}
    await asking.says("stop the texts, keep the chats")
    lead = asking.crm.records[ANA]
    assert (lead.opted_out, lead.consents) == (False, ("webchat",))
    assert "sms" in lead.refuses


async def test_an_objection_outranks_the_answer(asking: Stage) -> None:
    await asking.says("stop")
    async with asking.store.transaction() as uow:
        await note_objection(uow, asking.runtime, ANA, how="by letter", now=asking.clock.now())
    await asking.says("1")
    assert not await may_chat(asking)


# ---------------------------------------------------------------- whether it was one


async def test_a_doubtful_opt_out_holds_all_marketing_at_once_and_asks_once(asking: Stage) -> None:
    assert await asking.says("no more numbers", channel="webchat") == ["I am a machine.", ASKED]
    await asking.queue("offer")
    await asking.later(minutes=1)
    offer = await asking.entry("offer")
    assert (offer.status, offer.reason[:32]) == (OutboxStatus.WAITING, "this person may have opted out o")
    assert await asking.says("no more numbers", channel="webchat") == ["Pardon?"], "asked once"
    assert await asking.may_send(), "nothing is withdrawn yet"


async def test_what_says_so_in_words_of_its_language_leaves_no_doubt(asking: Stage) -> None:
    dutch = OptOutWords("nl", "default", SINCE, None, "a test", "nl", words=("no more numbers",))
    asking.rule(replace(asking.library.playbook.rules, opt_out_words=(dutch,)))
    (said,) = await asking.says("no more numbers")
    assert GOODBYE in said
    assert not await asking.may_send()


async def test_a_no_releases_what_waits(asking: Stage) -> None:
    await asking.queue("offer", due_at=asking.clock.now() + timedelta(minutes=5))
    await asking.says("no more numbers")
    assert await asking.says("No!") == ["As before."]
    await asking.later(minutes=20)
    assert (await asking.entry("offer")).status is OutboxStatus.SENT
    await asking.later(days=4)
    assert await asking.may_send(), "the end of the hold finds nothing to do"
    assert await outcomes(asking) == [Settled.KEPT]


async def test_a_yes_opts_out(asking: Stage) -> None:
    await asking.says("no more numbers")
    assert await asking.says("yes") == [GOODBYE]
    assert not await asking.may_send()
    assert not await may_chat(asking)
    latest = (await records(asking))[-1]
    assert (latest.how, latest.text) == ("answered yes on sms", "yes")
    assert await outcomes(asking) == [Settled.OPTED_OUT]


async def test_silence_is_an_opt_out_once_the_hold_is_over(asking: Stage) -> None:
    await asking.queue("offer", due_at=asking.clock.now() + timedelta(hours=1))
    await asking.says("no more numbers")
    await asking.later(days=2, hours=23)
    assert (await asking.entry("offer")).status is OutboxStatus.WAITING
    assert await asking.may_send()
    await asking.later(hours=2)
    assert (await asking.entry("offer")).status is OutboxStatus.WITHHELD
    assert not await asking.may_send()
    assert not await may_chat(asking)
    assert (await records(asking))[-1].how.startswith("may have opted out on sms on ")
    assert asking.sms.texts()[-1].endswith(ASKED), "nothing is said of it"


async def test_a_stop_settles_the_doubt_and_consent_that_is_given_anew_ends_it(
    asking: Stage, clock: ManualClock
) -> None:
    await asking.says("no more numbers")
    clock.forward(timedelta(seconds=1))
    await asking.says("stop")
    assert (await outcomes(asking))[0] is Settled.OPTED_OUT
    clock.forward(timedelta(minutes=1))
    await asking.says("start")
    await asking.says("no more numbers")
    clock.forward(timedelta(minutes=1))
    await asking.consent()
    await asking.queue("offer")
    await asking.later(minutes=1)
    assert (await asking.entry("offer")).status is OutboxStatus.SENT
    await asking.later(days=4)
    assert await asking.may_send()
    assert (await outcomes(asking))[-1] is Settled.KEPT


async def test_what_is_understood_is_answered_before_the_question(asking: Stage) -> None:
    assert await asking.says("greet") == ["I am a machine. Hello!", ASKED]


async def test_whoever_gets_no_marketing_is_not_asked(asking: Stage) -> None:
    for channel in ("sms", "webchat"):
        await asking.consent(False, channel=channel)
    assert await asking.says("no more numbers") == ["I am a machine. Pardon?"]


async def test_while_a_colleague_has_the_floor_marketing_is_held_and_nothing_asked(asking: Stage) -> None:
    await asking.do(RequestHandoff("asked for a person"))
    await asking.settle()
    await asking.click(await asking.handoff(), DeskVerb.CLAIM)
    assert await asking.says("no more numbers") == []
    async with asking.store.transaction() as uow:
        assert [one.text for one in await uow.opt_out_questions.unsettled(ANA)] == [""]

"""An opt-out is cleared up: how far it goes, and whether it was one; silence is taken for the stricter of two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.consent import ConsentRecord, Purpose, Suppression, standing_consent
from bot.domain.delivery import OutboxStatus
from bot.domain.effects import RequestHandoff
from bot.domain.message import DeskVerb
from bot.domain.opt_out_question import Settled
from bot.domain.person import Identity
from bot.domain.sending_rules import OptOutWords
from bot.services.respect_wishes import note_objection
from tests.bot.services.stage import ANA, PHONE, SINCE, VISITOR, Stage
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

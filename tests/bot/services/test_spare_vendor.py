"""A vendor in trouble is left alone: nothing is lost or doubled, no tries are used up, its return meets no flood."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.adapters.circuit_breaker import CircuitBreaker
from bot.adapters.memory import MemoryPacer
from bot.domain.consent import Purpose
from bot.domain.conversation import Conversation
from bot.domain.delivery import LEFT_ALONE, ChannelMessage, Lane, OutboxStatus
from bot.domain.errors import CredentialRefused, NotTried, PermanentSendError, SendError, TemporarySendError
from bot.domain.ids import ProfileId
from bot.domain.message import DeskLine, OutboundMessage, Text
from bot.domain.pace import Pace
from bot.services import spare_vendor
from bot.services.compose_outbound import STALE_AFTER
from bot.services.deliver import deliver_due
from bot.services.let_go import let_go
from bot.services.try_again import MOST_ATTEMPTS
from tests.bot.services.stage import Stage

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
REST = timedelta(seconds=30)


class Vendor:
    """The vendor of text messages: away until `returns`, and it notes when it was called and what it took."""

    def __init__(
        self,
        stage: Stage,
        *,
        returns: datetime,
        until_then: SendError = TemporarySendError("it does not answer"),  # noqa: B008  never changed
    ) -> None:
        self._stage = stage
        self._returns = returns
        self._until_then = until_then
        self.calls: list[datetime] = []
        self.took: list[tuple[datetime, str]] = []
        stage.sms.on_send = self._send

    async def _send(self, message: OutboundMessage) -> None:
        now = self._stage.clock.now()
        self.calls.append(now)
        if now < self._returns:
            raise self._until_then
        self.took.append((now, message.key))


def watch(stage: Stage, *, pace: Pace | None = None, failures: int = 5) -> CircuitBreaker:
    """Put a breaker before the vendor of text messages, to which time goes on as for everybody."""
    began = stage.clock.now()
    breaker = CircuitBreaker(failures=failures, rest=REST, seconds=lambda: (stage.clock.now() - began).total_seconds())
    stage.sms.abilities = replace(stage.sms.abilities, pace=pace)
    stage.runtime = replace(stage.runtime, breakers={"sms": breaker}, pacer=MemoryPacer())
    return breaker


async def work_until(stage: Stage, end: datetime) -> None:
    """Deliver whatever is due, and move the clock to what is due next, as a worker's loop does.

    What is due behind another of its conversation is looked for again every few seconds.
    """
    while stage.clock.now() < end:
        while await deliver_due(stage.runtime):
            pass
        async with stage.store.transaction() as uow:
            due = await uow.outbox.next_due()
        stage.clock.set(min(end, max(due or end, stage.clock.now() + 5 * SECOND)))


async def people(stage: Stage, count: int) -> list[Conversation]:
    return [await stage.meet(ProfileId(f"person-{number}"), phone=f"+4477009{number:05}") for number in range(count)]


async def queue_to(stage: Stage, one: Conversation, key: str, purpose: Purpose = Purpose.REPLY) -> None:
    dispatch = ChannelMessage("sms", one.address, Text(key))
    conversation_id = one.id if purpose is Purpose.REPLY else None
    await stage.queue(
        key, purpose=purpose, dispatch=dispatch, profile_id=one.profile_id, conversation_id=conversation_id
    )


async def test_an_hour_without_the_vendor_loses_nothing_and_its_return_meets_no_flood(stage: Stage) -> None:
    watch(stage, pace=Pace(1, 5, lambda _content: 1))
    began = stage.clock.now()
    vendor = Vendor(stage, returns=began + HOUR)
    answered = await people(stage, 5)
    wanted = [f"answer {number} to {one.address}" for number in range(3) for one in answered]
    for number in range(3):
        for one in answered:
            await queue_to(stage, one, f"answer {number} to {one.address}")
    for one in answered:
        await stage.consent(of=one.profile_id)
        await queue_to(stage, one, f"offer to {one.address}", Purpose.MARKETING)
    wanted += [f"offer to {one.address}" for one in answered]

    await work_until(stage, began + HOUR)
    assert vendor.took == []
    assert len(vendor.calls) <= 20 + HOUR / REST, "while it is away it is asked now and then, and by one"
    await work_until(stage, began + HOUR + 15 * MINUTE)

    assert Counter(key for _, key in vendor.took) == Counter(wanted), "all of it, each once"
    for one in answered:
        to_one = [key for _, key in vendor.took if key.endswith(one.address) and key.startswith("answer")]
        assert to_one == sorted(to_one), "in the order in which it was said"
    assert max(Counter(at.replace(microsecond=0) for at, _ in vendor.took).values()) <= 5 + 1
    for key in wanted:
        entry = await stage.entry(key)
        assert (entry.status, entry.attempts <= 3) == (OutboxStatus.SENT, True)


async def test_the_desk_is_told_of_an_outage_once_an_hour_and_of_its_end(stage: Stage) -> None:
    watch(stage)
    began = stage.clock.now()
    Vendor(stage, returns=began + HOUR - MINUTE)
    for one in await people(stage, 6):
        await queue_to(stage, one, f"answer to {one.address}")
    await work_until(stage, began + HOUR + 4 * MINUTE)
    told = [one.content.text for one in stage.slack.taken if isinstance(one.content, DeskLine)]
    assert len(told) == 2
    # Failures are tried again after a while that chance has a part in.
    assert re.match("sms has not worked for [56] minutes: it does not answer\\.", told[0])
    assert told[1].startswith("sms works again.")


async def test_that_the_desk_cannot_be_told_does_not_make_a_message_leave_twice(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def without_a_database(*_: object) -> None:
        raise OSError("the database is away")

    breaker = watch(stage, failures=1)
    breaker.failed()
    stage.clock.forward(6 * MINUTE)
    [one] = await people(stage, 1)
    await queue_to(stage, one, "answer")
    monkeypatch.setattr(spare_vendor, "tell_desk", without_a_database)
    await deliver_due(stage.runtime)
    assert await stage.outcome("answer") == (OutboxStatus.SENT, "")


async def test_a_moment_of_trouble_is_not_worth_telling(stage: Stage) -> None:
    watch(stage)
    began = stage.clock.now()
    Vendor(stage, returns=began + MINUTE)
    for one in await people(stage, 6):
        await queue_to(stage, one, f"answer to {one.address}")
    await work_until(stage, began + 10 * MINUTE)
    assert stage.slack.taken == []
    assert len(stage.sms.taken) == 6


@pytest.mark.parametrize(
    "error",
    [
        PermanentSendError("no such number", code="21211"),
        TemporarySendError("greylisted", of_message=True),
        NotTried("too many requests"),
    ],
)
async def test_a_vendor_that_answers_is_in_no_trouble(stage: Stage, error: Exception) -> None:
    breaker = watch(stage, failures=2)
    for one in await people(stage, 3):
        await queue_to(stage, one, f"answer to {one.address}")
    stage.sms.faults.extend([TemporarySendError("503"), error, TemporarySendError("503")])
    await deliver_due(stage.runtime)
    assert not breaker.is_open


async def test_a_trial_that_fails_costs_no_more_than_one_try_and_the_next_one_asks_first(stage: Stage) -> None:
    """The vendor may have taken what it did not answer to, so the try stays known."""
    breaker = watch(stage, failures=1)
    await stage.meet()
    await stage.queue("first", purpose=Purpose.REPLY)
    stage.sms.faults.append(TemporarySendError("503"))
    await deliver_due(stage.runtime)
    assert breaker.is_open
    await stage.queue("second", purpose=Purpose.REPLY)
    stage.clock.forward(REST)
    stage.sms.faults.extend([TemporarySendError("503")] * 5)
    await work_until(stage, stage.clock.now() + 5 * MINUTE)
    stage.sms.faults.clear()
    await work_until(stage, stage.clock.now() + 10 * MINUTE)
    assert sorted(one.key for one in stage.sms.taken) == ["first", "second"]
    last = {one.key: one.attempt for one in stage.sms.tries}
    assert all(attempt == 2 for attempt in last.values())


# ---------------------------------------------------------------- a credential that is refused

REFUSED = CredentialRefused("refused with status 401; check the token", code="20003")


async def test_a_revoked_credential_is_an_outage_and_costs_no_message(stage: Stage) -> None:
    watch(stage)
    returns = stage.clock.now() + 7 * MINUTE
    vendor = Vendor(stage, returns=returns, until_then=REFUSED)
    wanted = []
    for one in await people(stage, 4):
        await stage.consent(of=one.profile_id)
        await queue_to(stage, one, f"offer to {one.address}", Purpose.MARKETING)
        await queue_to(stage, one, f"answer to {one.address}")
        wanted += [f"offer to {one.address}", f"answer to {one.address}"]
    await work_until(stage, returns)
    assert len(vendor.calls) <= 2 * 4 + 7 * MINUTE / REST, "it is asked now and then, and by one"
    async with stage.store.transaction() as uow:
        waiting = await uow.queues.waiting(stage.clock.now())
    alone = f"the vendor of sms is in trouble and {LEFT_ALONE}: refused with status 401; check the token"
    assert alone in {one.why for one in waiting}, "which the page Queues and the doctor show"
    told = [one.content.text for one in stage.slack.taken if isinstance(one.content, DeskLine)]
    assert told[0].startswith("sms has not worked for 5 minutes: refused with status 401; check the token.")

    await work_until(stage, returns + 6 * MINUTE)
    assert Counter(key for _, key in vendor.took) == Counter(wanted), "all of it, each once"
    for key in wanted:
        entry = await stage.entry(key)
        assert (entry.status, entry.attempts) == (OutboxStatus.SENT, 1)


async def test_after_days_without_the_vendor_no_stale_answer_leaves_and_marketing_is_weighed_anew(stage: Stage) -> None:
    watch(stage, failures=1)
    vendor = Vendor(stage, returns=stage.clock.now() + 5 * DAY, until_then=REFUSED)
    trial, one, other = await people(stage, 3)
    await queue_to(stage, trial, "tried first")
    await queue_to(stage, one, "an answer")
    await stage.consent(of=other.profile_id)
    await queue_to(stage, other, "an offer", Purpose.MARKETING)
    for _ in range(20):
        await stage.later(hours=6, seconds=1)
    assert [key for _, key in vendor.took] == ["an offer"]
    for key in ("tried first", "an answer"):
        status, reason = await stage.outcome(key)
        assert (status, reason.startswith("gave up after ")) == (OutboxStatus.DEAD, True)
        assert reason.endswith("refused with status 401; check the token")


# ---------------------------------------------------------------- a refusal for pace


async def test_a_refusal_for_pace_is_no_try_however_often_it_comes(stage: Stage) -> None:
    await stage.meet()
    await stage.queue("k", purpose=Purpose.REPLY)
    stage.sms.faults.extend(NotTried("too many requests at once") for _ in range(3 * MOST_ATTEMPTS))
    began = stage.clock.now()
    await work_until(stage, began + 3 * HOUR)
    assert stage.sms.texts() == ["An offer."]
    assert (await stage.entry("k")).attempts == 1
    assert {one.attempt for one in stage.sms.tries} == {1}, "nothing was taken, so there is nothing to ask for"


async def test_each_wait_for_a_vendor_that_is_full_is_longer_than_its_word_and_grows(stage: Stage) -> None:
    await stage.meet()
    await stage.queue("k", purpose=Purpose.REPLY)
    waits = []
    for _ in range(12):
        stage.sms.faults.append(NotTried("full", retry_after=timedelta(seconds=4)))
        await deliver_due(stage.runtime)
        due = (await stage.entry("k")).due_at
        waits.append(due - stage.clock.now())
        stage.clock.set(due)
    assert waits[0] >= timedelta(seconds=4)
    assert 5 * MINUTE <= waits[-1] <= 7.5 * MINUTE


async def test_what_is_refused_for_pace_for_days_is_given_up_in_the_end(stage: Stage) -> None:
    await stage.meet()
    await stage.queue("k", purpose=Purpose.REPLY)
    stage.sms.faults.extend(NotTried("full", retry_after=HOUR) for _ in range(100))
    await work_until(stage, stage.clock.now() + timedelta(days=5))
    assert (await stage.entry("k")).status is OutboxStatus.DEAD


async def test_what_waits_for_its_senders_pace_is_not_overtaken_in_its_conversation(stage: Stage) -> None:
    watch(stage, pace=Pace(1, 1, lambda content: len(content.text) if isinstance(content, Text) else 1))
    one = await stage.meet()
    await stage.runtime.pacer.take("sms", Pace(1, 1, lambda _content: 1), [20], stage.clock.now())  # type: ignore[union-attr]
    for key in ("a long one", "b"):
        await queue_to(stage, one, key)
    await work_until(stage, stage.clock.now() + 5 * MINUTE)
    assert [message.key for message in stage.sms.taken] == ["a long one", "b"]


# ---------------------------------------------------------------- what a crash left


async def test_an_outage_while_the_vendor_is_asked_about_a_crash_uses_up_no_tries(stage: Stage) -> None:
    await stage.meet()
    entry = await stage.queue("k", purpose=Purpose.REPLY)
    stage.sms.list_known = True
    async with stage.store.transaction() as uow:
        claimed = await uow.outbox.claim(stage.clock.now(), 1, stale_after=STALE_AFTER, lane=Lane.REPLIES)
    await let_go(stage.runtime, claimed)
    stage.sms.faults.extend(TemporarySendError("away") for _ in range(3 * MOST_ATTEMPTS))
    for _ in range(3 * MOST_ATTEMPTS):
        stage.clock.forward(STALE_AFTER)
        await deliver_due(stage.runtime)
    assert (await stage.entry(entry.key)).status is OutboxStatus.SENDING
    stage.clock.forward(STALE_AFTER)
    await deliver_due(stage.runtime)
    assert stage.sms.texts() == ["An offer."]


async def test_what_a_crash_left_stays_so_while_its_vendor_is_left_alone(stage: Stage) -> None:
    breaker = watch(stage, failures=1)
    await stage.meet()
    await stage.queue("k", purpose=Purpose.REPLY)
    async with stage.store.transaction() as uow:
        await uow.outbox.claim(stage.clock.now(), 1, stale_after=STALE_AFTER, lane=Lane.REPLIES)
    stage.clock.forward(STALE_AFTER)
    breaker.failed(HOUR)
    await deliver_due(stage.runtime)
    left = await stage.entry("k")
    assert (left.status, left.attempts) == (OutboxStatus.SENDING, 0)

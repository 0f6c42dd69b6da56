"""What must always hold: no marketing without consent, and one key makes one outbox entry."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.consent import Purpose
from bot.domain.delivery import OutboxStatus
from bot.domain.effects import (
    AddTag,
    AskForm,
    ChangeScore,
    ClaimIdentity,
    OptOut,
    PersonEffect,
    RecordConsent,
    RequestHandoff,
    SendResponse,
    SetAttribute,
    SyncCrm,
)
from bot.domain.errors import PermanentSendError, TemporarySendError
from bot.domain.message import OutboundMessage
from bot.services.deliver import deliver_due, deliver_what_a_crash_left
from bot.services.perform import Cause
from tests.bot.services.stage import ANA, Stage, journey_of
from tests.contracts.samples import opened
from tests.manual_clock import ManualClock

OFFERS = journey_of(
    """
    - send: {response: utter_offer, channels: [sms]}
    - wait: {for: link.clicked, at_most: 1h}
    - ask: {form: size_form, channels: [sms], need: [team_size]}
      remind: [2h]
      silent: {after: 1d, go: end}
    - send: {response: utter_tip, channels: [sms]}
    """,
    "enter: {event: demo.requested, again: after 1h}",
)


async def on_a_stage(empty: Path, play: Callable[[Stage], Awaitable[None]]) -> None:
    """Play on a store of its own."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "overture.db"
        shutil.copyfile(empty, file)
        async with opened(f"sqlite+aiosqlite:///{file}") as store:
            await play(Stage(store, ManualClock()))


class Days:
    """What may happen to Ana, each as a deed by its name; a message of marketing is checked when it is handed over."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.offers = 0
        self.marketing: set[str] = set()
        self.wrong: list[str] = []
        stage.sms.on_send = self._check

    async def _check(self, message: OutboundMessage) -> None:
        """Only noted here: what a connector raises is the service's to deal with, and would not fail the test."""
        entry = await self.stage.entry(message.key)
        if entry.purpose is Purpose.MARKETING:
            if not await self.stage.may_send():
                self.wrong.append(f"{message.key} was handed over without consent")
            if await self.stage.is_in_doubt():
                self.wrong.append(f"{message.key} was handed over while they may have opted out")
            if message.key in self.marketing:
                self.wrong.append(f"{message.key} was handed over twice")
            self.marketing.add(message.key)

    async def do(self, deed: str) -> None:
        self.stage.clock.forward(timedelta(minutes=1))
        await getattr(self, f"_{deed}")()

    async def _grants(self) -> None:
        await self.stage.consent()

    async def _refuses(self) -> None:
        await self.stage.consent(False)

    async def _writes_stop(self) -> None:
        await self.stage.hear("stop")

    async def _writes_what_may_be_a_stop(self) -> None:
        await self.stage.hear("perhaps stop")

    async def _says_no(self) -> None:
        await self.stage.hear("no")

    async def _writes_start(self) -> None:
        await self.stage.hear("start")

    async def _asks_for_a_demo(self) -> None:
        await self.stage.happens("demo.requested")

    async def _gets_an_offer(self) -> None:
        self.offers += 1
        await self.stage.queue(f"offer-{self.offers}")

    async def _time_passes(self) -> None:
        await self.stage.later(hours=1)

    async def _work_is_done(self) -> None:
        await self.stage.settle()

    async def _vendor_is_busy(self) -> None:
        self.stage.sms.faults.append(TemporarySendError("busy"))

    async def _vendor_knows_of_an_opt_out(self) -> None:
        self.stage.sms.faults.append(PermanentSendError("opted out", code="opted_out"))

    async def _process_dies(self) -> None:
        """While the vendor's answer is on its way, if there is anything to deliver."""
        sms = self.stage.sms
        sms.lost = asyncio.Event()
        delivering = asyncio.create_task(deliver_due(self.stage.runtime))
        taken = asyncio.create_task(sms.lost.wait())
        await asyncio.wait([delivering, taken], return_when=asyncio.FIRST_COMPLETED)
        for task in (delivering, taken):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        sms.lost = None
        self.stage.clock.forward(timedelta(seconds=1))
        await deliver_what_a_crash_left(self.stage.runtime)


DEEDS = sorted(name.removeprefix("_") for name in vars(Days) if name[0] == "_" and name[1] != "_" and name != "_check")


@settings(max_examples=20, deadline=None)
@given(deeds=st.lists(st.sampled_from(DEEDS), min_size=3, max_size=12))
def test_no_marketing_is_handed_over_without_standing_consent_or_twice(
    empty_sqlite_file: Path, deeds: list[str]
) -> None:
    async def play(stage: Stage) -> None:
        await stage.meet()
        stage.play(OFFERS)
        stage.doubt("perhaps stop")
        days = Days(stage)
        await days.do("grants")
        await days.do("gets_an_offer")
        for deed in deeds:
            await days.do(deed)
        await days.do("work_is_done")
        assert days.wrong == []

    asyncio.run(on_a_stage(empty_sqlite_file, play))


texts = st.sampled_from(["a", "b"])
effects: st.SearchStrategy[PersonEffect] = st.one_of(
    st.builds(SetAttribute, texts, texts),
    st.builds(AddTag, texts),
    st.builds(ClaimIdentity, st.just("email"), texts),
    st.builds(ChangeScore, st.just("fit"), st.integers(-5, 5), texts, texts, st.booleans()),
    st.builds(RecordConsent, st.just(Purpose.MARKETING), st.just("sms"), st.booleans(), texts, texts),
    st.builds(RequestHandoff, texts),
    st.builds(SyncCrm, texts | st.just("")),
    st.builds(SendResponse, st.just("utter_tip"), st.just(("sms",)), texts),
    st.builds(AskForm, st.just("size_form"), st.just(("sms",)), texts),
    st.builds(OptOut, texts),
)


@settings(max_examples=20, deadline=None)
@given(done=st.lists(effects, max_size=6))
def test_performing_the_same_turn_twice_makes_one_outbox_entry_per_key(
    empty_sqlite_file: Path, done: list[PersonEffect]
) -> None:
    async def play(stage: Stage) -> None:
        conversation = await stage.meet()
        cause = Cause("sms:SM1", ANA, conversation.id)
        await stage.do(*done, cause=cause)
        once = await held(stage)
        stage.clock.forward(timedelta(seconds=1))
        await stage.do(*done, cause=cause)
        assert await held(stage) == once

    asyncio.run(on_a_stage(empty_sqlite_file, play))


async def held(stage: Stage) -> tuple[int, int, int]:
    """How many entries the outbox has, how many questions wait, and how many changes the score."""
    conversation = await stage.at()
    async with stage.store.transaction() as uow:
        leaving = [await uow.outbox.count(status) for status in OutboxStatus]
        questions = await uow.inbox.waiting(conversation.id, stage.clock.now())
        return sum(leaving), len(questions), len(await uow.scores.of(ANA))

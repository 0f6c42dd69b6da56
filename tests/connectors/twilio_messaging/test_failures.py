"""Each error of Twilio's has its consequence, whether the API says it or a status callback does an hour later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.adapters.database import Database
from bot.domain.consent import Consequence
from bot.domain.delivery import OutboxStatus
from bot.domain.errors import CredentialRefused, NotTried, PermanentSendError, TemporarySendError
from bot.domain.message import DeliveryState, DeliveryStatus
from bot.services.receive import receive
from connectors.twilio_messaging.api import refusal
from connectors.twilio_messaging.channel import SmsChannel
from tests.bot.services.stage import PHONE, Stage
from tests.manual_clock import ManualClock


@dataclass(frozen=True)
class Meaning:
    """`then`: what follows besides. `again_after`: when it is tried again, and `tries`: how often in all."""

    then: Consequence | None = None
    again_after: timedelta | None = None
    tries: int = 1


OPTED_OUT = Meaning(Consequence.OPTED_OUT)
UNREACHABLE = Meaning(Consequence.UNREACHABLE)
STOPPED = Meaning(Consequence.SENDER_STOPPED)
FOR_GOOD = Meaning()

MEANINGS = {
    "21610": OPTED_OUT,
    "21211": UNREACHABLE,
    "21265": UNREACHABLE,
    "21408": FOR_GOOD,
    "21614": UNREACHABLE,
    "21617": FOR_GOOD,
    "21635": UNREACHABLE,
    "30002": Meaning(again_after=timedelta(minutes=15), tries=4),
    "30003": Meaning(again_after=timedelta(hours=1), tries=4),
    "30004": UNREACHABLE,
    "30005": UNREACHABLE,
    "30006": UNREACHABLE,
    "30007": STOPPED,
    "30008": Meaning(again_after=timedelta(minutes=5), tries=2),
    "30017": Meaning(again_after=timedelta(minutes=15), tries=4),
    "30022": Meaning(again_after=timedelta(minutes=1), tries=4),
    "30023": Meaning(again_after=timedelta(hours=6), tries=3),
    "30027": Meaning(again_after=timedelta(hours=6), tries=3),
    "30032": STOPPED,
    "30034": STOPPED,
    "30036": FOR_GOOD,
    "63003": UNREACHABLE,
    "63014": UNREACHABLE,
    "63016": FOR_GOOD,
    "63024": UNREACHABLE,
    "63032": FOR_GOOD,
    "63038": Meaning(again_after=timedelta(hours=6), tries=3),
    "63049": FOR_GOOD,
    "12345": FOR_GOOD,
}
TOLD_LATER = {
    **MEANINGS,
    "30001": Meaning(again_after=timedelta(minutes=15), tries=4),
    "63017": Meaning(again_after=timedelta(minutes=1), tries=4),
    "63018": Meaning(again_after=timedelta(minutes=1), tries=4),
}
AT_ONCE = {code: meaning for code, meaning in MEANINGS.items() if meaning.again_after is None}


@pytest.fixture
def stage(sqlite_store: Database, clock: ManualClock) -> Stage:
    made = Stage(sqlite_store, clock)
    made.sms.abilities = SmsChannel.abilities
    return made


async def queue(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    await stage.queue("k")


async def follows(stage: Stage) -> Consequence | None:
    """What is kept beside the message."""
    async with stage.store.transaction() as uow:
        stopped = await uow.consents.stopped()
        bars = await uow.consents.in_the_way("sms", PHONE)
    return next((one.cause for one in (*stopped, *bars)), None)


async def tell(stage: Stage, code: str) -> None:
    sent_id = (await stage.entry("k")).vendor_id or ""
    status = DeliveryStatus("sms", f"{sent_id}:failed", sent_id, DeliveryState.FAILED, code)
    await receive(stage.runtime, stage.sms, [status])


@pytest.mark.parametrize(("code", "meaning"), AT_ONCE.items(), ids=AT_ONCE)
async def test_an_error_of_the_api_has_its_consequence(stage: Stage, code: str, meaning: Meaning) -> None:
    await queue(stage)
    stage.sms.faults.append(refusal(400, {"code": int(code), "message": PHONE}, None))
    await stage.settle()
    assert (await stage.entry("k")).status is OutboxStatus.DEAD
    assert await follows(stage) is meaning.then
    await stage.later(days=1)
    assert stage.sms.taken == [], "it is never tried again"


@pytest.mark.parametrize(("code", "meaning"), TOLD_LATER.items(), ids=TOLD_LATER)
async def test_an_error_of_a_status_callback_has_the_same_consequence(
    stage: Stage, code: str, meaning: Meaning
) -> None:
    await queue(stage)
    await stage.settle()
    await tell(stage, code)
    again = OutboxStatus.DEAD if meaning.again_after is None else OutboxStatus.WAITING
    entry = await stage.entry("k")
    assert (entry.status, code in entry.reason) == (again, True)
    assert await follows(stage) is meaning.then
    if meaning.again_after is not None:
        assert entry.due_at == stage.clock.now() + meaning.again_after


@pytest.mark.parametrize("code", [code for code, meaning in TOLD_LATER.items() if meaning.tries > 1])
async def test_what_is_tried_again_is_tried_so_often_and_no_more(stage: Stage, code: str) -> None:
    await queue(stage)
    await stage.settle()
    for _ in range(10):
        if (await stage.entry("k")).status is OutboxStatus.DEAD:
            break
        await tell(stage, code)
        await stage.later(days=3)
    assert len(stage.sms.taken) == TOLD_LATER[code].tries


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (429, "20429", NotTried),
        (429, "", NotTried),
        (400, "21611", NotTried),
        (400, "63017", NotTried),
        (400, "63018", NotTried),
        (503, "20503", TemporarySendError),
        (500, "", TemporarySendError),
        (408, "", TemporarySendError),
        (401, "20003", CredentialRefused),
        (401, "", CredentialRefused),
        (403, "20005", CredentialRefused),
        (403, "20403", CredentialRefused),
        (400, "10001", CredentialRefused),
        (403, "", CredentialRefused),
        (403, "21408", PermanentSendError),
        (404, "20404", PermanentSendError),
    ],
)
def test_what_is_no_fault_of_the_message_may_be_tried_again(status: int, code: str, kind: type[Exception]) -> None:
    error = refusal(status, {"code": code, "message": PHONE}, timedelta(seconds=9))
    assert type(error) is kind
    assert PHONE not in str(error)

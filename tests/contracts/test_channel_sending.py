"""What every channel must do with what is sent, whoever its vendor is."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import aiohttp
import pytest

import connectors.slack.calls
import connectors.twilio_messaging.api
import connectors.vendor_api
from bot.domain.errors import PermanentSendError, SendError, TemporarySendError
from bot.domain.message import Button, Text
from bot.ports import Channel, Reply
from tests.connectors.vendor_server import Fault, built, settings_for
from tests.contracts.channels import CALLING, CARD, CASES, WORDS, Case, Stage, outbound, over, texts_of


@over(*CASES)
async def test_a_sent_message_has_a_receipt(stage: Stage, case: Case) -> None:
    receipt = await stage.channel.send(outbound(case, stage))
    assert receipt.vendor_id


@over(
    *(name for name, case in CASES.items() if hasattr(case.module, "preview") and name not in ("console", "whatsapp"))
)
async def test_a_preview_shows_what_is_sent(stage: Stage, case: Case) -> None:
    content = Text(f"{WORDS} Or <b>Friday</b>?", (Button("Friday", "/affirm"),))
    preview = case.module.preview(content)
    if stage.channel.abilities.reply_window is not None and case.good is not None:
        await case.good(stage)  # the customer writes first
    await stage.channel.send(replace(outbound(case, stage), content=content))
    sent = [text for items in stage.feed.entries.values() for text in texts_of(list(items.values()))]
    assert preview.text in sent
    assert not preview.says_nothing
    assert all(button in sent for button in preview.buttons)
    assert all(text in sent for text in texts_of(preview.blocks))
    assert "Friday" in preview.buttons or "Friday" in preview.text


@over(*(name for name in CASES if name not in ("console", "desk")))
async def test_what_is_sent_can_be_seen_on_a_feed(stage: Stage, case: Case) -> None:
    await stage.channel.send(outbound(case, stage))
    assert WORDS in json.dumps(stage.feed.entries)


@over(*(name for name in CASES if name in ("webchat", "rest", "alexa", "dialogflow")))
async def test_a_repeatable_channel_shows_one_key_once(stage: Stage, case: Case) -> None:
    assert stage.channel.abilities.repeatable
    first = await stage.channel.send(outbound(case, stage))
    second = await stage.channel.send(outbound(case, stage, attempt=2))
    assert first == second
    assert [len(items) for items in stage.feed.entries.values()] == [1]


@over("webchat", "rest", "sms", "whatsapp", "whatsapp_cloud", "voice", "alexa", "dialogflow", "email", "console")
async def test_what_a_channel_cannot_carry_is_refused_for_good(stage: Stage, case: Case) -> None:
    with pytest.raises(PermanentSendError):
        await stage.channel.send(replace(outbound(case, stage), content=CARD))


TROUBLE: dict[str, Fault] = {
    "500": Reply(500, b"<html>oops</html>", "text/html"),
    "503 in plain text": Reply(503, b"upstream connect error", "text/plain"),
    "502 without a body": Reply(502, b"", "text/html"),
    "nonsense": Reply(200, b"[1, 2]", "application/json"),
    "hangs up": "hang up",
}


@over(*CALLING)
@pytest.mark.parametrize("fault", TROUBLE.values(), ids=TROUBLE)
async def test_trouble_at_the_vendor_is_temporary(stage: Stage, case: Case, fault: Fault) -> None:
    error = await _failure(stage, case, fault)
    assert isinstance(error, TemporarySendError)


@over(*CALLING)
async def test_a_vendor_that_is_busy_says_when_to_come_back(stage: Stage, case: Case) -> None:
    assert case.busy is not None
    error = await _failure(stage, case, case.busy)
    assert isinstance(error, TemporarySendError)
    assert error.retry_after == timedelta(seconds=7)


@over(*CALLING)
async def test_a_vendor_that_says_nothing_is_not_waited_for(
    stage: Stage, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = aiohttp.ClientTimeout(total=0.05)
    monkeypatch.setattr(connectors.twilio_messaging.api, "TIMEOUT", short)
    monkeypatch.setattr(connectors.vendor_api, "TIMEOUT", short)
    monkeypatch.setattr(connectors.slack.calls, "TIMEOUT_SECONDS", 0.05)
    error = await _failure(stage, case, "say nothing")
    assert isinstance(error, TemporarySendError)


@over(*CALLING)
async def test_a_vendor_that_refuses_is_not_asked_again(stage: Stage, case: Case) -> None:
    assert case.refusal is not None
    error = await _failure(stage, case, case.refusal)
    assert isinstance(error, PermanentSendError)
    assert error.code


@over(*CALLING)
async def test_after_trouble_the_next_message_goes_through(stage: Stage, case: Case) -> None:
    await _failure(stage, case, "hang up")
    assert (await stage.channel.send(outbound(case, stage))).vendor_id


@over(*CALLING)
async def test_a_closed_vendor_is_temporary_trouble(stage: Stage, case: Case) -> None:
    channel: Channel = built(case.module, stage.channel.name, sandbox_url="http://127.0.0.1:9")
    try:
        with pytest.raises(TemporarySendError):
            await channel.send(outbound(case, stage))
    finally:
        await channel.close()


async def _failure(stage: Stage, case: Case, fault: Fault) -> SendError:
    """The error of a send that meets `fault`; none of what it says may be private."""
    assert stage.server is not None
    stage.server.faults.append(fault)
    with pytest.raises(SendError) as failed:
        await stage.channel.send(outbound(case, stage))
    private = [WORDS, case.address.lstrip("#") if case.address.startswith("+") else WORDS]
    private += [
        value for name, value in settings_for(case.module).values.items() if "TOKEN" in name or "SECRET" in name
    ]
    told: BaseException | None = failed.value
    while told is not None:
        assert not [secret for secret in private if secret in str(told)]
        told = told.__cause__
    return failed.value

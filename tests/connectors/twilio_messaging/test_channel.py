from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest
from werkzeug.datastructures import ImmutableMultiDict

import connectors.twilio_messaging
from bot.domain.errors import PermanentSendError, SettingsError, TemporarySendError, WebhookRejected
from bot.domain.message import Button, CustomerMessage, OutboundMessage, Text
from bot.ports import Reply, WebhookRequest
from connectors.twilio_messaging.channel import TwilioMessagingChannel, body_of
from tests.connectors.vendor_server import (
    NOW,
    MemoryFeed,
    StillClock,
    VendorServer,
    serve,
    settings_for,
    shared,
)

MESSAGE = OutboundMessage(
    "enrolment 1:step:1", "sms", "+447700900123", Text("Would Tuesday suit you?"), first_tried_at=NOW
)


@dataclass
class Stage:
    channel: TwilioMessagingChannel
    server: VendorServer
    feed: MemoryFeed
    clock: StillClock

    def sent(self) -> list[dict[str, Any]]:
        return [dict(item) for item in self.feed.entries.get("sandbox:sms", {}).values()]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    feed, clock, module = MemoryFeed(), StillClock(), connectors.twilio_messaging
    vendor = module.build_sandbox(settings_for(module, feed=feed, clock=clock))
    async with serve(VendorServer(vendor, clock)) as server:
        channel = module.build(settings_for(module, feed=feed, clock=clock, sandbox_url=server.url))
        yield Stage(channel, server, feed, clock)
        await channel.close()


def form_of(request: WebhookRequest) -> dict[str, str]:
    return dict(parse_qsl(request.body.decode()))


# ---------------------------------------------------------------- sending


async def test_a_text_leaves_with_twilios_form_fields(stage: Stage) -> None:
    receipt = await stage.channel.send(MESSAGE)
    [asked] = stage.server.asked
    assert form_of(asked) == {
        "To": "+447700900123",
        "From": "+447700900100",
        "Body": "Would Tuesday suit you?",
        "StatusCallback": "https://chat.example.com/channels/sms/status?oid=enrolment%201%3Astep%3A1",
    }
    [item] = stage.sent()
    assert (item["direction"], item["sid"]) == ("to_customer", receipt.vendor_id)


async def test_a_messaging_service_sends_in_the_place_of_a_number(stage: Stage) -> None:
    service = "MG" + "0" * 32
    values = {"TWILIO_FROM": "", "TWILIO_MESSAGING_SERVICE_SID": service}
    channel = connectors.twilio_messaging.build(
        settings_for(connectors.twilio_messaging, sandbox_url=stage.server.url, values=values)
    )
    await channel.send(MESSAGE)
    await channel.close()
    form = form_of(stage.server.asked[0])
    assert (form["MessagingServiceSid"], "From" in form) == (service, False)


def test_choices_and_the_source_go_on_lines_of_their_own() -> None:
    content = Text(
        "Shall we?", buttons=(Button("Yes", "/affirm"), Button("No", "/deny")), source_url="https://example.com/a"
    )
    assert body_of(content) == "Shall we?\nReply: Yes / No\nhttps://example.com/a"
    assert body_of(Text("Plain", source_url="/on-our-own-site")) == "Plain"


async def test_a_text_that_is_too_long_never_leaves(stage: Stage) -> None:
    with pytest.raises(PermanentSendError, match="1,601 characters"):
        await stage.channel.send(replace(MESSAGE, content=Text("x" * 1601)))
    assert stage.server.asked == []


@pytest.mark.parametrize(
    ("status", "code", "error", "ours"),
    [
        (400, 21610, PermanentSendError, "opted_out"),
        (400, 21211, PermanentSendError, "21211"),
        (400, 21408, PermanentSendError, "21408"),
        (401, 20003, PermanentSendError, "20003"),
        (429, 20429, TemporarySendError, "20429"),
        (400, 21611, TemporarySendError, "21611"),
        (503, 20503, TemporarySendError, "20503"),
    ],
)
async def test_twilios_error_codes_are_told_apart(
    stage: Stage, status: int, code: int, error: type[Exception], ours: str
) -> None:
    body = json.dumps({"code": code, "message": "…", "status": status}).encode()
    stage.server.faults.append(Reply(status, body, "application/json"))
    with pytest.raises((PermanentSendError, TemporarySendError)) as failed:
        await stage.channel.send(MESSAGE)
    assert (type(failed.value), failed.value.code) == (error, ours)


# ---------------------------------------------------------------- outcomes that are not known


async def test_an_earlier_try_that_got_through_is_found_again(stage: Stage) -> None:
    receipt = await stage.channel.send(MESSAGE)
    assert await stage.channel.find(MESSAGE) == receipt
    assert await stage.channel.send(replace(MESSAGE, attempt=2)) == receipt
    assert len(stage.sent()) == 1


@pytest.mark.parametrize(
    "other",
    [
        replace(MESSAGE, address="+447700900124"),
        replace(MESSAGE, content=Text("Would Wednesday suit you?")),
        replace(MESSAGE, first_tried_at=NOW + timedelta(minutes=1)),
        replace(MESSAGE, first_tried_at=None),
    ],
)
async def test_another_message_is_not_taken_for_it(stage: Stage, other: OutboundMessage) -> None:
    await stage.channel.send(MESSAGE)
    assert await stage.channel.find(other) is None


async def test_a_second_try_whose_first_got_lost_goes_out(stage: Stage) -> None:
    await stage.channel.send(replace(MESSAGE, attempt=2))
    assert len(stage.sent()) == 1


# ---------------------------------------------------------------- the stand-in


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"Body": "Hello", "From": "+447700900100"}, 21604),
        ({"To": "07700 900123", "Body": "Hello", "From": "+447700900100"}, 21211),
        ({"To": "+447700900123", "Body": "Hello"}, 21603),
        ({"To": "+447700900123", "Body": "Hello", "From": "+447700900999"}, 21606),
        ({"To": "+447700900123", "From": "+447700900100"}, 21602),
    ],
)
async def test_the_stand_in_refuses_what_twilio_refuses(stage: Stage, form: dict[str, str], code: int) -> None:
    with pytest.raises(PermanentSendError) as failed:
        await stage.channel._call("POST", data=form)
    assert failed.value.code == str(code)
    assert stage.sent() == []


async def test_the_stand_in_refuses_a_wrong_token(stage: Stage) -> None:
    stranger = settings_for(
        connectors.twilio_messaging, sandbox_url=stage.server.url, values={"TWILIO_AUTH_TOKEN": "wrong"}
    )
    channel = connectors.twilio_messaging.build(stranger)
    with pytest.raises(PermanentSendError) as failed:
        await channel.send(MESSAGE)
    await channel.close()
    assert failed.value.code == "20003"


async def test_a_customer_of_the_stand_in_texts_us(stage: Stage) -> None:
    deed = {"deed": "text", "from": "+447700900123", "body": "Next week works & fine?"}
    [message] = stage.channel.parse(await stage.server.vendor.act(deed, NOW)).inbound
    assert isinstance(message, CustomerMessage)
    assert (message.address, message.text) == ("+447700900123", "Next week works & fine?")
    assert stage.sent()[0]["direction"] == "from_customer"


async def test_a_deed_that_is_none_is_refused(stage: Stage) -> None:
    with pytest.raises(WebhookRejected):
        await stage.server.vendor.act({"deed": "text", "from": "nobody", "body": "Hello"}, NOW)


# ---------------------------------------------------------------- settings


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        ({"TWILIO_FROM": ""}, "TWILIO_FROM"),
        ({"TWILIO_AUTH_TOKEN": ""}, "TWILIO_AUTH_TOKEN"),
        ({"TWILIO_ACCOUNT_SID": ""}, "TWILIO_ACCOUNT_SID"),
    ],
)
def test_a_missing_setting_is_named(missing: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        connectors.twilio_messaging.build(settings_for(connectors.twilio_messaging, values=missing))


# ---------------------------------------------------------------- Twilio's own description of its API


@pytest.fixture(scope="module")
def twilio_api() -> OpenAPI:
    """Twilio's OpenAPI document, cut down to the one path that we use."""
    whole = json.loads(shared("vendor_specs/twilio/twilio_api_v2010.json").read_text())
    path = "/2010-04-01/Accounts/{AccountSid}/Messages.json"
    whole["paths"] = {path: whole["paths"][path]}
    config = Config(
        extra_format_validators={"phone-number": lambda value: value.startswith("+")},
        extra_format_unmarshallers={"phone-number": str},
    )
    return OpenAPI.from_dict(whole, config=config)


async def test_our_calls_are_what_twilios_openapi_document_asks_for(stage: Stage, twilio_api: OpenAPI) -> None:
    await stage.channel.send(MESSAGE)
    await stage.channel.find(MESSAGE)
    assert [asked.method for asked in stage.server.asked] == ["POST", "GET"]
    for asked in stage.server.asked:
        twilio_api.unmarshal_request(_as_openapi(asked)).raise_for_errors()


async def test_the_check_against_twilios_document_refuses_what_is_wrong(stage: Stage, twilio_api: OpenAPI) -> None:
    await stage.channel.send(MESSAGE)
    without_recipient = replace(stage.server.asked[0], body=b"Body=Hello&From=%2B447700900100")
    assert twilio_api.unmarshal_request(_as_openapi(without_recipient)).errors


def _as_openapi(asked: WebhookRequest) -> MockRequest:
    parts = urlsplit(asked.url)
    return MockRequest(
        "https://api.twilio.com",
        asked.method.lower(),
        parts.path,
        args=ImmutableMultiDict(parse_qsl(parts.query)),
        headers={"Authorization": asked.headers["authorization"]},
        data=asked.body or None,
        content_type=asked.headers.get("content-type", "application/json").partition(";")[0],
    )

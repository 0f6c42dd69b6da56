"""Our calls, held against Twilio's own description of its API."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from openapi_core import OpenAPI

import connectors.twilio_messaging
from bot.domain.errors import TemporarySendError
from bot.domain.message import Text
from bot.ports import Reply
from tests.connectors.twilio_document import as_openapi
from tests.connectors.twilio_messaging.conftest import MESSAGE, TEMPLATE, Stage
from tests.connectors.vendor_server import (
    NOW,
    built,
)


async def test_our_calls_are_what_twilios_openapi_document_asks_for(stage: Stage, twilio_api: OpenAPI) -> None:
    await stage.channel.send(MESSAGE)
    await stage.channel.find(MESSAGE)
    await stage.whatsapp.send(TEMPLATE)
    await stage.whatsapp.find(TEMPLATE)
    assert [asked.method for asked in stage.server.asked] == ["POST", "GET", "POST", "GET"]
    for asked in stage.server.asked:
        twilio_api.unmarshal_request(as_openapi(asked)).raise_for_errors()


async def test_the_check_against_twilios_document_refuses_what_is_wrong(stage: Stage, twilio_api: OpenAPI) -> None:
    await stage.channel.send(MESSAGE)
    without_recipient = replace(stage.server.asked[0], body=b"Body=Hello&From=%2B447700900100")
    assert twilio_api.unmarshal_request(as_openapi(without_recipient)).errors


LONG = Text("word " * 500, image="https://example.com/rota.png")
EVERYTHING = {
    "TWILIO_MESSAGING_SERVICE_SID": "MG" + "0" * 32,
    "TWILIO_SHORTEN_URLS": "yes",
    "TWILIO_MMS": "yes",
    "TWILIO_VALIDITY_PERIOD": "600",
}


@pytest.mark.parametrize("values", [{}, EVERYTHING], ids=["a number", "a service with all that it can do"])
async def test_so_are_long_texts_pictures_and_second_tries(
    stage: Stage, twilio_api: OpenAPI, values: dict[str, str]
) -> None:
    long = replace(MESSAGE, content=LONG, expires_at=NOW + timedelta(minutes=5))
    for name in ("sms", "whatsapp"):
        channel = built(connectors.twilio_messaging, name, sandbox_url=stage.server.url, values=values)
        stage.server.faults += ["pass", Reply(503, b"", "text/plain")]
        if name == "whatsapp":
            deed = {"deed": "text", "channel": "whatsapp", "from": "+447700900123", "body": "Hello"}
            await stage.server.vendor.act(deed, NOW)
        with pytest.raises(TemporarySendError):
            await channel.send(long)
        await channel.send(replace(long, attempt=2))
        await channel.close()
    assert [asked.method for asked in stage.server.asked] == ["POST", "POST", "GET", "POST"] * 2
    for asked in stage.server.asked:
        twilio_api.unmarshal_request(as_openapi(asked)).raise_for_errors()

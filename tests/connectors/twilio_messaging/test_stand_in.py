"""Twilio's stand-in: what it refuses, and a customer who texts us."""

from __future__ import annotations

import pytest

import connectors.twilio_messaging
from bot.domain.errors import CredentialRefused, PermanentSendError, WebhookRejected
from bot.domain.message import CustomerMessage
from tests.connectors.twilio_messaging.conftest import MESSAGE, Stage
from tests.connectors.vendor_server import (
    NOW,
    built,
)

OF_A_TEMPLATE = {"To": "+447700900123", "From": "+447700900100", "ContentSid": f"HX{'0' * 31}1"}


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"Body": "Hello", "From": "+447700900100"}, 21604),
        ({"To": "07700 900123", "Body": "Hello", "From": "+447700900100"}, 21211),
        ({"To": "+447700900123", "Body": "Hello"}, 21603),
        ({"To": "+447700900123", "Body": "Hello", "From": "+447700900999"}, 21606),
        ({"To": "+447700900123", "From": "+447700900100"}, 21602),
        ({**OF_A_TEMPLATE, "ContentSid": "HX1"}, 21655),
        ({**OF_A_TEMPLATE, "ContentVariables": '["Ana"]'}, 21656),
        ({**OF_A_TEMPLATE, "ContentVariables": '{"1": ""}'}, 21656),
        ({**OF_A_TEMPLATE, "ContentVariables": '{"1": "Ana\\nMaria"}'}, 21656),
    ],
)
async def test_the_stand_in_refuses_what_twilio_refuses(stage: Stage, form: dict[str, str], code: int) -> None:
    with pytest.raises(PermanentSendError) as failed:
        await stage.channel._api.create(form)
    assert failed.value.code == str(code)
    assert stage.sent() == []


async def test_the_stand_in_refuses_a_wrong_token(stage: Stage) -> None:
    values = {"TWILIO_AUTH_TOKEN": "wrong"}
    channel = built(connectors.twilio_messaging, "sms", sandbox_url=stage.server.url, values=values)
    with pytest.raises(CredentialRefused, match="TWILIO_AUTH_TOKEN") as failed:
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

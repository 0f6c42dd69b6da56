"""Calls that we place: what Twilio is asked for, what is said, and what comes of it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree

import pytest
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest
from werkzeug.datastructures import ImmutableMultiDict

import connectors.twilio_voice
from bot.domain.consent import Consequence
from bot.domain.errors import CredentialRefused, PermanentSendError, SettingsError, TemporarySendError, WebhookRejected
from bot.domain.message import Button, DeliveryState, DeliveryStatus, OutboundMessage, Text
from bot.ports import FeedItem, Reply, Said, Webhook, WebhookRequest
from connectors.twilio_voice.call import feed_of, feed_of_call
from connectors.twilio_voice.channel import TwilioVoiceChannel
from tests.connectors.vendor_server import (
    NOW,
    SERVICE_URL,
    MemoryFeed,
    StillClock,
    VendorServer,
    built,
    serve,
    settings_for,
    shared,
)

PHONE, KEY = "+447700900123", "enrolment:call:1"
OFFER = Text("I'm a machine. Shall we show you a demo?", (Button("Yes", "/affirm"), Button("No", "/deny")))
MESSAGE = OutboundMessage(KEY, "voice", PHONE, OFFER, first_tried_at=NOW, occasion="proactive")


@dataclass
class Line:
    channel: TwilioVoiceChannel
    server: VendorServer
    feed: MemoryFeed
    clock: StillClock

    async def act(self, **deed: Any) -> Webhook:
        return self.channel.parse(await self.server.vendor.act(deed, self.clock.now()))

    async def hears(self, webhook: Webhook) -> ElementTree.Element:
        """The TwiML of the answer, as the feed stands now."""
        assert webhook.await_turn is not None
        items = await self.feed.items(webhook.await_turn.feed)
        found = [FeedItem(n, webhook.await_turn.feed, item, NOW) for n, item in enumerate(items, 101)]
        return ElementTree.fromstring(webhook.await_turn.reply(Said(found, finished=True)).body)


@pytest.fixture
async def line(request: pytest.FixtureRequest) -> AsyncIterator[Line]:
    feed, clock = MemoryFeed(), StillClock()
    values = getattr(request, "param", {})
    vendor = connectors.twilio_voice.build_sandbox(settings_for(connectors.twilio_voice, feed=feed, clock=clock))
    async with serve(VendorServer(vendor, clock)) as server:
        more = {"feed": feed, "clock": clock, "sandbox_url": server.url, "values": values}
        channel = built(connectors.twilio_voice, "voice", **more)
        yield Line(channel, server, feed, clock)
        await channel.close()


def words_of(twiml: ElementTree.Element) -> str:
    return " ".join("".join(say.itertext()) for say in twiml.iter("Say"))


def status_in(webhook: Webhook) -> DeliveryStatus:
    [status] = webhook.inbound
    assert isinstance(status, DeliveryStatus)
    return status


hang_up_on_machines = pytest.mark.parametrize("line", [{"TWILIO_VOICE_MACHINE": "hang_up"}], indirect=True)


# ---------------------------------------------------------------- placing


async def test_a_message_to_somebody_who_is_not_on_the_line_is_a_call(line: Line) -> None:
    receipt = await line.channel.send(MESSAGE)
    [asked] = line.server.asked
    form = dict(parse_qsl(asked.body.decode()))
    assert (form["To"], form["From"], form["AsyncAmd"]) == (PHONE, "+447700900101", "true")
    assert form["MachineDetection"] == "DetectMessageEnd"
    assert form["Url"].startswith(f"{SERVICE_URL}/channels/voice/answered?")
    assert receipt.vendor_id.startswith("CA")


async def test_a_number_is_called_in_the_form_that_is_dialled(line: Line) -> None:
    await line.channel.send(replace(MESSAGE, address="+5215512345678"))
    assert dict(parse_qsl(line.server.asked[-1].body.decode()))["To"] == "+525512345678"


async def test_somebody_who_is_on_the_line_is_not_called(line: Line) -> None:
    await line.act(deed="call", **{"from": PHONE})
    await line.channel.send(MESSAGE)
    assert line.server.asked == []
    assert await line.feed.items(feed_of(PHONE))


async def test_while_the_phone_rings_another_message_waits_and_is_then_said_in_the_same_call(line: Line) -> None:
    call = await line.channel.send(MESSAGE)
    other = replace(MESSAGE, key="enrolment:call:2", content=Text("And one more thing."))
    with pytest.raises(TemporarySendError, match="rings for another message"):
        await line.channel.send(other)
    await line.act(deed="answer", call=call.vendor_id)
    await line.channel.send(replace(other, attempt=2))
    assert len(line.server.asked) == 1
    [item] = await line.feed.items(feed_of(PHONE))
    assert item["text"] == "And one more thing."


async def test_after_a_busy_line_the_next_message_is_a_call_of_its_own(line: Line) -> None:
    call = await line.channel.send(MESSAGE)
    await line.act(deed="decline", call=call.vendor_id, how="busy")
    await line.channel.send(replace(MESSAGE, key="enrolment:call:2"))
    assert len(line.server.asked) == 2


async def test_a_call_that_could_not_be_placed_is_not_waited_for(line: Line) -> None:
    line.server.faults.append(Reply(500, b"oops"))
    with pytest.raises(TemporarySendError):
        await line.channel.send(MESSAGE)
    await line.channel.send(replace(MESSAGE, key="enrolment:call:2"))
    assert len(line.server.asked) == 2


async def test_an_account_that_is_suspended_is_for_the_operator_and_loses_no_call(line: Line) -> None:
    line.server.faults.append(Reply(403, b'{"code": 20005}', "application/json"))
    with pytest.raises(CredentialRefused, match="that the account is active"):
        await line.channel.send(MESSAGE)


async def test_a_reply_that_comes_too_late_is_no_reason_to_call(line: Line) -> None:
    with pytest.raises(PermanentSendError, match="the call is over"):
        await line.channel.send(replace(MESSAGE, occasion="aside"))
    assert line.server.asked == []


async def test_a_second_try_finds_the_call_of_the_first(line: Line) -> None:
    line.server.faults.append("take it and hang up")
    with pytest.raises(TemporarySendError):
        await line.channel.send(MESSAGE)
    line.clock.at = NOW + timedelta(seconds=10)
    again = await line.channel.send(replace(MESSAGE, attempt=2))
    assert [asked.method for asked in line.server.asked] == ["POST", "GET"]
    assert await line.channel.find(MESSAGE) == again


async def test_a_call_that_nobody_answered_is_placed_again(line: Line) -> None:
    first = await line.channel.send(MESSAGE)
    await line.act(deed="decline", call=first.vendor_id, how="busy")
    again = await line.channel.send(replace(MESSAGE, attempt=2))
    assert again != first


async def test_the_calls_of_other_messages_are_not_taken_for_this_one(line: Line) -> None:
    other = await line.channel.send(MESSAGE)
    assert await line.channel.find(replace(MESSAGE, others=frozenset({other.vendor_id}))) is None


async def test_a_number_that_is_none_is_refused_for_good_without_being_named(line: Line) -> None:
    with pytest.raises(PermanentSendError) as refused:
        await line.channel.send(replace(MESSAGE, address="+0"))
    assert refused.value.code == "21211"
    assert "+0" not in refused.value.reason
    assert line.channel.abilities.failures["21211"].then is Consequence.UNREACHABLE


@pytest.mark.parametrize(
    "fault", [Reply(500, b"oops"), Reply(429, b'{"code": 20429}'), Reply(200, b"[]"), Reply(201, b"{}"), "hang up"]
)
async def test_trouble_at_twilio_is_temporary(line: Line, fault: Any) -> None:
    line.server.faults.append(fault)
    with pytest.raises(TemporarySendError):
        await line.channel.send(MESSAGE)


async def test_without_a_number_nobody_is_called() -> None:
    channel = built(connectors.twilio_voice, "voice", values={"TWILIO_VOICE_FROM": ""})
    assert not channel.abilities.proactive
    with pytest.raises(PermanentSendError, match="TWILIO_VOICE_FROM is not set"):
        await channel.send(MESSAGE)


# ---------------------------------------------------------------- somebody answers


async def test_who_answers_hears_the_message_and_how_to_have_no_more(line: Line) -> None:
    call = await line.channel.send(MESSAGE)
    twiml = await line.hears(await line.act(deed="answer", call=call.vendor_id))
    assert [verb.tag for verb in twiml] == ["Say", "Gather", "Redirect"]
    heard = words_of(twiml)
    assert heard.startswith("I'm a machine.")
    assert heard.endswith("For no more calls, say stop, or press 0.")


@pytest.mark.parametrize(
    ("fields", "text"), [({"Digits": "0"}, "stop"), ({"SpeechResult": "stop"}, "stop"), ({"Digits": "1"}, "Yes")]
)
async def test_what_they_say_or_press_is_theirs(line: Line, fields: dict[str, str], text: str) -> None:
    call = await line.channel.send(MESSAGE)
    twiml = await line.hears(await line.act(deed="answer", call=call.vendor_id))
    listening = twiml[1].attrib["action"]
    webhook = await line.act(deed="post", call=call.vendor_id, to=listening, fields=fields, **{"from": PHONE})
    [message] = webhook.inbound
    assert (message.address, message.text) == (PHONE, text)  # type: ignore[union-attr]


async def test_a_call_that_was_answered_and_is_over_is_a_message_delivered(line: Line) -> None:
    call = await line.channel.send(MESSAGE)
    await line.act(deed="answer", call=call.vendor_id)
    status = status_in(await line.act(deed="hang_up", call=call.vendor_id))
    assert (status.state, status.sent_id, status.key) == (DeliveryState.DELIVERED, call.vendor_id, KEY)


@pytest.mark.parametrize("how", ["busy", "no-answer", "failed", "canceled"])
async def test_a_call_that_nobody_answers_is_no_message_delivered(line: Line, how: str) -> None:
    call = await line.channel.send(MESSAGE)
    status = status_in(await line.act(deed="decline", call=call.vendor_id, how=how))
    assert (status.state, status.error) == (DeliveryState.FAILED, how)
    assert line.channel.abilities.failures[how].what


# ---------------------------------------------------------------- a machine answers


async def test_a_mailbox_gets_the_message_once_after_its_greeting(line: Line) -> None:
    call = await line.channel.send(MESSAGE)
    await line.act(deed="answer", call=call.vendor_id)
    webhook = await line.act(deed="detect", call=call.vendor_id, **{"as": "machine_end_beep"})
    assert webhook.inbound == ()
    assert webhook.then is not None
    await webhook.then()
    [*_, changed] = line.server.asked
    address = dict(parse_qsl(changed.body.decode()))["Url"]
    left = await line.hears(await line.act(deed="post", call=call.vendor_id, to=address, **{"from": PHONE}))
    assert [verb.tag for verb in left] == ["Say", "Hangup"]
    assert words_of(left).endswith("For no more calls, call this number and say stop.")
    assert "press 1" not in words_of(left)


@hang_up_on_machines
async def test_where_the_settings_say_so_a_machine_is_hung_up_on_and_got_no_message(line: Line) -> None:
    call = await line.channel.send(MESSAGE)
    await line.act(deed="answer", call=call.vendor_id)
    webhook = await line.act(deed="detect", call=call.vendor_id, **{"as": "machine_end_beep"})
    assert (status_in(webhook).state, status_in(webhook).error) == (DeliveryState.FAILED, "machine")
    assert webhook.then is not None
    await webhook.then()
    [*_, changed] = line.server.asked
    assert dict(parse_qsl(changed.body.decode())) == {"Status": "completed"}


@pytest.mark.parametrize("who", ["fax", "machine_start"])
async def test_a_fax_and_a_greeting_that_does_not_end_are_hung_up_on(line: Line, who: str) -> None:
    call = await line.channel.send(MESSAGE)
    await line.act(deed="answer", call=call.vendor_id)
    webhook = await line.act(deed="detect", call=call.vendor_id, **{"as": who})
    assert status_in(webhook).error == "machine"
    assert webhook.then is not None


@pytest.mark.parametrize("who", ["human", "unknown"])
async def test_a_person_is_left_in_peace_and_stays_on_the_line(line: Line, who: str) -> None:
    call = await line.channel.send(MESSAGE)
    await line.act(deed="answer", call=call.vendor_id)
    webhook = await line.act(deed="detect", call=call.vendor_id, **{"as": who})
    assert (webhook.inbound, webhook.then) == ((), None)
    await line.channel.send(replace(MESSAGE, key="another"))
    assert len(line.server.asked) == 1


# ---------------------------------------------------------------- bad input, and Twilio's own document


async def test_an_answer_to_no_call_of_ours_is_refused(line: Line) -> None:
    call = await line.channel.send(MESSAGE)
    for tail in ("answered", "mailbox", "placed", "machine"):
        to = f"{SERVICE_URL}/channels/voice/{tail}"
        with pytest.raises(WebhookRejected, match="names no message"):
            await line.act(deed="post", call=call.vendor_id, to=to, **{"from": PHONE})


async def test_a_message_that_is_not_there_any_more_ends_the_call(line: Line) -> None:
    call = await line.channel.send(MESSAGE)
    del line.feed.entries[feed_of_call(KEY)]
    twiml = await line.hears(await line.act(deed="answer", call=call.vendor_id))
    assert [verb.tag for verb in twiml] == ["Hangup"]


def test_a_setting_for_machines_that_is_none_is_refused() -> None:
    with pytest.raises(SettingsError, match="or hang_up"):
        built(connectors.twilio_voice, "voice", values={"TWILIO_VOICE_MACHINE": "shout"})


async def test_our_calls_are_what_twilios_openapi_document_asks_for(line: Line) -> None:
    call = await line.channel.send(MESSAGE)
    await line.act(deed="answer", call=call.vendor_id)
    webhook = await line.act(deed="detect", call=call.vendor_id, **{"as": "machine_end_beep"})
    assert webhook.then is not None
    await webhook.then()
    await line.channel.find(MESSAGE)
    document = _twilio_document()
    assert [asked.method for asked in line.server.asked] == ["POST", "POST", "GET"]
    for asked in line.server.asked:
        document.unmarshal_request(_as_openapi(asked)).raise_for_errors()
    wrong = replace(line.server.asked[0], body=b"From=%2B447700900101")
    assert document.unmarshal_request(_as_openapi(wrong)).errors


def _twilio_document() -> OpenAPI:
    """Twilio's OpenAPI document, cut down to the paths that we use."""
    whole = json.loads(shared("vendor_specs/twilio/twilio_api_v2010.json").read_text())
    folder = "/2010-04-01/Accounts/{AccountSid}/Calls"
    whole["paths"] = {path: whole["paths"][path] for path in (f"{folder}.json", f"{folder}/{{Sid}}.json")}
    config = Config(
        extra_format_validators={"phone-number": lambda value: value.startswith("+")},
        extra_format_unmarshallers={"phone-number": str},
    )
    return OpenAPI.from_dict(whole, config=config)


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

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import parse_qsl

import pytest
from openapi_core import OpenAPI

import connectors.twilio_messaging
from bot.domain.errors import (
    CredentialRefused,
    NotTried,
    PermanentSendError,
    SettingsError,
    TemporarySendError,
    WebhookRejected,
)
from bot.domain.message import Button, CustomerMessage, DeliveryStatus, OutboundMessage, Template, Text
from bot.ports import Reply, WebhookRequest
from bot.services.keep_time import FARTHEST_APART
from connectors.plain_texts import body_of
from connectors.twilio_answers import CLOCKS_DIFFER
from connectors.twilio_messaging.channel import WhatsAppChannel, preview
from connectors.vendor_api import LARGEST_ANSWER
from tests.connectors.twilio_document import as_openapi
from tests.connectors.twilio_messaging.conftest import MESSAGE, TEMPLATE, Stage
from tests.connectors.vendor_server import (
    NOW,
    built,
    settings_for,
)


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
    channel = built(connectors.twilio_messaging, "sms", sandbox_url=stage.server.url, values=values)
    await channel.send(MESSAGE)
    await channel.close()
    form = form_of(stage.server.asked[0])
    assert (form["MessagingServiceSid"], "From" in form) == (service, False)


async def test_a_text_goes_to_the_number_that_is_dialled_and_whatsapp_to_the_one_that_wrote(stage: Stage) -> None:
    old = "+5215512345678"
    await stage.channel.send(replace(MESSAGE, address=old))
    await stage.whatsapp.send(replace(TEMPLATE, address=old))
    assert [form_of(one)["To"] for one in stage.server.asked] == ["+525512345678", f"whatsapp:{old}"]


def test_choices_and_the_source_go_on_lines_of_their_own() -> None:
    content = Text(
        "Shall we?", buttons=(Button("Yes", "/affirm"), Button("No", "/deny")), source_url="https://example.com/a"
    )
    assert body_of(content) == "Shall we?\nReply: Yes / No\nhttps://example.com/a"
    assert body_of(Text("Plain", source_url="/on-our-own-site")) == "Plain"
    menu = Button("The menu", "https://example.com/menu")
    assert body_of(Text("Hungry?", buttons=(menu,))) == "Hungry?\nThe menu: https://example.com/menu"


async def test_a_text_that_is_too_long_leaves_in_parts(stage: Stage) -> None:
    sentences = " ".join(f"This is sentence {number} of a long answer." for number in range(60))
    receipt = await stage.channel.send(replace(MESSAGE, content=Text(sentences)))
    bodies = [form_of(asked)["Body"] for asked in stage.server.asked]
    assert " ".join(bodies) == sentences
    assert [len(body) <= 1600 for body in bodies] == [True, True]
    assert bodies[0].endswith("answer.")
    assert stage.sent()[-1]["sid"] == receipt.vendor_id
    assert ["oid=" in form_of(asked)["StatusCallback"] for asked in stage.server.asked] == [False, True]


async def test_no_message_waits_until_twilio_has_answered_others(stage: Stage) -> None:
    """Not even behind more than aiohttp lets ask at once by itself (100): a reply goes out beside a slow campaign."""
    at_once, server_answers = asyncio.Barrier(150), stage.server.vendor.answer

    async def answer_once_all_have_asked(asked: WebhookRequest) -> Reply:
        await at_once.wait()
        return await server_answers(asked)

    stage.server.vendor = SimpleNamespace(answer=answer_once_all_have_asked)
    messages = [replace(MESSAGE, key=f"m{number}", address=f"+4477009{number:05}") for number in range(150)]
    receipts = await asyncio.gather(*map(stage.channel.send, messages))
    assert len({receipt.vendor_id for receipt in receipts}) == 150


async def test_a_second_try_sends_only_the_parts_that_are_missing(stage: Stage) -> None:
    long = replace(MESSAGE, content=Text("word " * 500))
    stage.server.faults += ["pass", Reply(503, b"", "text/plain")]
    with pytest.raises(TemporarySendError):
        await stage.channel.send(long)
    assert await stage.channel.find(long) is None
    receipt = await stage.channel.send(replace(long, attempt=2))
    assert [item["sid"] == receipt.vendor_id for item in stage.sent()] == [False, True]


@pytest.mark.parametrize(
    ("status", "code", "error", "ours"),
    [
        (400, 21610, PermanentSendError, "21610"),
        (400, 21211, PermanentSendError, "21211"),
        (400, 21408, PermanentSendError, "21408"),
        (401, 20003, CredentialRefused, "20003"),
        (403, 20005, CredentialRefused, "20005"),
        (429, 20429, NotTried, "20429"),
        (400, 21611, NotTried, "21611"),
        (400, 63017, NotTried, "63017"),
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


@pytest.mark.parametrize(
    "answer",
    [
        Reply(201, b'{"sid": "SM1", "body": "', "application/json"),
        Reply(201, b'["SM1"]', "application/json"),
        Reply(201, b'{"sid": 1}', "application/json"),
        Reply(201, b'{"sid": "SM1", "body": "%s"}' % (b" " * LARGEST_ANSWER), "application/json"),
        Reply(204, b"", "text/plain"),
    ],
    ids=["breaks off", "a list", "no sid", "too large to be one", "empty"],
)
async def test_what_is_no_answer_of_twilios_leaves_it_open_whether_it_took_the_message(
    stage: Stage, answer: Reply
) -> None:
    stage.server.faults.append(answer)
    with pytest.raises(TemporarySendError, match="its answer names no sid"):
        await stage.channel.send(MESSAGE)


async def test_an_answer_in_letters_that_nobody_knows_is_read_all_the_same(stage: Stage) -> None:
    stage.server.faults.append(Reply(201, b'{"sid": "SM1"}', "application/json; charset=idna"))
    assert (await stage.channel.send(MESSAGE)).vendor_id == "SM1"


async def test_an_earlier_try_that_got_through_is_found_again(stage: Stage) -> None:
    receipt = await stage.channel.send(MESSAGE)
    assert await stage.channel.find(MESSAGE) == receipt
    assert await stage.channel.send(replace(MESSAGE, attempt=2)) == receipt
    assert len(stage.sent()) == 1


async def test_a_try_of_a_process_whose_clock_is_ahead_is_found_again(stage: Stage) -> None:
    """A worker may be half a minute ahead of the database, and that of Twilio; it sent everything twice."""
    receipt = await stage.channel.send(MESSAGE)
    assert 2 * FARTHEST_APART <= CLOCKS_DIFFER
    assert await stage.channel.find(replace(MESSAGE, first_tried_at=NOW + 2 * FARTHEST_APART)) == receipt


@pytest.mark.parametrize(
    "other",
    [
        replace(MESSAGE, address="+447700900124"),
        replace(MESSAGE, content=Text("Would Wednesday suit you?")),
        replace(MESSAGE, first_tried_at=NOW + timedelta(minutes=2)),
        replace(MESSAGE, first_tried_at=None),
    ],
)
async def test_another_message_is_not_taken_for_it(stage: Stage, other: OutboundMessage) -> None:
    await stage.channel.send(MESSAGE)
    assert await stage.channel.find(other) is None


async def test_a_second_try_whose_first_got_lost_goes_out(stage: Stage) -> None:
    await stage.channel.send(replace(MESSAGE, attempt=2))
    assert len(stage.sent()) == 1


async def test_a_message_that_failed_or_was_another_is_not_taken_for_it(stage: Stage) -> None:
    receipt = await stage.channel.send(MESSAGE)
    assert await stage.channel.find(replace(MESSAGE, others=frozenset({receipt.vendor_id}))) is None
    deed = {"deed": "status", "sid": receipt.vendor_id, "status": "undelivered", "error": "30003"}
    await stage.server.vendor.act(deed, NOW)
    assert await stage.channel.find(MESSAGE) is None


async def test_two_equal_texts_are_told_apart_by_the_ids_of_those_that_are_known(stage: Stage) -> None:
    first = await stage.channel.send(MESSAGE)
    twin = replace(MESSAGE, key="another", attempt=2, others=frozenset({first.vendor_id}))
    second = await stage.channel.send(twin)
    assert second != first
    assert await stage.channel.find(replace(twin, others=frozenset({first.vendor_id}))) == second


async def test_typography_that_twilio_makes_plain_is_found_all_the_same(stage: Stage) -> None:
    receipt = await stage.channel.send(replace(MESSAGE, content=Text("It's on - see you")))
    assert await stage.channel.find(replace(MESSAGE, content=Text("It’s on – see you"))) == receipt


# ---------------------------------------------------------------- WhatsApp


async def test_a_template_leaves_by_its_sid_with_its_variables(stage: Stage) -> None:
    await stage.whatsapp.send(TEMPLATE)
    assert form_of(stage.server.asked[0]) == {
        "To": "whatsapp:+447700900123",
        "From": "whatsapp:+447700900101",
        "ContentSid": "HX00000000000000000000000000000001",
        "ContentVariables": '{"1": "Ana"}',
        "StatusCallback": "https://chat.example.com/channels/whatsapp/status?oid=enrolment%201%3Astep%3A1",
    }
    [item] = stage.sent()
    assert item["body"] == "Hello Ana, you asked Harbourline for a demo. Shall we find a time?"


async def test_a_variable_of_a_template_leaves_in_one_line(stage: Stage) -> None:
    await stage.whatsapp.send(with_name("Ana\tMaria \n     Silva"))
    assert form_of(stage.server.asked[0])["ContentVariables"] == '{"1": "Ana Maria Silva"}'


async def test_a_template_with_an_empty_variable_never_leaves_and_what_to_write_is_told(stage: Stage) -> None:
    with pytest.raises(PermanentSendError, match=r'the variable "1" of the template HX0.* default: "there"'):
        await stage.whatsapp.send(with_name(" "))
    assert stage.server.asked == []


def with_name(name: str) -> OutboundMessage:
    template = Template("HX00000000000000000000000000000001", {"1": name})
    return replace(TEMPLATE, content=Text(f"Hello {name}", template=template))


async def test_a_template_that_is_no_content_sid_never_leaves(stage: Stage) -> None:
    with pytest.raises(PermanentSendError, match="HX"):
        await stage.whatsapp.send(replace(TEMPLATE, content=Text("Hello", template=Template("welcome"))))
    assert stage.server.asked == []


async def test_free_text_is_taken_for_24_hours_after_the_customers_last_message(stage: Stage) -> None:
    free = replace(MESSAGE, channel="whatsapp")
    with pytest.raises(PermanentSendError) as failed:
        await stage.whatsapp.send(free)
    assert failed.value.code == "63016"
    deed = {"deed": "text", "channel": "whatsapp", "from": "+447700900123", "body": "Hello"}
    await stage.server.vendor.act(deed, NOW)
    stage.clock.at = NOW + timedelta(hours=23, minutes=59)
    await stage.whatsapp.send(free)
    stage.clock.at = NOW + timedelta(hours=24)
    with pytest.raises(PermanentSendError):
        await stage.whatsapp.send(free)


async def test_a_button_of_a_template_comes_back_with_what_is_behind_it(stage: Stage) -> None:
    receipt = await stage.whatsapp.send(TEMPLATE)
    deed = {
        "deed": "press",
        "channel": "whatsapp",
        "from": "+447700900123",
        "sid": receipt.vendor_id,
        "title": "Yes, please",
    }
    [message] = stage.whatsapp.parse(await stage.server.vendor.act(deed, NOW)).inbound
    assert isinstance(message, CustomerMessage)
    assert (message.channel, message.text, message.payload) == ("whatsapp", "Yes, please", "/affirm")
    with pytest.raises(WebhookRejected):
        await stage.server.vendor.act({**deed, "title": "Perhaps"}, NOW)


async def test_a_status_callback_of_the_stand_in_names_our_message(stage: Stage) -> None:
    receipt = await stage.channel.send(MESSAGE)
    deed = {"deed": "status", "sid": receipt.vendor_id, "status": "failed", "error": "30005"}
    [status] = stage.channel.parse(await stage.server.vendor.act(deed, NOW)).inbound
    assert isinstance(status, DeliveryStatus)
    assert (status.key, status.sent_id, status.error) == (MESSAGE.key, receipt.vendor_id, "30005")


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"TWILIO_MMS": "yes"}, {"MediaUrl": "https://example.com/rota.png"}),
        ({}, {}),
        ({"TWILIO_VALIDITY_PERIOD": "600"}, {"ValidityPeriod": "600"}),
        (
            {"TWILIO_MESSAGING_SERVICE_SID": "MG" + "0" * 32, "TWILIO_SHORTEN_URLS": "yes"},
            {"ShortenUrls": "true", "MessagingServiceSid": "MG" + "0" * 32},
        ),
    ],
)
async def test_settings_decide_what_goes_with_a_text(
    stage: Stage, values: dict[str, str], fields: dict[str, str], twilio_api: OpenAPI
) -> None:
    channel = built(connectors.twilio_messaging, "sms", sandbox_url=stage.server.url, values=values)
    await channel.send(replace(MESSAGE, content=Text("The rota", image="https://example.com/rota.png")))
    await channel.close()
    [asked] = stage.server.asked
    always = {"To", "From", "Body", "StatusCallback"}
    assert {name: value for name, value in form_of(asked).items() if name not in always} == fields
    twilio_api.unmarshal_request(as_openapi(asked)).raise_for_errors()


async def test_a_picture_alone_is_sent_and_no_other_message_is_taken_for_it(stage: Stage) -> None:
    given = {"feed": stage.feed, "clock": stage.clock, "sandbox_url": stage.server.url, "values": {"TWILIO_MMS": "yes"}}
    channel = built(connectors.twilio_messaging, "sms", **given)
    picture = replace(MESSAGE, key="picture", content=Text("", image="https://chat.example.com/media/1?sig=a"))
    await channel.send(MESSAGE)
    first = await channel.send(replace(picture, attempt=2))
    assert (form_of(stage.server.asked[-1]).get("Body"), len(stage.sent())) == (None, 2)
    assert await channel.find(picture) == first
    await channel.close()


@pytest.mark.parametrize(("mms", "shows"), [("yes", True), ("no", False)])
async def test_a_text_shows_pictures_where_the_number_can(stage: Stage, mms: str, shows: bool) -> None:
    channel = built(connectors.twilio_messaging, "sms", sandbox_url=stage.server.url, values={"TWILIO_MMS": mms})
    assert ("image/png" in channel.abilities.media) is shows
    await channel.close()


async def test_a_message_that_is_of_use_for_a_while_is_not_delivered_later(stage: Stage) -> None:
    await stage.channel.send(replace(MESSAGE, expires_at=NOW + timedelta(minutes=5)))
    assert form_of(stage.server.asked[0])["ValidityPeriod"] == "300"


# ---------------------------------------------------------------- settings


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        ({"TWILIO_FROM": "", "TWILIO_WHATSAPP_FROM": ""}, "TWILIO_FROM"),
        ({"TWILIO_FROM": "my phone"}, "E.164"),
        ({"TWILIO_SHORTEN_URLS": "yes"}, "Messaging Service"),
        ({"TWILIO_MMS": "perhaps"}, "TWILIO_MMS"),
        ({"TWILIO_VALIDITY_PERIOD": "36001"}, "36000"),
        ({"TWILIO_SEGMENTS_PER_SECOND": "none"}, "TWILIO_SEGMENTS_PER_SECOND"),
        ({"TWILIO_AUTH_TOKEN": ""}, "TWILIO_AUTH_TOKEN"),
        ({"TWILIO_ACCOUNT_SID": ""}, "TWILIO_ACCOUNT_SID"),
    ],
)
def test_a_missing_setting_is_named(missing: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        connectors.twilio_messaging.build(settings_for(connectors.twilio_messaging, values=missing))


# ---------------------------------------------------------------- Twilio's own description of its API


@pytest.mark.parametrize(("text", "segments"), [("x" * 160, 1), ("x" * 161, 2), ("é" * 70 + "ж", 2), ("It’s fine", 1)])
def test_a_text_costs_its_segments(text: str, segments: int) -> None:
    values = {"TWILIO_SEGMENTS_PER_SECOND": "3"}
    pace = built(connectors.twilio_messaging, "sms", values=values).abilities.pace
    assert (pace.price(Text(text)), pace.per_second, pace.burst) == (segments, 3, 30)


@pytest.mark.parametrize(
    ("content", "messages"),
    [(Text("x" * 1600), 1), (Text("x" * 1601), 2), (Text("x" * 1601, template=Template("HX" + "0" * 32)), 1)],
)
def test_whatsapp_has_a_pace_of_its_own_that_counts_messages(content: Text, messages: int) -> None:
    values = {"TWILIO_SEGMENTS_PER_SECOND": "3", "TWILIO_WHATSAPP_MESSAGES_PER_SECOND": "20"}
    pace = built(connectors.twilio_messaging, "whatsapp", values=values).abilities.pace
    assert (pace.price(content), pace.per_second, pace.burst) == (messages, 20, 20)
    assert built(connectors.twilio_messaging, "whatsapp").abilities.pace.per_second == 80


def test_a_preview_is_what_leaves_by_sms_and_by_whatsapp() -> None:
    content = Text("Shall we?", (Button("Yes", "/affirm"),), image="https://example.com/a.png")
    assert preview(content).text == WhatsAppChannel.preview(content).text == body_of(content)
    assert (preview(content).kind, WhatsAppChannel.preview(content).kind) == ("sms", "chat")
    assert WhatsAppChannel.preview(content).image == content.image


@pytest.mark.parametrize("pause", ["30", "Fri, 27 Nov 2026 12:00:30 GMT"])
async def test_twilios_pause_is_seconds_or_a_time_by_its_own_clock(stage: Stage, pause: str) -> None:
    told = {"Retry-After": pause, "Date": "Fri, 27 Nov 2026 12:00:00 GMT"}
    stage.server.faults.append(Reply(429, b"{}", "application/json", told))
    with pytest.raises(NotTried) as refused:
        await stage.channel.send(MESSAGE)
    assert refused.value.retry_after == timedelta(seconds=30)


@pytest.mark.parametrize("pause", ["", "-1", "soon", "9" * 40, "\u00b2"])
async def test_a_pause_that_makes_no_sense_breaks_nothing(stage: Stage, pause: str) -> None:
    stage.server.faults.append(Reply(429, b"{}", "application/json", {"Retry-After": pause}))
    with pytest.raises(NotTried) as refused:
        await stage.channel.send(MESSAGE)
    assert refused.value.retry_after is None

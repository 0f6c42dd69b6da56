from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

import connectors.webchat
from bot.domain.errors import SettingsError, WebhookRejected
from bot.domain.message import (
    Author,
    Button,
    CustomerMessage,
    DeliveryState,
    DeliveryStatus,
    OutboundMessage,
    SessionBegan,
    Text,
)
from bot.ports import FollowFeed, Webhook, WebhookRequest
from connectors.visitor_tokens import VisitorTokens
from connectors.webchat.channel import WebchatChannel
from tests.connectors.vendor_server import NOW, SECRET, SERVICE_URL, MemoryFeed, request_to, settings_for

VISITOR = UUID("5f2c1a44-6d0e-4f0a-9c59-0b7c3d2e1f00")
MESSAGE = "0b0e7f3c-9f5d-4c8e-8a51-3d2f1f3f7a10"
SHOP = "https://shop.example.com:8443"
TOKEN = VisitorTokens(SECRET).issue(VISITOR, "", NOW)


def widget(**values: str) -> WebchatChannel:
    return connectors.webchat.build(settings_for(connectors.webchat, values=values))


def token_of(site: str) -> str:
    return VisitorTokens(SECRET).issue(VISITOR, site, NOW)


def bearer(token: str = TOKEN, **headers: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}", **{name.replace("_", "-"): value for name, value in headers.items()}}


def post(body: Any, *, at: datetime = NOW, token: str = TOKEN, **headers: str) -> WebhookRequest:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return request_to("webchat/messages", bearer(token, **headers), body=raw, at=at)


def events(query: str = "", **headers: str) -> WebhookRequest:
    return request_to(f"webchat/events{query}", bearer(**headers), method="GET")


def refusal(channel: WebchatChannel, request: WebhookRequest) -> WebhookRejected:
    with pytest.raises(WebhookRejected) as refused:
        channel.parse(request)
    return refused.value


def answer(webhook: Webhook) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(webhook.reply.body)
    return found


# ---------------------------------------------------------------- the session


def test_a_new_visitor_gets_a_token_and_has_opened_the_chat() -> None:
    body = b'{"time_zone": "Europe/London", "locale": "en-GB"}'
    webhook = widget().parse(request_to("webchat/session", body=body))
    visitor = answer(webhook)["visitor"]
    [opened] = webhook.inbound
    assert isinstance(opened, CustomerMessage)
    assert (opened.opened, opened.vendor_id, opened.address) == (True, f"open:{visitor}", visitor)
    assert (opened.time_zone, opened.locale) == ("Europe/London", "en-GB")
    assert VisitorTokens(SECRET).visitor(answer(webhook)["token"], None, NOW) == UUID(visitor)


def test_a_session_needs_no_body() -> None:
    assert len(widget().parse(request_to("webchat/session")).inbound) == 1


@pytest.mark.parametrize("zone", ["../../etc/passwd", "localtime", "Standard Time"])
def test_a_time_zone_or_language_that_does_not_exist_is_not_kept(zone: str) -> None:
    body = json.dumps({"time_zone": zone, "locale": "<script>"}).encode()
    [opened] = widget().parse(request_to("webchat/session", body=body)).inbound
    assert isinstance(opened, CustomerMessage)
    assert (opened.time_zone, opened.locale) == (None, None)


@pytest.mark.parametrize("age", [timedelta(hours=1), timedelta(days=20)])
def test_a_returning_visitor_stays_the_same_and_opens_nothing(age: timedelta) -> None:
    webhook = widget().parse(request_to("webchat/session", bearer(), at=NOW + age))
    assert answer(webhook)["visitor"] == str(VISITOR)
    assert webhook.inbound == ()
    assert VisitorTokens(SECRET).visitor(answer(webhook)["token"], None, NOW + age) == VISITOR


def test_a_returning_visitor_s_browser_says_where_it_is_each_time() -> None:
    body = b'{"time_zone": "W. Europe Standard Time", "opened": false}'
    [began] = widget().parse(request_to("webchat/session", bearer(), body=body)).inbound
    assert began == SessionBegan("webchat", f"session:{VISITOR}", str(VISITOR), "Europe/Berlin")
    opens = b'{"time_zone": "Asia/Tokyo", "opened": true}'
    opened, began = widget().parse(request_to("webchat/session", bearer(), body=opens)).inbound
    assert isinstance(opened, CustomerMessage)
    assert isinstance(began, SessionBegan)


@pytest.mark.parametrize("body", [b'{"time_zone": "Nowhere/Land"}', b'{"time_zone": ["Europe/London"]}', b"{}"])
def test_what_is_no_zone_is_not_told(body: bytes) -> None:
    assert widget().parse(request_to("webchat/session", bearer(), body=body)).inbound == ()


@pytest.mark.parametrize("token", ["rubbish", VisitorTokens("another secret").issue(VISITOR, "", NOW)])
def test_a_token_that_is_none_of_ours_begins_as_a_new_visitor(token: str) -> None:
    webhook = widget().parse(request_to("webchat/session", bearer(token)))
    assert answer(webhook)["visitor"] != str(VISITOR)
    assert len(webhook.inbound) == 1


def test_a_visitor_who_stayed_away_for_a_month_is_new() -> None:
    webhook = widget().parse(request_to("webchat/session", bearer(), at=NOW + timedelta(days=31)))
    assert answer(webhook)["visitor"] != str(VISITOR)


# ---------------------------------------------------------------- messages


def test_a_line_is_known_by_visitor_and_the_clients_own_id() -> None:
    webhook = widget().parse(post({"id": MESSAGE.upper(), "text": "  Hello  "}))
    [line] = webhook.inbound
    assert isinstance(line, CustomerMessage)
    assert (line.vendor_id, line.address, line.text) == (f"{VISITOR}:{MESSAGE}", str(VISITOR), "Hello")
    assert (webhook.reply.status, answer(webhook)) == (202, {"accepted": True})


def test_a_button_carries_its_payload() -> None:
    [line] = widget().parse(post({"id": MESSAGE, "text": "Book a demo", "payload": "/request_demo"})).inbound
    assert isinstance(line, CustomerMessage)
    assert (line.text, line.payload) == ("Book a demo", "/request_demo")


@pytest.mark.parametrize(
    ("body", "status", "why"),
    [
        (b"\xff\xfe", 400, "not JSON"),
        (b'{"id": ', 400, "not JSON"),
        (b"[" * 50_000, 400, "not JSON"),
        (b"[1]", 400, "not an object"),
        ({"text": "Hello"}, 400, '"id" is missing'),
        ({"id": 7, "text": "Hello"}, 400, '"id" is not a UUID'),
        ({"id": "7", "text": "Hello"}, 400, '"id" is not a UUID'),
        ({"id": "{" + MESSAGE + "}", "text": "Hello"}, 400, '"id" is not a UUID'),
        ({"id": MESSAGE}, 400, '"text" is missing'),
        ({"id": MESSAGE, "text": 7}, 400, '"text" is not a string'),
        ({"id": MESSAGE, "text": " \n\x00"}, 400, '"text" is empty'),
        ({"id": MESSAGE, "text": "x" * 4001}, 413, "4,001 characters; at most 4,000"),
        ({"id": MESSAGE, "text": "x" * 100_000}, 413, "at most"),
        ({"id": MESSAGE, "text": "Hello", "payload": "request_demo"}, 400, '"payload"'),
        ({"id": MESSAGE, "text": "Hello", "payload": "/" + "x" * 1000}, 400, '"payload"'),
    ],
)
def test_a_bad_body_is_refused_and_told_what_is_wrong(body: Any, status: int, why: str) -> None:
    refused = refusal(widget(), post(body))
    assert refused.status == status
    assert why in refused.reason


def test_the_longest_text_is_taken() -> None:
    [line] = widget().parse(post({"id": MESSAGE, "text": "é" * 4000})).inbound
    assert isinstance(line, CustomerMessage)
    assert len(line.text) == 4000


@given(st.text(max_size=30), st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_whatever_text_comes_can_be_stored(text: str, other: Any) -> None:
    channel = WIDGET
    for body in ({"id": MESSAGE, "text": text, "payload": other}, {"id": other, "text": other}, other):
        try:
            webhook = channel.parse(post(json.dumps(body).encode()))
        except WebhookRejected as refused:
            assert refused.status in (400, 413)  # noqa: PT017
        else:
            [line] = webhook.inbound
            assert isinstance(line, CustomerMessage)
            assert "\x00" not in line.text.encode().decode()


WIDGET = widget()


def test_half_a_surrogate_pair_is_left_out() -> None:
    [line] = widget().parse(post(b'{"id": "' + MESSAGE.encode() + b'", "text": "a\\ud800b\\u0000c"}')).inbound
    assert isinstance(line, CustomerMessage)
    assert line.text == "abc"


def test_a_visitor_who_asks_for_privacy_is_marked_so() -> None:
    [line] = widget().parse(post({"id": MESSAGE, "text": "Hello"}, sec_gpc="1")).inbound
    assert isinstance(line, CustomerMessage)
    assert line.metadata == {"gpc": True}


# ---------------------------------------------------------------- who may


def test_a_token_lasts_a_day() -> None:
    channel = widget()
    channel.parse(post({"id": MESSAGE, "text": "Hello"}, at=NOW + timedelta(hours=23)))
    refused = refusal(channel, post({"id": MESSAGE, "text": "Hello"}, at=NOW + timedelta(hours=25)))
    assert (refused.status, "expired" in refused.reason) == (401, True)


def test_a_token_from_the_future_is_none() -> None:
    token = VisitorTokens(SECRET).issue(VISITOR, "", NOW + timedelta(hours=1))
    assert refusal(widget(), post({"id": MESSAGE, "text": "Hello"}, token=token)).status == 401


@pytest.mark.parametrize(
    "token",
    [
        "eyJhbGciOiJub25lIn0." + TOKEN.split(".")[1] + ".",
        ".".join([*TOKEN.split(".")[:2], "AAAA"]),
        TOKEN[:-10],
        "é",
    ],
)
def test_a_changed_token_is_refused(token: str) -> None:
    assert refusal(widget(), post({"id": MESSAGE, "text": "Hello"}, token=token)).status == 401


def test_the_events_need_a_token_too() -> None:
    assert refusal(widget(), request_to("webchat/events", method="GET")).status == 401


def test_a_page_on_a_website_of_the_list_may_use_the_chat() -> None:
    channel = widget(WEBCHAT_ORIGINS="https://www.example.com, https://shop.example.com:8443")
    webhook = channel.parse(post({"id": MESSAGE, "text": "Hello"}, token=token_of(SHOP), origin=SHOP))
    assert webhook.reply.headers["Access-Control-Allow-Origin"] == SHOP
    assert webhook.reply.headers["Vary"] == "Origin"


@pytest.mark.parametrize("origin", [SERVICE_URL, "http://localhost:8080"])
def test_a_page_of_our_own_always_may(origin: str) -> None:
    token = token_of(origin)
    widget().parse(post({"id": MESSAGE, "text": "Hello"}, token=token, origin=origin, host="localhost:8080"))


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "https://www.example.com.evil.example", "http://www.example.com", "null", ""]
)
def test_a_page_on_another_website_may_not(origin: str) -> None:
    channel = widget(WEBCHAT_ORIGINS="https://www.example.com")
    refused = refusal(channel, post({"id": MESSAGE, "text": "Hello"}, origin=origin, host="chat.example.com"))
    assert (refused.status, "WEBCHAT_ORIGINS" in refused.reason) == (403, True)


def test_a_browser_may_ask_first() -> None:
    channel = widget(WEBCHAT_ORIGINS="https://www.example.com")
    webhook = channel.parse(request_to("webchat/messages", {"origin": "https://www.example.com"}, method="OPTIONS"))
    assert webhook.reply.status == 204
    assert "authorization" in webhook.reply.headers["Access-Control-Allow-Headers"]
    assert (
        refusal(channel, request_to("webchat/messages", {"origin": "https://evil.example"}, method="OPTIONS")).status
        == 403
    )


def test_a_page_elsewhere_can_read_why_it_was_refused() -> None:
    channel = widget(WEBCHAT_ORIGINS="https://www.example.com")
    refused = refusal(channel, request_to("webchat/messages", {"origin": "https://www.example.com"}))
    assert refused.headers["Access-Control-Allow-Origin"] == "https://www.example.com"
    assert refused.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "setting", ["*", "https://*.example.com", "www.example.com", "https://www.example.com/", "https://[::1"]
)
def test_an_origin_that_is_none_stops_the_start_with_a_sentence(setting: str) -> None:
    with pytest.raises(SettingsError, match="WEBCHAT_ORIGINS"):
        widget(WEBCHAT_ORIGINS=setting)


@pytest.mark.parametrize(("tail", "method"), [("messages", "GET"), ("session", "PUT"), ("events", "POST")])
def test_a_wrong_method_is_told_the_right_one(tail: str, method: str) -> None:
    refused = refusal(widget(), request_to(f"webchat/{tail}", method=method))
    assert (refused.status, refused.headers["Allow"]) == (405, "GET, OPTIONS" if tail == "events" else "POST, OPTIONS")


# ---------------------------------------------------------------- events


@pytest.mark.parametrize(
    ("query", "headers", "after"),
    [
        ("", {}, 0),
        ("?after=12", {}, 12),
        ("", {"last_event_id": "30"}, 30),
        ("?after=12", {"last_event_id": "30"}, 30),
    ],
)
def test_a_visitor_reads_their_own_feed_from_where_they_were(query: str, headers: dict[str, str], after: int) -> None:
    assert widget().parse(events(query, **headers)).follow == FollowFeed(f"webchat:{VISITOR}", after)


@pytest.mark.parametrize(
    "query", ["?after=", "?after=-1", "?after=1.5", "?after=x", "?after=1&after=2", "?after=" + "9" * 30]
)
def test_a_position_that_is_none_is_refused(query: str) -> None:
    assert refusal(widget(), events(query)).status == 400


def test_the_stream_may_be_read_by_a_page_elsewhere() -> None:
    channel = widget(WEBCHAT_ORIGINS="https://www.example.com")
    site = "https://www.example.com"
    webhook = channel.parse(request_to("webchat/events", bearer(token_of(site), origin=site), method="GET"))
    assert webhook.reply.headers["Access-Control-Allow-Origin"] == "https://www.example.com"


# ---------------------------------------------------------------- out


async def test_an_answer_appears_in_the_visitors_feed() -> None:
    feed = MemoryFeed()
    channel = connectors.webchat.build(settings_for(connectors.webchat, feed=feed))
    content = Text(
        "From 10 people on.",
        buttons=(Button("Book a demo", "/request_demo"),),
        source_title="Pricing",
        source_url="/pricing",
    )
    await channel.send(OutboundMessage("m1:0", "webchat", str(VISITOR), content))
    rep = Text("Hello, Sam here", author=Author.PERSON, author_name="Sam")
    await channel.send(OutboundMessage("m2:0", "webchat", str(VISITOR), rep))
    joined = Text("Sam has joined.", author=Author.SYSTEM, author_name="Sam", floor="Sam")
    await channel.send(OutboundMessage("m3:0", "webchat", str(VISITOR), joined))
    *said, news = feed.entries[f"webchat:{VISITOR}"].values()
    assert (news["from"], news["floor"]) == ("system", "Sam")
    assert said == [
        {
            "type": "message",
            "id": "m1:0",
            "from": "bot",
            "name": "",
            "text": "From 10 people on.",
            "buttons": [{"title": "Book a demo", "payload": "/request_demo"}],
            "image": None,
            "source": {"title": "Pricing", "url": "/pricing"},
            "extras": {},
        },
        {
            "type": "message",
            "id": "m2:0",
            "from": "person",
            "name": "Sam",
            "text": "Hello, Sam here",
            "buttons": [],
            "image": None,
            "source": None,
            "extras": {},
        },
    ]


# ---------------------------------------------------------------- tickets and websites


def test_a_ticket_opens_the_events_for_a_minute_and_nothing_else() -> None:
    channel = widget()
    ticket = answer(channel.parse(request_to("webchat/session", bearer())))["ticket"]
    asked = request_to(f"webchat/events?ticket={ticket}&after=3", method="GET")
    assert channel.parse(asked).follow == FollowFeed(f"webchat:{VISITOR}", 3)
    late = request_to(f"webchat/events?ticket={ticket}", method="GET", at=NOW + timedelta(seconds=61))
    assert refusal(channel, late).status == 401
    assert refusal(channel, post({"id": MESSAGE, "text": "Hello"}, token=ticket)).status == 401
    assert refusal(channel, request_to(f"webchat/events?ticket={TOKEN}", method="GET")).status == 401


def test_a_token_is_good_on_its_own_website_alone() -> None:
    channel = widget(WEBCHAT_ORIGINS=f"https://www.example.com,{SHOP}")
    request = post({"id": MESSAGE, "text": "Hello"}, token=token_of(SHOP), origin="https://www.example.com")
    assert "another website" in refusal(channel, request).reason
    again = channel.parse(request_to("webchat/session", bearer(token_of(SHOP), origin="https://www.example.com")))
    assert answer(again)["visitor"] != str(VISITOR)


@pytest.mark.parametrize(("body", "greeted"), [(b"{}", True), (b'{"opened": false}', False)])
def test_a_visitor_is_greeted_once_they_open_the_chat(body: bytes, greeted: bool) -> None:
    channel = widget()
    webhook = channel.parse(request_to("webchat/session", body=body))
    assert len(webhook.inbound) == greeted
    token = answer(webhook)["token"]
    later = channel.parse(request_to("webchat/session", bearer(token), body=b'{"opened": true}'))
    assert [one.vendor_id for one in later.inbound] == [f"open:{answer(webhook)['visitor']}"]


# ---------------------------------------------------------------- what was read


def read(body: Any) -> WebhookRequest:
    return request_to("webchat/read", bearer(), body=json.dumps(body).encode())


async def test_only_ones_own_messages_can_be_read() -> None:
    channel = widget()
    receipt = await channel.send(OutboundMessage("m1:0", "webchat", str(VISITOR), Text("Hello")))
    [status] = channel.parse(read({"messages": ["m1:0"]})).inbound
    assert isinstance(status, DeliveryStatus)
    assert (status.sent_id, status.state) == (receipt.vendor_id, DeliveryState.READ)
    other = await channel.send(OutboundMessage("m1:0", "webchat", str(UUID(int=7)), Text("Hello")))
    assert status.sent_id != other.vendor_id


@pytest.mark.parametrize("messages", [None, "m1", [7], ["m"] * 51])
def test_a_list_of_messages_that_is_none_is_refused(messages: Any) -> None:
    assert refusal(widget(), read({"messages": messages})).status == 400

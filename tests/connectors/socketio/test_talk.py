"""Whose session a connection is, and what is said in it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

import connectors.socketio
from bot.domain.errors import WebhookRejected
from bot.domain.message import CustomerMessage
from bot.domain.person import USER_ID, Identity
from bot.ports import SocketEvent, SocketStep, SocketTalk
from tests.connectors.vendor_server import NOW, MemoryFeed, request_to, settings_for

SITE = "https://www.example.com"
KEY = "the secret that a website and Overture share"


def connected(auth: Any = None, *, secret: str = "", site: str = SITE, **headers: str) -> SocketTalk:
    values = {"SOCKETIO_JWT_SECRET": secret} if secret else {}
    channel = connectors.socketio.build(settings_for(connectors.socketio, values=values, feed=MemoryFeed()))
    return channel.connect(request_to("", {"origin": site, **headers}), auth)


def enter(talk: SocketTalk, session: Any = None, *, later: timedelta = timedelta()) -> tuple[str, str]:
    """The id that is confirmed, and the feed that is heard."""
    step = talk.hear(SocketEvent("session_request", {"session_id": session}), NOW + later)
    (confirmed,) = step.events
    assert confirmed.name == "session_confirm"
    return confirmed.data, step.feed


def say(talk: SocketTalk, message: Any = "Hello", **more: Any) -> SocketStep:
    return talk.hear(SocketEvent("user_uttered", {"message": message, **more}), NOW)


def message_in(step: SocketStep) -> CustomerMessage:
    (message,) = step.inbound
    assert isinstance(message, CustomerMessage)
    assert step.feed == f"socketio:{message.address}"
    return message


def signed(secret: str = KEY, **claims: Any) -> dict[str, str]:
    return {"token": "Bearer " + jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(secret.encode()))}


# ---------------------------------------------------------------- sessions


def test_whoever_comes_back_with_the_id_of_a_session_is_in_it_again() -> None:
    session, feed = enter(connected())
    assert enter(connected(), session) == (session, feed)
    assert message_in(say(connected(), session_id=session)).address == feed.removeprefix("socketio:")


@pytest.mark.parametrize("session", ["robin", "", 7, {}, "a.b.c"])
def test_an_id_that_is_none_of_ours_is_answered_with_one_that_is(session: Any) -> None:
    """Whoever has it hears all that is said, so it may be nothing that somebody could guess."""
    talk = connected()
    confirmed, feed = enter(talk, session)
    assert confirmed != session
    assert enter(talk, session)[1] == feed, "on this connection it stays the same session"
    assert enter(connected(), session)[1] != feed
    assert message_in(say(talk, session_id=session)).address == feed.removeprefix("socketio:")


def test_the_id_of_a_session_is_good_on_its_own_website_alone() -> None:
    session, feed = enter(connected())
    assert enter(connected(site="https://other.example"), session)[1] != feed


def test_an_id_is_renewed_after_a_day_and_too_old_after_a_month() -> None:
    session, feed = enter(connected())
    renewed, same = enter(connected(), session, later=timedelta(days=2))
    assert (renewed != session, same) == (True, feed)
    assert enter(connected(), session, later=timedelta(days=31))[1] != feed


@pytest.mark.parametrize("data", [None, "no object", [], {}])
def test_a_request_for_a_session_may_be_empty(data: Any) -> None:
    step = connected().hear(SocketEvent("session_request", data), NOW)
    assert step.feed
    assert step.events


def test_without_a_session_one_connection_is_one() -> None:
    talk = connected()
    first, second = message_in(say(talk)), message_in(say(talk))
    assert first.address == second.address
    assert message_in(say(connected())).address != first.address


def test_a_message_that_names_another_session_is_of_that_one() -> None:
    session, feed = enter(connected())
    talk = connected()
    enter(talk)
    assert say(talk, session_id=session).feed == feed


# ---------------------------------------------------------------- messages


def test_a_message_comes_in_with_its_metadata() -> None:
    message = message_in(say(connected(), " Hello ", metadata={"page": "/pricing"}))
    assert (message.channel, message.text, message.payload) == ("socketio", "Hello", None)
    assert message.metadata == {"page": "/pricing"}
    assert message_in(say(connected(), metadata='{"page": "/"}')).metadata == {"page": "/"}


def test_a_message_with_a_slash_is_the_payload_of_a_button() -> None:
    assert message_in(say(connected(), '/inform{"size": 5}')).payload == '/inform{"size": 5}'


def test_the_same_words_are_another_message_unless_they_have_the_same_id() -> None:
    talk = connected()
    assert message_in(say(talk)).vendor_id != message_in(say(talk)).vendor_id
    assert message_in(say(talk, message_id="1")).vendor_id == message_in(say(talk, message_id="1")).vendor_id


def test_a_browser_that_asks_not_to_be_tracked_is_heeded() -> None:
    talk = connected(**{"sec-gpc": "1"})
    assert message_in(say(talk, metadata={"gpc": False})).metadata == {"gpc": True}


@pytest.mark.parametrize(
    ("data", "part"),
    [
        ("Hello", "object"),
        (None, "object"),
        ({}, "message"),
        ({"message": 7}, "message"),
        ({"message": " "}, "empty"),
        ({"message": "x" * 4001}, "4,000"),
        ({"message": "hi", "message_id": 7}, "message_id"),
        ({"message": "hi", "metadata": []}, "metadata"),
        ({"message": "hi", "metadata": "{"}, "metadata"),
        ({"message": "hi", "metadata": json.loads("[" * 600 + "]" * 600)}, "metadata"),
        ({"message": "hi", "metadata": {"a": b"bytes"}}, "no JSON"),
        ({"message": "hi", "metadata": {"a": json.loads("[" * 600 + "]" * 600)}}, "deep"),
    ],
)
def test_what_is_no_message_is_refused_and_told_why(data: Any, part: str) -> None:
    with pytest.raises(WebhookRejected, match=part):
        connected().hear(SocketEvent("user_uttered", data), NOW)


def test_of_the_feed_only_messages_are_told() -> None:
    talk = connected()
    assert [one.data for one in talk.tell({"type": "message", "said": [{"text": "a"}, {"text": "b"}]})] == [
        {"text": "a"},
        {"text": "b"},
    ]
    assert list(talk.tell({"type": "told", "told": 7})) == []


# ---------------------------------------------------------------- websites that say who may come


def test_with_a_secret_nobody_connects_without_a_jwt_of_it() -> None:
    for auth, status in (
        (None, 401),
        ({"token": None}, 401),
        ({"token": "nonsense"}, 403),
        (signed("another secret, which is as long as a secret is"), 403),
        (signed(exp=int(NOW.timestamp()) - 1), 403),
        (signed(sub=7), 403),
        (signed(sub=" "), 403),
        (signed(sub="4\x002"), 403),
    ):
        with pytest.raises(WebhookRejected) as refused:
            connected(auth, secret=KEY)
        assert refused.value.status == status
    assert enter(connected(signed(exp=int(NOW.timestamp()) + 60), secret=KEY))


def test_whom_the_website_names_has_one_session_and_is_known() -> None:
    other, _ = enter(connected(signed(sub="42"), secret=KEY))
    talk = connected(signed(sub="17"), secret=KEY)
    assert enter(talk, "kept by the client") == ("kept by the client", "socketio:17")
    message = message_in(say(talk, session_id=other))
    assert message.address == "17"
    assert message.identities == (Identity(USER_ID, "17", verified=True),)

"""Whatever comes in at a door, signed or not, is taken whole or refused: never an error of ours, never half of it."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.codec import INBOUND
from bot.domain.errors import WebhookRejected
from bot.domain.message import CustomerMessage
from bot.ports import Channel, Reply, Store, Webhook, WebhookRequest
from bot.services.receive import receive
from tests.bot.services.stage import Stage
from tests.connectors.vendor_server import MemoryFeed, built, request_to
from tests.contracts.channels import CASES, texts_of
from tests.contracts.doors import DOORS, Door, channel_of, names_in, parts_of
from tests.manual_clock import ManualClock

TAILS = ["", "inbound", "status", "events", "interactivity", "commands", "session", "messages", "report", "read"]
TAILS += ["webhook", "call", "heard", "placed", "machine", "skill", "cx", "es", "unsubscribe"]
WORDS = {
    "emoji": "🙂👩‍👩‍👧‍👦🏳️‍🌈",
    "right to left": "שלום, אפשר לקבוע הדגמה? \u202eלמחר\u202c",
    "1,600 characters": "Can we meet? " * 123 + "x",
    "nothing": "",
    "blanks": " \t\r\n\u00a0\u200b",
    "nul": "a\x00b",
    "half a pair": "a\ud83d",
    "markup": "<!channel> <script>alert(1)</script> {{7*7}} {% raw %} %s",
    "too much": "слово " * 4000,
}
TOO_DEEP = json.loads("[" * 150 + "]" * 150)
TEXTS = st.sampled_from(list(WORDS.values())) | st.text(max_size=12)
NUMBERS = st.sampled_from([0, -1, 1.5, 2**63, 10**30, float("nan"), float("inf")])
JUNK = (
    TEXTS
    | NUMBERS
    | st.sampled_from([None, True, [], {}, TOO_DEEP])
    | st.lists(TEXTS | NUMBERS, max_size=2)
    | st.dictionaries(TEXTS, TEXTS, max_size=2)
)


@st.composite
def spoiled(draw: st.DrawFn, good: Mapping[str, Any]) -> dict[str, Any]:
    """A good body of which some parts are gone, are something else, or are joined by others."""
    body = copy.deepcopy(dict(good))
    for *way, last in draw(st.lists(st.sampled_from(parts_of(good)), min_size=1, max_size=3)):
        node: Any = body
        try:
            for name in way:
                node = node[name]
            match draw(st.sampled_from(["gone", "other", "more"])):
                case "gone":
                    del node[last]
                case "other":
                    node[last] = copy.deepcopy(draw(JUNK))
                case _:
                    node[draw(TEXTS)] = copy.deepcopy(draw(JUNK))
        except (TypeError, KeyError, IndexError):
            continue  # what was there is spoiled already
    return body


def check(channel: Channel, request: WebhookRequest) -> Webhook | None:
    """What the channel makes of it; None where it refuses. What it takes can be kept by any database."""
    try:
        webhook = channel.parse(request)
    except WebhookRejected as refused:
        assert 400 <= refused.status < 500  # noqa: PT017
        assert refused.reason  # noqa: PT017
        return None
    assert isinstance(webhook.reply, Reply)
    assert webhook.reply.status < 500
    for item in webhook.inbound:
        kept = INBOUND.dump(item)
        assert INBOUND.load(kept) == item
        assert not any("\x00" in text for text in (*texts_of(json.loads(kept)), *names_in(json.loads(kept))))
    return webhook


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
@given(data=st.data())
@settings(max_examples=25)
def test_whatever_a_vendor_signs_is_taken_whole_or_refused(door: Door, data: st.DataObject) -> None:
    body = data.draw(spoiled(door.good), label="body")
    check(channel_of(door), door.request(body))


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
@given(data=st.data())
@settings(max_examples=8)
def test_what_is_cut_off_or_in_another_charset_is_taken_whole_or_refused(door: Door, data: st.DataObject) -> None:
    whole = door.written(door.good)
    cut = data.draw(st.integers(0, len(whole) - 1), label="cut at")
    middle = data.draw(st.binary(max_size=4) | st.sampled_from([b"\xff\xfe", b"\x00", b"%", b"\xe9", b"&=&"]))
    for body in (whole[:cut], whole[:cut] + middle + whole[cut:], whole.decode().encode("utf-16"), middle):
        check(channel_of(door), door.request(body))


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
def test_odd_words_are_no_reason_for_an_error(door: Door, words: str) -> None:
    check(channel_of(door), door.saying(words))


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
def test_the_good_body_of_each_door_is_taken(door: Door) -> None:
    assert check(channel_of(door), door.request(door.good)) is not None


@pytest.mark.parametrize("name", CASES)
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "OPTIONS"]),
    tail=st.sampled_from(TAILS),
    query=st.text(max_size=20).map(lambda text: urlencode({"after": text})),
    headers=st.dictionaries(
        st.sampled_from(
            ["authorization", "x-twilio-signature", "x-slack-signature", "x-slack-request-timestamp", "origin", "host"]
        ),
        st.text(max_size=40),
    ),
    body=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: urlencode({"payload": text}).encode()),
)
@settings(max_examples=25)
def test_whatever_a_stranger_sends_is_taken_or_refused(
    name: str, method: str, tail: str, query: str, headers: dict[str, str], body: bytes
) -> None:
    case = CASES[name]
    channel: Channel = built(case.module, case.name or name) if case.make is None else case.make(MemoryFeed())
    request = request_to(f"{channel.name}/{tail}?{query}", method=method, body=body)
    check(channel, replace(request, headers=headers))


# ---------------------------------------------------------------- kept, and answered


SAYING = ("sms", "whatsapp", "email", "webchat", "rest")
"""The doors of channels on which customers write."""

KINDS_OF_WHATSAPP = {
    "a place": {"Body": "", "NumMedia": "0", "Latitude": "51.5", "Longitude": "-0.1", "MessageType": "location"},
    "a contact": {"Body": "", "MediaContentType0": "text/vcard", "MessageType": "contacts"},
    "a kind that is yet to come": {"Body": "", "NumMedia": "0", "MediaUrl0": "", "MessageType": "hologram"},
}


def with_channel(stage: Stage, door: Door) -> Channel:
    """The channel behind the door, which the service has from now on."""
    channel = channel_of(door)
    stage.runtime = replace(stage.runtime, channels={**stage.runtime.channels, channel.name: channel})
    return channel


async def test_what_a_door_takes_is_found_again_as_it_was_however_odd(store: Store, clock: ManualClock) -> None:
    stage = Stage(store, clock)
    for name in SAYING:
        channel = with_channel(stage, DOORS[name])
        for words in WORDS.values():
            webhook = check(channel, DOORS[name].saying(words))
            for item in webhook.inbound if webhook else ():
                assert isinstance(item, CustomerMessage)
                once = replace(item, vendor_id=f"{item.vendor_id} {hash(words)}")
                assert await receive(stage.runtime, channel, [once]) == 1
                assert await receive(stage.runtime, channel, [once]) == 0, "a second delivery changes nothing"
                async with store.transaction() as uow:
                    assert await uow.inbox.find(channel.name, once.vendor_id) == once


@pytest.mark.parametrize("kind", KINDS_OF_WHATSAPP.values(), ids=KINDS_OF_WHATSAPP)
async def test_an_unknown_kind_of_message_is_kept_and_answered(
    sqlite_store: Store, clock: ManualClock, kind: dict[str, str]
) -> None:
    stage = Stage(sqlite_store, clock)
    stage.open_whatsapp()
    door = DOORS["whatsapp"]
    webhook = check(channel_of(door), door.request({**door.good, **kind}))
    assert webhook is not None
    [item] = webhook.inbound
    assert isinstance(item, CustomerMessage)
    assert kind.items() <= item.metadata.items(), "all that the vendor said is kept"
    await receive(stage.runtime, stage.whatsapp, [item])
    await stage.settle()
    said = "I have your file." if item.attachments else "Pardon?"
    assert stage.whatsapp.texts() == [f"I am a machine. {said}"]

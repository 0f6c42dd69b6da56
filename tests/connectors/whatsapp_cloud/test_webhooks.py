"""What Meta posts is verified, and becomes messages, statuses and wishes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.consent import Consequence
from bot.domain.errors import WebhookRejected
from bot.domain.message import (
    Attachment,
    ColleagueMessage,
    CustomerMessage,
    DeliveryState,
    DeliveryStatus,
    SpareAddress,
)
from bot.domain.person import Identity
from bot.ports import WebhookRequest
from tests.connectors.vendor_server import request_to
from tests.connectors.whatsapp_cloud.conftest import NUMBER, VALUES, Stage, signed, told, wrote


def taken(stage: Stage, request: WebhookRequest) -> CustomerMessage:
    [said] = stage.channel.parse(request).inbound
    assert isinstance(said, CustomerMessage)
    return said


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("said", "text", "payload"),
    [
        ({"type": "text", "text": {"body": "Does it come in blue?"}}, "Does it come in blue?", None),
        ({"type": "button", "button": {"payload": "/affirm", "text": "Yes, please"}}, "Yes, please", "/affirm"),
        ({"type": "button", "button": {"payload": "Stop promotions", "text": "Stop"}}, "Stop", None),
        (
            {
                "type": "interactive",
                "interactive": {"type": "button_reply", "button_reply": {"id": '/choose{"n": 1}', "title": "First"}},
            },
            "First",
            '/choose{"n": 1}',
        ),
        (
            {
                "type": "interactive",
                "interactive": {"type": "list_reply", "list_reply": {"id": "says:Berlin, please", "title": "Berlin"}},
            },
            "Berlin, please",
            None,
        ),
        (
            {
                "type": "interactive",
                "interactive": {"type": "list_reply", "list_reply": {"id": "r17", "title": "Berlin"}},
            },
            "Berlin",
            None,
        ),
        (
            {
                "type": "interactive",
                "interactive": {
                    "type": "nfm_reply",
                    "nfm_reply": {
                        "name": "flow",
                        "body": "Sent",
                        "response_json": '{"flow_token": "1", "screen_0_Team_size_1": 12}',
                    },
                },
            },
            "Team size: 12",
            None,
        ),
        (
            {
                "type": "location",
                "location": {"latitude": 52.5, "longitude": 13.4, "name": "Alex", "address": "Berlin"},
            },
            "Alex, Berlin, geo:52.5,13.4",
            None,
        ),
        (
            {
                "type": "contacts",
                "contacts": [
                    {
                        "name": {"formatted_name": "Kim Example"},
                        "phones": [{"phone": "+44 7700 900456"}],
                        "emails": [{"email": "kim@example.com"}],
                    }
                ],
            },
            "Kim Example, +44 7700 900456, kim@example.com",
            None,
        ),
        (
            {
                "type": "order",
                "order": {"text": "Soon?", "product_items": [{"product_retailer_id": "mug-1", "quantity": 2}]},
            },
            "Soon?\n2 × mug-1",
            None,
        ),
        ({"type": "reaction", "reaction": {"message_id": "wamid.0", "emoji": "👍"}}, "👍", None),
        ({"type": "unsupported", "errors": [{"code": 131051, "title": "Unsupported message type"}]}, "", None),
        ({"type": "unsupported", "errors": [{"code": 131051}], "unsupported": {"type": "poll_creation"}}, "", None),
    ],
)
async def test_whatever_a_customer_says_is_read(
    stage: Stage, said: dict[str, Any], text: str, payload: str | None
) -> None:
    message = taken(stage, wrote(said))
    assert (message.text, message.payload) == (text, payload)
    assert (message.channel, message.vendor_id, message.address) == ("whatsapp", "wamid.1", NUMBER)
    assert not message.automatic
    assert message.metadata["profile_name"] == "Ana"


async def test_a_reaction_names_the_message_below_which_it_stands(stage: Stage) -> None:
    message = taken(stage, wrote({"type": "reaction", "reaction": {"message_id": "wamid.0", "emoji": "❤️"}}))
    assert (message.text, message.reaction, message.pressed_on) == ("❤️", True, "wamid.0")


async def test_a_text_that_quotes_a_message_of_ours_names_it(stage: Stage) -> None:
    quoting = {"type": "text", "text": {"body": "Yes"}, "context": {"from": "447700900101", "id": "wamid.0"}}
    message = taken(stage, wrote(quoting))
    assert (message.quotes, message.pressed_on) == ("wamid.0", "")
    assert taken(stage, wrote({"type": "text", "text": {"body": "x"}, "context": {"forwarded": True}})).quotes == ""


async def test_a_reaction_that_is_taken_back_is_kept_and_not_answered(stage: Stage) -> None:
    assert taken(stage, wrote({"type": "reaction", "reaction": {"message_id": "wamid.0"}})).automatic


async def test_who_opens_the_chat_has_said_nothing_yet(stage: Stage) -> None:
    assert taken(stage, wrote({"type": "request_welcome"})).opened


async def test_the_advertisement_that_somebody_came_from_is_kept(stage: Stage) -> None:
    referral = {"source_type": "ad", "source_id": "1", "headline": "Try it", "ctwa_clid": "abc"}
    message = taken(stage, wrote({"type": "text", "text": {"body": "Hello"}, "referral": referral}))
    assert message.metadata["referral"] == referral


@pytest.mark.parametrize("kind", ["image", "video", "audio", "document", "sticker"])
async def test_a_file_is_named_by_metas_id_of_it(stage: Stage, kind: str) -> None:
    file = {"id": "765", "mime_type": "audio/ogg; codecs=opus", "caption": "look", "filename": "a.ogg"}
    message = taken(stage, wrote({"type": kind, kind: file}))
    assert message.attachments == (Attachment("765", "audio/ogg", "a.ogg"),)
    assert message.text == "look"


async def test_who_hides_their_number_is_known_by_metas_id_of_them(stage: Stage) -> None:
    hidden = {"type": "text", "text": {"body": "Hello"}, "from": None, "from_user_id": "GB.13491208655302741918"}
    contact = {"profile": {"name": "Ana", "username": "ana"}, "user_id": "GB.13491208655302741918"}
    message = taken(stage, wrote(hidden, contacts=[contact]))
    assert (message.address, message.nameless) == ("GB.13491208655302741918", True)
    assert message.identities == (Identity("whatsapp", "GB.13491208655302741918", verified=True),)


async def test_the_id_that_comes_with_a_number_is_kept_beside_it(stage: Stage) -> None:
    contact = {"profile": {"name": "Ana"}, "wa_id": "447700900123", "user_id": "GB.1"}
    message = taken(stage, wrote({"type": "text", "text": {"body": "Hello"}}, contacts=[contact]))
    assert (message.address, message.nameless) == (NUMBER, False)
    assert message.identities == (Identity("whatsapp", "GB.1", verified=True),)


async def test_of_several_that_come_at_once_each_has_its_own_sender(stage: Stage) -> None:
    said = [{"type": "text", "text": {"body": "Hello"}, "timestamp": "1"} for _ in range(2)]
    messages = [{**one, "id": f"wamid.{who}", "from": f"44770090012{who}"} for who, one in enumerate(said)]
    contacts = [{"wa_id": f"44770090012{who}", "profile": {"name": str(who)}} for who in (1, 0)]
    found = stage.channel.parse(told(messages=messages, contacts=contacts)).inbound
    assert [(one.address, one.metadata["profile_name"]) for one in found if isinstance(one, CustomerMessage)] == [
        ("+447700900120", "0"),
        ("+447700900121", "1"),
    ]


@pytest.mark.parametrize(
    "said",
    [
        {"type": "edit", "edit": {"original_message_id": "wamid.0"}},
        {"type": "revoke"},
        {"type": "unsupported", "errors": [{"code": 131051}], "unsupported": {"type": "edit"}},
        {"type": "unsupported", "errors": [{"code": 131051}], "unsupported": {"type": "poll_update"}},
        {"type": "text", "text": {"body": "to all"}, "group_id": "1"},
        {"type": "text", "text": {"body": "from nobody"}, "from": ""},
        {"type": "system", "system": {"type": "customer_identity_changed", "body": "changed"}},
        {"type": "text"},
        "text",
    ],
)
async def test_what_nobody_said_to_us_is_left_out_and_the_rest_is_taken(stage: Stage, said: Any) -> None:
    good = {"from": "447700900123", "id": "wamid.2", "type": "text", "text": {"body": "Hello"}}
    odd = {"from": "447700900123", "id": "wamid.1", **said} if isinstance(said, dict) else said
    contacts: list[dict[str, Any]] = []
    found = stage.channel.parse(told(messages=[odd, good], contacts=contacts)).inbound
    assert [one.vendor_id for one in found] == ["wamid.2"]


async def test_what_is_told_of_another_number_of_the_account_is_not_taken(stage: Stage) -> None:
    message = {"from": "447700900123", "id": "wamid.1", "type": "text", "text": {"body": "Hello"}}
    assert stage.channel.parse(told(number="1", messages=[message])).inbound == ()


# ---------------------------------------------------------------- colleagues in the WhatsApp Business app

ECHO = {"from": "447700900101", "to": "447700900123", "id": "wamid.7", "timestamp": "1785340249"}


def echoed(stage: Stage, *written: Any) -> list[ColleagueMessage]:
    found = stage.channel.parse(told("smb_message_echoes", message_echoes=list(written))).inbound
    assert all(isinstance(one, ColleagueMessage) for one in found)
    return [one for one in found if isinstance(one, ColleagueMessage)]


async def test_what_a_colleague_writes_in_the_app_is_told_of_whoever_got_it(stage: Stage) -> None:
    [message] = echoed(stage, {**ECHO, "type": "text", "text": {"body": "Thursday works."}, "to_user_id": "GB.1"})
    assert (message.vendor_id, message.address, message.text) == ("wamid.7", NUMBER, "Thursday works.")
    assert (message.to, message.app) == (Identity("phone", NUMBER), "the WhatsApp Business app")
    request = await stage.server.vendor.act({"deed": "echo", "to": NUMBER, "body": "Hi"}, stage.clock.now())
    [played] = stage.channel.parse(request).inbound
    assert isinstance(played, ColleagueMessage)
    assert (played.address, played.text) == (NUMBER, "Hi")


async def test_whoever_hides_their_number_is_named_by_metas_id_of_them(stage: Stage) -> None:
    hidden = {"to": None, "from_user_id": "GB.9", "to_user_id": "GB.1"}
    [message] = echoed(stage, {**ECHO, **hidden, "type": "text", "text": {"body": "Hi"}})
    assert (message.address, message.to) == ("GB.1", Identity("whatsapp", "GB.1"))


async def test_of_a_colleagues_file_its_words_are_kept_or_else_its_name(stage: Stage) -> None:
    photo = {**ECHO, "type": "image", "image": {"id": "1", "mime_type": "image/jpeg"}}
    offer = {**ECHO, "id": "wamid.8", "type": "document", "document": {"id": "2", "filename": "offer.pdf"}}
    plan = {**ECHO, "id": "wamid.9", "type": "image", "image": {"id": "3", "caption": "The plan"}}
    assert [one.text for one in echoed(stage, photo, offer, plan)] == ["(image)", "(offer.pdf)", "The plan"]


@pytest.mark.parametrize(
    "did",
    [
        {"type": "reaction", "reaction": {"message_id": "wamid.1", "emoji": "👍"}},
        {"type": "revoke", "revoke": {"original_message_id": "wamid.6"}},
        {"type": "edit", "edit": {"original_message_id": "wamid.6", "message": {"type": "text"}}},
        {"type": "text", "text": {"body": "to nobody"}, "to": ""},
        {"type": "text"},
        "text",
    ],
)
async def test_what_a_colleague_does_without_words_gives_them_no_floor(stage: Stage, did: Any) -> None:
    assert echoed(stage, {**ECHO, **did} if isinstance(did, dict) else did) == []


# ---------------------------------------------------------------- statuses and wishes


@pytest.mark.parametrize(
    ("status", "state"),
    [("sent", "sent"), ("delivered", "delivered"), ("read", "read"), ("played", "read"), ("failed", "failed")],
)
async def test_a_status_says_how_far_a_message_got_and_names_our_key(stage: Stage, status: str, state: str) -> None:
    told_of = {"id": "wamid.9", "status": status, "biz_opaque_callback_data": "message 1:0", "recipient_id": "44"}
    [found] = stage.channel.parse(told(statuses=[told_of])).inbound
    assert found == DeliveryStatus("whatsapp", f"wamid.9:{status}", "wamid.9", DeliveryState(state), key="message 1:0")


async def test_a_failure_has_its_code(stage: Stage) -> None:
    told_of = {"id": "wamid.9", "status": "failed", "errors": [{"code": 131050, "title": "stopped"}]}
    [found] = stage.channel.parse(told(statuses=[told_of])).inbound
    assert isinstance(found, DeliveryStatus)
    assert found.error == "131050"
    assert stage.channel.abilities.failures["131050"].then is Consequence.OPTED_OUT


async def test_a_status_that_says_nothing_to_us_is_left_out(stage: Stage) -> None:
    assert stage.channel.parse(told(statuses=[{"id": "wamid.9", "status": "pending"}, "sent"])).inbound == ()


async def test_who_stops_marketing_in_whatsapp_has_opted_out(stage: Stage) -> None:
    request = await stage.server.vendor.act({"deed": "stop", "from": NUMBER}, stage.clock.now())
    [word] = stage.channel.parse(request).inbound
    assert isinstance(word, SpareAddress)
    assert (word.address, word.cause) == (NUMBER, Consequence.OPTED_OUT)


async def test_that_somebody_goes_on_there_is_no_consent(stage: Stage) -> None:
    wish = {"wa_id": "447700900123", "category": "marketing_messages", "value": "resume", "timestamp": 1}
    assert stage.channel.parse(told("user_preferences", user_preferences=[wish])).inbound == ()


@pytest.mark.parametrize("kind", ["user_changed_number", "customer_changed_number"])
async def test_a_number_that_its_owner_has_left_gets_nothing_more(kind: str, stage: Stage) -> None:
    news = {"type": "system", "system": {"type": kind, "wa_id": "447700900999", "body": "changed"}}
    [word] = stage.channel.parse(wrote(news)).inbound
    assert isinstance(word, SpareAddress)
    assert (word.address, word.cause) == (NUMBER, Consequence.UNREACHABLE)


# ---------------------------------------------------------------- the door


def asking(**query: str) -> WebhookRequest:
    named = "&".join(f"hub.{name}={value}" for name, value in query.items())
    return request_to(f"whatsapp/webhook?{named}", method="GET")


async def test_meta_gets_its_challenge_back_where_it_knows_the_token(stage: Stage) -> None:
    right = asking(mode="subscribe", challenge="1158201444", verify_token=VALUES["WHATSAPP_VERIFY_TOKEN"])
    webhook = stage.channel.parse(right)
    assert (webhook.reply.status, webhook.reply.body) == (200, b"1158201444")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 401),
        ({"mode": "subscribe", "challenge": "1"}, 401),
        ({"mode": "subscribe", "challenge": "1", "verify_token": "guessed"}, 403),
        ({"mode": "subscribe", "challenge": "<b>", "verify_token": VALUES["WHATSAPP_VERIFY_TOKEN"]}, 400),
    ],
)
async def test_nobody_else_is_verified(stage: Stage, query: dict[str, str], status: int) -> None:
    with pytest.raises(WebhookRejected) as rejected:
        stage.channel.parse(asking(**query))
    assert rejected.value.status == status


async def test_a_body_that_was_changed_is_refused(stage: Stage) -> None:
    request = wrote({"type": "text", "text": {"body": "Hello"}})
    with pytest.raises(WebhookRejected, match="WHATSAPP_APP_SECRET"):
        stage.channel.parse(replace(request, body=request.body.replace(b"Hello", b"Hi")))


@pytest.mark.parametrize("body", [[], {"object": "page", "entry": []}, {"object": "whatsapp_business_account"}])
async def test_what_is_no_notification_is_refused(stage: Stage, body: Any) -> None:
    with pytest.raises(WebhookRejected) as rejected:
        stage.channel.parse(signed(body))
    assert rejected.value.status == 400


@pytest.mark.parametrize(
    ("phones", "is_card"),
    [
        ([{"phone": "+44 7700 900456", "wa_id": "447700900456"}], True),
        ([{"phone": "+44 7700 900456"}], True),
        ([], True),
        ([{"phone": "+44 7700 900123", "wa_id": "447700900123"}], False),
    ],
)
async def test_a_card_that_they_share_is_somebody_elses_unless_it_has_their_number(
    stage: Stage, phones: list[dict[str, str]], is_card: bool
) -> None:
    cards = [{"name": {"formatted_name": "Kim Example"}, "phones": phones}]
    message = taken(stage, wrote({"type": "contacts", "contacts": cards}))
    assert (message.card, "Kim Example" in message.text) == (is_card, True)
    two = taken(stage, wrote({"type": "contacts", "contacts": cards * 2}))
    assert two.card

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

import connectors.twilio_messaging
from bot.adapters.codec import INBOUND
from bot.domain.errors import WebhookRejected
from bot.domain.message import CustomerMessage, DeliveryState, DeliveryStatus
from bot.domain.person import Identity
from bot.ports import Webhook, WebhookRequest
from connectors.twilio_messaging.account import TwilioAccount, account_of
from connectors.twilio_messaging.webhooks import parse
from connectors.twilio_requests import signature_of
from tests.connectors.vendor_server import request_to, settings_for, shared

ACCOUNT = TwilioAccount(
    sid="AC" + "0" * 32,
    auth_token="the auth token",
    secondary_auth_token="the other one",
    shared_key="the shared key",
    secondary_shared_key="the other shared key",
    sender="+447700900100",
    whatsapp_sender="+447700900101",
)
TEXT = {"MessageSid": "SM1", "From": "+447700900123", "To": "+447700900100", "Body": "Next week works", "FromCity": ""}


def signed(tail: str, fields: dict[str, str], *, token: str = ACCOUNT.auth_token) -> WebhookRequest:
    request = request_to(f"sms/{tail}", body=urlencode(fields).encode())
    kept = parse_qsl(request.body.decode(), keep_blank_values=True)
    return replace(request, headers={"x-twilio-signature": signature_of(request.url, kept, token)})


def taken(request: WebhookRequest) -> Webhook:
    return parse(request, "sms", ACCOUNT)


def refusal(request: WebhookRequest) -> WebhookRejected:
    with pytest.raises(WebhookRejected) as refused:
        taken(request)
    return refused.value


def test_a_text_comes_in_with_all_its_fields() -> None:
    webhook = taken(signed("inbound", TEXT))
    [message] = webhook.inbound
    assert isinstance(message, CustomerMessage)
    assert (message.vendor_id, message.address, message.text) == ("SM1", "+447700900123", "Next week works")
    assert dict(message.metadata) == TEXT
    assert webhook.reply.content_type.startswith("text/xml")
    assert webhook.reply.body.endswith(b"<Response/>")


def test_an_opt_out_that_twilio_recognised_is_marked() -> None:
    [message] = taken(signed("inbound", {**TEXT, "Body": "STOP", "OptOutType": "STOP"})).inbound
    assert isinstance(message, CustomerMessage)
    assert message.metadata["opt_out_type"] == "STOP"


def test_the_secondary_token_is_good_while_tokens_are_rotated() -> None:
    assert len(taken(signed("inbound", TEXT, token=ACCOUNT.secondary_auth_token)).inbound) == 1
    assert refusal(signed("inbound", TEXT, token="neither")).status == 403


@pytest.mark.parametrize(
    "change",
    [
        {"url": "https://chat.example.com/channels/sms/inbound?oid=1"},
        {"url": "http://chat.example.com/channels/sms/inbound"},
        {"body": urlencode({**TEXT, "Body": "Next week works "}).encode()},
        {"body": urlencode({name: value for name, value in TEXT.items() if value}).encode()},
        {"headers": {"x-twilio-signature": "é"}},
        {"headers": {"x-twilio-signature": "AAAA"}},
    ],
)
def test_a_request_that_was_changed_on_the_way_is_refused(change: dict[str, Any]) -> None:
    assert refusal(replace(signed("inbound", TEXT), **change)).status == 403


@pytest.mark.parametrize("key", ["the shared key", "the other shared key"])
def test_a_shared_key_signs_by_sha_256(key: str) -> None:
    request = signed("inbound", TEXT)
    signature = signature_of(request.url, list(TEXT.items()), key, "HMAC_SHA256")
    headers = {
        "x-twilio-signature": signature,
        "x-twilio-webhooks-signature-settings": "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256",
    }
    assert len(taken(replace(request, headers=headers)).inbound) == 1
    assert refusal(replace(request, headers={**headers, "x-twilio-signature": signature[:-2] + "A="})).status == 403
    without = replace(ACCOUNT, shared_key="", secondary_shared_key="")
    with pytest.raises(WebhookRejected, match="TWILIO_WEBHOOK_SHARED_KEY is not set"):
        parse(replace(request, headers=headers), "sms", without)


def test_a_secret_is_good_for_its_own_algorithm_only() -> None:
    request = signed("inbound", TEXT, token=ACCOUNT.shared_key)
    assert refusal(request).status == 403
    settings = {"x-twilio-webhooks-signature-settings": "key=k,algorithm=HMAC_SHA256"}
    assert (
        refusal(replace(signed("inbound", TEXT), headers={**signed("inbound", TEXT).headers, **settings})).status == 403
    )


def test_an_algorithm_that_is_not_known_is_refused() -> None:
    request = signed("inbound", TEXT)
    headers = {**request.headers, "x-twilio-webhooks-signature-settings": "key=k,algorithm=MD5"}
    assert refusal(replace(request, headers=headers)).status == 401


@pytest.mark.parametrize("missing", ["MessageSid", "From"])
def test_a_form_without_its_main_fields_is_malformed(missing: str) -> None:
    fields = {name: value for name, value in TEXT.items() if name != missing}
    refused = refusal(signed("inbound", fields))
    assert (refused.status, missing in refused.reason) == (400, True)


@pytest.mark.parametrize("user", ["BR.1502576394655843", "US.ENT.11815799212886844830", "GB.1A2b3C"])
def test_who_shows_a_username_on_whatsapp_in_place_of_a_number_writes_from_metas_id_of_them(user: str) -> None:
    without_number = {**TEXT, "From": f"whatsapp:{user}", "ExternalUserId": f"whatsapp:{user}"}
    [message] = taken(signed("inbound", without_number)).inbound
    assert isinstance(message, CustomerMessage)
    assert (message.channel, message.address, message.nameless) == ("whatsapp", user, True)
    assert message.identities == (Identity("whatsapp", user, verified=True),)


def test_a_number_goes_before_metas_id_which_comes_along() -> None:
    both = {**TEXT, "From": "whatsapp:+447700900123", "ExternalUserId": "whatsapp:GB.1502576394655843"}
    [message] = taken(signed("inbound", both)).inbound
    assert isinstance(message, CustomerMessage)
    assert (message.address, message.nameless) == ("+447700900123", False)
    assert message.identities == (Identity("whatsapp", "GB.1502576394655843", verified=True),)
    [text] = taken(signed("inbound", {**both, "From": "+447700900123"})).inbound
    assert isinstance(text, CustomerMessage)
    assert text.identities == ()


@pytest.mark.parametrize(
    "sender",
    [
        "whatsapp:somebody",
        "messenger:+447700900123",
        "+",
        "rcs:",
        "GB.150257",
        "rcs:GB.150257",
        "whatsapp:GB.",
        "whatsapp:GB.1-2",
    ],
)
def test_a_sender_that_is_no_number_is_refused(sender: str) -> None:
    assert refusal(signed("inbound", {**TEXT, "From": sender})).status == 400


@pytest.mark.parametrize(("scheme", "channel"), [("whatsapp:", "whatsapp"), ("rcs:", "sms"), ("", "sms")])
def test_whatsapp_is_a_channel_of_its_own_wherever_it_was_sent_to(scheme: str, channel: str) -> None:
    [message] = taken(signed("inbound", {**TEXT, "From": f"{scheme}+447700900123"})).inbound
    assert isinstance(message, CustomerMessage)
    assert (message.channel, message.address) == (channel, "+447700900123")
    assert message.metadata["From"] == f"{scheme}+447700900123"


def test_what_comes_in_where_there_is_no_sender_for_the_answer_is_refused() -> None:
    request = signed("inbound", {**TEXT, "From": "whatsapp:+447700900123"})
    with pytest.raises(WebhookRejected, match="TWILIO_WHATSAPP_FROM"):
        parse(request, "sms", replace(ACCOUNT, whatsapp_sender=""))
    with pytest.raises(WebhookRejected, match="TWILIO_FROM"):
        parse(signed("inbound", TEXT), "sms", replace(ACCOUNT, sender=""))


@pytest.mark.parametrize(("behind", "payload"), [("/affirm", "/affirm"), ("yes_button", None)])
def test_a_pressed_button_is_its_words_and_an_intent_where_that_is_behind_it(behind: str, payload: str | None) -> None:
    pressed = {**TEXT, "From": "whatsapp:+447700900123", "ButtonText": "Yes", "ButtonPayload": behind}
    [message] = taken(signed("inbound", {**pressed, "OriginalRepliedMessageSid": "SM7"})).inbound
    assert isinstance(message, CustomerMessage)
    assert (message.text, message.payload, message.pressed_on) == ("Yes", payload, "SM7")


def test_what_is_written_in_answer_to_a_message_is_no_press() -> None:
    [message] = taken(signed("inbound", {**TEXT, "OriginalRepliedMessageSid": "SM7"})).inbound
    assert isinstance(message, CustomerMessage)
    assert (message.pressed_on, message.quotes) == ("", "SM7")


@pytest.mark.parametrize(("behind", "payload"), [("/ask_price", "/ask_price"), ("prices", None)])
@pytest.mark.parametrize("body", ["Prices", ""])
def test_an_item_of_a_list_is_its_title_and_an_intent_where_that_is_behind_it(
    body: str, behind: str, payload: str | None
) -> None:
    chosen = {**TEXT, "From": "whatsapp:+447700900123", "Body": body, "ListTitle": "Prices", "ListId": behind}
    [message] = taken(signed("inbound", chosen)).inbound
    assert isinstance(message, CustomerMessage)
    assert (message.text, message.payload) == ("Prices", payload)


ANSWERS = "Team size: 12\nTopics: prices, demo"


@pytest.mark.parametrize(
    ("name", "form", "text"),
    [
        ("InteractiveData", {"WELCOME": {"Team size": "12"}, "MORE": {"Topics": ["prices", "demo"]}}, ANSWERS),
        ("FlowData", {"flow_token": "t", "screen_0_Team_size_0": 12, "screen_1_Topics_1": ["prices", "demo"]}, ANSWERS),
        ("InteractiveData", json.dumps({"verify": {"Team size": "12"}}), "Team size: 12"),
        ("InteractiveData", {"type": "list_reply", "list_reply": {"id": "x", "title": "Tuesday"}}, "Sent"),
        ("InteractiveData", {"flowResponse": {"flow_token": "t", "name": ""}}, "Sent"),
        ("InteractiveData", [1], "Sent"),
    ],
)
def test_a_form_that_was_filled_in_is_read_as_words(name: str, form: Any, text: str) -> None:
    sent = {**TEXT, "From": "whatsapp:+447700900123", "Body": "Sent", name: json.dumps(form)}
    [message] = taken(signed("inbound", sent)).inbound
    assert isinstance(message, CustomerMessage)
    assert message.text == text


@pytest.mark.parametrize("form", ["{", "[" * 100_000, '{"a":' * 300 + "1" + "}" * 300, "null", '"\\ud800"'])
def test_what_is_no_form_is_left(form: str) -> None:
    [message] = taken(signed("inbound", {**TEXT, "InteractiveData": form})).inbound
    assert isinstance(message, CustomerMessage)
    assert message.text == TEXT["Body"]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "geo:51.4500,-2.6000"),
        (
            {"Label": "The Old Mill", "Address": "1 Quay Street, Bristol"},
            "The Old Mill, 1 Quay Street, Bristol, geo:51.4500,-2.6000",
        ),
        ({"Body": "We are here"}, "We are here"),
        ({"Longitude": ""}, ""),
    ],
)
def test_a_location_is_read_as_words(fields: dict[str, str], text: str) -> None:
    shared = {**TEXT, "From": "whatsapp:+447700900123", "Body": "", "Latitude": "51.4500", "Longitude": "-2.6000"}
    [message] = taken(signed("inbound", {**shared, **fields})).inbound
    assert isinstance(message, CustomerMessage)
    assert message.text == text


@pytest.mark.parametrize(
    ("fields", "answered"),
    [
        ({"Body": "Help"}, True),
        ({"Body": " STOPALL "}, True),
        ({"Body": "stop it please"}, False),
        ({"Body": "Help", "From": "whatsapp:+447700900123"}, False),
    ],
)
def test_words_that_twilio_answers_itself_are_marked(fields: dict[str, str], answered: bool) -> None:
    [message] = taken(signed("inbound", {**TEXT, **fields})).inbound
    assert isinstance(message, CustomerMessage)
    assert message.metadata.get("vendor_answers", False) is answered
    other = parse(signed("inbound", {**TEXT, **fields}), "sms", replace(ACCOUNT, answers_keywords=False)).inbound
    assert "vendor_answers" not in str(other)


@pytest.mark.parametrize("sender", ["62226", "AMAZON", "Info-SMS", "N26"])
def test_what_comes_from_a_short_code_or_a_name_is_by_a_machine(sender: str) -> None:
    [message] = taken(signed("inbound", {**TEXT, "From": sender, "Body": "Your code is 12345"})).inbound
    assert isinstance(message, CustomerMessage)
    assert (message.address, message.automatic) == (sender, True)


def test_a_reaction_is_not_what_it_quotes_of_ours() -> None:
    [liked] = taken(signed("inbound", {**TEXT, "Body": "Liked “Tuesday? Reply STOP to opt out.”"})).inbound
    assert isinstance(liked, CustomerMessage)
    assert (liked.text, liked.reaction, liked.automatic) == ("👍", True, False)
    assert "STOP" in liked.metadata["Body"]
    [removed] = taken(signed("inbound", {**TEXT, "Body": "Removed a like from “Tuesday?”"})).inbound
    assert isinstance(removed, CustomerMessage)
    assert removed.automatic


def test_a_body_that_is_no_form_is_refused() -> None:
    assert refusal(request_to("sms/inbound", body=b"\xff\xfe")).status == 400
    assert refusal(request_to("sms/inbound", body=b"a=1&" * 1000)).status == 400


def test_only_post_is_taken() -> None:
    assert refusal(request_to("sms/inbound", method="GET")).status == 405


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("sent", DeliveryState.SENT),
        ("delivered", DeliveryState.DELIVERED),
        ("read", DeliveryState.READ),
        ("undelivered", DeliveryState.FAILED),
        ("failed", DeliveryState.FAILED),
    ],
)
def test_a_status_callback_says_how_far_a_message_got(word: str, state: DeliveryState) -> None:
    fields = {"MessageSid": "SM9", "MessageStatus": word, "ErrorCode": "30003"}
    [status] = taken(signed("status?oid=m1%3A0", fields)).inbound
    assert status == DeliveryStatus("sms", f"SM9:{word}", "SM9", state, "30003", "m1:0")


@pytest.mark.parametrize("word", ["queued", "sending", "accepted", "a word that Twilio adds next year"])
def test_a_status_that_tells_nothing_new_is_taken_and_left(word: str) -> None:
    assert taken(signed("status", {"MessageSid": "SM9", "MessageStatus": word})).inbound == ()


MORE = (
    "OptOutType",
    "MessageStatus",
    "ErrorCode",
    "é",
    "ButtonText",
    "ButtonPayload",
    "OriginalRepliedMessageSid",
    "MediaUrl0",
    "MediaContentType0",
)
SENDERS = st.sampled_from(["+447700900123", "whatsapp:+447700900123", "rcs:+447700900123", "60800"])


@given(st.dictionaries(st.sampled_from([*TEXT, *MORE]), st.text()), st.text(min_size=1), SENDERS | st.text())
def test_whatever_is_signed_is_taken_whole_or_refused(fields: dict[str, str], sid: str, sender: str) -> None:
    fields = {**fields, "MessageSid": sid, "From": sender}
    storable = {name: value.encode("utf-8", "ignore").decode() for name, value in fields.items()}
    for tail in ("inbound", "status"):
        try:
            webhook = taken(signed(tail, storable))
        except WebhookRejected as refused:
            assert refused.status == 400  # noqa: PT017
        else:
            assert all("\x00" not in str(item) for item in webhook.inbound)
            assert [INBOUND.load(INBOUND.dump(item)) for item in webhook.inbound] == list(webhook.inbound)


# ---------------------------------------------------------------- Twilio's own vectors


def _vectors() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shared("vendor_payloads/twilio/signature_vectors.json").read_text())
    return found


def test_twilios_published_signatures_are_recognised() -> None:
    vectors = _vectors()
    account = replace(ACCOUNT, auth_token=vectors["auth_token"], secondary_auth_token="")
    for vector in vectors["vectors"]:
        fields = list(vectors["params"].items())
        computed = {signature_of(url, fields, account.auth_token) for url in _with_and_without_port(vector["uri"])}
        assert (vector["signature"] in computed) is vector["valid"], vector["case"]
    repeated = vectors["duplicates"]
    fields = [(name, value) for name, value in repeated["params"]]
    assert signature_of(vectors["uri"], fields, account.auth_token) == repeated["signature"]


def _with_and_without_port(uri: str) -> list[str]:
    scheme, _, rest = uri.partition("://")
    host, _, path = rest.partition("/")
    bare = host.partition(":")[0]
    port = "443" if scheme == "https" else "80"
    return [uri, f"{scheme}://{bare}/{path}", f"{scheme}://{bare}:{port}/{path}"]


def test_an_account_does_not_show_its_tokens() -> None:
    account = account_of(settings_for(connectors.twilio_messaging))
    assert account.auth_token not in repr(account)

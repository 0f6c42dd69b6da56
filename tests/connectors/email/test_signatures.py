"""Services that sign: what is signed by a key of ours comes in without a password, and nothing else does."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

import connectors.email
from bot.domain.errors import SettingsError, WebhookRejected
from bot.domain.message import SpareAddress
from bot.ports import WebhookRequest
from connectors.email.channel import EmailChannel
from connectors.email.webhooks import authorization
from tests.connectors.email.mail_service import FORM, PASSWORD
from tests.connectors.vendor_server import NOW, SERVICE_URL, built, request_to, settings_for

RESEND_KEY = base64.b64encode(b"a signing secret of a webhook").decode()
KEYS = {
    "EMAIL_RESEND_SECRETS": f"whsec_{RESEND_KEY}",
    "EMAIL_MAILERSEND_SECRETS": "the-secret-of-its-webhook, the-secret-of-its-route",
    "EMAIL_MANDRILL_KEYS": "the-key-of-a-webhook--1",
    "EMAIL_WEBHOOK_SECRET": "",
}
CHANNEL: EmailChannel = built(connectors.email, "email", values=KEYS)
WITH_PASSWORD: EmailChannel = built(connectors.email, "email", values={**KEYS, "EMAIL_WEBHOOK_SECRET": PASSWORD})
COMPLAINT = {"type": "email.complained", "created_at": "2026-11-24T12:00:00Z", "data": {"to": ["ana@example.com"]}}
ACTIVITY = {"type": "activity.spam_complaint", "data": {"id": "1", "recipient": "ana@example.com", "meta": []}}
SPAM = [{"event": "spam", "ts": 1, "_id": "m1", "msg": {"email": "ana@example.com"}}]
HEADERS = ("svix-signature", "signature", "x-mandrill-signature")


def by_resend(told: Any = COMPLAINT, *, key: str = RESEND_KEY, at: int = int(NOW.timestamp())) -> WebhookRequest:
    """As the documentation of Svix signs a message."""
    body = json.dumps(told).encode()
    signed = f"msg_1.{at}.".encode() + body
    signature = base64.b64encode(hmac.digest(base64.b64decode(key), signed, "sha256")).decode()
    headers = {
        "content-type": "application/json",
        "svix-id": "msg_1",
        "svix-timestamp": str(at),
        "svix-signature": f"v1a,other v1,{signature}",
    }
    return request_to("email/events", headers, body=body)


def by_mailersend(told: Any = ACTIVITY, *, key: str = "the-secret-of-its-route") -> WebhookRequest:
    body = json.dumps(told).replace("/", "\\/").encode()
    signature = hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
    return request_to("email/events", {"content-type": "application/json", "signature": signature}, body=body)


def by_mandrill(told: Any = SPAM, *, key: str = "the-key-of-a-webhook--1", password: str = "") -> WebhookRequest:
    """Of the address as it was entered there, with the password if it had one."""
    written = json.dumps(told)
    place = SERVICE_URL.replace("://", f"://overture:{password}@") if password else SERVICE_URL
    signed = f"{place}/channels/email/events" + "mandrill_events" + written
    signature = base64.b64encode(hmac.new(key.encode(), signed.encode(), hashlib.sha1).digest()).decode()
    headers = {"content-type": FORM, "x-mandrill-signature": signature}
    headers |= {"authorization": authorization(password)} if password else {}
    return request_to("email/events", headers, body=urlencode({"mandrill_events": written}).encode())


SIGNED = pytest.mark.parametrize("signed", [by_resend(), by_mailersend(), by_mandrill()], ids=HEADERS)


def refusal(channel: EmailChannel, request: WebhookRequest) -> tuple[int, str]:
    with pytest.raises(WebhookRejected) as refused:
        channel.parse(request)
    return refused.value.status, str(refused.value)


@SIGNED
def test_what_a_service_has_signed_needs_no_password(signed: WebhookRequest) -> None:
    for channel in (CHANNEL, WITH_PASSWORD):
        (spared,) = channel.parse(signed).inbound
        assert isinstance(spared, SpareAddress)
        assert (spared.address, spared.how) == ("ana@example.com", "marked our e-mail as spam")


@SIGNED
def test_what_was_changed_or_signed_by_others_is_refused_though_it_has_the_password(signed: WebhookRequest) -> None:
    header = next(one for one in HEADERS if one in signed.headers)
    others = {"authorization": authorization(PASSWORD)}
    for request in (
        replace(signed, body=signed.body.replace(b"ana", b"ben"), headers={**signed.headers, **others}),
        replace(signed, headers={**signed.headers, header: "v1,AAAA é"}),
    ):
        status, why = refusal(WITH_PASSWORD, request)
        assert status == 403
        assert "EMAIL_" in why


@SIGNED
def test_without_its_signature_it_needs_the_password(signed: WebhookRequest) -> None:
    bare = replace(signed, headers={name: value for name, value in signed.headers.items() if name not in HEADERS})
    assert refusal(CHANNEL, bare)[0] == refusal(WITH_PASSWORD, bare)[0] == 401
    known = replace(bare, headers={**bare.headers, "authorization": authorization(PASSWORD)})
    assert len(WITH_PASSWORD.parse(known).inbound) == 1


@pytest.mark.parametrize("setting", [name for name in KEYS if name != "EMAIL_WEBHOOK_SECRET"])
def test_a_signature_whose_key_is_not_set_opens_nothing(setting: str) -> None:
    channel: EmailChannel = built(connectors.email, "email", values={**KEYS, setting: ""})
    signed = dict(zip(KEYS, (by_resend(), by_mailersend(), by_mandrill()), strict=False))[setting]
    assert refusal(channel, signed)[0] == 401


def test_a_key_of_another_service_opens_nothing() -> None:
    assert refusal(CHANNEL, by_mailersend(key="the-key-of-a-webhook--1"))[0] == 403
    assert refusal(CHANNEL, by_mandrill(key="the-secret-of-its-route"))[0] == 403
    assert refusal(CHANNEL, by_resend(key=base64.b64encode(b"another signing secret").decode()))[0] == 403


@pytest.mark.parametrize("ago", [timedelta(minutes=6), -timedelta(minutes=6)])
def test_a_recording_of_resends_is_refused(ago: timedelta) -> None:
    assert refusal(CHANNEL, by_resend(at=int((NOW - ago).timestamp())))[0] == 403
    undated = by_resend()
    assert refusal(CHANNEL, replace(undated, headers={**undated.headers, "svix-timestamp": "٣"}))[0] == 403


def test_mandrill_signs_the_address_with_the_password_where_that_is_how_it_was_entered() -> None:
    assert len(WITH_PASSWORD.parse(by_mandrill(password=PASSWORD)).inbound) == 1
    assert refusal(WITH_PASSWORD, by_mandrill(key="the-key-of-a-webhook--2", password=PASSWORD))[0] == 403


def test_a_form_with_more_fields_than_mandrill_has_is_refused() -> None:
    signed = by_mandrill()
    assert refusal(CHANNEL, replace(signed, body=signed.body + b"&a=1" * 20))[0] == 400


TRIALS: Mapping[str, WebhookRequest] = {
    "HEAD": request_to("email/events", method="HEAD"),
    "mandrill": by_mandrill([], key="test-webhook"),
    "mailersend": by_mailersend({"type": "webhook.test", "message": "This is a ping test message"}, key="public"),
}


@pytest.mark.parametrize("trial", TRIALS.values(), ids=TRIALS.keys())
def test_what_services_send_before_there_is_a_key_is_answered_and_says_nothing(trial: WebhookRequest) -> None:
    for channel in (CHANNEL, WITH_PASSWORD):
        answer = channel.parse(trial)
        assert (answer.inbound, answer.reply.status) == ((), 200)


def test_nothing_that_says_something_passes_for_a_trial() -> None:
    assert refusal(CHANNEL, by_mailersend({**ACTIVITY, "type": "activity.unsubscribed"}, key="public"))[0] == 403
    assert refusal(CHANNEL, by_mandrill(SPAM, key="test-webhook"))[0] == 403
    assert CHANNEL.parse(by_mailersend({**ACTIVITY, "type": "webhook.test"}, key="public")).inbound == ()


@pytest.mark.parametrize(
    ("setting", "written"),
    [
        ("EMAIL_RESEND_SECRETS", "whsec_!!"),
        ("EMAIL_RESEND_SECRETS", f"whsec_{RESEND_KEY},re_apikey"),
        ("EMAIL_RESEND_SECRETS", "whsec_c2hvcnQ="),
        ("EMAIL_MAILERSEND_SECRETS", "short"),
        ("EMAIL_MANDRILL_KEYS", "the-key-of-a-webhook--1,short"),
    ],
)
def test_a_key_that_can_be_none_stops_the_start_with_the_setting(setting: str, written: str) -> None:
    with pytest.raises(SettingsError, match=setting) as refused:
        connectors.email.build(settings_for(connectors.email, values={setting: written}))
    assert written not in str(refused.value)


def test_with_neither_keys_nor_a_mailbox_the_secret_is_required() -> None:
    with pytest.raises(SettingsError, match="EMAIL_WEBHOOK_SECRET"):
        connectors.email.build(settings_for(connectors.email, values={"EMAIL_WEBHOOK_SECRET": ""}))


@given(header=st.sampled_from(HEADERS), written=st.text(max_size=60), body=st.binary(max_size=60))
def test_whatever_is_said_to_be_a_signature_is_refused(header: str, written: str, body: bytes) -> None:
    headers = {"content-type": FORM, header: written, "svix-timestamp": str(int(NOW.timestamp()))}
    with pytest.raises(WebhookRejected) as refused:
        CHANNEL.parse(request_to("email/events", headers, body=b"x" + body))
    assert refused.value.status in (400, 401, 403)

"""What MailerSend tells and receives, as it documents it and as it was seen to post it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.domain.consent import Consequence
from bot.domain.errors import WebhookRejected
from bot.domain.message import CustomerMessage, SpareAddress
from tests.connectors.email.mail_service import events, post

RAW = (
    "X-Envelope-From: <ana@example.com>\r\nFrom: Ana Example <ana@example.com>\r\nMessage-ID: <m1@mail.example.com>\r\n"
    "Subject: Your demo\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    "Tuesday at the café.\r\n\r\nOn Mon, 23 Nov 2026, Harbourline wrote:\r\n> When?\r\n"
)
RECEIVED: dict[str, Any] = {
    "type": "inbound.message",
    "created_at": "2026-11-24T12:00:00.417935Z",
    "data": {
        "object": "message",
        "id": "6402ab57f79d39d7e10f2523",
        "raw": RAW,
        "spf_check": {"code": "+", "value": None},
        "dkim_check": False,
    },
}


def told(kind: str, **data: Any) -> list[object]:
    event = {"id": "6892766a5b66e2daf3dc9158", "type": kind, "meta": [], **data}
    return events({"type": f"activity.{kind}", "created_at": "2026-11-24T12:00:00.000000Z", "data": event})


def first_kind(address: str, reason: str | None = None) -> dict[str, Any]:
    """As its webhooks told it until 2026."""
    email = {"status": "rejected", "message": {"id": "63fd25194d5edba3da09e044"}, "recipient": {"email": address}}
    return {"email": email, "morph": {"object": "recipient_bounce", "reason": reason}}


@pytest.mark.parametrize(
    "whose", [{"recipient": "Ana@example.com"}, {"email": "ana@example.com"}, first_kind("ana@example.com")]
)
@pytest.mark.parametrize(
    ("kind", "cause"),
    [
        ("hard_bounced", Consequence.UNREACHABLE),
        ("spam_complaint", Consequence.COMPLAINED),
        ("unsubscribed", Consequence.OPTED_OUT),
    ],
)
def test_it_tells_of_addresses(whose: dict[str, Any], kind: str, cause: Consequence) -> None:
    (spared,) = told(kind, **whose)
    assert isinstance(spared, SpareAddress)
    assert (spared.address, spared.cause) == ("ana@example.com", cause)


@pytest.mark.parametrize("kind", ["soft_bounced", "delivered", "opened", "deferred", "suppressed", "sent"])
def test_what_passes_or_says_nothing_of_the_address_is_not_kept(kind: str) -> None:
    meta = {"bounce_reason": "Mailbox full", "bounce_code": 452, "bounce_type": "soft"}
    assert told(kind, recipient="ana@example.com", meta=meta) == []


@pytest.mark.parametrize(("reason", "spares"), [("550 5.7.1 blocked", 0), ("Host or domain name not found", 1)])
def test_a_bounce_that_blames_our_mail_does_not_spare_the_address(reason: str, spares: int) -> None:
    meta = {"bounce_reason": reason, "bounce_code": 550, "bounce_type": "hard"}
    assert len(told("hard_bounced", recipient="ana@example.com", meta=meta)) == spares
    assert len(told("hard_bounced", **first_kind("ana@example.com", reason))) == spares


@pytest.mark.parametrize("data", [{}, {"recipient": None}, {"recipient": ["ana@example.com"]}, {"email": {}}])
def test_an_event_of_nobody_says_nothing(data: dict[str, Any]) -> None:
    assert told("unsubscribed", **data) == []


def receive(told: Any, tail: str = "inbound") -> CustomerMessage:
    (message,) = post(tail, "application/json", json.dumps(told).replace("/", "\\/").encode()).inbound
    assert isinstance(message, CustomerMessage)
    return message


def test_an_e_mail_that_it_received_is_read_as_it_was_sent() -> None:
    message = receive(RECEIVED)
    assert (message.address, message.text) == ("ana@example.com", "Tuesday at the café.")
    assert message.vendor_id == "<m1@mail.example.com>"


@pytest.mark.parametrize("dkim", [False, None])
def test_what_the_senders_domain_disowns_is_not_taken(dkim: bool | None) -> None:
    data = {**RECEIVED["data"], "spf_check": {"code": "-", "value": None}, "dkim_check": dkim}
    with pytest.raises(WebhookRejected) as refused:
        receive({**RECEIVED, "data": data})
    assert refused.value.status == 406
    assert receive({**RECEIVED, "data": {**data, "dkim_check": True}}).text == "Tuesday at the café."


@pytest.mark.parametrize("check", [None, "-", [], {}, {"code": ["-"]}])
def test_a_verdict_of_another_shape_costs_no_message(check: Any) -> None:
    assert receive({**RECEIVED, "data": {**RECEIVED["data"], "spf_check": check}}).address == "ana@example.com"


@pytest.mark.parametrize("data", [None, [], {}, {"raw": None}, {"raw": ""}, {"raw": "\ud800"}])
def test_what_has_no_e_mail_in_it_is_refused(data: Any) -> None:
    with pytest.raises(WebhookRejected) as refused:
        receive({**RECEIVED, "data": data})
    assert refused.value.status == 400


def test_an_e_mail_among_the_events_is_refused_with_where_it_belongs() -> None:
    with pytest.raises(WebhookRejected, match="/inbound") as refused:
        receive(RECEIVED, "events")
    assert refused.value.status == 400

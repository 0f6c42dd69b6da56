"""What Resend tells, in the shapes of its documentation."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.domain.consent import Consequence
from bot.domain.errors import WebhookRejected
from bot.domain.message import DeliveryState, DeliveryStatus, SpareAddress
from tests.connectors.email.mail_service import events, post

MESSAGE: dict[str, Any] = {
    "created_at": "2026-11-24T12:00:00.000Z",
    "email_id": "56761188-7520-42d8-8898-ff6fc54ce618",
    "message_id": "<k@x.example>",
    "from": "Harbourline <hello@harbourline.example>",
    "to": ["Ana@example.com"],
    "subject": "Your demo",
}
HARD = {
    "message": "The recipient's email provider sent a hard bounce message.",
    "subType": "General",
    "type": "Permanent",
    "diagnosticCode": ["smtp; 550 5.1.1 user unknown"],
}


def told(kind: str, **data: Any) -> list[object]:
    return events({"type": kind, "created_at": "2026-11-24T12:00:01.000Z", "data": {**MESSAGE, **data}})


@pytest.mark.parametrize(
    ("bounce", "code", "spares"),
    [
        (HARD, "5.1.1", True),
        ({**HARD, "diagnosticCode": []}, "hard_bounce", True),
        ({"type": "Permanent", "subType": "Suppressed", "message": "on the suppression list"}, "hard_bounce", True),
        ({**HARD, "diagnosticCode": "smtp; 550 5.7.1 blocked"}, "5.7.1", False),
        ({"type": "Transient", "subType": "MailboxFull", "message": "The inbox was full."}, "soft_bounce", False),
        ({"type": "Temporary", "message": ""}, "soft_bounce", False),
        ({"type": "Undetermined", "message": "hard bounce message?"}, "soft_bounce", False),
        ({"message": "The recipient's email provider sent a hard bounce message."}, "hard_bounce", True),
        ({"message": "The recipient's email provider sent a general bounce message."}, "soft_bounce", False),
        (None, "soft_bounce", False),
    ],
)
def test_only_a_bounce_for_good_spares_the_address(bounce: Any, code: str, spares: bool) -> None:
    status, *spared = told("email.bounced", bounce=bounce)
    assert isinstance(status, DeliveryStatus)
    assert (status.sent_id, status.state, status.error) == ("<k@x.example>", DeliveryState.FAILED, code)
    assert [(one.address, one.cause) for one in spared if isinstance(one, SpareAddress)] == (
        [("ana@example.com", Consequence.UNREACHABLE)] if spares else []
    )


def test_a_complaint_is_an_opt_out_and_what_arrived_is_known() -> None:
    (spared,) = told("email.complained")
    assert isinstance(spared, SpareAddress)
    assert (spared.address, spared.cause) == ("ana@example.com", Consequence.COMPLAINED)
    (arrived,) = told("email.delivered")
    assert isinstance(arrived, DeliveryStatus)
    assert (arrived.sent_id, arrived.state) == ("<k@x.example>", DeliveryState.DELIVERED)


@pytest.mark.parametrize("kind", ["email.failed", "email.suppressed"])
def test_what_it_did_not_send_is_no_fault_of_the_address(kind: str) -> None:
    (status,) = told(kind, suppressed={"type": "OnAccountSuppressionList", "message": "…"})
    assert isinstance(status, DeliveryStatus)
    assert (status.state, status.error) == (DeliveryState.FAILED, "not_sent")


@pytest.mark.parametrize(
    ("origin", "cause"),
    [
        ("bounce", Consequence.UNREACHABLE),
        ("complaint", Consequence.COMPLAINED),
        ("manual", Consequence.OPTED_OUT),
        ("other", None),
        ([], None),
    ],
)
def test_an_address_on_its_list_is_left_alone_for_the_same_reason(origin: Any, cause: Consequence | None) -> None:
    data = {"id": "e169aa45", "email": "ana@example.com", "origin": origin, "source_id": None}
    spared = events({"type": "suppression.added", "created_at": "2026-11-24T12:00:01Z", "data": data})
    assert [one.cause for one in spared if isinstance(one, SpareAddress)] == ([cause] if cause else [])
    assert events({"type": "suppression.removed", "data": data}) == []


@pytest.mark.parametrize(
    ("kind", "unsubscribed", "counts"),
    [
        ("contact.updated", True, True),
        ("contact.created", True, True),
        ("contact.updated", False, False),
        ("contact.updated", "true", False),
        ("contact.deleted", True, False),
    ],
)
def test_a_contact_that_wants_nothing_any_more_has_opted_out(kind: str, unsubscribed: Any, counts: bool) -> None:
    data = {"id": "e169aa45", "email": "ana@example.com", "unsubscribed": unsubscribed}
    spared = events({"type": kind, "created_at": "2026-11-24T12:00:01Z", "data": data})
    assert [one.cause for one in spared if isinstance(one, SpareAddress)] == [Consequence.OPTED_OUT] * counts


def test_two_complaints_are_told_apart_and_one_that_is_posted_again_is_not() -> None:
    first, again = told("email.complained"), told("email.complained")
    later = events({"type": "email.complained", "created_at": "2026-12-24T12:00:01.000Z", "data": MESSAGE})
    names = [one.vendor_id for one in (*first, *again, *later) if isinstance(one, SpareAddress)]
    assert names[0] == names[1] != names[2]


@pytest.mark.parametrize("to", [["ana@example.com", "ben@example.com"], [], None, {"a": 1}, [None]])
def test_of_an_e_mail_to_several_nobody_is_spared(to: Any) -> None:
    assert told("email.complained", to=to) == []


def test_an_e_mail_that_it_has_received_is_refused_with_what_to_do() -> None:
    body = json.dumps({"type": "email.received", "data": MESSAGE}).encode()
    for tail in ("inbound", "events"):
        with pytest.raises(WebhookRejected, match="mailbox") as refused:
            post(tail, "application/json; charset=utf-8", body)
        assert refused.value.status == 400

"""What mail services tell of our own mail later, each in its shape."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from bot.domain.consent import Consequence
from bot.domain.errors import WebhookRejected
from bot.domain.message import DeliveryState, DeliveryStatus, SpareAddress
from tests.connectors.email.mail_service import events, post


@pytest.mark.parametrize(
    ("event", "code"),
    [
        ({"event": "bounce", "type": "bounce", "status": "5.1.1"}, "5.1.1"),
        ({"event": "bounce", "type": "bounce", "status": "5.0.0", "reason": "550 5.1.1 no such user"}, "5.1.1"),
        ({"event": "bounce", "type": "bounce", "status": "5.0.0"}, "hard_bounce"),
    ],
)
def test_a_bounce_for_good_is_a_failure_and_spares_the_address(event: dict[str, str], code: str) -> None:
    status, spared = events({**event, "email": "Ana@example.com", "smtp-id": "<k@x.example>", "sg_event_id": "e1"})
    assert status == DeliveryStatus("email", "e1", "<k@x.example>", DeliveryState.FAILED, code)
    assert isinstance(spared, SpareAddress)
    assert (spared.address, spared.cause) == ("ana@example.com", Consequence.UNREACHABLE)


@pytest.mark.parametrize("event", [{"event": "bounce", "type": "blocked"}, {"event": "soft_bounce"}])
def test_a_bounce_that_passes_spares_nobody(event: dict[str, str]) -> None:
    (status,) = events({**event, "email": "ana@example.com", "smtp-id": "<k@x.example>", "sg_event_id": "e1"})
    assert status == DeliveryStatus("email", "e1", "<k@x.example>", DeliveryState.FAILED, "soft_bounce")


@pytest.mark.parametrize(
    ("kind", "cause"),
    [
        ("spamreport", Consequence.COMPLAINED),
        ("complained", Consequence.COMPLAINED),
        ("unsubscribe", Consequence.OPTED_OUT),
    ],
)
def test_complaints_and_opt_outs_are_told_apart(kind: str, cause: Consequence) -> None:
    (spared,) = events({"event": kind, "email": "ana@example.com", "sg_event_id": "e1"})
    assert isinstance(spared, SpareAddress)
    assert (spared.address, spared.cause) == ("ana@example.com", cause)


def test_mailguns_events_are_read_as_well() -> None:
    data = {
        "event": "failed",
        "severity": "permanent",
        "recipient": "ana@example.com",
        "id": "e1",
        "message": {"headers": {"message-id": "k@x.example"}},
        "delivery-status": {"code": 550, "enhanced-code": "5.1.1"},
    }
    status, spared = events({"event-data": data})
    assert status == DeliveryStatus("email", "e1", "<k@x.example>", DeliveryState.FAILED, "5.1.1")
    assert isinstance(spared, SpareAddress)
    (passing,) = events({"event-data": {**data, "reason": "old", "delivery-status": {"code": 602}}})
    assert isinstance(passing, DeliveryStatus)
    assert passing.error == "soft_bounce"


def test_a_try_that_failed_and_is_followed_by_others_says_nothing_yet() -> None:
    data = {
        "severity": "temporary",
        "recipient": "ana@example.com",
        "message": {"headers": {"message-id": "k@x.example"}},
    }
    assert events({"event-data": {**data, "event": "failed", "reason": "generic"}}) == []
    assert events({"event": "deferred", "email": "ana@example.com", "smtp-id": "<k@x.example>"}) == []


@pytest.mark.parametrize(
    ("event", "code"),
    [
        ({"status": "5.7.509", "reason": "550 5.7.509 Access denied, sending domain does not pass DMARC"}, "5.7.509"),
        ({"status": "", "reason": "550-5.7.28 an unusual rate of mail"}, "5.7.28"),
        ({"status": "5.3.0"}, "5.3.0"),
        ({"status": "4.4.2", "reason": "timed out"}, "soft_bounce"),
        ({"status": "5.4.1", "reason": "550 5.4.1 Recipient address rejected: Access denied"}, "hard_bounce"),
        ({"status": "5.4.7"}, "5.4.7"),
    ],
)
def test_a_bounce_for_what_is_no_fault_of_the_address_does_not_spare_it(event: dict[str, str], code: str) -> None:
    told = events(
        {"event": "bounce", "type": "bounce", "email": "ana@example.com", "smtp-id": "<k@x.example>", **event}
    )
    (status,) = [one for one in told if isinstance(one, DeliveryStatus)]
    assert status.error == code
    assert len(told) == (2 if code == "hard_bounce" else 1)


@pytest.mark.parametrize(
    ("told", "code", "cause"),
    [
        ({"event": "dropped", "reason": "Unsubscribed Address"}, "unsubscribed", Consequence.OPTED_OUT),
        ({"event": "dropped", "reason": "Spam Reporting Address"}, "unsubscribed", Consequence.OPTED_OUT),
        ({"event": "dropped", "reason": "Bounced Address"}, "hard_bounce", Consequence.UNREACHABLE),
        ({"event": "dropped", "reason": "Invalid"}, "hard_bounce", Consequence.UNREACHABLE),
        ({"event": "dropped", "reason": "Recipient List over Package Quota"}, "not_sent", None),
        ({"event": "dropped"}, "not_sent", None),
        ({"event": "bounce", "our_code": "not_sent", "type": "bounce"}, "hard_bounce", Consequence.UNREACHABLE),
    ],
)
def test_what_was_not_even_sent_says_why(told: dict[str, str], code: str, cause: Consequence | None) -> None:
    status, *spared = events({"email": "ana@example.com", "smtp-id": "<k@x.example>", "sg_event_id": "e1", **told})
    assert status == DeliveryStatus("email", "e1", "<k@x.example>", DeliveryState.FAILED, code)
    assert [one.cause for one in spared if isinstance(one, SpareAddress)] == ([cause] if cause else [])


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("suppress-unsubscribe", "unsubscribed"),
        ("suppress-complaint", "unsubscribed"),
        ("suppress-bounce", "hard_bounce"),
    ],
)
def test_what_mailgun_did_not_even_send_says_why(reason: str, code: str) -> None:
    data = {"event": "failed", "severity": "permanent", "reason": reason, "recipient": "ana@example.com", "id": "e1"}
    status, spared = events({"event-data": {**data, "message": {"headers": {"message-id": "k@x.example"}}}})
    assert status == DeliveryStatus("email", "e1", "<k@x.example>", DeliveryState.FAILED, code)
    assert isinstance(spared, SpareAddress)


@pytest.mark.parametrize(
    ("reason", "status", "code"),
    [
        ("espblock", {"code": 550, "message": "too much of your mail"}, "soft_bounce"),
        ("blacklisted", {"code": 554, "message": "blocked using a list"}, "soft_bounce"),
        ("generic", {"code": 421, "message": "try again later"}, "soft_bounce"),
        ("bounce", {"code": 550, "message": "5.7.1 likely unsolicited mail", "description": ""}, "5.7.1"),
        ("bounce", {"code": 552, "message": "552 5.2.2 mailbox full", "enhanced-code": None}, "5.2.2"),
    ],
)
def test_mailgun_blames_no_address_for_what_its_server_said_of_the_sender(
    reason: str, status: dict[str, Any], code: str
) -> None:
    data = {"event": "failed", "severity": "permanent", "reason": reason, "recipient": "ana@example.com", "id": "e1"}
    headers = {"headers": {"message-id": "k@x.example"}}
    (told,) = events({"event-data": {**data, "message": headers, "delivery-status": status}})
    assert told == DeliveryStatus("email", "e1", "<k@x.example>", DeliveryState.FAILED, code)


@pytest.mark.parametrize(
    ("event", "cause"),
    [
        ({"RecordType": "Bounce", "ID": 1, "Type": "HardBounce", "Email": "ana@example.com"}, Consequence.UNREACHABLE),
        (
            {"RecordType": "Bounce", "ID": 1, "Type": "BadEmailAddress", "Email": "ana@example.com"},
            Consequence.UNREACHABLE,
        ),
        ({"RecordType": "Bounce", "ID": 1, "Type": "SoftBounce", "Email": "ana@example.com"}, None),
        ({"RecordType": "Bounce", "ID": 1, "Type": "AutoResponder", "Email": "ana@example.com"}, None),
        ({"RecordType": "SpamComplaint", "ID": 1, "Email": "ana@example.com"}, Consequence.COMPLAINED),
        (
            {
                "RecordType": "SubscriptionChange",
                "Recipient": "ana@example.com",
                "SuppressSending": True,
                "SuppressionReason": "ManualSuppression",
            },
            Consequence.OPTED_OUT,
        ),
        (
            {
                "RecordType": "SubscriptionChange",
                "Recipient": "ana@example.com",
                "SuppressSending": False,
                "SuppressionReason": None,
            },
            None,
        ),
        ({"RecordType": "Delivery", "Recipient": "ana@example.com", "MessageID": "1"}, None),
        ({"RecordType": "Open", "Recipient": "ana@example.com"}, None),
    ],
)
def test_postmark_tells_of_addresses(event: dict[str, Any], cause: Consequence | None) -> None:
    told = events(event)
    assert [(one.address, one.cause) for one in told if isinstance(one, SpareAddress)] == (
        [("ana@example.com", cause)] if cause else []
    )
    assert told == events(event), "and the same event is the same word again"


SES_MAIL = {"messageId": "00000137", "commonHeaders": {"messageId": "<k@x.example>"}}
SES_BOUNCE: dict[str, Any] = {
    "notificationType": "Bounce",
    "mail": SES_MAIL,
    "bounce": {
        "bounceType": "Permanent",
        "feedbackId": "f1",
        "bouncedRecipients": [
            {
                "emailAddress": "Ana@example.com",
                "status": "5.1.1",
                "diagnosticCode": "smtp; 550 5.1.1 user unknown",
            }
        ],
    },
}


def in_sns(told: Mapping[str, Any]) -> dict[str, Any]:
    return {"Type": "Notification", "MessageId": "m1", "Message": json.dumps(told)}


@pytest.mark.parametrize(
    "told", [SES_BOUNCE, in_sns(SES_BOUNCE), {**SES_BOUNCE, "notificationType": "", "eventType": "Bounce"}]
)
def test_amazon_ses_tells_through_sns_or_without_it(told: dict[str, Any]) -> None:
    status, spared = events(told)
    assert isinstance(status, DeliveryStatus)
    assert (status.sent_id, status.state, status.error) == ("<k@x.example>", DeliveryState.FAILED, "5.1.1")
    assert isinstance(spared, SpareAddress)
    assert (spared.address, spared.cause) == ("ana@example.com", Consequence.UNREACHABLE)


def test_amazon_ses_tells_what_arrived_what_passes_and_who_complained() -> None:
    (arrived,) = events({"eventType": "Delivery", "mail": SES_MAIL, "delivery": {"recipients": ["ana@example.com"]}})
    assert isinstance(arrived, DeliveryStatus)
    assert (arrived.sent_id, arrived.state) == ("<k@x.example>", DeliveryState.DELIVERED)
    bounce = {
        **SES_BOUNCE["bounce"],
        "bounceType": "Transient",
        "bouncedRecipients": [{"emailAddress": "ana@example.com"}],
    }
    (passing,) = events({**SES_BOUNCE, "bounce": bounce})
    assert isinstance(passing, DeliveryStatus)
    assert passing.error == "soft_bounce"
    complaint = {"feedbackId": "f2", "complainedRecipients": [{"emailAddress": "ana@example.com"}]}
    (spared,) = events({"notificationType": "Complaint", "mail": SES_MAIL, "complaint": complaint})
    assert isinstance(spared, SpareAddress)
    assert spared.cause is Consequence.COMPLAINED
    not_spam = {**complaint, "complaintFeedbackType": "not-spam"}
    assert events({"notificationType": "Complaint", "mail": SES_MAIL, "complaint": not_spam}) == []


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=t", "open https://sns.eu-west-1"),
        ("https://evil.example/amazonaws.com", "not at amazonaws.com"),
        ("http://sns.eu-west-1.amazonaws.com/", "not at amazonaws.com"),
    ],
)
def test_whoever_connects_amazon_sns_is_told_how_to_confirm_it(address: str, told: str) -> None:
    with pytest.raises(WebhookRejected, match=told) as refused:
        events({"Type": "SubscriptionConfirmation", "SubscribeURL": address})
    assert refused.value.status == 400


def test_events_of_a_service_that_calls_all_of_them_by_one_id_are_each_taken() -> None:
    """Brevo's `id` is the webhook's."""
    told = {"email": "ana@example.com", "id": 26224, "message-id": "<k@x.example>"}
    names = {one.vendor_id for kind in ("delivered", "spam") for one in events({**told, "event": kind})}  # type: ignore[attr-defined]
    assert len(names) == 2


@pytest.mark.parametrize(
    ("event", "cause"),
    [
        ({"type": "bounce", "bounce_class": "10", "raw_reason": "550 5.1.1 no such user"}, Consequence.UNREACHABLE),
        ({"type": "out_of_band", "bounce_class": 30, "raw_reason": "550 unknown"}, Consequence.UNREACHABLE),
        ({"type": "bounce", "bounce_class": "90"}, Consequence.OPTED_OUT),
        ({"type": "bounce", "bounce_class": "51", "raw_reason": "550 5.7.1 blocked"}, None),
        ({"type": "spam_complaint"}, Consequence.COMPLAINED),
        ({"type": "list_unsubscribe"}, Consequence.OPTED_OUT),
        ({"type": "delivery"}, None),
    ],
)
def test_sparkpost_tells_of_addresses(event: dict[str, Any], cause: Consequence | None) -> None:
    told = {"event_id": "92356927693813856", "message_id": "0000443ab", "rcpt_to": "ana@example.com", **event}
    spared = events({"msys": {"message_event": told}}, {"msys": {}})
    assert [one.cause for one in spared if isinstance(one, SpareAddress)] == ([cause] if cause else [])
    assert len(spared) == (1 if cause else 0)


ONE_TOPIC = {"topicName": "News", "subscriptionStatus": "OptOut"}
OTHER_TOPIC = {"topicName": "Offers", "subscriptionStatus": "OptOut"}


def preferences(*out_of: object, all_: bool = False) -> dict[str, object]:
    return {"unsubscribeAll": all_, "topicSubscriptionStatus": list(out_of)}


@pytest.mark.parametrize(
    ("new", "old", "leaves"),
    [
        (preferences(ONE_TOPIC, all_=True), preferences(ONE_TOPIC), True),
        ({"unsubscribeAll": True}, None, True),
        (preferences(ONE_TOPIC), preferences(), True),
        (preferences(ONE_TOPIC, OTHER_TOPIC), preferences(OTHER_TOPIC), True),
        (preferences({**ONE_TOPIC, "subscriptionStatus": "OptIn"}), preferences(ONE_TOPIC), False),
        (preferences(OTHER_TOPIC), preferences(ONE_TOPIC, OTHER_TOPIC), False),
        (preferences(ONE_TOPIC), preferences(ONE_TOPIC), False),
        (preferences(), preferences(all_=True), False),
        (preferences("OptOut", None), "nothing", False),
    ],
)
def test_who_leaves_a_topic_of_amazon_ses_has_opted_out(new: object, old: object, leaves: bool) -> None:
    change = {"contactList": "C", "timestamp": "2026-11-24T12:00:00Z", "source": "UnsubscribeHeader"}
    told = {
        "eventType": "Subscription",
        "mail": {**SES_MAIL, "destination": ["Ana@example.com"]},
        "subscription": {**change, "newTopicPreferences": new, "oldTopicPreferences": old},
    }
    for event in (told, in_sns(told)):
        spared = events(event)
        assert [(one.address, one.cause) for one in spared if isinstance(one, SpareAddress)] == (
            [("ana@example.com", Consequence.OPTED_OUT)] if leaves else []
        )
    several = {**told, "mail": {"destination": ["ana@example.com", "ben@example.com"]}}
    assert events(several) == [], "nobody can tell who of them it was"


@pytest.mark.parametrize("kind", ["blocked", "error"])
def test_what_brevo_did_not_send_did_not_arrive(kind: str) -> None:
    (status,) = events({"event": kind, "email": "ana@example.com", "message-id": "<k@x.example>", "id": 26224})
    assert isinstance(status, DeliveryStatus)
    assert (status.state, status.error) == (DeliveryState.FAILED, "not_sent")


def test_an_address_may_come_with_a_name() -> None:
    (spared,) = events({"event": "complaint", "email": "Ana Lima <Ana@example.com>"})
    assert isinstance(spared, SpareAddress)
    assert spared.address == "ana@example.com"


def test_what_arrived_is_known_and_what_else_happens_is_not_kept() -> None:
    told = {"email": "ana@example.com", "smtp-id": "<k@x.example>", "sg_event_id": "e1"}
    assert events({**told, "event": "delivered"}) == [
        DeliveryStatus("email", "e1", "<k@x.example>", DeliveryState.DELIVERED)
    ]
    assert events({**told, "event": "open"}, {**told, "event": "deferred"}, {}, {"event": 1}) == []


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"null", json.dumps([{}] * 1001).encode(), b"[" * 100_000])
def test_what_are_no_events_is_refused(body: bytes) -> None:
    with pytest.raises(WebhookRejected) as refused:
        post("events", "application/json", body)
    assert refused.value.status == 400

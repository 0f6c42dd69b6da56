"""An event as each mail service writes it, by the names that SendGrid has for its parts.

`our_code` is there where the service says by words of its own what became of the message. Services:
twilio.com/docs/sendgrid/for-developers/tracking-events/event, documentation.mailgun.com (Webhook Payloads),
postmarkapp.com/developer/webhooks, developers.sparkpost.com/api/webhooks,
docs.aws.amazon.com/ses/latest/dg (notification-contents.html, event-publishing-retrieving-sns-contents.html).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from bot.domain.errors import WebhookRejected
from bot.domain.message import storable
from connectors.email import mailersend, mandrill, resend
from connectors.email.failures import HARD, NOT_SENT, SOFT, UNSUBSCRIBED

Json = Mapping[str, Any]

UNSENT = frozenset({"dropped", "blocked", "error"})
"""What SendGrid calls a message that it did not even try to send, and what Brevo does."""

DROPPED = {
    "unsubscribed address": UNSUBSCRIBED,
    "spam reporting address": UNSUBSCRIBED,
    "bounced address": HARD,
    "invalid": HARD,
}
"""Why SendGrid did not even try. What is not here (a quota, spam in the content) says nothing of the address."""

MAILGUN_REASONS = {
    "suppress-unsubscribe": UNSUBSCRIBED,
    "suppress-complaint": UNSUBSCRIBED,
    "suppress-bounce": HARD,
    "old": SOFT,
    "espblock": SOFT,
    "blacklisted": SOFT,
    "greylisted": SOFT,
}
"""Why Mailgun gave up, where that is no bounce of the address's own server; others are read by their code."""

POSTMARK_BOUNCES = {
    "HardBounce": "bounce",
    "BadEmailAddress": "bounce",
    "SpamComplaint": "complaint",
    "Unsubscribe": "unsubscribe",
}
"""Of its types those that say something of the address; others are passing, or no bounces at all (AutoResponder)."""

POSTMARK_SUPPRESSIONS = {"HardBounce": "bounce", "SpamComplaint": "complaint", "ManualSuppression": "unsubscribe"}


ALL_TOPICS = ""
"""Stands for every topic of a contact list of SES's."""

SPARKPOST = {"spam_complaint": "complaint", "list_unsubscribe": "unsubscribe", "link_unsubscribe": "unsubscribe"}
SPARKPOST_BOUNCES = {"10": "bounce", "30": "bounce", "90": "unsubscribe"}
"""Its classes of bounces that say something of the address; the others pass, or are about us."""


def shaped(event: Json) -> Iterator[Mapping[str, str]]:
    """One for each recipient; raises WebhookRejected where a service only asks whether its events are wanted."""
    match event:
        case {"event-data": {} as data}:
            told = [_mailgun(data)]
        case {"RecordType": str(kind)}:
            told = [_postmark(kind, event)]
        case {"msys": {} as wrapped}:
            told = [_sparkpost(one) for one in wrapped.values() if isinstance(one, Mapping)]
        case {"Type": "SubscriptionConfirmation", "SubscribeURL": str(address)}:
            raise WebhookRejected(400, _question_of_amazon(address))
        case {"Type": "Notification", "Message": str(message)}:
            told = [*_ses(_object(message))]
        case {"mail": {}}:
            told = [*_ses(event)]
        case {"type": str(kind), "data": {}} if kind.startswith(resend.FAMILIES):
            told = [resend.shape(kind, event)]
        case {"type": str(kind), "data": {}} if kind.startswith(mailersend.FAMILY):
            told = [mailersend.shape(kind, event)]
        case {"event": str(), "msg": {}} | {"type": str(), "action": str(), "reject": {}}:
            told = [mandrill.shape(event)]
        case _:
            told = [_sendgrid(event)]
    for one in told:
        yield {
            name: storable(str(value)) for name, value in one.items() if isinstance(value, str | int) and value != ""
        }


def _sendgrid(event: Json) -> Json:
    """And whoever writes as it does."""
    dropped = DROPPED.get(str(event.get("reason", "")).strip().casefold(), NOT_SENT)
    return {**event, "our_code": dropped if str(event.get("event")) in UNSENT else ""}


def _mailgun(data: Json) -> Json:
    """A temporary failure is one more try of theirs that failed; they go on."""
    passing = data.get("event") == "failed" and data.get("severity") == "temporary"
    told = {"event": "deferred" if passing else data.get("event"), "email": data.get("recipient")}
    told["sg_event_id"], told["our_code"] = data.get("id"), MAILGUN_REASONS.get(str(data.get("reason")))
    match data:
        case {"message": {"headers": {"message-id": str(message_id)}}}:
            told["message_id"] = message_id
    match data:
        case {"delivery-status": {} as status}:
            told["status"], told["reason"] = status.get("enhanced-code"), status.get("message")
            told["type"] = "temporary" if str(status.get("code")).startswith("4") else ""
    return told


def _postmark(kind: str, event: Json) -> Json:
    """It tells of the address; what our message is called it does not know (its MessageID is its own)."""
    match kind:
        case "Bounce":
            what = POSTMARK_BOUNCES.get(str(event.get("Type")))
        case "SpamComplaint":
            what = "complaint"
        case "SubscriptionChange" if event.get("SuppressSending") is True:
            what = POSTMARK_SUPPRESSIONS.get(str(event.get("SuppressionReason")))
        case _:
            what = None
    id_, at = event.get("ID") or event.get("MessageID"), event.get("BouncedAt") or event.get("ChangedAt")
    return {"event": what, "email": event.get("Email") or event.get("Recipient"), "id": id_, "at": at}


def _sparkpost(event: Json) -> Json:
    """It tells of the address; what our message is called it does not know (its message_id is its own)."""
    kind, address = str(event.get("type")), event.get("rcpt_to")
    if kind in ("bounce", "out_of_band"):
        what = SPARKPOST_BOUNCES.get(str(event.get("bounce_class")))
        return {"event": what, "email": address, "id": event.get("event_id"), "reason": event.get("raw_reason")}
    return {"event": SPARKPOST.get(kind), "email": address, "id": event.get("event_id")}


def _ses(event: Json) -> Iterator[Json]:
    match event:
        case {"mail": {"commonHeaders": {"messageId": str(message_id)}}}:
            told: dict[str, Any] = {"message_id": message_id}
        case _:
            told = {}
    match event:
        case {"bounce": {"bouncedRecipients": list(recipients), **bounce}}:
            kind = "bounce" if bounce.get("bounceType") == "Permanent" else "soft_bounce"
            told |= {"event": kind, "id": bounce.get("feedbackId")}
        case {"complaint": {"complainedRecipients": list(recipients), **complaint}}:
            spam = complaint.get("complaintFeedbackType") != "not-spam"
            told |= {"event": "complaint" if spam else "", "id": complaint.get("feedbackId")}
        case {"delivery": {"recipients": list(addresses)}}:
            recipients = [{"emailAddress": one} for one in addresses]
            told |= {"event": "delivered"}
        case {"subscription": {} as change, "mail": {"destination": [address]}}:
            recipients = [{"emailAddress": address}]
            told |= {"event": "unsubscribe" if _leaves(change) else "", "at": change.get("timestamp")}
        case _:
            recipients = []
    for one in recipients:
        if isinstance(one, Mapping):
            reason = str(one.get("diagnosticCode", "")).removeprefix("smtp;").strip()
            yield {**told, "email": one.get("emailAddress"), "status": one.get("status"), "reason": reason}


def _leaves(change: Json) -> bool:
    """Whether somebody has left a topic of a contact list of SES's, or all of them."""
    new, old = (_topics(change.get(name)) for name in ("newTopicPreferences", "oldTopicPreferences"))
    return bool(new - old) or ALL_TOPICS in new


def _topics(preferences: Any) -> frozenset[str]:
    """Those that they are out of."""
    match preferences:
        case {"unsubscribeAll": True}:
            return frozenset({ALL_TOPICS})
        case {"topicSubscriptionStatus": list(topics)}:
            known = [one for one in topics if isinstance(one, Mapping)]
            return frozenset(str(one.get("topicName")) for one in known if one.get("subscriptionStatus") == "OptOut")
    return frozenset()


def _object(text: str) -> Json:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _question_of_amazon(address: str) -> str:
    place = urlsplit(storable(address))
    if place.scheme != "https" or not (place.hostname or "").endswith(".amazonaws.com"):
        return "Amazon SNS asks for a confirmation, and its SubscribeURL is not at amazonaws.com."
    return f"Amazon SNS asks whether its events are wanted here. If so, open {place.geturl()}"

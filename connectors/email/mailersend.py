"""MailerSend's events, by the names that SendGrid has for their parts, and the e-mails that it receives.

Its first kind of webhooks, which ends in 2026, is read as well (developers.mailersend.com: Webhooks, Inbound routing).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.errors import WebhookRejected
from connectors.email.inbound import check_sender

Json = Mapping[str, Any]
FAMILY = "activity."
RECEIVED = "inbound.message"
TRIAL = "webhook.test"
KINDS = {
    "activity.hard_bounced": "bounce",
    "activity.soft_bounced": "soft_bounce",
    "activity.spam_complaint": "complaint",
    "activity.unsubscribed": "unsubscribe",
}


def shape(kind: str, event: Json) -> Json:
    """It tells of the address; what our message is called it does not know (its ids are its own)."""
    data: Json = event["data"]
    told = {"event": KINDS.get(kind), "id": data.get("id"), "at": event.get("created_at")}
    match data:
        case {"email": {"recipient": {"email": str(address)}}}:
            told["email"] = address
        case {"recipient": str(address)} | {"email": str(address)}:
            told["email"] = address
    match data:
        case {"meta": {"bounce_reason": str(reason)}} | {"morph": {"reason": str(reason)}}:
            told["reason"] = reason
    return told


def mail_in(told: Json) -> bytes:
    """The e-mail as it was sent; raises WebhookRejected where there is none, or none that may be believed."""
    match told:
        case {"data": {"raw": str(raw)} as data}:
            check_sender(_verdicts(data))
            return raw.encode("utf-8", "replace")
    raise WebhookRejected(400, "MailerSend's inbound.message has no e-mail in data.raw.")


def _verdicts(data: Json) -> Mapping[str, str]:
    """What it says of SPF and DKIM. Its codes are taken for those of SPF itself (RFC 7208, section 4.6.2)."""
    match data.get("spf_check"):
        case {"code": "-"}:
            spf = "fail"
        case _:
            spf = ""
    return {"spf": spf, "dkim": "pass" if data.get("dkim_check") is True else ""}

"""Mandrill's events (Mailchimp Transactional), by the names that SendGrid has for their parts, and the e-mails that it
receives: all come as the field `mandrill_events` of a form (mailchimp.com/developer/transactional/docs/webhooks)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from bot.domain.errors import WebhookRejected
from connectors.email.account import EmailAccount
from connectors.email.inbound import check_sender
from connectors.email.raw_mail import Words, words_of
from connectors.email.signatures import fields_of
from connectors.email.unsubscribe import UnsubscribeLinks

log = structlog.get_logger()

Json = Mapping[str, Any]
FIELD = "mandrill_events"
KINDS = {"hard_bounce": "bounce", "soft_bounce": "soft_bounce", "spam": "complaint", "unsub": "unsubscribe"}
REASONS = {"hard-bounce": "bounce", "spam": "complaint", "unsub": "unsubscribe", "custom": "unsubscribe"}
"""Why an address is on its list, to which it sends nothing; a soft bounce is there for a day."""


def posted_by_mandrill(content_type: str, body: bytes) -> bool:
    return content_type.strip().lower().startswith("application/x-www-form-urlencoded") and body.startswith(
        FIELD.encode() + b"="
    )


def events_in(body: bytes) -> Sequence[Json]:
    """Raises WebhookRejected for what is no list of events."""
    try:
        found = json.loads(dict(fields_of(body)).get(FIELD, ""))
    except (ValueError, RecursionError) as error:
        raise WebhookRejected(400, f"The field {FIELD} is no JSON.") from error
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise WebhookRejected(400, f"The field {FIELD} is no list of events.")
    return found


def is_mail(event: Json) -> bool:
    return event.get("event") == "inbound"


def mail_in(event: Json, account: EmailAccount, channel: str, links: UnsubscribeLinks) -> Words:
    """What the e-mail says. One that cannot be taken is logged: any refusal would have the others of the list posted
    again, and again."""
    match event:
        case {"msg": {"raw_msg": str(raw)} as message}:
            try:
                check_sender(_verdicts(message))
                return words_of(raw.encode("utf-8", "replace"), account, channel, links)
            except WebhookRejected as refused:
                log.warning("an e-mail from Mandrill is not taken", why=str(refused))
        case _:
            log.warning("an e-mail from Mandrill is not taken", why="it has no msg.raw_msg")
    return ()


def shape(event: Json) -> Json:
    """It tells of the address; what our message is called it does not know (its ids are its own)."""
    told = {"id": event.get("_id"), "at": event.get("ts")}
    match event:
        case {"event": str(kind), "msg": {"email": str(address), **message}}:
            told |= {"event": KINDS.get(kind), "email": address, "reason": _code_in(message.get("diag"))}
        case {"type": "blacklist" | "denylist", "action": "add" | "change", "reject": {"email": str(address), **entry}}:
            told |= {"event": REASONS.get(str(entry.get("reason"))), "email": address, "at": entry.get("last_event_at")}
    return told


def _code_in(diagnostic: Any) -> str:
    """What the address's server said."""
    return diagnostic.removeprefix("smtp;").strip() if isinstance(diagnostic, str) else ""


def _verdicts(message: Json) -> Mapping[str, str]:
    """What it says of SPF and DKIM."""
    spf, dkim = message.get("spf"), message.get("dkim")
    valid = isinstance(dkim, Mapping) and dkim.get("valid") is True
    return {
        "spf": str(spf.get("result", "")) if isinstance(spf, Mapping) else "",
        "dkim": "pass" if valid else "",
    }

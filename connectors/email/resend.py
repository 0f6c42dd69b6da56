"""Resend's events, by the names that SendGrid has for their parts (resend.com/docs/webhooks/event-types)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.email.failures import NOT_SENT

Json = Mapping[str, Any]
FAMILIES = ("email.", "contact.", "suppression.")
RECEIVED = "email.received"
KINDS = {"email.delivered": "delivered", "email.complained": "complaint"}
UNSENT = ("email.failed", "email.suppressed")
"""It did not send them: for faults of ours or its own, or since the address is on its list, for whatever reason."""

ORIGINS = {"bounce": "bounce", "complaint": "complaint", "manual": "unsubscribe"}
"""Why an address is on its list from now on."""


def shape(kind: str, event: Json) -> Json:
    """An event of this kind. Of contacts, it tells whether they want anything at all from the team."""
    data: Json = event["data"]
    told: dict[str, Any] = {"at": event.get("created_at"), "id": data.get("email_id") or data.get("id")}
    if kind.startswith("email."):
        told |= {"email": _only(data.get("to")), "message_id": data.get("message_id"), **_of_message(kind, data)}
    elif kind == "suppression.added":
        told |= {"email": data.get("email"), "event": ORIGINS.get(str(data.get("origin")))}
    elif kind.startswith("contact.") and data.get("unsubscribed") is True:
        told |= {"email": data.get("email"), "event": None if kind == "contact.deleted" else "unsubscribe"}
    return told


def _of_message(kind: str, data: Json) -> Json:
    if kind in UNSENT:
        return {"event": "dropped", "our_code": NOT_SENT}
    if kind != "email.bounced":
        return {"event": KINDS.get(kind)}
    match data.get("bounce"):
        case {} as bounce:
            what, words = bounce.get("type"), str(bounce.get("message", ""))
        case _:
            bounce, what, words = {}, None, ""
    for_good = str(what).casefold() == "permanent" or (what is None and "hard bounce" in words)
    return {"event": "bounce" if for_good else "soft_bounce", "reason": _code_in(bounce.get("diagnosticCode")) or words}


def _code_in(diagnostic: Any) -> str:
    """What the address's server said, as SES tells it."""
    said = diagnostic[0] if isinstance(diagnostic, list) and diagnostic else diagnostic
    return said.removeprefix("smtp;").strip() if isinstance(said, str) else ""


def _only(recipients: Any) -> Any:
    """Of an e-mail to several nobody can tell whom it is about; ours go to one."""
    several = isinstance(recipients, list) and len(recipients) != 1
    return "" if several else recipients[0] if isinstance(recipients, list) else recipients

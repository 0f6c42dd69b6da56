"""What Twilio posts to us: messages of customers, and how far our own messages got."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from twilio.request_validator import (
    HMAC_SHA1,
    RequestValidator,
    get_signature_algorithm,
)

from bot.domain.errors import WebhookRejected
from bot.domain.message import CustomerMessage, DeliveryState, DeliveryStatus, storable
from bot.ports import Reply, Webhook, WebhookRequest
from connectors.twilio_messaging.account import FormFields, TwilioAccount, form_fields

SIGNATURE_HEADER = "x-twilio-signature"
SIGNATURE_SETTINGS_HEADER = "x-twilio-webhooks-signature-settings"
MOST_FIELDS = 500
ADDRESS = re.compile(r"\+?[0-9]{3,15}")
"""E.164, or a short code."""

NO_ANSWER = Reply(body=b'<?xml version="1.0" encoding="UTF-8"?><Response/>', content_type="text/xml; charset=utf-8")
"""TwiML that does nothing: what we have to say goes out by REST, through the outbox."""

STATES = {
    "sent": DeliveryState.SENT,
    "delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.READ,
    "undelivered": DeliveryState.FAILED,
    "failed": DeliveryState.FAILED,
    "canceled": DeliveryState.FAILED,
}
"""Twilio's words for a message's status; the ones that are not here say nothing that we need to know."""


def parse(request: WebhookRequest, channel: str, account: TwilioAccount) -> Webhook:
    """Verify and translate one of Twilio's webhooks; raises WebhookRejected."""
    if request.tail not in ("inbound", "status"):
        raise WebhookRejected(404, "Twilio's webhooks are inbound and status; there is no other here.")
    if request.method != "POST":
        raise WebhookRejected(
            405,
            "Twilio's webhooks are taken by POST only: choose HTTP POST beside the webhook's address.",
            headers={"Allow": "POST"},
        )
    fields = _read_form(request.body)
    _check_signature(request, fields, account)
    if request.tail == "inbound":
        return Webhook(inbound=(_message(fields, channel),), reply=NO_ANSWER)
    status = _status(fields, channel)
    return Webhook(inbound=(status,) if status else (), reply=NO_ANSWER)


def sign(url: str, fields: FormFields, token: str) -> str:
    """The X-Twilio-Signature of a POST of these fields."""
    return str(RequestValidator(token).compute_signature(url, fields))


def _read_form(body: bytes) -> FormFields:
    """Blank values are kept: Twilio signs them too."""
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise WebhookRejected(400, f"The body is not a form in UTF-8 of at most {MOST_FIELDS} fields.") from error
    return form_fields(pairs)


def _check_signature(request: WebhookRequest, fields: FormFields, account: TwilioAccount) -> None:
    """The signature covers the public URL and every field (www.twilio.com/docs/usage/security)."""
    signature = request.headers.get(SIGNATURE_HEADER)
    if not signature:
        raise WebhookRejected(401, "The request has no X-Twilio-Signature.")
    if get_signature_algorithm(request.headers.get(SIGNATURE_SETTINGS_HEADER, "")) != HMAC_SHA1:
        raise WebhookRejected(
            401,
            "The request is signed with a SharedKey, which is not supported: let Twilio sign with the Auth Token.",
        )
    tokens = [token for token in (account.auth_token, account.secondary_auth_token) if token]
    if not any(_is_signed(request.url, fields, signature, token) for token in tokens):
        raise WebhookRejected(
            403,
            "X-Twilio-Signature does not fit the request. Check TWILIO_AUTH_TOKEN, and that OVERTURE_PUBLIC_URL is the "
            "address that Twilio was told, to the letter.",
        )


def _is_signed(url: str, fields: FormFields, signature: str, token: str) -> bool:
    try:
        return bool(RequestValidator(token).validate(url, fields, signature))
    except ValueError:
        return False


def _message(fields: FormFields, channel: str) -> CustomerMessage:
    sid, sender = fields.first("MessageSid"), fields.first("From")
    if not sid or not sender:
        raise WebhookRejected(400, "The form has no MessageSid or no From: this is no incoming message.")
    if not ADDRESS.fullmatch(sender):
        raise WebhookRejected(400, "From is not a phone number. Only text messages (SMS, MMS) are taken here.")
    # Twilio adds fields without notice, so all are kept.
    metadata = {storable(name): storable(values[0]) for name, values in fields.items()}
    if "OptOutType" in metadata:
        metadata["opt_out_type"] = metadata["OptOutType"]
    return CustomerMessage(
        channel=channel,
        vendor_id=storable(sid),
        address=sender,
        text=storable(fields.first("Body")).strip(),
        metadata=metadata,
    )


def _status(fields: FormFields, channel: str) -> DeliveryStatus | None:
    sid, state = storable(fields.first("MessageSid")), fields.first("MessageStatus").lower()
    if not sid or not state:
        raise WebhookRejected(400, "The form has no MessageSid or no MessageStatus: this is no status callback.")
    if state not in STATES:
        return None
    return DeliveryStatus(
        channel=channel,
        vendor_id=f"{sid}:{state}",
        sent_id=sid,
        state=STATES[state],
        error=storable(fields.first("ErrorCode")),
    )

"""What Twilio posts to us: messages of customers, and how far our own messages got."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bot.domain.errors import WebhookRejected
from bot.domain.message import Attachment, CustomerMessage, DeliveryState, DeliveryStatus, storable
from bot.domain.person import Identity
from bot.ports import Reply, Webhook, WebhookRequest
from connectors.twilio_messaging.account import NUMBER, TwilioAccount
from connectors.twilio_messaging.reactions import reaction_in, takes_back_reaction
from connectors.twilio_requests import SignedForm, form_of, read_signed
from connectors.whatsapp import USER, filled_in, place_in_words

MOST_ATTACHMENTS = 10
FORMS = ("InteractiveData", "FlowData")
"""The fields with what somebody has filled in in a form of WhatsApp's, as JSON."""

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

MACHINE = re.compile(r"[0-9]{3,8}|(?=[^A-Za-z]{0,10}[A-Za-z])[A-Za-z0-9 &+_-]{1,11}")
"""A short code, or the name that a company has in a number's place (an alphanumeric sender ID). No person writes from
one, and an answer could only begin a talk of machines."""

CHANNEL_OF_SCHEME = {"": "sms", "rcs": "sms", "whatsapp": "whatsapp"}
"""Which of our channels a sender writes on. RCS comes to the number's texts: a Messaging Service answers it by RCS."""

ANSWERED_BY_TWILIO = frozenset(
    ("stop", "unsubscribe", "end", "quit", "stopall", "revoke", "optout", "cancel", "start", "yes", "unstop")
) | frozenset(("help", "info"))
"""The words that Twilio answers itself unless it was told otherwise, when they are all that a text says."""


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
    tokens = (account.auth_token, account.secondary_auth_token)
    fields = read_signed(request, tokens, (account.shared_key, account.secondary_shared_key))
    if request.tail == "inbound":
        return Webhook(inbound=(_message(fields, account),), reply=NO_ANSWER)
    status = _status(request, fields, channel)
    return Webhook(inbound=(status,) if status else (), reply=NO_ANSWER)


def _message(fields: SignedForm, account: TwilioAccount) -> CustomerMessage:
    sid, sender = fields.first("MessageSid"), fields.first("From")
    if not sid or not sender:
        raise WebhookRejected(400, "The form has no MessageSid or no From: this is no incoming message.")
    scheme, _, address = sender.rpartition(":")
    channel = CHANNEL_OF_SCHEME.get(scheme.lower())
    without_number = channel == "whatsapp" and USER.fullmatch(address) is not None
    by_machine = not scheme and MACHINE.fullmatch(address) is not None
    if channel is None or not (without_number or by_machine or NUMBER.fullmatch(address)):
        raise WebhookRejected(400, "From is not a phone number, nor one behind whatsapp: or rcs:.")
    if channel == "whatsapp" and not account.whatsapp_sender:
        raise WebhookRejected(400, "This came by WhatsApp, and TWILIO_WHATSAPP_FROM is not set.")
    if channel == "sms" and not account.texts:
        raise WebhookRejected(400, "This is a text, and neither TWILIO_FROM nor TWILIO_MESSAGING_SERVICE_SID is set.")
    chosen = fields.first("ButtonText") or fields.first("ListTitle")
    below = fields.first("OriginalRepliedMessageSid")
    text = chosen or _form(fields) or fields.first("Body") or _place(fields)
    texted = text if channel == "sms" else ""
    reaction = reaction_in(texted)
    return CustomerMessage(
        channel=channel,
        vendor_id=sid,
        address=address,
        text=reaction or text,
        automatic=by_machine or takes_back_reaction(texted),
        payload=_payload(fields),
        attachments=_attachments(fields),
        metadata=_metadata(fields, texted if account.answers_keywords else ""),
        nameless=without_number,
        identities=_identities(fields, channel),
        pressed_on=below if chosen else "",
        quotes="" if chosen else below,
        reaction=bool(reaction),
    )


def _identities(fields: SignedForm, channel: str) -> tuple[Identity, ...]:
    """Meta's id of whoever writes by WhatsApp, which comes along with a number, too, and stays when that is hidden."""
    user = fields.first("ExternalUserId").removeprefix("whatsapp:")
    if channel != "whatsapp" or not USER.fullmatch(user):
        return ()
    return (Identity(channel, user, verified=True),)


def _payload(fields: SignedForm) -> str | None:
    """What the template's author put behind the button or item of a list, where that is an intent in Rasa's form."""
    payload = fields.first("ButtonPayload") or fields.first("ListId")
    return payload if payload.startswith("/") else None


def _form(fields: SignedForm) -> str:
    """What somebody has filled in, in words. Its Body is WhatsApp's own: "Sent"."""
    return next((words for name in FORMS if (words := storable(filled_in(fields.first(name))))), "")


def _place(fields: SignedForm) -> str:
    """A location that somebody shares by WhatsApp, in words."""
    latitude, longitude = fields.first("Latitude"), fields.first("Longitude")
    return place_in_words(latitude, longitude, fields.first("Label"), fields.first("Address"))


def _attachments(fields: SignedForm) -> tuple[Attachment, ...]:
    """Ten at the most, as Twilio has it. Whether each is where it should be is seen when it is fetched."""
    named = ((fields.first(f"MediaUrl{n}"), fields.first(f"MediaContentType{n}")) for n in range(MOST_ATTACHMENTS))
    return tuple(Attachment(url, media_type) for url, media_type in named if url)


def _metadata(fields: SignedForm, answered: str) -> Mapping[str, Any]:
    """All fields, for Twilio adds some without notice; and which keywords Twilio sees to."""
    metadata: dict[str, Any] = {storable(name): storable(values[0]) for name, values in fields.items()}
    if "OptOutType" in metadata:
        metadata["opt_out_type"] = metadata["OptOutType"]
    elif answered.casefold() in ANSWERED_BY_TWILIO:
        metadata["vendor_answers"] = True
    return metadata


def _status(request: WebhookRequest, fields: SignedForm, channel: str) -> DeliveryStatus | None:
    sid, state = fields.first("MessageSid"), fields.first("MessageStatus").lower()
    if not sid or not state:
        raise WebhookRejected(400, "The form has no MessageSid or no MessageStatus: this is no status callback.")
    if state not in STATES:
        return None
    own = form_of(parse_qsl(urlsplit(request.url).query))
    return DeliveryStatus(
        channel=channel,
        vendor_id=f"{sid}:{state}",
        sent_id=sid,
        state=STATES[state],
        error=fields.first("ErrorCode"),
        key=own.first("oid"),
    )

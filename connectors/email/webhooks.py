"""What reaches us over HTTP: customers' e-mails, what became of ours, and links to unsubscribe."""

from __future__ import annotations

import base64
import binascii
import hmac

from bot.domain.errors import WebhookRejected
from bot.ports import Webhook, WebhookRequest
from connectors.email.account import EmailAccount
from connectors.email.events import events_of
from connectors.email.forms import form_fields, whole_mail_in
from connectors.email.inbound import check_sender, message_of
from connectors.email.raw_mail import words_of
from connectors.email.unsubscribe import UnsubscribeLinks

TAILS = ("inbound", "events", "unsubscribe")


def parse(request: WebhookRequest, channel: str, account: EmailAccount, links: UnsubscribeLinks) -> Webhook:
    """Verify and translate one request; raises WebhookRejected."""
    if request.tail not in TAILS:
        raise WebhookRejected(404, f"There is nothing here but {', '.join(TAILS)}.")
    if request.tail == "unsubscribe":
        return links.take(request)
    if request.method != "POST":
        raise WebhookRejected(405, "A mail service posts here.", headers={"Allow": "POST"})
    _check_secret(request, account)
    if request.tail == "events":
        return Webhook(inbound=events_of(request.body, channel))
    content_type = request.headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() == "message/rfc822":
        return Webhook(inbound=words_of(request.body, account, channel, links))
    fields = form_fields(content_type, request.body)
    whole = whole_mail_in(fields, content_type, request.body)
    if whole is not None:
        check_sender(fields)
        return Webhook(inbound=words_of(whole, account, channel, links))
    return Webhook(inbound=(message_of(fields, account, channel),))


def authorization(secret: str) -> str:
    """The header of a mail service that knows the secret."""
    return "Basic " + base64.b64encode(f"overture:{secret}".encode()).decode()


def _check_secret(request: WebhookRequest, account: EmailAccount) -> None:
    """The password of HTTP Basic authentication: mail services take it in the address, and no log has it."""
    if not account.webhook_secret:
        raise WebhookRejected(404, "What comes in is read from a mailbox. EMAIL_WEBHOOK_SECRET opens this door, too.")
    scheme, _, written = request.headers.get("authorization", "").partition(" ")
    if scheme.casefold() != "basic" or not written:
        raise WebhookRejected(
            401,
            "The request brings no password. Tell the mail service an address with it: "
            "https://overture:<EMAIL_WEBHOOK_SECRET>@...",
            headers={"WWW-Authenticate": 'Basic realm="overture"'},
        )
    try:
        password = base64.b64decode(written.strip(), validate=True).partition(b":")[2]
    except (binascii.Error, ValueError) as error:
        raise WebhookRejected(401, "The header Authorization is not as HTTP Basic has it.") from error
    if not hmac.compare_digest(password, account.webhook_secret.encode()):
        raise WebhookRejected(403, "The password is not EMAIL_WEBHOOK_SECRET.")

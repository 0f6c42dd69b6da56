"""What reaches us over HTTP: customers' e-mails, what became of ours, and links to unsubscribe."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote_plus

from bot.domain.errors import WebhookRejected
from bot.domain.message import Inbound
from bot.ports import Webhook, WebhookRequest
from connectors.email import mailersend, mandrill, resend
from connectors.email.account import EmailAccount
from connectors.email.events import events_of, words_of_events
from connectors.email.forms import form_fields, whole_mail_in
from connectors.email.inbound import check_sender, message_of
from connectors.email.mandrill import events_in, posted_by_mandrill
from connectors.email.raw_mail import words_of
from connectors.email.signatures import is_signed
from connectors.email.unsubscribe import UnsubscribeLinks
from connectors.json_bodies import read_json

TAILS = ("inbound", "events", "unsubscribe")
LONGEST_TRIAL = 1_000


def parse(request: WebhookRequest, channel: str, account: EmailAccount, links: UnsubscribeLinks) -> Webhook:
    """Verify and translate one request; raises WebhookRejected."""
    if request.tail not in TAILS:
        raise WebhookRejected(404, f"There is nothing here but {', '.join(TAILS)}.")
    if request.tail == "unsubscribe":
        return links.take(request)
    if is_trial(request):
        return Webhook()
    if request.method != "POST":
        raise WebhookRejected(405, "A mail service posts here.", headers={"Allow": "POST"})
    if not is_signed(request, account.keys):
        _check_secret(request, account)
    content_type = request.headers.get("content-type", "")
    if posted_by_mandrill(content_type, request.body):
        return Webhook(inbound=_of_mandrill(events_in(request.body), channel, account, links))
    received = _received(content_type, request.body)
    if request.tail == "events":
        if received is not None:
            raise WebhookRejected(400, "This is an e-mail that came in. Have such posted to .../inbound.")
        return Webhook(inbound=events_of(request.body, channel))
    if received is not None:
        return Webhook(inbound=words_of(mailersend.mail_in(received), account, channel, links))
    if content_type.partition(";")[0].strip().lower() == "message/rfc822":
        return Webhook(inbound=words_of(request.body, account, channel, links))
    fields = form_fields(content_type, request.body)
    whole = whole_mail_in(fields, content_type, request.body)
    if whole is not None:
        check_sender(fields)
        return Webhook(inbound=words_of(whole, account, channel, links))
    return Webhook(inbound=(message_of(fields, account, channel),))


def is_trial(request: WebhookRequest) -> bool:
    """What services send to see whether there is anything here, before anybody has a key: it says nothing."""
    if request.method == "HEAD":
        return True
    if len(request.body) > LONGEST_TRIAL:
        return False
    if request.body.startswith(b"mandrill_events="):
        return unquote_plus(request.body.decode("utf-8", "replace")) == "mandrill_events=[]"
    try:
        told = json.loads(request.body)
    except (ValueError, RecursionError):
        return False
    return isinstance(told, dict) and told.get("type") == mailersend.TRIAL


def _of_mandrill(
    events: Sequence[Mapping[str, Any]], channel: str, account: EmailAccount, links: UnsubscribeLinks
) -> tuple[Inbound, ...]:
    mails = [word for one in events if mandrill.is_mail(one) for word in mandrill.mail_in(one, account, channel, links)]
    return (*mails, *words_of_events([one for one in events if not mandrill.is_mail(one)], channel))


def _received(content_type: str, body: bytes) -> Mapping[str, Any] | None:
    """An e-mail that MailerSend has received; raises WebhookRejected for one of Resend's, which has no words in it."""
    may_be = any(kind.encode() in body for kind in (mailersend.RECEIVED, resend.RECEIVED))
    if not may_be or content_type.partition(";")[0].strip().lower() != "application/json":
        return None
    told = read_json(body)
    kind = told.get("type") if isinstance(told, dict) else None
    if kind == resend.RECEIVED:
        raise WebhookRejected(
            400, "Resend's email.received has no words of the e-mail in it. Have e-mails come in by a mailbox (IMAP)."
        )
    return told if kind == mailersend.RECEIVED else None


def authorization(secret: str) -> str:
    """The header of a mail service that knows the secret."""
    return "Basic " + base64.b64encode(f"overture:{secret}".encode()).decode()


def _check_secret(request: WebhookRequest, account: EmailAccount) -> None:
    """The password of HTTP Basic authentication: mail services take it in the address, and no log has it."""
    if not account.webhook_secret and account.keys:
        raise WebhookRejected(401, "No service has signed the request by a key that is set here (EMAIL_..._SECRETS).")
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

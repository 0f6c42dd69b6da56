"""What Meta posts to us: messages of customers, and of colleagues who write in the app, how far our own messages got,
and who wants no more marketing."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import structlog

from bot.domain.consent import Consequence
from bot.domain.errors import WebhookRejected
from bot.domain.message import ColleagueMessage, DeliveryState, DeliveryStatus, Inbound, SpareAddress, storable
from bot.ports import Reply, Webhook, WebhookRequest
from connectors.json_bodies import read_object
from connectors.whatsapp_cloud.account import CloudNumber
from connectors.whatsapp_cloud.messages import Json, address_of, echo_of, message_of, who_of

log = structlog.get_logger()

SIGNATURE = "x-hub-signature-256"
ACCOUNT = "whatsapp_business_account"
LONGEST_CHALLENGE = 200

STATES = {
    "sent": DeliveryState.SENT,
    "delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.READ,
    "played": DeliveryState.READ,
    "failed": DeliveryState.FAILED,
}
"""Meta's words for a message's status; the ones that are not here say nothing that we need to know."""

STOPPED_MARKETING = "stopped marketing messages in WhatsApp"
HAS_ANOTHER_NUMBER = ("user_changed_number", "customer_changed_number")
"""Meta writes the first, and documents the second for older versions of its webhooks."""
CHANGED_NUMBER = "changed to another number in WhatsApp"


def parse(request: WebhookRequest, number: CloudNumber) -> Webhook:
    """Verify and translate one of Meta's requests; raises WebhookRejected."""
    if request.tail != "webhook":
        raise WebhookRejected(404, "There is no such page. Meta's webhook is /channels/whatsapp/webhook.")
    if request.method == "GET":
        return Webhook(reply=_subscribed(request, number))
    if request.method != "POST":
        raise WebhookRejected(405, "Meta's webhook is asked by GET, and told by POST.", headers={"Allow": "GET, POST"})
    _check_signature(request, number)
    told = read_object(request.body)
    if told.get("object") != ACCOUNT or not isinstance(told.get("entry"), list):
        raise WebhookRejected(400, f'The body is no notification of Meta\'s: its "object" should be {ACCOUNT}.')
    return Webhook(inbound=tuple(_everything(told["entry"], number)))


def signature(body: bytes, secret: str) -> str:
    """What Meta puts into the header X-Hub-Signature-256."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _check_signature(request: WebhookRequest, number: CloudNumber) -> None:
    if (given := request.headers.get(SIGNATURE)) is None:
        raise WebhookRejected(401, "The header X-Hub-Signature-256 is missing.")
    if not hmac.compare_digest(given.encode(errors="replace"), signature(request.body, number.app_secret).encode()):
        raise WebhookRejected(403, "X-Hub-Signature-256 does not fit the body. Check WHATSAPP_APP_SECRET.")


def _subscribed(request: WebhookRequest, number: CloudNumber) -> Reply:
    """Meta asks once, when it is told where to post, and wants its challenge back."""
    query = dict(parse_qsl(urlsplit(request.url).query))
    token, challenge = query.get("hub.verify_token", ""), query.get("hub.challenge", "")
    if query.get("hub.mode") != "subscribe" or not token:
        raise WebhookRejected(401, "Meta verifies this address with hub.mode, hub.verify_token and hub.challenge.")
    if not hmac.compare_digest(token.encode(errors="replace"), number.verify_token.encode()):
        raise WebhookRejected(403, "hub.verify_token is not WHATSAPP_VERIFY_TOKEN.")
    if not challenge.isascii() or not challenge.isalnum() or len(challenge) > LONGEST_CHALLENGE:
        raise WebhookRejected(400, "hub.challenge is none of Meta's.")
    return Reply(body=challenge.encode())


def _everything(entries: list[Any], number: CloudNumber) -> Iterator[Inbound]:
    """One by one. What cannot be read is logged and left out: a refusal would bring all of them again for a week."""
    for entry in entries:
        changes = entry.get("changes") if isinstance(entry, dict) else None
        for change in changes if isinstance(changes, list) else ():
            match change:
                case {"field": str(field), "value": {"metadata": {"phone_number_id": str(own)}} as value}:
                    if own == number.number:
                        yield from _of_change(field, value)
                    else:
                        log.info("WhatsApp tells of a number that is not set up here", phone_number_id=storable(own))
                case _:
                    log.info("a notification from Meta is not taken", why="it names no field or no number")


def _of_change(field: str, value: Json) -> Iterator[Inbound]:
    contacts = [one for one in _list(value, "contacts") if isinstance(one, dict)]
    if field == "messages":
        for told in _list(value, "messages"):
            yield from _of_message(told, contacts)
        for told in _list(value, "statuses"):
            yield from _of_status(told)
    elif field == "smb_message_echoes":
        for told in _list(value, "message_echoes"):
            yield from _of_echo(told)
    elif field == "user_preferences":
        for told in _list(value, "user_preferences"):
            yield from _of_preference(told)


def _of_message(told: Any, contacts: Sequence[Json]) -> Iterator[Inbound]:
    match told:
        case {"type": "system", "system": {"type": str(news)}, "id": str(vendor_id)} if news in HAS_ANOTHER_NUMBER:
            if address := address_of(told):
                cause = Consequence.UNREACHABLE
                yield SpareAddress("whatsapp", storable(vendor_id), address, cause, CHANGED_NUMBER)
        case {"type": str(kind), "id": str(vendor_id)} if vendor_id and "group_id" not in told:
            if (message := message_of(told, kind, contacts)) is not None:
                yield message
        case _:
            log.info("a message from WhatsApp is not taken", why="it has no type or id, or is of a group")


def _of_echo(told: Any) -> Iterator[ColleagueMessage]:
    match told:
        case {"type": str(kind), "id": str(vendor_id)} if vendor_id:
            if (message := echo_of(told, kind)) is not None:
                yield message


def _of_status(told: Any) -> Iterator[DeliveryStatus]:
    match told:
        case {"id": str(sent_id), "status": str(status)} if sent_id and status in STATES:
            yield DeliveryStatus(
                channel="whatsapp",
                vendor_id=storable(f"{sent_id}:{status}"),
                sent_id=storable(sent_id),
                state=STATES[status],
                error=_error_in(told),
                key=storable(str(told.get("biz_opaque_callback_data") or "")),
            )


def _error_in(told: Mapping[str, Any]) -> str:
    match told.get("errors"):
        case [{"code": int() | str() as code}, *_]:
            return storable(str(code))
    return ""


def _of_preference(told: Any) -> Iterator[SpareAddress]:
    """That they stopped. That they go on there is no consent: whoever wants that says START, or ticks the box again."""
    match told:
        case {"category": "marketing_messages", "value": "stop", "timestamp": str() | int() as at}:
            if address := who_of(told):
                vendor_id = storable(f"{address}:{at}:stop")
                yield SpareAddress("whatsapp", vendor_id, address, Consequence.OPTED_OUT, STOPPED_MARKETING)


def _list(value: Json, name: str) -> list[Any]:
    found = value.get(name)
    return found if isinstance(found, list) else []

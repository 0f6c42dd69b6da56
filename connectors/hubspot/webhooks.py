"""HubSpot's webhooks: the v3 signature, and what a batch of changes of contacts means."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.domain.crm import CrmEvent, CrmMerge, CrmNews
from bot.domain.errors import SettingsError, WebhookRejected
from bot.ports import ConnectorSettings, WebhookRequest
from connectors.crm_webhooks import (
    as_id,
    as_value,
    check_age,
    check_equal,
    check_post,
    from_milliseconds,
    hmac_sha256,
)
from connectors.json_bodies import read_json

SIGNATURE = "x-hubspot-signature-v3"
TIMESTAMP = "x-hubspot-request-timestamp"
SETTING = "HUBSPOT_CLIENT_SECRET"
MOST_EVENTS = 1000
E_MAIL = "email"
PROPERTY = re.compile(r"[a-z0-9_]{1,100}")
WHAT_CHANGED: Mapping[str, CrmNews] = {
    "lifecyclestage": "stage_changed",
    "hs_lead_status": "stage_changed",
    "hubspot_owner_id": "owner_changed",
    "hs_email_optout": "unsubscribed",
}
OF_ONE_SUBSCRIPTION = re.compile(r"hs_email_optout_[0-9]+")
"""The property of who has opted out of one subscription type of e-mail."""

DECODED = re.compile("%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", re.IGNORECASE)
"""What HubSpot decodes of an address before it signs it, and no more."""


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """The properties of those subscription types of e-mail that are ours; of all of them, where none is named."""

    properties: tuple[str, ...] = ()

    def has(self, name: str) -> bool:
        return name in self.properties if self.properties else OF_ONE_SUBSCRIPTION.fullmatch(name) is not None


ALL_SUBSCRIPTIONS = Subscriptions()


def subscriptions_of(settings: ConnectorSettings) -> Subscriptions:
    """Raises SettingsError for what is neither the id of a subscription type nor the name of a property."""
    named = [one.strip() for one in settings.get("HUBSPOT_SUBSCRIPTIONS").split(",") if one.strip()]
    if wrong := next((one for one in named if not PROPERTY.fullmatch(one)), None):
        raise SettingsError(
            f'HUBSPOT_SUBSCRIPTIONS has "{wrong}", which is neither the id of a subscription type, such as 6125111, '
            "nor the internal name of a property."
        )
    return Subscriptions(tuple(f"hs_email_optout_{one}" if one.isdecimal() else one for one in named))


def parse_webhook(request: WebhookRequest, secret: str, subscriptions: Subscriptions) -> Sequence[CrmEvent | CrmMerge]:
    """The events of a batch that say something to us; raises WebhookRejected."""
    check_post(request, secret, SETTING)
    check_equal(request.headers.get(SIGNATURE, ""), signature(request, secret), "X-HubSpot-Signature-v3", SETTING)
    check_age(request.headers.get(TIMESTAMP, "")[:-3], request, "X-HubSpot-Request-Timestamp")
    told = read_json(request.body)
    if not isinstance(told, list) or len(told) > MOST_EVENTS:
        raise WebhookRejected(400, f"The body must be a list of at most {MOST_EVENTS} events.")
    return [event for one in told if (event := _event(one, request.received_at, subscriptions)) is not None]


def signature(request: WebhookRequest, secret: str) -> str:
    url = DECODED.sub(lambda found: chr(int(found[1], 16)), request.url)
    timestamp = request.headers.get(TIMESTAMP, "")
    signed = f"{request.method}{url}".encode(errors="replace"), request.body, timestamp.encode(errors="replace")
    return base64.b64encode(hmac_sha256(secret, *signed)).decode()


def _event(told: Any, received_at: datetime, subscriptions: Subscriptions) -> CrmEvent | CrmMerge | None:
    """By HubSpot's documentation its `eventId` alone is not unique, so what else names the change goes with it."""
    match told:
        case {"subscriptionType": "contact.propertyChange", "propertyName": str(name), "objectId": record}:
            pass
        case {
            "subscriptionType": "object.propertyChange",
            "objectTypeId": "0-1",
            "propertyName": str(name),
            "objectId": record,
        }:
            pass
        case {"subscriptionType": "contact.merge"} | {"subscriptionType": "object.merge", "objectTypeId": "0-1"}:
            return _merge(told, received_at)
        case {"subscriptionType": "contact.privacyDeletion", "objectId": record}:
            return _privacy_deletion(told, as_id(record), received_at)
        case _:
            return None
    contact, written = as_id(record), told.get("propertyValue")
    value = as_value("true" if written is True else written)
    parts = _parts(told)
    only_there = name not in WHAT_CHANGED and subscriptions.has(name)
    news = "unsubscribed" if only_there else WHAT_CHANGED.get(name)
    if news is None or not contact or not all(parts) or (news == "unsubscribed" and value.lower() != "true"):
        return None
    data = {} if news == "unsubscribed" else {news.partition("_")[0]: value, "field": name}
    at = from_milliseconds(told.get("occurredAt"), received_at)
    event = CrmEvent(f"{contact}:{':'.join(parts)}:{name}"[:240], news, contact, at, data=data)
    return (
        replace(event, data={"channel": E_MAIL, "field": name}, channel=E_MAIL, only_there=True)
        if only_there
        else event
    )


def _privacy_deletion(told: Mapping[str, Any], contact: str, received_at: datetime) -> CrmEvent | None:
    """A contact was deleted for good. Which other fields come with it HubSpot does not say for each kind of event."""
    at = from_milliseconds(told.get("occurredAt"), received_at)
    return CrmEvent(f"{contact}:{':'.join(_parts(told))}"[:240], "erased", contact, at) if contact else None


def _parts(told: Mapping[str, Any]) -> list[str]:
    return [as_id(told.get(part)) for part in ("eventId", "subscriptionId", "occurredAt")]


def _merge(told: Mapping[str, Any], received_at: datetime) -> CrmMerge | None:
    """What two contacts have become may be a third one (`newObjectId`)."""
    merged = told.get("mergedObjectIds")
    primary = as_id(told.get("primaryObjectId"))
    into = as_id(told.get("newObjectId")) or primary
    records = {as_id(one) for one in (*(merged if isinstance(merged, list) else ()), primary)} - {"", into}
    at = from_milliseconds(told.get("occurredAt"), received_at)
    return CrmMerge(tuple(sorted(records)), into, at) if into and records else None

"""What CRMs' webhooks have in common: how they are verified, and our own small shape for those that can be told it."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

from bot.domain.crm import CrmEvent, CrmNews
from bot.domain.errors import SettingsError, WebhookRejected
from bot.domain.message import storable
from bot.ports import ConnectorSettings, WebhookRequest
from connectors.json_bodies import read_json

OLDEST = timedelta(minutes=5)
SHORTEST_SECRET = 16
LONGEST_ID = 200
LONGEST_VALUE = 1000
SECRET_HEADER = "overture-secret"  # noqa: S105  the header's name
NEWS: tuple[CrmNews, ...] = get_args(CrmNews)
VALUES = {"stage_changed": "stage", "owner_changed": "owner", "unsubscribed": "", "erased": ""}
"""What each event says besides."""


def webhook_secret(settings: ConnectorSettings, name: str) -> str:
    """The secret of this setting, empty where there is none; raises SettingsError where it is short."""
    secret = settings.get(name, "")
    if secret and len(secret) < SHORTEST_SECRET:
        raise SettingsError(f"{name} should have {SHORTEST_SECRET} characters or more.")
    return secret


def check_post(request: WebhookRequest, secret: str, setting: str) -> None:
    """Raises WebhookRejected: 404 while nothing is set up, 405 for another method."""
    if not secret:
        raise WebhookRejected(404, f"This CRM's webhooks are not set up here: {setting} is empty.")
    if request.method != "POST":
        raise WebhookRejected(405, "A CRM's webhook is a POST.", headers={"Allow": "POST"})


def check_equal(given: str, wanted: str, header: str, setting: str) -> None:
    """Raises WebhookRejected: 401 without the header, 403 where it is not what it should be."""
    if not given:
        raise WebhookRejected(401, f"The request has no {header}.")
    if not hmac.compare_digest(given.encode(errors="replace"), wanted.encode()):
        raise WebhookRejected(403, f"{header} does not fit the request. Check {setting}.")


def check_age(seconds: str, request: WebhookRequest, header: str) -> None:
    """Raises WebhookRejected (403) unless it is a time of the last five minutes, in seconds since 1970."""
    fresh = seconds.isascii() and seconds.isdecimal() and len(seconds) <= 12
    if not fresh or abs(request.received_at.timestamp() - int(seconds)) > OLDEST.total_seconds():
        raise WebhookRejected(403, f"{header} is not a time of the last 5 minutes. Check the clocks.")


def parse_with_secret(request: WebhookRequest, secret: str, setting: str) -> Sequence[CrmEvent]:
    """An event in our own shape, from a CRM that can send a secret but cannot sign; raises WebhookRejected."""
    check_post(request, secret, setting)
    check_equal(request.headers.get(SECRET_HEADER, ""), secret, "Overture-Secret", setting)
    return [read_event(request.body, request.received_at)]


def hmac_sha256(secret: str, *parts: bytes) -> bytes:
    return hmac.new(secret.encode(), b"".join(parts), hashlib.sha256).digest()


def read_event(body: bytes, received_at: datetime) -> CrmEvent:
    """An event in our own shape (connectors/webhook/README.md); raises WebhookRejected (400)."""
    told = read_json(body)
    if not isinstance(told, dict):
        raise WebhookRejected(400, "The body must be a JSON object.")
    news = next((one for one in NEWS if one == told.get("event")), None)
    if news is None:
        raise WebhookRejected(400, f'"event" must be one of {", ".join(NEWS)}.')
    if not as_id(told.get("record")) and not as_id(told.get("lead")):
        raise WebhookRejected(400, 'It says of nobody. Send "record", the CRM\'s id, or "lead", Overture\'s.')
    event_id, value = as_id(told.get("id")), VALUES[news]
    if not event_id:
        raise WebhookRejected(400, f'"id" must be what the CRM calls this event, at most {LONGEST_ID} characters.')
    data = {value: as_value(told.get(value))} if value else {}
    if not all(data.values()):
        raise WebhookRejected(400, f'"{value}" must say which it is now.')
    at = _moment(told.get("at")) if "at" in told else received_at
    if at is None:
        raise WebhookRejected(400, '"at" must be a time such as 2026-11-24T09:00:00Z.')
    return CrmEvent(event_id, news, as_id(told.get("record")), at, as_id(told.get("lead")), data)


def as_id(told: Any) -> str:
    """An id as text; empty where it can be none."""
    text = str(told) if isinstance(told, int) and not isinstance(told, bool) and abs(told) < 10**30 else told
    usable = isinstance(text, str) and 0 < len(text) <= LONGEST_ID and storable(text) == text and text.strip()
    return text if usable else ""


def as_value(told: Any) -> str:
    """A value of a field as text that can be stored; empty where there is none."""
    if isinstance(told, bool) or not isinstance(told, str | int):
        return ""
    return storable(told if isinstance(told, str) else as_id(told))[:LONGEST_VALUE].strip()


def from_milliseconds(told: Any, otherwise: datetime) -> datetime:
    """A time in milliseconds since 1970."""
    if not isinstance(told, int) or isinstance(told, bool) or not 0 <= told < 10**14:
        return otherwise
    return datetime.fromtimestamp(told / 1000, UTC)


def read_moment(told: Any, otherwise: datetime) -> datetime:
    """A time in ISO 8601."""
    return _moment(told) or otherwise


def our_event(news: CrmNews, record: str, value: str, event_id: str) -> bytes:
    """The body that `read_event` reads."""
    told = {"id": event_id, "event": news, "record": record}
    return json.dumps({**told, VALUES[news]: value} if VALUES[news] else told).encode()


def _moment(told: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(told.strip())
        moment = (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, AttributeError):
        return None
    return moment if moment.year >= 1971 else None

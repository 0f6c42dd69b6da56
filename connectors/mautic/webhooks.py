"""Mautic's webhooks: its signature, and do-not-contact as an opt-out."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.domain.crm import CrmEvent
from bot.domain.errors import WebhookRejected
from bot.ports import WebhookRequest
from connectors.crm_webhooks import as_id, check_equal, check_post, hmac_sha256, read_moment
from connectors.json_bodies import read_json

SIGNATURE = "webhook-signature"
SETTING = "MAUTIC_WEBHOOK_SECRET"
SUBSCRIPTION = "mautic.lead_channel_subscription_changed"
OPTED_OUT = ("unsubscribed", "manual")
"""New statuses of a channel that are somebody's wish; `bounced` is none."""


def parse_webhook(request: WebhookRequest, secret: str) -> Sequence[CrmEvent]:
    """Raises WebhookRejected. Mautic signs no time, so an old request cannot be told; what it says is taken once."""
    check_post(request, secret, SETTING)
    check_equal(request.headers.get(SIGNATURE, ""), signature(request.body, secret), "Webhook-Signature", SETTING)
    told = read_json(request.body)
    if not isinstance(told, dict):
        raise WebhookRejected(400, "The body must be a JSON object.")
    changes = told.get(SUBSCRIPTION, [])
    changes = changes if isinstance(changes, list) else [changes]
    return [event for one in changes if (event := _event(one, request.received_at)) is not None]


def signature(body: bytes, secret: str) -> str:
    return base64.b64encode(hmac_sha256(secret, body)).decode()


def _event(told: Any, received_at: datetime) -> CrmEvent | None:
    """Mautic gives its events no id, so what one says is its id."""
    match told:
        case {"contact": {"id": contact}, "channel": str(channel), "new_status": str(status)} if status in OPTED_OUT:
            record = as_id(contact)
        case _:
            return None
    if not record:
        return None
    said = json.dumps([record, channel, told.get("old_status"), status, told.get("timestamp")])
    event_id = hashlib.sha256(said.encode()).hexdigest()[:32]
    at = read_moment(told.get("timestamp"), received_at)
    return CrmEvent(event_id, "unsubscribed", record, at, channel=str(channel))

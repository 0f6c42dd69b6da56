"""JSON in UTF-8 that a request brings, read strictly: what is none, or says NaN, is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.errors import WebhookRejected
from bot.domain.message import json_of

LONGEST_BODY = 64 * 1024


def read_json(body: bytes) -> Any:
    """Raises WebhookRejected (400)."""
    try:
        return json_of(body)
    except ValueError:
        raise WebhookRejected(400, "The body is not JSON.") from None


def read_object(body: bytes) -> Mapping[str, Any]:
    """Raises WebhookRejected (400) where it is no object."""
    found = read_json(body)
    if not isinstance(found, dict):
        raise WebhookRejected(400, "The body is JSON, but not an object.")
    return found


def read_short_object(body: bytes) -> Mapping[str, Any]:
    """What anybody may send; raises WebhookRejected (413) where it is longer than a message can be."""
    if len(body) > LONGEST_BODY:
        raise WebhookRejected(413, f"The body has {len(body)} bytes; at most {LONGEST_BODY} are taken.")
    return read_object(body)

"""The JSON bodies that the widget posts: read, and refused with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from bot.domain.errors import WebhookRejected


def message_id(body: Mapping[str, Any]) -> UUID:
    given = body.get("id")
    if given is None:
        raise WebhookRejected(400, '"id" is missing: a UUID that the client makes, the same at each try.')
    try:
        found = UUID(given) if isinstance(given, str) else None
    except ValueError:
        found = None
    if found is None or str(found) != given.lower():
        raise WebhookRejected(400, '"id" is not a UUID, such as 0b0e7f3c-9f5d-4c8e-8a51-3d2f1f3f7a10.')
    return found

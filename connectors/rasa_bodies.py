"""What clients of Rasa's channels send with a message, read and refused with a reason."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.domain.errors import WebhookRejected
from bot.domain.message import storable, storable_json

LONGEST_TEXT = 4000


def text_in(body: Mapping[str, Any]) -> str:
    """What the customer says; raises WebhookRejected where there is nothing, or too much."""
    given = body.get("message")
    if not isinstance(given, str):
        raise WebhookRejected(400, '"message" should be a string: what the customer says.')
    if len(given) > LONGEST_TEXT:
        raise WebhookRejected(413, f"The message has {len(given):,} characters; at most {LONGEST_TEXT:,} are taken.")
    text = storable(given).strip()
    if not text:
        raise WebhookRejected(400, '"message" is empty.')
    return text


def metadata_of(given: Any, field: str = "metadata") -> Mapping[str, Any]:
    """What custom actions find beside the words; raises WebhookRejected where it is no object, or no JSON."""
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise WebhookRejected(400, f'"{field}" should be an object.')
    try:
        kept: Mapping[str, Any] = storable_json(given)
        json.dumps(kept)  # bytes may come along in an event of Socket.IO
    except (RecursionError, ValueError):
        raise WebhookRejected(400, f'"{field}" is nested too deep.') from None
    except TypeError:
        raise WebhookRejected(400, f'"{field}" has something in it that is no JSON.') from None
    return kept

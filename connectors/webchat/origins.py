"""What a page on another website is told of who may carry the widget (CORS)."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.errors import WebhookRejected
from connectors.origins import is_allowed

ALLOWED_METHODS = "GET, POST, OPTIONS"
ALLOWED_HEADERS = "authorization, content-type, last-event-id"
PREFLIGHT_MAX_AGE_SECONDS = 600


def cors_headers(headers: Mapping[str, str], allowed: frozenset[str]) -> Mapping[str, str]:
    """The answer's headers for this caller. Raises WebhookRejected (403) for a page on a website not on the list.

    No `Origin` means no browser page, or a page of our own."""
    origin = headers.get("origin")
    if origin is None:
        return {"Vary": "Origin"}
    if not is_allowed(origin, headers.get("host", ""), allowed):
        raise WebhookRejected(
            403,
            "This website may not use the chat. Add its origin to the setting WEBCHAT_ORIGINS.",
            headers={"Vary": "Origin"},
        )
    return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}


def preflight_headers(cors: Mapping[str, str]) -> Mapping[str, str]:
    return {
        **cors,
        "Access-Control-Allow-Methods": ALLOWED_METHODS,
        "Access-Control-Allow-Headers": ALLOWED_HEADERS,
        "Access-Control-Max-Age": str(PREFLIGHT_MAX_AGE_SECONDS),
    }

"""Which websites may carry the widget (CORS; the Fetch standard's `Origin`)."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from bot.domain.errors import SettingsError, WebhookRejected

ALLOWED_METHODS = "GET, POST, OPTIONS"
ALLOWED_HEADERS = "authorization, content-type, last-event-id"
PREFLIGHT_MAX_AGE_SECONDS = 600


def allowed_origins(setting: str, service_url: str) -> frozenset[str]:
    """The origins in a comma-separated setting, and our own; raises SettingsError for what is not an exact origin."""
    own = urlsplit(service_url)
    named = [part.strip() for part in setting.split(",") if part.strip()]
    for origin in named:
        if not _is_origin(origin):
            raise SettingsError(
                f'WEBCHAT_ORIGINS has "{origin}", which is no origin. Write scheme and host, and the port where there '
                "is one, without a path or a star: https://www.example.com"
            )
    return frozenset([f"{own.scheme}://{own.netloc}", *named])


def _is_origin(text: str) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https")
        and parts.hostname is not None
        and "*" not in text
        and "@" not in text
        and text == f"{parts.scheme}://{parts.netloc}"
        and text == text.lower()
    )


def cors_headers(headers: Mapping[str, str], allowed: frozenset[str]) -> Mapping[str, str]:
    """The answer's headers for this caller. Raises WebhookRejected (403) for a page on a website not on the list.

    No `Origin` means no browser page, or a page of our own. A page of our own may also reach us by another name than
    the service's address says (localhost for 127.0.0.1); its origin is then the host it asked.
    """
    origin = headers.get("origin")
    if origin is None:
        return {"Vary": "Origin"}
    if origin not in allowed and not _is_same_host(origin, headers.get("host", "")):
        raise WebhookRejected(
            403,
            "This website may not use the chat. Add its origin to the setting WEBCHAT_ORIGINS.",
            headers={"Vary": "Origin"},
        )
    return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}


def _is_same_host(origin: str, host: str) -> bool:
    scheme, separator, netloc = origin.partition("://")
    return bool(separator and host) and scheme in ("http", "https") and netloc == host


def preflight_headers(cors: Mapping[str, str]) -> Mapping[str, str]:
    return {
        **cors,
        "Access-Control-Allow-Methods": ALLOWED_METHODS,
        "Access-Control-Allow-Headers": ALLOWED_HEADERS,
        "Access-Control-Max-Age": str(PREFLIGHT_MAX_AGE_SECONDS),
    }

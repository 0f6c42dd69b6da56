"""Which websites may talk with us from a visitor's browser (the Fetch standard's `Origin`)."""

from __future__ import annotations

from urllib.parse import urlsplit

from bot.domain.errors import SettingsError


def allowed_origins(name: str, setting: str, service_url: str) -> frozenset[str]:
    """The origins in the comma-separated setting of this name, and our own; raises SettingsError for what is not an
    exact origin."""
    own = urlsplit(service_url)
    named = [part.strip() for part in setting.split(",") if part.strip()]
    for origin in named:
        if not _is_origin(origin):
            raise SettingsError(
                f'{name} has "{origin}", which is no origin. Write scheme and host, and the port where there '
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


def is_allowed(origin: str, host: str, allowed: frozenset[str]) -> bool:
    """Whether a page of this origin may ask. A page of our own may also reach us by another name than the service's
    address says (localhost for 127.0.0.1); its origin is then the host it asked."""
    scheme, _, netloc = origin.partition("://")
    return origin in allowed or bool(host and netloc == host and scheme in ("http", "https"))

"""What answers of the pages for logging in share."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'; "
        "form-action 'self'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",  # with no-referrer, a browser would not say from where a form comes
    "X-Frame-Options": "DENY",
}
FRONT = "/account"
NO_HTTPS = "A login goes over HTTPS only. Set OVERTURE_PUBLIC_URL to the https:// address of this service."


def shown(text: str, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(status=status, text=text, content_type="text/html", headers={**HEADERS, **(headers or {})})


def safe_path(path: str) -> str:
    """Where to go after the login: a path of ours, and never another website."""
    plain = path.isascii() and path.isprintable() and " " not in path and "\\" not in path
    return path if plain and path.startswith("/") and not path.startswith("//") and len(path) < 1000 else FRONT

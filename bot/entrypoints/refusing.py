"""What is refused: as JSON, and as a page for a person who looks for one."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from bot.entrypoints.login.answers import shown
from bot.entrypoints.login.page import refusal
from bot.entrypoints.translate import problem

TITLES = {403: "Not for your role", 404: "Nothing here"}
LEADS_ON = {403: ("/account", "To your account"), 404: ("/journeys", "To the journeys")}


def refused(
    request: web.Request, status: int, reason: str, headers: Mapping[str, str] | None = None
) -> web.StreamResponse:
    looks = request.method == "GET" and "text/html" in request.headers.get("Accept", "")
    if looks and status in TITLES:
        advice = f"{reason[:1].upper()}{reason[1:].removesuffix('.')}."
        return shown(refusal(TITLES[status], advice, on=LEADS_ON[status]), status=status)
    return problem(status, reason, headers)

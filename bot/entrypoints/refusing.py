"""What is refused: as JSON, and as a page for a person who looks for one."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from bot.domain.access import CallerKind, Right
from bot.domain.errors import WebhookRejected
from bot.entrypoints.doorkeeper import Doorkeeper
from bot.entrypoints.login.answers import shown
from bot.entrypoints.login.page import refusal
from bot.entrypoints.translate import problem

TITLES = {403: "Not allowed", 404: "Nothing here"}
FOR_STAFF: Mapping[tuple[CallerKind, int], tuple[str, tuple[str, str]]] = {
    ("user", 403): ("Not for your role", ("/account", "To your account")),
    ("user", 404): (TITLES[404], ("/journeys", "To the journeys")),
    ("machine", 404): (TITLES[404], ("/journeys", "To the journeys")),
}
"""What the page says, and where it leads on to. Customers come to such pages, too, and have no business in ours."""


async def refused(
    request: web.Request,
    status: int,
    reason: str,
    headers: Mapping[str, str] | None = None,
    *,
    doors: Doorkeeper | None = None,
) -> web.StreamResponse:
    """`doors` know whether one of the staff looks; without, nobody is."""
    looks = request.method == "GET" and "text/html" in request.headers.get("Accept", "")
    if not looks or request.can_read_body or status not in TITLES:
        return problem(status, reason, headers)
    advice = f"{reason[:1].upper()}{reason[1:].removesuffix('.')}."
    kind = await _kind_of(request, doors) if doors is not None else None
    title, on = FOR_STAFF[kind, status] if kind and (kind, status) in FOR_STAFF else (TITLES[status], None)
    return shown(refusal(title, advice, on=on), status=status)


async def _kind_of(request: web.Request, doors: Doorkeeper) -> CallerKind | None:
    try:
        _, caller = await doors.admit(request, Right.SEE_JOURNEYS)  # which every role has
    except (WebhookRejected, SQLAlchemyError, ConnectionError):  # whoever it is, they are told what they came for
        return None
    return caller.kind

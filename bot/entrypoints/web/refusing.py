"""What is refused: as JSON, and as a page for a person who looks for one."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from bot.domain.access import CallerKind, Right
from bot.domain.errors import WebhookRejected
from bot.entrypoints.console.login.answers import shown
from bot.entrypoints.console.login.page import refusal
from bot.entrypoints.web.doorkeeper import Doorkeeper
from bot.entrypoints.web.preferences import page as preferences
from bot.entrypoints.web.preferences.words import words_for
from bot.entrypoints.web.translate import problem

TITLES = {
    403: "Not allowed",
    404: "Nothing here",
    410: "No longer here",
    429: "Too much at once",
    500: "Something went wrong",
    503: "Not at the moment",
}
OTHERWISE = "That did not work"
FOR_STAFF: Mapping[tuple[CallerKind, int], tuple[str, str]] = {
    ("user", 403): ("/account", "To your account"),
    ("user", 404): ("/journeys", "To the journeys"),
    ("machine", 404): ("/journeys", "To the journeys"),
}
"""Where the page leads on to. Customers come to such pages, too, and have no business in ours."""
LEAD_ON = {status for _, status in FOR_STAFF}

FOR_CUSTOMERS = ("preferences", "consent", "l")
"""How the addresses begin that stand in customers' messages: what is wrong there is said in their language."""


async def refused(
    request: web.Request,
    status: int,
    reason: str,
    headers: Mapping[str, str] | None = None,
    *,
    doors: Doorkeeper | None = None,
) -> web.StreamResponse:
    """`doors` know whether one of the staff looks; without, nobody is."""
    begins = request.path.lstrip("/").partition("/")[0]
    of_customer = begins in FOR_CUSTOMERS
    if not _looks(request, of_customer=of_customer):
        return problem(status, reason, headers)
    if of_customer:
        words = words_for(request.headers.get("Accept-Language", ""))
        name = "not_whole" if status == 404 else "away"
        return shown(
            preferences.refusal(words, name, new_link=status == 404 and begins != "l"), status=status, headers=headers
        )
    advice = f"{reason[:1].upper()}{reason[1:].removesuffix('.')}."
    on = await _onward(request, status, doors) if doors is not None and status in LEAD_ON else None
    return shown(refusal(TITLES.get(status, OTHERWISE), advice, on=on), status=status, headers=headers)


def _looks(request: web.Request, *, of_customer: bool) -> bool:
    """Whether a person waits for a page, by a link or a form. Programs may say, too, that they take HTML."""
    if "text/html" not in request.headers.get("Accept", ""):
        return False
    if request.method == "GET":
        return not request.can_read_body
    return of_customer or request.headers.get("Sec-Fetch-Dest") == "document"


async def _onward(request: web.Request, status: int, doors: Doorkeeper) -> tuple[str, str] | None:
    try:
        _, caller = await doors.admit(request, Right.SEE_JOURNEYS)  # which every role has
    except (WebhookRejected, SQLAlchemyError, ConnectionError):  # whoever it is, they are told what they came for
        return None
    return FOR_STAFF.get((caller.kind, status))

"""Which of our pages somebody may open, so that no page offers them one that is not for their role."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from bot.domain.access import Caller, Right
from bot.domain.errors import WebhookRejected
from bot.entrypoints.wiring.service import Service

PAGES: Final = (
    ("/journeys", "Journeys", Right.SEE_JOURNEYS),
    ("/segments", "Segments", Right.SEE_JOURNEYS),
    ("/responses", "Responses", Right.SEE_JOURNEYS),
    ("/knowledge", "Knowledge", Right.SEE_JOURNEYS),
    ("/people", "People", Right.SEE_PEOPLE),
    ("/understanding", "Understanding", Right.SEE_UNDERSTANDING),
    ("/queues", "Queues", Right.WATCH),
    ("/report", "Report", Right.WATCH),
    ("/access", "Access", Right.ADMINISTER),
)
"""Each with its name and the right that it wants, in the order in which they stand."""

FIRST: Final = PAGES[0][0]
"""Every role may open it."""

BENEATH: Final = {
    "import": ("/people/import", Right.TAKE_PEOPLE),
    "attributes": ("/people/attributes", Right.SEE_JOURNEYS),
}
"""Pages to which another one leads, with the right that each wants."""

SPEAKERS: Final = frozenset({"alexa", "dialogflow"})
"""The stand-ins that one talks with on the page Speakers."""


def pages_for(service: Service, caller: Caller | None) -> list[tuple[str, str]]:
    """The address and the name of each page that opens for them. None: who looks at a playground that is not locked."""
    pages = [(path, name) for path, name, right in PAGES if caller is not None and caller.may(right)]
    if service.sandbox is not None and (caller is None or caller.may(Right.ADMINISTER)):
        pages.append(("/", "Playground"))
        if not SPEAKERS.isdisjoint(vendor.name for vendor in service.sandbox.vendors.values()):
            pages.append(("/speakers", "Speakers"))
    if caller is not None and caller.kind == "user":
        pages.append(("/account", "Your account"))
    return pages


def pages_beneath(caller: Caller | None) -> dict[str, str]:
    """The addresses of the pages beneath others that open for them."""
    return {name: path for name, (path, right) in BENEATH.items() if caller is not None and caller.may(right)}


def led_to_first_page(request: web.Request) -> WebhookRejected:
    """The answer to somebody who opens the service's own address in a browser; a token in it is kept."""
    return WebhookRejected(
        303, f"the pages are at {FIRST}", headers={"Location": str(request.rel_url.with_path(FIRST, keep_query=True))}
    )

"""Which of our pages somebody may open, so that no page offers them one that is not for their role."""

from __future__ import annotations

from typing import Final, NamedTuple

from aiohttp import web

from bot.domain.access import Caller, Right
from bot.domain.errors import WebhookRejected
from bot.entrypoints.wiring.service import Service


class Page(NamedTuple):
    path: str
    name: str
    right: Right
    """The one that it wants."""


class Part(NamedTuple):
    """Pages that belong together: the bar names their part, and each of them leads to the others."""

    name: str
    pages: tuple[Page, ...]


PARTS: Final = (
    Part(
        "Journeys",
        (
            Page("/journeys", "Journeys", Right.SEE_JOURNEYS),
            Page("/segments", "Segments", Right.SEE_JOURNEYS),
            Page("/scores", "Scores", Right.SEE_JOURNEYS),
            Page("/rules", "Rules", Right.SEE_JOURNEYS),
        ),
    ),
    Part(
        "Conversation",
        (
            Page("/responses", "Responses", Right.SEE_JOURNEYS),
            Page("/knowledge", "Knowledge", Right.SEE_JOURNEYS),
            Page("/understanding", "Understanding", Right.SEE_UNDERSTANDING),
        ),
    ),
    Part(
        "People",
        (
            Page("/people", "People", Right.SEE_PEOPLE),
            Page("/people/import", "Import", Right.TAKE_PEOPLE),
            Page("/people/attributes", "Attributes", Right.SEE_JOURNEYS),
        ),
    ),
    Part(
        "Desk",
        (
            Page("/conversations", "Conversations", Right.SEE_CONVERSATIONS),
            Page("/desk", "Desk", Right.SEE_JOURNEYS),
        ),
    ),
    Part("Report", (Page("/report", "Report", Right.WATCH),)),
    Part(
        "Service",
        (Page("/queues", "Queues", Right.WATCH), Page("/access", "Access", Right.ADMINISTER)),
    ),
)
"""In the order in which they stand."""

FIRST: Final = PARTS[0].pages[0].path
"""Every role may open it."""

SPEAKERS: Final = frozenset({"alexa", "dialogflow"})
"""The stand-ins that one talks with on the page Speakers."""


def parts_for(service: Service, caller: Caller | None) -> list[Part]:
    """What opens for them, without the parts that have no such page; a part of one page is called as that page is.

    `caller`: None for who looks at a playground that is not locked.
    """
    parts = [Part(name, tuple(page for page in pages if _opens(page, caller))) for name, pages in PARTS]
    if service.sandbox is not None and (caller is None or caller.may(Right.ADMINISTER)):
        pages: tuple[Page, ...] = (Page("/", "Playground", Right.ADMINISTER),)
        if not SPEAKERS.isdisjoint(vendor.name for vendor in service.sandbox.vendors.values()):
            pages = (*pages, Page("/speakers", "Speakers", Right.ADMINISTER))
        parts.append(Part("Playground", pages))
    if caller is not None and caller.kind == "user":
        parts.append(Part("Your account", (Page("/account", "Your account", Right.SEE_JOURNEYS),)))
    return [part if len(part.pages) > 1 else Part(part.pages[0].name, part.pages) for part in parts if part.pages]


def _opens(page: Page, caller: Caller | None) -> bool:
    return caller is not None and caller.may(page.right)


def led_to_first_page(request: web.Request) -> WebhookRejected:
    """The answer to somebody who opens the service's own address in a browser; a token in it is kept."""
    return WebhookRejected(
        303, f"the pages are at {FIRST}", headers={"Location": str(request.rel_url.with_path(FIRST, keep_query=True))}
    )

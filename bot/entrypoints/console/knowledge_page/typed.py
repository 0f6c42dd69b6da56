"""A knowledge page as its form has it, as JSON, both ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.errors import WebhookRejected
from bot.entrypoints.console.journeys_page.answers import text_of
from bot.nlu.knowledge_edit import UNTIL, PageText

LONGEST_LINE, LONGEST_BODY = 1_000, 50_000
MOST_ITEMS = 200
LINES = {"title": "title", "url": "url", "until": UNTIL}
LISTS = {"questions": "questions", "audience": "audience", "channels": "channels"}
"""What the form calls each of them, and what the front matter does."""


def form_json(page: PageText) -> Mapping[str, Any]:
    lines = {name: str(page.head.get(key) or "") for name, key in LINES.items()}
    return {**lines, **{name: _listed(page.head.get(key)) for name, key in LISTS.items()}, "body": page.body}


def page_of(body: Mapping[str, Any], before: PageText) -> PageText:
    """The page with what was typed; what it says of other things stays. Raises WebhookRejected."""
    head = dict(before.head)
    for name, key in LINES.items():
        _put(head, key, " ".join(text_of(body, name, LONGEST_LINE).split()))
    for name, key in LISTS.items():
        items = _items(body, name)
        if items != _listed(head.get(key)):
            _put(head, key, items)
    return PageText(head, text_of(body, "body", LONGEST_BODY).replace("\r\n", "\n").strip("\n"))


def _put(head: dict[str, Any], key: str, value: str | list[str]) -> None:
    if value:
        head[key] = value
    else:
        head.pop(key, None)


def _items(body: Mapping[str, Any], name: str) -> list[str]:
    items = body.get(name)
    if not isinstance(items, list) or len(items) > MOST_ITEMS or not all(isinstance(one, str) for one in items):
        raise WebhookRejected(400, f'"{name}" wants a list of at most {MOST_ITEMS} texts')
    if any(len(one) > LONGEST_LINE for one in items):
        raise WebhookRejected(400, f'what "{name}" lists has at most {LONGEST_LINE} characters each')
    return [" ".join(one.split()) for one in items if one.strip()]


def _listed(value: Any) -> list[str]:
    """One name, or a list of them."""
    if value is None:
        return []
    items: Sequence[Any] = value if isinstance(value, list) else [value]
    return [str(one).strip() for one in items]

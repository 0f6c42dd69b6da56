"""What somebody does to a journey in its picture, as edits of the file's text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.errors import WebhookRejected
from bot.journeys.edit import Add, Change, Edit, Move, Remove, Settings

MOST_EDITS = 100
WAYS = (
    'an edit is {"do": "change", "step", "to"}, "add" with "beside" and "new", "move" with "beside", "remove", '
    f'or "settings" with "to"; or a list of at most {MOST_EDITS} of them'
)


def edits_of(told: Any) -> list[Edit]:
    """One edit or a list of them, which are made one after the other; raises WebhookRejected where it is none."""
    listed = told if isinstance(told, list) else [told]
    if not 0 < len(listed) <= MOST_EDITS:
        raise WebhookRejected(400, WAYS)
    return [_edit_of(one) for one in listed]


def _edit_of(told: Any) -> Edit:
    match told:
        case {"do": "change", "step": str(step), "to": Mapping() as to}:
            return Change(step, to)
        case {"do": "add", "beside": str(beside), "new": Mapping() as new}:
            return Add(beside, new, before=told.get("before") is True)
        case {"do": "move", "step": str(step), "beside": str(beside)}:
            return Move(step, beside, before=told.get("before") is True)
        case {"do": "remove", "step": str(step)}:
            return Remove(step)
        case {"do": "settings", "to": Mapping() as to}:
            return Settings(to)
    raise WebhookRejected(400, WAYS)

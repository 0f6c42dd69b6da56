"""What somebody does to a step in the picture, as an edit of the file's text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.errors import WebhookRejected
from bot.journeys.edit import Add, Change, Edit, Move, Remove

WAYS = 'an edit is {"do": "change", "step", "to"}, "add" with "beside" and "new", "move" with "beside", or "remove"'


def edit_of(told: Any) -> Edit:
    """Raises WebhookRejected where it is none."""
    match told:
        case {"do": "change", "step": str(step), "to": Mapping() as to}:
            return Change(step, to)
        case {"do": "add", "beside": str(beside), "new": Mapping() as new}:
            return Add(beside, new, before=told.get("before") is True)
        case {"do": "move", "step": str(step), "beside": str(beside)}:
            return Move(step, beside, before=told.get("before") is True)
        case {"do": "remove", "step": str(step)}:
            return Remove(step)
    raise WebhookRejected(400, WAYS)

"""What WhatsApp is to a business, by whichever vendor its messages come: its window, its users' ids, its forms."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

WINDOW = timedelta(hours=24)
"""For how long after the customer's last message anything but a template may be sent."""

USER = re.compile(r"[A-Z]{2}(?:\.ENT)?\.[A-Za-z0-9]{1,128}")
"""Meta's business-scoped id of somebody, which is all that there is where a username stands in place of the number."""

MEDIA = frozenset({"image/jpeg", "image/png", "application/pdf"})
"""The types of files that it shows by themselves or hands over."""

NO_ANSWERS = frozenset({"flow_token", "list_reply", "button_reply", "type"})
"""Names in a form of what nobody filled in: Meta's own, and what was chosen from a list or by a button."""

MOST_ANSWERS = 50
DEEPEST = 5
_NUMBERED = re.compile(r"^screen_\d+_|_\d+$")
"""What Meta's builder puts around the name of a field: `screen_0_Team_size_1`."""


def filled_in(written: str) -> str:
    """What somebody has filled in in a form (a Flow), which comes as JSON: a line for each answer, "Team size: 12".

    Empty where there is none.
    """
    found = _read(written)
    if isinstance(found, str):  # JSON in JSON
        found = _read(found)
    return "\n".join(islice(_answers(found), MOST_ANSWERS))


def place_in_words(latitude: str, longitude: str, *named: str) -> str:
    """A location that somebody shares: its name, its address, and a geo URI (RFC 5870). Empty without both numbers."""
    if not latitude or not longitude:
        return ""
    return ", ".join(one for one in (*named, f"geo:{latitude},{longitude}") if one)


def _read(written: str) -> object:
    try:
        return json.loads(written)
    except (ValueError, RecursionError):
        return None


def _answers(node: object, deep: int = 0) -> Iterator[str]:
    """Twilio has a page's answers in an object of its name, Meta all of them in one."""
    if not isinstance(node, dict) or deep > DEEPEST:
        return
    for name, value in node.items():
        if name in NO_ANSWERS:
            continue
        values = value if isinstance(value, list) else [value]
        said = [str(one).strip() for one in values if isinstance(one, str | int | float)]
        if any(said):
            yield f"{_NUMBERED.sub('', name).replace('_', ' ')}: {', '.join(filter(None, said))}"
        for one in values:
            yield from _answers(one, deep + 1)

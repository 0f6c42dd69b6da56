"""The forms that people fill in in WhatsApp (Flows), which Twilio posts as JSON, in words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice

FIELDS = ("InteractiveData", "FlowData")
NO_ANSWERS = frozenset({"flow_token", "list_reply", "button_reply", "type"})
"""Names of what nobody filled in: Meta's own, and what stands in `ListTitle` and `ButtonText` as well."""

MOST_ANSWERS = 50
DEEPEST = 5
_NUMBERED = re.compile(r"^screen_\d+_|_\d+$")
"""What Meta's builder puts around the name of a field: `screen_0_Team_size_1`."""


def filled_in(written: str) -> str:
    """A line for each answer, "Team size: 12"; empty where there is none."""
    found = _read(written)
    if isinstance(found, str):  # JSON in JSON
        found = _read(found)
    return "\n".join(islice(_answers(found), MOST_ANSWERS))


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

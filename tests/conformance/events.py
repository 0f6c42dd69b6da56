"""Events of a turn as the comparison has them. Imports neither engine: both drivers use it, each in its own Python."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

COMPARED = {
    "action_execution_rejected",
    "active_loop",
    "bot",
    "cancel_reminder",
    "followup",
    "loop_interrupted",
    "pause",
    "reminder",
    "reset_slots",
    "restart",
    "resume",
    "rewind",
    "slot",
    "undo",
}
"""The kinds that are told. Messages are the script's, and actions are compared with what chose them."""


def in_short(events: Iterable[Mapping[str, Any]]) -> Iterator[list[Any]]:
    """From Rasa's JSON: `["slot", "size", 4]`, `["active_loop", "size_form"]`, `["bot", "utter_greet"]`."""
    for event in events:
        kind = event["event"]
        if kind not in COMPARED:
            continue
        match kind:
            case "slot":
                yield [kind, event["name"], event["value"]]
            case "bot":
                yield [kind, event["metadata"].get("utter_action") or ""]
            case "active_loop" | "followup" | "action_execution_rejected":
                yield [kind, event["name"]]
            case "loop_interrupted":
                yield [kind, event["is_interrupted"]]
            case _:
                yield [kind]

"""Answers in Rasa's shapes: errors, and the state of a conversation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

from aiohttp import web

from bot.adapters.rasa.action_calls import RASA_VERSION, tracker_as_rasa_has_it
from bot.adapters.rasa.rasa_events import event_as_rasa_has_it
from bot.domain.assistant import Assistant
from bot.domain.conversation import Event, Restarted, Tracker, as_heard
from bot.domain.errors import WebhookRejected

REASONS: Mapping[int, str] = {
    400: "BadRequest",
    401: "NotAuthenticated",
    403: "NotAuthorized",
    404: "NotFound",
    405: "MethodNotAllowed",
    406: "NotAcceptable",
    409: "Conflict",
    413: "PayloadTooLarge",
}


class BadParameter(WebhookRejected):
    """A parameter is wrong: which, and where it was given (`query` or `body`)."""

    def __init__(self, message: str, parameter: str, where: str) -> None:
        super().__init__(400, message)
        self.details = {"parameter": parameter, "in": where}


def failure(rejected: WebhookRejected) -> web.Response:
    """The error as Rasa tells it."""
    told = {
        "version": RASA_VERSION,
        "status": "failure",
        "message": rejected.reason,
        "reason": REASONS.get(rejected.status, "ConversationError"),
        "details": rejected.details if isinstance(rejected, BadParameter) else {},
        "help": None,
        "code": rejected.status,
    }
    return web.json_response(told, status=rejected.status, headers=rejected.headers)


class Verbosity(Enum):
    """Which events a tracker is shown with. What is undone is in none of ours, so APPLIED is AFTER_RESTART."""

    NONE = "NONE"
    APPLIED = "APPLIED"
    AFTER_RESTART = "AFTER_RESTART"
    ALL = "ALL"


def tracker_json(
    tracker: Tracker, name: str, events: Sequence[Event], verbosity: Verbosity, assistant: Assistant
) -> dict[str, Any]:
    """The tracker, called `name`, with the events that were asked for."""
    state = tracker_as_rasa_has_it(tracker, {}, assistant)
    state["latest_message"]["metadata"] = {}
    return {**state, "sender_id": name, "events": _shown(events, verbosity)}


def _shown(events: Sequence[Event], verbosity: Verbosity) -> list[dict[str, Any]] | None:
    if verbosity is Verbosity.NONE:
        return None
    restarts = [number for number, event in enumerate(events, start=1) if isinstance(event, Restarted)]
    begin = restarts[-1] if restarts and verbosity is not Verbosity.ALL else 0
    return [event_as_rasa_has_it(event) for event in as_heard(events[begin:])]

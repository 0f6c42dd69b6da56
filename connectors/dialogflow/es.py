"""Dialogflow ES v2 (cloud.google.com/dialogflow/es/docs/fulfillment-webhook)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.errors import WebhookRejected
from connectors.dialogflow.asked import CARRIED, Asked, Wish, carried_in, id_of, part, session_of, words

ACTIONS: Mapping[str, Wish] = {"intent": "intent", "open": "open", "input.welcome": "open"}
"""By the intent's action. Agents that are older than we are have actions of their own: then the words are read."""

EVENT = re.compile(r"actions_intent_[A-Z_]+|[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
"""What stands for the customer's words where an event and nobody's words made the agent match: TELEPHONY_WELCOME."""

LIFESPAN = 100
"""Turns for which the context lives; each of our answers gives it anew."""


def read(found: Mapping[str, Any]) -> Asked:
    """A WebhookRequest; raises WebhookRejected where it is none."""
    result = part(found, "queryResult")
    if not result:
        raise WebhookRejected(400, 'The body has no "queryResult": this is no request of Dialogflow ES.')
    session = session_of(found, "session")
    ours = _context(result, f"{session}/contexts/{CARRIED}")
    # An empty text is how ES says that a parameter has no value.
    entities = {name: value for name, value in part(result, "parameters").items() if value != ""}
    kept = {name: value for name, value in ours.items() if name != CARRIED and value != ""}
    wish, text = ACTIONS.get(words(result, "action"), "words"), words(result, "queryText")
    if EVENT.fullmatch(text):
        wish, text = ("open" if wish == "words" and text.endswith("_WELCOME") else wish), ""
    return Asked(
        id=id_of(found, "responseId"),
        session=session,
        wish=wish,
        language=words(result, "languageCode"),
        text=text,
        intent=words(part(result, "intent"), "displayName"),
        entities=entities,
        parameters={**kept, **entities},
        carried=carried_in(ours.get(CARRIED)),
    )


def answer(asked: Asked, said: Sequence[str], parameters: Mapping[str, Any], carried: str) -> Mapping[str, Any]:
    """A WebhookResponse. Our context is written whole, so a parameter that is not in it is none any more."""
    kept = {name: value for name, value in parameters.items() if value is not None}
    context = {
        "name": f"{asked.session}/contexts/{CARRIED}",
        "lifespanCount": LIFESPAN,
        "parameters": {**kept, CARRIED: carried},
    }
    return {
        "fulfillmentText": "\n".join(said),
        "fulfillmentMessages": [{"text": {"text": [one]}} for one in said],
        "outputContexts": [context],
    }


def _context(result: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    contexts = result.get("outputContexts") or []
    if not isinstance(contexts, list):
        raise WebhookRejected(400, '"outputContexts" is no list.')
    for context in contexts:
        if isinstance(context, dict) and context.get("name") == name:
            return part(context, "parameters")
    return {}

"""Dialogflow CX v3, "Conversational Agents" (cloud.google.com/dialogflow/cx/docs/concept/webhook)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.errors import WebhookRejected
from connectors.dialogflow.asked import CARRIED, Asked, Wish, carried_in, id_of, part, session_of, words

TAGS: Mapping[str, Wish] = {"": "words", "words": "words", "intent": "intent", "open": "open"}


def read(found: Mapping[str, Any]) -> Asked:
    """A WebhookRequest; raises WebhookRejected where it is none.

    One input of the customer's may ask us several times, on one page after another: each is a request of its own.
    """
    tag, page = words(part(found, "fulfillmentInfo"), "tag"), words(part(found, "pageInfo"), "currentPage")
    if tag not in TAGS:
        raise WebhookRejected(400, f'The tag of the fulfilment is "{tag[:50]}". It should be words, intent or open.')
    session, intent = part(found, "sessionInfo"), part(found, "intentInfo")
    parameters = part(session, "parameters")
    return Asked(
        id=":".join([id_of(found, "detectIntentResponseId"), tag or "words", page.rpartition("/")[2][:50]]),
        session=session_of(session, "session"),
        wish=TAGS[tag],
        language=words(found, "languageCode"),
        text=words(found, "text") or words(found, "transcript"),
        digits=words(found, "dtmfDigits"),
        intent=words(intent, "displayName"),
        entities={name: _resolved(value) for name, value in part(intent, "parameters").items()},
        parameters={name: value for name, value in parameters.items() if name != CARRIED},
        carried=carried_in(parameters.get(CARRIED)),
    )


def answer(asked: Asked, said: Sequence[str], parameters: Mapping[str, Any], carried: str) -> Mapping[str, Any]:
    """A WebhookResponse. A parameter that is None is deleted there."""
    return {
        "fulfillmentResponse": {
            "messages": [{"text": {"text": [one]}} for one in said],
            "mergeBehavior": "REPLACE",
        },
        "sessionInfo": {"session": asked.session, "parameters": {**parameters, CARRIED: carried}},
    }


def _resolved(value: object) -> object:
    match value:
        case {"resolvedValue": resolved}:
            return resolved
        case {"originalValue": str(original)}:
            return original
    return None

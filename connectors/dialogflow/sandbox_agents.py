"""The two editions of Dialogflow as the stand-in plays them: what an agent asks, and what it makes of an answer.

An agent's own understanding is Google's and is not here: either the words are handed on, as by a no-match handler or a
fallback intent, or the intent is one that was chosen.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.ports import Reply

PROJECT = "projects/overture-sandbox"
LARGEST_ANSWER = 64 * 1024
LONGEST_REASON = 500
WELCOME, FALLBACK = "Default Welcome Intent", "Default Fallback Intent"


@dataclass(frozen=True, slots=True)
class Input:
    """What somebody said, pressed (`digits`), or what the agent took it for (`intent` with `entities`)."""

    wish: str
    text: str = ""
    digits: str = ""
    intent: str = ""
    entities: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Talk:
    """A session of an agent. `parameters` are what it remembers: of the session (CX), of our context (ES)."""

    session: str
    language: str
    parameters: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Heard:
    """`parameters` are what the agent remembers from now on. `troubles` are what Dialogflow refuses the answer for."""

    said: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    troubles: tuple[str, ...] = ()
    body: Any = None


class Edition(Protocol):
    """`tries` is how often it asks where it hears nothing."""

    tries: int

    def session(self, name: str) -> str: ...
    def ask(self, talk: Talk, given: Input, id_: str) -> Mapping[str, Any]: ...
    def hear(self, talk: Talk, body: Mapping[str, Any]) -> Heard: ...


class Cx:
    """Dialogflow CX v3."""

    tries = 2
    fields = ("fulfillmentResponse", "payload", "pageInfo", "sessionInfo", "targetFlow", "targetPage")
    behaviours = ("APPEND", "MERGE_BEHAVIOR_UNSPECIFIED", "REPLACE")

    def session(self, name: str) -> str:
        return f"{PROJECT}/locations/global/agents/sandbox/sessions/{name}"

    def ask(self, talk: Talk, given: Input, id_: str) -> Mapping[str, Any]:
        page = {"currentPage": f"{PROJECT}/locations/global/agents/sandbox/flows/0/pages/START_PAGE"}
        asked: dict[str, Any] = {
            "detectIntentResponseId": id_,
            "languageCode": talk.language,
            "fulfillmentInfo": {"tag": given.wish},
            "pageInfo": {**page, "displayName": "Start Page"},
            "sessionInfo": {"session": talk.session, "parameters": talk.parameters},
        }
        if given.digits:
            asked["dtmfDigits"] = given.digits
        elif given.text:
            asked["text"] = given.text
        if given.intent:
            entities = {
                name: {"originalValue": str(value), "resolvedValue": value} for name, value in given.entities.items()
            }
            asked["intentInfo"] = {"displayName": given.intent, "parameters": entities, "confidence": 1.0}
        return asked

    def hear(self, talk: Talk, body: Mapping[str, Any]) -> Heard:
        response, session = _part(body, "fulfillmentResponse"), _part(body, "sessionInfo")
        troubles = [*_unknown(body, self.fields)]
        if response.get("mergeBehavior", "APPEND") not in self.behaviours:
            troubles.append(f'"mergeBehavior" is one of {", ".join(self.behaviours)}.')
        if session.get("session", talk.session) != talk.session:
            troubles.append("The answer is for another session.")
        told = _part(session, "parameters")
        parameters = {**talk.parameters, **told}
        kept = {name: value for name, value in parameters.items() if value is not None}
        return Heard(tuple(_texts(response.get("messages"))), kept, tuple(troubles), body)


class Es:
    """Dialogflow ES v2."""

    tries = 1
    fields = (
        *("fulfillmentMessages", "fulfillmentText", "followupEventInput", "outputContexts"),
        *("payload", "sessionEntityTypes", "source"),
    )
    intents: Mapping[str, tuple[str, str]] = {
        "open": (WELCOME, "input.welcome"),
        "words": (FALLBACK, "input.unknown"),
        "intent": ("", "intent"),
    }

    def session(self, name: str) -> str:
        return f"{PROJECT}/agent/sessions/{name}"

    def ask(self, talk: Talk, given: Input, id_: str) -> Mapping[str, Any]:
        name, action = self.intents[given.wish]
        contexts = []
        if talk.parameters:
            contexts = [
                {"name": f"{talk.session}/contexts/overture", "lifespanCount": 99, "parameters": talk.parameters}
            ]
        return {
            "responseId": id_,
            "session": talk.session,
            "queryResult": {
                "queryText": given.text or given.digits or given.intent or "hi",
                "action": action,
                "parameters": given.entities,
                "allRequiredParamsPresent": True,
                "outputContexts": contexts,
                "intent": {
                    "name": f"{PROJECT}/agent/intents/{given.wish}",
                    "displayName": given.intent or name,
                    "isFallback": given.wish == "words",
                },
                "intentDetectionConfidence": 1.0,
                "languageCode": talk.language,
            },
            "originalDetectIntentRequest": {"payload": {}},
        }

    def hear(self, talk: Talk, body: Mapping[str, Any]) -> Heard:
        said = tuple(_texts(body.get("fulfillmentMessages"))) or (str(body.get("fulfillmentText", "")),)
        troubles = [*_unknown(body, self.fields)]
        parameters: Mapping[str, Any] = talk.parameters
        for context in body.get("outputContexts") or ():
            if not str(context.get("name", "")).startswith(f"{talk.session}/contexts/"):
                troubles.append("A context is named <session>/contexts/<name>.")
            elif context["name"].endswith("/overture"):
                parameters = _part(context, "parameters")
        return Heard(tuple(one for one in said if one), parameters, tuple(troubles), body)


def hear(edition: Edition, talk: Talk, reply: Reply) -> Heard:
    """What the agent makes of this answer."""
    if reply.status != 200:
        why = reply.body.decode("utf-8", "replace")[:LONGEST_REASON]
        return Heard(troubles=(f"The webhook answered with status {reply.status}: {why}",))
    try:
        body = json.loads(reply.body)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        return Heard(troubles=("The answer is no JSON object.",))
    if len(reply.body) > LARGEST_ANSWER:
        return Heard(troubles=(f"The answer has {len(reply.body)} bytes; Dialogflow takes {LARGEST_ANSWER}.",))
    return edition.hear(talk, body)


def _unknown(body: Mapping[str, Any], known: Sequence[str]) -> Iterator[str]:
    """Dialogflow refuses fields that it does not know."""
    yield from (f'Dialogflow knows no field "{name}" in an answer.' for name in sorted(set(body) - set(known)))


def _texts(messages: object) -> Iterator[str]:
    """One of each message's variants, as an agent picks one."""
    for message in messages if isinstance(messages, list) else ():
        match message:
            case {"text": {"text": [str(first), *_]}}:
                yield first


def _part(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = found.get(name)
    return value if isinstance(value, dict) else {}

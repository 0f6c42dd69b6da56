"""The Dialogflow channel: a webhook for agents of both editions, answered by what the turn says."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol

import aiohttp

from bot.domain.errors import PermanentSendError, WebhookRejected
from bot.domain.message import CustomerMessage, OutboundMessage, Receipt, Text
from bot.domain.spoken import Spoken, named, pressed, written
from bot.domain.spoken_phrases import phrases_of
from bot.ports import Abilities, AwaitTurn, FeedWriter, Reply, Said, Webhook, WebhookRequest
from connectors.dialogflow import cx, es
from connectors.dialogflow.access import Access
from connectors.dialogflow.asked import LONGEST_TEXT, Asked, keepable
from connectors.json_bodies import read_object
from connectors.speech import choices_in, item_of, one_moment, phrase, speech_of
from connectors.spoken_session import Session, read_session

ANSWER_WITHIN = timedelta(seconds=3.5)
"""Dialogflow gives up after five seconds."""

LARGEST_ANSWER = 64 * 1024
"""Of which words may be half, and what is carried an eighth."""

LARGEST_PAYLOAD = 9000


class Dialect(Protocol):
    """One edition of Dialogflow."""

    def read(self, found: Mapping[str, Any], /) -> Asked: ...
    def answer(
        self, asked: Asked, said: Sequence[str], parameters: Mapping[str, Any], carried: str, /
    ) -> Mapping[str, Any]: ...


DIALECTS: Mapping[str, Dialect] = {"cx": cx, "es": es}


class DialogflowChannel:
    """Agents that leave the dialogue to us, or parts of it. `slots` are those that are parameters there as well."""

    name = "dialogflow"
    abilities = Abilities(identity="dialogflow", longest_text=3000, proactive=False, repeatable=True, spoken=True)

    def __init__(
        self, *, access: Access, feed: FeedWriter, slots: Sequence[str] = (), trust_proxy_settings: bool = True
    ) -> None:
        self._access = access
        self._feed = feed
        self._slots = tuple(slots)
        self._trust_proxy_settings = trust_proxy_settings
        self._http: aiohttp.ClientSession | None = None

    # ------------------------------------------------------------ in

    async def prepare(self, request: WebhookRequest) -> None:
        if request.tail not in DIALECTS:
            return
        if self._http is None or self._http.closed:
            self._http = aiohttp.ClientSession(trust_env=self._trust_proxy_settings)
        await self._access.prepare(request, self._http)

    def parse(self, request: WebhookRequest) -> Webhook:
        dialect = DIALECTS.get(request.tail)
        if dialect is None:
            raise WebhookRejected(404, f"Dialogflow's webhooks are {' and '.join(DIALECTS)}; there is no other here.")
        if request.method != "POST":
            raise WebhookRejected(405, "Dialogflow's webhooks are taken by POST only.", headers={"Allow": "POST"})
        self._access.check(request)
        asked = dialect.read(read_object(request.body))
        session = read_session(asked.carried.get("session"))
        if asked.wish == "open":
            return self._turn(dialect, asked, session, opened=True)
        if asked.wish == "intent" and asked.intent:
            said = asked.text[:LONGEST_TEXT] or asked.intent
            return self._turn(dialect, asked, session, said, _payload_of(asked))
        heard = asked.digits or asked.text[:LONGEST_TEXT]
        if not heard:
            still_there = phrase(phrases_of(asked.language).still_there, asked.language)
            return Webhook(reply=_reply(dialect, asked, [still_there], session, self._told(asked), {}))
        find = pressed(heard, session.choices) if asked.digits else named(heard, session.choices, asked.language)
        if find is not None:
            return self._turn(dialect, asked, session, find.title, find.payload)
        return self._turn(dialect, asked, session, written(heard, asked.language))

    def _turn(
        self,
        dialect: Dialect,
        asked: Asked,
        session: Session,
        text: str = "",
        payload: str | None = None,
        *,
        opened: bool = False,
    ) -> Webhook:
        message = CustomerMessage(
            channel=self.name,
            vendor_id=asked.id,
            address=asked.session,
            text=text,
            payload=payload,
            opened=opened,
            locale=asked.language or None,
            nameless=True,  # a session is a conversation; whose it is, Dialogflow does not tell
            slots=self._changed(asked),
        )

        def answer(said: Said) -> Reply:
            """What was said by now; the rest of a turn that is late comes with the customer's next words."""
            spoken = speech_of(said.items, keypad=False, links="unsaid", language=asked.language)
            heard = said.position or session.heard
            told = {name: value for name, value in said.slots.items() if keepable(value)}
            if said.finished:
                after = Session(heard, choices_in(spoken))
            else:
                after, spoken = Session(heard, (), (*session.late, asked.id)), [*spoken, one_moment(asked.language)]
            return _reply(dialect, asked, spoken, after, told, self._gone(asked, told))

        waiting = AwaitTurn(
            feed=_feed_of(asked.session),
            within=ANSWER_WITHIN,
            reply=answer,
            behind=session.heard,
            earlier=session.late,
            slots=self._slots,
        )
        return Webhook(inbound=(message,), await_turn=waiting)

    # ------------------------------------------------------------ parameters

    def _told(self, asked: Asked) -> Mapping[str, Any]:
        """The slots as they stood in our last answer."""
        told = asked.carried.get("told")
        return {name: told[name] for name in self._slots if name in told} if isinstance(told, dict) else {}

    def _changed(self, asked: Asked) -> Mapping[str, Any]:
        """The slots that the agent has changed since our last answer; one whose parameter is gone is empty now.

        What it merely gives back to us is no news: a slow turn may have changed that slot since.
        """
        told, parameters = self._told(asked), asked.parameters
        names = [name for name in self._slots if name in parameters or told.get(name) is not None]
        values = {name: parameters.get(name) for name in names}
        return {name: value for name, value in values.items() if value != told.get(name) and keepable(value)}

    def _gone(self, asked: Asked, told: Mapping[str, Any]) -> Mapping[str, None]:
        """Parameters of slots that have no value any more; one of which the assistant knows nothing stays."""
        return {name: None for name, value in told.items() if value is None and name in asked.parameters}

    # ------------------------------------------------------------ out

    async def send(self, message: OutboundMessage) -> Receipt:
        content = message.content
        if not isinstance(content, Text):
            raise PermanentSendError(f"Dialogflow cannot say a {content.kind}")
        if message.occasion == "proactive":
            raise PermanentSendError("Dialogflow does not let a webhook speak first", code="not_proactive")
        await self._feed.append(_feed_of(message.address), message.key, item_of(message.key, content))
        return Receipt(message.key)

    async def find(self, message: OutboundMessage) -> Receipt | None:
        return None

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()
            self._http = None


def _feed_of(session: str) -> str:
    return f"dialogflow:{session}"


def _payload_of(asked: Asked) -> str:
    """The agent's intent in Rasa's form. Our intents have no spaces: "Book a demo" is `Book_a_demo` here."""
    values = {name: value for name, value in asked.entities.items() if value is not None and keepable(value)}
    name = f"/{'_'.join(asked.intent.split())}"
    payload = f"{name}{json.dumps(values)}" if values else name
    return payload if len(payload) <= LARGEST_PAYLOAD else name


def _reply(
    dialect: Dialect,
    asked: Asked,
    spoken: Sequence[Spoken],
    session: Session,
    told: Mapping[str, Any],
    gone: Mapping[str, None],
) -> Reply:
    """As much as Dialogflow takes: what is too long is cut between messages, and what is carried to what is needed."""
    said = _within([one.plain() for one in spoken], LARGEST_ANSWER // 4)  # ES gets each message twice
    known = _kept(told)
    for choices in (session.choices, ()):
        kept = Session(session.heard, choices, session.late[-10:])
        carried = json.dumps({"session": kept.attributes(), "told": known})
        if _size(carried) <= LARGEST_ANSWER // 8:
            break
    body = json.dumps(dialect.answer(asked, said, {**gone, **known}, carried), ensure_ascii=False).encode()
    return Reply(200, body, "application/json; charset=utf-8", {"Cache-Control": "no-store"})


def _within(texts: Sequence[str], size: int) -> list[str]:
    kept, taken = list[str](), 0
    for text in texts:
        taken += _size(text)
        if taken > size:
            break
        kept.append(text)
    return kept


def _kept(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """The slots of a sixteenth of an answer in all; further ones are not told."""
    kept, taken = dict[str, Any](), 0
    for name, value in told.items():
        taken += _size(name) + _size(value)
        if taken <= LARGEST_ANSWER // 32:
            kept[name] = value
    return kept


def _size(value: Any) -> int:
    return len(json.dumps(value))

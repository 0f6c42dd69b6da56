"""One connection of a client: whose session it is, and what is said in it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from bot.domain.errors import WebhookRejected
from bot.domain.message import CustomerMessage, storable
from bot.domain.person import USER_ID, Identity
from bot.ports import SocketEvent, SocketStep
from connectors.rasa_bodies import metadata_of, text_in
from connectors.visitor_tokens import TokenRefused, VisitorTokens

CHANNEL = "socketio"
SESSION_REQUEST = "session_request"
SESSION_CONFIRM = "session_confirm"
LONGEST_ID = 100


@dataclass(frozen=True, slots=True)
class Words:
    """What clients and we call things: the events of messages, and the field of what comes along with one."""

    user_message: str = "user_uttered"
    bot_message: str = "bot_uttered"
    metadata: str = "metadata"

    @property
    def heard(self) -> tuple[str, ...]:
        return (SESSION_REQUEST, self.user_message)


class Talk:
    """Takes `session_request` and messages as Rasa's channel does.

    The id of a session is a token of ours, for whoever has it hears what is said in the session. A client that comes
    with another id is given one; until it does, what it says belongs to a session of this connection. Whom the website
    names (`holder`) has one session, whatever the client says.
    """

    def __init__(
        self, words: Words, tokens: VisitorTokens, *, site: str, holder: str | None, along: Mapping[str, Any]
    ) -> None:
        self._words, self._tokens, self._site, self._holder, self._along = words, tokens, site, holder, along
        self._address: str | None = None

    def hear(self, event: SocketEvent, now: datetime) -> SocketStep:
        if event.name == SESSION_REQUEST:
            given = event.data.get("session_id") if isinstance(event.data, dict) else None
            confirmed = self._enter(given, now)
            return SocketStep(events=(SocketEvent(SESSION_CONFIRM, confirmed),), feed=self._feed)
        return self._take(event.data, now)

    def tell(self, item: Mapping[str, Any]) -> Sequence[SocketEvent]:
        return [SocketEvent(self._words.bot_message, said) for said in item.get("said", ())]

    def _take(self, data: Any, now: datetime) -> SocketStep:
        if not isinstance(data, dict):
            raise WebhookRejected(400, 'A message should be an object: {"message": "Hello", "session_id": ...}.')
        text = text_in(data)
        given = data.get("session_id")
        if self._address is None or self._visitor(given, now) is not None:
            self._enter(given, now)
        address = str(self._address)
        message = CustomerMessage(
            channel=CHANNEL,
            vendor_id=f"{address}:{_message_id(data)}",
            address=address,
            text=text,
            payload=text if text.startswith("/") else None,
            metadata={**_metadata(data, self._words.metadata), **self._along},
            identities=(Identity(USER_ID, self._holder, verified=True),) if self._holder is not None else (),
        )
        return SocketStep(inbound=(message,), feed=self._feed)

    @property
    def _feed(self) -> str:
        return f"{CHANNEL}:{self._address}"

    def _enter(self, given: Any, now: datetime) -> str:
        """Into the session of this id, or a new one; its id, which is the given one for as long as that is good."""
        if self._holder is not None:
            self._address = self._holder
            return given if isinstance(given, str) and given else self._holder
        visitor = self._visitor(given, now)
        if visitor is None:
            visitor = UUID(self._address) if self._address is not None else uuid4()
            given = None
        self._address = str(visitor)
        return str(given) if given and self._is_fresh(given, now) else self._tokens.issue(visitor, self._site, now)

    def _visitor(self, given: Any, now: datetime) -> UUID | None:
        """Whose session this is; None where the id is none of ours, or too old to come back with."""
        if not isinstance(given, str):
            return None
        try:
            return self._tokens.renewable_visitor(given, self._site, now)
        except TokenRefused:
            return None

    def _is_fresh(self, given: str, now: datetime) -> bool:
        try:
            self._tokens.visitor(given, self._site, now)
        except TokenRefused:
            return False
        return True


def _message_id(data: Mapping[str, Any]) -> str:
    """By which a second sending is known; without one each is a message of its own, as with Rasa."""
    given = data.get("message_id")
    if given is None:
        return str(uuid4())
    if not isinstance(given, str) or not 0 < len(given) <= LONGEST_ID or storable(given) != given:
        raise WebhookRejected(400, f'"message_id" should be a string of 1 to {LONGEST_ID} characters.')
    return given


def _metadata(data: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    """An object, or JSON of one, as Rasa takes it."""
    given = data.get(field)
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except (ValueError, RecursionError):
            raise WebhookRejected(400, f'"{field}" should be an object, or JSON of one.') from None
    return metadata_of(given, field)

"""The REST channel: one endpoint whose answer is what the turn says, and a stream of all that is said."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from bot.domain.access import Right
from bot.domain.errors import PermanentSendError, WebhookRejected
from bot.domain.message import CustomerMessage, OutboundMessage, Receipt, Text, storable
from bot.domain.preview import Preview
from bot.domain.rasa_message import as_rasa_messages
from bot.ports import (
    Abilities,
    ApiAccess,
    AwaitTurn,
    FeedPost,
    FeedWriter,
    FollowFeed,
    Reply,
    Said,
    Webhook,
    WebhookRequest,
)
from connectors.json_bodies import read_short_object
from connectors.rasa_bodies import LONGEST_TEXT, metadata_of, text_in

ANSWER_WITHIN = timedelta(seconds=20)
"""After this the answer is what has been said by then; the rest can be read from the stream."""

LONGEST_NAME = 255
FEED_POSITION = re.compile(r"[0-9]{1,18}")
METHODS = {"webhook": "POST", "events": "GET"}


class RestChannel:
    """Talks with programs that speak to Rasa's REST channel. The sender that they name is the address."""

    name = "rest"
    abilities = Abilities(
        identity="rest",
        buttons=True,
        longest_text=LONGEST_TEXT,
        proactive=True,
        repeatable=True,
        extras=True,
        named_by_callers=True,
        separate_disclosure=True,
    )

    def __init__(self, *, access: ApiAccess, feed: FeedWriter, answer_within: timedelta = ANSWER_WITHIN) -> None:
        self._access = access
        self._feed = feed
        self._answer_within = answer_within

    # ------------------------------------------------------------ in

    def parse(self, request: WebhookRequest) -> Webhook:
        method = METHODS.get(request.tail)
        if method is None:
            raise WebhookRejected(404, f"There is no such page. The REST channel has {', '.join(METHODS)}.")
        if request.method != method:
            raise WebhookRejected(405, f"Use {method} here.", headers={"Allow": method})
        return self._take(request) if request.tail == "webhook" else self._stream(request)

    def _take(self, request: WebhookRequest) -> Webhook:
        """A message. Whoever gives it a `message_id` may send it again, and gets the same answer."""
        body = self._body_of_a_known_caller(request)
        sender = _name(body, "sender")
        self._access.check(request, sender, Right.CONVERSE)
        message_id = _name(body, "message_id") if "message_id" in body else str(uuid4())
        text = text_in(body)
        message = CustomerMessage(
            channel=self.name,
            vendor_id=f"{sender}:{message_id}",
            address=sender,
            text=text,
            payload=text if text.startswith("/") else None,
            metadata=metadata_of(body.get("metadata")),
        )
        waiting = AwaitTurn(feed=_feed_of(sender), within=self._answer_within, reply=_answer)
        return Webhook(inbound=(message,), await_turn=waiting)

    def _body_of_a_known_caller(self, request: WebhookRequest) -> Mapping[str, Any]:
        """The body, read before it is known whose it is; a stranger is not told what is wrong with theirs."""
        try:
            body = read_short_object(request.body)
            _name(body, "sender")
        except WebhookRejected:
            self._access.check(request, right=Right.CONVERSE)
            raise
        return body

    def _stream(self, request: WebhookRequest) -> Webhook:
        """Everything that is said to a sender, also what no message of theirs waits for."""
        query = parse_qs(urlsplit(request.url).query)
        sender = query.get("sender", [""])[0]
        self._access.check(request, sender or None, Right.CONVERSE)
        after = request.headers.get("last-event-id") or query.get("after", ["0"])[0]
        if not sender or not FEED_POSITION.fullmatch(after):
            raise WebhookRejected(400, 'This wants "sender", and "after", the position of the last item that you have.')
        return Webhook(follow=FollowFeed(_feed_of(sender), int(after)))

    # ------------------------------------------------------------ out

    async def send(self, message: OutboundMessage) -> Receipt:
        post = self.post_of(message)
        await self._feed.append(post.feed, post.key, post.item)
        return post.receipt

    def post_of(self, message: OutboundMessage) -> FeedPost:
        content = message.content
        if not isinstance(content, Text):
            raise PermanentSendError(f"the REST channel carries messages, not a {content.kind}")
        messages = as_rasa_messages(message.address, content)
        item = {"type": "message", "id": message.key, "from": content.author.value, "messages": messages}
        return FeedPost(_feed_of(message.address), message.key, item, Receipt(message.key))

    async def find(self, message: OutboundMessage) -> Receipt | None:
        return None

    async def close(self) -> None:
        return None


def preview(content: Text) -> Preview:
    """What a front end for Rasa would make of the messages; what is `custom` or attached is its own affair."""
    messages = as_rasa_messages("", content)
    return Preview(
        "chat",
        "\n\n".join(message["text"] for message in messages if "text" in message),
        buttons=tuple(str(button.get("title", "")) for message in messages for button in message.get("buttons", ())),
        image=next((message["image"] for message in messages if "image" in message), None),
    )


def _answer(said: Said) -> Reply:
    messages = [message for found in said.items for message in found.item["messages"]]
    return Reply(200, json.dumps(messages).encode(), "application/json", {"Cache-Control": "no-store"})


def _feed_of(sender: str) -> str:
    return f"rest:{sender}"


def _name(body: Mapping[str, Any], field: str) -> str:
    given = body.get(field)
    if not isinstance(given, str) or not given.strip() or len(given) > LONGEST_NAME or storable(given) != given:
        raise WebhookRejected(400, f'"{field}" should be a string of 1 to {LONGEST_NAME} characters.')
    return given

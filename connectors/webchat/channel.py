"""The webchat channel: three endpoints for the widget, and a feed that the widget reads."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

from bot.domain.errors import PermanentSendError, WebhookRejected
from bot.domain.file_types import PICTURES
from bot.domain.languages import language_tag
from bot.domain.message import (
    CustomerMessage,
    DeliveryState,
    DeliveryStatus,
    OutboundMessage,
    Receipt,
    SessionBegan,
    Text,
    storable,
)
from bot.domain.preview import Preview
from bot.domain.time_zones import zone_called
from bot.ports import Abilities, FeedPost, FeedWriter, FollowFeed, Reply, Upload, Webhook, WebhookRequest
from connectors.json_bodies import read_short_object
from connectors.visitor_tokens import TokenRefused, VisitorTokens
from connectors.webchat.bodies import message_id
from connectors.webchat.files import FileRules
from connectors.webchat.origins import cors_headers, preflight_headers
from connectors.webchat.reports import Reports

LONGEST_TEXT = 4000
LONGEST_PAYLOAD = 1000
FEED_POSITION = re.compile(r"[0-9]{1,18}")
MOST_READ = 50
NO_FILES = FileRules((), 0)
METHODS = {"session": "POST", "messages": "POST", "report": "POST", "read": "POST", "files": "POST", "events": "GET"}


class WebchatChannel:
    """Talks with the widget. A visitor's address is the UUID in their token; `feed` is what the widget reads."""

    name = "webchat"
    abilities = Abilities(
        identity="webchat",
        buttons=True,
        longest_text=LONGEST_TEXT,
        proactive=True,
        own_lines=True,
        repeatable=True,
        separate_disclosure=True,
        public=True,
        extras=True,
        media=PICTURES,
        receipts=frozenset({DeliveryState.DELIVERED, DeliveryState.READ}),
    )

    def __init__(
        self,
        *,
        tokens: VisitorTokens,
        origins: frozenset[str],
        reports: Reports,
        feed: FeedWriter,
        files: FileRules = NO_FILES,
    ) -> None:
        self._tokens = tokens
        self._origins = origins
        self._reports = reports
        self._feed = feed
        self._files = files

    # ------------------------------------------------------------ in

    def parse(self, request: WebhookRequest) -> Webhook:
        cors = cors_headers(request.headers, self._origins)
        try:
            return self._answer(request, cors)
        except WebhookRejected as error:
            # Without these a browser hides the status from the page, which then cannot tell why.
            raise WebhookRejected(error.status, error.reason, headers={**cors, **error.headers}) from error

    def upload(self, request: WebhookRequest) -> Upload | None:
        if request.tail != "files" or request.method != "POST":
            return None
        cors = cors_headers(request.headers, self._origins)
        try:
            visitor = self._visitor(request)
            reply = _json_reply(202, {"accepted": True}, cors)
            return self._files.read(request, visitor, _privacy(request), reply)
        except WebhookRejected as error:
            raise WebhookRejected(error.status, error.reason, headers={**cors, **error.headers}) from error

    def _answer(self, request: WebhookRequest, cors: Mapping[str, str]) -> Webhook:
        method = METHODS.get(request.tail)
        if method is None:
            raise WebhookRejected(404, f"There is no such page. The chat has {', '.join(METHODS)}.")
        if request.method == "OPTIONS":
            return Webhook(reply=Reply(204, headers=preflight_headers(cors)))
        if request.method != method:
            raise WebhookRejected(405, f"Use {method} here.", headers={"Allow": f"{method}, OPTIONS"})
        if request.tail == "session":
            return self._open(request, cors)
        if request.tail == "events":
            return Webhook(
                follow=FollowFeed(f"webchat:{self._reader(request)}", _after(request)), reply=Reply(headers=cors)
            )
        visitor = self._visitor(request)
        match request.tail:
            case "messages":
                return self._take(request, visitor, cors)
            case "files":
                raise WebhookRejected(400, "A file is the body of its own request.")
            case "report":
                report = self._reports.read(read_short_object(request.body), visitor, request.received_at)
                return Webhook(inbound=(report,), reply=_json_reply(202, {"accepted": True}, cors))
            case _:
                return Webhook(inbound=_read_messages(request, visitor), reply=Reply(204, headers=cors))

    def _open(self, request: WebhookRequest, cors: Mapping[str, str]) -> Webhook:
        """A token for a new visitor, or a fresh one for the visitor whose token came along; and a ticket for events.

        Somebody new has opened the chat, unless the body says that only their page is asking.
        """
        body = read_short_object(request.body) if request.body else {}
        known = self._returning_visitor(request)
        visitor, site, now = known or uuid4(), request.headers.get("origin", ""), request.received_at
        told = {
            "token": self._tokens.issue(visitor, site, now),
            "ticket": self._tokens.issue_ticket(visitor, site, now),
            "visitor": str(visitor),
            "files": self._files.told(),
        }
        reply = _json_reply(200, told, cors)
        time_zone, locale = zone_called(body.get("time_zone")), language_tag(body.get("locale"))
        began = () if time_zone is None else (SessionBegan(self.name, f"session:{visitor}", str(visitor), time_zone),)
        if not body.get("opened", known is None):
            return Webhook(inbound=began if known else (), reply=reply)
        opened = CustomerMessage(
            channel=self.name,
            vendor_id=f"open:{visitor}",
            address=str(visitor),
            opened=True,
            time_zone=time_zone,
            locale=locale,
            metadata=_privacy(request),
        )
        return Webhook(inbound=(opened, *began) if known else (opened,), reply=reply)

    def _take(self, request: WebhookRequest, visitor: UUID, cors: Mapping[str, str]) -> Webhook:
        body = read_short_object(request.body)
        message = CustomerMessage(
            channel=self.name,
            vendor_id=f"{visitor}:{message_id(body)}",
            address=str(visitor),
            text=_text(body),
            payload=_payload(body),
            metadata=_privacy(request),
        )
        return Webhook(inbound=(message,), reply=_json_reply(202, {"accepted": True}, cors))

    def _visitor(self, request: WebhookRequest) -> UUID:
        token = _bearer_token(request)
        if token is None:
            _unauthorised("there is no token; POST to /channels/webchat/session for one")
        try:
            return self._tokens.visitor(token, request.headers.get("origin"), request.received_at)
        except TokenRefused as error:
            _unauthorised(str(error))

    def _reader(self, request: WebhookRequest) -> UUID:
        """Whose events may be read: by a ticket in the address, for EventSource sends no headers, or by the token."""
        ticket = parse_qs(urlsplit(request.url).query).get("ticket")
        if ticket is None:
            return self._visitor(request)
        try:
            return self._tokens.ticket_holder(ticket[0], request.headers.get("origin"), request.received_at)
        except TokenRefused as error:
            _unauthorised(str(error))

    def _returning_visitor(self, request: WebhookRequest) -> UUID | None:
        """Who asks for a fresh token. One that cannot be renewed counts as none: its bearer begins as a new visitor."""
        token = _bearer_token(request)
        if token is None:
            return None
        try:
            return self._tokens.renewable_visitor(token, request.headers.get("origin"), request.received_at)
        except TokenRefused:
            return None

    # ------------------------------------------------------------ out

    async def send(self, message: OutboundMessage) -> Receipt:
        post = self.post_of(message)
        await self._feed.append(post.feed, post.key, post.item)
        return post.receipt

    def post_of(self, message: OutboundMessage) -> FeedPost:
        content = message.content
        if not isinstance(content, Text):
            raise PermanentSendError(f"the chat widget shows messages, not a {content.kind}")
        receipt = Receipt(_sent_id(message.address, message.key))
        return FeedPost(f"webchat:{message.address}", message.key, _item(message.key, content), receipt)

    async def find(self, message: OutboundMessage) -> Receipt | None:
        return None

    async def close(self) -> None:
        return None


def _item(key: str, content: Text) -> Mapping[str, Any]:
    source = {"title": content.source_title or content.source_url, "url": content.source_url}
    return {
        "type": "message",
        "id": key,
        "from": content.author.value,
        "name": content.author_name,
        "text": content.text,
        "buttons": [{"title": button.title, "payload": button.payload} for button in content.buttons],
        "image": content.image,
        **({"alt": content.image_alt} if content.image_alt else {}),
        "source": source if content.source_url or content.source_title else None,
        "extras": dict(content.extras),
        **({"picture": content.author_picture} if content.author_picture else {}),
        **({"floor": content.floor} if content.floor is not None else {}),
    }


def preview(content: Text) -> Preview:
    """What the widget shows of the item that it is given."""
    item = _item("", content)
    source = item["source"] or {"title": "", "url": ""}
    return Preview(
        "chat",
        item["text"],
        buttons=tuple(button["title"] for button in item["buttons"]),
        image=item["image"],
        source_title=source["title"],
        source_url=source["url"],
    )


def _sent_id(address: str, key: str) -> str:
    """With the visitor in it, so that nobody can say of another's message that it was read."""
    return f"{address}:{key}"


def _read_messages(request: WebhookRequest, visitor: UUID) -> tuple[DeliveryStatus, ...]:
    """That the visitor has seen these messages."""
    named = read_short_object(request.body).get("messages")
    if not isinstance(named, list) or len(named) > MOST_READ or not all(isinstance(one, str) for one in named):
        raise WebhookRejected(400, f'"messages" wants the ids of at most {MOST_READ} messages.')
    sent = [_sent_id(str(visitor), storable(one)[:LONGEST_PAYLOAD]) for one in named]
    return tuple(
        DeliveryStatus(channel=WebchatChannel.name, vendor_id=f"read:{one}", sent_id=one, state=DeliveryState.READ)
        for one in sent
    )


def _text(body: Mapping[str, Any]) -> str:
    given = body.get("text")
    if given is None:
        raise WebhookRejected(400, '"text" is missing.')
    if not isinstance(given, str):
        raise WebhookRejected(400, '"text" is not a string.')
    if len(given) > LONGEST_TEXT:
        raise WebhookRejected(413, f"The text has {len(given):,} characters; at most {LONGEST_TEXT:,} are taken.")
    text = storable(given).strip()
    if not text:
        raise WebhookRejected(400, '"text" is empty.')
    return text


def _payload(body: Mapping[str, Any]) -> str | None:
    given = body.get("payload")
    if given is None:
        return None
    if not isinstance(given, str) or not given.startswith("/") or len(given) > LONGEST_PAYLOAD:
        raise WebhookRejected(
            400, f'"payload" is not that of a button: a slash and an intent, at most {LONGEST_PAYLOAD:,} characters.'
        )
    return storable(given)


def _after(request: WebhookRequest) -> int:
    """Where to go on reading. A reconnecting EventSource repeats its old URL, so its header has the last word."""
    query = parse_qs(urlsplit(request.url).query, keep_blank_values=True)
    given = query.get("after", ["0"])
    last = request.headers.get("last-event-id") or given[0]
    if len(given) > 1 or not FEED_POSITION.fullmatch(last):
        raise WebhookRejected(400, '"after" (or Last-Event-ID) is not the position of an item: a whole number.')
    return int(last)


def _bearer_token(request: WebhookRequest) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def _unauthorised(reason: str) -> NoReturn:
    raise WebhookRejected(401, f"Not signed in: {reason}.", headers={"WWW-Authenticate": "Bearer"})


def _privacy(request: WebhookRequest) -> Mapping[str, Any]:
    """Global Privacy Control: the visitor's browser says that they want no tracking."""
    return {"gpc": True} if request.headers.get("sec-gpc") == "1" else {}


def _json_reply(status: int, body: Mapping[str, Any], cors: Mapping[str, str]) -> Reply:
    headers = {**cors, "Cache-Control": "no-store"}
    return Reply(status, json.dumps(body).encode(), "application/json", headers)

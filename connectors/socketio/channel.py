"""The Socket.IO channel: clients of Rasa's, and a feed of what they are told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from bot.domain.errors import PermanentSendError, WebhookRejected
from bot.domain.message import Button, OutboundMessage, Receipt, Text
from bot.domain.preview import Preview
from bot.ports import Abilities, FeedPost, FeedWriter, SocketDoor, SocketTalk, Webhook, WebhookRequest
from connectors.origins import is_allowed
from connectors.rasa_bodies import LONGEST_TEXT
from connectors.socketio.passes import Passes
from connectors.socketio.talk import CHANNEL, Talk, Words
from connectors.visitor_tokens import VisitorTokens


class SocketioChannel:
    """Talks with clients of Rasa's `socketio` channel. The address is the visitor in the id of their session."""

    name = CHANNEL
    abilities = Abilities(
        identity=CHANNEL,
        buttons=True,
        longest_text=LONGEST_TEXT,
        proactive=True,
        repeatable=True,
        separate_disclosure=True,
        public=True,
        extras=True,
    )

    def __init__(
        self,
        *,
        door: SocketDoor,
        words: Words,
        tokens: VisitorTokens,
        origins: frozenset[str],
        passes: Passes,
        feed: FeedWriter,
    ) -> None:
        self._door = door
        self._words = words
        self._tokens = tokens
        self._origins = origins
        self._passes = passes
        self._feed = feed

    # ------------------------------------------------------------ in

    @property
    def door(self) -> SocketDoor:
        return self._door

    def parse(self, request: WebhookRequest) -> Webhook:
        raise WebhookRejected(404, f"There is no such page. Clients of Socket.IO connect to {self._door.path}/.")

    def allows(self, origin: str, host: str) -> bool:
        return is_allowed(origin, host, self._origins)

    def connect(self, request: WebhookRequest, auth: Any) -> SocketTalk:
        holder = self._passes.holder(auth, request.received_at)
        along = {"gpc": True} if request.headers.get("sec-gpc") == "1" else {}
        site = request.headers.get("origin", "")
        return Talk(self._words, self._tokens, site=site, holder=holder, along=along)

    # ------------------------------------------------------------ out

    async def send(self, message: OutboundMessage) -> Receipt:
        post = self.post_of(message)
        await self._feed.append(post.feed, post.key, post.item)
        return post.receipt

    def post_of(self, message: OutboundMessage) -> FeedPost:
        content = message.content
        if not isinstance(content, Text):
            raise PermanentSendError(f"Socket.IO clients show messages, not a {content.kind}")
        item = {"type": "message", "id": message.key, "from": content.author.value, "said": as_clients_read(content)}
        return FeedPost(f"{CHANNEL}:{message.address}", message.key, item, Receipt(message.key))

    async def find(self, message: OutboundMessage) -> Receipt | None:
        return None

    async def close(self) -> None:
        return None


def as_clients_read(content: Text) -> list[Any]:
    """What Rasa's channel makes of a message: each paragraph by itself, the buttons with the last one; then the rest.

    Where an answer came from is one more paragraph, for Rasa has no other word for it.
    """
    paragraphs: list[dict[str, Any]] = [{"text": part} for part in content.text.strip().split("\n\n") if part]
    if content.buttons:
        paragraphs = [{**one, "quick_replies": []} for one in paragraphs or [{"text": ""}]]
        paragraphs[-1]["quick_replies"] = [_quick_reply(button) for button in content.buttons]
    if urlsplit(content.source_url).scheme in ("http", "https"):
        named = f"{content.source_title}: " if content.source_title else ""
        paragraphs.append({"text": f"{named}{content.source_url}"})
    said: list[Any] = list(paragraphs)
    if custom := content.extras.get("custom"):
        said.append(custom["data"] if isinstance(custom, Mapping) and "data" in custom else custom)
    if content.image:
        said.append({"attachment": {"type": "image", "payload": {"src": content.image}}})
    if attachment := content.extras.get("attachment"):
        said.append({"attachment": attachment})
    return said + [
        {"attachment": {"type": "template", "payload": {"template_type": "generic", "elements": element}}}
        for element in content.extras.get("elements") or ()
    ]


def _quick_reply(button: Button) -> dict[str, str]:
    """A link has what clients tell one by, too."""
    said = {"content_type": "text", "title": button.title, "payload": button.payload}
    return {**said, "type": "web_url", "url": button.payload} if button.is_link else said


def preview(content: Text) -> Preview:
    """What a client makes of it; what is `custom` or attached is its own affair."""
    said = [one for one in as_clients_read(content) if isinstance(one, Mapping)]
    return Preview(
        "chat",
        "\n\n".join(str(one["text"]) for one in said if one.get("text")),
        buttons=tuple(button.title for button in content.buttons),
        image=content.image,
    )

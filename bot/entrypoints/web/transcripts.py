"""The transcript page that a hand-off's card links to. Whoever has the signed link may read it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from html import escape

from aiohttp import web

from bot.domain.errors import WebhookRejected
from bot.domain.ids import ConversationId
from bot.domain.message import ASSISTANT, CUSTOMER, Speech
from bot.ports import Store

NOT_SIGNED = "this link is not signed by us, or was cut short; copy it whole from the hand-off"


def sign(secret: str, conversation_id: ConversationId) -> str:
    """HMAC-SHA256 over the conversation's id, as 32 hexadecimal digits."""
    return hmac.new(secret.encode(), f"transcript:{conversation_id}".encode(), hashlib.sha256).hexdigest()[:32]


def transcript_link(service_url: str, secret: str, conversation_id: ConversationId) -> str:
    return f"{service_url}/transcripts/{conversation_id}?sig={sign(secret, conversation_id)}"


class Transcripts:
    def __init__(self, store: Store, secret: str) -> None:
        self._store = store
        self._secret = secret

    async def page(self, request: web.Request) -> web.StreamResponse:
        conversation_id = ConversationId(request.match_info["conversation"])
        expected, given = sign(self._secret, conversation_id), request.query.get("sig", "")
        if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
            raise WebhookRejected(403, NOT_SIGNED)
        async with self._store.transaction() as uow:
            speeches = await uow.conversations.transcript(conversation_id, last=MOST_LINES)
        return web.Response(text=page_of(speeches), content_type="text/html", headers={"Cache-Control": "no-store"})


def page_of(speeches: Sequence[Speech]) -> str:
    """What was said, line by line; the page's script puts its times into the reader's."""
    lines = "\n".join(
        f'<li class="{SIDES.get(speech.speaker, "colleague")}"><p><b>{escape(speech.speaker)}</b> '
        f'<time datetime="{speech.at.isoformat()}">{speech.at:%d %b %Y, %H:%M} UTC</time></p>'
        f'<p dir="auto">{escape(speech.text)}</p></li>'
        for speech in speeches
        if speech.text
    )
    return PAGE.replace("{lines}", f"<ol>\n{lines}\n</ol>" if lines else NOTHING_SAID)


SIDES = {CUSTOMER: "customer", ASSISTANT: "assistant"}
MOST_LINES = 1000
NOTHING_SAID = "<p>Nothing was said in this conversation, or it has been erased.</p>"

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Transcript</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/playground/transcript.css">
<script type="module" src="/playground/transcript.js"></script>
</head>
<body><main><h1>Transcript</h1>
{lines}
</main></body>
</html>
"""

"""A small mail server for the sandbox: takes what is handed to it by SMTP, and shows it on the feed."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from typing import Any

from bot.ports import Clock, FeedWriter

FEED = "sandbox:email"
LARGEST = 1_000_000
_PATH = re.compile(r"(?:FROM|TO):<([^<>\s]*)>", re.IGNORECASE)
NOBODY = "nobody@"
"""Addresses that begin so do not exist here."""


class Postbox:
    """Whose mail there is, everybody may read."""

    def __init__(self, feed: FeedWriter, clock: Clock) -> None:
        self._feed = feed
        self._clock = clock

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection (RFC 5321, the least that a server must know)."""

        async def answer(line: str) -> None:
            writer.write(f"{line}\r\n".encode())
            await writer.drain()

        sender = recipient = ""
        await answer("220 sandbox ESMTP")
        while line := (await reader.readline()).decode("ascii", "replace").strip():
            verb, _, rest = line.partition(" ")
            path = _PATH.match(rest)
            match verb.upper():
                case "EHLO" | "HELO":
                    await answer("250 sandbox")
                case "MAIL" if path is not None:
                    sender, recipient = path[1], ""
                    await answer("250 2.1.0 Sender OK")
                case "RCPT" if path is not None and sender:
                    exists = not path[1].lower().startswith(NOBODY)
                    recipient = path[1] if exists else ""
                    await answer("250 2.1.5 Recipient OK" if exists else "550 5.1.1 No such user here")
                case "DATA" if recipient:
                    await answer("354 End with a dot")
                    await answer(await self._take(sender, recipient, await _data(reader)))
                case "RSET" | "NOOP":
                    await answer("250 2.0.0 OK")
                case "QUIT":
                    await answer("221 2.0.0 Goodbye")
                    return
                case _:
                    await answer("503 5.5.1 Bad sequence of commands")

    async def _take(self, sender: str, recipient: str, content: bytes | None) -> str:
        """The server's answer to the message."""
        if content is None:
            return "552 5.3.4 Message too big"
        try:
            item = _item(sender, recipient, message_from_bytes(content, _class=EmailMessage, policy=default))
        except (MessageError, ValueError, LookupError, AttributeError):
            return "550 5.6.0 This is no message that RFC 5322 knows"
        item |= {"date_created": self._clock.now().isoformat()}
        await self._feed.append(FEED, item["message_id"], item)
        return "250 2.0.0 Taken"


async def _data(reader: asyncio.StreamReader) -> bytes | None:
    """What stands before the lone dot, its other dots as they were; None where that is too much."""
    lines: list[bytes] = []
    size = 0
    while (line := await reader.readline()) not in (b".\r\n", b""):
        size += len(line)
        if size <= LARGEST:
            lines.append(line[1:] if line.startswith(b".") else line)
    return b"".join(lines) if size <= LARGEST else None


def _item(sender: str, recipient: str, message: EmailMessage) -> dict[str, Any]:
    """The e-mail as the feed shows it."""
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    if plain is None or not message["Message-ID"] or not message["From"] or not message["Date"]:
        raise ValueError("a message wants a text, a sender, a date and an id")
    markup = html.get_content() if html is not None else ""
    return {
        "type": "email",
        "direction": "to_customer",
        "from": sender,
        "name": message["From"].addresses[0].display_name,
        "to": recipient,
        "subject": str(message["Subject"] or ""),
        "text": plain.get_content().replace("\r\n", "\n").strip(),
        "html": markup,
        "buttons": _buttons(markup),
        "message_id": str(message["Message-ID"]),
        "in_reply_to": str(message["In-Reply-To"] or ""),
        "references": str(message["References"] or ""),
        "list_unsubscribe": str(message["List-Unsubscribe"] or "").strip("<>"),
        "one_click": str(message["List-Unsubscribe-Post"] or ""),
    }


def _buttons(markup: str) -> Sequence[Mapping[str, str]]:
    reader = _Buttons()
    reader.feed(markup)
    reader.close()
    return reader.found


class _Buttons(HTMLParser):
    """Titles and addresses of the links that look like buttons."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[dict[str, str]] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "a" and told.get("class") == "button":
            self.found.append({"title": "", "href": told.get("href") or ""})
            self._open = True

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag != "a"

    def handle_data(self, data: str) -> None:
        if self._open:
            self.found[-1]["title"] += data

"""How a message reads as an e-mail: headers, plain text, and the same in HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry
from email.message import EmailMessage
from email.policy import EmailPolicy, Policy
from email.utils import format_datetime
from html import escape
from typing import Any, ClassVar, Literal
from urllib.parse import quote

from bot.domain.message import Author, Button, CustomerMessage, Text, choices_line, storable
from connectors.email.account import EmailAccount

LONGEST_SUBJECT = 200
MOST_REFERENCES = 20
MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,250}>")
"""Printable ASCII between angle brackets, as much of RFC 5322 as mail programs keep to."""

WEB = ("https://", "http://")
_LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]']")
_REPLY = re.compile(r"\s*(re|aw|antw|sv|tr)\s*:", re.IGNORECASE)
_PARAGRAPHS = re.compile(r"\n\s*\n")


class _Words(BaseHeader):
    """A header of words that none may take apart. The standard library encodes one that is too long for a line, after
    which no mail program knows it any more (Message-IDs, addresses of pages)."""

    max_count: ClassVar[Literal[1]] = 1

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        kwds["parse_tree"] = None
        kwds["decoded"] = value

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: " + f"{policy.linesep} ".join(str(self).split(" ")) + policy.linesep


def _policy() -> EmailPolicy[EmailMessage]:
    headers = HeaderRegistry()
    for name in ("message-id", "in-reply-to", "references", "list-unsubscribe"):
        headers.map_to_type(name, _Words)
    return EmailPolicy(linesep="\r\n", header_factory=headers)


POLICY = _policy()


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a letter has beside its words. `unsubscribe` is the link of a letter of marketing; else empty."""

    to: str
    message_id: str
    at: datetime
    answers: CustomerMessage | None = None
    unsubscribe: str = ""


def letter(content: Text, envelope: Envelope, account: EmailAccount) -> bytes:
    """The message as it goes to the server (RFC 5322)."""
    message = EmailMessage(policy=POLICY)
    message["From"] = Address(display_name=account.name, addr_spec=account.sender)
    message["To"] = Address(addr_spec=envelope.to)
    if account.reply_to != account.sender:
        message["Reply-To"] = Address(addr_spec=account.reply_to)
    message["Subject"] = subject = subject_of(content, envelope.answers, account)
    message["Date"] = format_datetime(envelope.at)
    message["Message-ID"] = envelope.message_id
    if content.author is not Author.PERSON:
        # Machines do not answer machines (RFC 3834).
        message["Auto-Submitted"] = "auto-replied" if envelope.answers else "auto-generated"
    for name, value in {**_thread(envelope.answers), **_ways_out(envelope.unsubscribe)}.items():
        message[name] = value
    plain, html = body_of(content), _html(content, account, subject)
    if envelope.unsubscribe:
        plain += f"\n\n-- \n{account.postal_address}\nUnsubscribe: {envelope.unsubscribe}"
        html += _html_footer(account, envelope.unsubscribe)
    message.set_content(_clean(plain) + "\n", cte="quoted-printable")
    message.add_alternative(_page(_clean(html)), subtype="html", cte="quoted-printable")
    if isinstance(calendar := content.extras.get("calendar"), str):
        method = "CANCEL" if "METHOD:CANCEL" in calendar else "PUBLISH"
        file = calendar.encode()
        message.add_attachment(
            file, "text", "calendar", filename="meeting.ics", params={"method": method, "charset": "utf-8"}
        )
    return message.as_bytes()


def subject_of(content: Text, answers: CustomerMessage | None, account: EmailAccount) -> str:
    """That of the message it answers, so that programs keep them together; else its own, else that of the settings."""
    theirs = one_line(str(answers.metadata.get("subject") or "")) if answers is not None else ""
    if theirs:
        return theirs if _REPLY.match(theirs) else f"Re: {theirs}"[:LONGEST_SUBJECT]
    return one_line(content.subject) or account.subject


def one_line(text: str) -> str:
    """The text as a header may have it: without line breaks and other control characters, which begin another one."""
    printable = "".join(one if one.isprintable() else " " for one in storable(text))
    return " ".join(printable.split())[:LONGEST_SUBJECT]


def body_of(content: Text) -> str:
    """The text, links on lines of their own, the choices that are written back, and where an answer came from."""
    lines = [content.text] if content.text else []
    lines += [f"{button.title}: {button.payload}" for button in content.buttons if button.is_link]
    choices = [button.title for button in content.buttons if not button.is_link]
    if choices:
        lines.append(choices_line(choices, content.language))
    if content.source_url.startswith(WEB):
        lines.append(content.source_url)
    return _clean("\n\n".join(lines)).strip()


def _clean(text: str) -> str:
    """What a mail's body may have: no control characters but line breaks and tabs."""
    return "".join(one for one in storable(text.replace("\r\n", "\n")) if one.isprintable() or one in "\n\t ")


def _thread(answers: CustomerMessage | None) -> Mapping[str, str]:
    if answers is None or not MESSAGE_ID.fullmatch(answers.vendor_id):
        return {}
    before = MESSAGE_ID.findall(str(answers.metadata.get("references") or ""))
    references = " ".join(dict.fromkeys([*before[-MOST_REFERENCES:], answers.vendor_id]))
    return {"In-Reply-To": answers.vendor_id, "References": references}


def _ways_out(link: str) -> Mapping[str, str]:
    """One-click unsubscribing (RFC 8058)."""
    if not link:
        return {}
    return {"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


# ---------------------------------------------------------------- HTML


def _html(content: Text, account: EmailAccount, subject: str) -> str:
    blocks = [_paragraph(block) for block in _PARAGRAPHS.split(content.text) if block.strip()]
    if content.image and content.image.startswith(WEB):
        source, words = escape(content.image), escape(content.image_alt)
        blocks.append(f'<p><img src="{source}" alt="{words}" style="max-width:100%"></p>')
    blocks += [_button(button, account, subject) for button in content.buttons]
    if content.source_url.startswith(WEB):
        blocks.append(_paragraph_of([_anchor(content.source_url, content.source_title or content.source_url)]))
    return "\n".join(blocks)


def _paragraph(text: str) -> str:
    """A paragraph with its lines as they are and its links to be pressed; nothing in it is markup.

    It reads in the direction of its first letters, as its plain text does in mail programs.
    """
    parts, end = [], 0
    for found in _LINK.finditer(text):
        parts += [escape(text[end : found.start()]), _anchor(found[0], found[0])]
        end = found.end()
    return _paragraph_of([*parts, escape(text[end:])])


def _paragraph_of(parts: Iterable[str]) -> str:
    return f'<p dir="auto">{"".join(parts).strip().replace(chr(10), "<br>" + chr(10))}</p>'


def _anchor(address: str, words: str) -> str:
    return f'<a href="{escape(address)}">{escape(words)}</a>'


def _button(button: Button, account: EmailAccount, subject: str) -> str:
    """A link; where the button is an answer, to a reply that has it written already."""
    again = subject if _REPLY.match(subject) else f"Re: {subject}"
    reply = f"mailto:{quote(account.reply_to, safe='@')}?subject={quote(again)}&body={quote(storable(button.title))}"
    address = button.payload if button.is_link else reply
    style = "display:inline-block;padding:8px 16px;border:1px solid #4348c4;border-radius:6px;text-decoration:none"
    return f'<p dir="auto"><a class="button" href="{escape(address)}" style="{style}">{escape(button.title)}</a></p>'


def _html_footer(account: EmailAccount, link: str) -> str:
    return f"\n<hr>\n<p><small>{escape(account.postal_address)}<br>\n{_anchor(link, 'Unsubscribe')}</small></p>"


def _page(body: str) -> str:
    return f'<!doctype html>\n<html>\n<body style="font-family:sans-serif;line-height:1.5">\n{body}\n</body>\n</html>\n'

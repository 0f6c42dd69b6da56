"""An e-mail as it was sent (RFC 5322, MIME): from a mailbox, or posted by a mail server of one's own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from email.errors import HeaderParseError, MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32

from bot.domain.errors import WebhookRejected
from bot.domain.message import CustomerMessage, DeliveryStatus, SpareAddress
from connectors.email.account import EmailAccount
from connectors.email.forms import decoded
from connectors.email.inbound import CALENDAR, message_of
from connectors.email.reports import words_of_report
from connectors.email.unsubscribe import UnsubscribeLinks

LARGEST_READ = 500_000
"""Bytes that are looked at: the text of an e-mail stands before its files."""

LONGEST_HEADER = 10_000
"""Characters that are looked at: the standard library goes through a header again for each of its parameters."""

MOST_PARTS = 1_000
"""Nobody's e-mail has as many. The standard library makes one of each blank line of a delivery status."""

_VERDICT = re.compile(r"\b(spf|dkim)\s*=\s*(\w+)", re.IGNORECASE)

Words = tuple[CustomerMessage | DeliveryStatus | SpareAddress, ...]


class _ShortHeaders(Compat32):
    """Cuts off what is longer than any header that somebody has written."""

    def header_source_parse(self, sourcelines: Sequence[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(list(sourcelines))
        return name, value[:LONGEST_HEADER]


_SHORT_HEADERS = _ShortHeaders()


class _Parts:
    """Makes the parts of one e-mail; raises MessageError where those are too many."""

    def __init__(self) -> None:
        self._made = 0

    def __call__(self) -> Message[str, str]:
        self._made += 1
        if self._made > MOST_PARTS:
            raise MessageError(f"more than {MOST_PARTS} parts")
        return Message(_SHORT_HEADERS)


def words_of(raw: bytes, account: EmailAccount, channel: str, links: UnsubscribeLinks) -> Words:
    """What the e-mail says: a customer's words, or a mail server's on what became of an e-mail of ours.

    Nothing where it is a report that changes nothing. Raises WebhookRejected for what is no e-mail, or none that may be
    believed.
    """
    try:
        message = BytesParser(_Parts(), policy=_SHORT_HEADERS).parsebytes(raw[:LARGEST_READ])
        told = words_of_report(message, account, channel, links)
        return (message_of(_fields(message), account, channel),) if told is None else told
    except (MessageError, RecursionError, LookupError, ValueError, TypeError, AttributeError) as error:
        raise WebhookRejected(400, f"This is no e-mail that can be read: {type(error).__name__}.") from error


def _fields(message: Message[str, str]) -> Mapping[str, str]:
    """As a mail service that has taken it apart would post it."""
    body, kind = _body(message)
    spf, dkim = _verdicts(message)
    return {
        "headers": "".join(f"{name}: {_plain(value)}\r\n" for name, value in message.items()),
        "from": _plain(message.get("From", "")),
        "subject": _unencoded(message.get("Subject", "")),
        kind: body,
        "calendar": next((one for one in (part.get_content_type() for part in message.walk()) if one == CALENDAR), ""),
        "spf": spf,
        "dkim": dkim,
    }


def _body(message: Message[str, str]) -> tuple[str, str]:
    """What is to be read first, and whether it is `text` or `html`; parts that are files are none."""
    found: dict[str, str] = {}
    for part in message.walk():
        kind = {"text/plain": "text", "text/html": "html"}.get(part.get_content_type())
        if kind is None or kind in found or part.get_content_disposition() == "attachment" or part.get_filename():
            continue
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and (text := decoded(content, part.get_content_charset("utf-8"))).strip():
            found[kind] = text
    kind = "html" if "text" not in found and "html" in found else "text"
    return found.get(kind, ""), kind


def _verdicts(message: Message[str, str]) -> tuple[str, str]:
    """What the server that took it last says of SPF and DKIM (RFC 8601): its header stands first, above forged ones."""
    results = message.get_all("Authentication-Results") or [""]
    found: dict[str, list[str]] = {"spf": [], "dkim": []}
    for method, verdict in _VERDICT.findall(_plain(results[0])):
        found[method.lower()].append(verdict.lower())
    return " ".join(found["spf"][:1]), " ".join(found["dkim"])


def _plain(value: object) -> str:
    """A header in one line, its encoded words as they are; bytes that are no ASCII are taken for UTF-8."""
    written = str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return re.sub(r"[\r\n]+[ \t]*", " ", written)


def _unencoded(value: object) -> str:
    """The words of a header (RFC 2047)."""
    written = _plain(value)
    try:
        return str(make_header(decode_header(written)))
    except (HeaderParseError, LookupError, ValueError):
        return written

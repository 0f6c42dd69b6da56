"""What mail servers report of our e-mails by e-mail: bounces (RFC 3464, and older ones) and complaints (RFC 5965).

Anybody can write a report. One counts only where it has something in it that only our e-mail had: its Message-ID, which
nobody can guess, or its signed link to unsubscribe.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from email.message import Message
from email.parser import HeaderParser
from email.policy import compat32

from bot.domain.consent import Consequence
from bot.domain.errors import WebhookRejected
from bot.domain.message import DeliveryState, DeliveryStatus, SpareAddress
from connectors.email.account import EmailAccount
from connectors.email.failures import SOFT, code_of_bounce
from connectors.email.letters import MESSAGE_ID
from connectors.email.unsubscribe import UnsubscribeLinks

LONGEST_BOUNCE = 100_000
"""Characters in which an older bounce is looked for."""

SPAM = frozenset({"abuse", "fraud", "opt-out", "other", "virus"})
"""Types of feedback after which nothing more is to be sent; `not-spam` is the other one (RFC 5965, 7.3)."""

WHOLE = frozenset({"message/rfc822", "message/global"})
HEADERS = frozenset({"text/rfc822-headers", "message/rfc822-headers", "message/global-headers"})
"""What a report has of the e-mail that it is about (RFC 6522, RFC 6533)."""

STATUS = frozenset({"message/delivery-status", "message/global-delivery-status"})
FEEDBACK = frozenset({"message/feedback-report"})
MICROSOFTS = "X-HmXmrOriginalRecipient"
"""The header by which a report of Microsoft's JMRP is known, which follows no standard."""

EXIMS = "X-Failed-Recipients"
"""The header of a bounce of Exim's; its warnings of a delay have none."""

_LINK = re.compile(r"<\s*(https?://[^<>\s]+)\s*>")
_FOR_GOOD = re.compile(r"(?<![\d.])5\.\d{1,3}\.\d{1,3}(?![\d.])")
_REFUSED = re.compile(r"(?<![\d.])5[05]\d[ -]")
_OUR_ID = re.compile(r"<[0-9a-f]{40}@([^<>@\s]+)>")
"""A Message-ID as `EmailChannel` makes it; the sender's own address may stand between such brackets, too."""

_BLANK_LINE = re.compile(r"\r?\n[ \t]*\r?\n")
MOST_GROUPS = 100
"""Of a report that are looked at: one for each recipient, and an e-mail of ours has one."""

_BOUNCERS = ("mailer-daemon", "postmaster@")

Reported = tuple[DeliveryStatus | SpareAddress, ...]


def words_of_report(
    message: Message[str, str], account: EmailAccount, channel: str, links: UnsubscribeLinks
) -> Reported | None:
    """None where the e-mail is no report; nothing where it changes nothing, such as a delay.

    Raises WebhookRejected for a bounce or a complaint that has nothing of an e-mail of ours in it.
    """
    if any(MICROSOFTS in one for one in _returned(message)):
        return _complaint(message, _name(message), channel, links)
    if message.get_content_type() != "multipart/report" and not _is_from_a_server(message):
        return None
    name, kinds = _name(message), {part.get_content_type() for part in message.walk()}
    if FEEDBACK & kinds:
        spam = any(_field(one, "Feedback-Type").lower() in SPAM for one in _blocks(message, FEEDBACK))
        return _complaint(message, name, channel, links) if spam else ()
    actions = [one for one in _blocks(message, STATUS) if one.get("Action") is not None]
    if actions:
        return _bounce(message, actions, name, account, channel)
    return () if "message/disposition-notification" in kinds else _older_bounce(message, name, account, channel)


def _bounce(
    message: Message[str, str], actions: Sequence[Message[str, str]], name: str, account: EmailAccount, channel: str
) -> Reported:
    """A delivery status notification, by what its server did for each recipient; ours have one."""
    failed = next((one for one in actions if _field(one, "Action").lower().startswith("failed")), None)
    if failed is None:
        return ()
    sent_id = _returned_id(message, account)
    if not sent_id:
        raise WebhookRejected(406, "This bounce does not say which of our e-mails bounced, so it tells of no address.")
    diagnosis = _field(failed, "Diagnostic-Code").partition(";")[2].strip()
    code = code_of_bounce(_field(failed, "Status"), diagnosis, passing=False)
    return (DeliveryStatus(channel, name, sent_id, DeliveryState.FAILED, code),)


def _older_bounce(message: Message[str, str], name: str, account: EmailAccount, channel: str) -> Reported | None:
    """A server's own words about an e-mail that it repeats or attaches. A code that begins with 5 is for good
    (RFC 3463); a server that names none but whom it failed (Exim) has given up, for whatever reason."""
    text = "\n".join(_texts(message))[:LONGEST_BOUNCE]
    ours, code = _ours_in(text, account) or _returned_id(message, account), _FOR_GOOD.search(text)
    refused = bool(code or _REFUSED.search(text))
    if not ours or not (refused or message.get(EXIMS) is not None):
        return None
    known = code_of_bounce(code[0] if code else "", "", passing=False) if refused else SOFT
    return (DeliveryStatus(channel, name, ours, DeliveryState.FAILED, known),)


def _complaint(message: Message[str, str], name: str, channel: str, links: UnsubscribeLinks) -> Reported:
    """Who complained is often hidden: the link in our e-mail says it."""
    for returned in _returned(message):
        for link in _LINK.findall(_field(returned, "List-Unsubscribe")):
            try:
                address = links.address_of(link)
            except WebhookRejected:
                continue
            return (SpareAddress(channel, name, address, Consequence.COMPLAINED, "marked our e-mail as spam"),)
    raise WebhookRejected(406, "This complaint does not have our e-mail's header List-Unsubscribe, so it names nobody.")


def _blocks(message: Message[str, str], kinds: frozenset[str]) -> Iterator[Message[str, str]]:
    """The groups of fields in the parts of these types. The standard library takes some apart, leaves others text, and
    takes others for an e-mail, of which the first group is the headers and the rest the text."""
    for part in message.walk():
        if part.get_content_type() not in kinds:
            continue
        inner = part.get_payload() if part.is_multipart() else [part]
        for one in (one for one in inner if isinstance(one, Message)):
            yield one
            yield from (_headers(group) for group in _BLANK_LINE.split(_text(one), MOST_GROUPS))


def _returned(message: Message[str, str]) -> Iterator[Message[str, str]]:
    """The headers of the e-mail that a report is about: the whole of it, or they alone."""
    for part in message.walk():
        if part is message:
            continue
        kind = part.get_content_type()
        if part.is_multipart():
            if kind in WHOLE | HEADERS and isinstance(ours := part.get_payload(0), Message):
                yield ours
        elif kind in HEADERS:
            yield _headers(_text(part))


def _texts(message: Message[str, str]) -> Iterator[str]:
    for part in message.walk():
        if part.get_content_maintype() == "text":
            yield _text(part)


def _text(part: Message[str, str]) -> str:
    """Whatever charset it claims: what counts in a report is ASCII."""
    content = part.get_payload(decode=True)
    return content.decode("utf-8", "replace") if isinstance(content, bytes) else ""


def _headers(text: object) -> Message[str, str]:
    return HeaderParser(policy=compat32).parsestr(str(text).lstrip())


def _field(block: Message[str, str], name: str) -> str:
    return " ".join(str(block.get(name, "")).split())


def _returned_id(message: Message[str, str], account: EmailAccount) -> str:
    """The Message-ID of the e-mail of ours that a report gives back; empty where it gives none."""
    return next((found for one in _returned(message) if (found := _our_id(one, account))), "")


def _our_id(returned: Message[str, str], account: EmailAccount) -> str:
    """Servers that give an e-mail another Message-ID keep ours in a header whose name ends with that."""
    written = " ".join(_field(returned, name) for name in returned if name.lower().endswith("message-id"))
    return _ours_in(written, account)


def _ours_in(text: str, account: EmailAccount) -> str:
    return next((found[0] for found in _OUR_ID.finditer(text) if found[1] == account.domain), "")


def _is_from_a_server(message: Message[str, str]) -> bool:
    sender = str(message.get("From", "")).lower()
    return any(one in sender for one in _BOUNCERS) or _field(message, "Return-Path") == "<>"


def _name(message: Message[str, str]) -> str:
    """By which the report is known again: its Message-ID, or what makes it what it is."""
    found = MESSAGE_ID.search(_field(message, "Message-ID"))
    written = found[0].encode() if found else message.as_bytes()
    return f"report:{hashlib.sha256(written).hexdigest()[:32]}"

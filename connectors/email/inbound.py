"""A customer's e-mail, as services that receive mail post it (SendGrid's Inbound Parse, Mailgun's routes, Postmark)."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from email.parser import HeaderParser
from email.policy import compat32
from email.utils import parseaddr
from typing import Any

from bot.domain.errors import WebhookRejected
from bot.domain.message import CustomerMessage, storable
from connectors.email.absence import is_absence_notice
from connectors.email.account import EmailAccount, normalised
from connectors.email.letters import MESSAGE_ID, one_line
from connectors.email.replies import reply_of, text_of_html

LONGEST_HEADERS = 100_000
LONGEST_ID = 200
MACHINES = ("mailer-daemon", "postmaster", "no-reply", "noreply", "do-not-reply", "donotreply")
CALENDARS_WRITE_AS = ("calendar-notification@google.com", "calendar-server@google.com")
"""In Sender; From is the person for whom they write."""

BULK = ("bulk", "junk", "list", "auto_reply", "auto-reply", "autoreply")
WRITTEN_BY_PROGRAMS = frozenset(
    ("x-autoreply", "x-autorespond", "x-autoresponder", "x-autoreply-from", "x-mail-autoreply", "x-vacation", "list-id")
)
"""Headers that no letter of a person has, whatever they say."""

LONGEST_REFERENCES = 4_000
ANSWERING = re.compile(r"[^\s:：]{1,6}\s?[:：]")
"""RE:, AW:, Odp.:, 回复："""

CALENDAR = "text/calendar"
CALENDARS = ("calendar", "attachment-info", "attachments")
"""Fields that say of which types the files are. A program writes that an invitation was accepted or declined, and
nothing else, unless somebody writes a line to it."""


def message_of(fields: Mapping[str, str], account: EmailAccount, channel: str) -> CustomerMessage:
    """Raises WebhookRejected for what is no e-mail from anybody."""
    headers = _headers(fields)
    sender = storable(fields.get("from") or fields.get("sender") or headers.get("from", ""))
    if not sender.strip():
        raise WebhookRejected(400, "The form has no field from: this is no incoming e-mail.")
    try:
        address = normalised(parseaddr(one_line(sender))[1])
    except ValueError as error:
        raise WebhookRejected(400, "The field from has no e-mail address in it.") from error
    check_sender(fields, headers)
    subject = one_line(fields.get("subject") or headers.get("subject", ""))
    text = storable(_text(fields))
    said = reply_of(text)
    automatic = _is_automatic(address, headers, account) or is_absence_notice(subject, said)
    return CustomerMessage(
        channel=channel,
        vendor_id=_message_id(fields, headers) or _made_up_id(address, subject, text),
        address=address,
        text=said or ("" if _is_ours(subject, headers) else subject),
        automatic=automatic or (not said and CALENDAR in _first(fields, *CALENDARS).casefold()),
        quotes=_ids(headers.get("in-reply-to", "")).partition(" ")[0],
        metadata={
            "subject": subject,
            "references": _ids(headers.get("references") or headers.get("in-reply-to", "")),
        },
    )


def _is_ours(subject: str, headers: Mapping[str, str]) -> bool:
    """Whether the subject is that of the message that is answered, with a program's "Re:" before it."""
    return ANSWERING.match(subject) is not None and ("in-reply-to" in headers or "references" in headers)


def _ids(written: str) -> str:
    return " ".join(MESSAGE_ID.findall(written[:LONGEST_REFERENCES]))


def _text(fields: Mapping[str, str]) -> str:
    plain = _first(fields, "text", "body-plain", "plain", "textbody")
    return plain if plain.strip() else text_of_html(_first(fields, "html", "body-html", "htmlbody"))


def _first(fields: Mapping[str, str], *names: str) -> str:
    return next((value for name in names if (value := fields.get(name))), "")


def _headers(fields: Mapping[str, str]) -> Mapping[str, str]:
    """By their names in lower case, from their text or from a JSON list; the first of a name counts."""
    written = (fields.get("headers") or fields.get("message-headers") or "")[:LONGEST_HEADERS]
    if written.lstrip().startswith("["):
        try:
            pairs = [_pair(one) for one in json.loads(written)]
        except (ValueError, TypeError, KeyError, RecursionError):
            pairs = []
    else:
        pairs = [(name, str(value)) for name, value in HeaderParser(policy=compat32).parsestr(written).items()]
    found: dict[str, str] = {}
    for name, value in pairs:
        found.setdefault(name.lower(), storable(value))
    return found


def _pair(header: Any) -> tuple[str, str]:
    """A header as Mailgun has it in its list, or as Postmark does."""
    name, value = (header["Name"], header["Value"]) if isinstance(header, dict) else header
    return str(name), str(value)


def _message_id(fields: Mapping[str, str], headers: Mapping[str, str]) -> str:
    """The sender's, or else Postmark's own."""
    found = MESSAGE_ID.search(headers.get("message-id") or fields.get("message-id") or "")
    return found[0] if found else storable(fields.get("messageid", ""))[:LONGEST_ID]


def _made_up_id(*parts: str) -> str:
    """Of a message that has none: the same for the same words, so that one that is posted twice is taken once."""
    return f"without-id:{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:32]}"


def check_sender(fields: Mapping[str, str], headers: Mapping[str, str] | None = None) -> None:
    """Raises WebhookRejected where the mail service says that the sender's domain disowns it: anybody can write into
    From."""
    if _is_forged(fields, headers or {}):
        # Mailgun tries again after any other refusal; SendGrid after none of 4xx.
        raise WebhookRejected(406, "The mail service says that this is not from whom it says it is (SPF, DKIM).")


def _is_forged(fields: Mapping[str, str], headers: Mapping[str, str]) -> bool:
    told = fields.get("spf") or headers.get("x-mailgun-spf") or headers.get("received-spf") or ""
    spf = told.strip().partition(" ")[0].casefold()
    dkim = (fields.get("dkim") or headers.get("x-mailgun-dkim-check-result") or "").casefold()
    return spf == "fail" and "pass" not in dkim


def _is_automatic(address: str, headers: Mapping[str, str], account: EmailAccount) -> bool:
    """Whether a machine wrote it (RFC 3834, and what programs did before it); our own mail that comes back is one."""
    return (
        address in (account.sender, account.reply_to)
        or address.partition("@")[0] in MACHINES
        or headers.get("auto-submitted", "no").partition(";")[0].strip().casefold() not in ("no", "")
        or headers.get("precedence", "").strip().casefold() in BULK
        or not WRITTEN_BY_PROGRAMS.isdisjoint(headers)
        or headers.get("x-autogenerated", "").strip().casefold() == "reply"
        or _wants_no_automatic_answer(headers.get("x-auto-response-suppress", ""))
        or headers.get("return-path", "").strip() == "<>"
        or parseaddr(headers.get("sender", ""))[1].casefold() in CALENDARS_WRITE_AS
    )


def _wants_no_automatic_answer(suppressed: str) -> bool:
    """What Exchange writes into its own answers, so that none is answered by another program (MS-OXCMAIL)."""
    return not {"all", "autoreply"}.isdisjoint(one.strip() for one in suppressed.casefold().split(","))

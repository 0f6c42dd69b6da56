"""What became of our mail later, as mail services post it: a JSON object for each event, or a list of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from email.utils import parseaddr
from typing import Any

from bot.domain.consent import Consequence
from bot.domain.errors import WebhookRejected
from bot.domain.message import DeliveryState, DeliveryStatus, SpareAddress
from connectors.email.account import normalised
from connectors.email.event_shapes import UNSENT, shaped
from connectors.email.failures import FAILURES, code_of_bounce
from connectors.email.letters import MESSAGE_ID

MOST_EVENTS = 1_000
DELIVERED = frozenset({"delivered", "delivery"})
FAILED = UNSENT | {"bounce", "bounced", "failed", "hard_bounce", "soft_bounce", "invalid_email"}
COMPLAINED = frozenset({"spamreport", "complaint", "complained", "spam"})
UNSUBSCRIBED = frozenset({"unsubscribe", "unsubscribed", "group_unsubscribe", "unsub"})
PASSING = frozenset({"soft", "temporary", "transient", "blocked"})
"""Kinds of bounces that say nothing of the address."""


def events_of(body: bytes, channel: str) -> tuple[DeliveryStatus | SpareAddress, ...]:
    """Those that say something which concerns us; raises WebhookRejected for what is no list of events."""
    try:
        written = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise WebhookRejected(400, "The body is no JSON.") from error
    return words_of_events(written if isinstance(written, list) else [written], channel)


def words_of_events(events: Sequence[Any], channel: str) -> tuple[DeliveryStatus | SpareAddress, ...]:
    """The same of a list of them."""
    if len(events) > MOST_EVENTS:
        raise WebhookRejected(400, f"These are more than {MOST_EVENTS} events. Post fewer at a time.")
    if not all(isinstance(event, dict) for event in events):
        raise WebhookRejected(400, 'An event is an object, such as {"event": "bounce", "email": "ana@example.com"}.')
    return tuple(word for event in events for told in shaped(event) for word in _words_of(told, channel))


def _words_of(event: Mapping[str, str], channel: str) -> Iterator[DeliveryStatus | SpareAddress]:
    kind = event.get("event", "").casefold()
    sent_id, address = _message_id(event), _address(event)
    name = event.get("sg_event_id") or _made_up_id(event)
    if kind in DELIVERED and sent_id:
        yield DeliveryStatus(channel, name, sent_id, DeliveryState.DELIVERED)
    elif kind in FAILED:
        code = event.get("our_code") or _code(event, kind)
        if sent_id:
            yield DeliveryStatus(channel, name, sent_id, DeliveryState.FAILED, code)
        failure = FAILURES.get(code)
        if address and failure is not None and failure.then is not None:
            yield SpareAddress(channel, f"{name}:address", address, failure.then, failure.what)
    elif kind in COMPLAINED and address:
        yield SpareAddress(channel, name, address, Consequence.COMPLAINED, "marked our e-mail as spam")
    elif kind in UNSUBSCRIBED and address:
        yield SpareAddress(channel, name, address, Consequence.OPTED_OUT, "unsubscribed at the mail service")


def _made_up_id(event: Mapping[str, str]) -> str:
    return hashlib.sha256(repr(sorted(event.items())).encode()).hexdigest()[:32]


def _code(event: Mapping[str, str], kind: str) -> str:
    soft = kind == "soft_bounce" or event.get("hard_bounce") == "False"
    passing = soft or event.get("type", "").casefold() in PASSING
    return code_of_bounce(event.get("status", ""), event.get("reason", ""), passing=passing)


def _message_id(event: Mapping[str, str]) -> str:
    written = event.get("smtp-id") or event.get("message_id") or event.get("message-id") or ""
    found = MESSAGE_ID.fullmatch(written if written.startswith("<") else f"<{written}>")
    return found[0] if found else ""


def _address(event: Mapping[str, str]) -> str:
    try:
        return normalised(parseaddr(event.get("email") or event.get("recipient") or "")[1])
    except ValueError:
        return ""

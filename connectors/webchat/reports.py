"""What a page tells of its visitor besides what they say: who they are, attributes, events, journeys to start.

Anybody can post such a report from their own browser. So a page may only set, tell and start what the settings list,
and who somebody is counts as verified only where the website has vouched for it with its secret.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from bot.domain.errors import WebhookRejected
from bot.domain.languages import language_tag
from bot.domain.message import PageReport, storable
from bot.domain.person import Identity
from connectors.webchat.bodies import message_id
from connectors.webchat.identities import E164, EMAIL, IdentityProofs

KINDS = ("identify", "attributes", "event", "journey", "locale", "contact")
MOST_VALUES = 20
NUMBER = re.compile(r"[+0-9][0-9 ().\-/]{4,30}")
LONGEST_VALUE = 500


@dataclass(frozen=True, slots=True)
class Reports:
    """Reads reports. `attributes`, `events` and `journeys` are what pages may set, tell and start."""

    proofs: IdentityProofs
    attributes: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    journeys: frozenset[str] = frozenset()

    def read(self, body: Mapping[str, Any], visitor: UUID, now: datetime) -> PageReport:
        """Raises WebhookRejected for a report that is malformed (400), or says what no page may say (403)."""
        told = [kind for kind in KINDS if kind in body]
        if len(told) != 1:
            raise WebhookRejected(400, f"A report tells one thing: {', '.join(KINDS)}.")
        given = body[told[0]]
        more: dict[str, Any]
        match told[0]:
            case "identify":
                known = self.proofs.check(given, now)
                more = {"identities": known.identities, "attributes": known.attributes}
            case "attributes":
                values = _values(given, "attributes")
                for name in values:
                    _check_listed(name, self.attributes, "attribute", "WEBCHAT_ATTRIBUTES")
                more = {"attributes": values}
            case "event":
                _check_listed(given, self.events, "event", "WEBCHAT_EVENTS")
                more = {"event": given, "data": _values(body.get("data", {}), "data")}
            case "journey":
                _check_listed(given, self.journeys, "journey", "WEBCHAT_JOURNEYS")
                more = {"journey": given, "data": _values(body.get("data", {}), "data")}
            case "contact":
                contact = _contact(given)
                more = {"attributes": contact, "identities": _claims(contact), "left_contact": True}
            case _:
                if (locale := language_tag(given)) is None:
                    raise WebhookRejected(400, '"locale" is no language tag, such as de or pt-BR.')
                more = {"locale": locale}
        return PageReport(channel="webchat", vendor_id=f"{visitor}:{message_id(body)}", address=str(visitor), **more)


def _contact(given: Any) -> dict[str, str]:
    """How a visitor wants to be reached: what they typed, so a number may be written as people write it."""
    told = given if isinstance(given, dict) else {}
    found = {}
    for name, shape, example in (("email", EMAIL, "ana@example.com"), ("phone", NUMBER, "020 7946 0018")):
        value = told.get(name)
        if value in (None, ""):
            continue
        if not isinstance(value, str) or not shape.fullmatch(value.strip()) or storable(value) != value:
            raise WebhookRejected(400, f'"{name}" of "contact" is none, such as {example}.')
        found[name] = value.strip()
    if not found:
        raise WebhookRejected(400, '"contact" wants an "email", a "phone" or both.')
    return found


def _claims(contact: Mapping[str, str]) -> tuple[Identity, ...]:
    """Nobody has shown that they are theirs. A number as it is dialled at home says not whose it is in the world."""
    number = re.sub(r"[ ().\-/]", "", contact.get("phone", ""))
    email = (Identity("email", contact["email"].lower()),) if "email" in contact else ()
    return (*email, Identity("phone", number)) if E164.fullmatch(number) else email


def names_of(setting: str) -> frozenset[str]:
    """The names in a comma-separated setting."""
    return frozenset(name.strip() for name in setting.split(",") if name.strip())


def _check_listed(name: Any, listed: frozenset[str], what: str, setting: str) -> None:
    if not isinstance(name, str):
        raise WebhookRejected(400, f"The name of the {what} is not a string.")
    if name not in listed:
        raise WebhookRejected(403, f'A page may not use the {what} "{name[:100]}". The setting {setting} lists which.')


def _values(given: Any, what: str) -> dict[str, Any]:
    """Names with plain values: texts, numbers, yes or no, nothing."""
    if not isinstance(given, dict) or len(given) > MOST_VALUES:
        raise WebhookRejected(400, f'"{what}" is not an object with at most {MOST_VALUES} names.')
    return {storable(name)[:LONGEST_VALUE]: _value(value, what, name) for name, value in given.items()}


def _value(value: Any, what: str, name: str) -> Any:
    match value:
        case str() if len(value) <= LONGEST_VALUE:
            return storable(value)
        case bool() | None:
            return value
        case int() | float() if math.isfinite(value) and abs(value) < 2**53:
            return value
    raise WebhookRejected(
        400,
        f'"{what}" has a value that is not taken at "{name[:100]}": '
        f"a text of at most {LONGEST_VALUE} characters, a number, true, false or null.",
    )

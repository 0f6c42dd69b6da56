"""Where a call stands: Twilio carries it from one webhook to the next, in the address that it is given and signs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from bot.domain.errors import WebhookRejected
from bot.domain.message import storable
from bot.domain.spoken import Choice

LONGEST_CHOICES = 1500
"""Characters of an address that choices may take; Twilio takes some 4,000 in all. Those behind are only understood."""


@dataclass(frozen=True, slots=True)
class Place:
    """`turn` counts what the caller said. Of the feed's positions, `heard` is the last that they heard, and `since` the
    one before what was said last: that is repeated when they are silent. None: nothing was said yet.

    `waits` counts how often they were asked for a moment, `silences` how often they said nothing in a row.
    `handoff` is the one for which they are being put through; to the colleague who is rung, `caller` is who they are.
    `message` is the key of what we have called them for. `tries` counts how often in a row ConversationRelay broke off;
    there, `turn` is the next one and `waits` the number of those before it that are not answered yet.
    """

    turn: int = 0
    heard: int | None = None
    since: int | None = None
    silences: int = 0
    waits: int = 0
    with_person: bool = False
    choices: tuple[Choice, ...] = ()
    handoff: str = ""
    caller: str = ""
    message: str = ""
    tries: int = 0

    def query(self) -> str:
        """As it stands in an address; what is as at the beginning is left out."""
        numbers = {
            "t": self.turn or None,
            "h": self.heard,
            "f": self.since,
            "s": self.silences or None,
            "w": self.waits or None,
            "r": self.tries or None,
        }
        fields = {name: str(number) for name, number in numbers.items() if number is not None}
        if self.with_person:
            fields["p"] = "1"
        fields |= {name: text for name, text in (("d", self.handoff), ("n", self.caller), ("m", self.message)) if text}
        if self.choices:
            fields["c"] = self._choices()
        return urlencode(fields)

    def _choices(self) -> str:
        kept: list[list[str]] = []
        for choice in self.choices:
            kept.append([choice.key, choice.title, choice.payload])
            if len(json.dumps(kept)) > LONGEST_CHOICES:
                kept.pop()
                break
        return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def place_in(url: str) -> Place:
    """The place that an address of ours names; raises WebhookRejected where it is none of ours."""
    return read_place(urlsplit(url).query)


def read_place(query: str) -> Place:
    """As `Place.query` has written it; raises WebhookRejected where it has not."""
    fields = dict(parse_qsl(query))
    try:
        return Place(
            turn=_number(fields.get("t", "0")),
            heard=_position(fields.get("h")),
            since=_position(fields.get("f")),
            silences=_number(fields.get("s", "0")),
            waits=_number(fields.get("w", "0")),
            with_person=fields.get("p") == "1",
            choices=_read_choices(fields.get("c", "[]")),
            handoff=storable(fields.get("d", "")),
            caller=storable(fields.get("n", "")),
            message=storable(fields.get("m", "")),
            tries=_number(fields.get("r", "0")),
        )
    except (ValueError, TypeError, RecursionError) as error:
        raise WebhookRejected(400, "The query of this address is none that Overture has made.") from error


def _number(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 18:
        raise ValueError("no number")
    return int(text)


def _position(text: str | None) -> int | None:
    return None if text is None else _number(text)


def _read_choices(text: str) -> tuple[Choice, ...]:
    rows = json.loads(text)
    if not isinstance(rows, list):
        raise TypeError("no list")
    choices = []
    for row in rows:
        match row:
            case [str(key), str(title), str(payload)]:
                choices.append(Choice(storable(key), storable(title), storable(payload)))
            case _:
                raise TypeError("no choice")
    return tuple(choices)

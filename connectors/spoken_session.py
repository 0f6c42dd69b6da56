"""What a voice platform carries for us from one request to the next, where it carries what we like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.message import storable
from bot.domain.spoken import Choice


@dataclass(frozen=True, slots=True)
class Session:
    """Up to where on their feed the customer has heard, what was offered, which turns were late."""

    heard: int | None = None
    choices: tuple[Choice, ...] = ()
    late: tuple[str, ...] = ()

    def attributes(self) -> Mapping[str, Any]:
        return {
            "heard": self.heard,
            "choices": [[one.key, one.title, one.payload] for one in self.choices],
            "late": list(self.late),
        }


def read_session(attributes: object) -> Session:
    """Anything else than what we gave is taken for nothing: there may have been something before it was ours."""
    match attributes:
        case {"heard": int() | None as heard, "choices": list(rows), "late": list(late)} if not isinstance(heard, bool):
            choices = tuple(
                Choice(storable(row[0]), storable(row[1]), storable(row[2]))
                for row in rows
                if isinstance(row, list) and len(row) == 3 and all(isinstance(one, str) for one in row)
            )
            return Session(heard, choices, tuple(storable(one) for one in late if isinstance(one, str)))
    return Session()

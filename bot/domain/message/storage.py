"""What of a text, and of JSON, a database takes."""

from __future__ import annotations

import json
import math
from typing import Any, Final

DEEPEST: Final = 100
"""What anybody means is not nested deeper. It is kept inside of more, and what reads that again bears twice as much."""


def json_of(body: bytes) -> Any:
    """The JSON in a body; ValueError if it is not JSON in UTF-8. NaN is not JSON."""
    try:
        return json.loads(body.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def storable(text: str) -> str:
    """`text` without what no database takes: NUL, and halves of surrogate pairs."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")


def storable_json(value: Any, deepest: int = DEEPEST) -> Any:
    """JSON without these, in names and values; an infinite number, such as 1e999, becomes null.

    ValueError where it is nested deeper.
    """
    if deepest < 0:
        raise ValueError("it is nested too deeply")
    match value:
        case str():
            return storable(value)
        case float() if not math.isfinite(value):
            return None
        case dict():
            return {storable(name): storable_json(one, deepest - 1) for name, one in value.items()}
        case list():
            return [storable_json(one, deepest - 1) for one in value]
        case _:
            return value

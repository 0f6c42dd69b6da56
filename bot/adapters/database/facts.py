"""What is known of people, as JSON that both databases can look into.

Neither takes a NUL character in JSON text (PostgreSQL refuses it, SQLite ends the text there), nor half of a surrogate
pair: both become the replacement character. JSON has no infinity: such a number becomes null.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from pydantic_core import PydanticSerializationError

from bot.adapters.codec import PLAIN

_NO_CHARACTER = re.compile("[\0\ud800-\udfff]")
_SUSPECT = re.compile(r"\\u0000|NaN|Infinity")


def facts_text(attributes: Mapping[str, Any]) -> str:
    """The attributes as JSON text."""
    try:
        text = PLAIN.dump(dict(attributes))
    except PydanticSerializationError:
        return PLAIN.dump(as_stored(attributes))
    return text if is_storable(text) else PLAIN.dump(as_stored(attributes))


def is_storable(text: str) -> bool:
    """Whether databases take this JSON text as it is."""
    return _SUSPECT.search(text) is None


def as_stored(value: Any) -> Any:
    """The value with what no database keeps replaced."""
    match value:
        case str():
            return _NO_CHARACTER.sub("\ufffd", value)
        case float() if not math.isfinite(value):
            return None
        case Mapping():
            return {as_stored(str(key)): as_stored(one) for key, one in value.items()}
        case list() | tuple() | set() | frozenset():
            return [as_stored(one) for one in value]
        case _:
            return value

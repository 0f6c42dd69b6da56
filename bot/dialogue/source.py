"""Reading one content file: typed access to its nodes, where whatever is wrong becomes a fault with its place."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Any

from bot.documents import Document, Faults
from bot.domain.errors import Place

RETIRED: Mapping[str, str] = {
    "triggers": "A rule does it: the intent:, then the action: that it triggers. Write one where there is none yet, "
    "and take this out."
}
"""What Rasa 1 and 2 knew and Rasa 3 does not, and what to do in its place."""

_NUMBER = re.compile(r"-?\d+(\.\d+)?|-?\.\d+")


@dataclass(frozen=True, slots=True)
class Source:
    document: Document
    faults: Faults
    warnings: Faults = field(default_factory=Faults)
    warns_of_lapses: bool = False

    @property
    def lapses(self) -> Faults:
        """Takes what is wrong, and what Rasa takes all the same: where it is no fault it is passed over."""
        return self.warnings if self.warns_of_lapses else self.faults

    def major_version(self) -> int:
        """What the file says of the format that it is in: 2 or 3; Rasa takes a file that says nothing as the latest."""
        data = self.document.data
        version = data.get("version") if isinstance(data, Mapping) else None
        return 2 if str(version).strip("\"'").startswith("2") else 3

    def place(self, node: Any = None, key: Any = None) -> Place:
        return self.document.place(node, key)

    def has(self, key: str) -> bool:
        return bool(self.document.data.get(key))

    def mapping(self, value: Any, place: Place, what: str) -> Mapping[Any, Any]:
        """`value` if it is a mapping (nothing counts as an empty one), else a fault and an empty one."""
        if value is None:
            return {}
        if isinstance(value, Mapping):
            return value
        self.faults.add(
            place, f"{what} should be a mapping of names to values, not {kind_of(value)}.", _missing_blank(value)
        )
        return {}

    def sequence(self, value: Any, place: Place, what: str) -> Sequence[Any]:
        """`value` if it is a list (nothing counts as an empty one), else a fault and an empty one."""
        if value is None:
            return []
        if isinstance(value, Sequence) and not isinstance(value, str):
            return value
        self.faults.add(place, f"{what} should be a list, not {kind_of(value)}.", "Begin each entry with a dash.")
        return []

    def text(self, value: Any, place: Place, what: str) -> str:
        """`value` as text; numbers are taken as they are written."""
        if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            return str(value)
        hint = "Put quotes around it." if isinstance(value, (bool, date)) else ""
        self.faults.add(place, f"{what} should be a text, not {kind_of(value)}.", hint)
        return ""

    def optional_text(self, node: Mapping[Any, Any], key: str) -> str | None:
        """The text at `key`, if there is anything."""
        return None if node.get(key) is None else self.text(node[key], self.place(node, key), key)

    def flag(self, value: Any, place: Place, what: str) -> bool:
        if not isinstance(value, bool):
            self.faults.add(place, f"{what} should be true or false, not {kind_of(value)}.")
        return bool(value)

    def number(self, value: Any, place: Place, what: str) -> float:
        """`value` as a number that can be counted with; `.inf` and `.nan` are YAML's numbers, and none of ours."""
        said = f"{what} should be a number, not {kind_of(value)}."
        in_quotes = isinstance(value, str) and _NUMBER.fullmatch(value.strip()) is not None
        if isinstance(value, bool) or not (in_quotes or isinstance(value, (int, float))):
            self.faults.add(place, said)
            return 0.0
        if in_quotes:
            self.lapses.add(place, said, "Take the quotes away.")
        number = float(str(value))
        if not math.isfinite(number):
            self.faults.add(place, f"{what} is no number that can be counted with: {str(value)[:20]}.")
            return 0.0
        return number

    def names(self, value: Any, place: Place, what: str) -> tuple[str, ...]:
        """One name, or a list of them."""
        if value is None:
            return ()
        if isinstance(value, str):
            return (value,)
        entries = self.sequence(value, place, what)
        return tuple(
            name
            for index, entry in enumerate(entries)
            if (name := self.text(entry, self.place(value, index), f"an entry of {what}"))
        )

    def only_keys(self, node: Mapping[Any, Any], known: Iterable[str], what: str) -> None:
        known = tuple(known)
        for key in node:
            if key not in known:
                self.faults.unknown(self.place(node, key), f"key in {what} called", str(key), known)

    def warn_of_others(self, node: Mapping[Any, Any], known: Iterable[str], what: str) -> None:
        """Of keys that Rasa takes and passes over. One that is nearly known is hardly meant so: that is a lapse."""
        known = tuple(known)
        for key in node:
            if key in known:
                continue
            if is_nearly(str(key), known):
                self.lapses.unknown(self.place(node, key), f"key in {what} called", str(key), known)
            else:
                said = f'{what} has "{key}", which is passed over, as Rasa 3 does.'
                self.warnings.add(self.place(node, key), said, RETIRED.get(str(key), "Take it out."))

    def named_entries(self, value: Any, place: Place, what: str) -> Iterator[tuple[str, Any, Place]]:
        """The entries of a list in which each is a name, or a mapping from one name to its properties."""
        for index, entry in enumerate(self.sequence(value, place, what)):
            here = self.place(value, index)
            if isinstance(entry, Mapping):
                if len(entry) != 1:
                    self.faults.add(here, f"an entry of {what} should have one name, not {len(entry)}.")
                for name, properties in entry.items():
                    yield str(name), properties, self.place(entry, name)
            elif name := self.text(entry, here, f"an entry of {what}"):
                yield name, None, here


def is_nearly(name: str, known: Iterable[str]) -> bool:
    """Whether an unknown name can hardly mean anything but one of these."""
    return bool(get_close_matches(name, tuple(known), n=1))


def _missing_blank(value: Any) -> str:
    """What to do about "action:utter_greet", which is a text to YAML."""
    return "Put a blank after the colon." if isinstance(value, str) and re.match(r"\w+:\S", value) else ""


def kind_of(value: Any) -> str:
    """What a YAML value is, in an author's words."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case int() | float():
            return f"the number {value}"
        case str():
            return f'the text "{value}"' if len(value) <= 40 else "a text"
        case Mapping():
            return "a mapping"
        case date():
            return f"the date {value}"
        case _:
            return "a list"

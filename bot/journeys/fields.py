"""Reads a mapping of a content file entry by entry, and collects what is wrong with each entry, with its place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from bot.documents import Document, Faults, did_you_mean
from bot.domain.errors import Place
from bot.journeys.wording import Unreadable

T = TypeVar("T")


class Fields:
    """One mapping. Each reader returns None (or nothing at all) after it has reported what was wrong."""

    def __init__(
        self, document: Document, faults: Faults, node: Any, what: str, place: Place | None = None, advice: str = ""
    ) -> None:
        self.document = document
        self.faults = faults
        self.what = what
        self._at = place or document.place(node)
        self.is_mapping = isinstance(node, Mapping)
        self.node: Mapping[Any, Any] = node if isinstance(node, Mapping) else {}
        if not self.is_mapping:
            faults.add(self._at, f"{what} must be a mapping of names to values, not {_shown(node)}.", advice)

    def place(self, key: object = None) -> Place:
        return self._at if key not in self.node else self.document.place(self.node, key)

    def only(self, *keys: str, later: Collection[str] = ()) -> None:
        """Report entries that are none of `keys`; those in `later` are part of the language but not built yet."""
        for key in self.node:
            if key in later:
                self.faults.add(
                    self.place(key), f'"{key}" in {self.what} is not supported yet.', "Leave it out for now."
                )
            elif key not in keys:
                self.faults.add(self.place(key), f'{self.what} has no "{key}".', did_you_mean(str(key), keys))

    def has(self, key: str) -> bool:
        return self.node.get(key) is not None

    def missing(self, key: str, advice: str = "") -> None:
        self.faults.add(self._at, f'{self.what} lacks "{key}".', advice)

    def text(self, key: str, *, required: bool = False, advice: str = "") -> str | None:
        """A text that is not empty; numbers and dates are taken as they are written."""
        value = self.node.get(key)
        if value is None or value == "":
            if required:
                self.missing(key, advice)
            return None
        if isinstance(value, bool | Mapping | list):
            self.faults.add(self.place(key), f'"{key}" must be a text, not {_shown(value)}.', advice)
            return None
        return str(value)

    def condition(self, *, required: bool = False, advice: str = "") -> str:
        """What "if" says, still to be checked; nothing where there is none. One without a word is a fault, since it
        leaves open whether it is meant to be true of all or of nobody."""
        said = self.node.get("if")
        if isinstance(said, str) and not said.strip():
            self.faults.add(self.place("if"), "the condition is empty.", advice or 'Write one, or leave "if" out.')
            return ""
        return (self.text("if", required=required, advice=advice) or "").strip()

    def read(self, key: str, read: Callable[[str], T], *, required: bool = False, advice: str = "") -> T | None:
        """A text in a certain wording (`bot.journeys.wording`)."""
        text = self.text(key, required=required, advice=advice)
        return None if text is None else self.parsed(text, read, self.place(key))

    def read_all(self, key: str, read: Callable[[str], T], *, required: bool = False) -> tuple[T, ...]:
        """One text or a list of them, each in a certain wording."""
        found = []
        for text, place in self.texts(key, required=required):
            value = self.parsed(text, read, place)
            if value is not None:
                found.append(value)
        return tuple(found)

    def parsed(self, text: str, read: Callable[[str], T], place: Place) -> T | None:
        try:
            return read(text)
        except Unreadable as error:
            self.faults.add(place, str(error), error.advice)
            return None

    def texts(self, key: str, *, required: bool = False) -> tuple[tuple[str, Place], ...]:
        """One text or a list of them, each with its place."""
        value = self.node.get(key)
        if value is None or value == []:
            if required:
                self.missing(key)
            return ()
        if not isinstance(value, list):
            text = self.text(key)
            return () if text is None else ((text, self.place(key)),)
        found = []
        for number, item in enumerate(value):
            place = self.document.place(value, number)
            if isinstance(item, str | int | float | date) and not isinstance(item, bool) and item != "":
                found.append((str(item), place))
            else:
                self.faults.add(place, f'each item of "{key}" must be a text, not {_shown(item)}.')
        return tuple(found)

    def choice(self, key: str, known: Iterable[str], what: str, *, required: bool = False) -> str | None:
        """A text that must be one of `known`."""
        text = self.text(key, required=required, advice=did_you_mean("", known))
        if text is not None and text not in known:
            self.faults.unknown(self.place(key), what, text, known)
            return None
        return text

    def choices(self, key: str, known: Collection[str], what: str, *, required: bool = False) -> tuple[str, ...]:
        return tuple(text for text, _ in self.placed_choices(key, known, what, required=required))

    def placed_choices(
        self, key: str, known: Collection[str], what: str, *, required: bool = False
    ) -> tuple[tuple[str, Place], ...]:
        """Texts that must be among `known`, each with its place."""
        found = []
        for text, place in self.texts(key, required=required):
            if text in known:
                found.append((text, place))
            else:
                self.faults.unknown(place, what, text, known)
        return tuple(found)

    def placed_channels(
        self,
        known: Collection[str] | None,
        left_out: Callable[[], Collection[str]],
        warnings: Faults,
        so: str,
        *,
        required: bool = True,
    ) -> tuple[tuple[str, Place], ...]:
        """The entry "channels", each with its place; `known` as None takes any.

        One that this installation could have and has not (`left_out`) is warned of: `so` says what comes of that.
        """
        found = []
        for name, place in self.texts("channels", required=required):
            if known is None or name in known:
                found.append((name, place))
            elif name in left_out():
                warnings.add(
                    place,
                    f'this installation has no channel "{name}", so {so}.',
                    "Add its connector to OVERTURE_CONNECTORS, or leave the channel out here.",
                )
                found.append((name, place))
            else:
                self.faults.unknown(place, "channel", name, known)
        return tuple(found)

    def channels_of_law(
        self, known: Collection[str] | None, left_out: Callable[[], Collection[str]], warnings: Faults
    ) -> frozenset[str]:
        """The entry "channels" of a rule that holds for channels to come as well. A name that none has by now is warned
        of: misspelt, the rule would hold for nothing, and nobody would notice."""
        named = self.texts("channels", required=True)
        for name, place in named:
            if known is not None and name not in known and name not in left_out():
                said = f'there is no channel "{name}" so far, so the rule does nothing there.'
                warnings.add(place, said, did_you_mean(name, known))
        return frozenset(name for name, _ in named)

    def yes_or_no(self, key: str) -> bool | None:
        """`true` or `false`; None where nothing is said."""
        value = self.node.get(key) if self.is_mapping else None
        if value is not None and not isinstance(value, bool):
            self.faults.add(self.place(key), f'"{key}" must be true or false.')
            return None
        return value

    def whole_number(self, key: str) -> int | None:
        value = self.node.get(key)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) > 1_000_000:
            self.faults.add(self.place(key), f'"{key}" must be a whole number, not {_shown(value)}.')
            return None
        return int(value)

    def inner(self, key: str, what: str, advice: str = "") -> Fields:
        """The mapping under `key`."""
        return Fields(self.document, self.faults, self.node.get(key), what, self.place(key), advice)


def _shown(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case Mapping():
            return "a mapping"
        case list():
            return "a list"
        case _:
            text = str(value)
            return f'"{text[:37]}..."' if len(text) > 40 else f'"{text}"'

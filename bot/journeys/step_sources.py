"""Where each step, way and entry of a journey stands in its document: the list that holds it, and its number there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.journey import ENTRANCE

Path = tuple[str | int, ...]
"""The keys and numbers that lead from the document to a node."""

STEP, BRANCH, SPLIT, ENTER = "step", "branch", "split", "enter"


@dataclass(frozen=True, slots=True)
class Source:
    """A step, a way of a `branch` or `split`, or an entry of `enter`, as it is written.

    The `id` of a step is the reader's: its own, or made of its position. That of a way is made of its step's
    (`offer_test/0`), that of an entry of the entrance's (`:enter/0`).
    """

    id: str
    path: Path
    data: Any
    kind: str = STEP

    @property
    def siblings(self) -> Path:
        """The path of the list that it is in."""
        return self.path[:-1]

    @property
    def number(self) -> int:
        number = self.path[-1]
        return number if isinstance(number, int) else 0  # an `enter` that is no list is one entry


def item_sources(data: Any) -> dict[str, Source]:
    """The entries, and the steps with their ways, by id, in the order of the file; nothing of what is no journey."""
    if not isinstance(data, Mapping):
        return {}
    listed = [*_entries(data.get("enter")), *_listed(data.get("steps"), ("steps",), "steps")]
    return {one.id: one for one in listed}


def node_at(data: Any, path: Path) -> Any:
    for key in path:
        data = data[key]
    return data


def _entries(enter: Any) -> Iterator[Source]:
    if isinstance(enter, list):
        for number, entry in enumerate(enter):
            yield Source(f"{ENTRANCE}/{number}", ("enter", number), entry, ENTER)
    elif enter is not None:
        yield Source(f"{ENTRANCE}/0", ("enter",), enter, ENTER)


def _listed(items: Any, path: Path, name: str) -> Iterator[Source]:
    for number, item in enumerate(items if isinstance(items, list) else ()):
        place = f"{name}.{number}"
        own = item.get("id") if isinstance(item, Mapping) else None
        step = Source(str(own) if own is not None else place, (*path, number), item)
        yield step
        if isinstance(item, Mapping):
            yield from _inside(item, step, place)


def _inside(data: Mapping[Any, Any], step: Source, name: str) -> Iterator[Source]:
    """Its ways and their steps, by the names that the reader gives to them."""
    for kind in (BRANCH, SPLIT):
        arms = data.get(kind)
        for number, arm in enumerate(arms if isinstance(arms, list) else ()):
            path = (*step.path, kind, number)
            yield Source(f"{step.id}/{number}", path, arm, kind)
            yield from _done(arm, path, f"{name}.{kind}.{number}")
            if isinstance(arm, Mapping):
                yield from _done(arm.get("else"), (*path, "else"), f"{name}.{kind}.{number}.else")
    yield from _done(data.get("failed"), (*step.path, "failed"), f"{name}.failed")
    handoff = data.get("handoff")
    if isinstance(handoff, Mapping):
        yield from _done(handoff.get("late"), (*step.path, "handoff", "late"), f"{name}.late")


def _done(way: Any, path: Path, name: str) -> Iterator[Source]:
    if isinstance(way, Mapping):
        yield from _listed(way.get("do"), (*path, "do"), f"{name}.do")

"""Where each step of a journey stands in its document: the list that holds it, and its number there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]
"""The keys and numbers that lead from the document to a node."""


@dataclass(frozen=True, slots=True)
class StepSource:
    """A step as it is written. Its `id` is the reader's: its own, or made of its position."""

    id: str
    path: Path
    data: Any

    @property
    def siblings(self) -> Path:
        """The path of the list that it is in."""
        return self.path[:-1]

    @property
    def number(self) -> int:
        number = self.path[-1]
        assert isinstance(number, int)  # noqa: S101  steps are in lists
        return number


def step_sources(data: Any) -> dict[str, StepSource]:
    """The steps by id, in the order of the file; nothing of what is no journey."""
    steps = data.get("steps") if isinstance(data, Mapping) else None
    return {one.id: one for one in _listed(steps, ("steps",), "steps")}


def node_at(data: Any, path: Path) -> Any:
    for key in path:
        data = data[key]
    return data


def _listed(items: Any, path: Path, name: str) -> Iterator[StepSource]:
    for number, item in enumerate(items if isinstance(items, list) else ()):
        place = f"{name}.{number}"
        own = item.get("id") if isinstance(item, Mapping) else None
        yield StepSource(str(own) if own is not None else place, (*path, number), item)
        if isinstance(item, Mapping):
            yield from _inside(item, (*path, number), place)


def _inside(step: Mapping[Any, Any], path: Path, name: str) -> Iterator[StepSource]:
    """The steps of its ways, by the names that the reader gives to them."""
    for kind in ("branch", "split"):
        arms = step.get(kind)
        for number, arm in enumerate(arms if isinstance(arms, list) else ()):
            yield from _done(arm, (*path, kind, number), f"{name}.{kind}.{number}")
            if isinstance(arm, Mapping):
                yield from _done(arm.get("else"), (*path, kind, number, "else"), f"{name}.{kind}.{number}.else")
    yield from _done(step.get("failed"), (*path, "failed"), f"{name}.failed")
    handoff = step.get("handoff")
    if isinstance(handoff, Mapping):
        yield from _done(handoff.get("late"), (*path, "handoff", "late"), f"{name}.late")


def _done(way: Any, path: Path, name: str) -> Iterator[StepSource]:
    if isinstance(way, Mapping):
        yield from _listed(way.get("do"), (*path, "do"), f"{name}.do")

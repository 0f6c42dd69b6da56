"""Where the steps, ways and entries of a journey have gone by an edit: what has no id is called by its place."""

from __future__ import annotations

from collections.abc import Mapping

from bot.journeys.edit import Add, Edit, Move, Remove
from bot.journeys.step_sources import Path, Source

Whereabouts = Mapping[str, str | None]
"""By the id before: the id now, None of what is not there any more."""


def whereabouts(edit: Edit, before: Mapping[str, Source], after: Mapping[str, Source]) -> Whereabouts:
    """Of all that was there before the edit; `before` and `after` are the items of the two texts."""
    names = {_place(one): one.id for one in after.values()}
    places = {one.id: _gone_to(edit, before, _place(one)) for one in before.values()}
    return {name: None if place is None else names.get(place) for name, place in places.items()}


def then(first: Whereabouts, second: Whereabouts) -> Whereabouts:
    """After one edit and another."""
    return {name: None if now is None else second.get(now) for name, now in first.items()}


def _place(item: Source) -> Path:
    """An `enter` that is no list is its first entry: by a second one it becomes one."""
    return (*item.path, 0) if item.path == ("enter",) else item.path


def _gone_to(edit: Edit, items: Mapping[str, Source], place: Path) -> Path | None:
    match edit:
        case Remove(step=name):
            return _taken_out(place, _place(items[name]))
        case Add(beside=beside, before=before):
            at = _place(items[beside])
            return _put_behind(place, at if before else _next(at))
        case Move(step=name, beside=beside, before=before):
            step = _place(items[name])
            mark = _taken_out(_place(items[beside]), step) or step
            at = mark if before else _next(mark)
            if place[: len(step)] == step:
                return (*at, *place[len(step) :])
            rest = _taken_out(place, step)
            return None if rest is None else _put_behind(rest, at)
        case _:
            return place


def _taken_out(place: Path, taken: Path) -> Path | None:
    """What stood behind what is taken out moves up; None of what is in it."""
    return None if place[: len(taken)] == taken else _shifted(place, taken, by=-1)


def _put_behind(place: Path, new: Path) -> Path:
    """What stood where something new comes, or behind it, moves down."""
    return _shifted(place, new, by=1)


def _shifted(place: Path, at: Path, *, by: int) -> Path:
    around, number = at[:-1], int(at[-1])
    level = len(around)
    if place[:level] != around or int(place[level]) < number:
        return place
    return (*place[:level], int(place[level]) + by, *place[level + 1 :])


def _next(place: Path) -> Path:
    return (*place[:-1], int(place[-1]) + 1)

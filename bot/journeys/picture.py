"""A journey as a picture: a box for each step, and an arrow for each way out of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.domain.errors import Place
from bot.domain.journey import ENTRANCE, Journey
from bot.domain.steps import END, GoStep, Step
from bot.journeys.sayings import entry_words, step_words, ways_out

ENTER = "enter"
"""The kind of the box of what lets people in. Its id is ENTRANCE, which no step can have."""


@dataclass(frozen=True, slots=True)
class PictureBox:
    """`id` is the step's. `kind` is its kind, `enter` for the box above the first step."""

    id: str
    kind: str
    title: str
    words: tuple[str, ...]
    place: Place | None


@dataclass(frozen=True, slots=True)
class PictureArrow:
    """From one box to another; `target` is None where people leave the journey. `words` tell when."""

    source: str
    target: str | None
    words: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Boxes in the order of the file. A `go` is no box: the arrows through it lead where it points."""

    boxes: tuple[PictureBox, ...]
    arrows: tuple[PictureArrow, ...]


def picture_of(journey: Journey) -> Picture:
    """The whole journey, from what lets people in to each place where they leave."""
    entrance = PictureBox(ENTRANCE, ENTER, "Enter", tuple(entry_words(one) for one in journey.entries), None)
    boxes = [entrance, *_boxes(journey)]
    arrows = [PictureArrow(entrance.id, _target(journey.first, journey.steps), "")]
    for step in journey.steps.values():
        if not isinstance(step, GoStep):
            arrows += _arrows(step, journey.steps)
    return Picture(tuple(boxes), tuple(arrows))


def _boxes(journey: Journey) -> Iterator[PictureBox]:
    ordered = sorted(journey.steps.items(), key=lambda item: _order(journey.places.get(item[0])))
    for name, step in ordered:
        if not isinstance(step, GoStep):
            title, words = step_words(step)
            yield PictureBox(name, step.kind, title, words, journey.places.get(name))


def _order(place: Place | None) -> tuple[int, int]:
    return (place.line, place.column) if place is not None else (0, 0)


def _arrows(step: Step, steps: Mapping[str, Step]) -> Iterator[PictureArrow]:
    """Where several ways lead to one step, one arrow with the words of all."""
    ways: dict[str | None, list[str]] = {}
    for target, words in ways_out(step):
        ways.setdefault(_target(target, steps), []).append(words)
    for end, when in ways.items():
        yield PictureArrow(step.id, end, "; ".join(one for one in when if one))


def _target(name: str, steps: Mapping[str, Step]) -> str | None:
    """Where this leads, through any number of `go`; None where it is the end."""
    seen = set()
    while isinstance(step := steps.get(name), GoStep) and name not in seen:
        seen.add(name)
        name = step.then
    return None if name == END or name not in steps else name

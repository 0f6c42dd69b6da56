"""Recipes: journeys to begin with, for a marketer who would rather change one than write one.

Their files are content, in `recipes/`: what such a journey is for, its own file, and what it says, by language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bot.documents import parse, plain
from bot.yaml_lines import written

_FILES = Path(__file__).with_name("recipes")
_ID, _RESPONSE, _CHANNELS = "NAME", "utter_NAME_", "CHANNELS"
_WHOM, _WHEN, _ZONE = "WHOM", "WHEN", "ZONE"
OWN = "en"
"""The language of those for which an assistant's own is not there."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """`responses` are by language and name; in those names, and in the journey, stands NAME for its id. It may ask for
    more: to `whom` it writes, and `when`."""

    id: str
    title: str
    about: str
    asks: tuple[str, ...]
    journey: str
    responses: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Aim:
    """To whom a journey writes (`segment: big-teams`), and when by which clock, where its recipe asks for that; as a
    file says these."""

    whom: str = ""
    when: str = ""
    zone: str = ""


NO_AIM = Aim()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A recipe as the files of one journey: its own, and that of what it says."""

    journey: str
    responses: str


@cache
def recipes() -> Sequence[Recipe]:
    """All, in the order of their ids."""
    return tuple(_recipe(path) for path in sorted(_FILES.glob("*.yml")))


def _recipe(path: Path) -> Recipe:
    told = plain(parse(str(path), path.read_text(encoding="utf-8")).data)
    return Recipe(
        path.stem, told["title"], told["about"], tuple(told.get("asks", ())), told["journey"], told["responses"]
    )


def prepare(recipe: Recipe, journey: str, channels: Sequence[str], language: str, aim: Aim = NO_AIM) -> Prepared:
    """The files of a journey with this id, in this language where the recipe speaks it."""
    prefix = f"utter_{re.sub('[^a-z0-9]+', '_', journey)}_"
    text = recipe.journey.replace(_RESPONSE, prefix).replace(_CHANNELS, f"[{', '.join(channels)}]")
    text = text.replace(_WHEN, aim.when).replace(_ZONE, aim.zone).replace(_WHOM, aim.whom)  # whose tag may be "ZONE-1"
    text = re.sub(rf"(?m)^journey: {_ID}$", f"journey: {journey}", text, count=1)
    says = recipe.responses.get(language, recipe.responses[OWN])
    responses = {name.replace(_RESPONSE, prefix): [variation] for name, variation in says.items()}
    head = [f"# What the journey {journey} says: change it here, or on the page Responses.", 'version: "3.1"']
    return Prepared(text, "\n".join([*head, *written({"responses": responses}), ""]))

"""What is in force of a journey, who changed that, and what a new version means for the people who are inside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

Policy = Literal["pin", "map", "drain"]
Publishing = Literal["at_once", "on_command"]
"""Whether an edited file holds at once for those who enter, or waits until it is published."""


@dataclass(frozen=True, slots=True)
class OnEdit:
    """What becomes of people who are inside when this version is published.

    `pin`: they stay on the version that they are on, until a later one moves them. `drain`: the same for good: no later
    version moves them. `map`: they move to the same step of this version; `moves` say which step takes the place of
    one that is gone.
    """

    policy: Policy = "pin"
    moves: tuple[tuple[str, str], ...] = ()


PIN = OnEdit()


class Running(StrEnum):
    """Paused: nobody enters and times stand still. Stopped: everybody has left, and nobody enters."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class InForce:
    """How a journey stands since `since`; `version` is the one that was published last, if one was."""

    journey: str
    running: Running
    since: datetime
    version: str | None = None


@dataclass(frozen=True, slots=True)
class JourneyChange:
    """One line of a journey's history: `what` was done, with which version, and how many people that concerned."""

    journey: str
    at: datetime
    who: str
    what: Literal["publish", "rollback", "pause", "resume", "stop", "unpark", "retire", "bring_back"]
    version: str | None
    people: int


@dataclass(frozen=True, slots=True)
class Version:
    """A version that is kept. `drained`: those inside finish it, whatever is published after it."""

    version: str
    drained: bool = False


@dataclass(frozen=True, slots=True)
class Resting:
    """How many people are at this step of this version; `begun` is false for those who have still to take the first."""

    version: str
    step: str
    begun: bool
    people: int


Way = Literal["stays", "moves", "begins", "arrives", "lost"]


@dataclass(frozen=True, slots=True)
class Move:
    """What publishing does with the people of `resting`.

    `moves`: they wait on at `to`, as long as they would have. `begins`: they take the first step of the new version.
    `arrives`: they come to the step `to` anew. `lost`: their step is gone, and nothing says where they go.
    """

    resting: Resting
    way: Way
    to: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Census:
    """Everybody who ever entered a journey: by version and step where they wait; else by what became of them."""

    resting: tuple[Resting, ...]
    done: int
    held_out: int
    goals: int
    parked: Mapping[str, int] = field(default_factory=dict)
    """How many for each reason."""

"""Which processes run on a store that several share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Process:
    """One that serves or works: the command that it was started with, and where it is found.

    Its id is `<signs_as>-<at random>`; one of an earlier release does not say what it signs with.
    """

    id: str
    command: str
    host: str
    pid: int

    @property
    def signs_as(self) -> str:
        """Tells its installation's secret from others, and nothing of it."""
        return self.id.rpartition("-")[0]


@dataclass(frozen=True, slots=True)
class Running:
    """Since when it is known to run, and how far its clock was ahead of the store's when that was last said."""

    process: Process
    since: datetime
    ahead: timedelta


class Processes(Protocol):
    """By the store's clock, which all share."""

    async def runs(self, process: Process, known_for: timedelta, now: datetime) -> None:
        """It is known to run, for so long unless that is said again; those whose time is over are forgotten.

        `now` is by its own clock.
        """

    async def tables(self) -> int | None:
        """Which making of the tables this is: a restore makes them anew. None where there are none, or that is not
        known."""

    async def has_ended(self, process: Process) -> None: ...
    async def running(self) -> Sequence[Running]:
        """Each that is known to run, the first first. None where the tables are of a version before."""

"""Several processes of one service on one machine: one listens, they all accept, and one that dies is started again."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import structlog

from bot.domain.errors import OvertureError

log = structlog.get_logger()

SIGNALS = (signal.SIGTERM, signal.SIGINT)
YOUNG = 10.0
"""Seconds: one that dies sooner than this was hardly of use."""

MOST_YOUNG_DEATHS = 5
"""In a row; then the next would hardly live longer."""

PAUSE_AFTER_YOUNG_DEATH = 0.5
UNUSABLE = 2
"""The status of a process whose settings or content do not let it serve."""


@dataclass(frozen=True, slots=True)
class Place:
    """What one of the processes is given: the socket that all accept from, and how it knows of the others.

    `parent` can be read to its end once the parent is gone; a byte in `ready` says that this one serves. `folder` has
    a socket of each, for what they ask each other.
    """

    number: int
    listening: socket.socket
    parent: int
    ready: int
    folder: Path

    def is_ready(self) -> None:
        with contextlib.suppress(OSError):
            os.write(self.ready, b".")


class Processes:
    """The parent of some processes, which runs nothing itself. It must have no threads, for it forks."""

    def __init__(self, listening: socket.socket, count: int, work: Callable[[Place], int]) -> None:
        self._listening, self._count, self._work = listening, count, work
        self._running: dict[int, tuple[int, float]] = {}
        self._stopping = False
        self._young_deaths = 0

    def run(self) -> int:
        """Until told to stop, or until they die one after the other; the status to exit with."""
        alive, held = os.pipe()
        before = {name: signal.signal(name, self._stop) for name in SIGNALS}
        gc.freeze()  # what is imported by now is the same for all, and need not be written to
        try:
            with tempfile.TemporaryDirectory(prefix="overture-") as folder:
                return self._look_after(alive, held, Path(folder))
        finally:
            for name, handler in before.items():
                signal.signal(name, handler)
            os.close(alive)
            os.close(held)

    def _look_after(self, alive: int, held: int, folder: Path) -> int:
        status = 0
        # The first alone: it may have tables to migrate, or a model to train, or say why none can start.
        if not self._start(0, alive, held, folder, wait=True):
            _, ended = os.waitpid(-1, 0)
            return os.waitstatus_to_exitcode(ended)
        for number in range(1, self._count):
            if self._running and not self._stopping:
                self._start(number, alive, held, folder)
        while self._running:
            pid, ended = os.waitpid(-1, 0)
            number, born = self._running.pop(pid)
            code = os.waitstatus_to_exitcode(ended)
            if self._stopping:
                status = max(status, code)
                continue
            log.error("a process died; another takes its place", process=number, status=code)
            if not self._may_start_again(monotonic() - born):
                log.error("processes die as soon as they are started; stopping", deaths=self._young_deaths)
                self._stop()
                status = code if code > 0 else 1
                continue
            self._start(number, alive, held, folder)
        return status

    def _may_start_again(self, lived: float) -> bool:
        if lived > YOUNG:
            self._young_deaths = 0
            return True
        self._young_deaths += 1
        sleep(PAUSE_AFTER_YOUNG_DEATH)
        return self._young_deaths < MOST_YOUNG_DEATHS and not self._stopping

    def _start(self, number: int, alive: int, held: int, folder: Path, *, wait: bool = False) -> bool:
        """With `wait`, whether it has come to serve."""
        heard, ready = os.pipe()
        with _held_back():  # a signal to stop must find it in the table, or itself
            pid = os.fork()
            if pid == 0:
                os.close(held)
                os.close(heard)
                self._be(Place(number, self._listening, alive, ready, folder))
            self._running[pid] = number, monotonic()
        os.close(ready)
        serves = bool(os.read(heard, 1)) if wait else True  # a byte, or nothing where it has died
        os.close(heard)
        return serves

    def _be(self, place: Place) -> None:
        """What a child does; never returns, so that nothing of its parent is done twice."""
        status = 1
        try:
            for name in SIGNALS:
                signal.signal(name, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
            status = self._work(place)
        except OvertureError as error:
            sys.stderr.write(f"overture: {error}\n")
            status = UNUSABLE
        except BaseException:
            log.exception("a process failed", process=place.number)
        finally:
            os._exit(status)

    def _stop(self, *_: object) -> None:
        """Pass it on; each finishes what it has in hand."""
        self._stopping = True
        for pid in self._running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)


@contextlib.contextmanager
def _held_back() -> Iterator[None]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

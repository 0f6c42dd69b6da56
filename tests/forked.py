"""Processes of Overture that begin with its modules imported: importing is more than half of what a start costs.

Each is forked from one that has imported them and read the sample's content (`tests.warmed`), and done nothing else. It
then runs as `python -m` does, with an environment, arguments and outputs of its own.
"""

from __future__ import annotations

import multiprocessing
import os
import pkgutil
import runpy
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

import connectors

IMPORTED = [
    *(f"bot.entrypoints.command_line.commands.{command}" for command in ("serve", "work")),
    *(f"connectors.{found.name}" for found in pkgutil.iter_modules(connectors.__path__)),
    "rasa_sdk.executor",
    "tests.warmed",
]


class Forked:
    """A process, with what `subprocess.Popen` offers that is used of it here. Raises nothing if it fails."""

    def __init__(self, module: str, arguments: Sequence[str], folder: Path, env: Mapping[str, str], log: Path) -> None:
        given = (module, list(arguments), folder, dict(env), log)
        self._process: BaseProcess
        if sys.platform == "linux":
            forks = multiprocessing.get_context("forkserver")
            forks.set_forkserver_preload(IMPORTED)
            self._process = forks.Process(target=_run, args=given)
        else:  # libraries of macOS do not outlive a fork
            self._process = multiprocessing.get_context("spawn").Process(target=_run, args=given)
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        """Its exit status once it has ended, negative for a signal; None before."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status; raises subprocess.TimeoutExpired after `timeout` seconds."""
        self._process.join(timeout)
        if (status := self._process.exitcode) is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0)
        return status

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _run(module: str, arguments: list[str], folder: Path, env: dict[str, str], log: Path) -> None:
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for number in (1, 2):
        os.dup2(output, number)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", buffering=1, closefd=False) for number in (1, 2))
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)

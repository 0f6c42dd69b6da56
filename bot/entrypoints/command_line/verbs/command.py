"""What a command of the command line is, and the arguments that several of them take."""

from __future__ import annotations

import argparse
import importlib
import keyword
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.settings import Settings

Argument = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Command:
    """A verb, what it does in one line, and its arguments as `add_argument` takes them.

    A verb of two words, such as "nlu parse", belongs to the group that the first of them names.
    """

    verb: str
    help: str
    arguments: Sequence[Argument] = field(default=())

    @property
    def module(self) -> str:
        names = self.verb.replace("-", "_").split()
        words = (name + ("_" if keyword.iskeyword(name) else "") for name in names)
        return ".".join(["bot.entrypoints.command_line.commands", *words])

    def run(self, settings: Settings, options: argparse.Namespace) -> int:
        """Only the module of the command that was asked for is imported, so that each starts at once."""
        work: Callable[[Settings, argparse.Namespace], int] = importlib.import_module(self.module).run
        return work(settings, options)


BY: Argument = ("--by", {"metavar": "NAME", "help": "who does it, for the history (your name on this machine)"})

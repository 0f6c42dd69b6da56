"""`overture export`: the events of all conversations as JSON Lines, one conversation after the other."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import IO, Any

from bot.adapters.codec import EVENT
from bot.adapters.rasa.rasa_events import event_as_rasa_has_it
from bot.domain.errors import SettingsError
from bot.entrypoints.command_line.event_log import batches, require_file, time_since
from bot.entrypoints.command_line.files import writing
from bot.entrypoints.wiring.stores import store_of
from bot.ports import LoggedEvent
from bot.settings import Settings

Line = Callable[[LoggedEvent], Mapping[str, Any]]

INTERRUPTED = 130


@dataclass(slots=True)
class Progress:
    """How far an export is. `place` is what `--after` takes."""

    after: tuple[str, int]
    events: int = 0

    @property
    def place(self) -> str:
        return f"{self.after[0]}:{self.after[1]}"

    def tell(self, more: str = "") -> None:
        print(f"{self.events} events{more}", file=sys.stderr)


def run(settings: Settings, options: argparse.Namespace) -> int:
    since = time_since(options.since) if options.since else None
    progress = Progress(_place(options.after) if options.after else ("", 0))
    store = store_of(settings)
    require_file(settings.database_url, "export from")
    out: AbstractContextManager[IO[str]] = writing(options.out, mode=0o600) if options.out else nullcontext(sys.stdout)
    with asyncio.Runner() as runner:
        try:
            runner.run(store.migrate())
            with out as file:
                return write_lines(
                    batches(runner, store, after=progress.after, since=since), LINES[options.format], file, progress
                )
        finally:
            runner.run(store.close())


def write_lines(batches: Iterator[list[LoggedEvent]], line: Line, file: IO[str], done: Progress) -> int:
    """Write batch after batch, whole lines only; an interruption keeps what was written, and says where to go on."""
    try:
        for batch in batches:
            file.writelines(json.dumps(line(one), ensure_ascii=False) + "\n" for one in batch)
            file.flush()
            done.events += len(batch)
            done.after = (batch[-1].conversation_id, batch[-1].sequence)
            done.tell(f", up to {done.place}")
    except KeyboardInterrupt:
        done.tell(f" were written before the interruption. Go on with --after {done.place}" if done.events else "")
        return INTERRUPTED
    done.tell(" in all" if done.events else ": there is nothing to export")
    return 0


def as_rasa(logged: LoggedEvent) -> Mapping[str, Any]:
    """As Rasa's event brokers publish it."""
    return {"sender_id": logged.conversation_id, **event_as_rasa_has_it(logged.event)}


def as_ours(logged: LoggedEvent) -> Mapping[str, Any]:
    """All that we know of it."""
    event: Mapping[str, Any] = json.loads(EVENT.dump(logged.event))
    return {"conversation": logged.conversation_id, "sequence": logged.sequence, **event}


LINES: Mapping[str, Line] = {"rasa-events": as_rasa, "jsonl": as_ours}


def _place(written: str) -> tuple[str, int]:
    conversation, _, sequence = written.rpartition(":")
    if not conversation or not sequence.isdecimal():
        raise SettingsError(
            f'--after is "{written}": it should be a place that an export told, a conversation and a number: '
            "0190...:25."
        )
    return conversation, int(sequence)

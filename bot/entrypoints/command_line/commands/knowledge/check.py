"""`overture knowledge check`: which questions of customers the knowledge pages do not answer."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

from bot.adapters.content.library import open_pipeline, read_contents
from bot.domain.conversation import UserUttered
from bot.domain.errors import SettingsError
from bot.entrypoints.command_line.counting import counted
from bot.entrypoints.command_line.event_log import batches, require_file, time_since
from bot.entrypoints.command_line.listing import on_one_line
from bot.entrypoints.wiring.connectors import channel_names, shelves_of
from bot.entrypoints.wiring.stores import store_of
from bot.nlu.gaps import Gap, Gaps, find_gaps, found_nothing
from bot.settings import Settings

_SHOWN = 5
"""How many wordings of a group are shown."""


def run(settings: Settings, options: argparse.Namespace) -> int:
    if options.questions is not None and options.since is not None:
        raise SettingsError("--since is about transcripts, and --questions about a file: name one of them.")
    shelves = shelves_of(settings, channel_names(settings))
    pipeline = open_pipeline(shelves, read_contents(shelves), lambda step: print(step, file=sys.stderr))
    if options.questions is not None:
        gaps = find_gaps(_lines(options.questions), pipeline, only_questions=False)
    else:
        gaps = find_gaps(_from_transcripts(settings, options.since), pipeline)
    for line in report(gaps, pipeline.knowledge.threshold):
        print(line)
    return 0


def report(gaps: Gaps, threshold: float) -> Iterator[str]:
    yield f"{counted(gaps.unanswered, 'question')} without an answer{_in_groups(gaps)}; {gaps.answered} have one now."
    if gaps.others:
        yield f"{gaps.others} were left out: they mean something else, or are in a language that is not spoken."
    for gap in gaps.groups:
        yield ""
        yield f"{gap.asked:>4} × {on_one_line(gap.questions[0])}"
        for question in gap.questions[1:_SHOWN]:
            yield f"       {on_one_line(question)}"
        if len(gap.questions) > _SHOWN:
            yield f"       ... and {len(gap.questions) - _SHOWN} other wordings"
        yield f"       {_nearest(gap, threshold)}"


def _nearest(gap: Gap, threshold: float) -> str:
    if gap.nearest is None:
        return "there is no page that it could be near to"
    near = gap.nearest
    where = f" ({near.url})" if near.url else ""
    return f"nearest: {near.title}{where}, {near.score:.2f}; an answer needs {threshold:.2f}"


def _in_groups(gaps: Gaps) -> str:
    return f", in {counted(len(gaps.groups), 'group')}" if gaps.groups else ""


def _lines(path: Path) -> list[str]:
    """The questions of the file, one a line; empty lines and those that begin with # are none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise SettingsError(f"the questions in {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"the file {path} is not UTF-8. Save it as UTF-8.") from error
    return [line for line in map(str.strip, lines) if line and not line.startswith("#")]


def _from_transcripts(settings: Settings, since: str | None) -> list[str]:
    """What customers asked when no page had the answer."""
    start = time_since(since) if since is not None else None
    require_file(settings.database_url, "read conversations from")
    store = store_of(settings)
    with asyncio.Runner() as runner:
        try:
            runner.run(store.migrate())
            return [
                event.text
                for batch in batches(runner, store, since=start)
                for event in (logged.event for logged in batch)
                if isinstance(event, UserUttered) and found_nothing(event)
            ]
        finally:
            runner.run(store.close())

"""`overture serve`: HTTP, and the work of its lanes, in one process or in several."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable

from bot.domain.delivery import Lane
from bot.domain.errors import SettingsError
from bot.entrypoints.serving.logs import set_up_logs
from bot.entrypoints.serving.serve import serve, serve_by_several
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    lanes = read_lanes(options.lanes)
    set_up_logs(settings.log)
    if options.processes > 1:
        return serve_by_several(settings, lanes, options.processes, event_loop_runner())
    return event_loop_runner()(serve(settings, lanes))


def read_lanes(words: str | None) -> tuple[Lane, ...]:
    """`all`, `none`, or lanes with commas between them; raises SettingsError."""
    if words in (None, "all"):
        return tuple(Lane)
    if words == "none":
        return ()
    named = [word.strip() for word in words.split(",")]
    unknown = [word for word in named if word not in list(Lane)]
    if unknown:
        raise SettingsError(f'there is no lane "{unknown[0]}". The lanes: {", ".join(Lane)}; or all, or none.')
    return tuple(Lane(word) for word in named)


def event_loop_runner() -> Callable[..., int]:
    try:
        import uvloop
    except ImportError:  # not made for this platform
        return asyncio.run
    return uvloop.run

"""`overture serve`: HTTP and all work, in one process."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable

from bot.entrypoints.logs import set_up_logs
from bot.entrypoints.serve import serve
from bot.settings import Settings


def run(settings: Settings, _options: argparse.Namespace) -> int:
    set_up_logs(settings.log)
    return _event_loop_runner()(serve(settings))


def _event_loop_runner() -> Callable[..., int]:
    try:
        import uvloop
    except ImportError:  # not made for this platform
        return asyncio.run
    return uvloop.run

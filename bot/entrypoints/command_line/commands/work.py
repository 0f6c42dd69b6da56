"""`overture work`: one worker of a fleet, without HTTP."""

from __future__ import annotations

import argparse

from bot.domain.errors import SettingsError
from bot.entrypoints.command_line.commands.serve import event_loop_runner, read_lanes
from bot.entrypoints.serving.logs import set_up_logs
from bot.entrypoints.serving.serve import work
from bot.settings import Settings


def run(settings: Settings, options: argparse.Namespace) -> int:
    lanes = read_lanes(options.lanes)
    if not lanes:
        raise SettingsError("a worker without lanes has nothing to do. Leave --lanes out for all of them.")
    set_up_logs(settings.log)
    return event_loop_runner()(work(settings, lanes, watched=options.port is not None))

"""`overture actions`: the custom actions on a server of their own, by rasa-sdk."""

from __future__ import annotations

import argparse
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import structlog

from bot.adapters.rasa.action_server import serve_actions
from bot.adapters.rasa.actions import executor_of
from bot.domain.errors import SettingsError
from bot.entrypoints.serving.logs import set_up_logs
from bot.entrypoints.wiring.choosing import choose_tracer
from bot.settings import Settings, http_address

log = structlog.get_logger()

PACKAGE, PORT = "actions", 5055
"""What is served, and where, if nothing else is said; the port is Rasa's for it."""


def run(settings: Settings, options: argparse.Namespace) -> int:
    set_up_logs(settings.log)
    package = options.package or (PACKAGE if "://" in settings.actions else settings.actions)
    # As `python -m rasa_sdk` does: the actions of an assistant lie where it is run.
    executor = executor_of(package, here=Path.cwd(), beside=settings.assistant)
    host, port = settings.host, options.port or PORT
    names = ", ".join(sorted(executor.actions))
    log.info("running custom actions", package=package, url=f"{http_address(host, port)}/webhook", actions=names)
    with closing(choose_tracer(settings)) as tracer:
        try:
            stop_within = timedelta(seconds=settings.stop_within)
            serve_actions(executor, host=host, port=port, stop_within=stop_within, tracer=tracer)
        except OSError as error:
            raise SettingsError(f"cannot listen on {host}:{port}: {error.strerror}. Choose another --port.") from error
    return 0

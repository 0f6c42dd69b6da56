"""`overture slack install`: a link that installs the app in a workspace, and the workspaces in which it is."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime

from bot.domain.installation import Installation
from bot.entrypoints.command_line.commands.segments.reading import read
from bot.entrypoints.wiring.connectors import connector_module
from bot.entrypoints.wiring.own_secret import secret_of_service
from bot.ports import UnitOfWork
from bot.settings import Settings, connector_values


def run(settings: Settings, _options: argparse.Namespace) -> int:
    async def reading(uow: UnitOfWork) -> Sequence[Installation]:
        return await uow.installations.of("slack")

    secret = secret_of_service(settings.data)
    link = connector_module("slack").install_link(connector_values(), settings.service_url, secret, datetime.now(UTC))
    print(f"Open this within an hour, in a browser that is signed in to the workspace:\n  {link}")
    for one in read(settings, reading):
        state = f"ended: {one.ended}" if one.ended else f"installed {one.installed_at:%Y-%m-%d}"
        print(f"{one.workspace}  {one.name}  {state}")
    return 0

"""What the suites of channels share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.adapters.database.sealing import OFF, Sealing
from tests.connectors.vendor_server import MemoryFeed, StillClock, VendorServer, built, serve, settings_for
from tests.contracts.channels import CASES, Stage
from tests.field_keys import SEALED


@pytest.fixture(params=["sqlite", "postgresql", "sealed"])
def store_url(request: pytest.FixtureRequest) -> str:
    """A database of each kind; a sealed one is on SQLite, and seals its fields."""
    kind = request.param.replace("sealed", "sqlite")
    return str(request.getfixturevalue(f"{kind}_url"))


@pytest.fixture
def sealing(request: pytest.FixtureRequest) -> Sealing:
    callspec = getattr(request.node, "callspec", None)  # a test without parameters has none
    return SEALED if callspec is not None and callspec.params.get("store_url") == "sealed" else OFF


@pytest.fixture
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    case = CASES[request.param]
    name, module, make = case.name or request.param, case.module, case.make
    feed, clock = MemoryFeed(), StillClock()
    if make is not None:
        yield Stage(make(feed), feed, None)
        return
    if not hasattr(module, "build_sandbox"):
        channel = built(module, name, feed=feed, clock=clock)
        yield Stage(channel, feed, None)
        await channel.close()
        return
    vendor = module.build_sandbox(settings_for(module, feed=feed, clock=clock))
    async with serve(VendorServer(vendor, clock)) as server:
        channel = built(module, name, feed=feed, clock=clock, sandbox_url=server.url)
        yield Stage(channel, feed, server)
        await channel.close()

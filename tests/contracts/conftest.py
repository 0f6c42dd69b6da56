"""What the suites of channels share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.connectors.vendor_server import MemoryFeed, StillClock, VendorServer, built, serve, settings_for
from tests.contracts.channels import CASES, Stage


@pytest.fixture
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    name, module, make = request.param, CASES[request.param].module, CASES[request.param].make
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

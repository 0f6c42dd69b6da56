"""The sandbox: a small server on this machine where the vendors' stand-ins answer, in place of the vendors."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from aiohttp import ClientSession, ClientTimeout, web
from yarl import URL

from bot.entrypoints.web.translate import to_response, to_webhook_request
from bot.ports import Clock, Reply, SandboxVendor, WebhookRequest

LOOPBACK = "127.0.0.1"
ACT_WITHIN = ClientTimeout(total=15)


class Sandbox:
    """Starts first, since connectors are told its address; the stand-ins move in when they are built."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._vendors: dict[str, SandboxVendor] = {}
        self._runner: web.AppRunner | None = None
        self._address = ""

    async def start(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/{vendor}/{tail:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, LOOPBACK, 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self._address = f"http://{host}:{port}"

    def url_of(self, vendor: str) -> str:
        return f"{self._address}/{vendor}"

    def move_in(self, name: str, vendor: SandboxVendor) -> None:
        self._vendors[name] = vendor

    @property
    def vendors(self) -> Mapping[str, SandboxVendor]:
        return self._vendors

    async def close(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        vendor = self._vendors.get(request.match_info["vendor"])
        if vendor is None:
            return web.Response(status=404, text="nobody here by that name")
        url = f"{self._address}{request.raw_path}"
        return to_response(await vendor.answer(await to_webhook_request(request, url, self._clock.now())))


async def post_webhook(
    session: ClientSession, webhook: WebhookRequest, own_address: str, within: ClientTimeout = ACT_WITHIN
) -> Reply:
    """Send a stand-in's webhook to our own front door, by the public path that it was signed for."""
    parts = urlsplit(webhook.url)
    target = f"{own_address}{parts.path}" + (f"?{parts.query}" if parts.query else "")
    async with session.request(
        webhook.method,
        URL(target, encoded=True),  # as it was signed, to the letter
        data=webhook.body,
        headers=dict(webhook.headers),
        timeout=within,
    ) as response:
        return Reply(response.status, await response.read(), response.headers.get("Content-Type", "text/plain"))

"""`/crms/<name>`: what CRMs tell of the people in them. The connector verifies; what is too large is refused."""

from __future__ import annotations

from aiohttp import web

from bot.domain.errors import WebhookRejected
from bot.entrypoints.web.translate import to_webhook_request
from bot.entrypoints.wiring.service import Service
from bot.services.take_crm_events import take_crm_events

LARGEST_BODY = 1024 * 1024
"""Some CRMs send a batch, and with each event the whole record."""


class CrmWebhooks:
    def __init__(self, service: Service) -> None:
        self._runtime = service.runtime
        self._service_url = service.settings.service_url

    def add_routes(self, app: web.Application) -> None:
        app.router.add_route("*", "/crms/{crm}", self._take)

    async def _take(self, request: web.Request) -> web.StreamResponse:
        crm = self._runtime.crms.get(request.match_info["crm"])
        if crm is None:
            raise WebhookRejected(404, "there is no such CRM here")
        try:
            larger = request.clone(client_max_size=LARGEST_BODY)
            url = self._service_url + request.raw_path
            asked = await to_webhook_request(larger, url, self._runtime.clock.now())
        except web.HTTPRequestEntityTooLarge as error:
            raise WebhookRejected(413, f"a request has at most {LARGEST_BODY // 1024} kB; send several") from error
        return web.json_response(await take_crm_events(self._runtime, crm.name, crm.parse(asked)))

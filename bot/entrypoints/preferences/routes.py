"""The preference centre over HTTP.

Reading it changes no preference, so a mail scanner that follows the link opts nobody out; a change is a POST, which
nobody can forge who does not have the link.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress

from aiohttp import web

from bot.domain.errors import Conflict
from bot.domain.ids import ProfileId
from bot.entrypoints.preferences import page
from bot.entrypoints.preferences.links import LinkEnded, LinkNotOurs, read
from bot.entrypoints.wiring import Service
from bot.ports import UnitOfWork
from bot.services.change_preferences import change_preferences, choices_of, heed_signal, stop_marketing
from bot.services.know_person import NoSuchPerson, by_id

MOST_TRIES = 3
HOW = f"preference page, wording {page.VERSION}"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    ),
    "Cache-Control": "no-store",
    "Vary": "Sec-GPC",
}
SIGNAL = {"gpc": True, "lastUpdate": "2026-11-26"}
"""What a site declares that honours Global Privacy Control."""

Work = Callable[[UnitOfWork, ProfileId], Awaitable[str]]


class PreferencePage:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._runtime = service.runtime

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get("/preferences/{token}", self._show)
        app.router.add_post("/preferences/{token}", self._change)
        app.router.add_get("/.well-known/gpc.json", self._signal)

    async def _show(self, request: web.Request) -> web.StreamResponse:
        signal = request.headers.get("Sec-GPC") == "1"

        async def showing(uow: UnitOfWork, person: ProfileId) -> str:
            if signal:
                await heed_signal(uow, self._runtime, person, HOW, self._runtime.clock.now())
            choices = await choices_of(uow, self._runtime, person)
            objects = (await uow.profiles.get(person)).objected_at is not None
            return page.preferences(choices, saved="saved" in request.query, signal=signal, objects=objects)

        return await self._answer(request, showing)

    async def _change(self, request: web.Request) -> web.StreamResponse:
        """Saved, then shown anew, so that loading it again sends nothing again.

        Mail programs post List-Unsubscribe=One-Click (RFC 8058), which stops all of it.
        """
        form = await request.post()
        wanted, shown = ({str(one) for one in form.getall(name, [])} for name in ("want", "shown"))
        stop = form.get("do") == "stop" or form.get("List-Unsubscribe") == "One-Click"
        if not stop and form.get("do") != "save":
            return _refuse(400, "Nothing was changed", "The form came without its button. Open the link again.")

        async def changing(uow: UnitOfWork, person: ProfileId) -> str:
            now = self._runtime.clock.now()
            if stop:
                await stop_marketing(uow, self._runtime, person, text=page.STOP_TEXT, how=HOW, now=now)
                return ""
            texts = {one.channel: page.text_of(one) for one in await choices_of(uow, self._runtime, person)}
            await change_preferences(
                uow, self._runtime, person, shown=shown, wanted=wanted, texts=texts, how=HOW, now=now
            )
            return ""

        return await self._answer(request, changing)

    async def _answer(self, request: web.Request, work: Work) -> web.StreamResponse:
        """Whoever the link is of, in one transaction."""
        try:
            person = read(self._service.secret, request.match_info["token"], self._runtime.clock.now())
            shown = await self._done(work, person)
        except LinkNotOurs:
            return _refuse(403, "This link is not whole", "Copy it whole from the message, or write STOP to opt out.")
        except LinkEnded:
            return _refuse(410, "This link has ended", "Use the one in a newer message, or write STOP to opt out.")
        except NoSuchPerson:
            return _refuse(410, "We do not know you any more", "What we knew of you was erased; you get no marketing.")
        if not shown:
            return web.Response(status=303, headers={**HEADERS, "Location": f"{request.rel_url.path}?saved=1"})
        return web.Response(text=shown, content_type="text/html", headers=HEADERS)

    async def _done(self, work: Work, person: ProfileId) -> str:
        """Again, where somebody else was at work on the person."""
        for _ in range(MOST_TRIES - 1):
            with suppress(Conflict):
                return await self._try(work, person)
        return await self._try(work, person)

    async def _try(self, work: Work, person: ProfileId) -> str:
        async with self._runtime.store.transaction() as uow:
            return await work(uow, await by_id(uow, person))

    async def _signal(self, _: web.Request) -> web.StreamResponse:
        return web.json_response(SIGNAL)


def _refuse(status: int, title: str, advice: str) -> web.Response:
    return web.Response(status=status, text=page.refusal(title, advice), content_type="text/html", headers=HEADERS)

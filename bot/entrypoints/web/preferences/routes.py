"""The preference centre over HTTP.

Reading it changes no preference, so a mail scanner that follows the link opts nobody out; a change is a POST, which
nobody can forge who does not have the link.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.dialogue.locale_filters import day_in_words
from bot.domain.challenge import Challenge, ChallengeId
from bot.domain.consent import Wish
from bot.domain.errors import Conflict
from bot.domain.ids import ProfileId
from bot.domain.person import Profile
from bot.domain.privacy import RequestKind
from bot.entrypoints.web.limits import Limits, Rate, caller_of
from bot.entrypoints.web.preferences import page
from bot.entrypoints.web.preferences.links import LinkEnded, LinkNotOurs, read, read_confirmation
from bot.entrypoints.web.preferences.words import Words, words_for
from bot.entrypoints.web.translate import form_of
from bot.entrypoints.wiring.service import Service
from bot.journeys.send_window import is_zone
from bot.ports import UnitOfWork
from bot.services.change_preferences import (
    PAUSES,
    change_preferences,
    choices_of,
    heed_signal,
    stop_marketing,
)
from bot.services.choose_pause import choose_pause, pause_until
from bot.services.confirm_consent import confirm_consent
from bot.services.enrol import tell_journeys
from bot.services.know_person import NoSuchPerson, by_id
from bot.services.note_request import hear_request
from bot.services.runtime import OUTBOX
from bot.services.send_preferences_link import send_preferences_link
from bot.services.take_request import ON_PAGE
from bot.services.weigh import is_awaited

MOST_TRIES = 3
LONGEST_ADDRESS = 254
LINKS_OF_AN_ADDRESS = Rate(per_second=1 / 60, burst=20)
"""Links that one caller may have sent: an office may be behind one address, and nobody needs many."""

BY_LINK = "confirmed by the link that went to the address"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    ),
    "Cache-Control": "no-store",
    "Vary": "Sec-GPC, Accept-Language",
}
PAUSE_OF = {page.days(one): one for one in PAUSES}
"""The pauses that can be chosen, as the form names them."""

SIGNAL = {"gpc": True, "lastUpdate": "2026-11-26"}
"""What a site declares that honours Global Privacy Control."""

Work = Callable[[UnitOfWork, ProfileId, Words], Awaitable[str]]


def how_of(words: Words) -> str:
    """By what the ledger tells which words were shown; where they were not English, in which language."""
    return f"{ON_PAGE}, wording {words.version}" + ("" if words.language == "en" else f" ({words.language})")


class PreferencePage:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._runtime = service.runtime
        self._limits = Limits(service.settings.proxies, address=LINKS_OF_AN_ADDRESS)

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get("/preferences", self._ask_where)
        app.router.add_post("/preferences", self._send_link)
        app.router.add_get("/preferences/{token}", self._show)
        app.router.add_post("/preferences/{token}", self._change)
        app.router.add_get("/consent/{token}", self._ask)
        app.router.add_post("/consent/{token}", self._confirm)
        app.router.add_get("/.well-known/gpc.json", self._signal)

    # ------------------------------------------------------------ the link, for who has none

    async def _ask_where(self, request: web.Request) -> web.StreamResponse:
        return _html(200, page.asking(words_for(_accepted(request))))

    async def _send_link(self, request: web.Request) -> web.StreamResponse:
        """Whether we know the address is told to nobody but who reads there."""
        self._limits.check(request)
        told = (await form_of(request)).get("address", "")[:LONGEST_ADDRESS]
        words = words_for(_accepted(request))
        async with self._runtime.store.transaction() as uow:
            now = self._runtime.clock.now()
            sent = await send_preferences_link(uow, self._runtime, told, language=words.language, now=now)
        if sent:
            await self._runtime.wakeups.notify(OUTBOX)
        return _html(200, page.told(words, "ask_sent", "ask_sent_text"))

    # ------------------------------------------------------------ preferences

    async def _show(self, request: web.Request) -> web.StreamResponse:
        signal = request.headers.get("Sec-GPC") == "1"

        async def showing(uow: UnitOfWork, person: ProfileId, words: Words) -> str:
            if signal:
                await heed_signal(uow, self._runtime, person, how_of(words), self._runtime.clock.now())
            choices = await choices_of(uow, self._runtime, person)
            profile = await uow.profiles.get(person)
            objects, saved = profile.objected_at is not None, "saved" in request.query
            asked = {
                one.kind: day_in_words(one.due_at.date(), words.language, self._runtime.region)
                for one in await uow.privacy_requests.of(person)
                if one.done_at is None
            }
            pause = profile.marketing_pause
            just = next((kind for kind in page.ASKED_HERE if kind == request.query.get("asked")), None)
            return page.preferences(
                choices,
                pause,
                words,
                saved=saved,
                just_asked=just,
                signal=signal,
                objects=objects,
                asked=asked,
                paused_until=self._paused_until(profile, words),
            )

        return await self._answer(request, showing)

    def _paused_until(self, profile: Profile, words: Words) -> tuple[str, str] | None:
        """When a pause ends that has not, as the form calls it, and on which day, where they are."""
        until = profile.paused_until
        if until is None or until <= self._runtime.clock.now():
            return None
        zone = ZoneInfo(profile.time_zone) if profile.time_zone and is_zone(profile.time_zone) else UTC
        day = until.astimezone(zone).date()
        return until.isoformat(), day_in_words(day, words.language, self._runtime.region)

    async def _change(self, request: web.Request) -> web.StreamResponse:
        """Saved, then shown anew, so that loading it again sends nothing again.

        Mail programs post List-Unsubscribe=One-Click (RFC 8058), which stops all of it; they follow no
        redirect.
        """
        form = await form_of(request)
        if (kind := next((one for one in page.ASKED_HERE if form.get("do") == one), None)) is not None:
            return await self._request(request, kind)
        wanted, shown = (set(form.getall(name, [])) for name in ("want", "shown"))
        one_click = form.get("List-Unsubscribe") == "One-Click"
        stop, pause = one_click or form.get("do") == "stop", form.get("pause", "")
        if not stop and form.get("do") != "save":
            return _refuse(request, 400, "no_button")

        async def changing(uow: UnitOfWork, person: ProfileId, words: Words) -> str:
            wish = Wish(how_of(words), self._runtime.clock.now(), ip=self._ip(request, one_click=one_click))
            if stop:
                await stop_marketing(uow, self._runtime, person, replace(wish, text=words["stop_text"]))
                return page.told(words, "title", "saved") if one_click else ""
            texts = {one.channel: page.text_of(one, words) for one in await choices_of(uow, self._runtime, person)}
            if pause in PAUSE_OF and pause != form.get("pause_shown"):
                chosen = await choose_pause(uow, person, PAUSE_OF[pause], wish.how)
                await tell_journeys(uow, self._runtime, person, chosen, wish.at)
            until = (await uow.profiles.get(person)).paused_until
            if until is not None and until.isoformat() == form.get("paused_shown") and "paused" not in form:
                ended = await pause_until(uow, person, None, wish.how)
                await tell_journeys(uow, self._runtime, person, ended, wish.at)
            await change_preferences(uow, self._runtime, person, shown=shown, wanted=wanted, texts=texts, wish=wish)
            return ""

        return await self._answer(request, changing)

    async def _request(self, request: web.Request, kind: RequestKind) -> web.StreamResponse:
        """Note what they ask for of their data. Whoever asks for its erasure gets no more marketing."""

        async def requesting(uow: UnitOfWork, person: ProfileId, words: Words) -> str:
            now, how = self._runtime.clock.now(), how_of(words)
            if kind is RequestKind.ERASURE:
                wish = Wish(how, now, words["data_erasure_text"], ip=self._ip(request))
                await stop_marketing(uow, self._runtime, person, wish)
            await hear_request(uow, self._runtime, person, kind, how=how, now=now)
            return ""

        return await self._answer(request, requesting, done=f"asked={kind}")

    async def _answer(self, request: web.Request, work: Work, *, done: str = "saved=1") -> web.StreamResponse:
        """Whoever the link is of, in one transaction; where there is nothing to show by itself, the page anew."""
        try:
            person = read(self._service.secret, request.match_info["token"], self._runtime.clock.now())

            async def working(uow: UnitOfWork) -> str:
                known = await by_id(uow, person)
                locale = (await uow.profiles.get(known)).locale
                return await work(uow, known, words_for(_accepted(request), locale))

            shown = await self._done(working)
        except LinkNotOurs:
            return _refuse(request, 403, "not_whole", new_link=True)
        except LinkEnded:
            return _refuse(request, 410, "ended", new_link=True)
        except NoSuchPerson:
            return _refuse(request, 410, "erased")
        if not shown:
            return web.Response(status=303, headers={**HEADERS, "Location": f"{request.rel_url.path}?{done}"})
        return _html(200, shown)

    # ------------------------------------------------------------ confirming consent

    async def _ask(self, request: web.Request) -> web.StreamResponse:
        async def asking(uow: UnitOfWork, challenge: Challenge, words: Words) -> str:
            if not await is_awaited(uow, challenge, self._runtime.clock.now()):
                return ""
            return page.confirmation(challenge, words)

        return await self._challenged(request, asking)

    async def _confirm(self, request: web.Request) -> web.StreamResponse:
        if (await form_of(request)).get("do") != "confirm":
            return _refuse(request, 400, "no_button")

        async def confirming(uow: UnitOfWork, challenge: Challenge, words: Words) -> str:
            now, ip = self._runtime.clock.now(), self._ip(request)
            if not await confirm_consent(uow, self._runtime, challenge, how=BY_LINK, message_id=None, now=now, ip=ip):
                return ""
            return page.told(words, "confirmed", "confirmed_text")

        return await self._challenged(request, confirming)

    async def _challenged(
        self, request: web.Request, work: Callable[[UnitOfWork, Challenge, Words], Awaitable[str]]
    ) -> web.StreamResponse:
        """The challenge that the link is of, in one transaction; nothing shown: it is met or over."""
        try:
            name = read_confirmation(self._service.secret, request.match_info["token"])
        except LinkNotOurs:
            return _refuse(request, 403, "not_whole")

        async def working(uow: UnitOfWork) -> str:
            challenge = await uow.challenges.get(ChallengeId(name))
            if challenge is None or challenge.consent is None:
                return ""
            locale = (await uow.profiles.get(challenge.profile_id)).locale
            return await work(uow, challenge, words_for(_accepted(request), locale))

        shown = await self._done(working)
        return _html(200, shown) if shown else _refuse(request, 410, "confirm_ended")

    # ------------------------------------------------------------ both

    async def _done(self, work: Callable[[UnitOfWork], Awaitable[str]]) -> str:
        """Again, where somebody else was at work on the person."""
        for _ in range(MOST_TRIES - 1):
            with suppress(Conflict):
                return await self._try(work)
        return await self._try(work)

    async def _try(self, work: Callable[[UnitOfWork], Awaitable[str]]) -> str:
        async with self._runtime.store.transaction() as uow:
            return await work(uow)

    def _ip(self, request: web.Request, *, one_click: bool = False) -> str | None:
        """Of whoever pressed the button; one click is sent by the server of their mail service."""
        return None if one_click else caller_of(request, self._service.settings.proxies) or None

    async def _signal(self, _: web.Request) -> web.StreamResponse:
        return web.json_response(SIGNAL)


def _accepted(request: web.Request) -> str:
    return request.headers.get("Accept-Language", "")


def _html(status: int, text: str) -> web.Response:
    return web.Response(status=status, text=text, content_type="text/html", headers=HEADERS)


def _refuse(request: web.Request, status: int, name: str, *, new_link: bool = False) -> web.Response:
    return _html(status, page.refusal(words_for(_accepted(request)), name, new_link=new_link))

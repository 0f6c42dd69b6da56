"""`POST /v1/people`: people whom another system tells of, made known or brought up to date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from bot.domain.access import Right
from bot.domain.audit import Deed
from bot.domain.errors import WebhookRejected
from bot.domain.importing import Arrival, Landing, Taking
from bot.entrypoints.importing.mapping import ColumnMapping
from bot.entrypoints.importing.objects import PersonReader
from bot.entrypoints.importing.rows import RowReader, RowRefused
from bot.entrypoints.importing.running import consent_channels
from bot.entrypoints.web.translate import storable_told
from bot.entrypoints.wiring.service import Service
from bot.services.import_people import take_people

LARGEST_BODY = 512 * 1024
MOST_PEOPLE = 500
SOURCE = "the API"


class TakePeopleApi:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._runtime = service.runtime

    def add_routes(self, app: web.Application) -> None:
        app.router.add_post("/v1/people", self._take)

    async def _take(self, request: web.Request) -> web.StreamResponse:
        try:
            larger = request.clone(client_max_size=LARGEST_BODY)
            asked, caller = await self._service.doors.admit(larger, Right.TAKE_PEOPLE)
        except web.HTTPRequestEntityTooLarge as error:
            raise WebhookRejected(413, f"a request has at most {LARGEST_BODY // 1024} kB; send several") from error
        people, fill = _people(asked.body)
        read = self._read(people)
        arrivals = [one for one in read if isinstance(one, Arrival)]
        landings: Sequence[Landing] = ()
        if arrivals:
            deed = Deed("people.taken", caller.reference, origin=self._service.doors.origin(request))
            landings = await take_people(self._runtime, arrivals, Taking(SOURCE, fill=fill, key=caller.reference), deed)
        return _answer(read, {one.row: one for one in landings})

    def _read(self, people: Sequence[Any]) -> Sequence[Arrival | str]:
        """Each person, or what is wrong with them."""
        rows = RowReader(
            ColumnMapping(region=self._service.settings.region),
            self._runtime.library.current().profile,
            consent_channels(self._runtime),
            source=SOURCE,
            now=self._runtime.clock.now,
        )
        reader = PersonReader(rows)
        read: list[Arrival | str] = []
        for number, one in enumerate(people):
            try:
                read.append(reader.read(number, one))
            except RowRefused as error:
                read.append(str(error))
        return read


def _people(body: bytes) -> tuple[Sequence[Any], bool]:
    """The people of a request (`{"people": [...]}`, or one alone), and whether only what is missing is filled in."""
    told = storable_told(body)
    if not isinstance(told, dict):
        raise WebhookRejected(400, 'say {"people": [...]}, or one person')
    if "people" not in told:
        return [told], False
    people, fill = told["people"], told.get("fill", False)
    if not isinstance(people, list) or not isinstance(fill, bool) or told.keys() - {"people", "fill"}:
        raise WebhookRejected(400, '"people" must be a list, and nothing but "fill" (true or false) stands beside it')
    if len(people) > MOST_PEOPLE:
        raise WebhookRejected(413, f"a request has at most {MOST_PEOPLE} people, and this one has {len(people)}")
    return people, fill


def _answer(read: Sequence[Arrival | str], landings: Mapping[int, Landing]) -> web.Response:
    """What became of each, in their order."""
    people: list[dict[str, Any]] = []
    for number, one in enumerate(read):
        if isinstance(one, str):
            people.append({"result": "refused", "error": one})
            continue
        landing = landings[number]
        told = {"result": landing.result.replace(" ", "_"), "person": landing.profile_id}
        people.append({**told, "warnings": list(landing.warnings)} if landing.warnings else told)
    refused = bool(people) and all(one["result"] == "refused" for one in people)
    answer: dict[str, Any] = {"people": people}
    if refused:
        answer["error"] = people[0]["error"]
    return web.json_response(answer, status=400 if refused else 200, headers={"Cache-Control": "no-store"})

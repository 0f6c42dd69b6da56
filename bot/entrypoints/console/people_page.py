"""The page "People": people are listed and found, what is known of them is shown, and a button does what they ask for.

The buttons do what `overture people` and `/v1/people/` do, by the same calls.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from aiohttp import web

from bot.domain.access import Right, Role
from bot.domain.audience import ProfileSchema, Segment
from bot.domain.errors import WebhookRejected
from bot.domain.ids import ProfileId
from bot.domain.message import storable
from bot.entrypoints.console.framing import framed
from bot.entrypoints.console.journeys_page.counting import Kept
from bot.entrypoints.console.known_person import named, sees_personal, told_of_person
from bot.entrypoints.console.segments_page.counting import hidden_in
from bot.entrypoints.web.doorkeeper import CALLER
from bot.entrypoints.web.translate import private_json, query_of
from bot.entrypoints.wiring.service import Service
from bot.ports import UnitOfWork
from bot.services.know_person import NoSuchPerson, by_id, by_name, look_for
from bot.services.note_request import told_of

MOST_FOUND = 20
LISTED = 30
MOST_COUNTED = 100_000
"""More people are said to be more than so many, so that nobody waits for the count."""
LOOKED_AT, MOST_TAGS = 20_000, 200
"""Of so many people who became known last, the tags that most have are offered."""

MOST_REQUESTS = 50
LONGEST_TEXT = 200


class PeoplePage:
    """Open to those who may look at people. Each role sees what is for it, and has the buttons of what it may do."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._runtime = service.runtime
        self._tags = Kept(service.runtime.store, lambda uow: uow.profiles.tags(among=LOOKED_AT, limit=MOST_TAGS))

    def add_routes(self, app: web.Application) -> None:
        for path, handler, right in (
            ("/people", framed(self._service, "people.html"), Right.SEE_PEOPLE),
            ("/people/find.json", self._find, Right.SEE_PEOPLE),
            ("/people/newest.json", self._newest, Right.SEE_PEOPLE),
            ("/people/tags.json", self._known_tags, Right.SEE_PEOPLE),
            ("/people/requests.json", self._requests, Right.HONOUR_WISHES),
            ("/people/{person}.json", self._look, Right.SEE_PEOPLE),
        ):
            app.router.add_get(path, self._service.doors.guarded(handler, right))

    async def _find(self, request: web.Request) -> web.StreamResponse:
        text = query_of(request, "text").strip()[:LONGEST_TEXT]
        playbook, role = self._runtime.library.current(), request[CALLER].role
        async with self._runtime.store.reading(at_length=True) as uow:
            found = await self._found(uow, text, role)
            people = [await named(uow, playbook, one, role=role) for one in found[:MOST_FOUND]]
        return private_json({"people": people, "more": len(found) > MOST_FOUND})

    async def _found(self, uow: UnitOfWork, text: str, role: Role) -> Sequence[ProfileId]:
        """By a part of what the role sees of them; where it sees nothing personal, by a whole address only.

        Parts would tell letter by letter what is not for it.
        """
        if not text:
            return ()
        if sees_personal(role):
            hidden = (self._runtime.library.current().profile or ProfileSchema()).hidden_from(role)
            return await look_for(uow, text, region=self._runtime.region, limit=MOST_FOUND + 1, besides=hidden)
        with suppress(NoSuchPerson):
            return (await by_name(uow, text),)
        return ()

    async def _newest(self, request: web.Request) -> web.StreamResponse:
        """Who became known last, of everybody or of a segment, so many at once; at first also how many they are."""
        playbook, role = self._runtime.library.current(), request[CALLER].role
        segment, before = query_of(request, "segment"), query_of(request, "before")
        offered = {one.id: one.label or one.id for one in self._segments(role)}
        if segment and segment not in offered:
            raise WebhookRejected(404, f'there is no segment "{segment}" whose members your role may see')
        async with self._runtime.store.reading(at_length=True) as uow:
            found = await uow.profiles.newest(segment=segment, before=before, limit=LISTED + 1)
            shown = found[:LISTED]
            uow.expect(frozenset(shown))
            people = [await named(uow, playbook, one, role=role) for one in shown]
            count = None if before else await uow.profiles.count(segment=segment, most=MOST_COUNTED + 1)
        more_before = shown[-1] if len(found) > LISTED else None
        counted = {} if count is None else {"count": min(count, MOST_COUNTED), "at_least": count > MOST_COUNTED}
        return private_json({"people": people, "more_before": more_before, "segments": offered, **counted})

    def _segments(self, role: Role) -> Sequence[Segment]:
        """Whose members may be listed: to be in one tells what its condition looks at."""
        playbook = self._runtime.library.current()
        return [one for one in playbook.segments.values() if not hidden_in(one.condition, playbook.profile, role)]

    async def _known_tags(self, _request: web.Request) -> web.StreamResponse:
        """Tags that are there, for whoever is to type one; with how many have each."""
        tags = await self._tags.told()
        return private_json({"tags": [{"tag": tag, "people": people} for tag, people in tags.items()]})

    async def _requests(self, request: web.Request) -> web.StreamResponse:
        """What people asked for that is still to be done, with who they are, what is due first first."""
        playbook, now, role = self._runtime.library.current(), self._runtime.clock.now(), request[CALLER].role
        async with self._runtime.store.transaction() as uow:
            found = await uow.privacy_requests.undone(limit=MOST_REQUESTS + 1)
            people = [await named(uow, playbook, one.profile_id, role=role) for one in found[:MOST_REQUESTS]]
        undone = [
            {**told_of(one), **person, "overdue": one.is_overdue(now)}
            for one, person in zip(found, people, strict=False)
        ]
        return private_json({"requests": undone, "more": len(found) > MOST_REQUESTS})

    async def _look(self, request: web.Request) -> web.StreamResponse:
        """That somebody looked is in the audit log."""
        caller = request[CALLER]
        rights = {"export": Right.EXPORT_PEOPLE, "honour": Right.HONOUR_WISHES, "read": Right.SEE_CONVERSATIONS}
        may = {name: caller.may(right) for name, right in rights.items()}
        playbook, now = self._runtime.library.current(), self._runtime.clock.now()
        async with self._runtime.store.transaction() as uow:
            try:
                person = await by_id(uow, ProfileId(storable(request.match_info["person"])))
            except NoSuchPerson as error:
                raise WebhookRejected(404, str(error)) from error
            told = await told_of_person(uow, playbook, person, now, role=caller.role)
            talks = await self._talks(uow, person) if may["read"] else []
            await uow.audit.note(self._service.doors.deed(request, "person.looked_at", person), now)
        return private_json({**told, "may": may, "conversations": talks})

    async def _talks(self, uow: UnitOfWork, person: ProfileId) -> list[Mapping[str, str]]:
        """Those in which something was said, the latest first, each with its transcript."""
        links = self._runtime.links
        talks = [
            {"id": one.id, "channel": one.channel, "at": at.isoformat(), "transcript": links.transcript(one.id)}
            for one in await uow.conversations.of(person)
            if (at := one.last_message_at) is not None
        ]
        return sorted(talks, key=lambda one: one["at"], reverse=True)

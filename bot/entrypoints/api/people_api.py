"""What people may ask for, over HTTP: their data, its erasure, objection, restriction, and that two of them are one.

Open to those whose role may do it (docs/access.md). `{person}` is our id, a phone number, an e-mail address, a user
id, or `<channel>:<address>`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime
from functools import partial
from typing import Any

from aiohttp import web

from bot.domain.access import Right
from bot.domain.audience import ProfileSchema
from bot.domain.audit import Deed
from bot.domain.consent import LegalBasis
from bot.domain.errors import CannotMerge, Conflict, WebhookRejected
from bot.domain.ids import ProfileId
from bot.domain.message import storable
from bot.domain.privacy import Erasure, RequestKind
from bot.entrypoints.api.named_person import NobodyNamed, read_person
from bot.entrypoints.api.rectifying import corrections_of
from bot.entrypoints.web.translate import private_json, storable_told
from bot.entrypoints.wiring.service import Service
from bot.ports import UnitOfWork
from bot.services.erase_person import erase_person
from bot.services.give_data import consent_proof, give_data
from bot.services.know_person import NoSuchPerson, Wanted, by_id, by_name
from bot.services.merge_people import merge_people, part_people
from bot.services.note_request import note_request, told_of
from bot.services.rectify import rectify
from bot.services.respect_wishes import (
    NotInformed,
    lift_restriction,
    note_objection,
    restrict,
    withdraw_objection,
)
from bot.services.take_consent import take_soft_opt_in
from bot.services.tell_provenance import provenance_of

REQUEST = (
    f'say {{"kind": one of {", ".join(RequestKind)}, "how": "by letter"}}, '
    'or {"id": the request that was done, "outcome": "what was done"}'
)
MOST_TRIES = 3
MOST_UNDONE = 500
LONGEST_HOW = 200
INFORMED = f'say {{"informed": "by letter of 3 March"}}, in {LONGEST_HOW} characters at most'
SOFT_OPT_IN = (
    'say {"channel": "email", "bought": "what they bought", "text": "what they were told, with the way to say no"}'
)
Work = Callable[[UnitOfWork, ProfileId, bytes, str], Awaitable[Mapping[str, Any]]]
"""What is done to a person, with the body that came, and by whom, as records name them."""

AuditedWork = Callable[[UnitOfWork, ProfileId, bytes, Deed, datetime], Awaitable[Mapping[str, Any]]]


Answering = Callable[[Mapping[str, Any]], Awaitable[web.Response]]


async def _as_json(told: Mapping[str, Any]) -> web.Response:
    return private_json(told)


async def _as_pdf(told: Mapping[str, Any]) -> web.Response:
    """The proof of consent as a document; somebody with many messages has many pages."""
    from bot.entrypoints.api.proof_pdf import proof_pdf  # not loaded where nobody asks for it: it takes half a second

    content = await asyncio.to_thread(proof_pdf, told)
    headers = {"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="proof.pdf"'}
    return web.Response(body=content, content_type="application/pdf", headers=headers)


def _receipt_told(receipt: Erasure) -> Mapping[str, Any]:
    return {**asdict(receipt), "at": receipt.at.isoformat()}


class PeopleApi:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._runtime = service.runtime

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get("/v1/people/{person}", self._show)
        app.router.add_get("/v1/erasures/{receipt}", self._receipt)
        app.router.add_get("/v1/requests", self._undone)
        for method, path, work, right, what in (
            ("GET", "/data", self._data, Right.EXPORT_PEOPLE, "person.exported"),
            ("GET", "/consent", self._consent, Right.EXPORT_PEOPLE, "person.consent_proved"),
            ("DELETE", "", self._erase, Right.HONOUR_WISHES, "person.erased"),
            ("PUT", "/soft-opt-in", self._soft_opt_in, Right.HONOUR_WISHES, "person.soft_opt_in"),
            ("GET", "/requests", self._requests, Right.HONOUR_WISHES, "person.requests_listed"),
            ("POST", "/requests", self._request, Right.HONOUR_WISHES, "person.requested"),
            ("PUT", "/objection", self._object, Right.HONOUR_WISHES, "person.objected"),
            ("DELETE", "/objection", self._withdraw, Right.HONOUR_WISHES, "person.objection_withdrawn"),
            ("PUT", "/restriction", self._restrict, Right.HONOUR_WISHES, "person.restricted"),
            ("DELETE", "/restriction", self._lift, Right.HONOUR_WISHES, "person.restriction_lifted"),
            ("POST", "/merges", self._merge, Right.MERGE_PEOPLE, "person.merged"),
            ("DELETE", "/merges/latest", self._part, Right.MERGE_PEOPLE, "person.parted"),
        ):
            app.router.add_route(method, f"/v1/people/{{person}}{path}", self._handler(_audited(work, what), right))
        proving = _audited(self._consent, "person.consent_proved")
        proof = self._handler(proving, Right.EXPORT_PEOPLE, answering=_as_pdf)
        app.router.add_get("/v1/people/{person}/consent.pdf", proof)
        rectifying = self._handler(self._rectify, Right.HONOUR_WISHES)
        app.router.add_patch("/v1/people/{person}/attributes", rectifying)

    def _handler(
        self, work: AuditedWork, right: Right, *, answering: Answering = _as_json
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Find the person, and do it in one transaction, with its entry in the audit log."""

        async def handle(request: web.Request) -> web.StreamResponse:
            asked, _ = await self._service.doors.admit(request, right)
            deed = self._service.doors.deed(request, "")
            try:
                told = await self._done(work, request.match_info["person"], asked.body, deed)
            except NoSuchPerson as error:
                raise WebhookRejected(404, str(error)) from error
            except CannotMerge as error:
                raise WebhookRejected(409, str(error)) from error
            return await answering(told)

        return handle

    async def _show(self, request: web.Request) -> web.StreamResponse:
        """What is known of the person, as the caller's role sees it. That they looked is in the audit log."""
        _, caller = await self._service.doors.admit(request, Right.SEE_PEOPLE)
        schema = self._runtime.library.current().profile or ProfileSchema()
        async with self._runtime.store.transaction() as uow:
            try:
                profile = await uow.profiles.get(await by_name(uow, request.match_info["person"]))
            except NoSuchPerson as error:
                raise WebhookRejected(404, str(error)) from error
            segments = await uow.segments.of(profile.id)
            deed = self._service.doors.deed(request, "person.looked_at", profile.id)
            await uow.audit.note(deed, self._runtime.clock.now())
        told = {
            "person": profile.id,
            "attributes": schema.shown_to(caller.role, profile.attributes),
            "tags": sorted(profile.tags),
            "segments": [{"segment": name, "since": since.isoformat()} for name, since in segments.items()],
            "objects": profile.objected_at is not None,
            "restricted": profile.restricted_at is not None,
            "provenance": provenance_of(profile, partial(schema.shown_to, caller.role)),
        }
        return private_json(told)

    async def _receipt(self, request: web.Request) -> web.StreamResponse:
        """What has become of an erasure by now."""
        await self._service.doors.admit(request, Right.HONOUR_WISHES)
        async with self._runtime.store.transaction() as uow:
            receipt = await uow.erasures.get(storable(request.match_info["receipt"]))
        if receipt is None:
            raise WebhookRejected(404, "there is no receipt of this id")
        return private_json(_receipt_told(receipt))

    async def _undone(self, request: web.Request) -> web.StreamResponse:
        """What people asked for that is still to be done, what is due first first."""
        await self._service.doors.admit(request, Right.HONOUR_WISHES)
        async with self._runtime.store.transaction() as uow:
            found = await uow.privacy_requests.undone(limit=MOST_UNDONE + 1)
        undone = [told_of(one) for one in found[:MOST_UNDONE]]
        return private_json({"requests": undone, "more": len(found) > MOST_UNDONE})

    async def _done(self, work: AuditedWork, name: str, body: bytes, deed: Deed) -> Mapping[str, Any]:
        """Again, where somebody else was at work on the person."""
        for _ in range(MOST_TRIES - 1):
            with suppress(Conflict):
                return await self._try(work, name, body, deed)
        return await self._try(work, name, body, deed)

    async def _try(self, work: AuditedWork, name: str, body: bytes, deed: Deed) -> Mapping[str, Any]:
        async with self._runtime.store.transaction() as uow:
            return await work(uow, await by_name(uow, name), body, deed, self._runtime.clock.now())

    async def _data(self, uow: UnitOfWork, person: ProfileId, _: bytes, who: str) -> Mapping[str, Any]:
        return await give_data(uow, person, who=who, now=self._runtime.clock.now())

    async def _consent(self, uow: UnitOfWork, person: ProfileId, _: bytes, _who: str) -> Mapping[str, Any]:
        return await consent_proof(uow, person, self._runtime.clock.now())

    async def _erase(self, uow: UnitOfWork, person: ProfileId, _: bytes, who: str) -> Mapping[str, Any]:
        receipt = await erase_person(uow, self._runtime, person, who=who, now=self._runtime.clock.now())
        return _receipt_told(receipt)

    async def _soft_opt_in(self, uow: UnitOfWork, person: ProfileId, body: bytes, who: str) -> Mapping[str, Any]:
        told = _told(body)
        if set(told) != {"channel", "bought", "text"} or not all(isinstance(one, str) for one in told.values()):
            raise WebhookRejected(400, SOFT_OPT_IN)
        if told["channel"] not in self._runtime.channels:
            raise WebhookRejected(400, f"there is no channel {told['channel'][:40]!r}")
        now, how = self._runtime.clock.now(), f"told by {who}"
        why_not = await take_soft_opt_in(uow, self._runtime, person, **told, how=how, now=now)
        if why_not is not None:
            raise WebhookRejected(409, why_not)
        return {"person": person, "channel": told["channel"], "basis": LegalBasis.SOFT_OPT_IN.value}

    async def _rectify(
        self, uow: UnitOfWork, person: ProfileId, body: bytes, deed: Deed, now: datetime
    ) -> Mapping[str, Any]:
        """Put right what is known of them, and keep who did. What does not fit changes nothing."""
        corrections = corrections_of(_told(body), self._runtime.library.current().profile)
        if isinstance(corrections, str):
            raise WebhookRejected(400, corrections)
        await rectify(
            uow,
            self._runtime,
            person,
            corrections.attributes,
            time_zone=corrections.time_zone,
            locale=corrections.locale,
            who=deed.who,
            now=now,
        )
        await uow.audit.note(replace(deed, what="person.rectified", about=person), now)
        return {"person": person, "rectified": corrections.names}

    async def _requests(self, uow: UnitOfWork, person: ProfileId, _: bytes, _who: str) -> Mapping[str, Any]:
        return {"person": person, "requests": [told_of(one) for one in await uow.privacy_requests.of(person)]}

    async def _request(self, uow: UnitOfWork, person: ProfileId, body: bytes, _who: str) -> Mapping[str, Any]:
        """What somebody asks for is noted with its due date; or, by its id, that it was done."""
        match _told(body):
            case {"kind": str(kind), "how": str(how), **more} if not more and kind in list(RequestKind):
                rules, now = self._runtime.library.current().rules, self._runtime.clock.now()
                noted = await note_request(
                    uow, rules, self._runtime.region, person, RequestKind(kind), how=how, now=now
                )
                return told_of(noted)
            case {"id": str(name), "outcome": str(outcome), **more} if not more:
                theirs = any(one.id == name for one in await uow.privacy_requests.of(person))
                if not theirs or not await uow.privacy_requests.done(name, outcome, self._runtime.clock.now()):
                    raise WebhookRejected(409, "they have no such request that is still to be done")
                return {"id": name, "done": True}
        raise WebhookRejected(400, REQUEST)

    async def _object(self, uow: UnitOfWork, person: ProfileId, _: bytes, who: str) -> Mapping[str, Any]:
        await note_objection(uow, self._runtime, person, how=f"told by {who}", now=self._runtime.clock.now())
        return {"person": person, "objects": True}

    async def _withdraw(self, uow: UnitOfWork, person: ProfileId, _: bytes, _who: str) -> Mapping[str, Any]:
        await withdraw_objection(uow, person)
        return {"person": person, "objects": False}

    async def _restrict(self, uow: UnitOfWork, person: ProfileId, _: bytes, _who: str) -> Mapping[str, Any]:
        await restrict(uow, person, now=self._runtime.clock.now())
        return {"person": person, "restricted": True}

    async def _lift(self, uow: UnitOfWork, person: ProfileId, body: bytes, _who: str) -> Mapping[str, Any]:
        told = _told(body or b"{}")
        informed = told.get("informed", "")
        if set(told) - {"informed"} or not isinstance(informed, str) or len(informed) > LONGEST_HOW:
            raise WebhookRejected(400, INFORMED)
        try:
            await lift_restriction(uow, person, informed=informed, now=self._runtime.clock.now())
        except NotInformed as error:
            raise WebhookRejected(400, f"{error}: {INFORMED}") from error
        return {"person": person, "restricted": False}

    async def _merge(self, uow: UnitOfWork, person: ProfileId, body: bytes, who: str) -> Mapping[str, Any]:
        other = await _somebody(uow, _other(body))
        now = self._runtime.clock.now()
        merge = await merge_people(uow, self._runtime, person, other, who=who, why="over HTTP", now=now)
        conflicts = {name: {"counts": one, "kept": two} for name, (one, two) in merge.conflicts.items()}
        return {"merge": merge.id, "person": merge.kept.id, "merged": merge.merged.id, "conflicts": conflicts}

    async def _part(self, uow: UnitOfWork, person: ProfileId, _: bytes, _who: str) -> Mapping[str, Any]:
        merge = await part_people(uow, self._runtime, person, now=self._runtime.clock.now())
        return {"merge": merge.id, "person": merge.kept.id, "parted": merge.merged.id}


def _audited(work: Work, what: str) -> AuditedWork:
    """The same, noted in the audit log by the person's id, which says nothing once they are erased."""

    async def audited(uow: UnitOfWork, person: ProfileId, body: bytes, deed: Deed, now: datetime) -> Mapping[str, Any]:
        told = await work(uow, person, body, deed.who)
        await uow.audit.note(replace(deed, what=what, about=person), now)
        return told

    return audited


def _other(body: bytes) -> Wanted:
    """`{"with": {"email": "ana@example.com"}}`: who is the same person."""
    told = _told(body)
    if set(told) != {"with"}:
        raise WebhookRejected(400, 'say who is the same person: {"with": {"email": "ana@example.com"}}')
    try:
        return read_person(told["with"])
    except NobodyNamed as error:
        raise WebhookRejected(400, str(error).replace('"person"', '"with"')) from error


def _told(body: bytes) -> Mapping[str, Any]:
    told = storable_told(body)
    return told if isinstance(told, dict) else {}


async def _somebody(uow: UnitOfWork, wanted: Wanted) -> ProfileId:
    """Nobody is made known by being merged."""
    if wanted.profile_id is not None:
        return await by_id(uow, wanted.profile_id)
    assert wanted.identity is not None  # noqa: S101  one of the two is given
    owner = await uow.profiles.owner_of(wanted.identity.kind, wanted.identity.value)
    if owner is None:
        raise NoSuchPerson(f'nobody is known as "{wanted.identity.value}"')
    return owner.id

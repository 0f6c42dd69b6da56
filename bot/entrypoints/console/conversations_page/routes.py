"""What the page "Conversations" asks for. A rep's deeds go to the same inbox as those that come from Slack."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from aiohttp import web

from bot.domain.access import Caller, Right
from bot.domain.conversation import Conversation
from bot.domain.errors import ConversationGone, WebhookRejected
from bot.domain.handoff import SNOOZES, Handoff
from bot.domain.ids import ConversationId
from bot.domain.message import ASSISTANT, CUSTOMER, DeskAction, DeskLine, DeskVerb, TakeUp, storable
from bot.domain.routing import DeskPlan
from bot.entrypoints.console.conversations_page.showing import content_of, conversation_json, list_json
from bot.entrypoints.console.framing import framed
from bot.entrypoints.console.known_person import told_of_person
from bot.entrypoints.web.doorkeeper import CALLER
from bot.entrypoints.web.translate import idempotency_key, json_object, private_json, query_of
from bot.entrypoints.wiring.service import Service
from bot.ports import UnitOfWork
from bot.services.desk_action import refused_key
from bot.services.desk_digest import digests_here
from bot.services.do_at_desk import do_at_desk
from bot.services.list_conversations import Which, list_conversations
from bot.services.offer import plan_of
from bot.services.tell_desk import OURSELVES

NOTED_ANEW_AFTER = timedelta(hours=1)
"""Whoever reads a conversation is in the audit log, once in this time however often their page looks."""

TAKE_UP = "take_up"
WITH_WORDS = {
    DeskVerb.SAY: 4000,
    DeskVerb.DISQUALIFY: 200,
    DeskVerb.SNOOZE: 10,
    DeskVerb.SEND: 300,
    DeskVerb.ASSIGN: 80,
}
"""What needs words, and how many characters they may have."""
WITHOUT_WORDS = (DeskVerb.CLAIM, DeskVerb.TAKE_OVER, DeskVerb.HAND_BACK, DeskVerb.RESOLVE, DeskVerb.MEET)
DEEDS = (TAKE_UP, *(one.value for one in (*WITHOUT_WORDS, *WITH_WORDS)))
LONGEST_NAME = 60
OF_CUSTOMER = ("person", "name", "identities", "grade", "attributes", "time_zone", "tags")
MOST_CONSENTS = 3
NOTE_MARKS = ("//", "🔒", ":lock:")
"""With which a rep begins in Slack what is for colleagues alone."""
NAMES_OF_OTHERS = frozenset(one.casefold() for one in (CUSTOMER, ASSISTANT, OURSELVES))
"""Whoever took one of these would be taken for them in what was said."""
ADVICE = "with OVERTURE_DESK=desk:sales, and desk among OVERTURE_CONNECTORS, this page is one"


class ConversationsPage:
    """Open to those who may read conversations; who may write into them does here what a rep does in Slack."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._runtime = service.runtime
        self._noted: dict[tuple[str, str], datetime] = {}

    def add_routes(self, app: web.Application) -> None:
        read, write = Right.SEE_CONVERSATIONS, Right.CONVERSE
        for method, path, handler, right in (
            ("GET", "/conversations", framed(self._service, "conversations.html"), read),
            ("GET", "/conversations.json", self._list, read),
            ("GET", "/conversations/{conversation}.json", self._look, read),
            ("GET", "/conversations/{conversation}/customer.json", self._look_at_customer, read),
            ("POST", "/conversations/{conversation}/desk", self._act, write),
        ):
            app.router.add_route(method, path, self._service.doors.guarded(handler, right))

    # ------------------------------------------------------------ reading

    async def _list(self, request: web.Request) -> web.StreamResponse:
        try:
            which = Which(query_of(request, "show") or Which.ALL)
        except ValueError:
            raise WebhookRejected(400, f'"show" is one of {", ".join(Which)}') from None
        before = _moment_of(query_of(request, "before")) or self._runtime.clock.now() + timedelta(days=1)
        known = self._known_as(request[CALLER], None)
        rep = known or query_of(request, "as")[:LONGEST_NAME]
        async with self._runtime.store.transaction() as uow:
            found = await list_conversations(uow, self._runtime, which, before=before, rep=rep)
            digests = [one.text for one in await digests_here(uow, self._runtime, self._runtime.clock.now())]
        return private_json({**list_json(found), "digests": digests, **_me(request[CALLER], known)})

    async def _look(self, request: web.Request) -> web.StreamResponse:
        """With `seen` of an earlier answer, nothing but that again while nothing has changed."""
        async with self._runtime.store.transaction() as uow:
            conversation = await self._conversation(uow, request)
            await self._note(uow, request, conversation)
            told = await self._told(uow, request, conversation)
        self._has_noted(request, conversation)
        return private_json(_unless_seen(request, told))

    async def _look_at_customer(self, request: web.Request) -> web.StreamResponse:
        """Who they are, as the page People shows it, in short. `seen` is as for the conversation."""
        async with self._runtime.store.transaction() as uow:
            conversation = await self._conversation(uow, request)
            await self._note(uow, request, conversation)
            content, now = self._runtime.library.current(), self._runtime.clock.now()
            known = await told_of_person(uow, content, conversation.profile_id, now, role=request[CALLER].role)
        self._has_noted(request, conversation)
        told = {name: known[name] for name in OF_CUSTOMER}
        return private_json(_unless_seen(request, told | {"consent": known["consent"][:MOST_CONSENTS]}))

    async def _conversation(self, uow: UnitOfWork, request: web.Request) -> Conversation:
        try:
            return await uow.conversations.get(ConversationId(storable(request.match_info["conversation"])))
        except ConversationGone as error:
            raise WebhookRejected(404, "there is no such conversation; it may have been erased") from error

    async def _told(self, uow: UnitOfWork, request: web.Request, conversation: Conversation) -> dict[str, Any]:
        told = await conversation_json(uow, self._runtime, conversation)
        caller = request[CALLER]
        known = self._known_as(caller, await uow.handoffs.open_in(conversation.id))
        return {**told, **_me(caller, known), "may_write": caller.may(Right.CONVERSE)}

    async def _note(self, uow: UnitOfWork, request: web.Request, conversation: Conversation) -> None:
        now = self._runtime.clock.now()
        if now - self._noted.get(_looked(request, conversation), now - NOTED_ANEW_AFTER) < NOTED_ANEW_AFTER:
            return
        deed = self._service.doors.deed(
            request, "person.looked_at", conversation.profile_id, conversation=conversation.id
        )
        await uow.audit.note(deed, now)

    def _has_noted(self, request: web.Request, conversation: Conversation) -> None:
        """What `_note` noted is committed."""
        now, looked = self._runtime.clock.now(), _looked(request, conversation)
        kept = {one: at for one, at in self._noted.items() if now - at < NOTED_ANEW_AFTER}
        self._noted = {looked: now} | kept

    # ------------------------------------------------------------ acting

    async def _act(self, request: web.Request) -> web.StreamResponse:
        """One deed of a rep's. With an `Idempotency-Key` a second try of the same does nothing."""
        body = await json_object(request)
        verb, words = _told_to_do(body)
        async with self._runtime.store.transaction() as uow:
            conversation = await self._conversation(uow, request)
            handoff = await uow.handoffs.open_in(conversation.id)
        deed: DeskAction | TakeUp
        desk = self._desk_of(handoff)
        key = f"page:{conversation.id}:{idempotency_key(request) or uuid4()}"
        rep, member = self._rep(request[CALLER], body, handoff), request[CALLER].name or ""
        if verb == TAKE_UP:
            deed = TakeUp(desk, key, conversation.id, rep, member)
        elif handoff is None:
            raise WebhookRejected(409, "nobody has this conversation any more: take it first")
        else:
            held_by = _held_by(body)
            deed = DeskAction(
                desk, key, handoff.id, DeskVerb(verb), rep, words=words, rep_member=member, held_by=held_by
            )
        is_done = await do_at_desk(self._runtime, conversation.id, deed)
        async with self._runtime.store.transaction() as uow:
            conversation = await self._conversation(uow, request)
            await self._note(uow, request, conversation)
            why_not = await uow.outbox.by_key(refused_key(desk, key))
            told = await self._told(uow, request, conversation)
        self._has_noted(request, conversation)
        if why_not is not None and isinstance(line := content_of(why_not), DeskLine):
            raise WebhookRejected(409, line.text)
        return private_json({**_unless_seen(request, told), "is_done": is_done})

    def _desk_of(self, handoff: Handoff | None) -> str:
        if handoff is not None:
            return handoff.desk
        if self._runtime.desk is None:
            raise WebhookRejected(409, f"there is no sales desk here; {ADVICE}")
        return self._runtime.desk.channel

    def _rep(self, caller: Caller, body: Mapping[str, Any], handoff: Handoff | None) -> str:
        """By which name customers and colleagues know whoever does it."""
        if known := self._known_as(caller, handoff):
            return known
        given = body.get("as")
        if not isinstance(given, str) or not 1 <= len(given.strip()) <= LONGEST_NAME:
            raise WebhookRejected(400, f'"as" is your name as customers read it, of 1 to {LONGEST_NAME} characters')
        name = given.strip()
        if name.casefold() in NAMES_OF_OTHERS:
            raise WebhookRejected(400, f'"{name}" is no colleague\'s name here: others speak under it')
        plan = self._plan(handoff)
        if plan is not None and caller.kind != "machine" and plan.belongs_to_an_account(name):
            raise WebhookRejected(
                400,
                f'"{name}" is who has another account than yours in the desk\'s file. Take another name, or have your '
                "account's address put there as member",
            )
        return name

    def _known_as(self, caller: Caller, handoff: Handoff | None) -> str:
        """As the desk's file calls whose account it is; empty where it does not have them."""
        plan = self._plan(handoff)
        rep = plan.rep_known_as(caller.name or "") if plan is not None else None
        return rep.name if rep is not None else ""

    def _plan(self, handoff: Handoff | None) -> DeskPlan | None:
        """Of the desk that has the conversation, or would have it."""
        if handoff is not None:
            return plan_of(self._runtime, handoff.desk, handoff.desk_address)
        desk = self._runtime.desk
        return plan_of(self._runtime, desk.channel, desk.address) if desk is not None else None


def _unless_seen(request: web.Request, told: Mapping[str, Any]) -> Mapping[str, Any]:
    """With `seen`, by which it is asked for anew; nothing but that while nothing has changed."""
    seen = hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]
    return {"seen": seen} if seen == query_of(request, "seen") else {**told, "seen": seen}


def _looked(request: web.Request, conversation: Conversation) -> tuple[str, str]:
    """Who reads which conversation."""
    return request[CALLER].reference, conversation.id


def _told_to_do(body: Mapping[str, Any]) -> tuple[str, str]:
    """What is to be done, and the words that go with it; raises WebhookRejected."""
    verb, words = body.get("do"), body.get("words", "")
    if verb not in DEEDS:
        raise WebhookRejected(400, f'"do" is one of {", ".join(DEEDS)}')
    most = WITH_WORDS.get(verb, 0)
    if not isinstance(words, str) or len(words) > most or bool(words.strip()) != bool(most):
        raise WebhookRejected(400, f'"words" of {verb} has ' + (f"1 to {most} characters" if most else "nothing"))
    if verb == DeskVerb.SAY and (mark := next(filter(words.lstrip().startswith, NOTE_MARKS), None)):
        raise WebhookRejected(
            400, f"what begins with {mark} is for colleagues, and was not sent: leave that out to send it"
        )
    if verb == DeskVerb.SNOOZE and words not in SNOOZES:
        raise WebhookRejected(400, f'"words" of {verb} is one of {", ".join(SNOOZES)}')
    return str(verb), words.strip()


def _held_by(body: Mapping[str, Any]) -> str | None:
    """Who had it as whoever does this saw it."""
    held_by = body.get("held_by")
    if held_by is not None and not isinstance(held_by, str):
        raise WebhookRejected(400, '"held_by" is the name of the colleague who has the conversation, as you saw it')
    return held_by


def _me(caller: Caller, known: str) -> Mapping[str, Any]:
    """By which name whoever looks is `known` at the desk, or may be."""
    return {"me": known or _suggested(caller), "is_known": bool(known)}


def _suggested(caller: Caller) -> str:
    """A name made of an account's address: "ana.lima@example.com" is Ana Lima."""
    local = (caller.name or "").partition("@")[0] if caller.kind == "user" else ""
    return " ".join(part.capitalize() for part in re.split(r"[._-]+", local) if part)


def _moment_of(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise WebhookRejected(
            400, f'"before" is a moment such as 2026-11-30T09:00:00Z, and not "{text[:40]}"'
        ) from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)

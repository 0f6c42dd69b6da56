"""The endpoints of Rasa's HTTP API that its clients use."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from io import StringIO
from typing import Any

import structlog
from aiohttp import web
from ruamel.yaml import YAML

from bot.adapters.rasa.action_calls import RASA_VERSION, domain_as_rasa_has_it
from bot.adapters.rasa.actions import InProcessActions
from bot.adapters.rasa.rasa_json import read_entity, read_event, read_parse_data
from bot.adapters.rasa.rasa_readings import parse_data_as_rasa_has_it
from bot.dialogue.engine import can_do
from bot.domain.access import Right, Role
from bot.domain.assistant import Assistant
from bot.domain.conversation import Conversation, Event, Tracker
from bot.domain.errors import ActionError, Conflict, WebhookRejected
from bot.domain.ids import ConversationId, MessageId, new_id
from bot.domain.message import storable, storable_json
from bot.domain.understanding import Asker, Entity
from bot.entrypoints.api.rasa_api.answers import BadParameter, Verbosity, failure, tracker_json
from bot.entrypoints.console.navigation import led_to_first_page
from bot.entrypoints.web.doorkeeper import CALLER, looks_for_page
from bot.entrypoints.web.translate import idempotency_key, private_json
from bot.entrypoints.wiring.service import Service
from bot.ports import UnitOfWork
from bot.services.append import append_events, note_message, replace_events
from bot.services.attend import find_or_start, look_up
from bot.services.situation import zone_of
from bot.services.submit import Acted, execute_action, trigger_intent
from bot.services.understand import understand

log = structlog.get_logger()

REST = "rest"
"""The channel whose addresses are the names of conversations here, as in Rasa."""

NOT_SET_UP = "It is not set up here: put it into OVERTURE_CONNECTORS."

LATEST = "latest"
LARGEST_TRACKER = 16 * 1024 * 1024
LONGEST_TEXT = 4000
LONGEST_NAME = 255

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Webhook = Callable[[web.Request, str, str], Awaitable[web.StreamResponse]]


class RasaApi:
    """`webhook` takes a request for a channel, with the path that it has there."""

    def __init__(self, service: Service, webhook: Webhook) -> None:
        self._service = service
        self._runtime = service.runtime
        self._webhook = webhook

    def add_routes(self, app: web.Application) -> None:
        """The playground keeps its own front page."""
        if self._service.sandbox is None:
            app.router.add_get("/", self._for_anybody(self._hello))
        for method, path, handler in (
            ("GET", "/version", self._for_anybody(self._version)),
            ("GET", "/status", self._for(Right.SEE_UNDERSTANDING, self._status)),
            ("GET", "/domain", self._for(Right.SEE_UNDERSTANDING, self._domain)),
            ("POST", "/model/parse", self._for(Right.SEE_UNDERSTANDING, self._parse)),
            ("POST", "/webhooks/actions", _with_large_bodies(self._for(Right.ADMINISTER, self._run_action))),
            ("GET", "/webhooks/rest/", self._for_anybody(self._rest_is_there)),
            ("POST", "/webhooks/rest/webhook", _in_rasas_shape(self._rest)),
            ("GET", "/conversations/{name:.+}/tracker", self._for_owner(self._tracker)),
            ("POST", "/conversations/{name:.+}/tracker/events", self._for_owner(self._append)),
            ("PUT", "/conversations/{name:.+}/tracker/events", self._for_owner(self._replace)),
            ("POST", "/conversations/{name:.+}/messages", self._for_owner(self._note)),
            ("POST", "/conversations/{name:.+}/trigger_intent", self._for_owner(self._trigger)),
            ("POST", "/conversations/{name:.+}/execute", self._for_owner(self._execute)),
        ):
            app.router.add_route(method, path, handler)

    # ------------------------------------------------------------ who may

    def _for_anybody(self, handler: Handler) -> Handler:
        """Without a credential, but not while nobody has one."""

        async def once_open(request: web.Request) -> web.StreamResponse:
            if not await self._service.doors.is_open():
                raise web.HTTPNotFound
            return await handler(request)

        return once_open

    def _for(self, right: Right, handler: Handler) -> Handler:
        """For whoever has this right; of Rasa's callers an admin."""
        return self._guarded(handler, right, lambda _: None)

    def _for_owner(self, handler: Handler) -> Handler:
        """For whoever may read or write conversations; of Rasa's callers also the one whom it is of."""

        async def by_method(request: web.Request) -> web.StreamResponse:
            if request.method == "GET":
                return await self._guarded(handler, Right.SEE_CONVERSATIONS, _name)(request)
            return await self._guarded(self._where_written_to(handler), Right.CONVERSE, _name)(request)

        return by_method

    def _where_written_to(self, handler: Handler) -> Handler:
        async def written_to(request: web.Request) -> web.StreamResponse:
            if REST not in self._runtime.channels:
                raise WebhookRejected(404, f'These conversations are on the channel "{REST}". {NOT_SET_UP}')
            return await handler(request)

        return written_to

    def _guarded(self, handler: Handler, right: Right, conversation: Callable[[web.Request], str | None]) -> Handler:
        async def guarded(request: web.Request) -> web.StreamResponse:
            await self._service.doors.admit(request, right, conversation(request))
            return await handler(request)

        return _in_rasas_shape(guarded)

    # ------------------------------------------------------------ the service

    async def _hello(self, request: web.Request) -> web.StreamResponse:
        """Rasa's greeting for programs; a person who opens the service's address in a browser is led to its pages."""
        if looks_for_page(request):
            raise led_to_first_page(request)
        return web.Response(text=f"Hello from Overture {version('overture')}, which speaks Rasa {RASA_VERSION}'s API")

    async def _version(self, _request: web.Request) -> web.StreamResponse:
        known = {"version": RASA_VERSION, "minimum_compatible_version": RASA_VERSION, "overture": version("overture")}
        return web.json_response(known)

    async def _status(self, _request: web.Request) -> web.StreamResponse:
        model = self._assistant.fingerprint
        return web.json_response({"model_file": model, "model_id": model, "num_active_training_jobs": 0})

    async def _domain(self, request: web.Request) -> web.StreamResponse:
        """As JSON or YAML, by the Accept header."""
        domain = domain_as_rasa_has_it(self._assistant)
        accepted = request.headers.get("Accept", "application/json")
        if accepted.endswith(("json", "*/*")):
            return web.json_response(domain)
        if accepted.endswith(("yml", "yaml")):
            written = StringIO()
            YAML(typ="safe", pure=True).dump(domain, written)
            return web.Response(text=written.getvalue(), content_type="application/x-yaml")
        raise WebhookRejected(406, 'The domain can be had as "application/json" or "application/x-yaml" (Accept).')

    async def _parse(self, request: web.Request) -> web.StreamResponse:
        text = _text(await _json_object(request))
        nobody = Tracker(ConversationId(""))
        region, today = self._runtime.region, Asker(self._runtime.clock.now().date())
        understood = await understand(self._runtime, nobody, text, region, zone_of(None, None, region), today)
        return web.json_response(parse_data_as_rasa_has_it(understood, self._assistant.responses))

    async def _run_action(self, request: web.Request) -> web.StreamResponse:
        """What Rasa's endpoints.yml may name as its action server."""
        actions = self._runtime.actions
        if not isinstance(actions, InProcessActions):
            raise WebhookRejected(404, "Actions do not run in this process; OVERTURE_ACTIONS names their server.")
        try:
            status, answer = await actions.answer(await _json_object(request))
        except ActionError as error:
            log.error("an action failed for Rasa", error=str(error))
            return failure(WebhookRejected(500, "The action failed; the log says why."))
        return web.json_response(answer, status=status)

    # ------------------------------------------------------------ the REST channel

    async def _rest_is_there(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response({"status": "ok"})

    async def _rest(self, request: web.Request) -> web.StreamResponse:
        query = f"?{request.rel_url.raw_query_string}" if request.rel_url.raw_query_string else ""
        return await self._webhook(request, REST, f"/channels/{REST}/webhook{query}")

    # ------------------------------------------------------------ conversations

    async def _tracker(self, request: web.Request) -> web.StreamResponse:
        name, verbosity, until = _name(request), _verbosity(request), _until(request)
        async with self._runtime.store.transaction() as uow:
            conversation = await look_up(uow, REST, name)
            if conversation is None:
                return private_json(tracker_json(self._unheard_of(name), name, [], verbosity, self._assistant))
            needed = until is not None or verbosity is not Verbosity.NONE
            events = await uow.conversations.events(conversation.id, until=until) if needed else []
            await self._note_look(uow, request, conversation)
        tracker = conversation.tracker
        if until is not None:
            first = tracker.initial_slots
            tracker = Tracker(conversation.id, slots=first, initial_slots=first).apply_all(events)
        return private_json(tracker_json(tracker, name, events, verbosity, self._assistant))

    async def _append(self, request: web.Request) -> web.StreamResponse:
        conversation = await find_or_start(self._runtime, REST, _name(request))
        events = self._events(await _json(request), conversation)
        aloud = request.query.get("execute_side_effects", "").lower() == "true"
        send = aloud and self._sends(request, conversation)
        await self._audit_others(request, conversation, "events_appended")
        tracker = await append_events(self._runtime, conversation.id, events, send=send)
        return private_json(await self._state(request, conversation, tracker))

    async def _replace(self, request: web.Request) -> web.StreamResponse:
        conversation = await find_or_start(self._runtime, REST, _name(request))
        events = self._events(await _json(request), conversation)
        await self._audit_others(request, conversation, "events_replaced")
        tracker = await replace_events(self._runtime, conversation.id, events)
        return private_json(await self._state(request, conversation, tracker))

    async def _note(self, request: web.Request) -> web.StreamResponse:
        body = await _json_object(request)
        if body.get("sender") != "user":
            raise BadParameter("Only messages of the sender 'user' can be passed to this address.", "sender", "body")
        text = _text(body)
        try:
            understood = read_parse_data(text, body["parse_data"]) if body.get("parse_data") else None
        except ValueError as error:
            raise BadParameter(str(error), "parse_data", "body") from error
        conversation = await find_or_start(self._runtime, REST, _name(request))
        await self._audit_others(request, conversation, "message_noted")
        tracker = await note_message(self._runtime, conversation.id, text, understood)
        return private_json(await self._state(request, conversation, tracker))

    async def _trigger(self, request: web.Request) -> web.StreamResponse:
        body = await _json_object(request)
        intent, entities = _action_name(body, "intent"), _entities(body.get("entities"))
        if intent not in self._assistant.intents:
            raise WebhookRejected(404, f"The intent {intent} does not exist in the domain.")
        conversation = await find_or_start(self._runtime, REST, _name(request))
        aloud, key = self._sends(request, conversation), idempotency_key(request)
        await self._audit_others(request, conversation, "triggered", intent=intent)
        acted = await trigger_intent(self._runtime, conversation, intent, entities, aloud=aloud, key=key)
        return await self._acted(request, conversation, acted, aloud=aloud)

    async def _execute(self, request: web.Request) -> web.StreamResponse:
        action = _action_name(await _json_object(request), "action")
        async with self._runtime.store.transaction() as uow:
            conversation = await look_up(uow, REST, _name(request))
        if conversation is None:
            raise WebhookRejected(404, "Conversation ID not found.")
        if not can_do(self._assistant, action):
            raise WebhookRejected(404, f"The action {action} does not exist in the domain.")
        aloud, key = self._sends(request, conversation), idempotency_key(request)
        await self._audit(request, conversation, "action", action=action)
        acted = await execute_action(self._runtime, conversation, action, aloud=aloud, key=key)
        return await self._acted(request, conversation, acted, aloud=aloud)

    async def _audit(self, request: web.Request, conversation: Conversation, what: str, **detail: str) -> None:
        """That somebody has an action done, such as a hand-over; before it is tried."""
        deed = self._service.doors.deed(request, f"conversation.{what}", conversation.id, **detail)
        async with self._runtime.store.transaction() as uow:
            await uow.audit.note(deed, self._runtime.clock.now())

    async def _audit_others(self, request: web.Request, conversation: Conversation, what: str, **detail: str) -> None:
        """That somebody else than the customer writes into their conversation."""
        if not _is_their_own(request):
            await self._audit(request, conversation, what, **detail)

    async def _note_look(self, uow: UnitOfWork, request: web.Request, conversation: Conversation) -> None:
        """That somebody else than the customer looked at what they said."""
        if _is_their_own(request):
            return
        about, doors = conversation.profile_id, self._service.doors
        deed = doors.deed(request, "person.looked_at", about, conversation=conversation.id)
        await uow.audit.note(deed, self._runtime.clock.now())

    # ------------------------------------------------------------ parts of these

    @property
    def _assistant(self) -> Assistant:
        return self._runtime.library.current().assistant

    def _unheard_of(self, name: str) -> Tracker:
        """The tracker of a conversation that has not begun, as Rasa shows it."""
        slots = self._assistant.slots.values()
        first = {slot.name: slot.initial_value for slot in slots if slot.initial_value is not None}
        return Tracker(ConversationId(name), slots=first, initial_slots=first)

    def _sends(self, request: web.Request, conversation: Conversation) -> bool:
        """Whether the customer hears what is said; else the caller gets it, as with Rasa's channels that collect."""
        asked = request.query.get("output_channel")
        if asked == LATEST:
            return conversation.channel != REST
        if asked not in self._runtime.channels:
            return False
        if asked != conversation.channel:
            raise BadParameter(f"This conversation is on {conversation.channel}.", "output_channel", "query")
        return True

    def _events(self, body: Any, conversation: Conversation) -> list[Event]:
        told = body if isinstance(body, list) else [body]
        now = self._runtime.clock.now()
        try:
            found = [
                read_event(one, now=now, channel=conversation.channel, message_id=MessageId(new_id(now)))
                for one in told
            ]
        except ValueError as error:
            raise WebhookRejected(400, f"Failed to validate the events format: {error}") from error
        events = [event for event in found if event is not None]
        if not events:
            raise BadParameter("Couldn't extract a proper event from the request body.", "", "body")
        return events

    async def _state(self, request: web.Request, conversation: Conversation, tracker: Tracker) -> dict[str, Any]:
        """Who writes is shown all that was said, and so has looked at it."""
        verbosity = _verbosity(request)
        async with self._runtime.store.transaction() as uow:
            events = await uow.conversations.events(tracker.conversation_id)
            await self._note_look(uow, request, conversation)
        return tracker_json(tracker, _name(request), events, verbosity, self._assistant)

    async def _acted(
        self, request: web.Request, conversation: Conversation, acted: Acted, *, aloud: bool
    ) -> web.StreamResponse:
        """The tracker and, where the customer did not hear it, what was said."""
        said = [{**message, "recipient_id": _name(request)} for message in acted.messages]
        state = {"tracker": await self._state(request, conversation, acted.tracker)}
        return private_json(state if aloud else {**state, "messages": said})


def _with_large_bodies(handler: Handler) -> Handler:
    """For a caller that sends a whole domain and tracker along; others send no more than a message."""

    async def taken(request: web.Request) -> web.StreamResponse:
        return await handler(request.clone(client_max_size=LARGEST_TRACKER))

    return taken


def _in_rasas_shape(handler: Handler) -> Handler:
    """Tell what is wrong as Rasa does."""

    async def told(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except WebhookRejected as rejected:
            return failure(rejected)
        except Conflict as error:
            return failure(WebhookRejected(409, str(error)))
        except web.HTTPRequestEntityTooLarge:
            return failure(WebhookRejected(413, "The body is larger than any message needs."))

    return told


def _name(request: web.Request) -> str:
    name = request.match_info["name"]
    if len(name) > LONGEST_NAME or storable(name) != name:
        raise WebhookRejected(400, f"A conversation's name has at most {LONGEST_NAME} characters.")
    return name


def _is_their_own(request: web.Request) -> bool:
    """Whether the customer asks by themselves, with a JWT for their conversation alone."""
    caller = request[CALLER]
    return caller.kind == "jwt" and caller.role is not Role.ADMIN


def _verbosity(request: web.Request) -> Verbosity:
    try:
        return Verbosity[request.query.get("include_events", Verbosity.AFTER_RESTART.name).upper()]
    except KeyError as error:
        known = ", ".join(one.name for one in Verbosity)
        message = f"Invalid parameter value for 'include_events'. Should be one of {known}"
        raise BadParameter(message, "include_events", "query") from error


def _until(request: web.Request) -> datetime | None:
    """The moment up to which the tracker is wanted. Like Rasa, what is no number is no wish."""
    try:
        return datetime.fromtimestamp(float(request.query["until"]), UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return None


async def _json(request: web.Request) -> Any:
    try:
        return storable_json(json.loads(await request.read()))
    except (ValueError, RecursionError) as error:
        raise WebhookRejected(400, "Failed when parsing body as json.") from error


async def _json_object(request: web.Request) -> dict[str, Any]:
    body = await _json(request)
    if not isinstance(body, dict):
        raise WebhookRejected(400, "The body is JSON, but not an object.")
    return body


def _text(body: dict[str, Any]) -> str:
    given = body.get("text")
    if not isinstance(given, str) or not storable(given).strip():
        raise BadParameter("No text message defined in the request body.", "text", "body")
    if len(given) > LONGEST_TEXT:
        raise WebhookRejected(413, f"The text has {len(given):,} characters; at most {LONGEST_TEXT:,} are taken.")
    return storable(given).strip()


def _action_name(body: dict[str, Any], what: str) -> str:
    name = body.get("name")
    if not isinstance(name, str) or not name:
        raise BadParameter(f"Name of the {what} not provided in request body.", "name", "body")
    return name


def _entities(told: Any) -> Sequence[Entity]:
    """Rasa takes a list of entities, or an object from their names to their values."""
    listed = [{"entity": name, "value": value} for name, value in told.items()] if isinstance(told, dict) else told
    try:
        return [read_entity(one) for one in listed or ()]
    except (TypeError, ValueError) as error:
        raise BadParameter(f"Entities cannot be read: {error}", "entities", "body") from error

"""A Rasa 3 server as the dialogue engine: its REST channel answers, `/model/parse` reads, its tracker says the state.

Each conversation is a sender of that server by the conversation's id. What is ours (consent, hand-off, journeys) stays
here: slots that we set are told to the server first, and the state that it is left in is taken over as events.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote

import aiohttp

from bot.adapters.rasa.action_calls import PERSON_KEY, metadata_of, read_answer
from bot.adapters.rasa.rasa_events import event_as_rasa_has_it
from bot.adapters.rasa.rasa_json import read_parse_data
from bot.domain.assistant import Assistant
from bot.domain.conversation import (
    ACTION_LISTEN,
    ActionExecuted,
    ActiveLoop,
    Event,
    FollowupAction,
    SlotSet,
    Tracker,
    UserUttered,
)
from bot.domain.effects import Apply, DialogueEffect, PersonEffect
from bot.domain.errors import ActionError, DialogueError
from bot.domain.understanding import Understood
from bot.ports import ReadContext
from bot.ports.tracing import trace_headers

Effects = list[DialogueEffect | PersonEffect]

TIMEOUT = timedelta(seconds=10)
BY_RASA: Final = "Rasa"
SPOKEN = ("text", "buttons", "image")


class RasaServer:
    """Speaks with the server at `url`; `assistant` gives our own content, which is the project that Rasa serves."""

    def __init__(
        self, url: str, assistant: Callable[[], Assistant], *, token: str = "", timeout: timedelta = TIMEOUT
    ) -> None:
        self._url = url.rstrip("/")
        self._assistant = assistant
        self._query = {"token": token} if token else {}
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    async def understand(self, reading: Understood, tracker: Tracker) -> Understood:
        """Rasa's reading; a button's payload needs none."""
        if reading.stage == "button":
            return reading
        read = await self._ask("POST", "/model/parse", {"text": reading.text})
        try:
            return read_parse_data(reading.text, read)
        except ValueError as error:
            raise _nonsense("/model/parse") from error

    async def decide(
        self, tracker: Tracker, read_context: ReadContext, *, channel: str
    ) -> Sequence[DialogueEffect | PersonEffect]:
        """Rasa's whole answer at once: what it says, then the state that it is in, then that it listens."""
        asked = _what_is_asked(tracker)
        if asked is None or (isinstance(asked, UserUttered) and not self._is_for_rasa(asked)):
            return []
        here = f"/conversations/{quote(tracker.conversation_id, safe='')}"
        try:
            effects = _spoken(await self._answer(here, tracker, asked, read_context))
            changes = await self._changes(here, tracker)
        except (AttributeError, KeyError, TypeError) as error:
            raise _nonsense(here) from error
        done = ActionExecuted(ACTION_LISTEN, policy=BY_RASA)
        return [*(Apply(event) for event in changes), *effects, Apply(done)]

    async def _answer(
        self, here: str, tracker: Tracker, asked: UserUttered | FollowupAction, read_context: ReadContext
    ) -> Any:
        """The messages that Rasa has for what is asked."""
        untold = [event_as_rasa_has_it(event) for event in _untold(tracker)]
        if isinstance(asked, UserUttered):
            if untold:
                await self._ask("POST", f"{here}/tracker/events", untold)
            metadata = metadata_of(await read_context())
            message = {"sender": tracker.conversation_id, "message": _said(asked), "metadata": metadata}
            return await self._ask("POST", "/webhooks/rest/webhook", message)
        # Rasa runs an action in a conversation that it knows only: the event makes it known.
        await self._ask("POST", f"{here}/tracker/events", [*untold, event_as_rasa_has_it(asked)])
        acted = await self._ask("POST", f"{here}/execute", {"name": asked.name})
        # It runs the action and nothing more. The form gets the next message only if Rasa listens before it.
        await self._ask("POST", f"{here}/tracker/events", {"event": "action", "name": ACTION_LISTEN})
        return acted["messages"]

    async def _changes(self, here: str, tracker: Tracker) -> list[Event]:
        """The events that bring our tracker to the state that Rasa is in now."""
        state = await self._ask("GET", f"{here}/tracker", include_events="NONE")
        if tracker.loop is None or _open_form(state):
            return _differences(tracker, state)
        # What the form's slots were when it closed: an action may have emptied them since.
        log = await self._ask("GET", f"{here}/tracker", include_events="AFTER_RESTART")
        return [*_slots_given(log["events"]), *_differences(tracker, state)]

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _is_for_rasa(self, message: UserUttered) -> bool:
        """Whether there is anything to answer: that somebody opened the chat is told to an assistant that knows it."""
        return message.understood.stage != "opened" or message.understood.intent.name in self._assistant().intents

    async def _ask(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """The server's answer as JSON; raises DialogueError, which repeats nothing of what was said."""
        try:
            async with self._open_session().request(
                method, self._url + path, json=body, params={**self._query, **query}, headers=trace_headers()
            ) as response:
                if response.status != 200:
                    raise DialogueError(f"Rasa answered {response.status} at {path}. {_what_to_do(response.status)}")
                return await response.json(content_type=None)
        except TimeoutError as error:
            raise DialogueError(
                f"Rasa took more than {self._timeout.total_seconds():g} s at {path}. Its log may say why."
            ) from error
        except (aiohttp.ClientError, OSError) as error:
            raise DialogueError(
                f"Rasa cannot be reached at {self._url} ({type(error).__name__}). "
                "Start it, or correct OVERTURE_RASA_URL."
            ) from error
        except ValueError as error:
            raise _nonsense(path) from error

    def _open_session(self) -> aiohttp.ClientSession:
        # Made here, since a session belongs to the event loop that is running when it is made.
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=self._timeout.total_seconds()), cookie_jar=aiohttp.DummyCookieJar()
            )
        return self._session


# ---------------------------------------------------------------- from us to Rasa


def _what_is_asked(tracker: Tracker) -> UserUttered | FollowupAction | None:
    """The message or the action that waits for an answer; None when the last one was answered."""
    for event in reversed(tracker.recent):
        match event:
            case ActionExecuted():
                return None
            case UserUttered() | FollowupAction(name=str()):
                return event
    return None


def _untold(tracker: Tracker) -> list[Event]:
    """What we changed since Rasa last answered."""
    changes: list[Event] = []
    for event in reversed(tracker.recent):
        if isinstance(event, ActionExecuted):
            break
        if isinstance(event, SlotSet | ActiveLoop):
            changes.append(event)
    return changes[::-1]


def _said(message: UserUttered) -> str:
    """The text or a button's payload; where nothing was said (a trigger, an opened chat), the intent as its payload."""
    understood = message.understood
    if understood.stage not in ("external", "opened"):
        return understood.text
    entities = {entity.name: entity.value for entity in understood.entities}
    return f"/{understood.intent.name}" + (json.dumps(entities) if entities else "")


# ---------------------------------------------------------------- from Rasa to us


def _spoken(messages: Any) -> Effects:
    """What is to be said and done. An action does something to the person by a custom message: `{"overture": effect}`.

    Custom messages that are not ours are for other front ends, and passed over.
    """
    if not isinstance(messages, list) or not all(isinstance(message, Mapping) for message in messages):
        raise _nonsense("/webhooks/rest/webhook")
    customs = [message["custom"] for message in messages if isinstance(message.get("custom"), Mapping)]
    done = [{"event": PERSON_KEY, "effect": custom[PERSON_KEY]} for custom in customs if PERSON_KEY in custom]
    said = [{key: message.get(key) for key in SPOKEN} for message in messages if any(map(message.get, SPOKEN))]
    try:
        answer = read_answer(BY_RASA, {"events": done, "responses": said}, took=timedelta())
    except ActionError as error:
        raise DialogueError(str(error)) from error
    return [*answer.says, *answer.effects]


def _differences(tracker: Tracker, state: Mapping[str, Any]) -> list[Event]:
    """How Rasa's slots and form differ from ours."""
    changes: list[Event] = [
        SlotSet(name, value) for name, value in state["slots"].items() if tracker.slots.get(name) != value
    ]
    form, ours = _open_form(state), tracker.loop.name if tracker.loop else None
    return changes if form == ours else [*changes, ActiveLoop(form)]


def _open_form(state: Mapping[str, Any]) -> str | None:
    name: str | None = (state.get("active_loop") or {}).get("name")
    return name


def _slots_given(events: Sequence[Mapping[str, Any]]) -> list[Event]:
    """The slots that were set since the customer last spoke."""
    given: list[Event] = []
    for event in reversed(events):
        if event["event"] == "user":
            break
        if event["event"] == "slot":
            given.append(SlotSet(event["name"], event["value"]))
    return given[::-1]


def _what_to_do(status: int) -> str:
    if status in (401, 403):
        return "OVERTURE_RASA_TOKEN wants the token that it was started with (--auth-token)."
    if status == 404:
        return "Start it with its HTTP API (--enable-api) and with the rest channel in credentials.yml."
    return "Its log may say why."


def _nonsense(path: str) -> DialogueError:
    return DialogueError(f"what answers at {path} is no Rasa 3 server. OVERTURE_RASA_URL should name one.")

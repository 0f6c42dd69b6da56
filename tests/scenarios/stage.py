"""Plays a scenario: the service as it is wired, in its sandbox, its loops turned by hand so that nothing is timed.

A scenario is a list of steps, each one thing that somebody does or sees:

    - visitor opens the chat
    - visitor: I'd like a demo                     says it in the website's chat
    - visitor presses: Yes                         presses the button of that title in the last message
    - bot: [your name]                             the bot's lines since the last step contain these
    - bot says nothing
    - offered: [Yes, No]                           the last line of the bot's has exactly these buttons
    - phone: next week works                       texts us
    - phone hears: [Harbourline, STOP]             one text message since the last time contains all of these
    - phone hears in all: [Harbourline, STOP]      the text messages since the last time contain these
    - phone hears nothing
    - rep claims | rep hands back                  presses the card's button in Slack
    - rep: Hello, I am Ana                         answers in the thread
    - person: Hello, I am Ana                      the visitor sees it as a person's message
    - desk: [demo]                                 the desk's messages contain these
    - crm: {lifecyclestage: lead}                  the CRM's record has these properties
    - later: 1d                                    the clock moves on; it starts on a Tuesday at 10:00 UTC
    - withheld: no consent                         a decision record since the last time says so
    - slots: {team_size: 80}
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from bot.adapters.clock import SandboxClock
from bot.domain.conversation import Conversation
from bot.domain.ids import ConversationId
from bot.entrypoints.serving.http import Server
from bot.entrypoints.wiring.service import Service, open_service
from bot.services.advance import advance_due
from bot.services.converse import converse
from bot.services.deliver import deliver_due
from bot.services.keep_schedule import keep_schedules
from bot.settings import Settings
from tests.lending import lend_model, lend_store
from tests.ports import free_port

PHONE = "+447700900123"
TUESDAY = 1
DURATION = re.compile(r"(\d+)\s*([mhd])")
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Stage:
    """One service, one visitor with a phone, one rep."""

    def __init__(self, service: Service, http: ClientSession, address: str) -> None:
        self.service = service
        self._http = http
        self.address = address
        self._token = ""
        self._visitor = ""
        self._seen: dict[str, int] = {}

    def somebody_else(self) -> Stage:
        """Another visitor of the same service."""
        return Stage(self.service, self._http, self.address)

    # ------------------------------------------------------------ what people do

    async def visitor_opens_the_chat(self) -> None:
        await self._renew_token()
        await self.settle()

    async def _renew_token(self) -> None:
        session = await self._post("/channels/webchat/session", {"time_zone": "Europe/London", "locale": "en-GB"})
        self._token, self._visitor = session["token"], session["visitor"]

    async def visitor_says(self, text: str, payload: str | None = None) -> None:
        """The widget renews its token before it sends; days may have passed."""
        await self._renew_token()
        body = {"id": str(uuid4()), "text": text, **({"payload": payload} if payload else {})}
        await self._post("/channels/webchat/messages", body)
        await self.settle()

    async def visitor_presses(self, title: str) -> None:
        offered = [
            button for item in await self.feed(f"webchat:{self._visitor}") for button in item.get("buttons") or ()
        ]
        button = next((one for one in reversed(offered) if one["title"] == title), None)
        assert button is not None, f"no button {title!r}; offered: {[one['title'] for one in offered]}"
        await self.visitor_says(title, button["payload"])

    async def phone_texts(self, text: str) -> None:
        await self._act("sms", {"deed": "text", "from": PHONE, "body": text})

    async def rep_clicks(self, action: str) -> None:
        card = await self._card()
        buttons = {
            element["action_id"]: element.get("value", "")
            for block in card["blocks"]
            if block["type"] == "actions"
            for element in block["elements"]
        }
        assert action in buttons, f"the card has no button {action}: {list(buttons)}"
        await self._act(
            "slack",
            {"deed": "click", "ts": card["ts"], "action_id": action, "value": buttons[action], "user": "ana"},
        )

    async def rep_says(self, text: str) -> None:
        card = await self._card()
        await self._act("slack", {"deed": "reply", "thread_ts": card["ts"], "text": text, "user": "ana"})

    def wait_for_tuesday_morning(self) -> None:
        """Every scenario begins on a Tuesday at 10:00 UTC, whatever the day on which it is played."""
        clock = self._clock
        today = clock.now().replace(hour=10, minute=0, second=0, microsecond=0)
        clock.forward(today + timedelta(days=(TUESDAY - today.weekday()) % 7 or 7) - clock.now())

    @property
    def _clock(self) -> SandboxClock:
        clock = self.service.runtime.clock
        assert isinstance(clock, SandboxClock)
        return clock

    async def time_passes(self, duration: str) -> None:
        parts = DURATION.findall(duration)
        assert parts, f"{duration!r} is no duration such as 1d or 2h"
        self._clock.forward(sum((timedelta(**{UNITS[unit]: int(number)}) for number, unit in parts), timedelta()))
        await self.settle()

    # ------------------------------------------------------------ what people see

    async def feed(self, name: str) -> list[Mapping[str, Any]]:
        return list(await self.service.feeds.items(name))

    async def fresh(self, name: str, mark: str) -> list[Mapping[str, Any]]:
        """The feed's items that were not looked at under this mark before."""
        items = await self.feed(name)
        new = items[self._seen.get(mark, 0) :]
        self._seen[mark] = len(items)
        return new

    async def lines_by(self, author: str, mark: str) -> list[str]:
        return [item["text"] for item in await self.fresh(f"webchat:{self._visitor}", mark) if item["from"] == author]

    async def last_line(self) -> Mapping[str, Any]:
        return [item for item in await self.feed(f"webchat:{self._visitor}") if item["from"] == "bot"][-1]

    async def texts(self) -> list[str]:
        return [
            item["body"]
            for item in await self.fresh("sandbox:sms", "phone")
            if item["direction"] == "to_customer" and item["to"] == PHONE
        ]

    async def conversation(self) -> Conversation:
        async with self.service.runtime.store.transaction() as uow:
            found = await uow.conversations.at("webchat", self._visitor)
        assert found is not None
        return found

    # ------------------------------------------------------------ turning the loops by hand

    async def settle(self) -> None:
        """Take every turn, advance every due journey and deliver what is due, until all is still."""
        runtime = self.service.runtime
        for _ in range(200):
            async with runtime.store.transaction() as uow:
                waiting = await uow.inbox.waiting_conversations(runtime.clock.now(), 100)
            done = [await converse(runtime, ConversationId(one)) for one in waiting]
            if not (
                any(done) or await keep_schedules(runtime) or await advance_due(runtime) or await deliver_due(runtime)
            ):
                return
        raise AssertionError("it never became still")

    async def _card(self) -> dict[str, Any]:
        items = await self.feed("sandbox:slack")
        posts = [dict(item) for item in items if item["type"] == "post" and not item["thread_ts"] and item["blocks"]]
        assert posts, "the desk has no card"
        card = posts[-1]
        for item in items:
            if item["type"] == "update" and item["ts"] == card["ts"]:
                card["blocks"] = item["blocks"]
        return card

    async def _act(self, vendor: str, deed: Mapping[str, Any]) -> None:
        await self._post(f"/playground/act/{vendor}", deed)
        await self.settle()

    async def _post(self, path: str, body: Mapping[str, Any]) -> Any:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        async with self._http.post(f"{self.address}{path}", json=body, headers=headers) as response:
            text = await response.text()
            assert response.status < 300, f"{path}: {response.status} {text}"
        return json.loads(text) if text.startswith("{") else text


@asynccontextmanager
async def set_stage(folder: Path, **values: Any) -> AsyncIterator[Stage]:
    """The sample assistant and journeys, wired as `make run` does, on SQLite in `folder`; `values` are settings."""
    lend_model(folder)
    lend_store(folder)
    settings = Settings(data=folder, port=free_port(), _env_file=None, **values)  # type: ignore[call-arg]
    async with open_service(settings) as service:
        server = TestServer(Server(service).application(), host="127.0.0.1", port=settings.port)
        async with server, ClientSession() as http:
            stage = Stage(service, http, f"http://127.0.0.1:{settings.port}")
            stage.wait_for_tuesday_morning()
            yield stage


async def play(stage: Stage, steps: list[Any]) -> None:
    """Play the steps in order; the first that fails says which it was."""
    for number, step in enumerate(steps, start=1):
        word, value = (step, None) if isinstance(step, str) else next(iter(step.items()))
        assert word in STEPS, f"step {number}: there is no step {word!r}"
        try:
            await STEPS[word](stage, value)
        except AssertionError as error:
            raise AssertionError(f"step {number}, {word}: {error}") from error


def _contains(lines: list[str], wanted: Any) -> None:
    joined = "\n".join(lines)
    for part in wanted if isinstance(wanted, list) else [wanted]:
        assert str(part).lower() in joined.lower(), f"{part!r} is not in:\n{joined or '(nothing)'}"


async def _bot(stage: Stage, wanted: Any) -> None:
    _contains(await stage.lines_by("bot", "bot"), wanted)


async def _bot_says_nothing(stage: Stage, _: Any) -> None:
    lines = await stage.lines_by("bot", "bot")
    assert not lines, f"the bot said {lines}"


async def _offered(stage: Stage, wanted: list[str]) -> None:
    titles = [button["title"] for button in (await stage.last_line())["buttons"]]
    assert titles == wanted, f"{titles} are offered"


async def _person(stage: Stage, wanted: Any) -> None:
    _contains(await stage.lines_by("person", "person"), wanted)


async def _system(stage: Stage, wanted: Any) -> None:
    _contains(await stage.lines_by("system", "system"), wanted)


async def _phone_hears(stage: Stage, wanted: Any) -> None:
    texts = await stage.texts()
    assert len(texts) == 1, f"{len(texts)} text messages came, not one: {texts}"
    _contains(texts, wanted)


async def _phone_hears_in_all(stage: Stage, wanted: Any) -> None:
    _contains(await stage.texts(), wanted)


async def _phone_hears_nothing(stage: Stage, _: Any) -> None:
    texts = await stage.texts()
    assert not texts, f"the phone got {texts}"


async def _desk(stage: Stage, wanted: Any) -> None:
    items = await stage.fresh("sandbox:slack", "desk")
    _contains([json.dumps(item, ensure_ascii=False) for item in items], wanted)


async def _desk_sees_nothing(stage: Stage, _: Any) -> None:
    items = await stage.fresh("sandbox:slack", "desk")
    assert not items, f"the desk got {items}"


async def _crm(stage: Stage, wanted: Mapping[str, Any]) -> None:
    contacts = [item for item in await stage.feed("sandbox:hubspot") if item["type"] == "contact"]
    assert contacts, "the CRM has no contact"
    assert len({contact["id"] for contact in contacts}) == 1, "the CRM has more than one contact"
    properties = contacts[-1]["properties"]
    for name, value in wanted.items():
        assert str(properties.get(name)) == str(value), f"{name} is {properties.get(name)!r}, not {value!r}"


async def _withheld(stage: Stage, wanted: Any) -> None:
    decisions = await stage.fresh("decisions", "withheld")
    _contains([item["why"] for item in decisions if item["outcome"] == "withhold"], wanted)


async def _slots(stage: Stage, wanted: Mapping[str, Any]) -> None:
    slots = (await stage.conversation()).tracker.slots
    for name, value in wanted.items():
        assert slots.get(name) == value, f"{name} is {slots.get(name)!r}, not {value!r}"


STEPS: Mapping[str, Callable[[Stage, Any], Any]] = {
    "visitor opens the chat": lambda stage, _: stage.visitor_opens_the_chat(),
    "visitor": lambda stage, text: stage.visitor_says(str(text)),
    "visitor presses": lambda stage, title: stage.visitor_presses(title),
    "phone": lambda stage, text: stage.phone_texts(text),
    "rep claims": lambda stage, _: stage.rep_clicks("handoff_claim"),
    "rep hands back": lambda stage, _: stage.rep_clicks("handoff_hand_back"),
    "rep": lambda stage, text: stage.rep_says(text),
    "later": lambda stage, duration: stage.time_passes(duration),
    "bot": _bot,
    "bot says nothing": _bot_says_nothing,
    "offered": _offered,
    "person": _person,
    "system": _system,
    "phone hears": _phone_hears,
    "phone hears in all": _phone_hears_in_all,
    "phone hears nothing": _phone_hears_nothing,
    "desk": _desk,
    "desk sees nothing": _desk_sees_nothing,
    "crm": _crm,
    "withheld": _withheld,
    "slots": _slots,
}

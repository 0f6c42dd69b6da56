"""The contract of ActionRunner, on both implementations: rasa-sdk in this process, and its own server over HTTP."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.adapters.rasa.actions import ActionServer, InProcessActions, executor_of
from bot.domain.assistant import Assistant, DeclaredEntity, Form, Slot
from bot.domain.conversation import (
    ActionExecutionRejected,
    ActiveLoop,
    AllSlotsReset,
    BotUttered,
    ConversationPaused,
    ConversationResumed,
    FollowupAction,
    OpenLoop,
    ReminderCancelled,
    ReminderScheduled,
    Restarted,
    SlotSet,
    Tracker,
    UserUttered,
)
from bot.domain.effects import ActionResult, CancelReminder, Emit, RequestHandoff, Say, ScheduleReminder
from bot.domain.errors import ActionError, SettingsError
from bot.domain.ids import ConversationId, MessageId
from bot.domain.message import Button, Text
from bot.domain.understanding import Entity, IntentScore, Understood
from bot.ports import ActionRunner
from tests.ports import free_port

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECRET = "my secret is 12345"
ROOT = Path(__file__).parents[4]

ASSISTANT = Assistant(
    intents={"inform": None, "ask": ("city",)},
    entities={"city": DeclaredEntity("city")},
    slots={"city": Slot("city", "text"), "size": Slot("size", "float", max_value=10.0)},
    forms={"trip_form": Form("trip_form", ("city", "size"))},
    responses={},
    actions=frozenset({"action_echo"}),
    rules=(),
    stories=(),
)

# Actions as a third party would write them.
ACTIONS = """
import asyncio
from datetime import datetime, timezone
from rasa_sdk import Action, ActionExecutionRejection, FormValidationAction
from rasa_sdk import events

NOON = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)


class Echo(Action):
    def name(self):
        return "action_echo"

    async def run(self, dispatcher, tracker, domain):
        message = tracker.latest_message
        said = {
            "text": message["text"],
            "intent": message["intent"]["name"],
            "entities": list(tracker.get_latest_entity_values("city")),
            "person": message["metadata"]["overture"],
            "page": message["metadata"].get("page"),
            "channel": tracker.get_latest_input_channel(),
            "loop": tracker.active_loop_name,
            "slots": tracker.slots,
            "before": tracker.latest_action_name,
            "sender": tracker.sender_id,
            "last_bot": tracker.get_last_event_for("bot"),
            "forms": domain["forms"],
        }
        return [events.SlotSet("echo", said)]


class Everything(Action):
    def name(self):
        return "action_everything"

    def run(self, dispatcher, tracker, domain):  # not a coroutine: rasa-sdk takes both
        dispatcher.utter_message(
            text="Hello", buttons=[{"title": "A", "payload": "/a"}, {"title": "B"}], image="https://example.com/a.png"
        )
        dispatcher.utter_message(response="utter_greet", name="Ana")
        dispatcher.utter_message(text="With a payload", json_message={"a": 1})
        dispatcher.utter_message(text="")  # nothing is said
        dispatcher.utter_message(
            text="Which?",
            buttons=[{"title": "Ours", "type": "web_url", "url": "https://example.com"}],
            quick_replies=[{"title": "C", "payload": "/c"}],
        )
        return [
            events.SlotSet("a", [1, 2]),
            events.FollowupAction("action_next"),
            events.ActiveLoop("trip_form"),
            events.ActiveLoop(None),
            events.AllSlotsReset(),
            events.Restarted(),
            events.ConversationPaused(),
            events.ConversationResumed(),
            events.BotUttered("told", data={"buttons": [{"title": "D", "payload": "/d"}]}, metadata={"a": 1}),
            events.ReminderScheduled("call_back", NOON, name="call"),
            events.ReminderCancelled("other"),
            {"event": "overture", "effect": {"kind": "emit", "event": "demo.requested", "data": {"n": 1}}},
            {"event": "overture", "effect": {"kind": "request_handoff", "reason": "asked"}},
        ]


class Rejects(Action):
    def name(self):
        return "action_rejects"

    def run(self, dispatcher, tracker, domain):
        raise ActionExecutionRejection(self.name())


class Raises(Action):
    def name(self):
        return "action_raises"

    def run(self, dispatcher, tracker, domain):
        raise RuntimeError(tracker.latest_message["text"])


class Sleeps(Action):
    def name(self):
        return "action_sleeps"

    async def run(self, dispatcher, tracker, domain):
        await asyncio.sleep(30)


class ValidateTrip(FormValidationAction):
    def name(self):
        return "validate_trip_form"

    def validate_city(self, value, dispatcher, tracker, domain):
        return {"city": value.title()}

    def validate_size(self, value, dispatcher, tracker, domain):
        return {"size": value.strip() + " rooms"}


class Scripted(Action):
    def name(self):
        return "action_scripted"

    def run(self, dispatcher, tracker, domain):
        dispatcher.messages.extend(tracker.get_slot("messages") or [])
        return tracker.get_slot("events") or []
"""
NONSENSE: list[dict[str, Any]] = [
    {"events": [{"event": "slot", "value": 1}]},
    {"events": [{"event": "reminder", "name": "x"}]},
    {"events": [{"event": "overture", "effect": {"tag": "an effect without a kind"}}]},
    {"events": [{"event": "overture", "effect": {"kind": "explode"}}]},
    {"events": [{"event": "overture", "effect": {"kind": "sync_crm", "nte": "misspelt"}}]},
    {"events": [{"event": "overture", "effect": {"kind": "change_score", "points": "many"}}]},
    {"events": [{"event": "overture"}]},
]
CONTEXT = {"profile": {"id": "p1", "name": "Ana"}, "lead": {"fit": 1}, "channel": "webchat", "now": NOW.isoformat()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("third_party")
    package = folder / "third_party_actions"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "actions.py").write_text(textwrap.dedent(ACTIONS))
    return folder


@pytest.fixture(scope="module")
def package(folder: Path) -> Iterator[str]:
    sys.path.insert(0, str(folder))
    yield "third_party_actions"
    sys.path.remove(str(folder))


@pytest.fixture(scope="module")
def server_url(folder: Path) -> Iterator[str]:
    """rasa-sdk's own action server on a free port."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "bot", "actions", "third_party_actions", "--port", str(port)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)]), "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        give_up_at = time.monotonic() + 60
        while not is_listening(port):
            assert server.poll() is None, "the server ended before it answered"
            assert time.monotonic() < give_up_at, "the server did not begin to listen"
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/webhook"
    finally:
        server.terminate()
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(params=["in process", "server"])
async def runner(request: pytest.FixtureRequest, package: str) -> AsyncIterator[ActionRunner]:
    made: ActionRunner
    if request.param == "in process":
        made = InProcessActions(package, lambda: ASSISTANT, timeout=timedelta(seconds=2))
    else:
        made = ActionServer(request.getfixturevalue("server_url"), lambda: ASSISTANT, timeout=timedelta(seconds=2))
    yield made
    await made.close()


def tracker() -> Tracker:
    understood = Understood(
        SECRET,
        IntentScore("inform", 0.9),
        entities=(Entity("city", "York", "york", 0, 4),),
        ranking=(IntentScore("inform", 0.9),),
    )
    started = Tracker(ConversationId("c1"), slots={"size": 3.0})
    return started.apply_all(
        [
            BotUttered("Which city?", response="utter_ask_city", at=NOW, buttons=(Button("York", "/inform"),)),
            ActiveLoop("trip_form", at=NOW),
            UserUttered(SECRET, understood, MessageId("m1"), NOW, "webchat"),
            SlotSet("city", "york", at=NOW),
        ]
    )


def said_in(result: ActionResult) -> dict[str, Any]:
    event = result.events[0]
    assert isinstance(event, SlotSet)
    said = event.value
    assert isinstance(said, dict)
    return said


async def test_an_action_sees_the_conversation_as_rasa_shows_it(runner: ActionRunner) -> None:
    said = said_in(await runner.run("action_echo", tracker(), {**CONTEXT, "metadata": {"page": "/pricing"}}))
    assert said["text"] == SECRET
    assert said["page"] == "/pricing"  # as Rasa has it, beside what is ours
    assert said["intent"] == "inform"
    assert said["entities"] == ["York"]
    assert said["person"] == CONTEXT
    assert said["channel"] == "webchat"
    assert said["loop"] == "trip_form"
    assert said["slots"] == {"size": 3.0, "city": "york", "requested_slot": None}
    assert said["before"] == "action_listen"
    assert said["sender"] == "c1"
    assert said["last_bot"]["text"] == "Which city?"
    assert said["last_bot"]["metadata"] == {"utter_action": "utter_ask_city"}
    assert said["last_bot"]["data"] == {"buttons": [{"title": "York", "payload": "/inform"}]}
    assert said["last_bot"]["timestamp"] == NOW.timestamp()
    assert said["forms"] == {"trip_form": {"required_slots": ["city", "size"], "ignored_intents": []}}


async def test_an_action_sees_the_name_that_a_caller_gave_the_talk(runner: ActionRunner) -> None:
    said = said_in(await runner.run("action_echo", tracker(), {**CONTEXT, "sender": "customer-7"}))
    assert said["sender"] == "customer-7"
    assert said["person"] == CONTEXT


async def test_an_action_runs_where_nobody_has_said_anything_yet(runner: ActionRunner) -> None:
    silent = Tracker(ConversationId("c2"), loop=OpenLoop("trip_form"))
    result = await runner.run("validate_trip_form", silent, CONTEXT)
    assert result.events == ()


async def test_every_event_message_and_effect_is_taken_over(runner: ActionRunner) -> None:
    result = await runner.run("action_everything", tracker(), CONTEXT)
    assert result.took > timedelta()
    assert replace(result, took=timedelta()) == ActionResult(
        events=(
            SlotSet("a", [1, 2]),
            FollowupAction("action_next"),
            ActiveLoop("trip_form"),
            ActiveLoop(None),
            AllSlotsReset(),
            Restarted(),
            ConversationPaused(),
            ConversationResumed(),
            ReminderScheduled("call", "call_back", NOON),
            ReminderCancelled("other"),
        ),
        says=(
            Say(Text("Hello", (Button("A", "/a"), Button("B", "B")), "https://example.com/a.png")),
            Say(Text(""), response="utter_greet", arguments={"name": "Ana"}),
            Say(Text("With a payload", extras={"custom": {"a": 1}})),
            Say(Text("")),
            Say(Text("Which?", (Button("Ours", "https://example.com"), Button("C", "/c")))),
            Say(Text("told", (Button("D", "/d"),))),
        ),
        effects=(
            ScheduleReminder("call", "call_back", NOON),
            CancelReminder("other"),
            Emit("demo.requested", {"n": 1}),
            RequestHandoff("asked"),
        ),
    )


async def test_form_validation_sees_the_candidates_of_this_message(runner: ActionRunner) -> None:
    result = await runner.run("validate_trip_form", tracker(), CONTEXT)
    assert result.events == (SlotSet("city", "York"),)


async def test_form_validation_is_given_the_words_in_which_a_number_was_told(runner: ActionRunner) -> None:
    told = tracker().apply(SlotSet("size", 4, NOW, told="4"))
    result = await runner.run("validate_trip_form", told, CONTEXT)
    assert SlotSet("size", "4 rooms") in result.events


async def test_a_rejected_execution_comes_back_as_its_event(runner: ActionRunner) -> None:
    result = await runner.run("action_rejects", tracker(), CONTEXT)
    assert result.events == (ActionExecutionRejected("action_rejects"),)


@pytest.mark.parametrize("action", ["action_raises", "action_missing"])
async def test_what_goes_wrong_is_a_sentence_without_the_customers_text(runner: ActionRunner, action: str) -> None:
    with pytest.raises(ActionError) as raised:
        await runner.run(action, tracker(), CONTEXT)
    assert action in str(raised.value)
    assert SECRET not in str(raised.value)
    assert str(raised.value).endswith(".")


@pytest.mark.parametrize(
    "alone", [{"custom": {"a": 1}}, {"attachment": {"type": "video"}}, {"elements": [{"title": "A"}]}], ids=str
)
async def test_what_only_some_channels_can_show_is_a_message_of_its_own(
    runner: ActionRunner, alone: dict[str, Any]
) -> None:
    script = {"messages": [{"text": "Look:"}, alone]}
    result = await runner.run("action_scripted", replace(tracker(), slots=script), CONTEXT)
    assert result.says == (Say(Text("Look:")), Say(Text("", extras=alone)))


@pytest.mark.parametrize("script", NONSENSE)
async def test_nonsense_is_a_sentence_about_the_action(runner: ActionRunner, script: dict[str, Any]) -> None:
    with pytest.raises(ActionError, match='"action_scripted" answered'):
        await runner.run("action_scripted", replace(tracker(), slots=script), CONTEXT)


async def test_an_action_that_takes_too_long_is_given_up(package: str, server_url: str) -> None:
    at_most = timedelta(milliseconds=200)
    for made in (
        InProcessActions(package, lambda: ASSISTANT, timeout=at_most),
        ActionServer(server_url, lambda: ASSISTANT, timeout=at_most),
    ):
        with pytest.raises(ActionError, match=r"took more than 0\.2 s"):
            await made.run("action_sleeps", tracker(), CONTEXT)
        await made.close()


async def test_two_calls_do_not_see_each_others_changes(runner: ActionRunner) -> None:
    unchanged = tracker()
    first = await runner.run("validate_trip_form", unchanged, CONTEXT)
    second = await runner.run("validate_trip_form", unchanged, CONTEXT)
    assert first.events == second.events
    assert unchanged.slots["city"] == "york"


# ---------------------------------------------------------------- one of the two only


def test_in_process_only_its_own_actions_are_known(package: str) -> None:
    made = InProcessActions(package, lambda: ASSISTANT)
    assert made.knows("action_echo")
    assert not made.knows("action_missing")


def test_the_actions_of_other_packages_and_bases_without_a_name_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, action in (("one_package", "first"), ("another_package", "second")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(
            f"from rasa_sdk import Action\nclass Base(Action):\n    pass\n"
            f"class Own(Base):\n    def name(self):\n        return '{action}'\n"
        )
    monkeypatch.syspath_prepend(str(tmp_path))
    one, another = (InProcessActions(name, lambda: ASSISTANT) for name in ("one_package", "another_package"))
    assert [one.knows("first"), one.knows("second")] == [True, False]
    assert [another.knows("first"), another.knows("second")] == [False, True]


ORDERS = """
from rasa_sdk import Action
from actions import effects

class OrderStatus(Action):
    def name(self):
        return "action_order_status"

    def run(self, dispatcher, tracker, domain):
        return [effects.add_tag("orders")]

class HandOff(Action):
    def name(self):
        return "action_hand_off"

    def run(self, dispatcher, tracker, domain):
        return []
"""


@pytest.mark.parametrize("where", ["here", "beside"])
def test_a_package_of_ones_own_lies_in_the_current_folder_or_beside_the_assistant(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shop_actions.py").write_text(ORDERS)
    monkeypatch.setattr(sys, "path", [one for one in sys.path if one])
    monkeypatch.chdir(tmp_path if where == "here" else ROOT)
    executor = executor_of("shop_actions", beside=tmp_path / "shop" if where == "beside" else None)
    monkeypatch.delitem(sys.modules, "shop_actions")
    assert executor.actions["action_order_status"].__module__ == "shop_actions"
    assert executor.actions["action_hand_off"].__module__ == "shop_actions", "theirs goes before ours of that name"
    assert executor.actions["action_cancel"].__module__ == "actions.patterns"


def test_a_server_of_actions_runs_what_lies_in_its_folder_beside_overtures(tmp_path: Path) -> None:
    (tmp_path / "actions").mkdir()
    (tmp_path / "actions" / "__init__.py").write_text("")
    (tmp_path / "actions" / "orders.py").write_text(ORDERS.replace("from actions import effects", "effects = None"))
    code = (
        "from pathlib import Path; from bot.adapters.rasa.actions import executor_of\n"
        "found = executor_of('actions', here=Path.cwd()).actions\n"
        "print(found['action_order_status'].__module__, found['action_hand_off'].__module__, 'action_cancel' in found)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code]
    told = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["actions.orders", "actions.orders", "True"]


def test_the_actions_of_a_folder_without_an_init_are_known_where_its_modules_are_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in rasa-sdk, which knows all that is imported: `from .orders.status import Status` brings its neighbours."""
    (tmp_path / "deep_actions" / "orders").mkdir(parents=True)
    (tmp_path / "deep_actions" / "__init__.py").write_text("from .orders.status import Status\n")
    (tmp_path / "deep_actions" / "orders" / "status.py").write_text(ORDERS + "class Status:\n    pass\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert InProcessActions("deep_actions", lambda: ASSISTANT).knows("action_order_status")


def test_a_package_that_cannot_be_imported_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken_actions").mkdir()
    (tmp_path / "broken_actions" / "__init__.py").write_text("")
    (tmp_path / "broken_actions" / "lead.py").write_text("import no_such_library")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(SettingsError, match="no_such_library"):
        InProcessActions("broken_actions", lambda: ASSISTANT)
    with pytest.raises(SettingsError, match="absent_actions"):
        InProcessActions("absent_actions", lambda: ASSISTANT)


def test_an_action_that_cannot_be_made_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as one that reads its data at once, from a file that is not there."""
    (tmp_path / "lost_actions.py").write_text(
        "from rasa_sdk import Action\nclass Lost(Action):\n    def __init__(self):\n        open('no_such_file.json')\n"
        "    def name(self):\n        return 'action_lost'\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(SettingsError, match="The action class Lost in lost_actions cannot be made: FileNotFoundError"):
        InProcessActions("lost_actions", lambda: ASSISTANT)


async def test_a_server_that_is_not_there_is_a_sentence() -> None:
    made = ActionServer("http://127.0.0.1:9", lambda: ASSISTANT)
    assert made.knows("anything")
    with pytest.raises(ActionError, match="overture actions"):
        await made.run("action_echo", tracker(), CONTEXT)
    await made.close()


@pytest.mark.parametrize(
    "body", [b"<html>", b"[]", b"{}", b'{"events": 1, "responses": []}', b'{"events": ["x"], "responses": []}']
)
async def test_a_server_that_answers_something_else_is_a_sentence(body: bytes) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    application = web.Application()
    application.router.add_post("/webhook", answer)
    running = web.AppRunner(application)
    await running.setup()
    site = web.TCPSite(running, "127.0.0.1", 0)
    await site.start()
    host, port = running.addresses[0][:2]
    made = ActionServer(f"http://{host}:{port}", lambda: ASSISTANT)
    try:
        with pytest.raises(ActionError, match="Is that an action server"):
            await made.run("action_echo", tracker(), CONTEXT)
    finally:
        await made.close()
        await running.cleanup()

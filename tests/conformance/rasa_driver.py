"""Has real Rasa hold conversations: a script (JSON) in, what Rasa did at each turn (JSON) out.

Runs in Rasa's own environment (Python 3.10, `rasa==3.6.21`) and imports nothing of the bot:
`python -m tests.conformance.rasa_driver script.json turns.json`. The README of this folder shows the shapes.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

os.environ["RASA_TELEMETRY_ENABLED"] = "false"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

import rasa.model_training  # noqa: E402
import structlog  # noqa: E402
from rasa.core.agent import Agent  # noqa: E402
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage  # noqa: E402
from rasa.core.tracker_store import InMemoryTrackerStore  # noqa: E402
from rasa.utils.endpoints import ClientResponseError, EndpointConfig  # noqa: E402
from rasa_sdk import ActionExecutionRejection  # noqa: E402

from tests.conformance.custom_actions import CustomActions  # noqa: E402
from tests.conformance.events import in_short  # noqa: E402

REFUSED = 400


class ActionsInProcess(EndpointConfig):  # type: ignore[misc]
    """Takes the action server's place."""

    def __init__(self, actions: CustomActions) -> None:
        super().__init__(url="http://in.process")
        self.actions = actions

    async def request(self, *_: Any, json: dict[str, Any], **__: Any) -> dict[str, Any]:
        try:
            return await self.actions.run(json)
        except ActionExecutionRejection as rejection:
            raise _refusal(rejection.action_name) from rejection


def _refusal(action: str) -> ClientResponseError:
    return ClientResponseError(REFUSED, "", json.dumps({"action_name": action}))


def train(assistant: Path, policies: list[str], folder: Path) -> str:
    """Train the assistant's dialogue, without its own configuration; where the model is."""
    config = folder / "config.yml"
    config.write_text(
        json.dumps(
            {
                "recipe": "default.v1",
                "assistant_id": "conformance",
                "language": "en",
                "pipeline": [],
                "policies": [{"name": policy} for policy in policies],
            }
        )
    )
    data = assistant / "data"
    model = rasa.model_training.train_core(
        domain=str(assistant / "domain.yml"), config=str(config), stories=str(data), output=str(folder)
    )
    if model is None:
        raise SystemExit(f"Rasa could not train {assistant.name}; what it says is above.")
    return str(model)


async def hold(agent: Agent, conversation: Mapping[str, Any], sender: str) -> list[dict[str, Any]]:
    """Every turn of the conversation, as Rasa takes it."""
    channel = _channel(conversation.get("channel", "rest"))
    turns = []
    for heard in conversation["turns"]:
        message = UserMessage(heard["text"], channel, sender, _parse_data(heard), channel.name(), "message")
        await agent.handle_message(message)
        tracker = await agent.tracker_store.retrieve_full_tracker(sender)
        turns.append(_turn([event.as_dict() for event in tracker.events], tracker.current_state()))
    return turns


def _channel(name: str) -> CollectingOutputChannel:
    """A channel of this name that keeps what is said."""
    return type("Channel", (CollectingOutputChannel,), {"name": classmethod(lambda _: name)})()


def _parse_data(heard: Mapping[str, Any]) -> dict[str, Any] | None:
    """The reading that the script gives; None leaves a text such as `/greet` to Rasa's own reader."""
    if "intent" not in heard:
        return None
    intent = {"name": heard["intent"], "confidence": 1.0}
    return {
        "text": heard["text"],
        "intent": intent,
        "entities": [{**entity, "start": 0, "end": 0} for entity in heard.get("entities", [])],
        "intent_ranking": [intent],
    }


def _turn(events: list[dict[str, Any]], state: Mapping[str, Any]) -> dict[str, Any]:
    events = events[max(index for index, event in enumerate(events) if event["event"] == "user") :]
    return {
        "actions": [[event["name"], event["policy"]] for event in events if event["event"] == "action"],
        "slots": {
            name: value
            for name, value in state["slots"].items()
            if value is not None and name != "session_started_metadata"
        },
        "loop": state["active_loop"].get("name"),
        "said": [_said(event) for event in events if event["event"] == "bot"],
        "events": list(in_short(events)),
    }


def _said(event: Mapping[str, Any]) -> dict[str, Any]:
    data = event["data"]
    said = {
        "response": event["metadata"].get("utter_action"),
        "text": event["text"],
        "buttons": [[button["title"], button["payload"]] for button in data.get("buttons") or []],
        "image": data.get("image"),
    }
    return {key: value for key, value in said.items() if value}


async def hold_all(agent: Agent, actions: CustomActions, conversations: list[dict[str, Any]]) -> list[Any]:
    held = []
    for index, conversation in enumerate(conversations):
        actions.answers = conversation.get("answers", {})
        held.append(await hold(agent, conversation, f"conversation {index}"))
    return held


def main(script_file: str, result_file: str) -> None:
    logging.captureWarnings(True)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    script = json.loads(Path(script_file).read_text())
    actions = CustomActions(script.get("actions"))
    with tempfile.TemporaryDirectory() as folder:
        os.environ["RASA_CACHE_DIRECTORY"] = folder
        model = train(Path(script["assistant"]), script["policies"], Path(folder))
        agent = Agent.load(
            model, action_endpoint=ActionsInProcess(actions), tracker_store=InMemoryTrackerStore(domain=None)
        )
        held = asyncio.run(hold_all(agent, actions, script["conversations"]))
    Path(result_file).write_text(json.dumps(held))


if __name__ == "__main__":
    main(*sys.argv[1:])

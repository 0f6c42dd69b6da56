"""Has real Rasa learn intents and read messages: a project's folder and messages (JSON) in, its readings (JSON) out.

Runs in Rasa's own environment (Python 3.10, `rasa==3.6.21`) and imports nothing of the bot:
`python -m tests.benchmarks.diet_driver FOLDER`, with `config.yml`, `nlu.yml` and `messages.json` in the folder.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import time
import warnings
from pathlib import Path
from typing import Any

os.environ["RASA_TELEMETRY_ENABLED"] = "false"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

import rasa.model_training  # noqa: E402
from rasa.core.agent import Agent  # noqa: E402


async def main(folder: Path) -> None:
    """Write `readings.json`: the likeliest intent of each message, and the CPU seconds of training and of reading."""
    messages: list[str] = json.loads((folder / "messages.json").read_text(encoding="utf-8"))
    begun = time.process_time()
    model = rasa.model_training.train_nlu(str(folder / "config.yml"), str(folder / "nlu.yml"), str(folder))
    trained = time.process_time()
    if model is None:
        raise SystemExit("Rasa could not train; what it says is above.")
    agent = Agent.load(model)
    await agent.parse_message(messages[0])  # what is only done at the first message is not what a message costs
    ready = time.process_time()
    intents = [await _intent(agent, message) for message in messages]
    readings = {
        "intents": intents,
        "training_seconds": trained - begun,
        "reading_seconds": time.process_time() - ready,
    }
    (folder / "readings.json").write_text(json.dumps(readings), encoding="utf-8")


async def _intent(agent: Any, message: str) -> str:
    return str((await agent.parse_message(message))["intent"]["name"])


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))

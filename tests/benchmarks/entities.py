"""What finding all entities of a message costs: `python -m tests.benchmarks.entities`."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from bot.adapters.understanding.encoder import common_words, source_folder
from bot.documents import parse
from bot.nlu.entities import EntityExtractor, build_extractor, found_otherwise
from bot.nlu.naming import NO_OTHER_NAMES
from bot.nlu.places import build_places
from bot.nlu.tagger_training import train_tagger
from bot.nlu.training_data import read_training_data

ROUNDS = 200
SAID_AT = datetime(2026, 11, 24, 10, tzinfo=UTC)
MESSAGES = (
    "I would like to know how your product handles shift swaps",
    "can you please tell me what happens when somebody is ill",
    "hello there I am looking for something to plan our rota",
    "thanks a lot that was very helpful I will be back",
    "we are about fifty people and would like a demo please",
    "could we meet next Tuesday at half past 3 about it",
    "our budget is £2.5k a month for the first twelve months",
    "I'm Ana from Acme and my email is ana@example.com by now",
    "please call me on 07700 900123 tomorrow morning before noon ok",
    "we have three offices in Oslo and two more in Bergen",
    "does Harbour Pro work with the payroll software that we have",
    "I do not think that this is what we need now",
)
"""Of ten to twelve words; half of them with nothing in them, or one thing."""

_TRIPS = (("Oslo", "Rome"), ("Paris", "Lisbon"), ("Rome", "Madrid"), ("Vienna", "Oslo"), ("Lisbon", "Paris"))


def an_extractor(folder: Path, *, products: int) -> EntityExtractor:
    """With a look-up table of so many made-up products, and a tagger."""
    lookup = "\n".join(f"      - {name}" for name in _products(products))
    role = '{{"entity": "stop", "role": "{}"}}'.format
    trips = "\n".join(f"      - a trip from [{start}]{role('from')} to [{end}]{role('to')}" for start, end in _TRIPS)
    text = f"""
nlu:
  - lookup: product
    examples: |
{lookup}
  - intent: travel
    examples: |
{trips}
  - intent: inform
    examples: |
      - we are [80](number) people
      - about [fifty](number) of us
"""
    data = read_training_data([parse("nlu.yml", text)])
    encoder = source_folder("")
    language = common_words(encoder) if encoder is not None else ()
    tagger = train_tagger(data, found_otherwise(NO_OTHER_NAMES), folder / "entities.crfsuite")
    return build_extractor(data, places=build_places(), language=language, tagger=tagger)


def _products(count: int) -> Iterator[str]:
    """Names of two words, the first of many letters, each once."""
    yield "Harbour Pro"
    for at in range(count - 1):
        yield f"{'bcdfghklmnprst'[at % 14]}{'aeiou'[at % 5]}r{'lmnst'[at % 5]}{'aeiou'[at // 5 % 5]}nor {at}"


def table() -> Iterator[str]:
    """The lines of the table: CPU time of one message, one thread."""
    yield "| finding all entities of a message of ten words | mean CPU, ms | slowest message, ms |\n|---|---|---|"
    for products in (10, 10_000):
        with tempfile.TemporaryDirectory() as folder:
            extractor = an_extractor(Path(folder), products=products)
            costs = [_cost(extractor, text) for text in MESSAGES]
        yield f"| {products:,} products looked up | {sum(costs) / len(costs):.2f} | {max(costs):.2f} |"


def _cost(extractor: EntityExtractor, text: str) -> float:
    begun = time.process_time()
    for _ in range(ROUNDS):
        extractor.extract(text, None, "GB", zone=ZoneInfo("Europe/London"), now=SAID_AT)
    return (time.process_time() - begun) * 1000 / ROUNDS


if __name__ == "__main__":
    for line in table():
        print(line, flush=True)

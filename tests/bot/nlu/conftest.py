"""A small assistant and a quick encoder for the tests of understanding."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from bot.documents import parse
from bot.nlu.classifier_training import train_classifier
from bot.nlu.entities import build_extractor
from bot.nlu.knowledge import Strangers, build_knowledge
from bot.nlu.knowledge_pages import knowledge_examples, read_pages
from bot.nlu.material import vectors_of
from bot.nlu.pipeline import Pipeline
from bot.nlu.training_data import TrainingData, read_training_data

EXAMPLES = """
version: "3.1"
nlu:
  - intent: greet
    examples: |
      - hello
      - hello there
      - hi there
      - good morning
      - hey, good morning
  - intent: request_demo
    examples: |
      - I want a demo
      - book a demo please
      - can I see a demo
      - show me a demo of the product
      - a demo please
  - intent: opt_out
    examples: |
      - stop texting me
      - please stop texting me
      - lose my number
      - don't text me any more
      - no more texts please
  - intent: inform
    examples: |
      - we are [80](number) people
      - about [fifty](number) of us
      - my name is [Ana](person)
      - my email is [ana@example.com](email)
      - we use the [gold]{"entity": "plan", "value": "premium"} plan
  - intent: correct
    examples: |
      - no, we are [80](number) people
      - sorry, I meant [60](number) people
      - actually it is [20](number)
      - I meant another number
  - intent: deny
    examples: |
      - no
      - nope
      - no thanks
      - rather not
      - never
  - lookup: city
    examples: |
      - Oslo
      - New York
  - synonym: New York
    examples: |
      - NYC
      - the big apple
  - regex: order
    examples: |
      - \\bHB-\\d{4}\\b
"""

PAGE = """---
title: Pricing
url: https://harbourline.example/pricing
questions:
  - How much does it cost?
  - What are your prices?
---
Harbourline costs £3 per person and month.

## Can I pay by invoice?

Yes, from 50 people on.

## Discounts

Charities and schools get 30 % off the monthly prices.
"""


class WordEncoder:
    """Embeds a text as the set of its words, hashed: what shares words is similar."""

    fingerprint = "words"
    dimensions = 256

    def features(self, texts: Sequence[str]) -> Any:
        return self.encode(texts)

    def encode(self, texts: Sequence[str]) -> Any:
        vectors = np.zeros((len(texts), 256), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()) or ["nothing"]:
                vectors[row, zlib.crc32(word.encode()) % 256] += 1.0
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors / np.maximum(lengths, 1e-9)


@pytest.fixture(scope="session")
def encoder() -> WordEncoder:
    return WordEncoder()


@pytest.fixture(scope="session")
def training_data() -> TrainingData:
    pages = read_pages({"pricing.md": PAGE})
    return read_training_data([parse("nlu.yml", EXAMPLES)], extra=knowledge_examples(pages))


@pytest.fixture(scope="session")
def pipeline(training_data: TrainingData, encoder: WordEncoder) -> Pipeline:
    texts = [example.text for example in training_data.examples]
    intents = [example.intent for example in training_data.examples]
    embeddings = encoder.encode(texts)
    others = [at for at, intent in enumerate(intents) if intent != "ask_knowledge"]
    strangers = Strangers([texts[at] for at in others], embeddings[others])
    return Pipeline(
        encoder=encoder,
        classifier=train_classifier(texts, intents, vectors_of(texts, intents, encoder)),
        extractor=build_extractor(training_data),
        knowledge=build_knowledge(read_pages({"pricing.md": PAGE}), encoder, strangers),
    )

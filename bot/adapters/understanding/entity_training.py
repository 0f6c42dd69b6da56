"""Learns what finds entities: of all examples for a model, or of a part of them for an evaluation."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bot.nlu.entities import EntityExtractor, build_extractor, found_otherwise
from bot.nlu.naming import EntityNames
from bot.nlu.places import build_places
from bot.nlu.tagger_training import train_tagger
from bot.nlu.training_data import TrainingData


def learn_entities(data: TrainingData, names: EntityNames, words: Iterable[str], tags: Path) -> EntityExtractor:
    """`words` are common ones of the language that the encoder knows; the tagger's model is written to `tags`, where
    any is learnt."""
    tagger = train_tagger(data, found_otherwise(names), tags)
    return build_extractor(data, names, places=build_places(), language=words, tagger=tagger)

from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.understanding import backgrounds
from bot.adapters.understanding.backgrounds import background_of
from bot.adapters.understanding.encoder import OnnxEncoder
from bot.domain.errors import Place
from bot.nlu.classifier_training import train_classifier
from bot.nlu.material import vectors_of
from bot.nlu.training_data import Example

FILES = sorted((Path(backgrounds.__file__).parent / "background").glob("*.txt"))


def examples(*texts: str, file: str = "nlu/talking.yml") -> list[Example]:
    return [Example(text, "some_intent", (), Place(file, 1)) for text in texts]


def test_the_background_is_in_the_language_of_the_examples() -> None:
    found = background_of(examples("I would like to book a table", "please reserve a table for two"))
    assert "why is the sky blue?" in found


def test_where_one_language_has_no_background_there_is_none() -> None:
    english = examples("I would like to book a table", "please reserve a table for two")
    icelandic = examples("mig langar að panta borð", file="nlu/is/talking.yml")
    assert background_of([*english, *icelandic]) == ()
    assert background_of([]) == ()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_background_has_enough_messages_and_none_twice(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    assert len(lines) >= 100
    assert len(set(lines)) == len(lines)
    assert all(line.strip() == line and line for line in lines)


INTENTS = {
    "order_cake": (
        "I want to order a birthday cake",
        "can you bake a cake for Saturday",
        "a chocolate cake for ten people please",
    ),
    "allergens": ("is there gluten in the bread", "which rolls have no nuts", "do your cakes contain milk"),
}
KNOWN = ("could I order a cake for my wedding", "does the rye bread have gluten", "are there nuts in the cake")
STRANGERS = (
    "what is the fastest route to the station",
    "my screen stays black after the update",
    "how do I apply for a student loan",
    "who sings this song",
    "I forgot my password",
    "please book me a taxi for six o'clock",
)


@pytest.mark.slow
def test_an_assistant_with_two_intents_takes_no_stranger_for_one_of_them(trained_model: Path) -> None:
    encoder = OnnxEncoder(trained_model)
    texts = [text for of_intent in INTENTS.values() for text in of_intent]
    intents = [name for name, of_intent in INTENTS.items() for _ in of_intent]
    vectors = vectors_of(texts, intents, encoder, background_of(examples(*texts)))
    classifier = train_classifier(texts, intents, vectors)
    understood = [
        text for text in (*KNOWN, *STRANGERS) if classifier.classify(text, encoder.features([text])[0]).understood
    ]
    assert understood == list(KNOWN)

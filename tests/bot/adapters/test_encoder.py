from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from bot.adapters.encoder import OnnxEncoder, common_words, export_encoder, source_fingerprint, source_folder
from bot.domain.errors import SettingsError

pytestmark = pytest.mark.slow

SENTENCES = [
    "I'd like to see a demo, we are about fifty people",
    "please don't text me any more",
    "what does it cost for eighty people, and can I pay by card?",
    "hello there",
    "can we meet next Tuesday at half past 3",
    "is my data safe",
]


@pytest.fixture(scope="module")
def encoder(trained_model: Path) -> OnnxEncoder:
    return OnnxEncoder(trained_model)


def test_embeddings_have_unit_length(encoder: OnnxEncoder) -> None:
    vectors = encoder.encode(SENTENCES)
    assert vectors.shape == (len(SENTENCES), 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_features_are_the_embedding_and_then_what_the_middle_layer_makes_of_the_text(encoder: OnnxEncoder) -> None:
    texts = ["I would like a demo", "stop"]
    features = encoder.features(texts)
    assert np.array_equal(features[:, : encoder.dimensions], encoder.encode(texts))
    middle = features[:, encoder.dimensions :]
    assert middle.shape == (2, encoder.dimensions)
    assert np.allclose(np.linalg.norm(middle, axis=1), 1.0, atol=1e-3)
    assert not np.allclose(middle, features[:, : encoder.dimensions], atol=0.1)


def test_no_texts_give_no_rows(encoder: OnnxEncoder) -> None:
    assert encoder.encode([]).shape == (0, 384)


def test_the_encoders_vocabulary_is_a_list_of_words(trained_model: Path) -> None:
    words = set(common_words(trained_model))
    assert {"hello", "price", "message"} <= words
    assert not {"mesage", "[CLS]", "##ing"} & words


def test_a_text_has_the_same_embedding_whatever_stands_beside_it(encoder: OnnxEncoder) -> None:
    together = encoder.encode([*SENTENCES, "word " * 500, ""])
    assert np.array_equal(together[0], encoder.encode(SENTENCES[:1])[0])


def test_like_means_near(encoder: OnnxEncoder) -> None:
    stop, like, unlike = encoder.encode(["stop texting me", "please don't text me any more", "stop by on Monday"])
    assert stop @ like > stop @ unlike + 0.2


@pytest.mark.filterwarnings("ignore")
def test_int8_stays_close_to_the_original(encoder: OnnxEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "HF_HUB_OFFLINE", "1")
    from sentence_transformers import SentenceTransformer

    original = SentenceTransformer(str(source_folder("")), device="cpu").encode(SENTENCES, normalize_embeddings=True)
    cosines = (np.asarray(original) * encoder.encode(SENTENCES)).sum(axis=1)
    assert cosines.mean() >= 0.985
    assert cosines.min() >= 0.97


def test_the_exported_tokenizer_pads_nothing(trained_model: Path) -> None:
    assert json.loads((trained_model / "tokenizer.json").read_text(encoding="utf-8"))["padding"] is None


def test_a_model_that_is_not_there_is_a_setting_to_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "HF_HUB_OFFLINE", "1")
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(SettingsError, match="OVERTURE_ENCODER"):
        export_encoder(str(empty), tmp_path)


@pytest.mark.parametrize("name", ["/no/such/folder", "./no-such-folder", "~/no-such-folder"])
def test_a_path_that_leads_nowhere_is_told_at_once(name: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=f'OVERTURE_ENCODER is "{name}", and there is no such folder'):
        source_fingerprint(name)
    (tmp_path / "model.bin").write_bytes(b"")
    with pytest.raises(SettingsError, match="no such folder"):
        source_folder(str(tmp_path / "model.bin"))


def test_a_folder_with_a_broken_model_is_a_setting_to_mend(tiny_encoder: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(tiny_encoder, broken)
    os.truncate(broken / "model.safetensors", 1000)
    with pytest.raises(SettingsError, match=r'"[^"]*broken" cannot be loaded: .+ OVERTURE_ENCODER takes the folder'):
        export_encoder(str(broken), tmp_path)


def exported(source: Path, folder: Path) -> OnnxEncoder:
    folder.mkdir()
    export_encoder(str(source), folder)
    return OnnxEncoder(folder)


@pytest.mark.filterwarnings("ignore")
def test_any_model_of_a_folder_embeds_as_sentence_transformers_does(tiny_encoder: Path, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    original = SentenceTransformer(str(tiny_encoder), device="cpu").encode(SENTENCES, normalize_embeddings=True)
    vectors = exported(tiny_encoder, tmp_path / "onnx").encode(SENTENCES)
    assert vectors.shape == (len(SENTENCES), 32)
    assert (np.asarray(original) * vectors).sum(axis=1).min() >= 0.98


@pytest.mark.filterwarnings("ignore")
def test_what_a_model_wants_before_each_text_stands_before_it(tiny_encoder: Path, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    prompted = tmp_path / "prompted"
    shutil.copytree(tiny_encoder, prompted)
    settings = prompted / "config_sentence_transformers.json"
    facts = json.loads(settings.read_text(encoding="utf-8"))
    facts |= {"prompts": {"query": "query: ", "document": ""}, "default_prompt_name": "query"}
    settings.write_text(json.dumps(facts), encoding="utf-8")
    plain, with_prompt = (exported(one, tmp_path / f"onnx-{one.name}") for one in (tiny_encoder, prompted))
    assert np.array_equal(with_prompt.encode(SENTENCES), plain.encode([f"query: {text}" for text in SENTENCES]))
    original = SentenceTransformer(str(prompted), device="cpu").encode(SENTENCES, normalize_embeddings=True)
    assert (np.asarray(original) * with_prompt.encode(SENTENCES)).sum(axis=1).min() >= 0.98
    assert plain.fingerprint != with_prompt.fingerprint, "what one has embedded is not taken for the other's"


def test_the_fingerprint_of_a_source_changes_with_its_files(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    before = source_fingerprint(str(tmp_path))
    (tmp_path / "config.json").write_text("{ }", encoding="utf-8")
    assert source_fingerprint(str(tmp_path)) != before
    assert source_fingerprint("some/name") == "hub:some/name"

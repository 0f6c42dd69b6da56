from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bot.adapters.understanding.encoder import OnnxEncoder, common_words, source_fingerprint, source_folder
from bot.domain.errors import SettingsError

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[4]

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


@pytest.mark.parametrize("name", ["/no/such/folder", "./no-such-folder", "~/no-such-folder"])
def test_a_path_that_leads_nowhere_is_told_at_once(name: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=f'OVERTURE_ENCODER is "{name}", and there is no such folder'):
        source_fingerprint(name)
    (tmp_path / "model.bin").write_bytes(b"")
    with pytest.raises(SettingsError, match="no such folder"):
        source_folder(str(tmp_path / "model.bin"))


def test_the_fingerprint_of_a_source_changes_with_its_files(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    before = source_fingerprint(str(tmp_path))
    (tmp_path / "config.json").write_text("{ }", encoding="utf-8")
    assert source_fingerprint(str(tmp_path)) != before
    assert source_fingerprint("some/name") == "hub:some/name"


def test_neither_import_nor_use_of_it_leaves_an_id_of_this_machine_or_events_for_its_maker(tmp_path: Path) -> None:
    """ONNX Runtime kept both in the home folder, and sent them."""
    program = (
        "import bot.adapters.understanding.encoder, onnxruntime, os;"
        "onnxruntime.get_available_providers(); onnxruntime.SessionOptions();"
        "print(os.environ.get('HF_HUB_DISABLE_TELEMETRY'))"
    )
    # Not under the names by which it knows that it is only being tried out, such as CI.
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
    told = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["1"]
    assert list(tmp_path.iterdir()) == []

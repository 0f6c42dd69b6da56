from __future__ import annotations

import errno
import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from bot.adapters.understanding import encoder_export
from bot.adapters.understanding.encoder import OnnxEncoder
from bot.adapters.understanding.encoder_export import export_encoder, split_heads_inside
from bot.domain.errors import SettingsError
from tests.bot.adapters.understanding.test_encoder import SENTENCES

pytestmark = pytest.mark.slow


def test_the_exported_tokenizer_pads_nothing(trained_model: Path) -> None:
    assert json.loads((trained_model / "tokenizer.json").read_text(encoding="utf-8"))["padding"] is None


def test_a_model_that_is_not_there_is_a_setting_to_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "HF_HUB_OFFLINE", "1")
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(SettingsError, match="OVERTURE_ENCODER"):
        export_encoder(str(empty), tmp_path)


def test_a_folder_with_a_broken_model_is_a_setting_to_mend(tiny_encoder: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(tiny_encoder, broken)
    os.truncate(broken / "model.safetensors", 1000)
    with pytest.raises(SettingsError, match=r'"[^"]*broken" cannot be loaded: .+ OVERTURE_ENCODER takes the folder'):
        export_encoder(str(broken), tmp_path)


def test_a_full_disk_is_no_fault_of_the_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> tuple[int, int]:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(encoder_export, "load_sentence_transformer", lambda _: object())
    monkeypatch.setattr(encoder_export, "_export", full)
    with pytest.raises(
        SettingsError, match=r"^the encoder cannot be written to .+: No space left on device\. Make room"
    ):
        export_encoder("", tmp_path)


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
    files = [tmp_path / f"onnx-{one.name}" / "encoder.onnx" for one in (tiny_encoder, prompted)]
    assert files[0].read_bytes() == files[1].read_bytes(), "the same weights are exported alike"


def attention(*, turned: bool) -> onnx.ModelProto:
    """Attention of two heads, around which texts are taken apart as torch does, or not quite so."""
    apart, turn = [0, 2, 1, 3], [0, 2, 1, 3] if turned else [0, 2, 3, 1]
    nodes = []
    for name in ("query", "key", "value"):
        nodes.append(helper.make_node("Reshape", [name, "apart"], [f"{name}_apart"]))
        perm = turn if name == "query" else apart
        nodes.append(helper.make_node("Transpose", [f"{name}_apart"], [f"{name}_heads"], perm=perm))
    nodes.append(helper.make_node("Attention", ["query_heads", "key_heads", "value_heads"], ["attended"]))
    nodes.append(helper.make_node("Transpose", ["attended"], ["attended_back"], perm=apart))
    nodes.append(helper.make_node("Reshape", ["attended_back", "together"], ["output"]))
    shapes = {"apart": [1, -1, 2, 4], "together": [1, -1, 8]}
    graph = helper.make_graph(
        nodes,
        "attention",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, None, 8]) for name in ("query", "key", "value")],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.array(shape), name) for name, shape in shapes.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 23)], ir_version=10)


def run(model: onnx.ModelProto) -> Any:
    random = np.random.default_rng(1)
    texts = {name: random.normal(size=(1, 5, 8)).astype(np.float32) for name in ("query", "key", "value")}
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, texts)[0]


def test_attention_takes_its_heads_apart_itself() -> None:
    model = attention(turned=True)
    before = run(model)
    split_heads_inside(model.graph)
    assert [node.op_type for node in model.graph.node] == ["Attention"]
    assert not model.graph.initializer, "the shapes that nobody reads are gone"
    assert np.allclose(run(model), before, atol=1e-6)


def test_heads_that_are_taken_apart_in_another_way_stay_as_they_are() -> None:
    model = attention(turned=False)
    before = model.SerializeToString()
    split_heads_inside(model.graph)
    assert model.SerializeToString() == before

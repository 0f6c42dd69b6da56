from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer

from bot.adapters.understanding.encoder import OnnxEncoder, source_folder
from bot.adapters.understanding.encoder_quantizing import quantize
from tests.bot.adapters.understanding.test_encoder import SENTENCES

pytestmark = pytest.mark.slow

CHANNELS, TEXT = 16, np.array([[3, 7, 5]], dtype=np.int64)


@pytest.mark.filterwarnings("ignore")
def test_int8_stays_close_to_the_original(trained_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "HF_HUB_OFFLINE", "1")
    from sentence_transformers import SentenceTransformer

    original = SentenceTransformer(str(source_folder("")), device="cpu").encode(SENTENCES, normalize_embeddings=True)
    cosines = (np.asarray(original) * OnnxEncoder(trained_model).encode(SENTENCES)).sum(axis=1)
    assert cosines.mean() >= 0.995
    assert cosines.min() >= 0.99


def product(*, standing_out: float) -> onnx.ModelProto:
    """Multiplies what pieces look up; one channel is so many times what the others are, and its weights less."""
    random = np.random.default_rng(1)
    table = random.normal(size=(30_522, CHANNELS)).astype(np.float32)
    weights = random.normal(size=(CHANNELS, 8)).astype(np.float32)
    heights = np.ones(CHANNELS, dtype=np.float32)
    heights[4] = standing_out
    weights[4] /= standing_out
    graph = helper.make_graph(
        [
            helper.make_node("Gather", ["table", "input_ids"], ["found"]),
            helper.make_node("Mul", ["found", "heights"], ["layer"]),
            helper.make_node("MatMul", ["layer", "weights"], ["output"]),
        ],
        "product",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, None])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, None, 8])],
        [
            numpy_helper.from_array(table, "table"),
            numpy_helper.from_array(heights, "heights"),
            numpy_helper.from_array(weights, "weights"),
        ],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 23)], ir_version=10)


def quantized(model: onnx.ModelProto, folder: Path) -> Path:
    onnx.save(model, folder / "full.onnx")
    tokenizer = Tokenizer.from_file(str((source_folder("") or folder) / "tokenizer.json"))
    tokenizer.no_padding()
    quantize(folder / "full.onnx", folder / "int8.onnx", tokenizer)
    return folder / "int8.onnx"


def run(path: Path) -> Any:
    return onnxruntime.InferenceSession(path).run(None, {"input_ids": TEXT})[0]


def test_a_channel_that_stands_out_leaves_the_others_their_steps(tmp_path: Path) -> None:
    int8 = quantized(product(standing_out=100.0), tmp_path)
    expected = run(tmp_path / "full.onnx")
    assert np.abs(run(int8) - expected).max() < 0.05 * np.abs(expected).max()
    factors = [one for one in onnx.load(int8).graph.initializer if one.name == "layer_factors"]
    assert numpy_helper.to_array(factors[0]).argmin() == 4


def test_where_no_channel_stands_out_nothing_is_multiplied(tmp_path: Path) -> None:
    int8 = quantized(product(standing_out=1.0), tmp_path)
    assert not [one for one in onnx.load(int8).graph.initializer if one.name == "layer_factors"]

"""Makes an exported encoder int8, with what stands out among its activations smoothed before; for training only."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from bot.adapters.understanding.encoder import arrays_of

_SEED = 20261124
_TEXTS, _PIECES = 64, 10
_TOWARDS_WEIGHTS = 0.65
"""How much of what a channel stands out by the weights take over: 0 for nothing, 1 for all of it (SmoothQuant)."""

_STANDS_OUT = 1.5
"""Times the median channel, from which on a channel is smoothed."""

_WORTH_IT = 2.0
"""Where no channel would be divided by that much, nothing is smoothed, which spares a node."""

_QUANTIZED = ["Conv", "Gather", "MatMul"]
"""Weights of these. `Attention` is left out: the quantizer takes ONNX's for another one of ONNX Runtime's own."""


def quantize(full_precision: Path, quantized: Path, tokenizer: Tokenizer) -> None:
    """Write the ONNX model of the first path to the second, with int8 weights and activations.

    ONNX Runtime has one scale for all activations of a matrix product, so that one channel that stands out (in models
    like BERT, what [CLS] has in one or two of them) leaves few steps for all others. Those are divided, and the rows of
    the weights multiplied by as much, which is the same product (Xiao et al. 2022, "SmoothQuant"). Which channels they
    are does not depend on the text, so texts of random pieces of the vocabulary show them.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = onnx.load(full_precision)
    users = _products(model.graph)
    smooth(model.graph, users, _heights(full_precision, list(users), _random_texts(tokenizer)))
    smoothed = full_precision.with_name("encoder.smooth.onnx")
    onnx.save(model, smoothed)
    # Per-channel weights keep the embeddings close to the original; the reduced range is exact on processors without
    # VNNI, where int8 products of the full range overflow.
    logging.disable(logging.WARNING)
    try:
        quantize_dynamic(
            str(smoothed),
            str(quantized),
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=_QUANTIZED,
        )
    finally:
        logging.disable(logging.NOTSET)
    smoothed.unlink()


def _random_texts(tokenizer: Tokenizer) -> list[Any]:
    pieces = sorted(tokenizer.get_vocab())
    chosen = np.random.default_rng(_SEED).integers(len(pieces), size=(_TEXTS, _PIECES))
    return [tokenizer.encode(" ".join(pieces[at] for at in row)) for row in chosen]


def _products(graph: Any) -> dict[str, list[Any]]:
    """The products with weights that nothing else has, by what they multiply."""
    weights = {one.name for one in graph.initializer if len(one.dims) == 2}
    uses: dict[str, int] = {}
    for node in graph.node:
        for name in node.input:
            uses[name] = uses.get(name, 0) + 1
    users: dict[str, list[Any]] = {}
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in weights and uses[node.input[1]] == 1:
            users.setdefault(node.input[0], []).append(node)
    return users


def _heights(full_precision: Path, names: list[str], texts: list[Any]) -> dict[str, Any]:
    """How far from 0 each channel gets in a text, on average."""
    import onnx

    model = onnx.load(full_precision)
    del model.graph.output[:]
    model.graph.output.extend(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in names)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    watched = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    inputs = [one.name for one in watched.get_inputs()]
    found = [watched.run(names, arrays_of(text, inputs)) for text in texts] if names else []
    heights = [[np.abs(one).reshape(-1, one.shape[-1]).max(axis=0) for one in of_text] for of_text in found]
    return {name: np.mean(of_name, axis=0) for name, *of_name in zip(names, *heights, strict=True)}


def smooth(graph: Any, users: dict[str, list[Any]], heights: dict[str, Any]) -> None:
    """Divide the channels that stand out, before the products of which they are a part, and multiply their weights."""
    from onnx import helper, numpy_helper

    initializers = {one.name: one for one in graph.initializer}
    for name, products in users.items():
        weights = [numpy_helper.to_array(initializers[node.input[1]]) for node in products]
        divisors = _divisors(heights[name], np.max([np.abs(one).max(axis=1) for one in weights], axis=0))
        if divisors.max() < _WORTH_IT:
            continue
        for node, one in zip(products, weights, strict=True):
            multiplied = (one * divisors[:, np.newaxis]).astype(one.dtype)
            initializers[node.input[1]].CopyFrom(numpy_helper.from_array(multiplied, node.input[1]))
            node.input[0] = f"{name}_smoothed"
        factors = (1 / divisors).astype(weights[0].dtype)
        graph.initializer.append(numpy_helper.from_array(factors, f"{name}_factors"))
        first = min(list(graph.node).index(node) for node in products)
        graph.node.insert(first, helper.make_node("Mul", [name, f"{name}_factors"], [f"{name}_smoothed"]))


def _divisors(heights: Any, weights: Any) -> Any:
    """What to divide each channel by, given how high its activations and its weights are; 1 where it is like others."""
    least = np.finfo(np.float32).eps
    ratio = np.maximum(heights, least) ** _TOWARDS_WEIGHTS / np.maximum(weights, least) ** (1 - _TOWARDS_WEIGHTS)
    return np.maximum(1.0, ratio / (np.median(ratio) * _STANDS_OUT))

"""Exports any sentence-transformers model to ONNX; imports torch inside functions, and is for training only."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import warnings
from pathlib import Path
from typing import Any

import onnxruntime
from tokenizers import Tokenizer

from bot.adapters.understanding.encoder import LONGEST, PACKAGED, TAKEN, source_folder
from bot.adapters.understanding.encoder_quantizing import quantize
from bot.domain.errors import SettingsError

_OPSET = 23
"""The first that has attention as one operator, and not as a dozen for each layer."""

_HEADS_APART = [0, 2, 1, 3]
"""How (texts, tokens, heads, width) becomes (texts, heads, tokens, width), and back."""


def export_encoder(encoder_name: str, folder: Path, *, known_as: str | None = None) -> None:
    """Write `FILES` into the folder. Imports torch and sentence-transformers, so it is for training only.

    `known_as` is what the encoder is called where it was tuned from another.
    """
    # What the libraries deprecate among themselves is not ours to act on.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = load_sentence_transformer(encoder_name)
        try:
            dimensions, width = _export(model, folder)
        except SettingsError:
            raise
        except OSError as error:
            raise SettingsError(
                f"the encoder cannot be written to {folder}: {error.strerror or error}. Make room, or name another "
                "place with OVERTURE_DATA."
            ) from error
        except Exception as error:
            # Each kind of model fails in its own way where it has something that ONNX has not.
            raise SettingsError(
                f'the encoder "{encoder_name}" cannot be exported to ONNX: {_first_line(error)}. Choose a '
                "sentence-transformers model of another kind for OVERTURE_ENCODER; those like BERT can be."
            ) from error
    prompt = default_prompt(model)
    meta = {
        "name": (encoder_name if known_as is None else known_as) or PACKAGED,
        "dimensions": dimensions,
        "width": width,
        "prompt": prompt,
        "fingerprint": hashlib.sha256((folder / "encoder.onnx").read_bytes() + prompt.encode()).hexdigest(),
    }
    (folder / "encoder.json").write_text(json.dumps(meta, indent=2), encoding="utf-8")


def load_sentence_transformer(encoder_name: str) -> Any:
    """The model as torch runs it; raises SettingsError where there is none."""
    source = source_folder(encoder_name)
    if source is not None:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)  # that a prompt is in use is no warning
    model_name = str(source or encoder_name)
    try:
        return SentenceTransformer(model_name, device="cpu")
    except Exception as error:
        # A broken folder fails in as many ways as it has files.
        raise SettingsError(
            f'the encoder "{model_name}" cannot be loaded: {_first_line(error)}. OVERTURE_ENCODER takes the folder of '
            "a sentence-transformers model, or its name on the hub; where that cannot be reached, bring the folder."
        ) from error


def default_prompt(model: Any) -> str:
    """What the model's maker wants before each text ("query: "), by the model's own configuration; mostly nothing."""
    name = getattr(model, "default_prompt_name", None)
    return str((getattr(model, "prompts", None) or {}).get(name) or "") if name else ""


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def _export(model: Any, folder: Path) -> tuple[int, int]:
    """Write the ONNX file and the tokenizer; how long a sentence embedding is, and how long with the middle layer."""
    import onnx
    import torch

    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    inputs = [name for name in TAKEN if name in model.tokenizer.model_input_names]
    middle = _middle_layer(model)

    class Sentence(torch.nn.Module):  # type: ignore[misc]
        """The whole model, pooling and normalisation included, from the token ids of one text to its vector."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *tensors: Any) -> Any:
            given = dict(zip(inputs, tensors, strict=True))
            given["attention_mask"] = torch.ones_like(tensors[0])
            between: list[Any] = []
            hook = middle and middle.register_forward_hook(
                lambda _module, _inputs, output: between.append(output[0] if isinstance(output, tuple) else output)
            )
            vectors = [self.model(given)["sentence_embedding"]]
            if hook:
                hook.remove()
                vectors.append(between[0].mean(1))
            return torch.cat([torch.nn.functional.normalize(one, p=2, dim=1) for one in vectors], dim=1)

    # One tensor each: the exporter takes the same tensor in two places for the same input.
    examples = tuple(torch.ones((1, 8), dtype=torch.long) for _ in inputs)
    shape = {1: torch.export.Dim("tokens", min=2, max=LONGEST)}
    full_precision = folder / "encoder.fp32.onnx"
    torch.onnx.export(
        Sentence().eval(),
        examples,
        str(full_precision),
        dynamo=True,
        external_data=False,
        verbose=False,
        input_names=inputs,
        output_names=["sentence_vector"],
        dynamic_shapes=(tuple(shape for _ in inputs),),
        opset_version=_OPSET,
    )
    exported = onnx.load(full_precision)
    split_heads_inside(exported.graph)
    onnx.save(exported, full_precision)
    _save_tokenizer(model.tokenizer, folder / "tokenizer.json", longest=min(LONGEST, model.max_seq_length or LONGEST))
    quantize(full_precision, folder / "encoder.onnx", Tokenizer.from_file(str(folder / "tokenizer.json")))
    full_precision.unlink()
    width = int(onnxruntime.InferenceSession(str(folder / "encoder.onnx")).get_outputs()[0].shape[1])
    return int(model.get_sentence_embedding_dimension()), width


def split_heads_inside(graph: Any) -> None:
    """Have `Attention` itself take queries, keys and values apart into heads, and put what comes of it together.

    Torch does so around it, by a reshape and a transposition of each: one node in four of the whole encoder. Where a
    model does it in another way, it stays as it is.
    """
    from onnx import helper, numpy_helper

    made = {name: node for node in graph.node for name in node.output}
    readers: dict[str, list[Any]] = {}
    for node in graph.node:
        for name in node.input:
            readers.setdefault(name, []).append(node)
    shapes = {one.name: numpy_helper.to_array(one) for one in graph.initializer if len(one.dims) == 1}

    def reshaped_to(node: Any, rank: int) -> bool:
        return node is not None and node.op_type == "Reshape" and len(shapes.get(node.input[1], ())) == rank

    def only_reader(name: str) -> Any:
        return readers[name][0] if len(readers.get(name, ())) == 1 else None

    for node in [one for one in graph.node if one.op_type == "Attention"]:
        turned = [made.get(name) for name in node.input[:3]]
        turned_back = only_reader(node.output[0])
        if not all(_turns_heads(one) for one in (*turned, turned_back)):
            continue
        apart = [made.get(one.input[0]) for one in turned if one]
        together = only_reader(turned_back.output[0])
        if not (all(reshaped_to(one, 4) for one in apart) and reshaped_to(together, 3)):
            continue
        query_heads, key_heads = (int(shapes[one.input[1]][2]) for one in apart[:2] if one)
        if min(query_heads, key_heads) < 1:
            continue
        node.attribute.append(helper.make_attribute("q_num_heads", query_heads))
        node.attribute.append(helper.make_attribute("kv_num_heads", key_heads))
        node.input[:3] = [one.input[0] for one in apart if one]
        node.output[0] = together.output[0]
        graph.node.remove(turned_back)
        graph.node.remove(together)
    _remove_unread(graph)


def _turns_heads(node: Any) -> bool:
    return (
        node is not None
        and node.op_type == "Transpose"
        and any(list(one.ints) == _HEADS_APART for one in node.attribute)
    )


def _remove_unread(graph: Any) -> None:
    """Nodes are in order, so whoever reads what one makes comes after it."""
    read = {one.name for one in graph.output}
    for node in reversed(list(graph.node)):
        if read.isdisjoint(node.output):
            graph.node.remove(node)
        else:
            read.update(node.input)
    for initializer in [one for one in graph.initializer if one.name not in read]:
        graph.initializer.remove(initializer)


def _middle_layer(model: Any) -> Any:
    """The layer half-way up its longest stack of layers; None for a model that has no such stack."""
    import torch

    stacks = [module for module in model.modules() if isinstance(module, torch.nn.ModuleList)]
    longest = max(stacks, key=len, default=())
    return longest[len(longest) // 2 - 1] if len(longest) > 1 else None


def _save_tokenizer(tokenizer: Any, path: Path, *, longest: int) -> None:
    fast = getattr(tokenizer, "backend_tokenizer", None)
    if fast is None:
        raise SettingsError("this encoder's tokenizer has no tokenizer.json; choose a model with a fast tokenizer.")
    copy = Tokenizer.from_str(fast.to_str())
    # The packaged tokenizer pads every text to 128 tokens, which makes a short message as slow as a long one.
    copy.no_padding()
    copy.enable_truncation(longest)
    copy.save(str(path))

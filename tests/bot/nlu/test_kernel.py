from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bot.nlu.kernel import KernelHead, learn_kernel_head


def points(count: int, dimensions: int, seed: int) -> Any:
    vectors = np.random.default_rng(seed).standard_normal((count, dimensions)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def learn(embeddings: Any, labels: Any, directions: int = 100) -> KernelHead:
    return learn_with_background(embeddings, labels, embeddings[:0], directions)


def learn_with_background(embeddings: Any, labels: Any, background: Any, directions: int = 100) -> KernelHead:
    return learn_kernel_head(
        embeddings, labels, 3, background=background, sharpness=2.0, ridge=0.2, directions=directions
    )


@pytest.fixture(scope="module")
def clusters() -> tuple[Any, Any]:
    centres, labels = points(3, 16, seed=1), np.repeat(np.arange(3), 20)
    scattered = centres[labels] + 0.3 * points(60, 16, seed=2)
    return scattered / np.linalg.norm(scattered, axis=1, keepdims=True), labels


def test_an_example_is_nearest_to_itself_and_has_its_intent(clusters: tuple[Any, Any]) -> None:
    embeddings, labels = clusters
    near = learn(embeddings, labels).near(embeddings[7])
    assert (near.nearest, int(np.argmax(near.scores))) == (7, labels[7])
    assert near.similarity == pytest.approx(1.0, abs=1e-5)


def test_the_score_falls_away_from_all_examples(clusters: tuple[Any, Any]) -> None:
    embeddings, labels = clusters
    head = learn(embeddings, labels)
    far = head.near(-embeddings[7])
    assert far.scores.max() < head.near(embeddings[7]).scores.max()


def test_between_two_intents_the_scores_still_sum_to_one_and_away_from_all_they_do_not(
    clusters: tuple[Any, Any],
) -> None:
    embeddings, labels = clusters
    head = learn(embeddings, labels)
    sums = head.near_all(embeddings)[0].sum(axis=1)
    assert sums == pytest.approx(np.ones(len(embeddings)), abs=0.15)
    assert head.near(-embeddings[7]).scores.sum() < sums.min()


@pytest.mark.parametrize("directions", [4, 100])
def test_one_text_and_many_are_read_alike(clusters: tuple[Any, Any], directions: int) -> None:
    embeddings, labels = clusters
    head = learn(embeddings, labels, directions)
    scores, similarity = head.near_all(embeddings)
    one = head.near(embeddings[3])
    assert np.allclose(one.scores, scores[3], atol=1e-5)
    assert one.similarity == pytest.approx(float(similarity[3]), abs=1e-5)


def test_an_intent_with_few_examples_is_not_drowned(clusters: tuple[Any, Any]) -> None:
    embeddings, labels = clusters
    kept = np.r_[0:3, 20:60]
    head = learn(embeddings[kept], labels[kept])
    scores, _ = head.near_all(embeddings[:20])
    assert (scores.argmax(axis=1) == 0).mean() > 0.9


def test_the_background_scores_for_no_intent_and_is_nobodys_nearest_example(clusters: tuple[Any, Any]) -> None:
    embeddings, labels = clusters
    background = points(40, 16, seed=5)
    without = learn(embeddings, labels)
    head = learn_with_background(embeddings, labels, background)
    assert head.near_all(background)[0].max(axis=1).mean() < without.near_all(background)[0].max(axis=1).mean() / 2
    assert head.near_all(embeddings)[0].argmax(axis=1).tolist() == labels.tolist()
    assert all(head.near(one).nearest < len(embeddings) for one in background)

"""Finds groups of people who are alike, and says each in a condition that a marketer can read and make a segment of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.domain.audience import Attribute, AttributeType

ALIKE = (AttributeType.NUMBER, AttributeType.YES_NO, AttributeType.TEXT)
MOST_GROUPS = 6
MOST_VALUES = 6
MOST_CONDITIONS = 3
LEAST_PEOPLE = 40
"""Of fewer people nothing is said."""

JUDGED = 2_000
"""People by whom it is judged how clear the groups are: it takes the distance of each to each."""

CLEAR = 0.25
"""From this silhouette on groups are told apart from one cloud."""

WORTH = 0.02
"""A further condition is written only where it makes the description so much better."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A condition that may describe a group, and the people for whom it is true."""

    condition: str
    words: str
    holds: Any


@dataclass(frozen=True, slots=True)
class Cluster:
    """How many are in the group (`people`), match the condition (`found`), and both."""

    condition: str
    words: str
    people: int
    found: int
    both: int

    @property
    def precision(self) -> float:
        return self.both / max(self.found, 1)

    @property
    def recall(self) -> float:
        return self.both / max(self.people, 1)


@dataclass(frozen=True, slots=True)
class Clusters:
    """The groups, the largest first; `clearness` is their silhouette, from -1 to 1, and `by` the attributes that told
    people apart."""

    clusters: tuple[Cluster, ...]
    clearness: float
    by: tuple[str, ...] = ()

    @property
    def is_clear(self) -> bool:
        return self.clearness >= CLEAR


def find_clusters(attributes: Sequence[Attribute], people: Sequence[Mapping[str, Any]], *, seed: int) -> Clusters:
    """`people` are what is known of each. The number of groups is that of which the silhouette is best."""
    used = [one for one in attributes if _tells_something(one, people)]
    if len(people) < LEAST_PEOPLE or not used:
        return Clusters((), -1.0)
    by = tuple(one.name for one in used)
    columns = np.hstack([_scaled(one, people) for one in used])
    labels, clearness = _labels(columns, seed)
    candidates = [candidate for one in used for candidate in _candidates(one, people)]
    found = [_described(labels == number, candidates) for number in sorted(set(labels.tolist()))]
    return Clusters(tuple(sorted(found, key=lambda one: (-one.people, one.condition))), clearness, by)


def can_cluster(attribute: Attribute) -> bool:
    """Whether people may be grouped by it: it is not sensitive, and of a type in which they can be alike."""
    return not attribute.sensitive and attribute.type in ALIKE


def _tells_something(attribute: Attribute, people: Sequence[Mapping[str, Any]]) -> bool:
    """Not where all are the same, nor where texts are of nearly everybody alone: names, addresses."""
    values = [one.get(attribute.name) for one in people]
    known = [value for value in values if value is not None and attribute.takes(value)]
    different = len(set(known)) if attribute.type is not AttributeType.LIST else 0
    if attribute.type is AttributeType.TEXT and different > max(2 * MOST_VALUES, len(known) // 20):
        return False
    return different > 1 or 0 < len(known) < len(values)


def _scaled(attribute: Attribute, people: Sequence[Mapping[str, Any]]) -> Any:
    """Columns from 0 to 1, in which each attribute weighs the same: numbers by their rank, so that one very large team
    stands no further off than a large one."""
    values = [_known(attribute, one) for one in people]
    missing = np.array([[value is None] for value in values], dtype=float)
    if attribute.type is AttributeType.TEXT:
        common = _common(values)
        return np.array([[value == one for one in common] for value in values], dtype=float) / np.sqrt(2)
    numbers = np.array([0.0 if value is None else float(value) for value in values])
    order = np.sort(numbers[missing[:, 0] == 0])
    middle = (np.searchsorted(order, numbers, "left") + np.searchsorted(order, numbers, "right")) / 2
    ranks = middle / max(len(order), 1)
    ranks[missing[:, 0] == 1] = 0.5
    return np.hstack([ranks[:, None], missing / 2])


def _known(attribute: Attribute, person: Mapping[str, Any]) -> Any:
    value = person.get(attribute.name)
    return value if value is not None and attribute.takes(value) else None


def _common(values: Sequence[Any]) -> list[str]:
    counted = Counter(value for value in values if value is not None)
    return [value for value, _ in sorted(counted.items(), key=lambda one: (-one[1], one[0]))[:MOST_VALUES]]


def _labels(columns: Any, seed: int) -> tuple[Any, float]:
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score

    judged = np.random.default_rng(seed).permutation(len(columns))[:JUDGED]
    best: tuple[float, Any] = (-1.0, np.zeros(len(columns), dtype=int))
    different = len(np.unique(columns, axis=0))
    for groups in range(2, min(MOST_GROUPS, different - 1) + 1):
        labels = KMeans(groups, n_init=5, random_state=seed).fit_predict(columns)
        if len(set(labels[judged].tolist())) < 2:
            continue
        clearness = float(silhouette_score(columns[judged], labels[judged]))
        if clearness > best[0] + 1e-9:
            best = clearness, labels
    return best[1], best[0]


# ---------------------------------------------------------------- in words


def _candidates(attribute: Attribute, people: Sequence[Mapping[str, Any]]) -> Iterator[Candidate]:
    name, label = f"profile.{attribute.name}", attribute.label or attribute.name.replace("_", " ")
    values = [_known(attribute, one) for one in people]
    is_missing = np.array([one.get(attribute.name) is None for one in people])
    if is_missing.any():
        yield Candidate(f"missing({name})", f"{label} unknown", is_missing)
    match attribute.type:
        case AttributeType.YES_NO:
            for truth, word in (("true", "yes"), ("false", "no")):
                holds = np.array([value is (truth == "true") for value in values])
                yield Candidate(f"{name} == {truth}", f"{label}: {word}", holds)
        case AttributeType.TEXT:
            for text in _common(values):
                if "'" not in text and "\\" not in text and text.isprintable():
                    holds = np.array([value == text for value in values])
                    yield Candidate(f"{name} == '{text}'", f"{label}: {text.replace('_', ' ')}", holds)
        case _:
            numbers = np.array([np.nan if value is None else float(value) for value in values])
            for cut in sorted({float(f"{one:.3g}") for one in np.nanquantile(numbers, np.arange(1, 20) / 20)}):
                written = f"{cut:.6f}".rstrip("0").rstrip(".")
                yield Candidate(f"{name} >= {written}", f"{label} {written} or more", numbers >= float(written))
                yield Candidate(f"{name} < {written}", f"{label} less than {written}", numbers < float(written))


def _described(members: Any, candidates: Sequence[Candidate]) -> Cluster:
    """The few conditions, all of them true, that say best who is in the group (by F1)."""
    chosen: list[Candidate] = []
    holds = np.ones(len(members), dtype=bool)
    best = 0.0
    while len(chosen) < MOST_CONDITIONS and candidates:
        scored = [(_f1(holds & one.holds, members), -number, one) for number, one in enumerate(candidates)]
        score, _, one = max(scored, key=lambda scored_one: scored_one[:2])
        if score < best + WORTH:
            break
        chosen.append(one)
        holds, best = holds & one.holds, score
    return Cluster(
        condition=" and ".join(one.condition for one in chosen) or "true",
        words=", ".join(one.words for one in chosen) or "everybody",
        people=int(members.sum()),
        found=int(holds.sum()),
        both=int((holds & members).sum()),
    )


def _f1(found: Any, members: Any) -> float:
    return float(2 * (found & members).sum() / max(found.sum() + members.sum(), 1))

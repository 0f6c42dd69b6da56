"""Layered drawing: from boxes and arrows to places, so that arrows go one way and cross seldom (Sugiyama's method)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeVar

Id = TypeVar("Id", bound=Hashable)

SWEEPS = 12


@dataclass(frozen=True, slots=True)
class Size:
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Layout(Generic[Id]):
    """The centre of each box, the points that each arrow goes through, and the size of the whole.

    The points of an arrow come in pairs, one for each layer: straight from the first to the second, which leaves the
    boxes beside it alone, and then in whatever curve to the next pair.
    """

    centres: Mapping[Id, Point]
    arrows: Mapping[tuple[Id, Id], tuple[Point, ...]]
    size: Size


def lay_out(
    sizes: Mapping[Id, Size],
    arrows: Iterable[tuple[Id, Id]],
    *,
    sideways: bool = False,
    between_layers: float = 28,
    between_boxes: float = 18,
) -> Layout[Id]:
    """Place boxes in layers, each below all that point to it; `sideways`: to the right of them.

    An arrow that would close a circle is the one that goes back. The same graph always gives the same drawing.
    """
    known = list(dict.fromkeys(arrow for arrow in arrows if arrow[0] != arrow[1]))
    forward = _without_circles(list(sizes), known)
    ranks = _ranks(list(sizes), forward)
    chains = {arrow: _chain(arrow, ranks) for arrow in forward}
    breadth: dict[Hashable, float] = defaultdict(float)  # corners of arrows have none
    depth: dict[Hashable, float] = defaultdict(float)
    for one, size in sizes.items():
        breadth[one], depth[one] = (size.height, size.width) if sideways else (size.width, size.height)
    layers = _layers(ranks, chains)
    links = [link for chain in chains.values() for link in pairwise(chain)]
    layers = _with_few_crossings(layers, links)
    across = _placed_across(layers, links, breadth, between_boxes)
    along = _placed_along(layers, depth, between_layers)

    def point(one: Hashable, further: float = 0.0) -> Point:
        place = along[one] + further
        return Point(place, across[one]) if sideways else Point(across[one], place)

    half = {node: max(depth[one] for one in layer) / 2 for layer in layers for node in layer}
    drawn: dict[tuple[Id, Id], tuple[Point, ...]] = {}
    for start, end in known:
        back = (start, end) not in chains
        first, *corners, last = chains[(end, start) if back else (start, end)]
        points = [point(first, depth[first] / 2), point(first, half[first])]
        points += [point(corner, side * half[corner]) for corner in corners for side in (-1, 1)]
        points += [point(last, -half[last]), point(last, -depth[last] / 2)]
        drawn[start, end] = tuple(reversed(points)) if back else tuple(points)
    width = max((across[one] + breadth[one] / 2 for layer in layers for one in layer), default=0.0)
    length = max((along[one] + depth[one] / 2 for layer in layers for one in layer), default=0.0)
    whole = Size(length, width) if sideways else Size(width, length)
    return Layout({one: point(one) for one in sizes}, drawn, whole)


# ---------------------------------------------------------------- layers


def _without_circles(nodes: Sequence[Id], arrows: Sequence[tuple[Id, Id]]) -> list[tuple[Id, Id]]:
    """The arrows, with those that close a circle turned round."""
    following: dict[Id, list[Id]] = defaultdict(list)
    for start, end in arrows:
        following[start].append(end)
    state: dict[Id, str] = {}
    forward: dict[tuple[Id, Id], None] = {}
    for root in nodes:
        stack = [(root, iter(following[root]))] if root not in state else []
        state.setdefault(root, "open")
        while stack:
            node, rest = stack[-1]
            for end in rest:
                if state.get(end) == "open":
                    forward[end, node] = None
                    continue
                forward[node, end] = None
                if end not in state:
                    state[end] = "open"
                    stack.append((end, iter(following[end])))
                    break
            else:
                state[node] = "done"
                stack.pop()
    return list(forward)


def _ranks(nodes: Sequence[Id], arrows: Sequence[tuple[Id, Id]]) -> dict[Id, int]:
    """The layer of each node: one more than the last of those that point to it."""
    following: dict[Id, list[Id]] = defaultdict(list)
    waiting = dict.fromkeys(nodes, 0)
    for start, end in arrows:
        following[start].append(end)
        waiting[end] += 1
    ranks = dict.fromkeys(nodes, 0)
    ready = [node for node in nodes if not waiting[node]]
    for node in ready:
        for end in following[node]:
            ranks[end] = max(ranks[end], ranks[node] + 1)
            waiting[end] -= 1
            if not waiting[end]:
                ready.append(end)
    return ranks


def _chain(arrow: tuple[Id, Id], ranks: Mapping[Id, int]) -> tuple[Hashable, ...]:
    """The arrow with a corner in each layer that it passes."""
    start, end = arrow
    return (start, *((arrow, rank) for rank in range(ranks[start] + 1, ranks[end])), end)


def _layers(ranks: Mapping[Id, int], chains: Mapping[tuple[Id, Id], Sequence[Hashable]]) -> list[list[Hashable]]:
    layers: list[list[Hashable]] = [[] for _ in range(max(ranks.values(), default=-1) + 1)]
    for node, rank in ranks.items():
        layers[rank].append(node)
    for (start, _), chain in chains.items():
        for step, corner in enumerate(chain[1:-1], start=ranks[start] + 1):
            layers[step].append(corner)
    return layers


# ---------------------------------------------------------------- order


def _with_few_crossings(
    layers: list[list[Hashable]], links: Sequence[tuple[Hashable, Hashable]]
) -> list[list[Hashable]]:
    """The layers, each in an order that follows the one before; the best of several sweeps down and up."""
    above, below = _neighbours(links)
    best, fewest = layers, _crossings(layers, below)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        downwards = sweep % 2 == 0
        layers = [list(layer) for layer in layers]
        order = range(1, len(layers)) if downwards else range(len(layers) - 2, -1, -1)
        for index in order:
            fixed = layers[index - 1 if downwards else index + 1]
            layers[index] = _ordered_by(fixed, layers[index], above if downwards else below)
        count = _crossings(layers, below)
        if count < fewest:
            best, fewest = layers, count
    return best


def _ordered_by(
    fixed: Sequence[Hashable], layer: Sequence[Hashable], near: Mapping[Hashable, Sequence[Hashable]]
) -> list[Hashable]:
    """The layer in the order of its nodes' neighbours in the layer that is fixed."""
    position = {node: place for place, node in enumerate(fixed)}
    wished = {node: _mean([position[one] for one in near.get(node, ())], place) for place, node in enumerate(layer)}
    return sorted(layer, key=wished.__getitem__)


def _neighbours(
    links: Iterable[tuple[Hashable, Hashable]],
) -> tuple[dict[Hashable, list[Hashable]], dict[Hashable, list[Hashable]]]:
    above: dict[Hashable, list[Hashable]] = defaultdict(list)
    below: dict[Hashable, list[Hashable]] = defaultdict(list)
    for start, end in links:
        above[end].append(start)
        below[start].append(end)
    return above, below


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _crossings(layers: Sequence[Sequence[Hashable]], below: Mapping[Hashable, Sequence[Hashable]]) -> int:
    count = 0
    for upper, lower in pairwise(layers):
        position = {node: place for place, node in enumerate(lower)}
        seen: list[int] = []
        for node in upper:
            ends = [position[end] for end in below.get(node, ())]
            count += sum(earlier > end for end in ends for earlier in seen)
            seen += ends
    return count


# ---------------------------------------------------------------- places


def _placed_along(
    layers: Sequence[Sequence[Hashable]], depth: Mapping[Hashable, float], gap: float
) -> dict[Hashable, float]:
    along: dict[Hashable, float] = {}
    edge = 0.0
    for layer in layers:
        deepest = max((depth[node] for node in layer), default=0.0)
        along.update(dict.fromkeys(layer, edge + deepest / 2))
        edge += deepest + gap
    return along


def _placed_across(
    layers: Sequence[Sequence[Hashable]],
    links: Sequence[tuple[Hashable, Hashable]],
    breadth: Mapping[Hashable, float],
    gap: float,
) -> dict[Hashable, float]:
    """Places within the layers: each node as near to the middle of its neighbours as the others let it."""
    above, below = _neighbours(links)
    across: dict[Hashable, float] = {}
    for layer in layers:
        across.update(zip(layer, _spread([0.0] * len(layer), [breadth[node] for node in layer], gap), strict=True))
    for sweep in range(SWEEPS):
        near = above if sweep % 2 == 0 else below
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            wished = [_mean([across[one] for one in near.get(node, ())], across[node]) for node in layer]
            across.update(zip(layer, _spread(wished, [breadth[node] for node in layer], gap), strict=True))
    left = min((across[node] - breadth[node] / 2 for layer in layers for node in layer), default=0.0)
    return {node: place - left for node, place in across.items()}


def _spread(wished: Sequence[float], breadths: Sequence[float], gap: float) -> list[float]:
    """The places nearest to those wished for, in this order and `gap` apart (least squares, pooling neighbours)."""
    offsets = [0.0]
    for one, other in pairwise(breadths):
        offsets.append(offsets[-1] + (one + other) / 2 + gap)
    blocks: list[tuple[float, int]] = []  # the mean of a run of places, and its length
    for wish, offset in zip(wished, offsets, strict=False):
        mean, count = wish - offset, 1
        while blocks and blocks[-1][0] > mean:
            other, length = blocks.pop()
            mean, count = (mean * count + other * length) / (count + length), count + length
        blocks.append((mean, count))
    pooled = [mean for mean, count in blocks for _ in range(count)]
    return [mean + offset for mean, offset in zip(pooled, offsets, strict=False)]

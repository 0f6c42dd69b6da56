"""Progress on a terminal; nothing where the output goes elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")


def track(items: Iterable[T], total: int, what: str) -> Iterable[T]:
    """Goes through the items with a bar that goes away when it is full."""
    # `disable=None` is tqdm's word for: not where nobody looks.
    bar: Iterable[T] = tqdm(items, what, total, leave=False, file=sys.stderr, disable=None, dynamic_ncols=True)
    return bar


@contextmanager
def bar(total: int | None, what: str, done: int = 0) -> Iterator[Callable[[int], object]]:
    """A bar for work that tells itself by how much it has moved on."""
    with tqdm(desc=what, total=total, initial=done, leave=False, file=sys.stderr, disable=None) as moving:
        yield moving.update

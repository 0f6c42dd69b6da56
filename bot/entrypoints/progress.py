"""Progress on a terminal; nothing where the output goes elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")


def track(items: Iterable[T], total: int, what: str) -> Iterable[T]:
    """Goes through the items with a bar that goes away when it is full."""
    # `disable=None` is tqdm's word for: not where nobody looks.
    bar: Iterable[T] = tqdm(items, what, total, leave=False, file=sys.stderr, disable=None, dynamic_ncols=True)
    return bar

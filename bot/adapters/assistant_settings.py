"""Reads what `config.yml` says to Overture, under the key `overture`; the rest of that file is Rasa's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from bot.documents import Document, Faults
from bot.journeys import wording
from bot.journeys.fields import Fields


def read_silence(documents: Iterable[Document]) -> timedelta | None:
    """How long a form waits before "still there?" is asked; None: that is never asked. Raises ContentError."""
    faults = Faults()
    silence = None
    for document in documents:
        if not isinstance(document.data, Mapping) or "overture" not in document.data:
            continue
        fields = Fields(
            document, faults, document.data["overture"], "overture", document.place(document.data, "overture")
        )
        fields.only("silence")
        if fields.node.get("silence") is not False:
            silence = fields.read("silence", wording.duration, advice="Write 5m, or false for never.")
    faults.raise_if_any()
    return silence

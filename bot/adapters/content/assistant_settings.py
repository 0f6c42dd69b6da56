"""Reads what `config.yml` says to Overture, under the key `overture`; the rest of that file is Rasa's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.documents import WARN, Document, Faults
from bot.journeys import wording
from bot.journeys.fields import Fields

SAY_SO, ANSWER = "say_so", "answer"
REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class AssistantSettings:
    """`silence`: how long a form waits for an answer before "still there?" is asked; None: that is never asked.
    `answers_strangers`: a message in a language that is not spoken is answered as any that is not understood.
    `several_intents`: a message that says two things is answered twice. `company`: whose assistant it is, by the name
    that stands in its texts; empty where that is not said."""

    silence: timedelta | None = None
    answers_strangers: bool = False
    several_intents: bool = False
    company: str = ""


def read_assistant_settings(documents: Iterable[Document]) -> AssistantSettings:
    """What the files say together; raises ContentError."""
    faults = Faults()
    found = AssistantSettings()
    for document in documents:
        if not isinstance(document.data, Mapping) or "overture" not in document.data:
            continue
        fields = Fields(
            document, faults, document.data["overture"], "overture", document.place(document.data, "overture")
        )
        fields.only("company", "silence", "other_languages", "several_intents", "lapses")
        fields.choice("lapses", (REFUSE, WARN), "way with lapses")  # who reads the content looks for it
        found = replace(found, company=fields.text("company") or found.company)
        if fields.node.get("silence") is not False:
            silence = fields.read("silence", wording.duration, advice="Write 5m, or false for never.")
            found = replace(found, silence=silence)
        strangers = fields.choice("other_languages", (SAY_SO, ANSWER), "way with other languages")
        found = replace(found, answers_strangers=strangers == ANSWER)
        several = fields.node.get("several_intents", False)
        if not isinstance(several, bool):
            faults.add(
                fields.place("several_intents"), '"several_intents" must be true or false.', "Leave it out for false."
            )
        found = replace(found, several_intents=several is True)
    faults.raise_if_any()
    return found

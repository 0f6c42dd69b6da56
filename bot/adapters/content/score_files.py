"""The files of scores, as their authors see and change them, and what looks at a score."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Literal

from bot.adapters.content.authors_folder import AuthorsFolder
from bot.adapters.content.content_files import text_of
from bot.adapters.content.journey_shelf import read_journey_files
from bot.adapters.content.shelves import Shelves
from bot.documents import Document, Faults, parse
from bot.domain.assistant import Response
from bot.domain.audience import ProfileSchema
from bot.domain.errors import ContentError, Fault
from bot.domain.score import Grades, ScoreRule
from bot.journeys.grades import read_grades
from bot.journeys.score_rules import read_score_rules

LOOKS = re.compile(r"\blead\.(fit|engagement|total|grade)\b")

Kind = Literal["journey", "segment", "desk", "crm", "response"]


@dataclass(frozen=True, slots=True)
class CheckedScores:
    """What a text says; `grades` is None where it says nothing of them. With faults there is nothing."""

    rules: tuple[ScoreRule, ...] = ()
    grades: Grades | None = None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class ScoreUse:
    """What looks at a score, and at what of it: fit, engagement, total, grade."""

    kind: Kind
    name: str
    of: tuple[str, ...]


def score_files(shelves: Shelves) -> AuthorsFolder:
    return AuthorsFolder(shelves.journeys / "scores", "file of scores", (".yml", ".yaml"))


def check_scores(shown: str, text: str, schema: ProfileSchema | None) -> CheckedScores:
    """Read a file of scores by itself."""
    faults = Faults()
    try:
        document = parse(shown, text)
        rules = read_score_rules(document, schema)
        grades = read_grades(document, faults)
        faults.raise_if_any()
    except ContentError as error:
        return CheckedScores(faults=error.faults)
    return CheckedScores(rules, grades)


def score_uses(shelves: Shelves, responses: Collection[Response]) -> list[ScoreUse]:
    """By the files of journeys, segments, desks and CRMs, and by the mappings that CRMs bring along."""
    files = read_journey_files(shelves.journeys, Faults())
    own = {document.data.get("crm") for document in files.crms if isinstance(document.data, Mapping)}
    brought = [parse(*text_of(path)) for name, path in shelves.crm_fields.items() if name not in own]
    found: list[tuple[Kind, str, Any]] = [
        *(("journey", _id_of(one, "journey"), one.data) for one in files.journeys),
        *(("segment", _id_of(one, "segment"), one.data) for one in files.segments),
        *(("desk", _id_of(one, "desk"), one.data) for one in files.desks),
        *(("crm", _id_of(one, "crm"), one.data) for one in (*files.crms, *brought)),
        *(("response", one.name, [variation.text for variation in one.variations]) for one in responses),
    ]
    uses = (ScoreUse(kind, name, tuple(sorted(set(_looked_at(said))))) for kind, name, said in found)
    return [use for use in uses if use.of]


def _id_of(document: Document, kind: str) -> str:
    name = document.data.get(kind) if isinstance(document.data, Mapping) else None
    return str(name or PurePath(document.path).stem)


def _looked_at(said: Any) -> Iterator[str]:
    match said:
        case str():
            yield from LOOKS.findall(said)
        case Mapping():
            for one in said.values():
                yield from _looked_at(one)
        case list() | tuple():
            for one in said:
                yield from _looked_at(one)

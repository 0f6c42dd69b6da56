"""Journey shelf: what lies in the folder of journeys, read and checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from bot.adapters.content.content_files import NOTHING_ELSE, first, keep, read_documents, text_of, yaml_files
from bot.adapters.content.shelves import Shelves
from bot.documents import Document, Faults, parse
from bot.domain.audience import ProfileSchema, Segment
from bot.domain.crm import CrmMapping
from bot.domain.errors import Place
from bot.domain.journey import Journey
from bot.domain.likelihood import PredictionPlan, Scorecard
from bot.domain.reporting import ReportPlan
from bot.domain.routing import DeskPlan
from bot.domain.score import USUAL_GRADES, Grades, ScoreRule
from bot.journeys.content import Known, read_journey
from bot.journeys.crm_mapping import read_crm_mapping
from bot.journeys.desk_plan import read_desk_plan
from bot.journeys.grades import grades_said
from bot.journeys.likelihood import FOLDERS, read_scorecard
from bot.journeys.likelihood_plan import read_prediction_plan
from bot.journeys.profile_schema import read_profile_schema
from bot.journeys.report_plan import read_report_plan
from bot.journeys.runs import check_runs, warn_of_chains
from bot.journeys.score_rules import read_score_rules
from bot.journeys.segments import read_segment
from bot.journeys.selection import foretold_in, looks_at_grade

P = TypeVar("P", PredictionPlan, Scorecard)

PROFILE = "profile"
"""The file in the journeys' folder that is no journey: it says what people have."""


@dataclass(frozen=True, slots=True)
class JourneyDocuments:
    """The files as YAML, by what each is for; what they say is not read yet."""

    journeys: list[Document]
    profile: list[Document]
    segments: list[Document]
    plans: list[Document]
    scorecards: list[Document]
    reports: list[Document]
    scores: list[Document]
    crms: list[Document]
    desks: list[Document]
    rules: list[Document]
    segment_names: frozenset[str]
    """Of files that are no YAML, too: others may refer to them."""


@dataclass(frozen=True, slots=True)
class JourneyShelf:
    """What the files say. Of what has faults, which are kept with the others, there is nothing."""

    journeys: Mapping[str, Journey]
    segments: Mapping[str, Segment]
    crm_mappings: Mapping[str, CrmMapping]
    score_rules: tuple[ScoreRule, ...]
    desk_plans: tuple[DeskPlan, ...]
    prediction_plans: tuple[PredictionPlan, ...]
    scorecards: tuple[Scorecard, ...]
    report_plan: ReportPlan | None
    grades: Grades


def read_journey_files(
    folder: Path, unreadable: Faults, instead: Mapping[Path, str] = NOTHING_ELSE
) -> JourneyDocuments:
    in_folder, segments = yaml_files(folder, "*"), yaml_files(folder, "segments/*")
    in_folder += [path for path in instead if path.parent == folder and path not in in_folder]
    read = partial(read_documents, faults=unreadable, instead=instead)
    return JourneyDocuments(
        journeys=read([path for path in in_folder if path.stem != PROFILE]),
        profile=read([path for path in in_folder if path.stem == PROFILE]),
        segments=read(segments),
        plans=read(_of_predictions(folder, "plan")),
        scorecards=read(_of_predictions(folder, "scorecard")),
        reports=read(yaml_files(folder, "reports/marketing")),
        scores=read(yaml_files(folder, "scores/*")),
        crms=read(yaml_files(folder, "crm/*")),
        desks=read(yaml_files(folder, "desks/*")),
        rules=read(yaml_files(folder, "rules/*")),
        segment_names=frozenset(path.stem for path in segments),
    )


def read_journey_shelf(
    files: JourneyDocuments,
    shelves: Shelves,
    known: Known,
    profile: ProfileSchema | None,
    faults: Faults,
    warnings: Faults,
) -> JourneyShelf:
    scorecards = _predictions(files.scorecards, lambda one: read_scorecard(one, profile), faults)
    grades = grades_said(files.scores, faults)
    score_rules = [keep(partial(read_score_rules, one, profile), faults) for one in files.scores]
    return JourneyShelf(
        journeys=_journeys(files.journeys, known, faults, warnings),
        segments=_segments(files.segments, profile, scorecards, grades, faults),
        crm_mappings=_crm_mappings(shelves, files.crms, profile, faults, warnings),
        score_rules=tuple(rule for rules in score_rules for rule in rules or ()),
        desk_plans=_desk_plans(shelves, files.desks, profile, faults),
        prediction_plans=_predictions(files.plans, lambda one: read_prediction_plan(one, profile), faults),
        scorecards=scorecards,
        report_plan=first(files.reports, read_report_plan, faults),
        grades=grades,
    )


def _of_predictions(folder: Path, name: str) -> list[Path]:
    """The files of this name in each prediction's folder."""
    return [path for inside in FOLDERS.values() for path in yaml_files(folder, f"{inside}/{name}")]


def _journeys(documents: list[Document], known: Known, faults: Faults, warnings: Faults) -> dict[str, Journey]:
    """The journeys by their ids; an id that two files have is a fault of the second."""
    journeys: dict[str, Journey] = {}
    for document in documents:
        journey = keep(partial(read_journey, document, known, warnings), faults)
        if journey is None:
            continue
        if journey.id in journeys:
            faults.add(document.place(document.data, "journey"), f'there is another journey "{journey.id}".')
        journeys[journey.id] = journey
    check_runs(journeys, faults)
    warn_of_chains(journeys, warnings)
    return journeys


def _predictions(documents: list[Document], read: Callable[[Document], P], faults: Faults) -> tuple[P, ...]:
    """Of each prediction one; where it stands says which one it is."""
    found: list[P] = []
    for document in documents:
        one = keep(partial(read, document), faults)
        folder = Path(document.path).parent.name
        if one is not None and FOLDERS[one.predicts] != folder:
            faults.add(document.place(), f"this is of {one.predicts}, whose folder is {FOLDERS[one.predicts]}.")
        elif one is not None and any(each.predicts == one.predicts for each in found):
            faults.add(document.place(), f"there is another file for {one.predicts} in {folder}.", "Keep one.")
        elif one is not None:
            found.append(one)
    return tuple(found)


def _segments(
    documents: list[Document],
    profile: ProfileSchema | None,
    cards: Sequence[Scorecard],
    grades: Grades,
    faults: Faults,
) -> dict[str, Segment]:
    """The segments by their ids; an id that two files have is a fault of the second."""
    segments: dict[str, Segment] = {}
    for document in documents:
        segment = keep(partial(read_segment, document, profile), faults)
        if segment is not None and segment.id in segments:
            faults.add(document.place(document.data, "segment"), f'there is another segment "{segment.id}".')
        elif segment is not None:
            asked = foretold_in(segment.condition)
            by = tuple(card for card in cards if card.is_on and card.predicts in asked)
            graded = grades if looks_at_grade(segment.condition) else USUAL_GRADES
            segments[segment.id] = replace(segment, scorecards=by, grades=graded)
    return segments


def _crm_mappings(
    shelves: Shelves, documents: list[Document], profile: ProfileSchema | None, faults: Faults, warnings: Faults
) -> dict[str, CrmMapping]:
    """Of each CRM its file in `journeys/crm/`, else what its connector brings along, which asks for no declaration."""
    known = frozenset(shelves.crms)
    read = [keep(partial(read_crm_mapping, one, profile, known, warnings), faults) for one in documents]
    found = {mapping.crm: mapping for mapping in read if mapping is not None}
    for name, path in shelves.crm_fields.items():
        if name not in found:
            found[name] = read_crm_mapping(parse(*text_of(path)), None, None)
    return found


def _desk_plans(
    shelves: Shelves, documents: list[Document], profile: ProfileSchema | None, faults: Faults
) -> tuple[DeskPlan, ...]:
    """How the desks work; a desk that two files are for is a fault of the second. Without any desk nobody works."""
    plans: dict[str, DeskPlan] = {}
    for document in documents if shelves.desks else ():
        plan = keep(partial(read_desk_plan, document, shelves.desks, profile), faults)
        if plan is not None and plan.desk in plans:
            faults.add(document.place(document.data, "for"), f'there is another file for the desk "{plan.desk}".')
        elif plan is not None:
            plans[plan.desk] = plan
    return tuple(plans.values())


def read_profile_alone(folder: Path) -> ProfileSchema:
    """What people are declared to have in this folder of journeys; raises ContentError where that has faults."""
    faults = Faults()
    documents = read_documents(yaml_files(folder, PROFILE), faults)
    schema = profile_schema(documents, faults)
    faults.raise_if_any()
    return schema or ProfileSchema()


def profile_schema(documents: list[Document], faults: Faults) -> ProfileSchema | None:
    """What people are declared to have; None where there is no such file, or one with faults."""
    found = [keep(partial(read_profile_schema, document), faults) for document in documents]
    if len(found) > 1:
        faults.add(Place(documents[1].path), f"there is another file for this: {documents[0].path}.", "Keep one.")
    return found[0] if found else None

"""Contents: everything that marketers and bot builders wrote, read and checked together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from bot.adapters.assistant_settings import AssistantSettings, read_assistant_settings
from bot.adapters.built_in_responses import with_built_in_responses
from bot.adapters.channel_limits import beyond_limits
from bot.adapters.content_files import (
    CONTENT,
    YAML,
    each,
    files_below,
    first,
    keep,
    leads_nowhere,
    raise_if_any,
    read_documents,
    require_folder,
    text_of,
    yaml_files,
)
from bot.adapters.content_languages import check_own_words, encoder_knows_no_other, left_to_words
from bot.adapters.dead_ends import dead_ends
from bot.adapters.known_names import known_names
from bot.adapters.language_guesser import language_guesser
from bot.adapters.unread import unread_files, unread_variations
from bot.dialogue.content import read_assistant
from bot.dialogue.opt_out_words import what_sells
from bot.dialogue.rasa1 import refuse_markdown
from bot.documents import Document, Faults, parse
from bot.domain.assistant import Assistant
from bot.domain.audience import ProfileSchema, Segment
from bot.domain.crm import CrmMapping
from bot.domain.errors import Fault, Place
from bot.domain.journey import Journey
from bot.domain.likelihood import DriftBounds, PredictionPlan, Scorecard
from bot.domain.reporting import ReportPlan
from bot.domain.routing import DeskPlan
from bot.domain.score import USUAL_GRADES, Grades, ScoreRule
from bot.domain.sending_rules import SendingRules
from bot.domain.understanding import OPT_OUT_INTENT
from bot.journeys.content import Known, read_journey
from bot.journeys.crm_mapping import read_crm_mapping
from bot.journeys.desk_plan import read_desk_plan
from bot.journeys.grades import grades_said
from bot.journeys.how_to_stop import without_how_to_stop
from bot.journeys.kinds import profile_names
from bot.journeys.likelihood import FOLDERS, read_scorecard
from bot.journeys.likelihood_plan import read_prediction_plan
from bot.journeys.profile_schema import read_profile_schema
from bot.journeys.report_plan import read_report_plan
from bot.journeys.rules import read_rules
from bot.journeys.runs import check_runs
from bot.journeys.score_rules import read_score_rules
from bot.journeys.segments import read_segment
from bot.journeys.selection import foretold_in, looks_at_grade
from bot.journeys.templates import sent_without_template
from bot.nlu.knowledge_pages import knowledge_examples, read_pages
from bot.nlu.languages import Languages, languages_with_examples, spoken_languages
from bot.nlu.training_data import TrainingData, read_training_data
from bot.ports import ChannelKind

P = TypeVar("P", PredictionPlan, Scorecard)

NOT_THE_ASSISTANT = frozenset({"endpoints.yml", "credentials.yml"})
PROFILE = "profile"
"""The file in the journeys' folder that is no journey: it says what people have."""

OTHER_FOLDERS = frozenset({"tests", "journeys", "actions", "results"})
"""Folders in an assistant's own that hold something else, as those whose names begin with a dot do."""

REQUIRED_RESPONSES = {
    "utter_disclosure": "it is said before the first words of every conversation (EU AI Act, article 50)",
    "utter_opted_out": "it is the one confirmation of an opt-out",
    "utter_help": "it answers HELP on text channels",
    "utter_internal_error": "it is said once when an action fails",
}


@dataclass(frozen=True, slots=True)
class Shelves:
    """Where content is, and what else it may refer to.

    Where nobody is at the desks, `has_desk` is false. `left_out` finds the channels of connectors that are there and
    that the settings do not name. `reply_windows` are those of channels that have one, `crm_fields` the mappings that
    CRMs bring along.
    """

    assistant: Path
    journeys: Path
    model: Path
    encoder: str = ""
    channels: tuple[str, ...] = ()
    left_out: Callable[[], Collection[str]] = tuple
    desks: tuple[str, ...] = ()
    has_desk: bool = True
    crms: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()
    kinds: Mapping[str, ChannelKind] = field(default_factory=dict)
    reply_windows: Mapping[str, timedelta] = field(default_factory=dict)
    crm_fields: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything that was read and found good.

    `pages` are the texts of the knowledge pages, by path. `warnings` tell of what is no fault, and is hardly meant.
    `said` are the intents that have examples.
    """

    assistant: Assistant
    documents: tuple[Document, ...]
    pages: Mapping[str, str]
    journeys: Mapping[str, Journey]
    rules: SendingRules
    settings: AssistantSettings
    languages: Languages
    warnings: tuple[Fault, ...] = ()
    profile: ProfileSchema | None = None
    segments: Mapping[str, Segment] = field(default_factory=dict)
    vocabulary: tuple[str, ...] = ()
    crm_mappings: Mapping[str, CrmMapping] = field(default_factory=dict)
    score_rules: tuple[ScoreRule, ...] = ()
    desk_plans: tuple[DeskPlan, ...] = ()
    prediction_plans: tuple[PredictionPlan, ...] = ()
    scorecards: tuple[Scorecard, ...] = ()
    report_plan: ReportPlan | None = None
    grades: Grades = USUAL_GRADES
    said: frozenset[str] = frozenset()
    opt_out_languages: frozenset[str] = frozenset()

    def drift_bounds(self, card: Scorecard) -> DriftBounds:
        """From where on people have changed since it was learnt, as its plan says."""
        return next((one.drift for one in self.prediction_plans if one.predicts == card.predicts), DriftBounds())


def read_contents(shelves: Shelves) -> Contents:
    """Read and check all content; raises one ContentError with every fault of every file.

    Raises SettingsError where there is no such folder.
    """
    require_folder(shelves.assistant, "OVERTURE_ASSISTANT")
    require_folder(shelves.journeys, "OVERTURE_JOURNEYS")
    unreadable, faults, warnings = Faults(), Faults(), Faults()
    below = files_below(shelves.assistant)
    documents = read_documents(_assistant_files(shelves.assistant, below), unreadable)
    content = [path for path in below if not _is_other(path.relative_to(shelves.assistant).parts[0])]
    in_folder = files_below(shelves.journeys)
    links = {path for path in (*below, *in_folder) if leads_nowhere(path)}
    each(sorted(path for path in links if path.suffix not in CONTENT), text_of, faults)
    pages = dict(each(sorted(shelves.assistant.glob("knowledge/*.md")), text_of, faults))
    others = [path for path in below if path.suffix == ".md" and path.parent.name != "knowledge"]
    refuse_markdown(dict(each(others, text_of, faults)), faults)
    in_journeys = yaml_files(shelves.journeys, "*")
    journey_documents = read_documents([path for path in in_journeys if path.stem != PROFILE], unreadable)
    profile_documents = read_documents([path for path in in_journeys if path.stem == PROFILE], unreadable)
    segment_documents = read_documents(yaml_files(shelves.journeys, "segments/*"), unreadable)
    plan_documents = read_documents(_of_predictions(shelves, "plan"), unreadable)
    card_documents = read_documents(_of_predictions(shelves, "scorecard"), unreadable)
    report_documents = read_documents(yaml_files(shelves.journeys, "reports/marketing"), unreadable)
    score_documents = read_documents(yaml_files(shelves.journeys, "scores/*"), unreadable)
    crm_documents = read_documents(yaml_files(shelves.journeys, "crm/*"), unreadable)
    desk_documents = read_documents(yaml_files(shelves.journeys, "desks/*"), unreadable)
    rule_documents = read_documents(yaml_files(shelves.journeys, "rules/*"), unreadable)
    assistant = keep(lambda: read_assistant(documents), faults)
    data = _check_understanding(documents, pages, assistant, shelves.channels, faults, warnings)
    rules = keep(
        lambda: read_rules(rule_documents, shelves.channels or None, left_out=shelves.left_out, warnings=warnings),
        faults,
    )
    settings = keep(lambda: read_assistant_settings(documents), faults)
    profile = _profile_schema(profile_documents, faults)
    known = known_names(
        assistant,
        documents,
        journey_documents,
        (path.stem for path in yaml_files(shelves.journeys, "segments/*")),
        channels=shelves.channels,
        left_out=shelves.left_out,
        desks=shelves.desks,
        crms=shelves.crms,
        endpoints=shelves.endpoints,
        profile=profile,
        kinds=shelves.kinds,
    )
    _require_responses(known, shelves, faults)
    company = settings.company if settings is not None else ""
    for fault in what_sells(assistant, company) if assistant is not None else ():
        faults.add(fault.place, fault.message, fault.suggestion)
    journeys = _journeys(journey_documents, known, faults, warnings)
    _check_personal(assistant, profile, faults)
    check_own_words(assistant, journeys.values(), faults)
    plans = _predictions(plan_documents, lambda one: read_prediction_plan(one, profile), faults)
    scorecards = _predictions(card_documents, lambda one: read_scorecard(one, profile), faults)
    report_plan = first(report_documents, read_report_plan, faults)
    grades = grades_said(score_documents, faults)
    segments = _segments(segment_documents, profile, scorecards, grades, faults)
    crm_mappings = _crm_mappings(shelves, crm_documents, profile, faults)
    score_rules = [keep(lambda one=one: read_score_rules(one, profile), faults) for one in score_documents]  # type: ignore[misc]
    desk_plans = _desk_plans(shelves, desk_documents, profile, faults)
    raise_if_any(unreadable, faults)
    assert assistant is not None and data is not None and rules is not None and settings is not None  # noqa: S101, PT018  each left a fault
    folder = Place(str(shelves.assistant))
    own, guesser = assistant.configuration.language, language_guesser()
    languages = Languages(guesser, own, spoken_languages(data.examples, own, guesser))
    opt_out_languages = languages_with_examples(OPT_OUT_INTENT, data.examples, languages)
    return Contents(
        with_built_in_responses(
            assistant if shelves.has_desk else assistant.without_desk(), offers_person=shelves.has_desk
        ),
        tuple(documents),
        pages,
        journeys,
        rules,
        settings,
        languages,
        (
            *assistant.warnings,
            *data.warnings,
            *dead_ends(assistant, documents, journeys.values(), data.intents),
            *encoder_knows_no_other(languages, documents, shelves.encoder, folder),
            *left_to_words(assistant, languages, opt_out_languages, folder),
            *warnings.in_order(),
            *sent_without_template(journeys, assistant, shelves.reply_windows),
            *without_how_to_stop(journeys, assistant, rules, _texting(shelves.kinds)),
            *beyond_limits(assistant, known, shelves.kinds),
            *unread_files(shelves.assistant, content),
            *unread_files(shelves.journeys, in_folder),
            *unread_variations(assistant, shelves.channels, shelves.left_out),
        ),
        profile,
        segments,
        _vocabulary(data, assistant),
        crm_mappings,
        tuple(rule for rules in score_rules for rule in rules or ()),
        desk_plans,
        plans,
        scorecards,
        report_plan,
        grades,
        data.intents,
        opt_out_languages,
    )


def _texting(kinds: Mapping[str, ChannelKind]) -> list[str]:
    """The channels that write to telephone numbers."""
    return [name for name, kind in kinds.items() if kind.abilities.identity == "phone" and not kind.abilities.spoken]


def _assistant_files(folder: Path, below: Sequence[Path]) -> list[Path]:
    return [
        path
        for path in below
        if path.suffix in YAML
        and path.name not in NOT_THE_ASSISTANT
        and not _is_other(path.relative_to(folder).parts[0])
    ]


def _is_other(name: str) -> bool:
    return name in OTHER_FOLDERS or name.startswith(".")


def _vocabulary(data: TrainingData, assistant: Assistant) -> tuple[str, ...]:
    """Names that customers are likely to say: what look-up tables list, what synonyms mean, what buttons say."""
    named = (value for values in data.lookups.values() for value in values)
    titles = (
        button.title
        for response in assistant.responses.values()
        for one in response.variations
        for button in one.buttons
    )
    return tuple(dict.fromkeys((*named, *data.synonyms.values(), *titles)))


def _check_understanding(
    documents: list[Document],
    pages: Mapping[str, str],
    assistant: Assistant | None,
    channels: Collection[str],
    faults: Faults,
    warnings: Faults,
) -> TrainingData | None:
    read = keep(lambda: read_pages(pages, known_channels=channels, warnings=warnings), faults)
    return keep(
        lambda: read_training_data(
            documents,
            extra=knowledge_examples(read or ()),
            known_intents=assistant.intents if assistant is not None else None,
            known_entities=assistant.entities if assistant is not None else None,
        ),
        faults,
    )


def _journeys(documents: list[Document], known: Known, faults: Faults, warnings: Faults) -> dict[str, Journey]:
    """The journeys by their ids; an id that two files have is a fault of the second."""
    journeys: dict[str, Journey] = {}
    for document in documents:
        journey = keep(lambda document=document: read_journey(document, known, warnings), faults)  # type: ignore[misc]
        if journey is None:
            continue
        if journey.id in journeys:
            faults.add(document.place(document.data, "journey"), f'there is another journey "{journey.id}".')
        journeys[journey.id] = journey
    check_runs(journeys, faults)
    return journeys


def _of_predictions(shelves: Shelves, name: str) -> list[Path]:
    """The files of this name in each prediction's folder."""
    return [path for folder in FOLDERS.values() for path in yaml_files(shelves.journeys, f"{folder}/{name}")]


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
        segment = keep(lambda document=document: read_segment(document, profile), faults)  # type: ignore[misc]
        if segment is not None and segment.id in segments:
            faults.add(document.place(document.data, "segment"), f'there is another segment "{segment.id}".')
        elif segment is not None:
            asked = foretold_in(segment.condition)
            by = tuple(card for card in cards if card.is_on and card.predicts in asked)
            graded = grades if looks_at_grade(segment.condition) else USUAL_GRADES
            segments[segment.id] = replace(segment, scorecards=by, grades=graded)
    return segments


def _crm_mappings(
    shelves: Shelves, documents: list[Document], profile: ProfileSchema | None, faults: Faults
) -> dict[str, CrmMapping]:
    """Of each CRM its file in `journeys/crm/`, else what its connector brings along, which asks for no declaration."""
    known = frozenset(shelves.crms)
    read = [keep(lambda one=one: read_crm_mapping(one, profile, known), faults) for one in documents]  # type: ignore[misc]
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
        read = lambda document=document: read_desk_plan(document, shelves.desks, profile)  # noqa: E731
        plan = keep(read, faults)
        if plan is not None and plan.desk in plans:
            faults.add(document.place(document.data, "for"), f'there is another file for the desk "{plan.desk}".')
        elif plan is not None:
            plans[plan.desk] = plan
    return tuple(plans.values())


def _check_personal(assistant: Assistant | None, profile: ProfileSchema | None, faults: Faults) -> None:
    """Liquid responses look at attributes that people have."""
    names = profile_names(profile)
    personal = [one for one in assistant.responses.values() if one.is_personal] if assistant is not None else []
    for response in personal:
        for variation in response.variations:
            for name in sorted(variation.attributes - names if names is not None else ()):
                faults.unknown(variation.place, "attribute", name, names or ())


def read_profile_alone(folder: Path) -> ProfileSchema:
    """What people are declared to have in this folder of journeys; raises ContentError where that has faults."""
    faults = Faults()
    documents = read_documents(yaml_files(folder, PROFILE), faults)
    schema = _profile_schema(documents, faults)
    faults.raise_if_any()
    return schema or ProfileSchema()


def _profile_schema(documents: list[Document], faults: Faults) -> ProfileSchema | None:
    """What people are declared to have; None where there is no such file, or one with faults."""
    found = [keep(lambda document=document: read_profile_schema(document), faults) for document in documents]  # type: ignore[misc]
    if len(found) > 1:
        faults.add(Place(documents[1].path), f"there is another file for this: {documents[0].path}.", "Keep one.")
    return found[0] if found else None


def _require_responses(known: Known, shelves: Shelves, faults: Faults) -> None:
    for name, why in REQUIRED_RESPONSES.items():
        if name not in known.responses:
            faults.add(
                Place(str(shelves.assistant)), f"the response {name} is missing: {why}.", "Add it under responses:."
            )

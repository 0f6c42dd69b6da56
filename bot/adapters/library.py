"""The library: reads all content, checks it together, and keeps the last good version in force."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import structlog

from bot.adapters.assistant_settings import AssistantSettings, read_assistant_settings
from bot.adapters.built_in_responses import with_built_in_responses
from bot.adapters.channel_limits import beyond_limits
from bot.adapters.encoder import knows_english_only
from bot.adapters.encoder_tuning import Steps
from bot.adapters.fine_tuning import FineTuning, fine_tune
from bot.adapters.known_names import known_names
from bot.adapters.language_guesser import language_guesser
from bot.adapters.training import find_model, load, train
from bot.dialogue.content import read_assistant
from bot.dialogue.rasa1 import refuse_markdown
from bot.documents import Document, Faults, parse, salvage
from bot.domain.assistant import Assistant
from bot.domain.audience import ProfileSchema, Segment
from bot.domain.crm import CrmMapping
from bot.domain.errors import ContentError, Fault, Place, SettingsError
from bot.domain.journey import Journey
from bot.domain.likelihood import PredictionPlan, Scorecard
from bot.domain.reporting import ReportPlan
from bot.domain.routing import DeskPlan
from bot.domain.score import ScoreRule
from bot.domain.sending_rules import SendingRules
from bot.domain.steps import SendStep
from bot.journeys.content import Known, read_journey
from bot.journeys.crm_mapping import read_crm_mapping
from bot.journeys.desk_plan import read_desk_plan
from bot.journeys.kinds import profile_names
from bot.journeys.likelihood import read_scorecard
from bot.journeys.likelihood_plan import read_prediction_plan
from bot.journeys.profile_schema import read_profile_schema
from bot.journeys.report_plan import read_report_plan
from bot.journeys.rules import read_rules
from bot.journeys.runs import check_runs
from bot.journeys.score_rules import read_score_rules
from bot.journeys.segments import read_segment
from bot.journeys.selection import asks_likelihood
from bot.journeys.templates import sent_without_template
from bot.nlu.knowledge_pages import knowledge_examples, read_pages
from bot.nlu.languages import Languages, folder_language, spoken_languages
from bot.nlu.pipeline import Pipeline
from bot.nlu.training_data import TrainingData, read_training_data
from bot.ports import ChannelKind, Nlu, Playbook

log = structlog.get_logger()

T = TypeVar("T")

LOOK_EVERY = 1.0
STAYS = "content is broken; the last good version stays in force"
NOT_THE_ASSISTANT = frozenset({"endpoints.yml", "credentials.yml"})
PROFILE = "profile"
"""The file in the journeys' folder that is no journey: it says what people have."""

OTHER_FOLDERS = frozenset({"tests", "journeys"})
"""Folders in an assistant's own that hold something else."""

REQUIRED_RESPONSES = {
    "utter_disclosure": "it is said before the first words of every conversation (EU AI Act, article 50)",
    "utter_opted_out": "it is the one confirmation of an opt-out",
    "utter_help": "it answers HELP on text channels",
    "utter_internal_error": "it is said once when an action fails",
}


@dataclass(frozen=True, slots=True)
class Shelves:
    """Where content is, and what else it may refer to.

    `reply_windows` are those of channels that have one, `crm_fields` the mappings that CRMs bring along.
    """

    assistant: Path
    journeys: Path
    model: Path
    encoder: str = ""
    channels: tuple[str, ...] = ()
    desks: tuple[str, ...] = ()
    crms: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()
    kinds: Mapping[str, ChannelKind] = field(default_factory=dict)
    reply_windows: Mapping[str, timedelta] = field(default_factory=dict)
    crm_fields: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything that was read and found good.

    `pages` are the texts of the knowledge pages, by path. `warnings` tell of what is no fault, and is hardly meant.
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
    prediction_plan: PredictionPlan | None = None
    scorecard: Scorecard | None = None
    report_plan: ReportPlan | None = None


def read_contents(shelves: Shelves) -> Contents:
    """Read and check all content; raises one ContentError with every fault of every file.

    Raises SettingsError where there is no such folder.
    """
    _require_folder(shelves.assistant, "OVERTURE_ASSISTANT")
    _require_folder(shelves.journeys, "OVERTURE_JOURNEYS")
    unreadable, faults, warnings = Faults(), Faults(), Faults()
    documents = read_documents(_assistant_files(shelves.assistant), unreadable)
    pages = dict(_each(sorted(shelves.assistant.glob("knowledge/*.md")), _text, faults))
    others = [path for path in sorted(shelves.assistant.rglob("*.md")) if path.parent.name != "knowledge"]
    refuse_markdown(dict(_each(others, _text, faults)), faults)
    in_journeys = _yaml_files(shelves.journeys, "*")
    journey_documents = read_documents([path for path in in_journeys if path.stem != PROFILE], unreadable)
    profile_documents = read_documents([path for path in in_journeys if path.stem == PROFILE], unreadable)
    segment_documents = read_documents(_yaml_files(shelves.journeys, "segments/*"), unreadable)
    plan_documents = read_documents(_yaml_files(shelves.journeys, "likelihood/plan"), unreadable)
    card_documents = read_documents(_yaml_files(shelves.journeys, "likelihood/scorecard"), unreadable)
    report_documents = read_documents(_yaml_files(shelves.journeys, "reports/marketing"), unreadable)
    score_documents = read_documents(_yaml_files(shelves.journeys, "scores/*"), unreadable)
    crm_documents = read_documents(_yaml_files(shelves.journeys, "crm/*"), unreadable)
    desk_documents = read_documents(_yaml_files(shelves.journeys, "desks/*"), unreadable)
    rule_documents = read_documents(_yaml_files(shelves.journeys, "rules/*"), unreadable)
    assistant = _keep(lambda: read_assistant(documents), faults)
    data = _check_understanding(documents, pages, assistant, shelves.channels, faults)
    rules = _keep(lambda: read_rules(rule_documents, shelves.channels or None), faults)
    settings = _keep(lambda: read_assistant_settings(documents), faults)
    profile = _profile_schema(profile_documents, faults)
    known = known_names(
        assistant,
        documents,
        journey_documents,
        (path.stem for path in _yaml_files(shelves.journeys, "segments/*")),
        channels=shelves.channels,
        desks=shelves.desks,
        crms=shelves.crms,
        endpoints=shelves.endpoints,
        profile=profile,
        kinds=shelves.kinds,
    )
    _require_responses(known, shelves, faults)
    journeys = _journeys(journey_documents, known, faults, warnings)
    _check_personal(assistant, profile, faults)
    _check_languages(assistant, journeys.values(), faults)
    plan = _first(plan_documents, lambda one: read_prediction_plan(one, profile), faults)
    scorecard = _first(card_documents, lambda one: read_scorecard(one, profile), faults)
    report_plan = _first(report_documents, read_report_plan, faults)
    segments = _segments(segment_documents, profile, scorecard, faults)
    crm_mappings = _crm_mappings(shelves, crm_documents, profile, faults)
    score_rules = [_keep(lambda one=one: read_score_rules(one, profile), faults) for one in score_documents]  # type: ignore[misc]
    desk_plans = _desk_plans(shelves, desk_documents, profile, faults)
    _raise_if_any(unreadable, faults)
    assert assistant is not None and data is not None and rules is not None and settings is not None  # noqa: S101, PT018  each left a fault
    own, guesser = assistant.configuration.language, language_guesser()
    languages = Languages(guesser, own, spoken_languages(data.examples, own, guesser))
    return Contents(
        with_built_in_responses(assistant),
        tuple(documents),
        pages,
        journeys,
        rules,
        settings,
        languages,
        (
            *assistant.warnings,
            *data.warnings,
            *_language_warnings(languages, documents, shelves),
            *warnings.in_order(),
            *sent_without_template(journeys, assistant, shelves.reply_windows),
            *beyond_limits(assistant, known, shelves.kinds),
        ),
        profile,
        segments,
        _vocabulary(data, assistant),
        crm_mappings,
        tuple(rule for rules in score_rules for rule in rules or ()),
        desk_plans,
        plan,
        scorecard,
        report_plan,
    )


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


def open_playbook(shelves: Shelves, progress: Callable[[str], None] = lambda _: None) -> Playbook:
    """Read, train if what is to be understood has changed, and load; slow when it trains, else under a second."""
    contents = read_contents(shelves)
    understanding = open_pipeline(shelves, contents, progress)
    return Playbook(
        contents.assistant,
        understanding,
        contents.journeys,
        contents.rules,
        contents.settings.silence,
        contents.languages.spoken,
        contents.settings.answers_strangers,
        contents.profile,
        contents.segments,
        contents.vocabulary,
        contents.crm_mappings,
        contents.score_rules,
        contents.desk_plans,
        contents.scorecard,
    )


def train_contents(shelves: Shelves, contents: Contents, progress: Callable[[str], None] = lambda _: None) -> Path:
    """The model of these contents; made anew only where what is to be understood has changed."""
    return train(
        contents.documents,
        contents.pages,
        encoder_name=shelves.encoder,
        folder=shelves.model,
        progress=progress,
    )


def is_trained(shelves: Shelves, contents: Contents) -> bool:
    """Whether there is a model of these contents."""
    found = find_model(contents.documents, contents.pages, encoder_name=shelves.encoder, folder=shelves.model)
    return found is not None


def fine_tune_contents(
    shelves: Shelves, contents: Contents, progress: Callable[[str], None], steps: Steps
) -> FineTuning:
    """The model of these contents, with an encoder that was tuned on them where that is better."""
    return fine_tune(
        contents.documents,
        contents.pages,
        encoder_name=shelves.encoder,
        folder=shelves.model,
        progress=progress,
        steps=steps,
    )


def trained_understanding(shelves: Shelves, contents: Contents) -> Nlu | None:
    """How these contents are understood, where that is trained already."""
    model = find_model(
        contents.documents,
        contents.pages,
        encoder_name=shelves.encoder,
        folder=shelves.model,
    )
    return None if model is None else _understanding(contents, model)


def open_pipeline(shelves: Shelves, contents: Contents, progress: Callable[[str], None] = lambda _: None) -> Pipeline:
    """How these contents are understood, trained where that has changed."""
    return _understanding(contents, train_contents(shelves, contents, progress))


def _understanding(contents: Contents, model: Path) -> Pipeline:
    """The trained model, asking of an intent what the assistant's `config.yml` asks for."""
    asked = contents.assistant.configuration
    return replace(
        load(model),
        understood_above=asked.understood_above,
        ambiguous_within=asked.ambiguous_within,
        languages=contents.languages,
        several_intents=contents.settings.several_intents,
    )


Stamp = frozenset[tuple[str, int, int]]


class WatchedLibrary:
    """The playbook in force. `watch` reads again when a file changes; faults leave the last good version in force."""

    def __init__(self, shelves: Shelves, playbook: Playbook, *, seen: Stamp | None = None) -> None:
        """`seen` is the stamp of the files that the playbook was read from; without it, as they are now."""
        self._shelves = shelves
        self._playbook = playbook
        self._seen = stamp_of(shelves) if seen is None else seen
        self.faults: tuple[Fault, ...] = ()

    @classmethod
    def opened(cls, shelves: Shelves, progress: Callable[[str], None] = lambda _: None) -> WatchedLibrary:
        """Opens the playbook; what is edited meanwhile counts as a change."""
        seen = stamp_of(shelves)
        return cls(shelves, open_playbook(shelves, progress), seen=seen)

    def current(self) -> Playbook:
        return self._playbook

    async def watch(self, tell: Callable[[tuple[Fault, ...]], Awaitable[None]]) -> None:
        """Look at the files once a second, for ever; `tell` hears of each reading, with the faults it found."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            stamp = await asyncio.to_thread(stamp_of, self._shelves)
            if stamp == self._seen:
                continue
            self._seen = stamp
            await self._read_again()
            try:
                await tell(self.faults)
            except Exception:
                log.exception("nobody could be told of the new content")

    async def _read_again(self) -> None:
        try:
            self._playbook = await asyncio.to_thread(open_playbook, self._shelves)
        except ContentError as error:
            self.faults = error.faults
            log.error(STAYS, faults=[str(fault) for fault in error.faults])
        except Exception as error:
            # Whatever it was (a folder that is being replaced, a full disk), the next change is to be seen.
            self.faults = (Fault(Place(str(self._shelves.assistant)), f"the content cannot be read: {error}"),)
            log.exception(STAYS)
        else:
            self.faults = ()
            log.info("content was read again")


def stamp_of(shelves: Shelves) -> Stamp:
    """Of every file of the content its time and size: it changes when one of them does."""
    found = set()
    for path in [*shelves.assistant.rglob("*"), *shelves.journeys.rglob("*")]:
        if path.suffix in (".yml", ".yaml", ".md"):
            with contextlib.suppress(FileNotFoundError):  # editors save by replacing the file
                status = path.stat()
                found.add((str(path), status.st_mtime_ns, status.st_size))
    return frozenset(found)


def _check_understanding(
    documents: list[Document],
    pages: Mapping[str, str],
    assistant: Assistant | None,
    channels: Collection[str],
    faults: Faults,
) -> TrainingData | None:
    read = _keep(lambda: read_pages(pages, known_channels=channels), faults)
    return _keep(
        lambda: read_training_data(
            documents,
            extra=knowledge_examples(read or ()),
            known_intents=assistant.intents if assistant is not None else None,
            known_entities=assistant.entities if assistant is not None else None,
        ),
        faults,
    )


def _language_warnings(languages: Languages, documents: Sequence[Document], shelves: Shelves) -> Iterator[Fault]:
    if not knows_english_only(shelves.encoder):
        return
    folders = {language: document.path for document in documents if (language := folder_language(document.path))}
    for language in sorted(languages.spoken - {"en"}):
        yield Fault(
            Place(folders.get(language, str(shelves.assistant))),
            f'there are examples in "{language}", and the encoder that comes along knows English: in other languages a '
            "message is understood by the words that it shares with the examples, not by what it means.",
            "Add more examples, or set OVERTURE_ENCODER to a multilingual sentence-transformers model.",
        )


def _journeys(documents: list[Document], known: Known, faults: Faults, warnings: Faults) -> dict[str, Journey]:
    """The journeys by their ids; an id that two files have is a fault of the second."""
    journeys: dict[str, Journey] = {}
    for document in documents:
        journey = _keep(lambda document=document: read_journey(document, known, warnings), faults)  # type: ignore[misc]
        if journey is None:
            continue
        if journey.id in journeys:
            faults.add(document.place(document.data, "journey"), f'there is another journey "{journey.id}".')
        journeys[journey.id] = journey
    check_runs(journeys, faults)
    return journeys


def _first(documents: list[Document], read: Callable[[Document], T], faults: Faults) -> T | None:
    """What the one file of its kind says, where there is one."""
    found = [_keep(lambda one=one: read(one), faults) for one in documents]  # type: ignore[misc]
    return found[0] if found else None


def _segments(
    documents: list[Document], profile: ProfileSchema | None, card: Scorecard | None, faults: Faults
) -> dict[str, Segment]:
    """The segments by their ids; an id that two files have is a fault of the second."""
    segments: dict[str, Segment] = {}
    for document in documents:
        segment = _keep(lambda document=document: read_segment(document, profile), faults)  # type: ignore[misc]
        if segment is not None and segment.id in segments:
            faults.add(document.place(document.data, "segment"), f'there is another segment "{segment.id}".')
        elif segment is not None and card is not None and card.is_on and asks_likelihood(segment.condition):
            segments[segment.id] = replace(segment, scorecard=card)
        elif segment is not None:
            segments[segment.id] = segment
    return segments


def _crm_mappings(
    shelves: Shelves, documents: list[Document], profile: ProfileSchema | None, faults: Faults
) -> dict[str, CrmMapping]:
    """Of each CRM its file in `journeys/crm/`, else what its connector brings along, which asks for no declaration."""
    known = frozenset(shelves.crms)
    read = [_keep(lambda one=one: read_crm_mapping(one, profile, known), faults) for one in documents]  # type: ignore[misc]
    found = {mapping.crm: mapping for mapping in read if mapping is not None}
    for name, path in shelves.crm_fields.items():
        if name not in found:
            found[name] = read_crm_mapping(parse(*_text(path)), None, None)
    return found


def _desk_plans(
    shelves: Shelves, documents: list[Document], profile: ProfileSchema | None, faults: Faults
) -> tuple[DeskPlan, ...]:
    """How the desks work; a desk that two files are for is a fault of the second. Without any desk nobody works."""
    plans: dict[str, DeskPlan] = {}
    for document in documents if shelves.desks else ():
        read = lambda document=document: read_desk_plan(document, shelves.desks, profile)  # noqa: E731
        plan = _keep(read, faults)
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


def _check_languages(assistant: Assistant | None, journeys: Iterable[Journey], faults: Faults) -> None:
    """What is written to people unasked says something to those of every language, and so does what is personal."""
    if assistant is None:
        return
    sent = {step.response for one in journeys for step in one.steps.values() if isinstance(step, SendStep)}
    for name, response in assistant.responses.items():
        foreign = all(variation.language is not None for variation in response.variations)
        if foreign and (response.is_personal or name in sent):
            faults.add(
                response.variations[0].place,
                f'the response "{response.name}" has no words in the assistant\'s own language.',
                "Add a variation without language, for everybody else.",
            )


def _profile_schema(documents: list[Document], faults: Faults) -> ProfileSchema | None:
    """What people are declared to have; None where there is no such file, or one with faults."""
    found = [_keep(lambda document=document: read_profile_schema(document), faults) for document in documents]  # type: ignore[misc]
    if len(found) > 1:
        faults.add(Place(documents[1].path), f"there is another file for this: {documents[0].path}.", "Keep one.")
    return found[0] if found else None


def _require_folder(folder: Path, setting: str) -> None:
    if not folder.is_dir():
        raise SettingsError(
            f"there is no folder {folder}. Start Overture where its content is, or name the folder in {setting}."
        )


def _assistant_files(folder: Path) -> list[Path]:
    return [
        path
        for path in _yaml_files(folder, "**/*")
        if path.name not in NOT_THE_ASSISTANT and OTHER_FOLDERS.isdisjoint(path.relative_to(folder).parts)
    ]


def _yaml_files(folder: Path, pattern: str) -> list[Path]:
    return sorted([*folder.glob(f"{pattern}.yml"), *folder.glob(f"{pattern}.yaml")])


def read_documents(paths: list[Path], faults: Faults) -> list[Document]:
    """The files as YAML. Of one that is none, what can be made of it: others may refer to what it declares."""
    found = []
    for path in paths:
        document = _keep(lambda path=path: parse(*_text(path)), faults)  # type: ignore[misc]
        if document is None:
            document = salvage(str(path), path.read_text(encoding="utf-8", errors="replace"))
        if document is not None:
            found.append(document)
    return found


def _raise_if_any(unreadable: Faults, faults: Faults) -> None:
    """Files that are no YAML come first, and only that is told of them: the rest may come of how they were read."""
    bad_files = {fault.place.path for fault in unreadable.in_order()}
    others = [fault for fault in faults.in_order() if fault.place.path not in bad_files]
    if bad_files or others:
        raise ContentError([*unreadable.in_order(), *others])


def _each(paths: list[Path], read: Callable[[Path], T], faults: Faults) -> list[T]:
    found = []
    for path in paths:
        one = _keep(lambda path=path: read(path), faults)  # type: ignore[misc]
        if one is not None:
            found.append(one)
    return found


def _keep(read: Callable[[], T], faults: Faults) -> T | None:
    try:
        return read()
    except ContentError as error:
        faults.include(error)
        return None


def _text(path: Path) -> tuple[str, str]:
    try:
        return str(path), path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        before = path.read_bytes()[: error.start].decode("utf-8")
        place = Place(str(path), before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise ContentError([Fault(place, "this file is not UTF-8.", "Save it as UTF-8.")]) from error


def _require_responses(known: Known, shelves: Shelves, faults: Faults) -> None:
    for name, why in REQUIRED_RESPONSES.items():
        if name not in known.responses:
            faults.add(
                Place(str(shelves.assistant)), f"the response {name} is missing: {why}.", "Add it under responses:."
            )

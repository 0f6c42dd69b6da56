"""Contents: everything that marketers and bot builders wrote, read and checked together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from bot.adapters.content.assistant_settings import AssistantSettings, read_assistant_settings
from bot.adapters.content.built_in_responses import with_built_in_responses
from bot.adapters.content.channel_limits import beyond_limits, unknown_templates
from bot.adapters.content.content_files import (
    CONTENT,
    NOTHING_ELSE,
    YAML,
    each,
    files_below,
    keep,
    leads_nowhere,
    raise_if_any,
    read_documents,
    require_folder,
    text_of,
)
from bot.adapters.content.content_languages import (
    check_own_words,
    encoder_knows_no_other,
    left_to_words,
    unknown_languages,
    without_own_words,
    without_translation,
)
from bot.adapters.content.dead_ends import dead_ends
from bot.adapters.content.journey_shelf import (
    JourneyDocuments,
    profile_schema,
    read_journey_files,
    read_journey_shelf,
)
from bot.adapters.content.known_names import known_names
from bot.adapters.content.left_blank import left_blank
from bot.adapters.content.shelves import Shelves
from bot.adapters.content.unread import misplaced_files, unread_files, unread_variations
from bot.adapters.understanding.language_guesser import language_guesser
from bot.dialogue.content import read_assistant
from bot.dialogue.opt_out_words import what_sells
from bot.dialogue.rasa1 import refuse_markdown
from bot.documents import Document, Faults
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
from bot.journeys.content import Known
from bot.journeys.how_to_stop import without_how_to_stop
from bot.journeys.kinds import profile_names
from bot.journeys.rules import read_rules
from bot.journeys.templates import sent_without_template
from bot.journeys.unfollowed_links import links_not_followed
from bot.nlu.knowledge_pages import knowledge_examples, read_pages
from bot.nlu.languages import Languages, languages_with_examples, spoken_languages
from bot.nlu.training_data import TrainingData, read_training_data
from bot.ports import ChannelKind

NOT_THE_ASSISTANT = frozenset({"endpoints.yml", "credentials.yml"})
OTHER_FOLDERS = frozenset({"tests", "journeys", "actions", "results"})
"""Folders in an assistant's own that hold something else, as those whose names begin with a dot do."""

REQUIRED_RESPONSES = {
    "utter_disclosure": "it is said before the first words of every conversation (EU AI Act, article 50)",
    "utter_opted_out": "it is the one confirmation of an opt-out",
    "utter_help": "it answers HELP on text channels",
    "utter_internal_error": "it is said once when an action fails",
}


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything that was read and found good.

    `pages` are the texts of the knowledge pages, by path. `warnings` tell of what is no fault, and is hardly meant.
    `marked` are the intents that have examples, each with the entities that are marked in these.
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
    marked: Mapping[str, frozenset[str]] = field(default_factory=dict)
    opt_out_languages: frozenset[str] = frozenset()

    @property
    def said(self) -> frozenset[str]:
        """The intents that have examples."""
        return frozenset(self.marked)

    def drift_bounds(self, card: Scorecard) -> DriftBounds:
        """From where on people have changed since it was learnt, as its plan says."""
        return next((one.drift for one in self.prediction_plans if one.predicts == card.predicts), DriftBounds())


@dataclass(frozen=True, slots=True)
class _Files:
    """All files of both folders by their paths, and what stands in those that are content."""

    below: Sequence[Path]
    in_journeys: Sequence[Path]
    documents: list[Document]
    pages: Mapping[str, str]
    journeys: JourneyDocuments


def read_contents(shelves: Shelves, instead: Mapping[Path, str] = NOTHING_ELSE) -> Contents:
    """Read and check all content; raises one ContentError with every fault of every file.

    `instead` are texts that are read in place of files, or of pages and files of journeys that are not there yet:
    what would be if they were written. Raises SettingsError where there is no such folder.
    """
    unreadable, faults, warnings = Faults(), Faults(), Faults()
    files = _read_files(shelves, instead, unreadable, faults)
    documents, journeys = files.documents, files.journeys
    assistant = keep(lambda: read_assistant(documents), faults)
    data = _check_understanding(documents, files.pages, assistant, shelves.channels, faults, warnings)
    settings = keep(lambda: read_assistant_settings(documents), faults)
    rules = keep(
        lambda: read_rules(journeys.rules, shelves.channels or None, left_out=shelves.left_out, warnings=warnings),
        faults,
    )
    profile = profile_schema(journeys.profile, faults)
    known = known_names(
        shelves, assistant, journeys.segment_names, profile, documents=documents, journeys=journeys.journeys
    )
    on_shelf = read_journey_shelf(journeys, shelves, known, profile, faults, warnings)
    _require_responses(known, shelves, faults)
    if assistant is not None:
        check_responses(assistant, on_shelf.journeys, profile, faults, company=settings.company if settings else "")
    raise_if_any(unreadable, faults)
    assert assistant is not None and data is not None and rules is not None and settings is not None  # noqa: S101, PT018  each left a fault
    own, guesser = assistant.configuration.language, language_guesser()
    languages = Languages(guesser, own, spoken_languages(data.examples, own, guesser))
    contents = Contents(
        assistant=assistant,
        documents=tuple(documents),
        pages=files.pages,
        rules=rules,
        settings=settings,
        languages=languages,
        profile=profile,
        vocabulary=_vocabulary(data, assistant),
        marked=data.marked,
        opt_out_languages=languages_with_examples(OPT_OUT_INTENT, data.examples, languages),
        journeys=on_shelf.journeys,
        segments=on_shelf.segments,
        crm_mappings=on_shelf.crm_mappings,
        score_rules=on_shelf.score_rules,
        desk_plans=on_shelf.desk_plans,
        prediction_plans=on_shelf.prediction_plans,
        scorecards=on_shelf.scorecards,
        report_plan=on_shelf.report_plan,
        grades=on_shelf.grades,
    )
    told = (*data.warnings, *warnings.in_order())
    reachable = assistant if shelves.has_desk else assistant.without_desk()
    return replace(
        contents,
        assistant=with_built_in_responses(reachable, offers_person=shelves.has_desk),
        warnings=(*_warnings_of(contents, shelves, known, told), *_unread(shelves, files, assistant)),
    )


def _read_files(shelves: Shelves, instead: Mapping[Path, str], unreadable: Faults, faults: Faults) -> _Files:
    require_folder(shelves.assistant, "OVERTURE_ASSISTANT")
    require_folder(shelves.journeys, "OVERTURE_JOURNEYS")
    below, in_journeys = files_below(shelves.assistant), files_below(shelves.journeys)
    links = {path for path in (*below, *in_journeys) if leads_nowhere(path)}
    each(sorted(path for path in links if path.suffix not in CONTENT), text_of, faults)
    documents = read_documents(_assistant_files(shelves.assistant, below), unreadable, instead)
    pages = _pages(shelves.assistant, below, instead, faults)
    return _Files(below, in_journeys, documents, pages, read_journey_files(shelves.journeys, unreadable, instead))


def _unread(shelves: Shelves, files: _Files, assistant: Assistant) -> Iterator[Fault]:
    """What lies there, and is not read."""
    yield from unread_files(shelves.assistant, _own_files(shelves.assistant, files.below))
    yield from unread_files(shelves.journeys, files.in_journeys)
    yield from misplaced_files(shelves.journeys, files.in_journeys)
    yield from unread_variations(assistant, shelves.channels, shelves.left_out)


def _warnings_of(contents: Contents, shelves: Shelves, known: Known, told: Sequence[Fault]) -> Iterator[Fault]:
    """What is no fault, and hardly meant; what the readers have `told` is among it."""
    assistant, journeys = contents.assistant, contents.journeys
    folder = Place(str(shelves.assistant))
    yield from assistant.warnings
    yield from dead_ends(assistant, contents.documents, journeys.values(), contents.marked)
    yield from unknown_languages(assistant, contents.documents)
    yield from without_own_words(assistant)
    yield from without_translation(assistant, contents.languages, contents.documents, folder)
    yield from encoder_knows_no_other(contents.languages, contents.documents, shelves.encoder, folder)
    yield from left_to_words(assistant, contents.languages, contents.opt_out_languages, folder)
    yield from told
    yield from left_blank(assistant, journeys.values())
    yield from sent_without_template(journeys, assistant, reply_windows(shelves.kinds))
    yield from without_how_to_stop(journeys, assistant, contents.rules, texting(shelves.kinds))
    for one in journeys.values():
        yield from links_not_followed(one, contents.rules)
    yield from beyond_limits(assistant, known, shelves.kinds)
    yield from unknown_templates(assistant, shelves.kinds)


def texting(kinds: Mapping[str, ChannelKind]) -> list[str]:
    """The channels that write to telephone numbers."""
    return [name for name, kind in kinds.items() if kind.abilities.identity == "phone" and not kind.abilities.spoken]


def reply_windows(kinds: Mapping[str, ChannelKind]) -> dict[str, timedelta]:
    """The channels that take anything but a template only for a while after the customer's last message."""
    windows = {name: kind.abilities.reply_window for name, kind in kinds.items()}
    return {name: window for name, window in windows.items() if window is not None}


def _own_files(folder: Path, below: Sequence[Path]) -> list[Path]:
    return [path for path in below if not _is_other(path.relative_to(folder).parts[0])]


def assistant_files(folder: Path) -> list[Path]:
    """The files of YAML that an assistant is read from."""
    return _assistant_files(folder, files_below(folder))


def _assistant_files(folder: Path, below: Sequence[Path]) -> list[Path]:
    own = _own_files(folder, below)
    return [path for path in own if path.suffix in YAML and path.name not in NOT_THE_ASSISTANT]


def page_texts(shelves: Shelves) -> dict[str, str]:
    """The texts of the knowledge pages, by path; nothing of those that are no text."""
    return dict(each(sorted(shelves.assistant.glob("knowledge/*.md")), text_of, Faults()))


def _pages(folder: Path, below: Sequence[Path], instead: Mapping[Path, str], faults: Faults) -> dict[str, str]:
    """The texts of the knowledge pages, by path. Markdown elsewhere is of Rasa 1, or nothing of ours."""
    others = [path for path in below if path.suffix == ".md" and path.parent.name != "knowledge"]
    refuse_markdown(dict(each(others, text_of, faults)), faults)
    typed = {path: text for path, text in instead.items() if path.suffix == ".md"}
    written = [path for path in sorted(folder.glob("knowledge/*.md")) if path not in typed]
    return dict(each(written, text_of, faults)) | {str(path): text for path, text in typed.items()}


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


def _require_responses(known: Known, shelves: Shelves, faults: Faults) -> None:
    for name, why in REQUIRED_RESPONSES.items():
        if name not in known.responses:
            faults.add(
                Place(str(shelves.assistant)), f"the response {name} is missing: {why}.", "Add it under responses:."
            )


def check_responses(
    assistant: Assistant,
    journeys: Mapping[str, Journey],
    profile: ProfileSchema | None,
    faults: Faults,
    *,
    company: str = "",
) -> None:
    """Nothing sells where it must not, and Liquid responses look at attributes that people have."""
    for fault in what_sells(assistant, company):
        faults.add(fault.place, fault.message, fault.suggestion)
    names = profile_names(profile)
    for response in assistant.responses.values():
        for variation in response.variations if response.is_personal else ():
            for name in sorted(variation.attributes - names if names is not None else ()):
                faults.unknown(variation.place, "attribute", name, names or ())
    check_own_words(assistant, journeys.values(), faults)

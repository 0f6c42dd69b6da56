"""Reads `config.yml` of a Rasa project: what it says of policies and fallbacks, in our engine's words.

Its pipeline and policies are Rasa's machine learning; ours has its own. What has a counterpart here is taken over,
what is Rasa's and has none is passed over, and what is not Rasa's is a warning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from bot.dialogue.source import Source
from bot.documents import did_you_mean
from bot.domain.assistant import Configuration
from bot.domain.errors import Place
from bot.domain.languages import base_language

POLICIES = frozenset(
    {"RulePolicy", "MemoizationPolicy", "AugmentedMemoizationPolicy", "TEDPolicy", "UnexpecTEDIntentPolicy"}
)
OLDER = frozenset(
    {
        "EmbeddingPolicy",
        "FallbackPolicy",
        "FormPolicy",
        "KerasPolicy",
        "MappingPolicy",
        "SklearnPolicy",
        "TwoStageFallbackPolicy",
        "ConveRTTokenizer",
        "DucklingHTTPExtractor",
        "EmbeddingIntentClassifier",
        "HFTransformersNLP",
        "LanguageModelTokenizer",
        "NGramFeaturizer",
    }
)
"""What Rasa 1 and 2 had, and Rasa 3 has no more."""
LEARNING = frozenset({"TEDPolicy", "EmbeddingPolicy", "KerasPolicy", "SklearnPolicy"})
"""Policies that learn from stories what comes next where none fits, the last three in Rasa 1."""

TWO_STAGES = "TwoStageFallbackPolicy"
FALLBACKS = ("FallbackPolicy", TWO_STAGES)
UNDERSTOOD_ABOVE, AMBIGUOUS_WITHIN = 0.3, 0.1
"""What Rasa's FallbackClassifier asks for where it is listed without its own numbers."""

MEMORIES = ("MemoizationPolicy", "AugmentedMemoizationPolicy")
PIPELINE = frozenset(
    {
        "WhitespaceTokenizer",
        "JiebaTokenizer",
        "MitieTokenizer",
        "SpacyTokenizer",
        "SpacyNLP",
        "MitieNLP",
        "CountVectorsFeaturizer",
        "LexicalSyntacticFeaturizer",
        "RegexFeaturizer",
        "SpacyFeaturizer",
        "MitieFeaturizer",
        "ConveRTFeaturizer",
        "LanguageModelFeaturizer",
        "DIETClassifier",
        "LogisticRegressionClassifier",
        "SklearnIntentClassifier",
        "MitieIntentClassifier",
        "KeywordIntentClassifier",
        "FallbackClassifier",
        "ResponseSelector",
        "CRFEntityExtractor",
        "SpacyEntityExtractor",
        "MitieEntityExtractor",
        "DucklingEntityExtractor",
        "RegexEntityExtractor",
        "EntitySynonymMapper",
    }
)

_LANGUAGE_CODE = re.compile("[a-z]{2,3}")


def read_configuration(sources: Iterable[Source]) -> Configuration:
    """What the files say together; where they say nothing, Rasa's defaults."""
    found = Configuration()
    for source in sources:
        if isinstance(language := source.document.data.get("language"), str):
            found = replace(found, language=base_language(language))
            if not _LANGUAGE_CODE.fullmatch(found.language):
                source.warnings.add(
                    source.place(source.document.data, "language"),
                    f'"{language}" is no code of a language, so nothing is known of it.',
                    "Write its two letters, such as en for English.",
                )
        policies = dict(_components(source, "policies", POLICIES))
        if policies:
            found = replace(found, generalises=not LEARNING.isdisjoint(policies))
        for name, component in policies.items():
            if name == "RulePolicy":
                found = _with_rule_policy(found, source, component)
            elif name in FALLBACKS:
                found = _with_fallback_policy(found, source, component)
            elif name in MEMORIES:
                found = replace(found, max_history=_whole(source, component, "max_history", found.max_history))
        for name, component in _components(source, "pipeline", PIPELINE):
            if name == "FallbackClassifier":
                found = replace(
                    found,
                    understood_above=_share(source, component, "threshold", UNDERSTOOD_ABOVE),
                    ambiguous_within=_share(source, component, "ambiguity_threshold", AMBIGUOUS_WITHIN),
                )
    return found


def _components(source: Source, key: str, known: frozenset[str]) -> Iterator[tuple[str, Mapping[Any, Any]]]:
    """The components under `key`, by their names without their modules; Rasa takes `null` for its own defaults."""
    listed = source.document.data.get(key)
    at = source.place(source.document.data, key)
    if isinstance(listed, str):
        source.lapses.add(at, f'{key} is "{listed}", a name of Rasa 1, and is passed over.', "Take it out.")
        return
    for index, entry in enumerate(source.sequence(listed, at, key)):
        place = source.place(listed, index)
        component = source.mapping(entry, place, f"an entry of {key}")
        path = source.text(component.get("name"), place, f"the name of an entry of {key}")
        name = path.rsplit(".", 1)[-1]
        if name and name not in known:
            if "." in path and not path.startswith("rasa."):
                what = f'"{path}" in {key} is code of the project\'s own and is not run here.'
                source.warnings.add(place, what, "What it does is missing.")
            else:
                _warn(source, place, key, name, known)
        yield name, component


def _warn(source: Source, place: Place, key: str, name: str, known: frozenset[str]) -> None:
    if name == TWO_STAGES:
        what = f'"{name}" in {key} is of an older Rasa: its thresholds count, and what asks what was meant is a rule.'
        action = "action_two_stage_fallback"
        steps = f"`- intent: nlu_fallback`, `- action: {action}`, `- active_loop: {action}`"
        source.warnings.add(place, what, f"Write one with the steps {steps}, unless there is one.")
    if name in FALLBACKS:
        return
    if name in LEARNING:
        source.warnings.add(place, f'"{name}" in {key} is of an older Rasa, and counts as TEDPolicy.', "Call it that.")
        return
    if name in OLDER or name.islower():  # the first components were called tokenizer_spacy and the like
        source.warnings.add(place, f'"{name}" in {key} is of an older Rasa and is not run here.', "Take it out.")
        return
    source.warnings.add(place, f'"{name}" in {key} is none of Rasa\'s and is not run here.', did_you_mean(name, known))


def _with_rule_policy(found: Configuration, source: Source, component: Mapping[Any, Any]) -> Configuration:
    action = source.optional_text(component, "core_fallback_action_name")
    falls_back, checks, restricts = (
        source.flag(component[key], source.place(component, key), key) if component.get(key) is not None else default
        for key, default in (
            ("enable_fallback_prediction", found.falls_back),
            ("check_for_contradictions", found.checks_contradictions),
            ("restrict_rules", found.restricts_rules),
        )
    )
    return replace(
        found,
        fallback_action=action or found.fallback_action,
        sure_above=_share(source, component, "core_fallback_threshold", found.sure_above),
        falls_back=falls_back,
        checks_contradictions=checks,
        restricts_rules=restricts,
    )


def _with_fallback_policy(found: Configuration, source: Source, component: Mapping[Any, Any]) -> Configuration:
    """What Rasa 1 and 2 had in place of the FallbackClassifier and the RulePolicy."""
    names = ("fallback_action_name", "fallback_core_action_name")
    actions = [source.optional_text(component, name) for name in names]
    return replace(
        found,
        fallback_action=next(filter(None, actions), found.fallback_action),
        sure_above=_share(source, component, "core_threshold", found.sure_above),
        understood_above=_share(source, component, "nlu_threshold", UNDERSTOOD_ABOVE),
        ambiguous_within=_share(source, component, "ambiguity_threshold", AMBIGUOUS_WITHIN),
    )


def _share(source: Source, component: Mapping[Any, Any], key: str, default: float) -> float:
    if component.get(key) is None:
        return default
    place = source.place(component, key)
    share = source.number(component[key], place, key)
    if not 0 <= share <= 1:
        source.faults.add(place, f"{key} is {share:g}.", "Use a number from 0 to 1.")
    return share


def _whole(source: Source, component: Mapping[Any, Any], key: str, default: int) -> int:
    if component.get(key) is None:
        return default
    place = source.place(component, key)
    number = source.number(component[key], place, key)
    if number < 1 or not number.is_integer():
        source.faults.add(place, f"{key} is {number:g}.", "Use a whole number from 1 on.")
        return default
    return int(number)

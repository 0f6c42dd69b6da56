"""config.yml of a Rasa project: what has a counterpart here is taken over, what is not Rasa's is warned of."""

from __future__ import annotations

import pytest

from bot.domain.assistant import Configuration
from bot.domain.errors import ContentError
from tests.bot.dialogue.chat import Chat, assistant_of

CONFIG = """
recipe: default.v1
language: en
pipeline:
  - name: WhitespaceTokenizer
  - name: FallbackClassifier
    threshold: 0.4
    ambiguity_threshold: 0.2
policies:
  - name: AugmentedMemoizationPolicy
    max_history: 3
  - name: rasa.core.policies.rule_policy.RulePolicy
    core_fallback_threshold: 0.5
    core_fallback_action_name: utter_pardon
    check_for_contradictions: false
"""
DOMAIN = """
intents: [greet]
responses: {utter_pardon: [{text: Pardon?}]}
"""


def test_what_has_a_counterpart_is_taken_over() -> None:
    assert assistant_of(CONFIG, DOMAIN).configuration == Configuration(
        max_history=3,
        generalises=False,
        sure_above=0.5,
        fallback_action="utter_pardon",
        checks_contradictions=False,
        understood_above=0.4,
        ambiguous_within=0.2,
    )
    assert assistant_of(CONFIG, DOMAIN).warnings == ()


def test_what_older_policies_said_is_taken_over_too() -> None:
    config = """
pipeline: [{name: tokenizer_spacy}, {name: EmbeddingIntentClassifier}, {name: LanguageModelTokenizer}]
policies:
  - {name: KerasPolicy}
  - {name: FallbackPolicy, nlu_threshold: 0.4, core_threshold: 0.5, fallback_action_name: utter_pardon}
"""
    assistant = assistant_of(config, DOMAIN)
    assert assistant.configuration == Configuration(
        generalises=True, sure_above=0.5, fallback_action="utter_pardon", understood_above=0.4, ambiguous_within=0.1
    )
    assert [str(one).split(" in ")[0].split('"')[1] for one in assistant.warnings] == [
        "tokenizer_spacy",
        "EmbeddingIntentClassifier",
        "LanguageModelTokenizer",
        "KerasPolicy",
    ]
    assert all("is of an older Rasa" in str(one) for one in assistant.warnings)
    assert str(assistant.warnings[-1]).endswith(
        '"KerasPolicy" in policies is of an older Rasa, and counts as TEDPolicy. Call it that.'
    )


def test_a_policy_that_asked_what_was_meant_keeps_its_thresholds_and_wants_a_rule() -> None:
    config = """
policies:
  - {name: TwoStageFallbackPolicy, nlu_threshold: 0.4, core_threshold: 0.5, fallback_core_action_name: utter_pardon}
"""
    assistant = assistant_of(config, DOMAIN)
    assert assistant.configuration == Configuration(
        generalises=False, sure_above=0.5, fallback_action="utter_pardon", understood_above=0.4, ambiguous_within=0.1
    )
    (warning,) = map(str, assistant.warnings)
    assert "its thresholds count, and what asks what was meant is a rule." in warning
    assert "`- active_loop: action_two_stage_fallback`" in warning


def test_without_one_and_with_empty_lists_rasas_defaults_hold() -> None:
    assert assistant_of(DOMAIN).configuration == Configuration()
    assert assistant_of(DOMAIN, "pipeline:\npolicies:\n").configuration == Configuration()


def test_the_fallback_may_be_a_response_or_none_at_all() -> None:
    chat = Chat(assistant_of(CONFIG, DOMAIN))
    assert chat.hear("greet") == ["utter_pardon"]
    chat = Chat(
        assistant_of(CONFIG.replace("core_fallback_threshold: 0.5", "enable_fallback_prediction: false"), DOMAIN)
    )
    assert chat.hear("greet") == ["action_listen"]


def test_a_component_that_is_none_of_rasas_is_warned_of() -> None:
    config = "pipeline: [{name: DIETClasifier}, {name: my.own.Thing}]\npolicies: [{name: RulePolicy}]"
    warnings = [str(one) for one in assistant_of(config).warnings]
    assert warnings == [
        'nlu_data/0.yml:1:12: "DIETClasifier" in pipeline is none of Rasa\'s and is not run here. '
        'Did you mean "DIETClassifier"?',
        'nlu_data/0.yml:1:35: "my.own.Thing" in pipeline is code of the project\'s own and is not run here. '
        "What it does is missing.",
    ]


@pytest.mark.parametrize(
    ("config", "fault"),
    [
        ("policies: [{name: MemoizationPolicy, max_history: 0}]", "max_history is 0"),
        ("policies: [{name: RulePolicy, core_fallback_threshold: 2}]", "from 0 to 1"),
        ("policies: [{name: RulePolicy, core_fallback_action_name: utter_pardn}]", 'Did you mean "utter_pardon"?'),
        ("policies: [{epochs: 3}]", "name of an entry"),
        ("policies: {name: RulePolicy}", "should be a list"),
    ],
)
def test_a_fault_in_it_says_what_is_wrong(config: str, fault: str) -> None:
    with pytest.raises(ContentError) as caught:
        assistant_of(DOMAIN, config)
    assert fault in str(caught.value)


def test_the_name_of_a_language_is_no_code_of_one() -> None:
    (warning,) = assistant_of("language: english\n", DOMAIN).warnings
    assert str(warning) == (
        'nlu_data/0.yml:1:1: "english" is no code of a language, so nothing is known of it. '
        "Write its two letters, such as en for English."
    )
    assert assistant_of("language: de-AT\n", DOMAIN).warnings == ()

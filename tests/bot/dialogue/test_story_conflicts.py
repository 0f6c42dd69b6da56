from __future__ import annotations

import pytest

from tests.bot.dialogue.chat import Chat, assistant_of

DOMAIN = """
version: "3.1"
intents: [ask, tell]
entities: [wish]
slots:
  wish: {type: TYPE, values: [call, report], mappings: [{type: from_entity, entity: wish}]}
responses:
  utter_call: [{text: Calling.}]
  utter_report: [{text: Reported.}]
  utter_what: [{text: What?}]
"""


def stories(first: str, second: str) -> str:
    return f"""
version: "3.1"
stories:
- story: one
  steps: [{{intent: ask}}, {{action: utter_what}}, {{intent: tell}}, {first}]
- story: other
  steps: [{{intent: ask}}, {{action: utter_what}}, {{intent: tell}}, {second}]
"""


def warnings(*texts: str) -> list[str]:
    return [str(one) for one in assistant_of(*texts).warnings if "goes on with" in str(one)]


def wishing(value: str, action: str) -> str:
    return f"{{slot_was_set: [{{wish: {value}}}]}}, {{action: {action}}}"


CALLS, REPORTS = wishing("call", "utter_call"), wishing("report", "utter_report")
TEXT, CATEGORICAL = DOMAIN.replace("TYPE, values: [call, report]", "text"), DOMAIN.replace("TYPE", "categorical")


def test_stories_that_go_on_differently_from_the_same_point_are_told_with_both_places() -> None:
    told = warnings(TEXT, stories("{action: utter_call}", "{action: utter_report}"))
    assert told == [
        'nlu_data/1.yml:6:3: the story "other" goes on with utter_report where the story "one" (nlu_data/1.yml:4:3) '
        "goes on with utter_call, and up to there the two are alike, so that neither is sure to be followed. Let them "
        "differ in what is said, or by a slot that stories look at."
    ]


def test_values_that_stories_do_not_look_at_are_named() -> None:
    (told,) = warnings(TEXT, stories(CALLS, REPORTS))
    assert 'The values of "wish" do not tell them apart' in told
    assert warnings(CATEGORICAL, stories(CALLS, REPORTS)) == []
    unseen = CATEGORICAL.replace("categorical,", "categorical, influence_conversation: false,")
    assert 'The values of "wish" do not tell them apart' in warnings(unseen, stories(CALLS, REPORTS))[0]


WITHOUT_SLOT = TEXT.replace("entities: [wish]", "entities: [wish, other]").replace("entity: wish", "entity: other")


def wished(text: str, intent: str) -> str:
    """The stories, in which `intent` comes with "call" in the one, and with "report" in the other."""
    for value in ("call", "report"):
        text = text.replace(f"{{intent: {intent}}}", f"{{intent: {intent}, entities: [{{wish: {value}}}]}}", 1)
    return text


def test_values_of_entities_that_were_said_earlier_are_named() -> None:
    (told,) = warnings(WITHOUT_SLOT, wished(stories("{action: utter_call}", "{action: utter_report}"), "ask"))
    assert 'The values of "wish" do not tell them apart: of an entity stories see only that it was said.' in told


def test_the_value_of_an_entity_tells_stories_apart_that_are_alike_otherwise() -> None:
    """Rasa looks at no values, so that there one of the two is followed by chance."""
    text = wished(stories("{action: utter_call}", "{action: utter_report}"), "tell")
    assert warnings(WITHOUT_SLOT, text) == []
    for value, action in (("report", "utter_report"), ("Call", "utter_call")):
        chat = Chat(assistant_of(WITHOUT_SLOT, text))
        chat.hear("ask")
        assert chat.hear("tell", wish=value) == [action]


def test_a_value_that_no_story_tells_is_no_story_s() -> None:
    text = wished(stories("{action: utter_call}", "{action: utter_report}"), "tell")
    chat = Chat(assistant_of(WITHOUT_SLOT, text))
    chat.hear("ask")
    assert not {"utter_call", "utter_report"} & set(chat.hear("tell", wish="something else"))


@pytest.mark.parametrize("second", ["{action: utter_call}", "{action: utter_call}, {action: utter_report}"])
def test_a_story_that_says_more_is_told_only_where_the_other_is_over(second: str) -> None:
    told = warnings(TEXT, stories("{action: utter_call}", second))
    assert bool(told) == ("utter_report" in second)
    assert all("action_listen" in one for one in told)


def test_stories_that_begin_with_different_actions_are_no_conflict() -> None:
    text = "stories:\n- story: a\n  steps: [{action: utter_what}, {intent: tell}, {action: utter_call}]\n"
    text += "- story: b\n  steps: [{action: utter_report}, {intent: tell}, {action: utter_what}]\n"
    assert warnings(TEXT, text) == []

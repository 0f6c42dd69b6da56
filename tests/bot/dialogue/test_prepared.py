from __future__ import annotations

from dataclasses import replace

from bot.dialogue.prepared import prepared_of
from tests.bot.dialogue.chat import Chat, assistant_of

DOMAIN = """
intents: [greet]
responses: {utter_hi: [{text: hi}], utter_ho: [{text: ho}]}
rules: [{rule: r, steps: [{intent: greet}, {action: utter_hi}]}]
"""


def test_a_playbook_is_made_once_when_an_assistant_is_read() -> None:
    assistant = assistant_of(DOMAIN)
    assert prepared_of(assistant) is prepared_of(assistant)


def test_an_assistant_whose_rules_were_replaced_is_not_run_by_the_old_ones() -> None:
    assistant = assistant_of(DOMAIN)
    other = assistant_of(DOMAIN.replace("{action: utter_hi}", "{action: utter_ho}"))
    assert Chat(replace(assistant, rules=other.rules)).hear("greet") == ["utter_ho"]

from __future__ import annotations

from bot.adapters.rasa.action_calls import domain_as_rasa_has_it
from tests.bot.dialogue.chat import assistant_of

DOMAIN = """
version: "3.1"
intents:
- fly
- order: {use_entities: [city]}
entities:
- city: {roles: [from, to], groups: ["1"]}
- topping: {influence_conversation: false}
- size
"""


def test_the_domain_has_its_entities_with_their_roles_and_groups_and_intents_name_them_without() -> None:
    domain = domain_as_rasa_has_it(assistant_of(DOMAIN))
    assert domain["entities"] == [
        {"city": {"roles": ["from", "to"], "groups": ["1"]}},
        "size",
        {"topping": {"influence_conversation": False}},
    ]
    assert {"order": {"use_entities": ["city"]}} in domain["intents"]

"""On the phone: what cannot be said there goes by text message."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import effects

LINK = "link"
SMS = "sms"


class ActionTextLink(Action):
    """Texts the caller the link that they asked for; asking for it is their consent to this one message."""

    def name(self) -> str:
        return "action_text_link"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        link, message_id = next(tracker.get_latest_entity_values(LINK), None), tracker.latest_message.get("message_id")
        if not isinstance(link, str) or not link.startswith(("http://", "https://")) or not message_id:
            dispatcher.utter_message(response="utter_no_link")
            return []
        dispatcher.utter_message(response="utter_link_sent")
        return [effects.send_response("utter_link_by_text", SMS, key=f"{message_id}:{LINK}", link=link)]

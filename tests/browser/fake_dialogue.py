"""The state of the stand-in for the service: feeds, what pages posted, and a dialogue from a script."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

SLOTS = ("lead_name", "work_email", "team_size", "timeline")
QUESTIONS = (
    "Happy to show you around. What is your name?",
    "Thanks! Which work e-mail should the invitation go to?",
    "How many people would be on the rota?",
    "And when would you like to start?",
)
CONSENT = (
    "May we text you about this demo if we do not hear from you? You can stop it at any time by replying STOP. "
    "If so, send me your mobile number."
)
Item = dict[str, Any]


class FakeService:
    """The feeds, what was posted, and a dialogue of a few scripted turns for each visitor."""

    def __init__(self, state: Path | None) -> None:
        self.state = state
        self.changed = asyncio.Condition()
        saved = json.loads(state.read_text()) if state and state.exists() else {}
        self.items: list[Item] = saved.get("items", [])
        self.answers: dict[str, list[str]] = saved.get("answers", {})
        self.log: list[Item] = saved.get("log", [])
        self.moved: float = saved.get("moved", 0)
        self.demos: list[str] = saved.get("demos", [])
        self.greeted: list[str] = saved.get("greeted", [])
        self.refusals: list[int] = []

    def forget(self) -> None:
        self.items, self.answers, self.log, self.moved, self.demos, self.refusals = [], {}, [], 0, [], []
        self.greeted = []
        self._save()

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.moved)

    async def append(self, feed: str, item: Mapping[str, Any]) -> int:
        position = len(self.items) + 1
        self.items.append({"position": position, "at": self.now().isoformat(), "feed": feed, **item})
        self._save()
        async with self.changed:
            self.changed.notify_all()
        return position

    def _save(self) -> None:
        kept = ("items", "answers", "log", "moved", "demos", "greeted")
        if self.state:
            self.state.write_text(json.dumps({name: getattr(self, name) for name in kept}))

    async def follow(self, after: int, visitor: str | None) -> AsyncIterator[Item]:
        """Items after this position: one visitor's, or those of the playground."""
        while True:
            async with self.changed:
                while len(self.items) <= after:
                    await self.changed.wait()
                fresh, after = self.items[after:], len(self.items)
            for item in fresh:
                if (item["feed"] == f"webchat:{visitor}") if visitor else not item["feed"].startswith("webchat:"):
                    yield item

    # ------------------------------------------------------------ the script

    async def say(self, visitor: str, text: str, **more: Any) -> None:
        item = {"type": "message", "id": uuid4().hex, "from": "bot", "name": "", "text": text, "buttons": []}
        await self.append(f"webchat:{visitor}", {**item, "image": None, "source": None, **more})

    async def decide(self, channel: str, purpose: str, outcome: str, why: str) -> None:
        item = {"key": uuid4().hex, "channel": channel, "purpose": purpose, "outcome": outcome, "why": why}
        await self.append("decisions", {"type": "decision", **item})

    async def explain(self, text: str, intent: str, why: str, before: Item, after: Item, **more: Any) -> None:
        action = "utter_pricing" if intent == "ask_knowledge" else "demo_form"
        await self.append(
            "explain",
            {
                "type": "turn",
                "channel": more.pop("channel", "webchat"),
                "conversation": "c1",
                "message_id": uuid4().hex,
                "text": text,
                "understood": {
                    "stage": "classifier",
                    "intent": intent,
                    "confidence": 0.93,
                    "ranking": [{"name": intent, "confidence": 0.93}, {"name": "greet", "confidence": 0.04}],
                    "entities": more.pop("entities", []),
                },
                "acted": [{"action": action, "why": why}, {"action": "action_listen", "why": why}],
                "slots_before": before,
                "slots_after": after,
                "scores": more.pop("scores", []),
                "score": more.pop("score", {"fit": 0, "engagement": 5, "grade": "C3"}),
                "consents": more.pop("consents", []),
                "model": more.pop("model", []),
                "milliseconds": {"understand": 9.4, "decide": 0.8, "actions": 3.1, "store": 4.6, "total": 17.9},
            },
        )

    async def opened(self, visitor: str) -> None:
        self.greeted.append(visitor)
        await self.say(visitor, "I am Harbourline’s automated assistant.", **{"from": "system"})
        buttons = [
            {"title": "Book a demo", "payload": "/request_demo"},
            {"title": "Prices", "payload": "How much does it cost?"},
        ]
        await self.say(
            visitor, "Hello! I can answer questions or set up a demo. What brings you here?", buttons=buttons
        )
        await self.decide("webchat", "reply", "send", "reply to the customer")

    async def heard(self, visitor: str, text: str, payload: str) -> None:
        answers = self.answers[visitor]
        slots: Item = dict(zip(SLOTS, [*answers, None, None, None, None], strict=False))
        if payload == "/talk_to_person":
            await self.say(visitor, "Ana joined the conversation.", **{"from": "system", "floor": "Ana"})
            await self.say(visitor, "Hi, Ana here. How can I help?", **{"from": "person", "name": "Ana"})
        elif "cost" in text:
            source = {"title": "Plans and prices", "url": "/site#pricing"}
            words = "Crew is £3 and Fleet £5 a person a month, without a set-up fee. More at https://harbourline.example/plans."
            await self.say(visitor, words, source=source)
            await self.explain(text, "ask_knowledge", "rule: answer from knowledge", slots, slots)
        elif payload == "/request_demo" or "demo" in text:
            self.demos.append(visitor)
            await self.say(visitor, QUESTIONS[0])
            model = {"use": "commands", "outcome": "answered", "kept": ["start request_demo"], "tokens": 212}
            model["dropped"] = ["there is no slot 'score' to set"]
            await self.explain(text, "request_demo", "rule: start the demo form", slots, slots, model=[model])
        elif visitor in self.demos and len(answers) < len(SLOTS):
            await self.answered(visitor, text, slots)
        elif text.startswith("+"):
            await self.consented(visitor, text, slots)
        else:
            await self.say(visitor, f"You said: {text}")

    async def answered(self, visitor: str, text: str, slots: Item) -> None:
        slot = SLOTS[len(self.answers[visitor])]
        self.answers[visitor].append(text)
        after = {**slots, slot: text, "requested_slot": None}
        await self.explain(
            text,
            "inform",
            f"form demo_form: asks for {slot}",
            slots,
            after,
            entities=[{"name": slot, "value": text, "text": text}],
        )
        if len(self.answers[visitor]) < len(SLOTS):
            await self.say(visitor, QUESTIONS[len(self.answers[visitor])])
            return
        await self.say(visitor, "Thank you, that is all I need. A colleague will be with you shortly.")
        await self.say(visitor, CONSENT)
        await self.hand_over(after)

    async def hand_over(self, slots: Item) -> None:
        await self.append("sandbox:slack", {"type": "post", "channel": "#sales", "user": None, **card(slots)})
        properties = {"email": slots["work_email"], "firstname": slots["lead_name"], "hs_lead_status": "NEW"}
        await self.append(
            "sandbox:hubspot", {"type": "contact", "id": "501", "created": True, "properties": properties}
        )
        more = {**properties, "numberofemployees": slots["team_size"], "overture_grade": "A2", "hs_lead_status": "OPEN"}
        await self.append("sandbox:hubspot", {"type": "contact", "id": "501", "created": False, "properties": more})
        note = "Qualified in the chat: about fifty people, wants to start in January.<br>Score 62 (A2)."
        await self.append("sandbox:hubspot", {"type": "note", "id": "n1", "contact": "501", "body": note})
        await self.decide("slack", "desk", "send", "a lead for the sales desk")
        await self.decide("hubspot", "desk", "send", "the lead as the CRM should have it")

    async def consented(self, visitor: str, text: str, slots: Item) -> None:
        consent = {"purpose": "marketing", "channel": "sms", "granted": True, "text": CONSENT}
        scores = [
            {"dimension": "fit", "points": 30, "reason": "a team of 50"},
            {"dimension": "fit", "points": 15, "reason": "a company address"},
            {"dimension": "engagement", "points": 17, "reason": "agreed to be texted"},
        ]
        score = {"fit": 45, "engagement": 17, "grade": "A2"}
        after = {**slots, "phone": text, "sms_consent": True}
        why = "form follow_up_form: asks for phone"
        await self.say(visitor, "Noted, thank you.")
        await self.explain(text, "inform", why, slots, after, consents=[consent], scores=scores, score=score)
        trail = [{"step": "steps.0", "title": "Wait for 1 day", "did": "waits until 24 Jun 2027 10:05 UTC"}]
        await self.append("explain", {"type": "step", "journey": "demo-follow-up", "enrolment": "e1", "trail": trail})
        await self.decide("sms", "marketing", "later", "outside the send window: opens at 09:00")

    # ------------------------------------------------------------ what people do in the panels

    async def act(self, vendor: str, deed: Item) -> None:
        self.log.append({"vendor": vendor, **deed})
        match deed.get("deed"):
            case "text":
                sms = {"direction": "from_customer", "from": deed["from"], "to": "+15005550006", "body": deed["body"]}
                await self.append("sandbox:sms", {"type": "sms", "sid": uuid4().hex, **sms})
            case "click" if deed["action_id"] == "claim":
                found = next(item for item in self.items if item.get("ts") == deed["ts"])
                done = {"type": "context", "elements": [{"type": "mrkdwn", "text": f"Claimed by *{deed['user']}*"}]}
                blocks = [*found["blocks"][:-1], done, found["blocks"][-1]]
                update = {"type": "update", "channel": "#sales", "ts": deed["ts"], "text": "claimed", "blocks": blocks}
                await self.append("sandbox:slack", update)
            case "click" if deed["action_id"] == "reply":
                await self.append("sandbox:slack", {"type": "view", "trigger_id": "t", "view": REPLY_FORM})
            case "reply" | "submit":
                ts = deed.get("thread_ts") or deed["private_metadata"]
                post = {"ts": f"{ts}-{len(self.items)}", "thread_ts": ts, "text": deed["text"], "user": deed["user"]}
                await self.append("sandbox:slack", {"type": "post", "channel": "#sales", "blocks": [], **post})
                for visitor in self.answers:
                    await self.say(visitor, deed["text"], **{"from": "person", "name": deed["user"]})

    async def move(self, seconds: float) -> None:
        self.moved += seconds
        await self.append("clock", {"type": "clock", **self.clock()})
        if self.moved >= 86_400 and not any(item["feed"] == "sandbox:sms" for item in self.items):
            body = "Hi Mara, Harbourline here. Shall we find a time for your demo? Reply with a day, or STOP to end."
            sms = {"direction": "to_customer", "from": "+15005550006", "to": "+447700900123", "body": body}
            await self.append("sandbox:sms", {"type": "sms", "sid": "SM1", **sms})
            await self.decide("sms", "marketing", "send", "consent of 24 November, within the send window")

    def clock(self) -> Item:
        upcoming = (self.now() + timedelta(hours=20)).isoformat() if self.moved < 86_400 else None
        words = "demo-follow-up: SMS" if upcoming else ""
        return {"now": self.now().isoformat(), "moved_by_seconds": self.moved, "next": upcoming, "next_what": words}


REPLY_FORM = {
    "type": "modal",
    "callback_id": "reply",
    "private_metadata": "1.1",
    "title": {"type": "plain_text", "text": "Reply to Mara"},
    "submit": {"type": "plain_text", "text": "Send"},
    "close": {"type": "plain_text", "text": "Cancel"},
    "blocks": [
        {
            "type": "input",
            "block_id": "reply",
            "label": {"type": "plain_text", "text": "Your message"},
            "element": {"type": "plain_text_input", "action_id": "text", "multiline": True},
        }
    ],
}


def card(slots: Item) -> Item:
    """A hand-off card as our Slack connector makes it: every kind of block that the panel draws."""
    fields = [f"*E-mail*\n<mailto:{slots['work_email']}|{slots['work_email']}>", f"*Team*\n{slots['team_size']}"]
    fields += [f"*Start*\n{slots['timeline']}", "*Score*\n62 (A2)"]
    buttons = [("claim", "Claim", "primary"), ("reply", "Reply", None), ("hand_back", "Hand back", "danger")]
    elements: list[Item] = [
        {"type": "button", "action_id": name, "value": "h1", "text": {"type": "plain_text", "text": title}}
        | ({"style": style} if style else {})
        for name, title, style in buttons
    ]
    why = "Fit +30 a team of 50 · Fit +15 a company address · _Engagement +17_ <http://localhost/t/h1|Transcript>"
    return {
        "ts": "1.1",
        "thread_ts": None,
        "text": f"New lead: {slots['lead_name']}",
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": f"New lead: {slots['lead_name']}"}},
            {
                "type": "section",
                "text": {"type": "mrkdwn", "text": "Plans rotas for *about fifty* people &amp; wants a demo."},
            },
            {"type": "section", "fields": [{"type": "mrkdwn", "text": text} for text in fields]},
            {"type": "context", "elements": [{"type": "mrkdwn", "text": why}]},
            {"type": "actions", "elements": elements},
        ],
    }

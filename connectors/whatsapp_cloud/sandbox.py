"""A stand-in for Meta's Cloud API: takes our calls as it would, and has customers' phones (`phones.py`)."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from bot.ports import Clock, FeedWriter, Reply, WebhookRequest
from connectors.json_bodies import read_object
from connectors.phone_panel import PICTURE, is_e164, new_item
from connectors.stand_in import json_reply
from connectors.whatsapp import USER, WINDOW
from connectors.whatsapp_cloud.account import CloudNumber
from connectors.whatsapp_cloud.bodies import LONGEST_BESIDE, LONGEST_BUTTON, LONGEST_TEXT, MOST_BUTTONS, MOST_ROWS
from connectors.whatsapp_cloud.phones import FEED, Phones, new_wamid

Json = Mapping[str, Any]

OWN_NUMBER = "+447700900101"

TEMPLATES: Mapping[tuple[str, str], tuple[str, Sequence[Mapping[str, str]]]] = {
    ("demo_reminder", "en_GB"): (
        "Hello {{1}}, you asked Harbourline for a demo. Shall we find a time?",
        (
            {"title": "Yes, please", "payload": "/affirm"},
            {"title": "Not now", "payload": "/deny"},
        ),
    ),
}
"""What was approved for the stand-in's account, by name and language."""


class CloudSandbox:
    """One number of the Cloud API. Its messages are those on the feed."""

    name = "whatsapp"

    def __init__(self, number: CloudNumber, service_url: str, feed: FeedWriter, clock: Clock) -> None:
        self._number = number
        self._feed = feed
        self._clock = clock
        self._phones = Phones(number, service_url, feed, own_number=OWN_NUMBER)

    async def act(self, deed: Json, now: datetime) -> WebhookRequest:
        return await self._phones.act(deed, now)

    async def answer(self, request: WebhookRequest) -> Reply:
        base, slash, path = urlsplit(request.url).path.partition(f"/{self._number.version}/")
        given, wanted = request.headers.get("authorization", ""), f"Bearer {self._number.access_token}"
        if not secrets.compare_digest(given.encode(), wanted.encode()):
            return _error(401, 190, "Invalid OAuth access token.")
        if request.method == "GET" and path.startswith("files/"):
            return Reply(200, PICTURE, "image/png")
        if request.method == "GET" and path.isalnum():
            host = request.url.partition(base + slash)[0]
            return json_reply(200, {"url": f"{host}{base}{slash}files/{path}", "mime_type": "image/png", "id": path})
        if path != f"{self._number.number}/messages":
            return _error(400, 100, "Unsupported post request. Object does not exist.", subcode=33)
        if request.method != "POST":
            return _error(400, 100, "Unsupported get request.")
        body = read_object(request.body)
        if body.get("messaging_product") != "whatsapp":
            return _error(400, 100, "The parameter messaging_product is required.")
        if body.get("status") == "read":
            return json_reply(200, {"success": True})
        return await self._create(body)

    async def _create(self, body: Json) -> Reply:
        to = body.get("recipient") or f"+{str(body.get('to', '')).removeprefix('+')}"
        if not is_e164(to) and not USER.fullmatch(to):
            return _error(400, 131009, "Parameter value is not valid")
        if (refused := refusal(body)) is not None:
            return refused
        now = self._clock.now()
        if body["type"] != "template" and not await self._is_open(to, now):
            # Meta tells of this by a status. The stand-in has no way to call back, and says it at once.
            return _error(400, 131047, "Re-engagement message")
        words, buttons = _shown(body)
        sid = new_wamid()
        item = new_item("to_customer", "whatsapp", OWN_NUMBER, to, words, now, sid=sid, buttons=buttons)
        item |= {"vendor": self.name, "media": _media_of(body), "oid": body.get("biz_opaque_callback_data", "")}
        item["template"] = body["type"] == "template"
        await self._feed.append(FEED, sid, item)
        contact = {"input": body.get("to", to), "wa_id": to.removeprefix("+")}
        return json_reply(200, {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": sid}]})

    async def _is_open(self, address: str, now: datetime) -> bool:
        """Whether the customer has written within the last 24 hours."""
        return any(
            item["type"] == "sms"
            and (item["direction"], item["from"]) == ("from_customer", address)
            and now - datetime.fromisoformat(item["date_created"]) < WINDOW
            for item in await self._feed.items(FEED)
        )


def refusal(body: Json) -> Reply | None:
    """What Meta would refuse before it takes anything."""
    match body:
        case {"type": "text", "text": {"body": str(words)}} if 0 < len(words) <= LONGEST_TEXT:
            return None
        case {"type": "image" | "document" as kind, **more} if _is_link(more.get(kind)):
            return None
        case {"type": "template", "template": {"name": str(name), "language": {"code": str(language)}, **more}}:
            if not _are_components(more.get("components", [])):
                return _error(400, 132012, "Parameter format does not match format in the created template")
            known = TEMPLATES.get((name, language))
            given = _values(more.get("components", []))
            if known is not None and len(given) != known[0].count("{{"):
                return _error(400, 132000, "Number of parameters does not match the expected number of params")
            return None
        case {"type": "interactive", "interactive": {"body": {"text": str(words)}, "action": dict(), **_more} as told}:
            if 0 < len(words) <= LONGEST_BESIDE and _is_action(told):
                return None
    return _error(400, 131009, "Parameter value is not valid")


def _is_action(told: Json) -> bool:
    match told:
        case {"type": "button", "action": {"buttons": list() as buttons}}:
            replies = [one.get("reply", {}) for one in buttons]
            titles = [str(one.get("title", "")) for one in replies]
            fit = all(one.get("id") and len(one.get("title", "")) in range(1, LONGEST_BUTTON + 1) for one in replies)
            return 0 < len(buttons) <= MOST_BUTTONS and fit and len(set(titles)) == len(titles)
        case {"type": "list", "action": {"button": str(word), "sections": [{"rows": list() as rows}]}}:
            return 0 < len(word) <= LONGEST_BUTTON and 0 < len(rows) <= MOST_ROWS and "header" not in told
        case {"type": "cta_url", "action": {"parameters": {"display_text": str(title), "url": str(address)}}}:
            return 0 < len(title) <= LONGEST_BUTTON and address.startswith("https://")
    return False


def _is_link(told: Any) -> bool:
    return isinstance(told, dict) and str(told.get("link", "")).startswith("https://")


def _are_components(told: Any) -> bool:
    """No value may be empty, or have a line break, a tab or a long blank in it."""
    if not isinstance(told, list):
        return False
    texts = [one.get("text") for component in told for one in component["parameters"] if one["type"] == "text"]
    return all(isinstance(text, str) and text.strip() and text == " ".join(text.split()) for text in texts)


def _values(components: Any) -> Sequence[str]:
    return [one["text"] for part in components if part["type"] == "body" for one in part["parameters"]]


def _shown(body: Json) -> tuple[str, Sequence[Mapping[str, str]]]:
    """How the phone shows it. Of a template that only Meta has, the name and the values are known here."""
    match body:
        case {"type": "text", "text": {"body": str(words)}}:
            return words, ()
        case {"type": "template", "template": {"name": str(name), "language": {"code": str(language)}, **more}}:
            values = _values(more.get("components", []))
            if (name, language) not in TEMPLATES:
                said = ", ".join(values)
                return f"[template {name}/{language}{'; ' if said else ''}{said}]", ()
            words, buttons = TEMPLATES[(name, language)]
            for number, value in enumerate(values, 1):
                words = words.replace(f"{{{{{number}}}}}", value)
            return words, buttons
        case {"type": "interactive", "interactive": {"body": {"text": str(words)}, "action": action}}:
            return words, _buttons_of(action)
    return str(body.get(str(body["type"]), {}).get("caption", "")), ()


def _buttons_of(action: Json) -> Sequence[Mapping[str, str]]:
    match action:
        case {"buttons": buttons}:
            return [{"title": one["reply"]["title"], "payload": one["reply"]["id"]} for one in buttons]
        case {"sections": [{"rows": rows}]}:
            return [{"title": one["title"], "payload": one["id"], "row": "yes"} for one in rows]
        case {"parameters": {"display_text": title, "url": address}}:
            return [{"title": title, "payload": address, "link": address}]
    return []


def _media_of(body: Json) -> str:
    kind = str(body["type"])
    told = body["interactive"].get("header", {}) if kind == "interactive" else body
    part = told.get(told.get("type", ""), {}) if kind == "interactive" else body.get(kind, {})
    return str(part.get("link", "")) if isinstance(part, dict) else ""


def _error(status: int, code: int, message: str, *, subcode: int | None = None) -> Reply:
    """An error as the Graph API words it."""
    error: dict[str, Any] = {"message": f"(#{code}) {message}", "type": "OAuthException", "code": code}
    if subcode is not None:
        error["error_subcode"] = subcode
    body = {"error": {**error, "fbtrace_id": secrets.token_urlsafe(8)}}
    return Reply(status, json.dumps(body).encode(), "application/json; charset=UTF-8")

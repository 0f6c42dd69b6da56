"""One message of a customer's, or of a colleague's in the WhatsApp Business app, as the Cloud API has it, in our
words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from bot.domain.message import Attachment, ColleagueMessage, CustomerMessage, storable, storable_json
from bot.domain.person import Identity
from connectors.whatsapp import USER, filled_in, place_in_words
from connectors.whatsapp_cloud.bodies import SAYS

log = structlog.get_logger()

Json = Mapping[str, Any]

MEDIA = ("image", "video", "audio", "document", "sticker")
UNREADABLE = ("unsupported", "unknown")
"""What WhatsApp has and the Cloud API does not: they are told that it was not understood."""

PRESSES = ("button", "interactive", "reaction")

DEEDS = ("edit", "pin", "poll_update", "revoke")
"""What of that is done to an earlier message, so that nobody said anything."""

KEPT = ("context", "referral", "timestamp")
"""What is kept beside the words: what it answers or forwards, and the advertisement that it came from."""

APP = "the WhatsApp Business app"

SHORTEST_NUMBER, LONGEST_NUMBER = 5, 15
MOST_ITEMS = 50


def message_of(told: Json, kind: str, contacts: Sequence[Json]) -> CustomerMessage | None:
    """None for what nobody said: a deleted or edited message, news of the chat itself, or of somebody without an
    address."""
    contact = _contact_of(told, contacts)
    address = address_of(told) or who_of(contact)
    said = _said(told, kind)
    if not address or said is None:
        log.info("a message from WhatsApp is not taken", kind=storable(kind), sender=bool(address))
        return None
    text, payload = said
    nameless = USER.fullmatch(address) is not None
    user = _user_of(told, "from_user_id") or _user_of(contact, "user_id")
    return CustomerMessage(
        channel="whatsapp",
        vendor_id=storable(str(told["id"])),
        address=address,
        text=storable(text),
        payload=storable(payload) if payload.startswith("/") else None,
        opened=kind == "request_welcome",
        automatic=kind == "reaction" and not text,
        metadata=_metadata(told, kind, contact),
        attachments=_attachments(told, kind),
        nameless=nameless,
        identities=(Identity("whatsapp", user, verified=True),) if user else (),
        pressed_on=_below(told, kind) if kind in PRESSES else "",
        quotes=_below(told, kind) if kind not in PRESSES else "",
        reaction=kind == "reaction",
        card=kind == "contacts" and not _is_own_card(told, address),
    )


def echo_of(told: Json, kind: str) -> ColleagueMessage | None:
    """None for what says nothing: a reaction, an edit, or what is deleted; and for messages of groups."""
    number, user = _number(told.get("to")), _user_of(told, "to_user_id")  # it is from us
    said = _said(told, kind) if kind != "reaction" else None
    if said is None or not (number or user):
        log.info("what a colleague did in the WhatsApp Business app is not taken", kind=storable(kind))
        return None
    return ColleagueMessage(
        channel="whatsapp",
        vendor_id=storable(str(told["id"])),
        address=number or user,
        text=storable(said[0]) or f"({_file_in(told, kind) or storable(kind)})",
        to=Identity("phone", number) if number else Identity("whatsapp", user),
        app=APP,
    )


def _file_in(told: Json, kind: str) -> str:
    return next((one.name for one in _attachments(told, kind)), "")


def address_of(told: Json) -> str:
    """The number that it is from, in E.164; empty where it names none."""
    return _number(told.get("from"))


def who_of(told: Json) -> str:
    """The number of a contact, or Meta's id of them where that is hidden; empty where it has neither."""
    return _number(told.get("wa_id")) or _user_of(told, "user_id")


def _number(written: Any) -> str:
    digits = written.removeprefix("+") if isinstance(written, str) else ""
    usable = digits.isascii() and digits.isdecimal() and SHORTEST_NUMBER <= len(digits) <= LONGEST_NUMBER
    return f"+{digits}" if usable else ""


def _user_of(told: Json, name: str) -> str:
    user = told.get(name)
    return user if isinstance(user, str) and USER.fullmatch(user) else ""


def _contact_of(told: Json, contacts: Sequence[Json]) -> Json:
    """Whoever wrote it: there is one for each sender, and mostly one alone."""
    mine = [one for one in contacts if who_of(one) in (address_of(told), _user_of(told, "from_user_id"))]
    return mine[0] if mine else contacts[0] if len(contacts) == 1 else {}


def _said(told: Json, kind: str) -> tuple[str, str] | None:
    """The words of it, and what stands behind a button that was pressed; None where nobody said anything."""
    match told:
        case {"type": "text", "text": {"body": str(body)}}:
            return body, ""
        case {"type": "button", "button": {"text": str(title), **button}}:
            return title, str(button.get("payload") or "")
        case {"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": str(form)}}}:
            return filled_in(form), ""
        case {"type": "interactive", "interactive": {"type": "button_reply" | "list_reply" as way, **more}}:
            reply = more.get(way)
            match reply:
                case {"id": str(chosen), "title": str(title)} if chosen.startswith("/"):
                    return title, chosen
                case {"id": str(chosen), "title": str(title)}:  # somebody else's id of it says nothing to us
                    return chosen.removeprefix(SAYS) if chosen.startswith(SAYS) else title, ""
        case {"type": "location", "location": dict() as place}:
            return _place(place), ""
        case {"type": "contacts", "contacts": list() as cards}:
            return _cards(cards), ""
        case {"type": "order", "order": dict() as order}:
            return _order(order), ""
        case {"type": "reaction", "reaction": dict() as reaction}:
            return str(reaction.get("emoji") or ""), ""
    if kind in MEDIA:
        media = told.get(kind)
        return (str(media.get("caption") or ""), "") if isinstance(media, dict) else None
    if kind in UNREADABLE and _unread(told) in DEEDS:
        return None
    return ("", "") if kind in (*UNREADABLE, "request_welcome") else None


def _unread(told: Json) -> object:
    """What Meta calls what it does not hand over; None where it does not say."""
    match told.get("unsupported"):
        case {"type": kind}:
            return kind
    return None


def _below(told: Json, kind: str) -> str:
    """Meta's id of our message whose button or row it was, or that they quote or reacted to, maybe much later."""
    match kind, told:
        case "reaction", {"reaction": {"message_id": str(message)}}:
            return storable(message)
        case _, {"context": {"id": str(message)}}:
            return storable(message)
    return ""


def _place(place: Json) -> str:
    latitude, longitude = place.get("latitude"), place.get("longitude")
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        return ""
    named = (str(place.get("name") or ""), str(place.get("address") or ""))
    return place_in_words(str(latitude), str(longitude), *named)


def _cards(cards: Sequence[Any]) -> str:
    """Those whom they share, a line each: the name, numbers and addresses."""
    return "\n".join(filter(None, (_card(one) for one in cards[:MOST_ITEMS] if isinstance(one, dict))))


def _is_own_card(told: Json, address: str) -> bool:
    """Whether the only card that they share is their own, by its number."""
    match told:
        case {"contacts": [{"phones": [*phones]}]}:
            numbers = {_number(one.get("wa_id")) for one in phones if isinstance(one, dict)}
            return address in numbers
    return False


def _card(card: Json) -> str:
    name = card.get("name")
    parts = [name.get("formatted_name")] if isinstance(name, dict) else []
    for kind, value in (("phones", "phone"), ("emails", "email")):
        listed = card.get(kind)
        parts += [one.get(value) for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return ", ".join(part for part in parts if isinstance(part, str) and part)


def _order(order: Json) -> str:
    """What they put into a cart of the catalogue, a line each, and what they wrote beside it."""
    items = order.get("product_items")
    lines = [str(order.get("text") or "")]
    for item in items[:MOST_ITEMS] if isinstance(items, list) else ():
        match item:
            case {"product_retailer_id": str(product), "quantity": int() | str() as quantity}:
                lines.append(f"{quantity} × {product}")
    return "\n".join(line for line in lines if line)


def _attachments(told: Json, kind: str) -> tuple[Attachment, ...]:
    """Meta's id stands for its address, which holds for minutes only."""
    match told.get(kind) if kind in MEDIA else None:
        case {"id": str(media), **more} if media:
            media_type = str(more.get("mime_type") or "").partition(";")[0].strip()
            return (Attachment(storable(media), storable(media_type), storable(str(more.get("filename") or ""))),)
    return ()


def _metadata(told: Json, kind: str, contact: Json) -> Mapping[str, Any]:
    """What Meta tells besides. What is nested more deeply than anybody means is left out."""
    profile = contact.get("profile")
    named = {"profile_name": profile.get("name")} if isinstance(profile, dict) else {}
    try:
        kept: Mapping[str, Any] = storable_json({name: told[name] for name in KEPT if name in told} | named)
    except ValueError:
        kept = {}
    return {"type": storable(kind), **kept}

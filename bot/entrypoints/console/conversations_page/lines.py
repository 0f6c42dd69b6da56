"""The lines of a conversation as JSON: what both sides said, as the customer saw it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from bot.domain.delivery import ChannelMessage, OutboxEntry, OutboxStatus
from bot.domain.file_types import in_words
from bot.domain.files import FileState, SentFile
from bot.domain.message import ASSISTANT, CUSTOMER, Author, Beside, Button, Speech, Text
from bot.ports import Abilities
from bot.services.runtime import Links
from bot.services.tell_desk import OURSELVES

Line = dict[str, Any]

SIDES = {CUSTOMER: "customer", ASSISTANT: "assistant"}
MOST_CARDS = 20
ASKS = {
    "consent": "A box to tick",
    "contact": "A form for how they can be reached",
    "email": "A field for an e-mail address",
    "tel": "A field for a phone number",
    "date": "A field for a day",
    "number": "A field for a number",
}
"""What a widget of the website's chat is, by the name that authors give it."""

LOOKED_AT = "not opened yet: it is being looked at"


def short_line(one: Speech) -> Line:
    """A line as a list of conversations shows it."""
    text = one.text or ("sent a file" if one.attachments else "showed something" if one.beside or one.buttons else "")
    return _line(one.at, SIDES.get(one.speaker, "colleague"), one.speaker, text)


def spoken_lines(
    said: Sequence[Speech], files: Sequence[SentFile], abilities: Abilities, links: Links
) -> Iterator[Line]:
    """What is in the log, and the files that customers sent; a button that was pressed is marked in what showed it."""
    theirs = {one.key: one for one in files if not one.sender}
    shown: list[tuple[Button, Line]] = []
    asked_last = 0
    for one in said:
        line = _line(one.at, SIDES.get(one.speaker, "colleague"), one.speaker, one.text)
        if one.speaker == CUSTOMER:
            if pressed := _pressed(one.text, shown, asked_last):
                button, told = pressed
                told["pressed"] = True
                if abilities.buttons:
                    line["pressed"] = button.title
            asked_last = len(shown)
            line |= _attached(one, theirs, links)
        else:
            found = _shown(one.buttons, one.beside, abilities)
            beside = one.beside if abilities.extras else None
            shown += zip(_buttons_in(one.buttons, beside), _told_buttons(found), strict=True)
            line |= found
        yield line
    yield from (_line(one.at, "customer", CUSTOMER, "", files=[_file(one, links)]) for one in theirs.values())


def sent_lines(sent: Iterable[OutboxEntry], said: Iterable[Speech], abilities: Abilities) -> Iterator[Line]:
    """What has left besides what is in the log: messages of journeys, and word of who is here."""
    logged = {one.text for one in said}
    for entry in sent:
        message = entry.dispatch
        if entry.status is not OutboxStatus.SENT or not isinstance(message, ChannelMessage):
            continue
        content, at = message.content, entry.first_tried_at or entry.due_at
        if not isinstance(content, Text):
            continue
        if message.response:
            yield _line(at, "assistant", ASSISTANT, content.text, **_shown(content.buttons, content.beside, abilities))
        elif content.author is Author.SYSTEM and content.text not in logged:
            yield _line(at, "system", OURSELVES, content.text)


def _line(at: datetime, by: str, speaker: str, text: str, **more: Any) -> Line:
    return {"at": at.isoformat(), "by": by, "speaker": speaker, "text": text, **more}


# ---------------------------------------------------------------- what is beside the words


def _shown(buttons: Sequence[Button], beside: Beside | None, abilities: Abilities) -> Line:
    """What the channel shows besides the words."""
    found: Line = {}
    if buttons:
        found["buttons"] = [_button(one) for one in buttons]
        found["pressable"] = abilities.buttons
    if beside is None:
        return found
    if beside.image:
        found["image"] = {"address": beside.image, "alt": beside.image_alt}
    if beside.source_title:
        found["source"] = {"title": beside.source_title, "address": beside.source_url}
    if abilities.extras:
        found |= _extras(beside.extras)
    return found


def _extras(extras: Mapping[str, Any]) -> Line:
    """Of Rasa's `elements`, `attachment` and `custom` what is seen; whatever else an author put in shows nothing."""
    found: Line = {}
    if cards := [_card(one) for one in _elements(extras)]:
        found["cards"] = cards
    match extras.get("attachment"):
        case {"payload": {"src": str(address), **more}} | {"payload": {"url": str(address), **more}}:
            found["files"] = [{"name": str(more.get("title") or address), "address": address, "about": ""}]
    match extras.get("custom"):
        case {"widget": {**widget}}:
            label = widget.get("label")
            asked = [
                ASKS[kind]
                for kind in (widget.get("input"), widget.get("show"))
                if isinstance(kind, str) and kind in ASKS
            ]
            if asked:
                found["asks"] = f"{asked[0]}: {label}" if isinstance(label, str) else asked[0]
    return found


def _elements(extras: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    elements = extras.get("elements")
    return [one for one in elements if isinstance(one, Mapping)][:MOST_CARDS] if isinstance(elements, list) else []


def _card(element: Mapping[str, Any]) -> Line:
    action = element.get("default_action")
    return {
        "title": str(element.get("title") or ""),
        "text": str(element.get("subtitle") or ""),
        "image": str(element.get("image_url") or ""),
        "address": str(action.get("url") or "") if isinstance(action, Mapping) else "",
        "buttons": [_button(one) for one in _deeds(element)],
    }


def _deeds(element: Mapping[str, Any]) -> Iterator[Button]:
    deeds = element.get("buttons")
    for one in deeds if isinstance(deeds, list) else []:
        if isinstance(one, Mapping) and one.get("title"):
            yield Button(str(one["title"]), str(one.get("payload") or one.get("url") or one["title"]))


def _button(button: Button) -> Line:
    return {"title": button.title, "address": button.payload if button.is_link else ""}


# ---------------------------------------------------------------- what was pressed


def _buttons_in(buttons: Sequence[Button], beside: Beside | None) -> list[Button]:
    """Those of a message, and then those of its cards."""
    return [*buttons, *(deed for one in _elements(beside.extras if beside else {}) for deed in _deeds(one))]


def _told_buttons(shown: Line) -> list[Line]:
    return [*shown.get("buttons", ()), *(button for card in shown.get("cards", ()) for button in card["buttons"])]


def _pressed(text: str, shown: Sequence[tuple[Button, Line]], asked_last: int) -> tuple[Button, Line] | None:
    """The button that the customer's words are: its payload, or of what was shown since they wrote last its title."""
    wanted = text.strip()
    if not wanted:
        return None
    if wanted.startswith("/"):
        return next((one for one in reversed(shown) if one[0].payload == wanted), None)
    return next((one for one in shown[asked_last:] if one[0].title.strip().casefold() == wanted.casefold()), None)


# ---------------------------------------------------------------- files of the customer


def _attached(one: Speech, theirs: dict[str, SentFile], links: Links) -> Line:
    """The files that came with it; each is taken out of those that are left."""
    found = []
    for number, attachment in enumerate(one.attachments):
        file = theirs.pop(f"{one.message_id}:file:{number}", None)
        name = attachment.name or attachment.media_type
        found.append(_file(file, links) if file else {"name": name, "address": "", "about": "is not kept here"})
    return {"files": found} if found else {}


def _file(file: SentFile, links: Links) -> Line:
    match file.state:
        case FileState.CLEAN:
            here = urlunsplit(("", "", *urlsplit(links.file(file.id))[2:]))  # the page has it from where it is itself
            return {"name": file.name, "address": here, "about": in_words(file.size)}
        case FileState.HELD:
            return {"name": file.name, "address": "", "about": LOOKED_AT}
        case FileState.REFUSED:
            return {"name": file.name, "address": "", "about": f"cannot be opened: {file.reason}"}

"""A message as the Cloud API takes it: texts, buttons, lists, links, pictures, files and templates.

What WhatsApp's buttons cannot carry is written as a text message would have it, so that nothing is lost.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from bot.domain.errors import PermanentSendError
from bot.domain.message import Button, Content, Template, Text, choices_word
from connectors.plain_texts import body_of, divided

LONGEST_TEXT = 4096
LONGEST_BESIDE = 1024
"""Characters beside buttons, beside a link's button, and below a picture."""

MOST_BUTTONS, LONGEST_BUTTON = 3, 20
MOST_ROWS, LONGEST_ROW = 10, 24
LONGEST_ID, LONGEST_ROW_ID = 256, 200

SAYS = "says:"
"""What the id of a button or row of ours begins with that stands for words: other programs may write to the same people
from the same number, and their ids are no words."""

TEMPLATE_ID = re.compile(r"(?P<name>[a-z0-9_]{1,512})/(?P<language>[a-z]{2,3}(?:_[A-Z]{2,4})?)")
HEADER, BUTTON = "header", "button"

Part = Mapping[str, Any]


def parts_of(content: Content) -> Sequence[Part]:
    """What is sent, one after another. Raises PermanentSendError for what WhatsApp cannot carry."""
    if not isinstance(content, Text):
        raise PermanentSendError(f"WhatsApp cannot carry a {content.kind}")
    if content.template is not None:
        return [_template(content.template)]
    picture = _picture(content.image, content.image_alt)
    if (asked := _asked(content)) is not None:
        return _with_choices(content, asked, picture)
    if picture is None and (link := _only_link(content)) is not None:
        return [link]
    body = body_of(content)
    if picture is None:
        return _texts(body)
    if len(body) > LONGEST_BESIDE:
        return [_media(picture), *_texts(body)]
    return [_media(picture, caption=body, name=content.image_alt)]


def shown_buttons(content: Text) -> Sequence[str]:
    """The titles of those that are there to be pressed, and not written into the text."""
    if _asked(content) is not None:
        return [button.title for button in content.buttons if not button.is_link]
    return [] if content.image or _only_link(content) is None else [content.buttons[0].title]


def shown_text(content: Text) -> str:
    """What is read beside them."""
    if not shown_buttons(content):
        return body_of(content)
    return content.text if _asked(content) is None else body_of(content, choices_below=True)


def _with_choices(content: Text, asked: Part, picture: Part | None) -> Sequence[Part]:
    """A body that is too long to stand beside buttons goes before them; a list has no picture above it."""
    before: list[Part] = []
    above: dict[str, Part] = {}
    if picture is not None and asked["type"] == "button" and picture["type"] == "image":
        above["header"] = picture
    elif picture is not None:
        before.append(_media(picture))
    body = body_of(content, choices_below=True)
    if len(body) > LONGEST_BESIDE:
        before += _texts(body)
    beside = body if 0 < len(body) <= LONGEST_BESIDE else choices_word(content.language)
    return [*before, {"type": "interactive", "interactive": {**asked, **above, "body": {"text": beside}}}]


def _asked(content: Text) -> Part | None:
    """The choices as buttons, or as the rows of a list; None where there are none, too many, or ones that do not
    fit."""
    choices = [button for button in content.buttons if not button.is_link]
    if _fit(choices, MOST_BUTTONS, LONGEST_BUTTON, LONGEST_ID):
        buttons = [{"type": "reply", "reply": {"id": _id_of(one), "title": one.title}} for one in choices]
        return {"type": "button", "action": {"buttons": buttons}}
    if _fit(choices, MOST_ROWS, LONGEST_ROW, LONGEST_ROW_ID):
        rows = [{"id": _id_of(one), "title": one.title} for one in choices]
        return {"type": "list", "action": {"button": choices_word(content.language), "sections": [{"rows": rows}]}}
    return None


def _fit(choices: Sequence[Button], most: int, longest_title: int, longest_id: int) -> bool:
    """Meta refuses what is too long, empty, or there twice."""
    return (
        0 < len(choices) <= most
        and all(one.title.strip() and len(one.title) <= longest_title for one in choices)
        and all(one.payload and len(_id_of(one)) <= longest_id for one in choices)
        and len({one.title for one in choices}) == len({one.payload for one in choices}) == len(choices)
    )


def _id_of(choice: Button) -> str:
    return choice.payload if choice.payload.startswith("/") else f"{SAYS}{choice.payload}"


def _only_link(content: Text) -> Part | None:
    """A button that opens a page, where there is no other and it fits."""
    match content.buttons:
        case [Button(title=title, payload=address)] if (
            address.startswith("https://")
            and 0 < len(title) <= LONGEST_BUTTON
            and 0 < len(content.text) <= LONGEST_BESIDE
            and not content.source_url
        ):
            action = {"name": "cta_url", "parameters": {"display_text": title, "url": address}}
            return {
                "type": "interactive",
                "interactive": {"type": "cta_url", "body": {"text": content.text}, "action": action},
            }
    return None


def _texts(body: str) -> Sequence[Part]:
    return [{"type": "text", "text": {"body": part}} for part in divided(body, LONGEST_TEXT)]


def _picture(address: str | None, name: str = "") -> Part | None:
    """Meta fetches it, so it must be reached by https. What is a PDF by its name or its address goes as a document."""
    if not address or not address.startswith("https://"):
        return None
    is_file = any(one.lower().endswith(".pdf") for one in (name, urlsplit(address).path))
    kind = "document" if is_file else "image"
    return {"type": kind, kind: {"link": address}}


def _media(picture: Part, *, caption: str = "", name: str = "") -> Part:
    kind = str(picture["type"])
    told = dict(picture[kind])
    if caption:
        told["caption"] = caption
    if name and kind == "document":
        told["filename"] = name
    return {"type": kind, kind: told}


def template_fault(template: Template) -> str:
    """Why Meta can have no such template; empty where it may."""
    if TEMPLATE_ID.fullmatch(template.id):
        return ""
    return (
        f'the template "{template.id}" is none of Meta\'s: write its name and its language, such as demo_reminder/en_GB'
    )


def _template(template: Template) -> Part:
    """`demo_reminder/en_GB` is its name and language; its variables stand in its text by number or name, `header` is
    that of its header, `button 1` that of its first button."""
    known = TEMPLATE_ID.fullmatch(template.id)
    if known is None:
        raise PermanentSendError(template_fault(template))
    values = {name: " ".join(value.split()) for name, value in template.variables.items()}
    if empty := next((name for name, value in values.items() if not value), None):
        raise PermanentSendError(
            f'the variable "{empty}" of the template {template.id} is empty for this person, and WhatsApp takes no '
            "empty one. Give it a word for those of whom it is not known, in Liquid: "
            '{{ profile.first_name | default: "there" }}'
        )
    named = {"name": known["name"], "language": {"code": known["language"]}}
    components = [*_header(values), *_body(values), *_buttons(values)]
    return {"type": "template", "template": {**named, **({"components": components} if components else {})}}


def _header(values: Mapping[str, str]) -> Sequence[Part]:
    if (value := values.get(HEADER)) is None:
        return []
    picture = _picture(value)
    parameter = {"type": "text", "text": value} if picture is None else picture
    return [{"type": "header", "parameters": [parameter]}]


def _body(values: Mapping[str, str]) -> Sequence[Part]:
    """Those of the text: by their numbers, in that order, or by names."""
    own = {name: value for name, value in values.items() if name != HEADER and not name.startswith(f"{BUTTON} ")}
    numbered = all(name.isdecimal() for name in own)
    order = sorted(own, key=int) if numbered else list(own)
    beside = {name: {} if numbered else {"parameter_name": name} for name in order}
    parameters = [{"type": "text", **beside[name], "text": own[name]} for name in order]
    return [{"type": "body", "parameters": parameters}] if parameters else []


def _buttons(values: Mapping[str, str]) -> Sequence[Part]:
    """What follows the address of a button that opens a page; of one that answers, the intent that pressing it says."""
    made = []
    for name, value in values.items():
        number = name.removeprefix(f"{BUTTON} ")
        if name == number or not number.isdecimal() or not 0 < int(number) <= MOST_ROWS:
            continue
        answers = value.startswith("/")
        parameter = {"type": "payload", "payload": value} if answers else {"type": "text", "text": value}
        kind = "quick_reply" if answers else "url"
        made.append(
            {"type": "button", "sub_type": kind, "index": str(int(number) - 1), "parameters": [parameter]},
        )
    return made

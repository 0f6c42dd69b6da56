"""Variations of a response as JSON: what a form can hold by itself, and the rest as YAML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from bot.dialogue.responses_edit import MOST_VARIATIONS, Reworded
from bot.documents import parse, plain
from bot.domain.errors import ContentError, Fault, Place, WebhookRejected
from bot.yaml_lines import written

LONGEST_TEXT = 10_000
LONGEST_MORE = 20_000
IN_FORM = ("text", "subject", "channel", "language", "image", "buttons")
BUTTON = frozenset({"title", "payload"})
LINK = frozenset({"title", "url"})


def variation_json(says: Any) -> dict[str, Any]:
    """`says` is for the fields of a form, `more` the YAML of the rest; `liquid` of its metadata is a field, too."""
    whole: dict[str, Any] = dict(says) if isinstance(says, Mapping) else {"text": str(says)}
    fields = {key: whole.pop(key) for key in IN_FORM if key in whole and _fits(key, whole[key])}
    metadata = whole.get("metadata")
    is_liquid = isinstance(metadata, Mapping) and metadata.get("liquid") is True
    if isinstance(metadata, Mapping) and is_liquid:
        further = {key: value for key, value in metadata.items() if key != "liquid"}
        whole = {key: further if key == "metadata" else value for key, value in whole.items()}
        if not further:
            del whole["metadata"]
    return {"says": fields, "liquid": is_liquid, "more": "\n".join(written(whole)) if whole else ""}


def _fits(key: str, value: Any) -> bool:
    if key != "buttons":
        return isinstance(value, str | int | float) and not isinstance(value, bool)
    return isinstance(value, list) and all(isinstance(one, Mapping) and one.keys() in (BUTTON, LINK) for one in value)


def variations_of(told: Any) -> list[Reworded]:
    """What a request says of them: `{"was", "says", "liquid", "more"}` each; raises WebhookRejected, and ContentError
    where the YAML of one has a fault."""
    if not isinstance(told, Sequence) or isinstance(told, str) or len(told) > MOST_VARIATIONS:
        raise WebhookRejected(400, f'"variations" wants a list of at most {MOST_VARIATIONS} variations')
    return [_variation_of(number, one) for number, one in enumerate(told)]


def _variation_of(number: int, told: Any) -> Reworded:
    match told:
        case {"says": Mapping() as says} if _is_number(told.get("was")) and isinstance(told.get("more", ""), str):
            whole = dict(_merged(number, says, told.get("more", "")))
        case _:
            raise WebhookRejected(400, 'a variation is {"was": its number or null, "says": {...}, "more": YAML}')
    if told.get("liquid") is True:
        metadata = whole.get("metadata")
        whole["metadata"] = {**(metadata if isinstance(metadata, Mapping) else {}), "liquid": True}
    return Reworded(told.get("was"), plain(whole))


def _is_number(was: Any) -> bool:
    return was is None or (isinstance(was, int) and not isinstance(was, bool))


def _merged(number: int, says: Mapping[str, Any], more: str) -> Mapping[str, Any]:
    path = f"variation {number + 1}"
    if len(str(says.get("text", ""))) > LONGEST_TEXT:
        raise WebhookRejected(400, f"the text of {path} has more than {LONGEST_TEXT:,} characters")
    if len(more) > LONGEST_MORE:
        raise WebhookRejected(400, f"{path} has more than {LONGEST_MORE:,} characters of YAML")
    data = parse(path, more).data
    if len(list(islice(_entries(data), LONGEST_MORE))) == LONGEST_MORE:
        raise WebhookRejected(400, f"with its aliases filled in, the YAML of {path} is too long")
    if data is not None and not isinstance(data, Mapping):
        raise ContentError([Fault(Place(path, 1), "what else it says wants names with values.", "Write name: value.")])
    rest: Mapping[str, Any] = plain(data or {})
    if twice := sorted(rest.keys() & says.keys()):
        what = f'"{twice[0]}" has a field of its own.'
        raise ContentError([Fault(Place(path, 1), what, "Take it out of the YAML.")])
    return {**says, **rest}


def _entries(node: Any) -> Iterator[Any]:
    """All that is in it, what an alias stands for wherever that is: a few of aliases of aliases make millions."""
    yield node
    if isinstance(node, str):
        return
    inside = node.values() if isinstance(node, Mapping) else node if isinstance(node, Sequence) else ()
    for one in inside:
        yield from _entries(one)

"""What Slack refuses in the blocks and forms of a desk (docs.slack.dev/reference/block-kit)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

MOST_BLOCKS = 50
MOST_BLOCKS_IN_VIEW = 100
LONGEST_MESSAGE = 13_200
SHAPES = {"header", "section", "context", "actions", "divider", "input"}


def fault_of_blocks(blocks: object, *, at_most: int = MOST_BLOCKS) -> str:
    """The first fault of a message's blocks; empty where there is none."""
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        return "blocks must be a list of objects"
    if len(blocks) > at_most:
        return f"no more than {at_most} items allowed [json-pointer:/blocks]"
    faults = (fault for number, block in enumerate(blocks) for fault in _faults(block, f"/blocks/{number}"))
    found = next(faults, "")
    if not found and sum(len(text) for block in blocks for text in _texts(block)) > LONGEST_MESSAGE:
        return "the blocks are too long in sum"
    return found


def fault_of_view(view: object) -> str:
    if not isinstance(view, dict) or view.get("type") != "modal":
        return "view must be a modal"
    for name in ("title", "submit", "close"):
        if fault := _text_fault(view.get(name), 24, f"/view/{name}", only_plain=True):
            return fault
    if len(str(view.get("private_metadata", ""))) > 3000:
        return "must be no more than 3000 characters [json-pointer:/view/private_metadata]"
    return fault_of_blocks(view.get("blocks"), at_most=MOST_BLOCKS_IN_VIEW)


def fault_of_home(view: object) -> str:
    """The first fault of a page in App Home; empty where there is none."""
    if not isinstance(view, dict) or view.get("type") != "home":
        return "view must be a home tab"
    blocks = view.get("blocks")
    if fault := fault_of_blocks(blocks, at_most=MOST_BLOCKS_IN_VIEW):
        return fault
    assert isinstance(blocks, list)  # noqa: S101  fault_of_blocks has seen to it
    names = [block["block_id"] for block in blocks if "block_id" in block]
    return "block_id must be unique [json-pointer:/view/blocks]" if len(set(names)) < len(names) else ""


def _faults(block: Mapping[str, Any], place: str) -> Iterator[str]:
    kind = block.get("type")
    if not 1 <= len(str(block.get("block_id", "?"))) <= 255:
        yield f"must be 1 to 255 characters [json-pointer:{place}/block_id]"
    if kind not in SHAPES:
        yield f"unsupported type [json-pointer:{place}/type]"
    if kind == "header":
        yield from _present(_text_fault(block.get("text"), 150, f"{place}/text", only_plain=True))
    if kind == "section":
        yield from _section_faults(block, place)
    if kind == "context":
        yield from _listed(block.get("elements"), 10, 2000, f"{place}/elements")
    if kind == "actions":
        yield from _action_faults(block.get("elements"), f"{place}/elements")
    if kind == "input":
        yield from _present(_text_fault(block.get("label"), 2000, f"{place}/label", only_plain=True))


def _section_faults(block: Mapping[str, Any], place: str) -> Iterator[str]:
    if "text" not in block and "fields" not in block:
        yield f"a section needs text or fields [json-pointer:{place}]"
    if "text" in block:
        yield from _present(_text_fault(block["text"], 3000, f"{place}/text"))
    if "fields" in block:
        yield from _listed(block["fields"], 10, 2000, f"{place}/fields")


def _action_faults(elements: object, place: str) -> Iterator[str]:
    if not isinstance(elements, list) or not 1 <= len(elements) <= 25:
        yield f"1 to 25 elements [json-pointer:{place}]"
        return
    names = [element.get("action_id") for element in elements]
    if len(set(names)) < len(names):
        yield f"action_id must be unique [json-pointer:{place}]"
    for number, element in enumerate(elements):
        if element.get("type") == "static_select":
            yield from _select_faults(element, f"{place}/{number}")
            continue
        if element.get("type") == "users_select":
            yield from _present(_text_fault(element.get("placeholder"), 150, f"{place}/{number}/placeholder"))
            continue
        yield from _present(_text_fault(element.get("text"), 75, f"{place}/{number}/text", only_plain=True))
        if "confirm" in element:
            yield from _confirmation_faults(element["confirm"], f"{place}/{number}/confirm")
        if len(str(element.get("url", ""))) > 3000:
            yield f"must be no more than 3000 characters [json-pointer:{place}/{number}/url]"
        if len(str(element.get("value", ""))) > 2000:
            yield f"must be no more than 2000 characters [json-pointer:{place}/{number}/value]"


def _select_faults(element: Mapping[str, Any], place: str) -> Iterator[str]:
    yield from _present(_text_fault(element.get("placeholder"), 150, f"{place}/placeholder", only_plain=True))
    options = element.get("options")
    if not isinstance(options, list) or not 1 <= len(options) <= 100:
        yield f"1 to 100 options [json-pointer:{place}/options]"
        return
    for number, option in enumerate(options):
        yield from _present(_text_fault(option.get("text"), 75, f"{place}/options/{number}/text", only_plain=True))
        if not 1 <= len(str(option.get("value", ""))) <= 150:
            yield f"must be 1 to 150 characters [json-pointer:{place}/options/{number}/value]"


def _confirmation_faults(confirmation: Mapping[str, Any], place: str) -> Iterator[str]:
    for name, longest in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
        yield from _present(_text_fault(confirmation.get(name), longest, f"{place}/{name}", only_plain=True))


def _listed(texts: object, most: int, longest: int, place: str) -> Iterator[str]:
    if not isinstance(texts, list) or not 1 <= len(texts) <= most:
        yield f"1 to {most} items [json-pointer:{place}]"
        return
    for number, text in enumerate(texts):
        yield from _present(_text_fault(text, longest, f"{place}/{number}"))


def _text_fault(text: object, longest: int, place: str, *, only_plain: bool = False) -> str:
    if not isinstance(text, Mapping) or text.get("type") not in ("plain_text", "mrkdwn"):
        return f"a text object is missing [json-pointer:{place}]"
    if only_plain and text["type"] != "plain_text":
        return f"must be plain_text [json-pointer:{place}]"
    words = text.get("text")
    if not isinstance(words, str) or not 1 <= len(words) <= longest:
        return f"must be 1 to {longest} characters [json-pointer:{place}/text]"
    return ""


def _present(fault: str) -> Sequence[str]:
    return (fault,) if fault else ()


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name == "text" and isinstance(inner, str):
                yield inner
            else:
                yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)

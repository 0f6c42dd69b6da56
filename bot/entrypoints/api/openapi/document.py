"""Puts the document together from the files beside this one. A test compares its paths with the router's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bot.documents import parse, plain

FOLDER = Path(__file__).parent
TAGS: Mapping[str, str] = {
    "People": "What other systems tell of people, and what people may ask for.",
    "Conversations": "Rasa 3.6's HTTP API. Errors come in Rasa's shape.",
    "Webhooks": "Where vendors and CRMs tell us something. The connector verifies their signature.",
    "Service": "For those who run the service.",
    "Console": "What the console's pages ask for. These change with the pages; build on the other parts.",
    "Pages": "For browsers.",
    "Playground": "Only there while a connector runs in its sandbox.",
}
FILES = (
    *("people.yml", "conversations.yml", "service.yml", "queues.yml", "access.yml", "console.yml"),
    *("responses.yml", "segments.yml", "scores.yml", "rules.yml", "knowledge.yml", "attributes.yml"),
    *("desk.yml", "conversations_page.yml"),
)
METHODS = ("get", "put", "post", "patch", "delete")
ABOUT = """\
The HTTP API of Overture. It is open to an API key of `overture keys add`, as far as the key's role goes; to whoever has
OVERTURE_API_TOKEN, or a token signed with OVERTURE_API_JWT_SECRET; to people who are logged in, in their browser; and,
where none of these is set up, to programs on the same machine, if the service listens to that machine alone. Where it
is closed, what needs a credential is not there (404)."""


def document(service_url: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document, for a service at this address."""
    paths: dict[str, Any] = {}
    for name in FILES:
        paths |= _read(name)
    for operation in operations(paths):
        _add_errors(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Overture",
            "version": version("overture"),
            "description": ABOUT,
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": service_url}],
        "security": [{"key": []}, {"token": []}, {"jwt": []}],
        "tags": [{"name": name, "description": words} for name, words in TAGS.items()],
        "paths": paths,
        "components": _read("components.yml"),
    }


def operations(paths: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for item in paths.values():
        yield from (item[method] for method in METHODS if method in item)


def _add_errors(operation: dict[str, Any]) -> None:
    """What any operation may answer, unless it says so itself."""
    shape = "Failure" if operation["tags"] == ["Conversations"] else "Problem"
    answers = operation["responses"]
    answers.setdefault("4XX", {"$ref": f"#/components/responses/{shape}"})
    answers.setdefault("503", {"$ref": "#/components/responses/Unavailable"})


def _read(name: str) -> dict[str, Any]:
    """By the reader of all content, which is quicker than ruamel.yaml's own."""
    return dict(plain(parse(name, (FOLDER / name).read_text(encoding="utf-8")).data))

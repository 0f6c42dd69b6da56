"""Documents of our own of the calls that CRMs take: what our stand-ins are asked is held against them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from openapi_core import OpenAPI
from openapi_core.testing import MockRequest
from ruamel.yaml import YAML
from werkzeug.datastructures import ImmutableMultiDict

from bot.ports import WebhookRequest

HOST = "https://vendor.example.com"
WRITTEN = tuple(sorted(one.stem for one in Path(__file__).parent.glob("*.yml")))


def faults_of(name: str, asked: Iterable[WebhookRequest]) -> Sequence[str]:
    """What the document has against these calls; nothing where there is no such document."""
    if name not in WRITTEN:
        return []
    found = []
    for one in asked:
        errors = _document(name).unmarshal_request(_as_openapi(one)).errors
        found += [f"{one.method} {urlsplit(one.url).path}: {error!r} {error.__cause__!r}" for error in errors]
    return found


@cache
def _document(name: str) -> OpenAPI:
    told = YAML(typ="safe", pure=True).load(Path(__file__).with_name(f"{name}.yml").read_text(encoding="utf-8"))
    return OpenAPI.from_dict({**told, "servers": [{"url": HOST}]})


def _as_openapi(asked: WebhookRequest) -> MockRequest:
    parts = urlsplit(asked.url)
    return MockRequest(
        HOST,
        asked.method.lower(),
        unquote(parts.path),
        args=ImmutableMultiDict(parse_qsl(parts.query, keep_blank_values=True)),
        headers=dict(asked.headers),
        data=asked.body or None,
        content_type=asked.headers.get("content-type", "application/json").partition(";")[0],
    )

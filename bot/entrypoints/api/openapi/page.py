"""The document as one page of HTML: every operation, what it takes and answers. No script, nothing from elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from bot.entrypoints.api.openapi.document import METHODS

Operation = Mapping[str, Any]


def api_page(document: Mapping[str, Any]) -> str:
    shown = _Page(document)
    body = "\n".join(shown.parts())
    links = " ".join(f'<a href="#{_id(tag["name"])}">{escape(tag["name"])}</a>' for tag in document["tags"])
    title = f"{document['info']['title']} {document['info']['version']}"
    return PAGE.format(title=escape(title), about=_words(document["info"]["description"]), links=links, body=body)


class _Page:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    def parts(self) -> Iterator[str]:
        for tag in self._document["tags"]:
            part = _id(tag["name"])
            yield f'<section aria-labelledby="{part}"><h2 id="{part}">{escape(tag["name"])}</h2>'
            yield _words(tag["description"])
            for path, item in self._document["paths"].items():
                for method in METHODS:
                    if method in item and tag["name"] in item[method]["tags"]:
                        yield self._operation(method, path, item[method], item.get("parameters", ()))
            yield "</section>"

    def _operation(self, method: str, path: str, operation: Operation, shared: Any) -> str:
        parameters = [self._found(one) for one in (*shared, *operation.get("parameters", ()))]
        rows = [self._parameter(one) for one in parameters]
        open_to_all = operation.get("security") == []
        return "".join(
            [
                f'<details id="{escape(operation["operationId"])}"><summary>',
                f'<b class="{method}">{method.upper()}</b> <code>{escape(path)}</code> ',
                f"<span>{escape(operation['summary'])}</span></summary>",
                _words(operation.get("description", "")),
                "<p>No credential is asked for here.</p>" if open_to_all else "",
                f"<h3>Parameters</h3><dl>{''.join(rows)}</dl>" if rows else "",
                self._body(operation),
                f"<h3>Answers</h3><dl>{''.join(self._answers(operation))}</dl></details>",
            ]
        )

    def _parameter(self, parameter: Mapping[str, Any]) -> str:
        told = [f"{parameter['in']}{', required' if parameter.get('required') else ''}: {_kind(parameter['schema'])}"]
        told += [parameter["description"]] if "description" in parameter else []
        return f"<dt><code>{escape(parameter['name'])}</code></dt><dd>{_inline('. '.join(told))}</dd>"

    def _body(self, operation: Operation) -> str:
        if "requestBody" not in operation:
            return ""
        return f"<h3>Body</h3>{''.join(self._contents(self._found(operation['requestBody'])))}"

    def _answers(self, operation: Operation) -> Iterator[str]:
        for status, answer in sorted(operation["responses"].items()):
            found = self._found(answer)
            words = _inline(found["description"])
            yield f"<dt><code>{status}</code></dt><dd>{words}{''.join(self._contents(found))}</dd>"

    def _contents(self, holder: Mapping[str, Any]) -> Iterator[str]:
        for kind, content in holder.get("content", {}).items():
            yield f"<p><code>{escape(kind)}</code></p>"
            schema = self._whole(content.get("schema", {}))
            if schema:
                yield f'<pre tabindex="0">{escape(json.dumps(schema, indent=1, ensure_ascii=False))}</pre>'
            if "example" in content:
                example = json.dumps(content["example"], ensure_ascii=False)
                yield f'<p>For example:</p><pre tabindex="0">{escape(example)}</pre>'

    def _found(self, told: Mapping[str, Any]) -> Mapping[str, Any]:
        if "$ref" not in told:
            return told
        found: Any = self._document
        for name in told["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        return self._found(found)

    def _whole(self, told: Any) -> Any:
        """The schema without references: none of ours refers to itself."""
        if isinstance(told, Mapping):
            return {name: self._whole(value) for name, value in self._found(told).items()}
        return [self._whole(one) for one in told] if isinstance(told, list) else told


def _kind(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return " or ".join(f"`{one}`" for one in schema["enum"])
    return str(schema.get("type", "anything"))


def _id(name: str) -> str:
    return f"part-{escape(name.lower())}"


def _words(text: str) -> str:
    return f"<p>{_inline(text.strip())}</p>" if text else ""


def _inline(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>{title}: the HTTP API</title>
<link rel="stylesheet" href="/playground/playground.css">
<link rel="stylesheet" href="/playground/api.css">
</head>
<body class="api">
<header class="bar"><div class="brand"><h1>{title}</h1><span>the HTTP API</span></div>
<nav aria-label="Parts">{links}</nav></header>
<main>
{about}
<p>As an OpenAPI 3.1 document: <a href="/openapi.json">/openapi.json</a>, or <code>overture openapi</code>.</p>
{body}
</main>
</body>
</html>
"""

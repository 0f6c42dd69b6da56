"""A language model on an HTTP server: OpenAI's chat completions, which most servers speak, or Anthropic's messages.

No vendor's SDK: what we need of either protocol is a page (docs/decisions/22). What the server says of its errors stays
out of ours, for it may repeat what a customer wrote.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import aiohttp

from bot.adapters.circuit_breaker import CircuitBreaker
from bot.domain.errors import LanguageModelAway, LanguageModelError, LanguageModelNonsense, LanguageModelRefused
from bot.domain.language_model import Completion, Prompt
from bot.ports.tracing import trace_headers
from bot.retry_after import pause_asked_for

Dialect = Literal["openai", "anthropic"]

MOST_TRIES: Final = 3
FIRST_PAUSE: Final = timedelta(seconds=0.25)
LONGEST_ANSWER: Final = 1_000_000
"""Bytes; nothing that we ask for is near it."""

LETTERS_A_TOKEN: Final = 3
"""For servers that do not say what an answer cost: rather too few than too many."""

ANTHROPIC_VERSION: Final = "2023-06-01"


@dataclass(frozen=True, slots=True)
class ModelServer:
    """Where a model is served and how it is spoken with. `key` is a secret; `within` bounds all tries together.

    `more` goes with each request, and before what we would say.
    """

    url: str
    name: str
    key: str = field(default="", repr=False)
    dialect: Dialect = "openai"
    within: timedelta = timedelta(seconds=8)
    temperature: float | None = None
    limit: str = "max_tokens"
    more: Mapping[str, Any] = field(default_factory=dict)


class HttpLanguageModel:
    """Asks the model of `server`; a call ends within its time, and a circuit breaker spares those that would fail."""

    def __init__(
        self,
        server: ModelServer,
        *,
        breaker: CircuitBreaker | None = None,
        first_pause: timedelta = FIRST_PAUSE,
    ) -> None:
        self._server = server
        self._breaker = breaker or CircuitBreaker()
        self._first_pause = first_pause
        self._http: aiohttp.ClientSession | None = None

    async def complete(self, prompt: Prompt) -> Completion:
        """The answer; raises LanguageModelAway, LanguageModelRefused or LanguageModelNonsense."""
        if not self._breaker.lets_through():
            reason = "the language model failed several times in a row; it is left alone for a while."
            raise LanguageModelAway(reason, asked=False)
        try:
            async with asyncio.timeout(self._server.within.total_seconds()):
                told = await self._ask_until_answered(prompt)
        except TimeoutError as error:
            self._breaker.failed()
            raise LanguageModelAway(
                f"the language model took more than {self._server.within.total_seconds():g} s. "
                "OVERTURE_MODEL_SECONDS says how long to wait."
            ) from error
        except LanguageModelError:
            self._breaker.failed()
            raise
        except asyncio.CancelledError:
            self._breaker.failed()  # else a trial that is given up would never end
            raise
        self._breaker.succeeded()
        return _completion(prompt, told)

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()
            self._http = None

    async def _ask_until_answered(self, prompt: Prompt) -> _Told:
        """Try again what may pass by itself, after a pause that grows, or that the server asks for."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + self._server.within.total_seconds()
        pause = self._first_pause
        for tries_left in reversed(range(MOST_TRIES)):
            try:
                return await self._ask(prompt)
            except LanguageModelAway as error:
                wait = error.retry_after or pause * random.uniform(0.5, 1.5)  # noqa: S311  spreads tries, hides nothing
                if not tries_left or clock() + wait.total_seconds() >= deadline:
                    raise
            await asyncio.sleep(wait.total_seconds())
            pause *= 2
        raise AssertionError("the last try returns or raises")

    async def _ask(self, prompt: Prompt) -> _Told:
        """One request, and what it was answered."""
        path, body = _request(self._server, prompt)
        try:
            async with self._session().post(
                self._server.url + path, data=json.dumps(body), headers=trace_headers(), allow_redirects=False
            ) as response:
                if response.status != 200:
                    pause = pause_asked_for(response.headers.get("Retry-After"), response.headers.get("Date"))
                    raise _refusal(response.status, pause)
                answer = await _read(response)
        except (aiohttp.ClientError, OSError) as error:
            raise _away(error) from error
        return _told_by_openai(answer) if self._server.dialect == "openai" else _told_by_anthropic(answer)

    def _session(self) -> aiohttp.ClientSession:
        # Made here, since a session belongs to the event loop that is running when it is made.
        if self._http is None or self._http.closed:
            self._http = aiohttp.ClientSession(
                headers=_headers(self._server),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=not _is_this_machine(self._server.url),
            )
        return self._http


# ---------------------------------------------------------------- the two dialects


@dataclass(frozen=True, slots=True)
class _Told:
    """An answer in either dialect. `ended` is why it ended; tokens are 0 where the server does not count them."""

    text: str
    ended: str
    tokens_in: int
    tokens_out: int


def _headers(server: ModelServer) -> dict[str, str]:
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if server.dialect == "anthropic":
        headers["anthropic-version"] = ANTHROPIC_VERSION
        return headers | ({"x-api-key": server.key} if server.key else {})
    return headers | ({"Authorization": f"Bearer {server.key}"} if server.key else {})


def _request(server: ModelServer, prompt: Prompt) -> tuple[str, dict[str, Any]]:
    """The path and the body. What others wrote goes as JSON in a message of its own, so it cannot end its quotation."""
    data = json.dumps(prompt.data, ensure_ascii=False)
    body: dict[str, Any] = {"model": server.name}
    if server.temperature is not None:
        body["temperature"] = server.temperature
    if server.dialect == "anthropic":
        return "/messages", {
            **body,
            "max_tokens": prompt.longest,
            "system": prompt.instructions,
            "messages": [{"role": "user", "content": data}],
            "output_config": {"format": {"type": "json_schema", "schema": prompt.schema}},
            **server.more,
        }
    schema = {"name": prompt.use, "strict": True, "schema": prompt.schema}
    return "/chat/completions", {
        **body,
        server.limit: prompt.longest,
        "messages": [{"role": "system", "content": prompt.instructions}, {"role": "user", "content": data}],
        "response_format": {"type": "json_schema", "json_schema": schema},
        "stream": False,
        **server.more,
    }


def _told_by_openai(answer: Mapping[str, Any]) -> _Told:
    match answer:
        case {"choices": [{"message": {**message}, **choice}, *_]}:
            usage = answer.get("usage")
            ended = str(choice.get("finish_reason") or "")
            return _Told(
                _text(message.get("content")), ended, _count(usage, "prompt_tokens"), _count(usage, "completion_tokens")
            )
    raise _no_model_server()


def _told_by_anthropic(answer: Mapping[str, Any]) -> _Told:
    match answer:
        case {"content": list(blocks)}:
            usage = answer.get("usage")
            ended = str(answer.get("stop_reason") or "")
            # What the server remembers of an earlier prompt is counted apart.
            read = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
            tokens_in = sum(_count(usage, name) for name in read)
            return _Told(_text(blocks), ended, tokens_in, _count(usage, "output_tokens"))
    raise _no_model_server()


def _text(content: Any) -> str:
    """The text of a message, or of those of its blocks that are text and no thoughts; it may have thoughts only."""
    if isinstance(content, list):
        return "".join(block["text"] for block in content if _is_text(block))
    return content if isinstance(content, str) else ""


def _is_text(block: Any) -> bool:
    return isinstance(block, Mapping) and block.get("type") == "text" and isinstance(block.get("text"), str)


def _count(usage: Any, name: str) -> int:
    found = usage.get(name) if isinstance(usage, Mapping) else None
    return found if isinstance(found, int) and not isinstance(found, bool) and found > 0 else 0


async def _read(response: aiohttp.ClientResponse) -> Mapping[str, Any]:
    """The body as a JSON object; not more of it than an answer may be long."""
    told = bytearray()
    async for chunk in response.content.iter_any():
        told += chunk
        if len(told) > LONGEST_ANSWER:
            raise LanguageModelNonsense("the language model's answer is longer than anything that is asked for.")
    try:
        answer = json.loads(bytes(told))
    except (ValueError, RecursionError) as error:
        raise _no_model_server() from error
    if not isinstance(answer, dict):
        raise _no_model_server()
    return answer


def _completion(prompt: Prompt, told: _Told) -> Completion:
    """The answer with its cost, counted by us where the server does not; raises LanguageModelNonsense."""
    asked = len(prompt.instructions) + len(json.dumps(prompt.data)) + len(json.dumps(prompt.schema))
    tokens_in = told.tokens_in or asked // LETTERS_A_TOKEN
    tokens_out = told.tokens_out or len(told.text) // LETTERS_A_TOKEN
    if told.ended in ("length", "max_tokens"):
        reason = (
            f"the language model's answer was cut off at {told.tokens_out or prompt.longest} tokens. "
            "Does it think first? docs/language-models.md says how to switch that off."
        )
        raise LanguageModelNonsense(reason, tokens_in=tokens_in, tokens_out=tokens_out)
    if told.ended in ("content_filter", "refusal") or not told.text.strip():
        reason = "the language model answered nothing."
        raise LanguageModelNonsense(reason, tokens_in=tokens_in, tokens_out=tokens_out)
    return Completion(told.text, tokens_in, tokens_out)


def _away(error: Exception) -> LanguageModelAway:
    """Why there is no answer, as far as the connection tells."""
    match error:
        case aiohttp.ClientPayloadError():
            return LanguageModelAway("the language model's answer broke off, or cannot be unpacked.")
        case aiohttp.ServerDisconnectedError() | ConnectionResetError():
            return LanguageModelAway("the language model's server hung up before it had answered.")
    return LanguageModelAway(
        f"the language model cannot be reached ({type(error).__name__}). Is OVERTURE_MODEL_URL right?"
    )


def _no_model_server() -> LanguageModelRefused:
    return LanguageModelRefused(
        "what answers at OVERTURE_MODEL_URL does not speak this dialect. "
        "OVERTURE_MODEL_DIALECT is openai or anthropic, and the URL ends with the version: http://localhost:11434/v1."
    )


def _refusal(status: int, retry_after: timedelta | None) -> LanguageModelError:
    if status in (408, 409, 425, 429) or status >= 500:
        return LanguageModelAway(f"the language model's server answered {status}.", retry_after=retry_after)
    if 300 <= status < 400:
        return LanguageModelRefused(
            f"the language model's server answered {status}: it wants to be asked elsewhere. "
            "Put its new address, or https, into OVERTURE_MODEL_URL."
        )
    advice = {
        401: "OVERTURE_MODEL_KEY is missing or wrong.",
        403: "OVERTURE_MODEL_KEY may not use this model.",
        404: "OVERTURE_MODEL_URL or OVERTURE_MODEL_NAME is wrong.",
    }.get(status, "Is OVERTURE_MODEL_DIALECT right, and does this model take a JSON schema?")
    return LanguageModelRefused(f"the language model's server answered {status}. {advice}")


def _is_this_machine(url: str) -> bool:
    return urlsplit(url).hostname in ("localhost", "127.0.0.1", "::1")

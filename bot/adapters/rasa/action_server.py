"""rasa-sdk's server for custom actions, in one process that ends when it is told to.

`python -m rasa_sdk` runs the same server in three processes, of which two stay behind where the first is killed.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

from bot.ports.tracing import Tracer

WEBHOOK = "/webhook"


def serve_actions(executor: Any, *, host: str, port: int, stop_within: timedelta, tracer: Tracer) -> None:
    """Run the actions of rasa-sdk's `executor` at http://host:port/webhook until SIGTERM or Ctrl-C.

    What runs then may finish. Raises OSError where the port cannot be listened on. Other sites' pages are not let in.
    """
    from rasa_sdk.endpoint import create_app

    app = create_app(executor, cors_origins=None)
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = stop_within.total_seconds()
    _trace(app, tracer)
    app.run(host=host, port=port, single_process=True, motd=False, access_log=False)


def _trace(app: Any, tracer: Tracer) -> None:
    """Each call as part of the trace of whoever makes it. rasa-sdk's own tracing would keep the words of errors."""

    async def begin(request: Any) -> None:
        if request.path == WEBHOOK:
            name, follows = _name(request.body), request.headers.get("traceparent")
            request.ctx.call = ExitStack()
            request.ctx.span = request.ctx.call.enter_context(tracer.span(name, "request", follows=follows))

    async def end(request: Any, response: Any) -> None:
        if hasattr(request.ctx, "call"):  # else it was no call, or was answered before this heard of it
            request.ctx.span.tell(status=response.status)
            request.ctx.call.close()

    app.register_middleware(begin, "request")
    app.register_middleware(end, "response")


def _name(body: bytes) -> str:
    """What is called; rasa-sdk says what is wrong with what is no call."""
    try:
        match json.loads(body):
            case {"next_action": str(action)}:
                return f"run {action}"
    except ValueError:
        pass
    return "run"

"""rasa-sdk's server for custom actions, in one process that ends when it is told to.

`python -m rasa_sdk` runs the same server in three processes, of which two stay behind where the first is killed.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any


def serve_actions(executor: Any, *, host: str, port: int, stop_within: timedelta) -> None:
    """Run the actions of rasa-sdk's `executor` at http://host:port/webhook until SIGTERM or Ctrl-C.

    What runs then may finish. Raises OSError where the port cannot be listened on. Other sites' pages are not let in.
    """
    from rasa_sdk.endpoint import create_app

    app = create_app(executor, cors_origins=None)
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = stop_within.total_seconds()
    app.run(host=host, port=port, single_process=True, motd=False, access_log=False)

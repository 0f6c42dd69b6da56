"""Ports for servers that tests start."""

from __future__ import annotations

import secrets
import socket

FIRST, MANY = 20_000, 12_000
"""Below those that systems give to outgoing connections: one of these could be taken before our server has it."""


def free_port() -> int:
    """A port of this machine on which nobody listens."""
    while True:
        port = FIRST + secrets.randbelow(MANY)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                continue
        return port

"""`overture settings`: every setting with its default, as a file `.env` to begin with."""

from __future__ import annotations

import argparse
import textwrap
from typing import Any

from pydantic import SecretStr

from bot.settings import Settings

HEAD = """\
# Every setting of Overture, as `overture settings` lists them. Copy this file to .env and remove the "#" from what you
# change. The environment goes before .env. Connectors have settings of their own: see connectors/<name>/README.md."""

SECTIONS = {
    "host": "The service",
    "data": "Where data is kept",
    "assistant": "Content and dialogue",
    "connectors": "Channels, CRMs and the desk",
    "login": "Who may come in (docs/access.md)",
    "model_url": "A language model (docs/language-models.md)",
}
"""By the first field of each."""


def run(_settings: Settings, _options: argparse.Namespace) -> int:
    print(listing(), end="")
    return 0


def listing() -> str:
    """The file `.env.example`."""
    lines = [HEAD]
    for name, field in Settings.model_fields.items():
        if title := SECTIONS.get(name):
            lines += ["", f"## {title}"]
        words = " ".join((field.description or "").split())
        lines += ["", *textwrap.wrap(words, 118, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)]
        lines.append(f"#OVERTURE_{name.upper()}={_written(field.default)}")
    return "\n".join(lines) + "\n"


def _written(default: Any) -> str:
    match default:
        case None:
            return ""
        case SecretStr():
            return default.get_secret_value()
        case bool():
            return str(default).lower()
        case float():
            return f"{default:g}"
    return str(default)

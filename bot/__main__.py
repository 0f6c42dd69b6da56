"""`overture`, and `python -m bot`."""

from __future__ import annotations

import sys


def main() -> None:
    from bot.entrypoints.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()

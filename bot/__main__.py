"""`overture`, and `python -m bot`."""

from __future__ import annotations

import gc
import os
import sys
from io import TextIOWrapper

INTERRUPTED = 130
"""The status of a command that Ctrl-C ended: 128 and the signal's number, as shells have it."""

OBJECTS_BEFORE_COLLECTING = 10_000


def main() -> None:
    try:
        open_what_is_closed()
        collect_seldom()
        show_what_cannot_be_shown()
        from bot.entrypoints.command_line.cli import run

        status = run(sys.argv[1:])
    except KeyboardInterrupt:  # also while it is loaded, which is most of the first half second
        status = INTERRUPTED
    sys.exit(status)


def open_what_is_closed() -> None:
    """Input and outputs that whoever started us has closed lead nowhere.

    Else Python has none, so that the first line ends us; and the next file that is opened, such as the database, has
    the number of the output, and gets what libraries write there.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # it gets the lowest number that is free
    sys.stdin = sys.stdin or open(0, closefd=False)  # noqa: SIM115  open for as long as we run
    sys.stdout = sys.stdout or open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", closefd=False)  # noqa: SIM115


def show_what_cannot_be_shown() -> None:
    """Letters that a terminal has not, or a file's name that is no text, are written as escapes, and stop nobody."""
    for output in (sys.stdout, sys.stderr):
        if isinstance(output, TextIOWrapper):
            output.reconfigure(errors="backslashreplace")


def collect_seldom() -> None:
    """What is imported and read from files stays, so looking through it again and again finds nothing to free."""
    gc.set_threshold(OBJECTS_BEFORE_COLLECTING, *gc.get_threshold()[1:])


if __name__ == "__main__":
    main()

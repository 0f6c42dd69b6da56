"""How a command begins and ends, whatever it is."""

from __future__ import annotations

import sys
from io import BytesIO, TextIOWrapper
from types import ModuleType

import pytest

from bot import __main__


class _BeingLoaded(ModuleType):
    """A module that is still loaded as Ctrl-C is pressed."""

    def __getattr__(self, name: str) -> object:
        raise KeyboardInterrupt


def test_ctrl_c_while_a_command_is_loaded_ends_it_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(__main__, "collect_seldom", lambda: None)
    monkeypatch.setitem(sys.modules, "bot.entrypoints.command_line.cli", _BeingLoaded("cli"))
    with pytest.raises(SystemExit) as ended:
        __main__.main()
    assert ended.value.code == 130


def test_letters_that_a_terminal_has_not_are_escaped_and_stop_no_command(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = TextIOWrapper(BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", terminal)
    __main__.show_what_cannot_be_shown()
    sys.stdout.write("Zo\xeb \udcff\n")
    terminal.flush()
    assert terminal.buffer.getvalue() == b"Zo\\xeb \\udcff\n"

"""How a command begins and ends, whatever it is."""

from __future__ import annotations

import sys
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

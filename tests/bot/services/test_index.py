from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import bot.services


def test_each_service_is_told_of_once() -> None:
    modules = {path.stem for path in Path(bot.services.__file__).parent.glob("[a-z]*.py")}

    assert Counter(re.findall(r"`(\w+)`", bot.services.__doc__ or "")) == Counter(modules)

"""The samples of docs/webhooks.md tell what we signed from what we did not."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest

from bot.adapters.endpoints import signature
from tests.lending import ROOT

PAGE = (ROOT / "docs" / "webhooks.md").read_text(encoding="utf-8")
SECRET, BODY = "a secret of ours", '{"name":"Zoë","parts":"a=b,c"}'.encode()


def sample(language: str) -> str:
    [found] = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


def cases() -> Iterator[tuple[str, str, bytes, str | None, bool]]:
    now = int(time.time())
    good = signature(SECRET, BODY, now)
    yield "good", SECRET, BODY, good, True
    yield "another body", SECRET, BODY + b" ", good, False
    yield "another secret", SECRET + "!", BODY, good, False
    yield "six minutes old", SECRET, BODY, signature(SECRET, BODY, now - 360), False
    yield "of the future", SECRET, BODY, signature(SECRET, BODY, now + 360), False
    yield "another moment", SECRET, BODY, good.replace(f"t={now}", f"t={now + 1}"), False
    for header in (
        None,
        "",
        "nonsense",
        f"t={now}",
        "v1=00",
        f"t={now},v1=",
        f"t={now},v1=é",
        f"t=²,v1={'0' * 64}",
        f"t={'9' * 400},v1=",
    ):
        yield f"header {header}", SECRET, BODY, header, False


def test_the_sample_in_python() -> None:
    names: dict[str, Any] = {}
    exec(sample("python"), names)
    for name, secret, body, header, expected in cases():
        assert names["is_from_overture"](secret, body, header) is expected, name


@pytest.mark.skipif(shutil.which("node") is None, reason="no Node.js: apt-get install nodejs")
def test_the_sample_in_javascript() -> None:
    asked = [[secret, base64.b64encode(body).decode(), header] for _, secret, body, header, _ in cases()]
    script = f"""{sample("javascript")}
    (async () => {{
      const told = [];
      for (const [secret, body, header] of {json.dumps(asked)})
        told.push(await isFromOverture(secret, Buffer.from(body, "base64"), header));
      console.log(JSON.stringify(told));
    }})();"""
    done = subprocess.run(["node", "-"], input=script, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    told = dict(zip([name for name, *_ in cases()], json.loads(done.stdout), strict=True))
    assert told == {name: expected for name, *_, expected in cases()}

"""The playground's addresses: its own page may act in it, other websites may not."""

from __future__ import annotations

from pathlib import Path

from aiohttp import ClientSession
from yarl import URL

from tests.scenarios.stage import set_stage


async def test_another_website_may_not_act_in_the_playground(tmp_path: Path) -> None:
    async with set_stage(tmp_path) as stage, ClientSession() as http:
        deeds = {
            "/playground/clock": {"by": 60},
            "/playground/act/sms": {"deed": "text", "from": "+447700900123", "body": "hello"},
        }
        own = str(URL(stage.address).origin())
        for path, deed in deeds.items():
            for origin, refused in (("https://elsewhere.example", True), ("null", True), (own, False)):
                async with http.post(f"{stage.address}{path}", json=deed, headers={"Origin": origin}) as answer:
                    assert (answer.status == 403) == refused, (path, origin, answer.status)

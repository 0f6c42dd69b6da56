"""Where the settings name no desk, nobody is told that they could have a person."""

from __future__ import annotations

from pathlib import Path

from tests.scenarios.stage import play, set_stage


async def test_who_asks_whether_it_is_human_is_offered_nobody(tmp_path: Path) -> None:
    async with set_stage(tmp_path, desk="") as stage:
        await play(stage, ["visitor opens the chat", {"visitor": "are you human?"}])
        lines = await stage.lines_by("bot", "bot")
        assert "automated assistant" in lines[-1]
        assert [
            line for line in lines if "a colleague" in line or "to a person" in line or "for a person" in line
        ] == []
        assert "Talk to a person" not in [button["title"] for button in (await stage.last_line()).get("buttons") or ()]

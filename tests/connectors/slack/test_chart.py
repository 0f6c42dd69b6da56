"""A chart at the desk: drawn here, uploaded, and shown in the channel with what it shows in words."""

from __future__ import annotations

import base64
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from bot.domain.chart import Chart, Column
from bot.domain.errors import NotTried, PermanentSendError, TemporarySendError
from bot.domain.message import DeskChart
from bot.ports import Reply
from connectors.slack.chart import draw
from connectors.slack.files import is_slacks
from tests.connectors.slack.test_channel import Stage, stage
from tests.connectors.vendor_server import At

__all__ = ["stage"]  # the fixture

CHART = Chart(
    "Leads a day, 23 Nov to 24 Nov",
    ("claimed within 15 minutes", "claimed later", "not claimed"),
    (Column("Mon 23 Nov", (3, 1, 0)), Column("Tue 24 Nov", (0, 0, 2))),
)


def picture_of(chart: Chart) -> Image.Image:
    return Image.open(BytesIO(draw(chart)))


def colours(chart: Chart) -> set[tuple[int, ...]]:
    found = picture_of(chart).convert("RGB").getcolors(maxcolors=100_000)
    assert found is not None
    return {colour for count, colour in found if count > 10_000 and isinstance(colour, tuple)}


def test_every_part_has_a_colour_of_its_own_and_larger_numbers_more_of_it() -> None:
    paper_and_one_part = colours(Chart("t", CHART.parts, (Column("Mon", (5, 0, 0)),)))
    paper_and_all_parts = colours(Chart("t", CHART.parts, (Column("Mon", (5, 3, 2)),)))
    assert len(paper_and_one_part) == 2
    assert len(paper_and_all_parts) == 4
    assert paper_and_one_part < paper_and_all_parts


@pytest.mark.parametrize("most", [0, 1, 4, 5, 6, 14, 99, 1234, 1_000_000])
def test_any_numbers_fit(most: int) -> None:
    picture = picture_of(Chart("t", CHART.parts, (Column("Mon", (most, 0, 0)), Column("Tue", (0, 0, 0)))))
    assert picture.format == "PNG"
    assert picture.size == (1200, 600)
    above = picture.convert("RGB").crop((200, 110, 1100, 130))
    assert above.getcolors() == [(900 * 20, (255, 255, 255))], "nothing stands in the legend"


def test_words_say_what_it_shows() -> None:
    assert CHART.in_words == (
        "Leads a day, 23 Nov to 24 Nov. Mon 23 Nov: 4 (3 claimed within 15 minutes, 1 claimed later); "
        "Tue 24 Nov: 2 (2 not claimed)."
    )


async def test_the_channel_shows_it_with_words_for_whoever_does_not_see_it(stage: Stage) -> None:
    await stage.send(DeskChart(CHART))
    [post] = stage.shown()
    [file] = post["files"]
    assert (post["channel"], post["text"], file["alt"]) == ("#sales", CHART.title, CHART.in_words)
    head, _, written = file["picture"].partition(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(written) == draw(CHART)


async def test_until_it_is_complete_nothing_is_seen_and_it_is_tried_again(stage: Stage) -> None:
    stage.server.faults = [None, Reply(503)]
    with pytest.raises(TemporarySendError, match="an upload with status 503"):
        await stage.send(DeskChart(CHART))
    stage.server.faults = [None, "hang up"]
    with pytest.raises(TemporarySendError):
        await stage.send(DeskChart(CHART))
    busy = Reply(429, b'{"ok": false, "error": "ratelimited"}', "application/json", {"Retry-After": "7"})
    stage.server.faults = [None, None, busy]
    with pytest.raises(NotTried):
        await stage.send(DeskChart(CHART))
    assert stage.shown() == []


async def test_an_app_that_may_write_no_files_is_told_what_to_do(stage: Stage) -> None:
    refused = Reply(200, b'{"ok": false, "error": "missing_scope"}', "application/json")
    stage.server.faults = [At(".*", refused)]
    with pytest.raises(PermanentSendError, match="overture slack manifest"):
        await stage.send(DeskChart(CHART))


async def test_a_picture_goes_to_slack_and_to_nobody_else(stage: Stage) -> None:
    place = b'{"ok": true, "file_id": "F0", "upload_url": "https://files.slack.com.evil.example/upload"}'
    stage.server.faults = [Reply(200, place, "application/json")]
    with pytest.raises(PermanentSendError, match="not Slack's"):
        await stage.send(DeskChart(CHART))


@pytest.mark.parametrize(
    ("address", "theirs"),
    [
        ("https://files.slack.com/upload/v1/x", True),
        ("http://files.slack.com/x", False),
        ("https://slack.com.evil.example/x", False),
        ("https://me@files.slack.com/x", False),
        ("https://files.slack.com:8443/x", False),
        ("https://evilslack.com/x", False),
        ("https://[", False),
    ],
)
def test_an_address_of_slacks_is_known(address: Any, theirs: bool) -> None:
    assert is_slacks(address, "https://slack.com/api/") is theirs

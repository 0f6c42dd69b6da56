from __future__ import annotations

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from bot.entrypoints.refusing import refused


def answer(status: int, accept: str) -> web.Response:
    request = make_mocked_request("GET", "/nowhere", headers={"Accept": accept})
    told = refused(request, status, "there is <nothing> here")
    assert isinstance(told, web.Response)
    return told


@pytest.mark.parametrize("status", [403, 404])
def test_a_person_who_looks_for_a_page_gets_one(status: int) -> None:
    told = answer(status, "text/html,*/*")
    assert (told.status, told.content_type) == (status, "text/html")
    assert told.text is not None
    assert "<p>There is &lt;nothing&gt; here.</p>" in told.text


@pytest.mark.parametrize(("status", "accept"), [(404, "*/*"), (404, "application/json"), (409, "text/html")])
def test_a_program_gets_json(status: int, accept: str) -> None:
    told = answer(status, accept)
    assert (told.status, told.content_type) == (status, "application/json")

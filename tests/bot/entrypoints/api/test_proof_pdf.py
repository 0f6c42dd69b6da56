"""The proof of consent as a PDF, whatever letters people write."""

from __future__ import annotations

import json
import re
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.errors import SettingsError
from bot.entrypoints.api import proof_pdf as made
from bot.entrypoints.api.proof_pdf import proof_pdf


def told(text: str) -> dict[str, Any]:
    record = {"at": "2026-11-24T12:00:00+00:00", "granted": True, "words_shown": text, "words_answered": None}
    return {
        "person": "ana",
        "told_at": "2026-11-24T12:00:00+00:00",
        "identities": [{"kind": "email", "value": "ana@example.com", "proved": True}],
        "records": [record],
        "confirmations": [],
        "opt_out_questions": [],
        "left_alone": [],
        "decisions": [{"at": "2026-11-24T12:00:00+00:00", "outcome": "withhold", "why": "no consent"}],
    }


def streams(pdf: bytes) -> list[bytes]:
    found = []
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompress(packed))
        except zlib.error:
            found.append(packed)
    return found


def attached(pdf: bytes) -> Any:
    return next(json.loads(one) for one in streams(pdf) if one.startswith(b"{"))


LETTERS = ["Zażółć gęślą jaźń", "مرحبا بالعالم", "שלום עולם", "林さん、こんにちは", "a\x00b\ud800 🙂\n\nc"]


@pytest.mark.parametrize("text", LETTERS)
def test_it_is_made_and_has_the_same_as_json_letter_by_letter(text: str) -> None:
    pdf = proof_pdf(told(text))
    assert pdf.startswith(b"%PDF-")
    shown = attached(pdf)["records"][0]["words_shown"]
    assert shown == text.encode("utf-8", "replace").decode()


def test_without_a_font_here_western_letters_are_shown_and_others_by_their_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(made, "FONTS", ())
    pages = b"".join(streams(proof_pdf(told("Zoë 林"))))
    assert b"[U+6797]" in pages
    assert b"Letters that the font" in pages
    assert b"[U+6797]" not in b"".join(one for one in streams(proof_pdf(told("Zoë"))) if b"BT" in one)


def test_a_font_that_is_none_is_said_so(tmp_path: Path) -> None:
    wrong = tmp_path / "font.ttf"
    wrong.write_bytes(b"not a font")
    with pytest.raises(SettingsError, match="no TrueType font"):
        proof_pdf(told("a"), font=wrong)


@settings(max_examples=8)
@given(st.text(max_size=60))
def test_whatever_was_written_a_document_comes_of_it(text: str) -> None:
    assert proof_pdf(told(text) | {"decisions": []}).startswith(b"%PDF-")

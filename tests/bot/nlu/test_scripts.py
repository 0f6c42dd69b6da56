from __future__ import annotations

import pytest

from bot.nlu.scripts import languages_of_script


@pytest.mark.parametrize(
    ("words", "language"),
    [
        (["얼마예요"], "ko"),
        (["価格", "はいくら"], "ja"),
        (["コーヒー"], "ja"),
        (["多少钱"], "zh"),
        (["כמה", "זה"], "he"),
        (["кол-во"], "ru"),
    ],
)
def test_letters_tell_which_languages_it_can_be(words: list[str], language: str) -> None:
    assert languages_of_script(words)[0] == language


@pytest.mark.parametrize("words", [[], ["price"], ["Zoé", "你好"], ["Ελλάδα", "한국"]])
def test_latin_letters_and_a_mixture_tell_nothing(words: list[str]) -> None:
    assert languages_of_script(words) == ()

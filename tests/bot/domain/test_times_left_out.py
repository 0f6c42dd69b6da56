from __future__ import annotations

import pytest

from bot.domain.times_left_out import left_out_from


@pytest.mark.parametrize(
    ("text", "suits"),
    [
        ("any day but Friday", "any day but"),
        ("next week, except on Monday or Tuesday", "next week, except"),
        ("Friday, but not in the morning", "Friday, but not in the morning"),
        ("Tuesday does not suit me but Friday does", "Tuesday does not suit me but Friday does"),
        ("I can't do any day but Friday", "I can't do any day but Friday"),
        ("jeden Tag außer Freitag", "jeden Tag außer"),
        ("ich kann nie außer am Freitag", "ich kann nie außer am Freitag"),
        ("n'importe quel jour sauf vendredi", "n'importe quel jour sauf"),
        ("la semaine prochaine, à part lundi ou mardi", "la semaine prochaine, à part"),
        ("je ne peux pas sauf vendredi", "je ne peux pas sauf vendredi"),
        ("", ""),
        ("ich kann nie außer freitags", "ich kann nie außer freitags"),
        ("cualquier día menos el viernes", "cualquier día menos "),
        ("la próxima semana, salvo el lunes", "la próxima semana, salvo"),
        ("ningún día excepto el lunes", "ningún día excepto el lunes"),
        ("a las tres menos cuarto", "a las tres menos cuarto"),
    ],
)
def test_what_is_named_to_be_left_out_suits_nobody(text: str, suits: str) -> None:
    assert text[: left_out_from(text)] == suits

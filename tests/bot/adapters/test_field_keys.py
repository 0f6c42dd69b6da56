"""Field keys as the settings have them."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from bot.adapters.field_keys import new_key, read_field_keys
from bot.domain.errors import SettingsError

K1, K2, INDEX = new_key("k1"), new_key("k2"), new_key("index")


def test_the_first_data_key_seals_wherever_the_index_key_stands() -> None:
    for text in (f"{K2},{K1},{INDEX}", f"{INDEX}\n{K2}\n{K1}\n", f" {K2} , {INDEX},,{K1}"):
        keys = read_field_keys(text)
        assert keys is not None
        assert (keys.first, list(keys.by_id)) == ("k2", ["k2", "k1"])
        assert base64.b64encode(keys.index).decode() == INDEX.partition(":")[2]


def test_no_keys_are_none() -> None:
    assert read_field_keys("  ") is None


def test_keys_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"{K1}\n{INDEX}\n", encoding="ascii")
    assert read_field_keys("", file) == read_field_keys(f"{K1},{INDEX}")
    with pytest.raises(SettingsError, match="are both set"):
        read_field_keys(K1, file)
    file.write_text("\n", encoding="ascii")
    with pytest.raises(SettingsError, match="has no keys"):
        read_field_keys("", file)
    with pytest.raises(SettingsError, match="cannot be read"):
        read_field_keys("", tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (K1, 'OVERTURE_FIELD_KEYS has no key "index"'),
        (INDEX, 'has only the key "index"'),
        (
            f"{K1},{INDEX},k2:c2VjcmV0",
            "key 3 in OVERTURE_FIELD_KEYS is no key: it should be an id, a colon and 32 bytes",
        ),
        (f"{K1},secret,{INDEX}", "key 2 in OVERTURE_FIELD_KEYS is no key"),
        (f"K 1{K1[2:]},{INDEX}", "key 1 in OVERTURE_FIELD_KEYS is no key"),
        (f"{K1},k1{K2[2:]},{INDEX}", 'two keys with the id "k1"'),
        (f"{K1},k2{K1[2:]},{INDEX}", "one key twice"),
    ],
    ids=["no index", "only the index", "too short", "no id", "an odd id", "an id twice", "a key twice"],
)
def test_what_is_wrong_is_said_without_the_key(text: str, says: str) -> None:
    with pytest.raises(SettingsError) as raised:
        read_field_keys(text)
    assert says in str(raised.value)
    assert "c2VjcmV0" not in str(raised.value)
    assert K1[3:] not in str(raised.value)

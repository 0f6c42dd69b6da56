"""Settings: from the environment, then .env, then the defaults."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.domain.access import Role
from bot.domain.errors import SettingsError
from bot.entrypoints.command_line.commands.settings import listing
from bot.settings import Settings, connector_values, load_settings, misspelt_settings
from tests.test_repository import ROOT


@pytest.fixture(autouse=True)
def somewhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder without .env, and an environment without settings of ours."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith("OVERTURE_"):
            monkeypatch.delenv(name)
    return iter([tmp_path])


def test_nothing_needs_to_be_set() -> None:
    settings = load_settings()
    assert settings.service_url == "http://127.0.0.1:8080"
    assert settings.database_url == "sqlite+aiosqlite:///.overture/overture.db"
    assert settings.connector_names == (
        "webchat",
        "twilio_messaging",
        "twilio_voice",
        "slack",
        "hubspot",
        "rest",
    )


def test_an_address_of_ipv6_stands_in_brackets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERTURE_HOST", "::1")
    assert load_settings().service_url == "http://[::1]:8080"


def test_an_assistant_that_brings_its_journeys_is_used_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERTURE_ASSISTANT", "theirs")
    assert load_settings().journeys_folder == Path("journeys")
    Path("theirs/journeys").mkdir(parents=True)
    assert load_settings().journeys_folder == Path("theirs/journeys")
    monkeypatch.setenv("OVERTURE_JOURNEYS", "journeys")
    assert load_settings().journeys_folder == Path("journeys")


def test_the_environment_comes_before_the_file_and_the_command_line_before_both(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path(".env").write_text("OVERTURE_PORT=8001\nOVERTURE_REGION=DE\nOVERTURE_LOG=json\nTWILIO_FROM=+447700900100\n")
    monkeypatch.setenv("OVERTURE_PORT", "8002")
    monkeypatch.setenv("OVERTURE_REGION", "FR")
    settings = load_settings(port=8003)
    assert (settings.port, settings.region, settings.log) == (8003, "FR", "json")


def test_connectors_read_the_same_two_places(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("TWILIO_FROM=+447700900100\nSLACK_CHANNEL=C1\nEMPTY\n")
    monkeypatch.setenv("SLACK_CHANNEL", "C2")
    values = connector_values()
    assert values["TWILIO_FROM"] == "+447700900100"
    assert values["SLACK_CHANNEL"] == "C2"
    assert "EMPTY" not in values


def test_no_name_of_a_package_of_actions_means_overtures_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERTURE_ACTIONS", "")
    assert load_settings().actions == "actions"


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("OVERTURE_PORT", "99999", "OVERTURE_PORT is '99999': it should be less than or equal to 65535."),
        ("OVERTURE_PORT", "http", "OVERTURE_PORT is 'http': it should be a valid integer"),
        ("OVERTURE_ENVIRONMENT", "prod", "it should be 'development' or 'production'"),
        ("OVERTURE_PUBLIC_URL", "chat.example.com", "such as https://chat.example.com"),
        ("OVERTURE_PUBLIC_URL", "https://chat.example.com/?a=b", "such as https://chat.example.com"),
        ("OVERTURE_PUBLIC_URL", "https://chat.exa mple.com", "such as https://chat.example.com"),
        ("OVERTURE_PUBLIC_URL", "https://:8080", "such as https://chat.example.com"),
        ("OVERTURE_HOST", "", "such as 127.0.0.1, or 0.0.0.0 for all of them"),
        ("OVERTURE_TRACES", "localhost:4318", "such as http://localhost:4318"),
        ("OVERTURE_ACTIONS", "http://", "such as http://localhost:5055/webhook"),
        ("OVERTURE_ACTIONS", "https://actions:port/webhook", "OVERTURE_ACTIONS is 'https://actions:port/webhook'"),
        ("OVERTURE_REGION", "UK", "it should be the two letters of a country, such as GB"),
        ("OVERTURE_ENGINE", "raza", "it should be 'overture' or 'rasa'"),
        ("OVERTURE_RASA_URL", "localhost:5005", "such as http://localhost:5005"),
        ("OVERTURE_MODEL_URL", "localhost:11434", "such as http://localhost:11434/v1"),
        ("OVERTURE_MODEL_DIALECT", "gemini", "it should be 'openai' or 'anthropic'"),
        ("OVERTURE_MODEL_USES", "commands,poems", "there is no use 'poems'; known are commands, answers, rephrasing"),
        ("OVERTURE_MODEL_SECONDS", "0", "it should be greater than 0"),
    ],
)
def test_a_bad_value_is_told_with_its_name(name: str, value: str, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as told:
        load_settings()
    assert str(told.value).startswith(name)
    assert reason in str(told.value)


@pytest.mark.parametrize(
    ("name", "value"), [("OVERTURE_MODEL_KEY", "s3cret\nword"), ("OVERTURE_MODEL_URL", "ftp://me:s3cret@models/v1")]
)
def test_a_bad_value_that_may_hold_a_secret_is_not_repeated(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"{name} is not usable: it should be") as told:
        load_settings()
    assert "s3cret" not in str(told.value)
    assert "s3cret" not in str(told.value.__cause__)


def test_the_key_of_a_language_model_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERTURE_MODEL_KEY", "s3cret")
    settings = load_settings()
    assert "s3cret" not in f"{settings} {settings!r}"
    assert settings.model_key.get_secret_value() == "s3cret"


def test_the_uses_of_a_language_model_may_be_fewer() -> None:
    terms = load_settings(model_uses="commands, rephrasing", model_calls=3).model_terms
    assert (sorted(terms.uses), terms.calls) == (["commands", "rephrasing"], 3)
    assert load_settings(model_uses="").model_terms.uses == set()


def test_more_of_the_requests_to_a_language_model_is_json() -> None:
    assert load_settings(model_request='{"reasoning_effort": "none"}').more_of_model_requests == {
        "reasoning_effort": "none"
    }
    assert load_settings().more_of_model_requests == {}


@pytest.mark.parametrize(
    ("told", "wrong"), [("none", "a JSON object"), ("[]", "a JSON object"), ('{"messages": []}', "'messages'")]
)
def test_requests_to_a_language_model_say_what_we_say(told: str, wrong: str) -> None:
    with pytest.raises(SettingsError, match=rf"OVERTURE_MODEL_REQUEST.*{wrong}"):
        load_settings(model_request=told)


def test_all_bad_values_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERTURE_PORT", "x")
    monkeypatch.setenv("OVERTURE_LOG", "xml")
    with pytest.raises(SettingsError, match=r"OVERTURE_PORT(.|\n)*OVERTURE_LOG"):
        load_settings()


def test_a_file_that_is_not_utf_8_is_told() -> None:
    Path(".env").write_bytes(b"OVERTURE_REGION=\xff\n")
    with pytest.raises(SettingsError, match="UTF-8"):
        load_settings()
    with pytest.raises(SettingsError, match="UTF-8"):
        connector_values()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("OVERTURE_PORT=8081\n\nthese are my settings\nOVERTURE_HOST=::1\n", 3),
        ('OVERTURE_PORT="8081\nTWILIO_AUTH_TOKEN=t\n', 1),
    ],
)
def test_a_line_of_the_file_that_sets_nothing_is_told(text: str, line: int) -> None:
    Path(".env").write_text(text)
    for read in (load_settings, connector_values):
        with pytest.raises(SettingsError, match=rf"^\.env:{line}: this is no setting\."):
            read()


def test_remarks_and_names_without_a_value_are_no_fault() -> None:
    Path(".env").write_text("# ours\nexport OVERTURE_PORT=8081  # free\n\nHOME_OF_OTHERS\nKEY='a\nb'\n")
    assert load_settings().port == 8081


def test_a_virtual_environment_may_be_called_so() -> None:
    Path(".env").mkdir()
    Path(".env/pyvenv.cfg").touch()
    assert load_settings().port == 8080
    assert "OVERTURE_PORT" not in connector_values()


def test_a_folder_in_place_of_the_file_is_told() -> None:
    Path(".env").mkdir()
    with pytest.raises(SettingsError, match=r"^\.env is a folder\."):
        load_settings()


def test_a_misspelt_name_is_told_and_others_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERTURE_CONECTORS", "webchat")
    monkeypatch.setenv("OVERTURE_CHROMIUM", "/usr/bin/chromium")
    monkeypatch.setenv("OVERTURE_PORT", "8001")
    assert misspelt_settings() == ["OVERTURE_CONECTORS is no setting. Did you mean OVERTURE_CONNECTORS?"]


def test_the_public_address_has_no_slash_at_its_end() -> None:
    assert load_settings(public_url="https://chat.example.com/").service_url == "https://chat.example.com"


def test_spaces_and_empty_names_among_the_connectors_do_not_matter() -> None:
    assert load_settings(connectors=" webchat, ,slack,").connector_names == ("webchat", "slack")


@pytest.mark.parametrize(
    ("changed", "private"),
    [
        ({}, True),
        ({"host": "0.0.0.0"}, False),
        ({"environment": "production"}, False),
        ({"public_url": "https://chat.example.com"}, False),
    ],
)
def test_only_a_developers_own_machine_is_private(changed: dict[str, str], private: bool) -> None:
    assert load_settings(**changed).is_private is private


def test_endpoints_are_read_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    told = '{"billing": {"url": "https://example.com/hook", "secret": "0123456789abcdef"}}'
    monkeypatch.setenv("OVERTURE_ENDPOINTS", told)
    assert load_settings().endpoints_by_name == {"billing": ("https://example.com/hook", "0123456789abcdef")}


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ("billing=https://example.com", "it should be JSON such as"),
        ("[]", "it should be an object such as"),
        ('{"billing": "https://example.com"}', 'the endpoint "billing" has no url'),
        ('{"billing": {"url": "ftp://example.com", "secret": "0123456789abcdef"}}', "has no url that begins with"),
        ('{"billing": {"url": "https://example.com", "secret": "short"}}', "no secret of at least 16 characters"),
    ],
)
def test_a_faulty_endpoint_is_told_and_its_secret_is_not(
    monkeypatch: pytest.MonkeyPatch, told: str, sentence: str
) -> None:
    monkeypatch.setenv("OVERTURE_ENDPOINTS", told)
    with pytest.raises(SettingsError, match="OVERTURE_ENDPOINTS") as refused:
        load_settings()
    assert sentence in str(refused.value)
    assert "short" not in str(refused.value)


def test_addresses_for_tests_are_numbers_and_e_mail_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERTURE_TEST_ADDRESSES", "+447700900123, ana@example.com,+447700900123,")
    assert load_settings().addresses_for_tests == ("+447700900123", "ana@example.com")


@pytest.mark.parametrize("told", ["07700900123", "+447700900123,ana", "ana@nowhere", "@example.com"])
def test_an_address_for_tests_that_is_none_is_told_by_its_place(told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERTURE_TEST_ADDRESSES", told)
    with pytest.raises(SettingsError, match=f"entry {told.count(',') + 1} is neither a number"):
        load_settings()


def test_groups_of_the_identity_provider_have_roles_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERTURE_OIDC_ROLES", "legal = compliance, cn=sales=rep,")
    assert list(load_settings().oidc_roles_of_groups.items()) == [("legal", Role.COMPLIANCE), ("cn=sales", Role.REP)]


@pytest.mark.parametrize("roles", ["sales", "sales=boss", "=rep"])
def test_a_role_that_there_is_not_is_told(roles: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERTURE_OIDC_ROLES", roles)
    with pytest.raises(SettingsError, match="roles are admin, marketer, rep, compliance, read-only"):
        load_settings()


@pytest.mark.parametrize("issuer", ["id.example.com", "http://id.example.com", "https://id.example.com?x=1"])
def test_an_identity_provider_is_reached_by_https(issuer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERTURE_OIDC_ISSUER", issuer)
    with pytest.raises(SettingsError, match="realms/sales"):
        load_settings()


def test_a_developers_machine_is_open_unless_a_login_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().is_private
    for name, value in (("LOGIN", "always"), ("HOST", "0.0.0.0"), ("ENVIRONMENT", "production")):
        monkeypatch.setenv(f"OVERTURE_{name}", value)
        assert not load_settings().is_private
        monkeypatch.delenv(f"OVERTURE_{name}")
    monkeypatch.setenv("OVERTURE_PUBLIC_URL", "https://chat.example.com")
    assert not load_settings().is_private


def test_a_setting_that_is_left_empty_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FIELD_KEYS_FILE", "EDIT_JOURNEYS", "MODEL_TEMPERATURE"):
        monkeypatch.setenv(f"OVERTURE_{name}", "")
    unset = load_settings()
    assert (unset.field_keys_file, unset.edit_journeys, unset.model_temperature) == (None, None, None)


def test_the_example_has_every_setting_with_its_default() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert example == listing()
    Path(".env").write_text(example.replace("#OVERTURE_", "OVERTURE_"), encoding="utf-8")
    settings = load_settings()
    assert settings.model_fields_set == set(Settings.model_fields)
    assert settings == Settings(_env_file=None)  # type: ignore[call-arg]


def test_every_setting_says_what_it_is() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
